"""A connection is cut after every single message in turn: whoever resumes has missed nothing and got nothing twice."""

import socket as sockets
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from exchange.core.state_machine import RULES_VERSION
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.store.journal import PostgresJournal
from gateway.answers import Push
from gateway.client.following import AccountFollower
from tests.gateway.house import BODY, SEEDS, START_S, House, Socket, a_bid, an_ask, at
from tests.runtime.kept import KeptStatements

PUSHES_MIN = 40  # that a day must have for its cuts to mean something


@pytest.fixture
async def market(database_url: str) -> AsyncIterator[Exchange]:
    """As other tests have it, and with statements, so that everything can be resumed."""
    journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=RULES_VERSION)
    clock = SandboxClock(speed=0, start_s=START_S)
    exchange = await Exchange.open(journal, clock, seeds=SEEDS, statements=KeptStatements())
    yield exchange
    await exchange.close()


class Follower:
    """An account's channel over as many connections as it takes, and all that it was told, in order."""

    def __init__(self, house: House, key: str, seq: int) -> None:
        self.told: list[Push] = []
        self.account = AccountFollower(seq)
        self._house = house
        self._key = key
        self._socket: Socket | None = None

    async def connect(self) -> None:
        """Open the channel where it was left."""
        self.account.restart()
        self._socket = await self._house.connect(self._key)
        await self._socket.do("subscribe", channels=["account"], from_seq=self.account.seq)

    async def read(self) -> None:
        """One message. It must not be of a command that is known already."""
        assert self._socket is not None
        push = msgspec.json.decode(msgspec.json.encode(await self._socket.push()), type=Push)
        assert push.seq > self.account.seq, "told twice"
        self.told += self.account.take(push)

    async def read_to(self, seq: int) -> None:
        """Everything up to a command."""
        while self.account.seq < seq:
            await self.read()

    def cut(self) -> None:
        """The connection is gone from one moment to the next."""
        assert self._socket is not None
        connection = self._socket.raw.get_extra_info("socket")
        connection.shutdown(sockets.SHUT_RDWR)


async def a_day(house: House) -> tuple[str, int]:
    """A buyer's key, and the last seq that it was told of: orders, a lease, a part of it resold, its hours settled."""
    hz = await house.account("hz", ["provider"])
    alice, bob = await house.account("alice"), await house.account("bob")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid("rests", price="9.00", latest_start=at(40)))
    await house.post("/v1/bids", alice, a_bid("trades", duration="PT6H"))
    await house.post("/v1/leases/lease-1/start", hz, {"access": {"token": "for alice"}})
    resale = {"lease_id": "lease-1", "quantity": "2", "start": at(3), "end": at(7), "price": "13.00"}
    await house.post("/v1/asks", alice, an_ask("resale", **resale))
    wish = {"quantity": "2", "duration": "PT4H", "earliest_start": at(3), "latest_start": at(3)}
    await house.post("/v1/bids", bob, a_bid("of-alice", **wish))
    for hour in range(1, 7):
        await house.advance("PT2H" if hour == 1 else "PT1H")
        chip_hours = str(4 * hour if hour < 3 else 8 + 2 * (hour - 2))
        meter = {"through": at(1 + hour), "delivered": chip_hours, "used": chip_hours}
        await house.post("/v1/leases/lease-1/meter", hz, meter)
    await house.advance("PT3H")
    return alice, (await house.call("DELETE", "/v1/bids/bid-1", alice)).body["seq"]


async def test_cut_after_every_message_of_a_day(house: House) -> None:
    alice, last = await a_day(house)
    uncut = Follower(house, alice, 0)
    await uncut.connect()
    await uncut.read_to(last)
    count = len(uncut.told)
    assert count >= PUSHES_MIN
    for messages in range(count + 1):
        follower = Follower(house, alice, 0)
        await follower.connect()
        for _ in range(messages):
            await follower.read()
        follower.cut()
        seq = await something_more(house, alice, messages)
        await follower.connect()
        await follower.read_to(seq)
        await uncut.read_to(seq)
        assert follower.told == uncut.told, f"cut after {messages} messages"
    await check_lists(house, alice, uncut)


async def test_cut_within_one_command_while_it_is_told(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    offered = await house.post("/v1/asks", hz, an_ask(quantity="64"))
    uncut, follower = (Follower(house, alice, offered["seq"]) for _ in range(2))
    await uncut.connect()
    await follower.connect()
    messages = -1
    while messages < len(uncut.told):
        messages += 1
        before = len(uncut.told)
        made = await house.post("/v1/bids", alice, a_bid(f"bid-{messages}", quantity="1", duration="PT1H"))
        await uncut.read_to(made["seq"])
        told = uncut.told[before:]
        assert [push.more for push in told] == [True] * (len(told) - 1) + [False]
        if messages > len(told):
            break
        for _ in range(messages):
            await follower.read()
        follower.cut()
        await follower.connect()
        await follower.read_to(made["seq"])
        assert follower.told == uncut.told, f"cut after {messages} messages of one command"
    assert messages > 3, "a trade tells of several things"
    await check_lists(house, alice, uncut)


async def something_more(house: House, alice: str, number: int) -> int:
    """A bid that rests, or the cancel of the one before; the seq."""
    if number % 2:
        bids = (await house.get("/v1/bids?state=resting", alice))["items"]
        answer = await house.call("DELETE", f"/v1/bids/{bids[0]['bid_id']}", alice)
    else:
        wish = {"price": "9.00", "earliest_start": at(30), "latest_start": at(40)}
        answer = await house.call("POST", "/v1/bids", alice, a_bid(f"more-{number}", **wish))
    seq: int = answer.body["seq"]
    return seq


async def check_lists(house: House, key: str, follower: Follower) -> None:
    """What was told last of each thing is what the lists show."""
    latest: dict[str, BODY] = {}
    for push in follower.told:
        data: Any = msgspec.json.decode(push.data)
        kind = push.type.partition(".")[0]
        if kind in ("bid", "ask", "lease", "transfer"):
            latest[data[f"{kind}_id"]] = data
    for noun in ("bid", "ask", "lease"):
        listed = (await house.get(f"/v1/{noun}s?limit=500", key))["items"]
        assert {item[f"{noun}_id"]: item for item in listed} == {
            name: data for name, data in latest.items() if name.startswith(f"{noun}-")
        }
    transfers = (await house.get("/v1/account/transfers?limit=500", key))["items"]
    told = [name for name in latest if name.startswith("transfer-")]
    assert [item["transfer_id"] for item in reversed(transfers)][-len(told) :] == told
