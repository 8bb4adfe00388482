"""Connections to PostgreSQL: how they are made, closed, checked for their schema, and how their failures are named.

Every wait is bounded. What asyncpg and PostgreSQL raise leaves this room as an error of the journal's port, which says
what the operator should do next; a DSN, which may hold a password, is never in it. Damage that PostgreSQL finds in its
own files is told apart from a server that does not answer: to start again does not help there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import asyncpg

from exchange.language.journal import DatabaseUnavailable, Fenced, JournalBroken, JournalError
from exchange.store.migrate import MIGRATIONS, Connection, check_schema

# What the triggers of the migrations raise
_FENCED: Final = "LB001"
_GAP: Final = "LB002"
_UNBALANCED: Final = "LB004"

# What PostgreSQL says of files that are not as it wrote them: internal error, data and index corrupted; I/O error; no
# such file
_DAMAGE_CLASS: Final = "XX"
_DAMAGE: Final = ("58030", "58P01")

_CONNECT_S: Final = 10
_ANSWER_S: Final = 30
_CLOSE_S: Final = 2

# The last is what asyncpg raises for a connection that broke while it was not looking
FAILURES: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


# Given what was found, in whole sentences: the error that says what mends it
Damaged = Callable[[str], JournalError]


def journal_damaged(found: str) -> JournalError:
    """The journal has no second."""
    return JournalBroken(f"{found} Restore the database from a backup.")


def statements_damaged(found: str) -> JournalError:
    """The statements are made again from the journal."""
    return JournalBroken(
        f"{found} The journal is not in doubt: stop the server and make the statements again with `leasebook rebuild`."
    )


def is_damage(failure: BaseException) -> bool:
    """Whether PostgreSQL says so of its own files."""
    state = getattr(failure, "sqlstate", None) or ""
    return state.startswith(_DAMAGE_CLASS) or state in _DAMAGE


async def connect(
    dsn: str, *, answer_s: int | None = _ANSWER_S, settings: Mapping[str, str] | None = None
) -> Connection:
    """A connection whose statements have `answer_s` seconds each; None: as long as they take.

    `settings` are PostgreSQL's, for the session, beside our own or instead.
    """
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
                # What is written besides goes to the disk in small pieces. In the heaps that the system makes of it by
                # itself it holds up each commit meanwhile: at 8 MB/s now and then for 60 ms, and so for 14.
                "backend_flush_after": "256kB",
                **(settings or {}),
            },
        )
    except (*FAILURES, ValueError) as failure:
        raise DatabaseUnavailable(
            f"PostgreSQL cannot be reached ({type(failure).__name__}: {failure}). Check that it runs and that "
            "--database-url or DATABASE_URL names it rightly, or leave both out to use the embedded one."
        ) from failure


async def connect_checked(
    dsn: str,
    *,
    answer_s: int | None = _ANSWER_S,
    migrations: Path = MIGRATIONS,
    settings: Mapping[str, str] | None = None,
) -> Connection:
    """A connection to a database that has this release's schema; MigrationMismatch when it has another."""
    connection = await connect(dsn, answer_s=answer_s, settings=settings)
    try:
        with naming_failures("The schema of the database could not be read"):
            await check_schema(connection, migrations)
    except BaseException:
        await close(connection)
        raise
    return connection


async def close(connection: Connection) -> None:
    """Close in order if that can be done soon, else at once."""
    try:
        await connection.close(timeout=_CLOSE_S)
    except FAILURES:
        connection.terminate()


class Session:
    """One connection, made when it is first needed and again after a failure, used by one at a time.

    One on which a turn was cut short is not used again: asyncpg leaves it within a transaction when whoever waits is
    cancelled, or waits too long, while that begins or ends, and then every later turn would be refused.
    """

    def __init__(
        self,
        dsn: str,
        *,
        answer_s: int | None = _ANSWER_S,
        damaged: Damaged = journal_damaged,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._dsn = dsn
        self._damaged = damaged
        self._answer_s = answer_s
        self._settings = settings
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()  # asyncpg takes one request at a time on a connection

    @asynccontextmanager
    async def turn(self, what: str) -> AsyncIterator[Connection]:
        """The connection, in a transaction of its own; `what` says what a failure of it means."""
        async with self._turn:
            if self._connection is None:
                self._connection = await connect_checked(self._dsn, answer_s=self._answer_s, settings=self._settings)
            try:
                with naming_failures(what, self._damaged):
                    async with self._connection.transaction():
                        yield self._connection
            except BaseException:
                self._connection.terminate()
                raise
            finally:
                if self._connection.is_closed():
                    self._connection = None

    async def close(self) -> None:
        """Let go of the connection. May be called twice."""
        async with self._turn:
            if self._connection is not None:
                await close(self._connection)
                self._connection = None


@contextmanager
def naming_failures(what: str, damaged: Damaged = journal_damaged) -> Iterator[None]:
    """Turn what asyncpg and PostgreSQL raise into the errors of the port.

    `what` says what it means, `damaged` what is to be done when the files of the database are damaged.
    """
    try:
        yield
    except FAILURES as failure:
        if is_damage(failure):
            named = f"{type(failure).__name__}: {failure}"
            raise damaged(f"{what}: PostgreSQL finds its files damaged ({named}). Look after the disk.") from failure
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
        if state == _UNBALANCED:
            raise JournalBroken(
                f"The statements do not balance ({failure}). Nothing was written. The journal is not in doubt: stop "
                "the server, make them again with `leasebook rebuild`, and report this."
            ) from failure
        raise JournalError(
            f"{what} ({type(failure).__name__}: {failure}). "
            "See that PostgreSQL runs and has disk space, then start the server again."
        ) from failure
