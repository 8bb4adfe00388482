"""What is watched of open streams: keys that end while nothing moves, and the list of them that operators have."""

import asyncio
from pathlib import Path
from socket import AF_INET, SOCK_STREAM
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from gateway.answers_operator import SessionOut
from gateway.desk import Desk
from gateway.roster import Roster
from gateway.settings import Settings
from gateway.ws import session, stream
from gateway.ws.session import AT_ONCE_S, Session
from tests.gateway.house import PLENTY, House, a_wish, at
from tests.gateway.test_endings import narrow

WITHIN_S = 1.0
BOOK = "book:shanghai/h800-sxm/P1D"


@pytest.fixture
def close_patience_s() -> float:
    return Settings().close_patience_s


@pytest.fixture
def settings(tmp_path: Path, close_patience_s: float) -> Settings:
    """Keys are looked at as often as they really are."""
    limits = {**PLENTY, "sweep_s": Settings().sweep_s, "close_patience_s": close_patience_s}
    return Settings(port=0, data_dir=tmp_path, sandbox=True, **limits)


async def revoke(house: House, key_id: str) -> None:
    assert (await house.call("DELETE", f"/v1/operator/keys/{key_id}", house.operator)).status == 200


async def test_an_idle_stream_ends_with_its_key(house: House) -> None:
    staying = await house.connect(await house.account("alice"))
    made = await house.post("/v1/operator/keys", house.operator, {"account_id": "alice", "scopes": ["read"]})
    revoked, brief = await house.connect(made["key"]), await house.connect()
    await brief.do("login", key=await house.key("alice", ["read"], expires_at=at(1)))
    for socket in (staying, revoked, brief):
        await socket.do("subscribe", channels=["account", BOOK])

    await revoke(house, made["key_id"])
    async with asyncio.timeout(WITHIN_S):
        assert await revoked.closed() == 1008
    await brief.do("bid.list")
    await house.advance("PT1H")
    async with asyncio.timeout(WITHIN_S):
        assert await brief.closed() == 1008

    await staying.do("bid.list")
    here = (await house.get("/v1/operator/sessions", house.operator))["items"]
    assert [session["account_id"] for session in here if session["channels"]] == ["alice"]


@pytest.mark.parametrize("close_patience_s", [1000.0])
async def test_a_stream_that_is_not_read_ends_with_its_key_as_well(house: House) -> None:
    """However patient the server is otherwise, and however much waits to be sent."""
    assert 2 * Settings().sweep_s + AT_ONCE_S < WITHIN_S, "a large crowd is looked at by halves"
    key = await house.account("alice", deposit="100000000")
    made = await house.post("/v1/operator/keys", house.operator, {"account_id": "alice", "scopes": ["read"]})
    loop, deaf = asyncio.get_running_loop(), narrow((AF_INET, SOCK_STREAM))
    await loop.sock_connect(deaf, ("127.0.0.1", int(house.url.rpartition(":")[2])))
    shake = (
        "GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Authorization: Bearer {made['key']}\r\n\r\n"
    )
    await loop.sock_sendall(deaf, shake.encode() + framed({"id": 1, "op": "ping"}))

    async def shown() -> list[Any]:
        here = (await house.get("/v1/operator/sessions", house.operator))["items"]
        return [session for session in here if session["key_id"] == made["key_id"]]

    async with asyncio.timeout(60):
        while not await shown():
            pass
        wishes = [a_wish(price=f"{1 + number}.00") for number in range(32)]
        await loop.sock_sendall(deaf, framed({"id": 2, "op": "subscribe", "params": {"channels": ["account"]}}))
        sent = 0
        while not (await shown())[0]["outbox_bytes"]:
            sent += 1
            bid = {"client_order_id": f"bid-{sent}", "quantity": "1", "alternatives": wishes, "vouchers": []}
            await house.post("/v1/bids", key, bid)
        await revoke(house, made["key_id"])
        while await shown():
            pass
    deaf.close()


def framed(request: Any) -> bytes:
    """A request as a client's frame, masked by nothing."""
    payload = msgspec.json.encode(request)
    assert len(payload) < 126
    return bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload


async def test_whoever_has_logged_out_may_stay(house: House) -> None:
    await house.account("alice")
    made = await house.post("/v1/operator/keys", house.operator, {"account_id": "alice", "scopes": ["read"]})
    left, ended = await house.connect(made["key"]), await house.connect(made["key"])
    await left.do("subscribe", channels=[BOOK])
    await left.do("logout")
    await revoke(house, made["key_id"])
    assert await ended.closed() == 1008, "a sweep has come by"
    await left.do("ping")


async def test_a_defect_in_the_look_at_a_key_keeps_nobody_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await house.account("alice")
    first, second = await house.connect(alice), await house.connect(alice)

    def breaks(_: Session) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Session, "_identify_again", breaks)
    assert await first.closed() == await second.closed() == 1011


async def test_operators_see_who_is_on_the_stream(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "monotonic", lambda: 0.0)
    alice, bob = await house.account("alice"), await house.account("bob")
    first = await house.connect(alice)
    await house.advance("PT1H")
    second, nobody = await house.connect(bob), await house.connect()
    await first.do("subscribe", channels=["account", BOOK])
    await nobody.do("subscribe", channels=["status"])
    await second.do("ping")

    seen = await house.get("/v1/operator/sessions?limit=2", house.operator)
    rest = await house.get(f"/v1/operator/sessions?cursor={seen['cursor']}", house.operator)
    assert rest["cursor"] is None
    sessions: list[dict[str, Any]] = [*seen["items"], *rest["items"]]
    assert [one["account_id"] for one in sessions] == [None, "bob", "alice"]
    assert len({one["session_id"] for one in sessions}) == 3
    key_id = (await house.get("/v1/account/keys", alice))["items"][0]["key_id"]
    assert sessions[2] == {
        "session_id": sessions[2]["session_id"],
        "account_id": "alice",
        "key_id": key_id,
        "address": "127.0.0.1",
        "since": at(0),
        "heard_at": at(1),
        "silent_s": 0,
        "in_flight": 0,
        "outbox_bytes": 0,
        "channels": ["account", BOOK],
        "cancel_on_disconnect": False,
        "dead_man_until": None,
    }
    assert (sessions[0]["key_id"], sessions[0]["channels"], sessions[0]["since"]) == (None, ["status"], at(1))

    await nobody.raw.close()
    await second.do("logout")
    async with asyncio.timeout(20):
        while len(left := (await house.get("/v1/operator/sessions", house.operator))["items"]) == 3:
            pass
    assert [(one["account_id"], one["session_id"]) for one in left] == [
        (None, sessions[1]["session_id"]),
        ("alice", sessions[2]["session_id"]),
    ]


async def test_silence_is_told_in_real_seconds_however_the_markets_clock_goes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr(session, "monotonic", lambda: now)
    socket = await house.connect(await house.account("alice"))

    async def seen() -> tuple[int, str]:
        (one,) = (await house.get("/v1/operator/sessions", house.operator))["items"]
        return one["silent_s"], one["heard_at"]

    now += 15.9
    assert await seen() == (15, at(0)), "the market's clock stands still"
    await house.advance("PT1H")
    assert await seen() == (15, at(0)), "the market's clock has gone far"
    await socket.do("ping")
    assert await seen() == (0, at(1))


class Seat:
    """One who counts the looks at its key."""

    def __init__(self) -> None:
        self.looks = 0

    def shown(self) -> SessionOut:
        raise AssertionError("nobody asks")

    def check_key(self) -> None:
        self.looks += 1

    async def say_goodbye(self) -> None:
        raise AssertionError("nobody asks")


def test_a_roster_knows_who_is_there() -> None:
    roster, seats = Roster(), [Seat() for _ in range(7)]
    numbers = [roster.enter(seat) for seat in seats]
    assert [number for number, _ in roster.latest(None, 3)] == numbers[:3:-1]
    assert [number for number, _ in roster.latest(numbers[4], 9)] == numbers[3::-1]
    even = roster.share(0, 2)
    roster.leave(numbers[0])
    roster.leave(numbers[6])
    late = Seat()
    roster.enter(late)
    assert len(roster) == 6
    assert set(roster.share(0, 2)) - {late} == set(even) - {seats[0], seats[6]}
    assert {*roster.share(0, 2), *roster.share(1, 2)} == {*seats[1:6], late} == set(roster.share(0, 1))


async def test_of_a_crowd_a_sweep_takes_half_by_turns(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SWEPT_MAX", 9)
    ticks = 0

    async def until_the_third(delay_s: float) -> None:
        nonlocal ticks
        ticks += delay_s > 0
        if ticks == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr(stream, "asyncio", SimpleNamespace(sleep=until_the_third))
    for crowd, looks in ((9, 2), (10, 1)):
        ticks = 0
        roster, seats = Roster(), [Seat() for _ in range(crowd)]
        for seat in seats:
            roster.enter(seat)
        unused: Any = None
        desk = Desk(market=unused, vault=unused, gate=unused, nonces=unused, roster=roster)
        with pytest.raises(asyncio.CancelledError):
            await stream.Stream(desk, settings)._sweep()
        assert {seat.looks for seat in seats} == {looks}
