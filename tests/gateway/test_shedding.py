"""A market that is behind: what can wait is sent away at once, what takes back is not, and it recovers by itself."""

import asyncio
from pathlib import Path

import pytest

from exchange.runtime.exchange import Exchange
from exchange.store.journal import PostgresJournal
from gateway.settings import Limits, Settings
from gateway.shedding import Load
from tests.gateway.house import PLENTY, Answer, House, a_bid, an_ask

PATIENCE_S = 10
WAITING_MAX = 4


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(port=0, data_dir=tmp_path, sandbox=True, **{**PLENTY, "shed_waiting": WAITING_MAX})


class Queue:
    """A market of which only the queue is of interest."""

    waiting = 0


def test_a_loop_that_is_late_is_behind_for_half_a_second() -> None:
    load = Load(Queue(), Limits(shed_lag_ms=500))
    load.note(0.49)
    assert not load.behind
    load.note(0.51)
    for _ in range(9):
        load.note(0.0)
        assert load.behind
    load.note(0.0)
    assert not load.behind


def test_a_queue_that_is_too_long_is_behind_until_it_is_shorter() -> None:
    queue = Queue()
    load = Load(queue, Limits(shed_waiting=3))
    for queue.waiting, behind in ((3, False), (4, True), (3, False)):
        load.note(0.0)
        assert load.behind is behind


async def until(house: House, key: str, status: int) -> Answer:
    """Ask for a quote, which changes nothing, until it is answered so."""
    async with asyncio.timeout(PATIENCE_S):
        while (answer := await house.call("POST", "/v1/quotes", key, a_bid())).status != status:
            pass
    return answer


class Brake:
    """Unless `off` is set, the journal hangs, and `hangs` is set once it does."""

    def __init__(self) -> None:
        self.off, self.hangs = asyncio.Event(), asyncio.Event()
        self.off.set()


@pytest.fixture
def brake(monkeypatch: pytest.MonkeyPatch) -> Brake:
    brake, append = Brake(), PostgresJournal.append

    async def hanging(journal: PostgresJournal, first_seq: int, count: int, payload: bytes) -> None:
        if not brake.off.is_set():
            brake.hangs.set()
        await brake.off.wait()
        await append(journal, first_seq, count, payload)

    monkeypatch.setattr(PostgresJournal, "append", hanging)
    return brake


async def test_a_journal_that_hangs(brake: Brake, house: House, market: Exchange) -> None:
    alice, hz = await house.account("alice"), await house.account("hz", ["provider"], deposit="10000000")
    resting = (await house.post("/v1/bids", alice, a_bid("resting")))["bid"]["bid_id"]
    socket = await house.connect(hz)
    brake.off.clear()
    first = asyncio.create_task(house.call("POST", "/v1/bids", alice, a_bid("first")))
    try:
        await brake.hangs.wait()
        waiting = [
            asyncio.create_task(house.call("POST", "/v1/bids", alice, a_bid(f"b-{number}")))
            for number in range(3 * WAITING_MAX)
        ]
        shed = await until(house, alice, 503)
        assert shed.refused == (503, "busy", None)
        assert (shed.body["retryable"], shed.body["outcome"], shed.headers["Retry-After"]) == (True, "rejected", "1")

        assert (await house.call("POST", "/v1/bids", alice, data=b"{")).refused[1] == "busy", "it is not even decoded"
        error = (await socket.ask("ask.place", **an_ask()))["error"]
        assert (error["code"], error["retryable"], error["retry_after_ms"]) == ("busy", True, 1_000)
        assert (await house.call("GET", "/v1/markets")).refused[1] == "busy"
        for path in ("/v1/bids", "/v1/account", "/v1/time", "/v1/account/limits"):
            assert (await house.call("GET", path, alice)).status == 200
        assert (await house.call("GET", "/v1/operator/invariants", house.operator)).status == 200
        taken = market.waiting
        assert taken > WAITING_MAX
        cancel = asyncio.create_task(house.call("DELETE", f"/v1/bids/{resting}", alice))
        async with asyncio.timeout(PATIENCE_S):
            while market.waiting == taken:
                assert (await house.call("GET", "/healthz")).status == 200
        assert not cancel.done()
    finally:
        brake.off.set()

    assert (await first).status == 201
    assert (await until(house, alice, 200)).status == 200
    assert (await cancel).body["bid"]["state"] == "canceled"
    answers = [await task for task in waiting]
    assert {answer.status for answer in answers} <= {201, 503}
    taken_in = {f"b-{number}" for number, answer in enumerate(answers) if answer.status == 201}
    known = {bid["client_order_id"] for bid in (await house.get("/v1/bids", alice))["items"]}
    assert known == {"resting", "first"} | taken_in
