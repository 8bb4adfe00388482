"""The journal in PostgreSQL for who only reads it: a second replica, a check, a backup, or its own writer.

Contract: takes no lock and no epoch, changes nothing, and refuses a database whose schema is not this release's. Each
reading has a connection of its own, goes on beside appends, and sees the journal as it was when it began.
"""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from exchange.language.journal import (
    GENESIS,
    DigestMark,
    Follower,
    JournalBroken,
    JournalError,
    JournalRow,
    WrongMode,
)
from exchange.store.connecting import close, connect_checked, journal_damaged, naming_failures
from exchange.store.migrate import MIGRATIONS

_ROWS_AHEAD: Final = 16  # rows fetched at a time: what bounds the memory of a read

_LAST: Final = "SELECT last_seq, link FROM journal ORDER BY first_seq DESC LIMIT 1"
# By the primary key alone, so that a read near the end does not scan the journal.
_ROWS: Final = """
    SELECT first_seq, last_seq, epoch, rules_version, payload, link FROM journal
    WHERE last_seq > $1 AND first_seq >= (SELECT coalesce(max(first_seq), 0) FROM journal WHERE first_seq <= $1 + 1)
    ORDER BY first_seq
"""
# Row by row along that key: a sort would read all of the journal before it gave the first row, so that nothing before
# damage could be read.
_IN_ORDER: Final = "SET LOCAL enable_sort = off"


class JournalReader:
    """The journal, to read. Nothing stays open between readings."""

    def __init__(self, dsn: str, migrations: Path = MIGRATIONS) -> None:
        self._dsn = dsn
        self._migrations = migrations

    async def rows(self, after_seq: int = 0, after_link: bytes | None = None) -> AsyncGenerator[JournalRow, None]:
        """As the port has it. The last row is proved, too, to be the one that a reader who is at the end has read."""
        follower = Follower(after_seq, after_link if after_seq else GENESIS)

        def damaged(found: str) -> JournalError:
            return journal_damaged(f"The journal cannot be read on after seq {follower.seq}. {found}")

        connection = await connect_checked(self._dsn, migrations=self._migrations)
        try:
            with naming_failures("Reading the journal stopped half-way", damaged):
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    await connection.execute(_IN_ORDER)
                    async for record in connection.cursor(_ROWS, after_seq, prefetch=_ROWS_AHEAD):
                        row = JournalRow(*record)
                        follower.take(row)
                        yield row
                    end = await connection.fetchrow(_LAST)  # as it was then; damage there does not hide what is before
                    _check_end(follower, *(end or (0, GENESIS)))
        finally:
            await close(connection)

    async def last_seq(self) -> int:
        connection = await connect_checked(self._dsn, migrations=self._migrations)
        try:
            with naming_failures("The end of the journal could not be read"):
                return int(await connection.fetchval(_LAST) or 0)
        finally:
            await close(connection)

    async def digest_marks(self, after_seq: int = 0) -> list[DigestMark]:
        connection = await connect_checked(self._dsn, migrations=self._migrations)
        try:
            with naming_failures("The digests could not be read"):
                query = "SELECT seq, digest FROM journal_digest WHERE seq > $1 ORDER BY seq"
                return [DigestMark(seq, digest) for seq, digest in await connection.fetch(query, after_seq)]
        finally:
            await close(connection)

    async def sandbox(self) -> bool:
        """Whether the market in this database is a sandbox. Raises WrongMode when it has been neither yet."""
        connection = await connect_checked(self._dsn, migrations=self._migrations)
        try:
            with naming_failures("The mode of the market could not be read"):
                mode: bool | None = await connection.fetchval("SELECT sandbox FROM journal_venue")
        finally:
            await close(connection)
        if mode is None:
            raise WrongMode("This database is neither a sandbox nor a live market yet: `leasebook serve` makes it one.")
        return mode

    async def close(self) -> None:
        """Nothing to let go of."""


def _check_end(follower: Follower, end_seq: int, end_link: bytes) -> None:
    """A reader that is at the end stands where the journal ends, on the very row that is there."""
    if follower.seq != end_seq:
        raise JournalBroken(
            f"The journal ends at seq {end_seq}, but its reader stands at {follower.seq}. "
            "The database is older than what was made from it: restore the right one."
        )
    if follower.link is not None and follower.link != end_link:
        raise JournalBroken(
            f"The journal's row that ends at seq {end_seq} is not the one that its reader has read. "
            "The database is not the one that it was made from: restore the right one."
        )
