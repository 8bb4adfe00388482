"""Opening a market on a database: the embedded PostgreSQL if there is no other, the journal, the clock, the seeds."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from exchange.core.state_machine import RULES_VERSION
from exchange.language.journal import DatabaseUnavailable
from exchange.runtime.clock import Clock, SandboxClock, SystemClock
from exchange.runtime.exchange import Exchange
from exchange.runtime.keeper import Keeping, keeping_snapshots
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from exchange.store.embedded import reach_embedded, start_embedded
from exchange.store.journal import PostgresJournal
from exchange.store.reading import JournalReader
from exchange.store.snapshots import PostgresSnapshots
from exchange.store.statements import PostgresStatements

# All commands wait while the collector looks at things, about a microsecond for each: 5 ms for the youngest, and four
# times that when they have come through four times. What is left lives long, so all of it is looked at only every 10⁸
# things or so.
GC_THRESHOLDS = (5_000, 3, 5_000)


@asynccontextmanager
async def open_market(
    *,
    data_dir: Path,
    database_url: str | None = None,
    sandbox: bool = False,
    speed: float = 1.0,
    seeds_dir: Path | None = None,
    take_over: bool = False,
    keeping: Keeping | None = None,
    progress: Callable[[int], None] | None = None,
) -> AsyncIterator[Exchange]:
    """A market that trades until the block ends; it is then closed, and so is the database if it was ours.

    With `take_over`, a server that has the database open is shut out; with `keeping`, snapshots are taken meanwhile.
    Raises JournalError, by name, when the database cannot be had, and SeedError when the seeds cannot be read.
    """
    seeds = load_seeds(seeds_dir or default_seeds_dir())
    clock: Clock = SandboxClock(speed) if sandbox else SystemClock()
    async with AsyncExitStack() as stack:
        dsn = database_url
        if dsn is None:
            dsn = await stack.enter_async_context(start_embedded(data_dir))
        journal = await PostgresJournal.open(dsn, sandbox=sandbox, rules_version=RULES_VERSION, take_over=take_over)
        statements = PostgresStatements(dsn, journal.epoch)
        stack.push_async_callback(statements.aclose)
        exchange = await Exchange.open(
            journal,
            clock,
            seeds=seeds,
            progress=progress,
            snapshots=PostgresSnapshots(dsn),
            statements=statements,
        )
        stack.push_async_callback(exchange.close)
        journal.when_lost(exchange.lost_journal)  # else an idle server would not notice
        # Not in the exchange itself: several of them may share a process, whose collector this is.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        if keeping is not None:
            await stack.enter_async_context(
                keeping_snapshots(keeping, dsn, lambda: exchange.reads.seq, exchange.meters)
            )
        yield exchange


@asynccontextmanager
async def reach_database(*, data_dir: Path, database_url: str | None, new: bool = False) -> AsyncIterator[str]:
    """The DSN of a database that a server may have open: its own, or the embedded one, started if it does not run.

    With `new` the embedded one may be empty, or not be there yet. Raises DatabaseUnavailable.
    """
    if database_url is not None:
        yield database_url
        return
    async with start_embedded(data_dir) if new else reach_embedded(data_dir) as dsn:
        yield dsn


async def journal_end(dsn: str) -> int:
    """The last seq of the journal in a database. Raises DatabaseUnavailable when nothing has happened there yet."""
    end_seq = await JournalReader(dsn).last_seq()
    if not end_seq:
        raise DatabaseUnavailable("The database holds no market yet: name another --data-dir or --database-url.")
    return end_seq
