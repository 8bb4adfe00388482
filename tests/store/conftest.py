"""What the tests of the store share: journals that are closed at the end, and a way past them into the database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from exchange.store.journal import PostgresJournal
from exchange.store.migrate import MIGRATIONS, Connection

Opener = Callable[..., Awaitable[PostgresJournal]]


@pytest.fixture
async def open_journal(database_url: str) -> AsyncIterator[Opener]:
    """Opens the test's database as a journal, a live one of rules version 1 unless told otherwise."""
    async with AsyncExitStack() as stack:

        async def opener(
            *, sandbox: bool = False, rules_version: int = 1, take_over: bool = False, migrations: Path = MIGRATIONS
        ) -> PostgresJournal:
            journal = await PostgresJournal.open(
                database_url, sandbox=sandbox, rules_version=rules_version, take_over=take_over, migrations=migrations
            )
            stack.push_async_callback(journal.close)
            return journal

        yield opener


@pytest.fixture
async def raw(database_url: str) -> AsyncIterator[Connection]:
    """A connection of somebody who does not go through the journal."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def blocked_session(raw: Connection) -> int:
    """The session that waits for an advisory lock in this database, as soon as there is one."""
    query = """
        SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    async with asyncio.timeout(10):
        while (pid := await raw.fetchval(query)) is None:
            pass
    return int(pid)
