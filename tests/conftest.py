"""What tests of several rooms share: a real PostgreSQL, started once, and a database as new for each test that asks."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from exchange.store import embedded
from exchange.store.migrate import migrate
from tests.databases import Kept, Shelf, database

# A runner that shares the suite out sets it for its workers; commands then fit their tables to it.
os.environ.pop("COLUMNS", None)

_GIVEN = os.environ.get("DATABASE_URL")


@pytest.fixture(autouse=True)
def no_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which server the tests use is no business of the commands that they run."""
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The DSN of a server: the one that DATABASE_URL names, as a superuser of it, or the embedded one.

    The embedded one does not wait for the disk: what it holds need not outlive the machine.
    """
    if _GIVEN:
        yield _GIVEN
        return
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(embedded.SETTINGS, "fsync", "off")
            dsn = await stack.enter_async_context(embedded.start_embedded(tmp_path_factory.mktemp("market")))
        yield dsn


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def schema(postgres: str) -> AsyncIterator[str]:
    """The name of a database with the schema and nothing in it, to be copied: to make it anew takes much longer."""
    async with database(postgres) as dsn:
        connection = await asyncpg.connect(dsn)
        await migrate(connection)
        await connection.close()
        yield urlsplit(dsn).path.removeprefix("/")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shelf(postgres: str, schema: str) -> AsyncIterator[Shelf]:
    """Databases with the schema and nothing in it, for tests that come and go."""
    connection = await asyncpg.connect(urlsplit(postgres)._replace(path=f"/{schema}").geturl())
    like = await Kept.of(connection)
    await connection.close()  # who copies a database wants it alone
    opened = Shelf(postgres, schema, like)
    yield opened
    await opened.clear()


@pytest.fixture
async def database_url(shelf: Shelf) -> AsyncIterator[str]:
    """The DSN of a database that has the schema, and no market yet."""
    async with shelf.database() as dsn:
        yield dsn
