"""An exchange as the server opens it, for benches: on PostgreSQL of its own, without the edge and without a clock.

Or no more of it than core and journal: the pump with all that it waits for and answers, but nobody who looks on.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple

from exchange.core.conservation import audit
from exchange.core.digest import digest
from exchange.core.state_machine import RULES_VERSION
from exchange.language.commands import Command
from exchange.language.events import Applied
from exchange.language.journal import Journal
from exchange.language.port import Outcome
from exchange.language.units import Seconds
from exchange.language.views import Notice
from exchange.projections.views import Views
from exchange.runtime.exchange import Exchange
from exchange.runtime.feed import Feed
from exchange.runtime.inbox import Inbox
from exchange.runtime.meters import Meters
from exchange.runtime.opening import GC_THRESHOLDS
from exchange.runtime.pump import Pump
from exchange.runtime.replaying import Place
from exchange.runtime.scribe import Scribe
from exchange.store.journal import PostgresJournal
from exchange.store.snapshots import PostgresSnapshots
from exchange.store.statements import PostgresStatements


class Standing:
    """A clock that leaves time to the commands."""

    def now_s(self) -> Seconds:
        return 0

    def resume(self, at_s: Seconds) -> None:
        pass

    def wait_s(self, until_s: Seconds) -> float | None:
        return None


async def open_journal(dsn: str) -> PostgresJournal:
    """The journal of a sandbox, made if there is none."""
    return await PostgresJournal.open(dsn, sandbox=True, rules_version=RULES_VERSION)


@asynccontextmanager
async def served(dsn: str, epoch: int, journal: Journal, *, tables: bool) -> AsyncIterator[Exchange]:
    """An exchange on a journal that was opened by an epoch, with SQL tables and snapshots, or with neither."""
    statements = PostgresStatements(dsn, epoch) if tables else None
    try:
        snapshots = PostgresSnapshots(dsn) if tables else None
        exchange = await Exchange.open(journal, Standing(), snapshots=snapshots, statements=statements)
        try:
            yield exchange
        finally:
            await exchange.close()
    finally:
        if statements is not None:
            await statements.aclose()


class Blind(Views):
    """Views that see nothing but how far the market is."""

    def fold(self, applied: Applied) -> list[Notice]:
        self.seq = applied.seq
        return []


class Checked(NamedTuple):
    """A check of all the books, as an exchange's own but for the numbers in it."""

    digest: str
    violations: tuple[str, ...]


class Piped:
    """A machine behind its journal, to which commands are given as to an exchange."""

    def __init__(self, place: Place, inbox: Inbox) -> None:
        self._state = place.machine.state
        self._inbox = inbox

    async def submit(self, command: Command) -> Outcome:
        return await self._inbox.put(command)

    def audit(self) -> Checked:
        return Checked(digest(self._state), tuple(audit(self._state)))


@asynccontextmanager
async def piped(journal: Journal) -> AsyncIterator[Piped]:
    """Core and journal alone, on a journal that is empty."""
    place, inbox, scribe = Place(views=Blind()), Inbox(), await Scribe.begin(None)
    pump = Pump(place, journal, Standing(), inbox, scribe, Feed(place.views, scribe), Meters())
    running = asyncio.create_task(pump.run())
    try:
        yield Piped(place, inbox)
    finally:
        pump.stop()
        await running
        await journal.close()


@contextmanager
def collecting() -> Iterator[None]:
    """The garbage collector as the server has it: what is there is frozen, and young collections are rarer."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        gc.collect()
