"""What tests of several rooms share: a real PostgreSQL, started once, and an empty database for each test that asks."""

import os
import uuid
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from exchange.store.embedded import start_embedded

# A runner that shares the suite out sets it for its workers; commands then fit their tables to it.
os.environ.pop("COLUMNS", None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The DSN of a server: the one that DATABASE_URL names, as a superuser of it, or the embedded one."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    async with start_embedded(tmp_path_factory.mktemp("market")) as dsn:
        yield dsn


@pytest.fixture
async def database_url(postgres: str) -> AsyncIterator[str]:
    """The DSN of an empty database, dropped at the end whoever is still in it."""
    name = f"leasebook_test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        yield urlsplit(postgres)._replace(path=f"/{name}").geturl()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()
