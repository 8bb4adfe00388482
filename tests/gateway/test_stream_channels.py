"""The stream's channels as a client builds on them: books from changes, trades, the status, accounts that resume."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest

from exchange.core.state_machine import RULES_VERSION
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.store.journal import PostgresJournal
from gateway.answers import BookLevels, Push
from gateway.client.following import AccountFollower, BookBuilder, Gap
from gateway.settings import Settings
from gateway.ws.channels import read_channels
from gateway.ws.newsroom import Newsroom
from gateway.ws.outbox import JOIN_BYTES, Outbox
from gateway.ws.socket import Message
from tests.gateway.house import BODY, SEEDS, START_S, House, Socket, a_bid, an_ask
from tests.runtime.kept import KeptStatements

BOOK, TRADES = "book:shanghai/h800-sxm/P1D", "trades:shanghai/h800-sxm"
REST_BOOK = "/v1/markets/shanghai/h800-sxm/book?tenor=P1D&depth=100"


@pytest.fixture
async def market(database_url: str) -> AsyncIterator[Exchange]:
    """As other tests have it, and with statements, so that everything can be resumed."""
    journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=RULES_VERSION)
    clock = SandboxClock(speed=0, start_s=START_S)
    exchange = await Exchange.open(journal, clock, seeds=SEEDS, statements=KeptStatements())
    yield exchange
    await exchange.close()


def typed(push: BODY) -> Push:
    return msgspec.json.decode(msgspec.json.encode(push), type=Push)


async def pushed(socket: Socket, channel: str) -> list[Push]:
    """What has come on a channel by the time a ping is answered, which is after all that was done before it."""
    await socket.do("ping")
    found = [typed(push) for push in socket.pushes if push["channel"] == channel]
    socket.pushes[:] = [push for push in socket.pushes if push["channel"] != channel]
    return found


async def check_book(house: House, builder: BookBuilder) -> None:
    book = await house.get(REST_BOOK)
    assert [list(rung) for rung in builder.asks] == book["asks"]
    assert [list(rung) for rung in builder.bids] == book["bids"]
    assert builder.seq <= book["seq"]


async def test_a_book_built_from_its_channel_is_the_book(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    socket, builder = await house.connect(), BookBuilder()
    assert (await socket.do("subscribe", channels=["book:shanghai/h800-sxm/PT24H"]))["channels"] == [BOOK]
    for number in range(12):
        await house.post("/v1/asks", hz, an_ask(f"a-{number}", price=f"{14 + number % 3}.00", quantity=str(number + 1)))
        await house.post("/v1/bids", alice, a_bid(f"b-{number}", price=f"{13 + number % 3}.50", quantity="2"))
        for push in await pushed(socket, BOOK):
            builder.take(push)
        await check_book(house, builder)
    await house.advance("PT25H")  # time alone has worn the asks away
    for push in await pushed(socket, BOOK):
        builder.take(push)
    await check_book(house, builder)
    late, another = await house.connect(), BookBuilder()
    await late.do("subscribe", channels=[BOOK])
    (whole,) = await pushed(late, BOOK)
    assert (whole.type, whole.prev_seq) == ("snapshot", 0)
    another.take(whole)
    assert (another.asks, another.bids, another.seq) == (builder.asks, builder.bids, builder.seq)


async def test_a_builder_notices_what_is_missing(house: House) -> None:
    hz = await house.account("hz", ["provider"])
    socket, builder = await house.connect(), BookBuilder()
    await socket.do("subscribe", channels=[BOOK])
    for number in range(4):
        await house.post("/v1/asks", hz, an_ask(f"a-{number}", price=f"{14 + number}.00"))
    first, *updates = await pushed(socket, BOOK)
    with pytest.raises(Gap, match="begins with a snapshot"):
        builder.take(updates[0])
    builder.take(first)
    builder.take(updates[0])
    with pytest.raises(Gap, match=f"follows {updates[1].seq}, but the book stands at {updates[0].seq}"):
        builder.take(updates[2])
    with pytest.raises(Gap, match="begins with a snapshot"):
        builder.take(updates[3])
    builder.take(first)
    levels = msgspec.json.decode(updates[0].data, type=BookLevels)
    forged = msgspec.structs.replace(levels, asks=(("14.00", "9", 1),))
    with pytest.raises(Gap, match="checksum"):
        builder.take(msgspec.structs.replace(updates[0], data=msgspec.Raw(msgspec.json.encode(forged))))


async def test_trades_and_the_status(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    socket = await house.connect()
    opened = await socket.do("subscribe", channels=[TRADES, "status", TRADES])
    assert opened["channels"] == [TRADES, "status"]
    await house.post("/v1/asks", hz, an_ask())
    for number in range(2):
        await house.post("/v1/bids", alice, a_bid(f"b-{number}"))
    told = await pushed(socket, TRADES)
    items = [item for push in told for item in msgspec.json.decode(push.data)["items"]]
    assert items == (await house.get("/v1/markets/shanghai/h800-sxm/trades"))["items"][::-1]
    assert [push.prev_seq for push in told] == [0, *(push.seq for push in told[:-1])]
    halt = {"state": "halted", "reason": "drill"}
    await house.post("/v1/operator/markets/shanghai/h800-sxm/state", house.operator, halt)
    first, second = await pushed(socket, "status")
    status = await house.get("/v1/status")
    assert (first.type, second.type) == ("snapshot", "update")
    assert msgspec.json.decode(first.data) == {"state": "open", "brakes": []}
    assert msgspec.json.decode(second.data) == {"state": status["state"], "brakes": status["brakes"]}
    assert (await socket.do("unsubscribe", channels=[TRADES]))["channels"] == ["status"]
    await house.post("/v1/operator/halt", house.operator, halt)
    assert await pushed(socket, TRADES) == []
    assert len(await pushed(socket, "status")) == 1


async def test_trades_name_the_one_before_them_though_nobody_listened(house: House) -> None:
    """Whoever connects again learns so whether any were missed, and only then."""
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask())
    told: list[Push] = []
    for number, missed in enumerate((False, False, True)):
        if missed:
            await house.post("/v1/bids", alice, a_bid("missed", quantity="1"))
        socket = await house.connect()
        await socket.do("subscribe", channels=[TRADES])
        await house.post("/v1/bids", alice, a_bid(f"b-{number}", quantity="1"))
        told += await pushed(socket, TRADES)
        await socket.raw.close()
    first, second, third = told
    assert (first.prev_seq, second.prev_seq) == (0, first.seq)
    assert second.seq < third.prev_seq < third.seq


async def test_a_socket_has_so_many_channels(house: House) -> None:
    catalog = await house.get("/v1/catalog")
    names = [f"trades:{region['region']}/{chip['chip']}" for region in catalog["regions"] for chip in catalog["chips"]]
    socket, most = await house.connect(), Settings().channels_max
    for first in range(0, most, 16):
        await socket.do("subscribe", channels=names[first : first + 16])
    refused = await socket.ask("subscribe", channels=[names[0], names[most]])
    assert refused["error"]["code"] == "too_many_channels"
    assert len((await socket.do("subscribe", channels=names[:16]))["channels"]) == most
    await socket.do("unsubscribe", channels=names[:1])
    await socket.do("subscribe", channels=[names[most]])


# ------------------------------------------------------------------------------------------------------------ accounts


async def told_from(house: House, key: str, from_seq: int | None, until_seq: int) -> list[Push]:
    """The account's channel on a new socket, up to all of a command."""
    socket = await house.connect(key)
    found: list[Push] = []
    await socket.do("subscribe", channels=["account"], from_seq=from_seq)
    while not found or found[-1].seq < until_seq or found[-1].more:
        found.append(typed(await socket.push()))
    await socket.raw.close()
    return found


async def test_an_account_resumes_from_anywhere(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    for number in range(6):
        await house.post("/v1/asks", hz, an_ask(f"a-{number}"))
        last = await house.post("/v1/bids", alice, a_bid(f"b-{number}"))
    whole = await told_from(house, alice, 0, last["seq"])
    assert whole[0].prev_seq == 0
    follower = AccountFollower()
    assert sum(len(follower.take(push)) for push in whole) == len(whole)
    assert follower.seq == last["seq"]
    for from_seq in range(last["seq"]):
        assert await told_from(house, alice, from_seq, last["seq"]) == [push for push in whole if push.seq > from_seq]


async def test_subscribing_again_from_a_place_begins_there(house: House) -> None:
    alice = await house.account("alice")
    socket = await house.connect(alice)
    await socket.do("subscribe", channels=["account"], from_seq=0)
    await pushed(socket, "account")
    await socket.do("subscribe", channels=["account"], from_seq=0)
    again = await pushed(socket, "account")
    assert [push.type for push in again] == ["transfer"]
    await socket.do("subscribe", channels=["account"])
    assert await pushed(socket, "account") == []


async def test_a_follower_takes_each_command_once_and_whole() -> None:
    def push(seq: int, prev_seq: int, more: bool = False) -> Push:
        at = "2026-12-01T00:00:00Z"
        return Push(channel="account", seq=seq, prev_seq=prev_seq, type="x", at=at, data=msgspec.Raw(b"{}"), more=more)

    follower = AccountFollower(4)
    assert follower.take(push(3, 1)) == ()
    assert follower.take(push(6, 2, more=True)) == ()
    follower.restart()
    assert follower.take(push(6, 2, more=True)) == ()
    assert [told.seq for told in follower.take(push(6, 2))] == [6, 6]
    assert follower.take(push(6, 2)) == ()
    with pytest.raises(Gap, match="seq 9 follows 8, but everything is known only to 6"):
        follower.take(push(9, 8))
    assert follower.seq == 6
    assert follower.take(push(8, 6, more=True)) == ()
    with pytest.raises(Gap):
        follower.take(push(9, 8))


class Narrow:
    """A socket whose peer takes nothing until it is let."""

    remote = "127.0.0.1"

    def __init__(self) -> None:
        self.sent: list[Push] = []
        self.lets = asyncio.Event()

    async def send(self, frames: Sequence[bytes]) -> None:
        await self.lets.wait()
        self.sent += [msgspec.json.decode(frame, type=Push) for frame in frames]

    def __aiter__(self) -> AsyncIterator[Message]:
        raise AssertionError("nobody reads")

    async def close(self, code: int, reason: str) -> None:
        raise AssertionError("nobody closes it")

    def abort(self) -> None: ...

    def linger(self, patience_s: float) -> None: ...


class Steady(Narrow):
    """A socket whose peer takes everything, a frame at a time."""

    async def send(self, frames: Sequence[bytes]) -> None:
        await asyncio.sleep(0)
        self.frames += frames

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[bytes] = []


@pytest.mark.parametrize("offered_bytes", [10, 2 * JOIN_BYTES])
async def test_who_puts_and_who_offers_come_by_turns(offered_bytes: int) -> None:
    """Whoever always has more to put never leaves an outbox empty, and yet an offer is taken; and the reverse."""
    socket = Steady()
    outbox = Outbox(socket, most_bytes=8 * JOIN_BYTES)
    writer = asyncio.create_task(outbox.write())

    async def puts() -> None:
        while True:
            await outbox.put(b"p" * (JOIN_BYTES // 2))

    def offers() -> None:
        while outbox.offer(b"o" * offered_bytes, offers):
            pass

    putters = [asyncio.create_task(puts()) for _ in range(3)]
    await asyncio.sleep(0)
    offers()
    for _ in range(200):
        await asyncio.sleep(0)
    taken = [frame[:1] for frame in socket.frames]
    assert {b"p", b"o"} == set(taken[: len(taken) // 2]) == set(taken[len(taken) // 2 :])
    for task in (*putters, writer):
        task.cancel()


async def test_who_falls_behind_in_a_book_gets_it_whole_later(house: House, market: Exchange) -> None:
    """A full outbox is passed over, however many news come, and then told how the book stands."""
    hz = await house.account("hz", ["provider"])
    socket, builder = Narrow(), BookBuilder()
    outbox, newsroom = Outbox(socket, most_bytes=1_000), Newsroom(market)
    (channel,) = read_channels([BOOK], market.reads)
    writer = asyncio.create_task(outbox.write())
    listener = newsroom.open(channel, outbox, lambda ending: None)
    for number in range(40):
        await house.post("/v1/asks", hz, an_ask(f"a-{number}", price=f"{14 + number}.00"))
    socket.lets.set()
    taken = 0
    while builder.seq != market.reads.seq:
        await house.get("/v1/time")
        while socket.sent:
            builder.take(socket.sent.pop(0))
            taken += 1
    await check_book(house, builder)
    assert len(builder.asks) == 40
    assert taken < 10
    listener.close()
    writer.cancel()
