"""Databases for tests: new ones that are copies of another, and ones that were used before and are empty again.

To copy and drop a database takes PostgreSQL many times as long as to delete the few rows that a test left in it.
"""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import asyncpg

from exchange.store.migrate import Connection

_USES_MAX = 50  # then a new one: deleted rows still lie about, and slow whoever comes after
_APPEND_ONLY = ("journal", "journal_digest", "journal_venue")  # a trigger on each, NAME_stays, refuses deletion

_OTHERS_OFF = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
_BEGIN_ANEW = "UPDATE statements.position SET seq = DEFAULT, layout = DEFAULT, surplus_micros = DEFAULT"
_SHAPE = """
    SELECT md5(string_agg(part, E'\\n' ORDER BY part COLLATE "C")) FROM (
        SELECT concat_ws(' ', relnamespace, oid, relname, relkind, relpersistence, reloptions, relchecks) FROM pg_class
        UNION ALL SELECT concat_ws(' ', attrelid, attnum, attname, atttypid, atttypmod, attnotnull, atthasdef)
            FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'
        UNION ALL SELECT concat_ws(' ', tgrelid, tgname, tgfoid, tgenabled) FROM pg_trigger
        UNION ALL SELECT concat_ws(' ', pronamespace, proname, prosrc, prosqlbody) FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT concat_ws(' ', setrole, setconfig) FROM pg_db_role_setting
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AS catalogue (part)
"""


@asynccontextmanager
async def database(postgres: str, template: str = "template1", strategy: str = "wal_log") -> AsyncIterator[str]:
    """The DSN of a new database that is a copy of another one, dropped at the end whoever is still in it."""
    dsn = await _create(postgres, template, strategy)
    try:
        yield dsn
    finally:
        await _drop(postgres, dsn)


class Kept(NamedTuple):
    """What a database is to be like before a test: what it is made of, and the rows of the tables that have any."""

    shape: str
    rows: dict[str, list[str]]
    empty: tuple[str, ...]

    @classmethod
    async def of(cls, connection: Connection) -> Self:
        tables = [str(table) for (table,) in await connection.fetch(_TABLES)]
        rows = {table: await _rows(connection, table) for table in tables}
        empty = tuple(table for table in tables if not rows[table])
        shape = str(await connection.fetchval(_SHAPE))
        return cls(shape, {table: found for table, found in rows.items() if found}, empty)


class Shelf:
    """Databases that are alike: each is emptied when a test gives it back, and dropped if that makes it not as new."""

    def __init__(self, postgres: str, template: str, like: Kept) -> None:
        self._postgres = postgres
        self._template = template
        self.like = like
        self._uses: dict[str, int] = {}
        self._free: list[str] = []

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The DSN of a database as the template is."""
        dsn = self._free.pop() if self._free else await _create(self._postgres, self._template, "wal_log")
        self._uses[dsn] = self._uses.get(dsn, 0) + 1
        try:
            yield dsn
        finally:
            if self._uses[dsn] < _USES_MAX and await self._emptied(dsn):
                self._free.append(dsn)
            else:
                await _drop(self._postgres, dsn)

    async def clear(self) -> None:
        while self._free:
            await _drop(self._postgres, self._free.pop())

    async def _emptied(self, dsn: str) -> bool:
        """Whether it could be made as new."""
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(_OTHERS_OFF)
            if await connection.fetchval(_SHAPE) != self.like.shape:
                return False
            await connection.execute(self._emptying())
            rows = {table: await _rows(connection, table) for table in self.like.rows}
            return rows == self.like.rows
        finally:
            await connection.close()

    def _emptying(self) -> str:
        """What deletes whatever tests have written, in one transaction."""
        return "; ".join([
            *(f"ALTER TABLE {table} DISABLE TRIGGER {table}_stays" for table in _APPEND_ONLY),
            *(f"DELETE FROM {table}" for table in self.like.empty),
            *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays" for table in _APPEND_ONLY),
            _BEGIN_ANEW,
        ])  # fmt: skip


async def _rows(connection: Connection, table: str) -> list[str]:
    """The rows of a table but for when they were written."""
    query = f"SELECT to_jsonb(one) - 'written_at' - 'applied' FROM {table} AS one ORDER BY 1"
    return [str(row) for (row,) in await connection.fetch(query)]


async def _create(postgres: str, template: str, strategy: str) -> str:
    name = f"leasebook_test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}")
    finally:
        await admin.close()
    return urlsplit(postgres)._replace(path=f"/{name}").geturl()


async def _drop(postgres: str, dsn: str) -> None:
    admin = await asyncpg.connect(postgres)
    try:
        await admin.execute(f"DROP DATABASE {urlsplit(dsn).path.removeprefix('/')} WITH (FORCE)")
    finally:
        await admin.close()
