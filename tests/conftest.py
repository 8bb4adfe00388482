"""What tests of several rooms share: a real PostgreSQL, started once, and an empty database for each test that asks."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from exchange.store import embedded
from exchange.store.migrate import migrate

# A runner that shares the suite out sets it for its workers; commands then fit their tables to it.
os.environ.pop("COLUMNS", None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The DSN of a server: the one that DATABASE_URL names, as a superuser of it, or the embedded one.

    The embedded one does not wait for the disk: what it holds need not outlive the machine.
    """
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(embedded.SETTINGS, "fsync", "off")
            dsn = await stack.enter_async_context(embedded.start_embedded(tmp_path_factory.mktemp("market")))
        yield dsn


@asynccontextmanager
async def database(postgres: str, template: str = "template1", strategy: str = "wal_log") -> AsyncIterator[str]:
    """The DSN of a new database that is a copy of another one, dropped at the end whoever is still in it."""
    name = f"leasebook_test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}")
        yield urlsplit(postgres)._replace(path=f"/{name}").geturl()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
async def database_url(postgres: str) -> AsyncIterator[str]:
    """The DSN of an empty database."""
    async with database(postgres) as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def schema(postgres: str) -> AsyncIterator[str]:
    """The name of a database with the schema and nothing in it, to be copied: to make it anew takes much longer."""
    async with database(postgres) as dsn:
        connection = await asyncpg.connect(dsn)
        await migrate(connection)
        await connection.close()
        yield urlsplit(dsn).path.removeprefix("/")
