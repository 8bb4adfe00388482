"""Paced channels: at most five frames a second, the first at once, nothing lost; a book built from them is the book."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Any

import msgspec
import pytest

from exchange.core.state import State
from exchange.core.state_machine import StateMachine
from exchange.language.news import BookNews, TradesNews
from exchange.language.views import Level
from exchange.language.windows import most_chips, tenor_of
from exchange.projections.views import Views
from exchange.runtime.topics import BookTopic
from gateway.answers import Push, Rung
from gateway.client.following import BookBuilder
from gateway.client.rest import Client
from gateway.wire_public import rung
from gateway.ws.endings import BROKEN, RESTARTING, Ending
from gateway.ws.newsroom import BookBoard, Listener, Topic
from gateway.ws.pacing import PAUSE_S, Pace, merged_books, merged_trades
from tests.gateway.house import BODY, House, a_bid, an_ask
from tests.properties.choices import BLOB_BYTES
from tests.properties.flavours import BOOKS, DAYS
from tests.properties.world import CHIPS, REGIONS, TENORS_S, Flavour, next_command, setup
from tests.reference.market import Market

BOOK = "book:shanghai/h800-sxm/P1D/paced"
TRADES = "trades:shanghai/h800-sxm/paced"
NEWS = 150
GRAIN_S = 1e-6


class FakeAlarm:
    def __init__(self, when_s: float, ring: Callable[[], Any]) -> None:
        self.when_s = when_s
        self.ring = ring
        self.canceled = False

    def cancel(self) -> None:
        self.canceled = True


class FakeTimer:
    """Time that goes on when it is told to, and rings on its way, as early as a real one may."""

    def __init__(self) -> None:
        self.now_s = 50.0
        self._alarms: list[FakeAlarm] = []

    def time(self) -> float:
        return self.now_s

    def call_at(self, when: float, callback: Callable[[], Any], /) -> FakeAlarm:
        self._alarms.append(FakeAlarm(when - GRAIN_S, callback))
        return self._alarms[-1]

    def go_on(self, for_s: float) -> None:
        until_s = self.now_s + for_s
        while due := [alarm for alarm in self._alarms if alarm.when_s <= until_s and not alarm.canceled]:
            first = min(due, key=lambda alarm: alarm.when_s)
            self._alarms.remove(first)
            self.now_s = first.when_s
            first.ring()
        self.now_s = until_s


class Told:
    """What a pace tells, and when."""

    def __init__(self) -> None:
        self.timer = FakeTimer()
        self.times_s: list[float] = []
        self.lists: list[list[int]] = []
        self.failures: list[Exception] = []
        self.pace: Pace[list[int]] = Pace(
            self.tell, lambda lists: [each for part in lists for each in part], self.failures.append, self.timer
        )

    def tell(self, news: list[int]) -> None:
        self.times_s.append(self.timer.now_s)
        self.lists.append(news)


def test_what_comes_after_a_quiet_spell_goes_on_at_once_and_the_rest_together_when_it_is_time() -> None:
    told = Told()
    told.pace.take([1])
    assert told.lists == [[1]]
    for number in (2, 3):
        told.timer.go_on(0.02)
        told.pace.take([number])
    assert told.lists == [[1]]
    told.timer.go_on(PAUSE_S)
    assert told.lists == [[1], [2, 3]]
    assert told.times_s[1] - told.times_s[0] == pytest.approx(PAUSE_S, abs=2 * GRAIN_S)
    told.timer.go_on(PAUSE_S)
    told.pace.take([4])
    assert told.lists[2:] == [[4]]
    told.pace.take([5])
    told.pace.flush()
    told.pace.take([6])
    told.pace.close()
    told.timer.go_on(1)
    assert told.lists[3:] == [[5]], "what is closed tells nothing more"


def test_no_second_has_more_than_five_frames_however_news_come() -> None:
    told, chance = Told(), Random(1)
    told_by_s: list[float] = []
    for number in range(3_000):
        told.pace.take([number])
        told_by_s.append(told.timer.now_s + PAUSE_S)
        told.timer.go_on(chance.choice((*(0, 0.001, 0.03) * 20, 0.25)))
    told.timer.go_on(PAUSE_S)
    assert [number for each in told.lists for number in each] == list(range(3_000))
    for at_s, numbers in zip(told.times_s, told.lists, strict=True):
        assert at_s <= told_by_s[numbers[0]]
    spans_s = [later - earlier for earlier, later in zip(told.times_s, told.times_s[5:], strict=False)]
    assert min(spans_s) > 1 - 2 * GRAIN_S


def test_what_goes_wrong_later_is_told_and_what_goes_wrong_at_once_is_raised() -> None:
    timer, failures = FakeTimer(), list[Exception]()

    def refuse(_: int) -> None:
        raise ValueError

    pace: Pace[int] = Pace(refuse, sum, failures.append, timer)
    with pytest.raises(ValueError):  # noqa: PT011 - it is our own
        pace.take(1)
    pace.take(2)
    timer.go_on(1)
    assert [type(failure) for failure in failures] == [ValueError]


def test_trades_are_joined() -> None:
    def news(seq: int, prev_seq: int, *trades: Any) -> TradesNews:
        return TradesNews(region="r", chip="c", seq=seq, prev_seq=prev_seq, at_s=seq, trades=trades)

    assert merged_trades([news(3, 1, "a"), news(4, 3, "b", "c")]) == news(4, 1, "a", "b", "c")


# ------------------------------------------------------------------------------------------------------------- a book


class Desk:
    """A market under generated commands, one of its books told at a pace, and readers who come and go."""

    def __init__(self, flavour: Flavour, chance: Random) -> None:
        self.flavour, self.chance = flavour, chance
        self.machine, self.naive, self.views = StateMachine(), Market(), Views()
        self.seq = 0
        for command in setup(flavour):
            self.apply(command)
        self.key = REGIONS[0], CHIPS[0], TENORS_S[0]
        self.topic = BookTopic(self.views, *self.key)
        self.timer, self.board = FakeTimer(), BookBoard("book:r/c/t/paced")
        self.pace: Pace[BookNews] = Pace(self.tell, merged_books, self.fail, self.timer)
        self.readers: list[BookBuilder] = []
        self.books: dict[int, tuple[list[Rung], list[Rung]]] = {}
        self.frames = 0
        self.news = 0

    def apply(self, command: Any) -> None:
        self.seq += 1
        self.naive.apply(command)
        self.views.fold(self.machine.apply(self.seq, command)[1])

    def fail(self, error: Exception) -> None:
        raise error

    def tell(self, news: BookNews) -> None:
        assert not news.whole or all(level.orders for level in (*news.asks, *news.bids))
        frame = self.board.take(news)
        self.frames += 1
        for reader in self.readers:
            reader.take(msgspec.json.decode(frame, type=Push))
            assert (list(reader.asks), list(reader.bids)) == self.books[reader.seq]

    def enter(self) -> None:
        """Somebody opens the channel, between two frames or not."""
        reader = BookBuilder()
        whole = self.board.whole()
        assert whole is not None
        reader.take(msgspec.json.decode(whole, type=Push))
        assert (list(reader.asks), list(reader.bids)) == self.books[reader.seq]
        self.readers.append(reader)

    def run(self) -> None:
        self.note(self.topic.whole())
        while self.news < NEWS:
            for _ in range(self.chance.choice((1, 1, 1, 5))):  # a batch
                command = next_command(self.flavour, self.chance.randbytes(BLOB_BYTES), self.naive)
                if command is not None:
                    self.apply(command)
            news = self.topic.look()
            if news is not None:
                self.topic.seq = news.seq
                whole = self.chance.random() < 0.15  # a queue has run over
                self.note(self.topic.whole() if whole else news)
            self.timer.go_on(self.chance.choice((0, 0, 0.004, 0.03, 0.2)))
            if self.chance.random() < 0.05:
                self.enter()
        self.timer.go_on(PAUSE_S)

    def note(self, news: BookNews) -> None:
        self.news += 1
        self.books[news.seq] = core_book(self.machine.state, *self.key)
        self.pace.take(news)


def core_book(state: State, region: str, chip: str, tenor_s: int) -> tuple[list[Rung], list[Rung]]:
    """A book counted order by order, from what the core has."""
    asks: dict[int, tuple[int, int]] = {}
    bids: dict[int, tuple[int, int]] = {}
    from_s = state.catalog.next_step_s(state.now_s)

    def count(side: dict[int, tuple[int, int]], price: int, chips: int) -> None:
        before = side.get(price, (0, 0))
        side[price] = before[0] + chips, before[1] + 1

    for ask in state.asks.values():
        if ask.resting and (ask.region, ask.chip) == (region, chip) and ask.min_duration_s <= tenor_s:
            chips = most_chips(ask.free.segments(from_s), tenor_s, from_s) // ask.lot_milli * ask.lot_milli
            if chips:
                count(asks, ask.price_micros, chips)
    for bid in state.bids.values():
        for index in bid.open if bid.resting else ():
            wish = bid.alternatives[index]
            if (wish.region, wish.chip) == (region, chip) and tenor_of(wish.duration_s, TENORS_S) == tenor_s:
                count(bids, wish.price_micros, wish.quantity_milli or bid.leaves_milli)
    return rungs(asks, False), rungs(bids, True)


def rungs(side: dict[int, tuple[int, int]], highest_first: bool) -> list[Rung]:
    def spelled(price: int) -> Rung:
        return rung(Level(price_micros=price, chips_milli=side[price][0], orders=side[price][1]))

    return [spelled(price) for price in sorted(side, reverse=highest_first)]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("flavour", [BOOKS, DAYS], ids=lambda flavour: flavour.name)
def test_a_book_built_from_paced_frames_is_the_cores(flavour: Flavour, seed: int) -> None:
    desk = Desk(flavour, Random(seed))
    desk.run()
    assert len(desk.readers) > 3
    assert desk.frames < desk.news * 0.9, "frames were merged"
    last = core_book(desk.machine.state, *desk.key)
    assert all(len({len(book[side]) for book in desk.books.values()}) > 2 for side in (0, 1)), "books of many sizes"
    for reader in desk.readers:
        assert (list(reader.asks), list(reader.bids)) == last


# ------------------------------------------------------------------------------------------------------------ its end


class News:
    """A market's news: these, and then the end or nothing more."""

    def __init__(self, news: list[Any], ends: bool) -> None:
        self.news, self.ends, self.closed = news, ends, False

    async def __aiter__(self) -> AsyncIterator[Any]:
        for each in self.news:
            yield each
        if not self.ends:
            await asyncio.Event().wait()

    def close(self) -> None:
        self.closed = True


class Frames:
    """An outbox that takes everything."""

    def __init__(self) -> None:
        self.frames: list[Push] = []

    def offer(self, frame: bytes, _: Callable[[], None]) -> bool:
        self.frames.append(msgspec.json.decode(frame, type=Push))
        return True


async def followed(news: News) -> tuple[list[Push], list[int]]:
    """The frames of a paced channel with these news, and the codes with which it ended, once it has."""
    frames, codes, over = Frames(), list[int](), asyncio.Event()

    def ended(ending: Ending) -> None:
        codes.append(ending[0])
        over.set()

    topic = Topic(news, BookBoard("book:r/c/P1D/paced"), merged_books, lambda: None)
    Listener(topic, frames, ended, lambda: None).begin()  # type: ignore[arg-type]
    await over.wait()
    await asyncio.wait([topic._task])
    assert news.closed
    return frames.frames, codes


def a_change(seq: int, prev_seq: int) -> BookNews:
    at = (Level(price_micros=seq, chips_milli=1000, orders=1),)
    book = {"asks": at, "bids": (), "best_asks": at, "best_bids": ()}
    return BookNews(
        region="r", chip="c", tenor_s=86_400, seq=seq, prev_seq=prev_seq, at_s=seq, whole=not prev_seq, **book
    )


async def test_what_waits_is_told_before_the_market_stops() -> None:
    frames, codes = await followed(News([a_change(1, 0), a_change(2, 1), a_change(3, 2)], ends=True))
    assert [(push.prev_seq, push.seq) for push in frames] == [(0, 1), (1, 3)]
    assert codes == [RESTARTING]


async def test_news_that_cannot_be_told_end_the_channel_once() -> None:
    frames, codes = await followed(News([a_change(1, 0), None, None], ends=False))
    assert [push.seq for push in frames] == [1]
    assert codes == [BROKEN]


# ----------------------------------------------------------------------------------------------------------- the edge


def typed(push: BODY) -> Push:
    return msgspec.json.decode(msgspec.json.encode(push), type=Push)


async def test_paced_channels_of_the_edge(house: House) -> None:
    """A book and all trades, in fewer frames than there were orders; in time for who opens them late."""
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    socket = await house.connect()
    opened = await socket.do("subscribe", channels=["book:shanghai/h800-sxm/PT24H/paced", TRADES])
    assert opened["channels"] == [BOOK, TRADES]
    for number in range(20):
        await house.post("/v1/asks", hz, an_ask(f"a-{number}", quantity="2"))
        await house.post("/v1/bids", alice, a_bid(f"b-{number}", quantity="2"))
    last = await house.post("/v1/asks", hz, an_ask(price="20.00"))
    builder, items, frames = BookBuilder(), list[Any](), Counter[str]()
    traded_seq = 0
    while builder.seq < last["seq"] or len(items) < 20:
        push = typed(await socket.push())
        frames[push.channel] += 1
        if push.channel == BOOK:
            builder.take(push)
            continue
        assert push.prev_seq == traded_seq
        traded_seq = push.seq
        items += msgspec.json.decode(push.data)["items"]
    assert frames[BOOK] < 40
    assert items == (await house.get("/v1/markets/shanghai/h800-sxm/trades"))["items"][::-1]
    book = await house.get("/v1/markets/shanghai/h800-sxm/book?tenor=P1D&depth=100")
    assert ([list(level) for level in builder.asks], [list(level) for level in builder.bids]) == (
        book["asks"],
        book["bids"],
    )
    late, another = await house.connect(), BookBuilder()
    await late.do("subscribe", channels=[BOOK])
    another.take(typed(await late.push()))
    assert (another.asks, another.bids, another.seq) == (builder.asks, builder.bids, builder.seq)
    assert (await socket.do("unsubscribe", channels=[BOOK]))["channels"] == [TRADES]
    for wrong in ("status/paced", "account/paced", f"{BOOK}/paced"):
        assert not (await socket.ask("subscribe", channels=[wrong]))["ok"]


async def test_a_follower_builds_a_paced_book(house: House) -> None:
    hz = await house.account("hz", ["provider"])
    async with Client(house.url) as client, client.follow(BOOK) as live:
        placed = await house.post("/v1/asks", hz, an_ask())
        news = await anext(live)
        while news.pushes[-1].seq < placed["seq"]:
            news = await anext(live)
        assert news.book is not None
        assert news.book.asks == (("14.00", "8", 1),)
