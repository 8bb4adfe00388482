"""The second composition root: a market's database opened for its upkeep, whether a server has it open or none does.

Each of these runs in a process of its own and reports what it came to; the server is asked for nothing. It stands apart
from the command line because it brings the whole market with it, which no other command needs.
"""

import ctypes
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from exchange.language.journal import JournalBroken
from exchange.language.upkeep import Archived, Rebuilt, Restored, SnapshotTaken, Verdict
from exchange.runtime import archive, past, rebuilding, snapshotting, verifying
from exchange.runtime.opening import journal_end, reach_database
from gateway.past import Past, past_market

Progress = Callable[[int], None]
_PR_SET_PDEATHSIG = 1  # prctl(2)
_NICE = 10  # the market goes first, but not for ever: at 19 a busy machine never comes to the end of a snapshot


class Database(Struct, frozen=True, kw_only=True):
    """Where the market is, and who looks on."""

    data_dir: Path
    database_url: str | None
    expect: Progress  # is told the last seq that there is, as soon as it is known
    progress: Progress  # and how far the work has come

    @asynccontextmanager
    async def reached(self, *, whole: bool = True) -> AsyncIterator[str]:
        """The DSN of a database that has a market. Unless it must be `whole`, its journal's end may be damaged."""
        async with reach_database(data_dir=self.data_dir, database_url=self.database_url) as dsn:
            try:
                self.expect(await journal_end(dsn))
            except JournalBroken:
                if whole:
                    raise
            yield dsn

    @asynccontextmanager
    async def empty(self) -> AsyncIterator[str]:
        """The DSN of a database that is to have one."""
        async with reach_database(data_dir=self.data_dir, database_url=self.database_url, new=True) as dsn:
            yield dsn


async def snapshot(database: Database, owner_pid: int | None) -> SnapshotTaken:
    """Take a snapshot; for a server, which it then does not outlive."""
    if owner_pid is not None:
        _die_with(owner_pid)
        os.nice(_NICE)
    async with database.reached() as dsn:
        return await snapshotting.take_snapshot(dsn, database.progress)


async def verify(database: Database) -> Verdict:
    async with database.reached(whole=False) as dsn:
        return await verifying.verify(dsn, database.progress)


async def rebuild(database: Database) -> Rebuilt:
    async with database.reached() as dsn:
        return await rebuilding.rebuild(dsn, database.progress)


async def backup(database: Database, path: Path) -> Archived:
    async with database.reached() as dsn:
        return await archive.back_up(dsn, path, database.progress)


async def restore(database: Database, path: Path) -> Restored:
    """A backup into an empty database, then its statements and a first snapshot, so that it is known to be good."""
    async with database.empty() as dsn:
        archived = await archive.restore(dsn, path, database.progress)
        database.expect(archived.seq)
        return Restored(backup=archived, rebuilt=await rebuilding.rebuild(dsn, database.progress))


async def replay(
    database: Database, until_seq: int, account_id: str | None, order_id: str | None, owner_pid: int | None = None
) -> Past:
    """The market as it was after a command; for a server, which it then does not outlive."""
    if owner_pid is not None:
        _die_with(owner_pid)
        os.nice(_NICE)
    async with database.reached() as dsn:
        database.expect(until_seq)
        found = await past.market_at(dsn, until_seq, database.progress)
    return past_market(found.reads, found.digest, account_id, order_id)


def _die_with(owner_pid: int) -> None:
    """End when the process that started this one ends, in whatever way; at once when it is gone already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != owner_pid:
        raise SystemExit(1)
