"""An exchange as the server opens it, for benches: on PostgreSQL of its own, without the edge and without a clock."""

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from exchange.core.state_machine import RULES_VERSION
from exchange.language.journal import Journal
from exchange.language.units import Seconds
from exchange.runtime.exchange import Exchange
from exchange.runtime.opening import GC_THRESHOLDS
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
