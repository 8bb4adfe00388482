"""A stream that outlives its connections: at the real edge, by connections that are cut; and at a stand-in."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from exchange.core.state_machine import RULES_VERSION
from exchange.language.limits import FRAME_MAX_BYTES
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.store.journal import PostgresJournal
from gateway import answers, answers_sessions, schema
from gateway.client.errors import Refused, Unreachable
from gateway.client.live import Live, News
from gateway.client.rest import Client
from gateway.client.stream import Stream
from tests.client.test_wire import BUSY, NO
from tests.gateway.house import SEEDS, START_S, House, a_bid, an_ask
from tests.runtime.kept import KeptStatements

BOOK = "book:shanghai/h800-sxm/P1D"


@pytest.fixture
async def market(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Exchange]:
    """As other tests have it, and with statements, so that everything can be resumed; a parameter is its speed."""
    journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=RULES_VERSION)
    clock = SandboxClock(speed=getattr(request, "param", 0), start_s=START_S)
    exchange = await Exchange.open(journal, clock, seeds=SEEDS, statements=KeptStatements())
    yield exchange
    await exchange.close()


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> list[Stream]:
    """Every stream that is opened."""
    opened: list[Stream] = []
    opening = Stream.open

    async def open_and_note(*sources: Any) -> Stream:
        opened.append(await opening(*sources))
        return opened[-1]

    monkeypatch.setattr(Stream, "open", open_and_note)
    return opened


async def until(live: Live, channel: str, seq: int) -> list[News]:
    """What comes, to the first news of a channel that are of so late a command."""
    told: list[News] = []
    while not told or told[-1].channel != channel or told[-1].pushes[-1].seq < seq:
        told.append(await anext(live))
    return told


def the_bid(number: int = 0) -> schema.BidBody:
    return msgspec.convert(a_bid(f"b-{number}"), schema.BidBody)


# --------------------------------------------------------------------------------------------------- at a server


@pytest.mark.parametrize("market", [60], indirect=True)
async def test_a_dead_man_is_wound_up_by_the_market_s_clock(house: House, market: Exchange) -> None:
    """A minute of it lasts a second here, and orders outlive three of them; and not who is gone."""
    alice = await house.account("alice")
    async with Client(house.url, alice) as client:
        async with client.follow("account", dead_man_s=60) as live:
            placed = await live.request("bid.place", the_bid(), answers.BidAnswer)
            await asyncio.sleep(3)
            assert (await client.bid(placed.bid.bid_id)).state == "resting"
        async with asyncio.timeout(10):
            while (await client.bid(placed.bid.bid_id)).state == "resting":
                pass
        assert (await client.bid(placed.bid.bid_id)).reason == "dead_man"


async def test_an_account_is_followed_through_cuts_and_nothing_is_lost_or_told_twice(
    house: House, streams: list[Stream]
) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    told: list[News] = []
    async with Client(house.url, alice) as client:
        async with client.follow("account", from_seq=0) as live, client.follow("account") as late:
            for number in range(6):
                await house.post("/v1/asks", hz, an_ask(f"a-{number}"))
                placed = await live.request("bid.place", the_bid(number), answers.BidAnswer)
                await streams[-1 if number else 0].close()
                told += await until(live, "account", placed.seq)
            last = live.seq
            from_now_on = await until(late, "account", last)
        async with client.follow("account", from_seq=0) as uncut:
            whole = await until(uncut, "account", last)
        for waits in (live.request("ping", schema.NoParams(), answers.Pong), anext(live)):
            with pytest.raises(Unreachable, match="the stream was closed"):
                await waits
    assert len(streams) >= 8
    assert told == whole
    assert from_now_on == whole[-len(from_now_on) :]
    assert from_now_on[0].pushes[0].seq < told[-1].pushes[0].seq


async def test_a_book_is_built_anew_after_every_gap(
    house: House, streams: list[Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    hz = await house.account("hz", ["provider"])
    skipped, putting = list[answers.Push](), asyncio.Queue[Any].put_nowait

    def leave_one_out(queue: asyncio.Queue[Any], item: Any) -> None:
        if isinstance(item, answers.Push) and item.type == "update" and not skipped:
            skipped.append(item)
        else:
            putting(queue, item)

    async with Client(house.url) as client, client.follow(BOOK, "status") as live:
        (*_, first) = await until(live, BOOK, 0)
        assert (book := first.book) is not None
        for number in range(6):
            made = await house.post("/v1/asks", hz, an_ask(f"a-{number}", price=f"{14 + number}.00"))
            if number < 3:
                await until(live, BOOK, made["seq"])
                await streams[-1].close()
            elif number == 3:  # from here on the connection stays, and a push is missed
                monkeypatch.setattr(asyncio.Queue, "put_nowait", leave_one_out)
        told = await until(live, BOOK, made["seq"])
        assert book.whole
        assert len(streams) == 4
        assert "snapshot" in [news.pushes[0].type for news in told]
        assert len(skipped) == 1
        there = await house.get("/v1/markets/shanghai/h800-sxm/book?tenor=P1D&depth=100")
        assert [list(rung) for rung in book.asks] == there["asks"]


async def test_lost_replies_and_a_key_that_is_revoked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection breaks when a request has gone out: an order is sent again, a cancel is left to the caller."""
    alice, breaks, asking = await house.account("alice"), ["bid.place", "bid.cancel"], Stream.request

    async def ask(stream: Stream, op: str, params: schema.Body, answer: type[Any]) -> Any:
        found = await asking(stream, op, params, answer)
        if op not in breaks:
            return found
        breaks.remove(op)
        raise Unreachable("x", "the reply was lost")

    monkeypatch.setattr(Stream, "request", ask)
    async with Client(house.url, alice, retries=0) as client:
        async with client.follow("account") as live:
            placed = await live.request("bid.place", the_bid(), answers.BidAnswer)
            with pytest.raises(Unreachable, match="the reply was lost"):
                await live.request("bid.cancel", schema.BidRef(bid_id=placed.bid.bid_id), answers.BidCanceled)
            (bid,) = (await live.request("bid.list", schema.OrderPage(), answers.Bids)).items
            assert (bid.bid_id, bid.state) == (placed.bid.bid_id, "canceled")
            (key,) = (await client.keys()).items
            async with Client(house.url, house.operator) as operator:
                await operator.revoke_key(key.key_id)
                await operator.deposit(schema.MoneyBody(account_id="alice", amount="1"))
            for _ in range(2):
                with pytest.raises(Refused, match="key_revoked"):
                    await until(live, "the end", 0)
            with pytest.raises(Refused, match="key_revoked"):
                await live.request("ping", schema.NoParams(), answers.Pong)
            assert not live.connected
        with pytest.raises(Refused, match="key_revoked"):
            await client.follow("account").__aenter__()


async def test_what_cannot_be_written_is_raised_as_that_and_costs_no_connection(
    house: House, streams: list[Stream]
) -> None:
    """Half of a surrogate pair, as Python reads a name by that is no UTF-8: on the stream as on REST."""
    unwritable = msgspec.structs.replace(the_bid(), use="\udc80")
    async with Client(house.url, await house.account("alice")) as client, client.follow("account") as live:
        for asking in (client.place_bid(unwritable), live.request("bid.place", unwritable, answers.BidAnswer)):
            with pytest.raises(UnicodeEncodeError):
                await asyncio.wait_for(asking, 10)
        assert live.connected
    assert len(streams) == 1


async def test_what_is_too_large_to_be_answered_is_not_sent(house: House, streams: list[Stream]) -> None:
    """The refusal of a frame that is not read has no id, and nobody would know whom it is for."""
    large = msgspec.structs.replace(the_bid(), use="x" * FRAME_MAX_BYTES)
    async with Client(house.url, await house.account("alice")) as client, client.follow("account") as live:
        with pytest.raises(Refused, match="too_large"):
            await client.place_bid(large)
        with pytest.raises(Unreachable, match="at most 65536 bytes") as never:
            await asyncio.wait_for(live.request("bid.place", large, answers.BidAnswer), 10)
        assert live.connected
    assert never.value.doubt is None
    assert len(streams) == 1


# --------------------------------------------------------------------------------------------------- at a stand-in


class Standing:
    """A stream that answers all that it is asked with nothing, notes it, and breaks when it is told to."""

    def __init__(self, asked: list[str], refusals: list[Refused]) -> None:
        self.asked = asked
        self.breaks, self.thrice = asyncio.Event(), asyncio.Event()
        self.told: list[answers.Push] = []
        self._refusals = refusals

    async def request(self, op: str, params: schema.Body, answer: type[Any]) -> Any:
        self.asked.append(f"{op} {msgspec.json.encode(params).decode()}")
        if len(self.asked) == 3:
            self.thrice.set()
        if self._refusals:
            raise self._refusals.pop()
        if answer is answers_sessions.DeadManSet:
            return answer(seconds=1, until="2026-12-01T00:00:00Z")
        return answer()

    async def subscribe(self, *channels: str, from_seq: int | None = None) -> answers.Subscribed:
        self.asked.append(f"subscribe {len(channels)} {from_seq}")
        return answers.Subscribed(channels=channels, seq=7)

    @property
    def closed(self) -> bool:
        return self.breaks.is_set()

    async def pushes(self) -> AsyncIterator[answers.Push]:
        for push in self.told:
            yield push
        await self.breaks.wait()
        raise Unreachable("x", "broke")

    async def close(self) -> None:
        self.breaks.set()


class Door:
    """Opens stand-ins, unless `closed` has another failure."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failures: list[Exception] = []
        self.refusals: list[Refused] = []
        self.streams: list[Standing] = []

    def live(self, *channels: str, **wanted: Any) -> Live:
        opening: Any = self.open
        return Live(opening, channels, **wanted)

    async def open(self) -> Standing:
        if self.failures:
            raise self.failures.pop(0)
        self.streams.append(Standing(self.asked, self.refusals))
        return self.streams[-1]


async def test_what_was_armed_and_opened_is_armed_and_opened_again() -> None:
    door, channels = Door(), [f"trades:r-{number}/x" for number in range(17)]
    armed = [
        "session.cancel_on_disconnect {}",
        'session.dead_man {"seconds":30}',
        "subscribe 16 None",
        "subscribe 1 None",
    ]
    async with door.live("account", *channels, dead_man_s=30, cancel_on_disconnect=True) as live:
        assert live.connected
        assert door.asked == [*armed, "subscribe 1 None"]
        door.asked.clear()
        door.failures += [Unreachable("x", "away"), BUSY, Unreachable("x", "away")]
        await door.streams[-1].close()
        assert await live.request("lease.meter", schema.NoParams(), answers.Answer) == answers.Answer()
        assert door.asked == [*armed, "subscribe 1 7", "lease.meter {}"]
        assert live.why == "no answer from x: broke"
    assert all(stream.breaks.is_set() for stream in door.streams)


async def test_the_dead_man_is_wound_up_while_all_is_well() -> None:
    door = Door()
    async with door.live(dead_man_s=1):
        door.refusals.append(BUSY)  # one of them may fail
        await door.streams[0].thrice.wait()
    assert set(door.asked) == {'session.dead_man {"seconds":1}'}


async def test_what_asks_for_patience_is_asked_again_and_a_refusal_that_lasts_is_raised() -> None:
    door = Door()
    async with door.live() as live:
        door.refusals += [NO, BUSY, BUSY]
        with pytest.raises(Refused, match="unknown_order"):
            await live.request("lease.meter", schema.NoParams(), answers.Answer)
        assert len(door.asked) == 3
        door.failures.append(NO)
        await door.streams[-1].close()
        with pytest.raises(Refused, match="unknown_order"):
            await anext(live)
    door.failures.append(Unreachable("x", "away"))
    with pytest.raises(Unreachable, match="away"):
        await door.live().__aenter__()


async def test_leaving_at_once_closes_what_was_opened() -> None:
    door = Door()
    async with door.live():
        pass
    assert door.streams[0].breaks.is_set()
