"""The journal held by who is no server: to restore one, or to make again what is made from it.

Contract: no server can open the journal meanwhile, and one that has it open is not disturbed. No epoch is taken, so
nothing can be appended. The schema is this release's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exchange.store.connecting import close, connect, naming_failures
from exchange.store.journal import bring_up_to_date, hold
from exchange.store.migrate import MIGRATIONS, Connection


@asynccontextmanager
async def holding(dsn: str) -> AsyncIterator[Connection]:
    """A connection that holds the journal until it is closed. Raises JournalBusy, MigrationMismatch and others."""
    connection = await connect(dsn, answer_s=None)
    try:
        with naming_failures("The journal could not be opened"):
            await hold(connection)
            await bring_up_to_date(dsn, MIGRATIONS)
        yield connection
    finally:
        await close(connection)
