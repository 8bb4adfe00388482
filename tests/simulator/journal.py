"""The journal of a history: the port over the simulated database, with the manners of the PostgreSQL one."""

from collections.abc import AsyncIterator, Callable
from typing import Self

from exchange.core.state_machine import RULES_VERSION
from exchange.language.journal import (
    GENESIS,
    DigestMark,
    Follower,
    JournalBroken,
    JournalError,
    JournalRow,
)
from tests.simulator.database import Database, Session
from tests.simulator.loop import Node

ROWS_AHEAD = 64


class SimJournal:
    """Made by `open`, for one server."""

    def __init__(self, database: Database, session: Session) -> None:
        self._database = database
        self._session = session
        self._broken = False
        self.epoch = session.epoch

    @classmethod
    async def open(cls, database: Database, node: Node, *, take_over: bool = False) -> Self:
        """Take the journal; JournalBusy while another server has it, unless it is taken over."""
        session = database.connect(node)
        try:
            await session.request("open", lambda: database.claim(session, take_over=take_over))
        except BaseException:
            session.end()
            raise
        return cls(database, session)

    @classmethod
    def reader(cls, database: Database, node: Node) -> Self:
        """A journal to read only."""
        return cls(database, database.connect(node))

    async def append(self, first_seq: int, count: int, payload: bytes) -> bytes:
        if self._broken:
            raise JournalError("an earlier append failed")
        self._broken = True
        database, session = self._database, self._session
        link = await session.request(
            "append", lambda: database.append(session, first_seq, count, RULES_VERSION, payload)
        )
        self._broken = False
        return link

    async def rows(self, after_seq: int = 0, after_link: bytes | None = None) -> AsyncIterator[JournalRow]:
        database = self._database
        session = database.connect(self._session.node)
        found = await session.request("rows", lambda: [row for row in database.rows if row.last_seq > after_seq])
        follower = Follower(after_seq, after_link if after_seq else GENESIS)
        for number, row in enumerate(found):
            if number % ROWS_AHEAD == ROWS_AHEAD - 1:
                await session.request("rows", lambda: None)
            follower.take(row)
            yield row
        if not found and after_seq > database.last_seq:
            raise JournalBroken(f"The journal ends at seq {database.last_seq}, but its reader stands at {after_seq}.")
        session.end()

    async def last_seq(self) -> int:
        return await self._session.request("last_seq", lambda: self._database.last_seq)

    async def mark_digest(self, mark: DigestMark) -> None:
        database = self._database
        kept = await self._session.request("mark", lambda: database.mark(mark.seq, mark.digest))
        if kept != mark.digest:
            raise JournalBroken(f"two digests at seq {mark.seq}")

    async def digest_marks(self, after_seq: int = 0) -> list[DigestMark]:
        marks = self._database.marks
        return await self._session.request(
            "marks", lambda: [DigestMark(seq, marks[seq]) for seq in sorted(marks) if seq > after_seq]
        )

    def when_lost(self, call: Callable[[JournalError], None]) -> None:
        """Have `call` told when the database has crashed; at once, if it has done so already."""
        self._database.when_lost(self._session, lambda: call(JournalError("the database has ended the session")))

    async def close(self) -> None:
        self._session.end()
