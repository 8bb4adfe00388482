"""What tests of the runtime share: a database for each that asks."""

from collections.abc import AsyncIterator

import pytest

from tests.databases import database


@pytest.fixture
async def database_url(postgres: str, schema: str) -> AsyncIterator[str]:
    """The DSN of a database that has no market yet."""
    async with database(postgres, schema) as dsn:
        yield dsn
