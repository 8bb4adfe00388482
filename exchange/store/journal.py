"""The journal in PostgreSQL: one row per batch, one round trip per append, one writer.

Contract: `append` is a single INSERT in its own transaction, and the database (`migrations/`) checks in the same
statement that the writer's epoch is the newest and that the row follows the last, and links it to that one. Appends
come one at a time. Nothing is ever retried: when an answer is lost, the outcome is unknown.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from exchange.language.journal import (
    DigestMark,
    Fenced,
    JournalBroken,
    JournalBusy,
    JournalError,
    WrongMode,
)
from exchange.store.connecting import close, connect, naming_failures
from exchange.store.migrate import MIGRATIONS, Connection, migrate
from exchange.store.reading import JournalReader

# Advisory lock: (ours, 1) is held by the server that has the journal open; the migrations use (ours, 2).
_LOCK: Final = (0x6C626B6A, 1)

_TAKE_OVER_S: Final = 10

_APPEND: Final = """
    INSERT INTO journal (first_seq, last_seq, epoch, rules_version, payload) VALUES ($1, $2, $3, $4, $5) RETURNING link
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
_OTHERS_OFF: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'leasebook' AND pid <> pg_backend_pid()
"""
_HOLDER: Final = """
    SELECT activity.pid, to_char(activity.backend_start, 'YYYY-MM-DD"T"HH24:MI:SSOF') AS since
    FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND (classid, objid, objsubid) = ($1::int8::oid, $2::int8::oid, 2)
      AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class PostgresJournal(JournalReader):
    """The journal of one venue, held by this process alone until `close`. Made by `open`."""

    def __init__(self, dsn: str, migrations: Path, writer: Connection, epoch: int, rules_version: int) -> None:
        super().__init__(dsn, migrations)
        self._writer = writer
        self.epoch = epoch
        self._rules_version = rules_version
        self._turn = asyncio.Lock()  # asyncpg takes one request at a time on a connection
        self._broken = False
        self._closing = False
        self._telling: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls, dsn: str, *, sandbox: bool, rules_version: int, take_over: bool = False, migrations: Path = MIGRATIONS
    ) -> Self:
        """Take the journal for this process, bring its schema up to date and shut out every earlier writer.

        With `take_over`, a server that has it open loses its session and can write no more. Raises JournalBusy,
        MigrationMismatch, WrongMode or DatabaseUnavailable, in this order of what is looked at; the database is as it
        was when it does, but for the schema in the case of WrongMode.
        """
        writer = await connect(dsn)
        try:
            with naming_failures("The journal could not be opened"):
                await hold(writer, take_over=take_over)
                await bring_up_to_date(dsn, migrations)
                epoch = await _claim(writer, sandbox=sandbox)
        except BaseException:
            await close(writer)
            raise
        return cls(dsn, migrations, writer, epoch, rules_version)

    async def append(self, first_seq: int, count: int, payload: bytes) -> bytes:
        assert first_seq > 0
        assert count > 0
        assert payload
        async with self._turn:
            if self._broken:
                raise JournalError(
                    "An earlier append failed, so this server must stop. Start it again: it reads what was written."
                )
            self._broken = True  # until the answer is here, also when this task is cancelled while it waits
            what = f"The append after seq {first_seq - 1} failed, and the batch may or may not have been written"
            try:
                with naming_failures(what):
                    last_seq = first_seq + count - 1
                    row = first_seq, last_seq, self.epoch, self._rules_version, payload
                    link: bytes = await self._writer.fetchval(_APPEND, *row)
            except JournalError as failure:
                await self._check_own(failure)
                raise
            self._broken = False
            return link

    async def mark_digest(self, mark: DigestMark) -> None:
        async with self._turn:
            with naming_failures("The digest may or may not have been written"):
                kept = await self._writer.fetchval(_MARK, mark.seq, mark.digest)
        if kept != mark.digest:
            raise JournalBroken(
                f"The state after seq {mark.seq} hashed to {kept} before and to {mark.digest} now: the same commands "
                "led to another state. Run the release that wrote the journal, and report this."
            )

    def when_lost(self, call: Callable[[JournalError], None]) -> None:
        """Have `call` told when the session ends, by any doing but `close`: nothing can be written any more.

        Also when it has ended already, maybe while the market was recovered.
        """

        async def tell() -> None:
            failure = JournalError(
                "PostgreSQL has ended the session: it has stopped, or another server is taking over. See which it is "
                "before you start the server again."
            )
            try:
                await self._check_own(failure)
            except Fenced as fenced:
                failure = fenced
            call(failure)

        def lost(_: object) -> None:
            if not self._closing:
                self._telling = asyncio.create_task(tell())

        if self._writer.is_closed():
            lost(self._writer)  # asyncpg tells nobody who comes later
        else:
            self._writer.add_termination_listener(lost)

    async def close(self) -> None:
        self._closing = True
        await close(self._writer)

    async def _check_own(self, failure: JournalError) -> None:
        """Raise Fenced if the session was lost to a successor: only then is starting again not what is to be done."""
        try:
            connection = await connect(self._dsn)
            try:
                with naming_failures("The epoch could not be read"):
                    epoch = await connection.fetchval("SELECT epoch FROM journal_venue")
            finally:
                await close(connection)
        except JournalError:
            return  # nothing more is known than before
        if epoch != self.epoch and not isinstance(failure, Fenced):
            raise Fenced(
                f"Another server has taken over this journal (its epoch is {epoch}, this one's was {self.epoch}). "
                "This one must stop; the other knows what became of the commands that were not answered."
            ) from failure


async def hold(writer: Connection, *, take_over: bool = False) -> None:
    """Have the journal to itself as long as this connection lasts. JournalBusy when somebody else has it."""
    if await writer.fetchval("SELECT pg_try_advisory_lock($1, $2)", *_LOCK):
        return
    holder = await writer.fetchrow(_HOLDER, *_LOCK)
    who = f" (PostgreSQL session {holder['pid']}, since {holder['since']})" if holder else ""
    if not take_over:
        raise JournalBusy(
            f"Another Leasebook server has this database open{who}. Stop it first, give this one a database of its "
            "own, or, if that server hangs and --database-url names it, have `leasebook serve --take-over` take it."
        )
    if holder:
        await writer.execute("SELECT pg_terminate_backend($1)", holder["pid"])
    try:
        await writer.execute("SELECT pg_advisory_lock($1, $2)", *_LOCK, timeout=_TAKE_OVER_S)
    except TimeoutError as failure:
        raise JournalBusy(
            f"The Leasebook server that has this database open{who} could not be shut out in {_TAKE_OVER_S} s. "
            "Stop it, or end its session in PostgreSQL, then start again."
        ) from failure
    # Its scribe may have stopped within a page, with the tables' position locked. Who only reads begins again.
    await writer.execute(_OTHERS_OFF)


async def bring_up_to_date(dsn: str, migrations: Path) -> None:
    """Bring the schema to this release's, on a connection of its own, which waits as long as a migration takes."""
    connection = await connect(dsn, answer_s=None)
    try:
        await migrate(connection, migrations)
    finally:
        await close(connection)


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
