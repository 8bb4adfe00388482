"""The feed: from wherever an account resumes, it hears the rest of the one history, whole, in order, and live."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from exchange.language.codec import decode_commands
from exchange.language.commands import AdvanceTime, CancelAsk, Command, Deposit, PlaceAsk, PlaceBid, SetMarketState
from exchange.language.journal import JournalError
from exchange.language.news import BookNews
from exchange.language.port import CannotResume, FellBehind, MarketStopped, Subscription
from exchange.language.statements import Page, Told
from exchange.language.units import DAY_S
from exchange.projections.views import Views
from exchange.runtime import feed as feeding
from exchange.runtime import scribe as writing
from exchange.runtime import topics
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.runtime.feed import Feed
from exchange.runtime.scribe import Scribe
from tests.core.world import BUYER, SETUP, T0, ask, bid, micros, wish
from tests.runtime.kept import Copyist, KeptJournal, KeptStatements

ROUNDS = 30


def orders(rounds: int = ROUNDS) -> list[Command]:
    """Offers of two providers that a buyer takes half of, and deposits now and then."""
    commands: list[Command] = []
    for number in range(rounds):
        offer = ask("14", "4", by="pq"[number % 2])
        commands.append(named(offer, f"a-{number}"))
        commands.append(named(bid(wish("14"), chips="2"), f"b-{number}"))
        if number % 5 == 0:
            commands.append(Deposit(account_id=BUYER, amount_micros=1_000_000))
    return commands


def named(command: PlaceAsk | PlaceBid, name: str) -> Command:
    return replace(command, client_order_id=name)


@asynccontextmanager
async def opened(journal: KeptJournal, statements: KeptStatements | None) -> AsyncIterator[Exchange]:
    market = await Exchange.open(journal, SandboxClock(speed=0, start_s=T0), seeds=list(SETUP), statements=statements)
    try:
        yield market
    finally:
        await market.close()


async def heard(news: Subscription[Told], until_seq: int) -> list[Told]:
    """What is told, up to a command that told something."""
    found = []
    async for told in news:
        found.append(told)
        if told.seq >= until_seq:
            news.close()
            return found
    return found


def history(journal: KeptJournal, account_id: str = BUYER) -> list[Told]:
    """All that an account was ever told."""
    copyist = Copyist()
    commands = [command for row in journal.kept for command in decode_commands(row.payload)]
    return [told for command in commands for told in copyist.apply(command) if told.account_id == account_id]


@pytest.mark.parametrize("ring_max", [0, 7, 100_000])
async def test_resuming_from_anywhere_gives_the_rest(monkeypatch: pytest.MonkeyPatch, ring_max: int) -> None:
    """From the tables alone, over the seam between tables and memory, from memory alone; after a restart, too."""
    monkeypatch.setattr(feeding, "RING_MAX", ring_max)
    journal, statements = KeptJournal(), KeptStatements()
    async with opened(journal, statements) as market:
        for command in orders():
            assert (await market.submit(command)).reject is None
        whole = history(journal)
        assert len(whole) > ROUNDS
        await check_resumes(market, whole)
        with pytest.raises(CannotResume, match=f"stands at seq {market.reads.seq}"):
            market.subscribe(BUYER, market.reads.seq + 1)
    async with opened(journal, statements) as market:
        await check_resumes(market, whole)
        await market.submit(Deposit(account_id=BUYER, amount_micros=1))
        await check_resumes(market, history(journal))


async def check_resumes(market: Exchange, whole: list[Told]) -> None:
    for from_seq in range(whole[-1].seq):
        got = await heard(market.subscribe(BUYER, from_seq), whole[-1].seq)
        assert got == [told for told in whole if told.seq > from_seq]


async def test_news_go_on_while_somebody_resumes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow reader comes over the seam while the ring moves on under it."""
    monkeypatch.setattr(feeding, "RING_MAX", 3)
    journal = KeptJournal()
    async with opened(journal, KeptStatements()) as market:
        commands = orders()
        for command in commands[:20]:
            await market.submit(command)
        news = market.subscribe(BUYER, 0)
        got = []
        reader = aiter(news)
        for number, command in enumerate(commands[20:]):
            if number % 4 == 0:
                got.append(await anext(reader))
            await market.submit(command)
        news.close()
        got += [told async for told in reader]
    assert got == history(journal)


async def test_a_laggard_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has caught up and then does not read is not waited for, and resumes where it was."""
    monkeypatch.setattr(feeding, "RING_MAX", 5)
    copyist = Copyist()
    feed = Feed(copyist.views, await Scribe.begin(None))
    for command in SETUP:
        feed.tell(copyist.apply(command))
    news = feed.subscribe(BUYER)
    reader = aiter(news)
    first = asyncio.ensure_future(anext(reader))
    await asyncio.sleep(0)
    commands = orders()
    feed.tell(copyist.apply(commands[0]))
    feed.tell(copyist.apply(commands[1]))
    told = await first
    for command in commands[2:]:
        feed.tell(copyist.apply(command))
    with pytest.raises(FellBehind, match=f"after seq {told.seq}"):
        await anext(reader)
    with pytest.raises(CannotResume, match="without statements nothing before"):
        feed.subscribe(BUYER, told.seq)


async def test_resuming_takes_of_the_ring_no_more_than_it_reads() -> None:
    """However much the ring holds, a reader looks at the next stretch of it, and at nothing twice."""
    looks = 0

    class Counted(Told, frozen=True):
        def __getattribute__(self, name: str) -> Any:
            nonlocal looks
            looks += name == "seq"
            return super().__getattribute__(name)

    count = 50 * feeding.CHUNK + 7
    copyist = Copyist()
    feed = Feed(copyist.views, await Scribe.begin(None))
    whole = [Counted(BUYER, seq, seq - 1, ()) for seq in range(1, count + 1)]
    feed.tell(whole)
    for seq in (0, 1, count - 1, count - feeding.CHUNK, count // 2):
        assert feed.in_ring(BUYER, seq) == whole[seq : seq + feeding.CHUNK]
    assert feed.in_ring(BUYER, count) == feed.in_ring("nobody", 0) == []
    copyist.views.seq, looks = count, 0
    assert len(await heard(feed.subscribe(BUYER, 0), count)) == count
    assert looks < 10 * count


async def test_the_ring_keeps_what_is_not_written_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "RING_MAX", 0)
    statements, copyist = KeptStatements(), Copyist()
    scribe = await Scribe.begin(statements)
    feed = Feed(copyist.views, scribe, statements)
    whole = []
    for command in [*SETUP, *orders()]:
        told = copyist.apply(command)
        feed.tell(told)
        whole += [each for each in told if each.account_id == BUYER]
    assert await heard(feed.subscribe(BUYER, 0), whole[-1].seq) == whole
    page = copyist.page()
    assert page is not None
    await statements.write(page)
    scribe.written_seq = page.last_seq
    feed.tell(())
    assert feed.in_ring(BUYER, 0) == []
    assert await heard(feed.subscribe(BUYER, 0), whole[-1].seq) == whole


class StuckStatements(KeptStatements):
    """Tables that take nothing until they are let, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()
        self.broken = False

    async def write(self, page: Page) -> None:
        await self.let.wait()
        if self.broken:
            raise JournalError("the disk is full: make room and start again")
        await super().write(page)


async def test_the_market_waits_for_the_scribe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "GATHERED_MAX", 20)
    statements = StuckStatements()
    statements.let.set()
    async with opened(KeptJournal(), statements) as market:
        statements.let.clear()
        submitted = [asyncio.ensure_future(market.submit(command)) for command in orders()]
        for _ in range(1000):
            await asyncio.sleep(0)
        more = asyncio.ensure_future(market.submit(Deposit(account_id=BUYER, amount_micros=1)))
        for _ in range(1000):
            await asyncio.sleep(0)
        assert not more.done(), "a batch was taken, then the next had to wait"
        statements.let.set()
        await asyncio.gather(*submitted, more)
    assert statements.seq == market.reads.seq


async def test_a_page_that_cannot_be_written_ends_the_market() -> None:
    statements = StuckStatements()
    statements.let.set()
    journal = KeptJournal()
    market = await Exchange.open(journal, SandboxClock(speed=0, start_s=T0), seeds=list(SETUP), statements=statements)
    statements.broken = True
    await market.submit(Deposit(account_id=BUYER, amount_micros=1))
    with pytest.raises(JournalError, match="the disk is full"):
        await market.stopped()
    with pytest.raises(MarketStopped):
        await market.submit(Deposit(account_id=BUYER, amount_micros=1))
    with pytest.raises(JournalError, match="the disk is full"):
        await market.close()
    again = KeptStatements()
    async with opened(journal, again) as market:
        assert again.seq == market.reads.seq == await journal.last_seq(), "made again from the journal"


# ------------------------------------------------------------------------------------------------------------- topics


def levels_of(views: Views) -> dict[str, dict[int, tuple[int, int]]]:
    book = views.book("hz", "h800", DAY_S, 1_000)
    sides = {"asks": book.asks, "bids": book.bids}
    return {name: {at.price_micros: (at.chips_milli, at.orders) for at in levels} for name, levels in sides.items()}


class Built:
    """A book from its news."""

    def __init__(self) -> None:
        self.seq = 0
        self.sides: dict[str, dict[int, tuple[int, int]]] = {"asks": {}, "bids": {}}

    def take(self, news: BookNews) -> None:
        if news.whole:
            self.sides = {"asks": {}, "bids": {}}
        else:
            assert news.prev_seq == self.seq
        self.seq = news.seq
        for name, levels in (("asks", news.asks), ("bids", news.bids)):
            for level in levels:
                self.sides[name][level.price_micros] = (level.chips_milli, level.orders)
                if not level.chips_milli:
                    del self.sides[name][level.price_micros]


async def test_a_book_is_told_whole_and_then_as_it_changes() -> None:
    """Also when time alone wears asks away, and one command at a time or many in a batch."""
    async with opened(KeptJournal(), None) as market:
        news = market.subscribe_book("hz", "h800", DAY_S)
        reader, built = aiter(news), Built()
        built.take(await anext(reader))
        assert built.sides == {"asks": {}, "bids": {}}
        for number in range(8):
            commands = [named(ask(str(15 + number % 3), end=24 + 12 * number), f"a-{number}"),
                        named(bid(wish(str(10 + number % 4)), chips="2"), f"b-{number}"),
                        named(bid(wish("17"), chips="1"), f"c-{number}")]  # fmt: skip
            await asyncio.gather(*map(market.submit, commands))
            built.take(await anext(reader))
            assert built.sides == levels_of(market.reads)
            assert built.seq == market.reads.seq
        before = dict(built.sides["asks"])
        await market.submit(AdvanceTime(to_s=T0 + 30 * 3600))
        built.take(await anext(reader))
        assert built.sides == levels_of(market.reads)
        assert built.sides["asks"] != before
        await market.submit(Deposit(account_id=BUYER, amount_micros=1))
        await market.submit(CancelAsk(account_id="p", ask_id=8))
        built.take(await anext(reader))
        assert built.sides == levels_of(market.reads)
        late = Built()
        late.take(await anext(aiter(market.subscribe_book("hz", "h800", DAY_S))))
        assert (late.sides, late.seq) == (built.sides, built.seq)
        news.close()


async def test_who_does_not_read_a_book_gets_it_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "QUEUE_MAX", 3)
    async with opened(KeptJournal(), None) as market:
        book, tape = market.subscribe_book("hz", "h800", DAY_S), market.subscribe_trades("hz", "h800")
        for command in orders(5):
            await market.submit(command)
        reader, built = aiter(book), Built()
        first = await anext(reader)
        assert first.whole
        built.take(first)
        assert built.sides == levels_of(market.reads)
        with pytest.raises(FellBehind):
            await anext(aiter(tape))


async def test_trades_and_brakes_are_told_in_order() -> None:
    async with opened(KeptJournal(), None) as market:
        tape, status = market.subscribe_trades("hz", "h800"), market.subscribe_status()
        brakes = aiter(status)
        assert (await anext(brakes)).brakes == ()
        for command in orders(5):
            await market.submit(command)
        stop = SetMarketState(operator_id="", state="halted", reason="drill", region="hz")
        outcome = await market.submit(stop)
        tape.close()
        got = [news async for news in tape]
        assert [trade.trade_id for news in got for trade in news.trades] == [1, 2, 3, 4, 5]
        assert [news.prev_seq for news in got] == [0, *(news.seq for news in got[:-1])]
        told = await anext(brakes)
        assert told.brakes == tuple(market.reads.brakes()) and told.seq == outcome.seq
        assert told.brakes[0].state == "halted"
    assert [news async for news in brakes] == [], "the market has closed"
    assert micros("14") == got[0].trades[0].price_micros
