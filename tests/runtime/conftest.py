"""What tests of the runtime share: a new database for each that asks."""

from collections.abc import AsyncIterator

import pytest

from tests.databases import database


@pytest.fixture
async def database_url(postgres: str, schema: str) -> AsyncIterator[str]:
    """The DSN of a new database that has no market yet: some of these tests damage its pages or copy it."""
    async with database(postgres, schema) as dsn:
        yield dsn
