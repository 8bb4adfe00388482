"""The pump goes on when one command is nothing that a journal can keep, ends when it is to, and never spins."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from msgspec import structs

from exchange.core.digest import digest
from exchange.core.ledger.chart import AVAILABLE, purse
from exchange.language.codec import decode_commands
from exchange.language.commands import SetRules
from exchange.language.commands_sessions import SetDeadMan
from exchange.language.journal import JournalError
from exchange.language.port import MarketStopped
from exchange.language.statements import Page
from exchange.language.units import DAY_S, HOUR_S
from exchange.language.windows import ceil_to_step
from exchange.runtime import pump, scribe
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.runtime.recovery import recover
from tests.core.world import BUYER, RULES, SETUP, T0, ask, bid, wish
from tests.reference.market import Market
from tests.runtime.kept import KeptJournal, KeptStatements

TOO_LONG = SetDeadMan(account_id=BUYER, seconds=1 << 64)
QUARTER_S = 900
SOON_S = 5


async def test_what_the_journal_cannot_keep_stops_nobody_else() -> None:
    journal = KeptJournal()
    exchange = await Exchange.open(journal, SandboxClock(0, T0), seeds=list(SETUP))
    before, refused, after = await asyncio.gather(
        exchange.submit(ask("20", by=BUYER)),
        exchange.submit(TOO_LONG),
        exchange.submit(SetDeadMan(account_id=BUYER, seconds=60)),
        return_exceptions=True,
    )
    assert isinstance(refused, OverflowError)
    assert [type(each).__name__ for each in (before, after)] == ["Outcome", "Outcome"]
    with pytest.raises(OverflowError):
        await exchange.submit(TOO_LONG)
    assert (await exchange.submit(structs.replace(ask("21", by=BUYER), client_order_id="another"))).reject is None
    await exchange.close()

    again = await Exchange.open(journal, SandboxClock(0, T0))
    assert again.reads.dead_man_until_s(BUYER) == T0 + 60
    assert len(again.reads.asks(BUYER, None, None, 10)) == 2
    await again.close()


async def test_nor_when_its_sender_has_left() -> None:
    exchange = await Exchange.open(KeptJournal(), SandboxClock(0, T0), seeds=list(SETUP))
    leaving = asyncio.create_task(exchange.submit(TOO_LONG))
    after = asyncio.create_task(exchange.submit(SetDeadMan(account_id=BUYER, seconds=60)))
    await asyncio.sleep(0)  # both wait for the pump, which has not had its turn
    leaving.cancel()
    assert (await after).reject is None
    assert exchange.ready
    await exchange.close()


class HungStatements(KeptStatements):
    """Tables of a database that has stopped answering."""

    async def write(self, page: Page) -> None:
        await asyncio.Event().wait()


async def test_who_waits_for_room_is_told_when_the_journal_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = await Exchange.open(KeptJournal(), SandboxClock(0, T0), seeds=list(SETUP), statements=HungStatements())
    monkeypatch.setattr(scribe, "GATHERED_MAX", 1)
    waiting = [asyncio.create_task(exchange.submit(SetDeadMan(account_id=BUYER, seconds=n))) for n in (60, 61)]
    await asyncio.wait(waiting, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
    waiting.append(asyncio.create_task(exchange.submit(SetDeadMan(account_id=BUYER, seconds=62))))
    await asyncio.sleep(2 * scribe.PACE_S)
    assert not waiting[-1].done(), "the tables hang, and there is no room"
    exchange.lost_journal(JournalError("gone"))
    async with asyncio.timeout(SOON_S):
        with pytest.raises(MarketStopped):
            await waiting[-1]
        with pytest.raises(JournalError, match="gone"):
            await exchange.close()


async def test_what_falls_due_at_this_very_instant_is_done_at_once_and_the_pump_rests() -> None:
    """A lease begins now and is given no time to be started; the sandbox's clock stands."""
    journal = KeptJournal()
    rules = SetRules(rules=structs.replace(RULES, start_grace_s=0))
    seeds = [rules if isinstance(command, SetRules) else command for command in SETUP]
    exchange = await Exchange.open(journal, SandboxClock(0, T0), seeds=seeds)
    for order in (ask("14", by="p"), bid(wish(latest=0))):
        assert (await exchange.submit(structs.replace(order, client_order_id="one"))).reject is None
    lease = exchange.reads.lease(1)
    assert lease is not None and lease.start_s == T0
    for _ in range(50):
        await asyncio.sleep(0)
    lease, rows = exchange.reads.lease(1), len(journal.kept)
    assert lease is not None and (lease.state, lease.reason) == ("defaulted", "not_started")
    rounds = counted(exchange)
    for _ in range(50):
        await asyncio.sleep(0)
    assert (rounds(), len(journal.kept)) == (0, rows), "nothing is due, and nobody asks"
    told = exchange.audit()
    await exchange.close()

    replayed = (await recover(journal)).place.machine.state
    assert (told.violations, digest(replayed)) == ((), told.digest)
    commands = [command for row in journal.kept for command in decode_commands(row.payload)]
    twin = Market()
    for command in commands:
        twin.apply(command)
    assert (twin.now, twin.leases[1].state) == (T0, "defaulted")
    balances = replayed.ledger.balances
    assert twin.cash == {name: balances[purse(name, AVAILABLE)] for name in twin.cash}


def counted(exchange: Exchange) -> Callable[[], int]:
    """How often the pump looks into the inbox from now on."""
    rounds, wait = [0], exchange._inbox.wait

    def look(timeout_s: float | None) -> Coroutine[Any, Any, None]:
        rounds[0] += 1
        return wait(timeout_s)

    exchange._inbox.wait = look  # type: ignore[method-assign]
    return lambda: rounds[0]


async def test_books_of_a_quiet_market_show_no_more_than_can_still_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ask for a day, of which there is less than a day from the first step on; nobody else comes, nothing is due."""
    monkeypatch.setattr(pump, "AGED_EVERY_S", 0.0)
    journal = KeptJournal()
    exchange = await Exchange.open(journal, SandboxClock(4 * QUARTER_S, T0), seeds=list(SETUP))
    await asyncio.sleep(0.6)
    assert len(journal.kept) == 1, "without an ask there is nothing to tell"
    soon_s = ceil_to_step(exchange.clock_s, QUARTER_S)
    for_a_day = structs.replace(ask("14"), start_s=None, end_s=soon_s + DAY_S + 2 * QUARTER_S, client_order_id="one")
    assert (await exchange.submit(for_a_day)).reject is None
    book = exchange.reads.book("hz", "h800", DAY_S, 5)
    assert [level.chips_milli for level in book.asks] == [8_000]
    await asyncio.sleep(1.5)
    assert exchange.reads.book("hz", "h800", DAY_S, 5).asks == ()
    assert exchange.reads.book("hz", "h800", 6 * HOUR_S, 5).asks
    assert exchange.reads.usage().venue.registered_uch > 0
    told = exchange.audit()
    await exchange.close()
    assert (told.violations, digest((await recover(journal)).place.machine.state)) == ((), told.digest)


async def test_no_digest_is_made_that_commands_or_a_stop_would_wait_long_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def marks(serving_s: float, last_s: float) -> tuple[int, int, int]:
        """How many were kept before the stop and by it, and how many were left out."""
        monkeypatch.setattr(pump, "MARK_EVERY_S", 0.0)
        monkeypatch.setattr(pump, "MARK_SHARE", 0)
        monkeypatch.setattr(pump, "WALK_MAX_S", serving_s)
        monkeypatch.setattr(pump, "LAST_WALK_MAX_S", last_s)
        journal = KeptJournal()
        exchange = await Exchange.open(journal, SandboxClock(0, T0), seeds=list(SETUP))
        await exchange.submit(SetDeadMan(account_id=BUYER, seconds=60))
        await asyncio.sleep(0)
        served = len(journal.marks)
        await exchange.submit(SetDeadMan(account_id=BUYER, seconds=61))
        await exchange.close()
        return served, len(journal.marks), exchange.pulse().marks_skipped

    assert await marks(1.0, 1.0) == (2, 3, 0)
    assert await marks(0.0, 1.0) == (0, 1, 3)
    assert await marks(0.0, 0.0) == (0, 0, 4)
