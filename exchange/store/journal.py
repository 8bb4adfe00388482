"""The journal in PostgreSQL: one row per batch, one round trip per append, one writer.

Contract: `append` is a single INSERT in its own transaction, and the database (`migrations/0001_journal.sql`) checks in
the same statement that the writer's epoch is the newest and that the row follows the last. Appends come one at a time.
Reading takes a connection of its own and may go on beside appends; it sees the journal as it was when reading began.
Nothing is ever retried: when an answer is lost, the outcome is unknown.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import asyncpg

from exchange.language.journal import (
    DatabaseUnavailable,
    DigestMark,
    Fenced,
    JournalBroken,
    JournalBusy,
    JournalError,
    JournalRow,
    WrongMode,
)
from exchange.store.migrate import MIGRATIONS, Connection, migrate

# Advisory lock: (ours, 1) is held by the server that has the journal open; the migrations use (ours, 2).
_LOCK: Final = (0x6C626B6A, 1)

# What the triggers of 0001_journal.sql raise
_FENCED: Final = "LB001"
_GAP: Final = "LB002"

_CONNECT_S: Final = 10
_ANSWER_S: Final = 30
_CLOSE_S: Final = 2
_ROWS_AHEAD: Final = 16  # rows fetched at a time: what bounds the memory of a read

# The last is what asyncpg raises for a connection that broke while it was not looking
_FAILURES: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

_APPEND: Final = """
    INSERT INTO journal (first_seq, last_seq, epoch, rules_version, payload) VALUES ($1, $2, $3, $4, $5)
"""
_LAST_SEQ: Final = "SELECT coalesce((SELECT last_seq FROM journal ORDER BY first_seq DESC LIMIT 1), 0)"
# By the primary key alone, so that a read near the end does not scan the journal.
_ROWS: Final = """
    SELECT first_seq, last_seq, rules_version, payload FROM journal
    WHERE last_seq > $1 AND first_seq >= (SELECT coalesce(max(first_seq), 0) FROM journal WHERE first_seq <= $1 + 1)
    ORDER BY first_seq
"""
_CLAIM_VENUE: Final = """
    INSERT INTO journal_venue (sandbox, epoch) VALUES ($1, 1)
    ON CONFLICT (only_row) DO UPDATE SET epoch = journal_venue.epoch + 1 WHERE journal_venue.sandbox = $1
    RETURNING epoch
"""
_MARK: Final = """
    WITH put AS (INSERT INTO journal_digest (seq, digest) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING digest)
    SELECT digest FROM put UNION ALL SELECT digest FROM journal_digest WHERE seq = $1
"""
_HOLDER: Final = """
    SELECT activity.pid, to_char(activity.backend_start, 'YYYY-MM-DD"T"HH24:MI:SSOF') AS since
    FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND (classid, objid, objsubid) = ($1::int8::oid, $2::int8::oid, 2)
      AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class PostgresJournal:
    """The journal of one venue, held by this process alone until `close`. Made by `open`."""

    def __init__(self, dsn: str, writer: Connection, epoch: int, rules_version: int) -> None:
        self._dsn = dsn
        self._writer = writer
        self._epoch = epoch
        self._rules_version = rules_version
        self._turn = asyncio.Lock()  # asyncpg takes one request at a time on a connection
        self._broken = False

    @classmethod
    async def open(cls, dsn: str, *, sandbox: bool, rules_version: int, migrations: Path = MIGRATIONS) -> Self:
        """Take the journal for this process, bring its schema up to date and shut out every earlier writer.

        Raises JournalBusy, MigrationMismatch, WrongMode or DatabaseUnavailable, in this order of what is looked at; the
        database is as it was when it does, but for the schema in the case of WrongMode.
        """
        writer = await _connect(dsn)
        try:
            with _naming_failures("The journal could not be opened"):
                await _lock(writer)
                await _migrate(dsn, migrations)
                epoch = await _claim(writer, sandbox=sandbox)
        except BaseException:
            await _close(writer)
            raise
        return cls(dsn, writer, epoch, rules_version)

    async def append(self, first_seq: int, count: int, payload: bytes) -> None:
        assert first_seq > 0
        assert count > 0
        assert payload
        async with self._turn:
            if self._broken:
                raise JournalError(
                    "An earlier append failed, so this server must stop. Start it again: it reads what was written."
                )
            self._broken = True  # until the answer is here, also when this task is cancelled while it waits
            with _naming_failures("The append got no answer, so the batch may or may not have been written"):
                last_seq = first_seq + count - 1
                await self._writer.execute(_APPEND, first_seq, last_seq, self._epoch, self._rules_version, payload)
            self._broken = False

    async def rows(self, after_seq: int = 0) -> AsyncGenerator[JournalRow, None]:
        connection = await _connect(self._dsn)
        try:
            with _naming_failures("Reading the journal stopped half-way"):
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    end_seq = await connection.fetchval(_LAST_SEQ)
                    reached_seq = after_seq
                    async for record in connection.cursor(_ROWS, after_seq, prefetch=_ROWS_AHEAD):
                        row = JournalRow(*record)
                        _check_follows(row, reached_seq, may_overlap=reached_seq == after_seq)
                        reached_seq = row.last_seq
                        yield row
                    if reached_seq != end_seq:
                        raise JournalBroken(
                            f"The journal ends at seq {end_seq}, but its reader stands at {reached_seq}. "
                            "The database is older than what was made from it: restore the right one."
                        )
        finally:
            await _close(connection)

    async def last_seq(self) -> int:
        async with self._turn:
            with _naming_failures("The end of the journal could not be read"):
                return int(await self._writer.fetchval(_LAST_SEQ))

    async def mark_digest(self, mark: DigestMark) -> None:
        async with self._turn:
            with _naming_failures("The digest may or may not have been written"):
                kept = await self._writer.fetchval(_MARK, mark.seq, mark.digest)
        if kept != mark.digest:
            raise JournalBroken(
                f"The state after seq {mark.seq} hashed to {kept} before and to {mark.digest} now: the same commands "
                "led to another state. Run the release that wrote the journal, and report this."
            )

    async def digest_marks(self, after_seq: int = 0) -> list[DigestMark]:
        async with self._turn:
            with _naming_failures("The digests could not be read"):
                records = await self._writer.fetch(
                    "SELECT seq, digest FROM journal_digest WHERE seq > $1 ORDER BY seq", after_seq
                )
        return [DigestMark(record["seq"], record["digest"]) for record in records]

    async def close(self) -> None:
        await _close(self._writer)


async def _connect(dsn: str, *, answer_s: int | None = _ANSWER_S) -> Connection:
    try:
        return await asyncpg.connect(
            dsn,
            timeout=_CONNECT_S,
            command_timeout=answer_s,
            # The append stays prepared: to prepare it again would be a second round trip. It is never prepared ahead of
            # its use, because asyncpg then keeps the table locked until the next query.
            max_cached_statement_lifetime=0,
            server_settings={
                "application_name": "leasebook",
                "synchronous_commit": "on",
                "default_transaction_isolation": "read committed",
                "jit": "off",
            },
        )
    except (*_FAILURES, ValueError) as failure:
        raise DatabaseUnavailable(
            f"PostgreSQL cannot be reached ({type(failure).__name__}: {failure}). Check that it runs and that "
            "--database-url or DATABASE_URL names it rightly, or leave both out to use the embedded one."
        ) from failure


async def _close(connection: Connection) -> None:
    try:
        await connection.close(timeout=_CLOSE_S)
    except _FAILURES:
        connection.terminate()


async def _lock(writer: Connection) -> None:
    if await writer.fetchval("SELECT pg_try_advisory_lock($1, $2)", *_LOCK):
        return
    holder = await writer.fetchrow(_HOLDER, *_LOCK)
    who = f" (PostgreSQL session {holder['pid']}, since {holder['since']})" if holder else ""
    raise JournalBusy(
        f"Another Leasebook server has this database open{who}. Stop it first, or give this one a database of its own."
    )


async def _migrate(dsn: str, migrations: Path) -> None:
    """On a connection of its own, which waits as long as a migration takes."""
    connection = await _connect(dsn, answer_s=None)
    try:
        await migrate(connection, migrations)
    finally:
        await _close(connection)


async def _claim(writer: Connection, *, sandbox: bool) -> int:
    """The epoch of this writer. Every earlier one is fenced out from here on."""
    epoch = await writer.fetchval(_CLAIM_VENUE, sandbox)
    if epoch is not None:
        return int(epoch)
    if sandbox:
        raise WrongMode(
            "This database holds a live market and can never be a sandbox. "
            "Start without --sandbox, or name another database."
        )
    raise WrongMode(
        "This database holds a sandbox and can never be a live market. Start with --sandbox, or name another database."
    )


def _check_follows(row: JournalRow, reached_seq: int, *, may_overlap: bool) -> None:
    follows = row.first_seq <= reached_seq + 1 <= row.last_seq if may_overlap else row.first_seq == reached_seq + 1
    if not follows:
        raise JournalBroken(
            f"The journal goes from seq {reached_seq} to a row of {row.first_seq} to {row.last_seq}. "
            "Commands are missing or out of order: restore the database from a backup."
        )


@contextmanager
def _naming_failures(what: str) -> Iterator[None]:
    """Turn what asyncpg and PostgreSQL raise into the errors of the port; `what` says what it means."""
    try:
        yield
    except _FAILURES as failure:
        state = getattr(failure, "sqlstate", None)
        if state == _FENCED:
            raise Fenced(
                f"Another server has taken over this journal ({failure}). "
                "This one wrote nothing and must stop; see that only one is started."
            ) from failure
        if state == _GAP:
            raise JournalBroken(
                f"The batch does not follow the journal ({failure}). "
                "Nothing was written; start the server again, and report this."
            ) from failure
        raise JournalError(
            f"{what} ({type(failure).__name__}: {failure}). "
            "See that PostgreSQL runs and has disk space, then start the server again."
        ) from failure
