"""Opening a market on a database: the embedded PostgreSQL if there is no other, the journal, the clock, the seeds."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from exchange.core.state_machine import RULES_VERSION
from exchange.runtime.clock import Clock, SandboxClock, SystemClock
from exchange.runtime.exchange import Exchange
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from exchange.store.embedded import start_embedded
from exchange.store.journal import PostgresJournal


@asynccontextmanager
async def open_market(
    *,
    data_dir: Path,
    database_url: str | None = None,
    sandbox: bool = False,
    speed: float = 1.0,
    seeds_dir: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> AsyncIterator[Exchange]:
    """A market that trades until the block ends; it is then closed, and so is the database if it was ours.

    Raises JournalError, by name, when the database cannot be had, and SeedError when the seeds cannot be read.
    """
    seeds = load_seeds(seeds_dir or default_seeds_dir())
    clock: Clock = SandboxClock(speed) if sandbox else SystemClock()
    async with AsyncExitStack() as stack:
        dsn = database_url
        if dsn is None:
            dsn = await stack.enter_async_context(start_embedded(data_dir))
        journal = await PostgresJournal.open(dsn, sandbox=sandbox, rules_version=RULES_VERSION)
        exchange = await Exchange.open(journal, clock, seeds=seeds, progress=progress)
        stack.push_async_callback(exchange.close)
        yield exchange
