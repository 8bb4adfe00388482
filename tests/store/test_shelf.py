"""A database that a test gives back is as new for the next one, or is not given again."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.databases import Kept, Shelf
from tests.runtime.day import written

FILLED = """
    INSERT INTO journal (first_seq, last_seq, epoch, rules_version, payload) VALUES (1, 1, 1, 1, 'x');
    INSERT INTO journal_digest VALUES (1, 'a');
    INSERT INTO snapshot VALUES (1, repeat('x', 32)::bytea, 1, 'layout', 'digest', 1, 1);
    INSERT INTO snapshot_part VALUES (1, 1, 'hash', 'payload');
"""


@pytest.fixture
async def own(postgres: str, schema: str, shelf: Shelf) -> AsyncIterator[Shelf]:
    """A shelf with nothing on it yet."""
    opened = Shelf(postgres, schema, shelf.like)
    yield opened
    await opened.clear()


async def test_every_table_that_a_market_fills_is_empty_again(own: Shelf) -> None:
    async with own.database() as dsn:
        async with written(dsn, seed=3, hours=6) as (_, raw):
            await raw.execute(FILLED)
            filled = await Kept.of(raw)
        assert filled.empty == ()
    async with own.database() as again:
        assert again == dsn
        raw = await asyncpg.connect(again)
        assert await Kept.of(raw) == own.like
        with pytest.raises(asyncpg.PostgresError, match="what is written stays as it is"):
            await raw.execute("DELETE FROM journal")
        await raw.close()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE journal DISABLE TRIGGER journal_append",
        "ALTER TABLE statements.orders ADD COLUMN more int",
        "DROP INDEX statements.orders_account",
        "ALTER TABLE journal ALTER COLUMN payload DROP NOT NULL",
        "ALTER TABLE snapshot ALTER COLUMN digest TYPE varchar",
        "ALTER TABLE statements.orders SET (autovacuum_enabled = off)",
        "CREATE SCHEMA other",
        "CREATE TABLE other ()",
        "CREATE OR REPLACE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "DELETE FROM migration_content",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET jit TO off', current_database()); END $$",
    ],
)
async def test_one_that_is_made_otherwise_is_not_given_again(own: Shelf, change: str) -> None:
    async with own.database() as dsn:
        raw = await asyncpg.connect(dsn)
        await raw.execute(change)
        await raw.close()
    async with own.database() as next_dsn:
        assert next_dsn != dsn


async def test_whoever_is_still_in_it_is_put_out(own: Shelf) -> None:
    async with own.database() as dsn:
        raw = await asyncpg.connect(dsn)
        await raw.execute("SELECT pg_advisory_lock(1)")
    async with own.database() as again:
        assert again == dsn
        assert raw.is_closed()
