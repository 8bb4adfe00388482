"""The database of a history: what is durable, behind requests that can be slow, fail, or succeed without an answer.

What it keeps survives every node. Transactions are whole or not at all; a request that is under way when its node dies
may still be carried out. The rules of `migrations/` hold: rows are dense and linked, only the newest epoch may append,
one session at a time holds the lock.

Commits are waited for, but for those of pages. All are in one log that is flushed in order, as PostgreSQL's is, so that
whatever else commits takes the pages before it to the disk; a crash loses any number of the pages since.
"""

from collections.abc import Callable
from typing import TypeVar

from exchange.language.journal import (
    GENESIS,
    DatabaseUnavailable,
    Fenced,
    JournalBroken,
    JournalBusy,
    JournalError,
    JournalRow,
    link,
)
from exchange.language.snapshots import SnapshotHead
from exchange.language.statements import Page
from tests.simulator.loop import Node
from tests.simulator.tables import Tables
from tests.simulator.world import World

T = TypeVar("T")


class Session:
    """A connection of a node to the database."""

    def __init__(self, database: "Database", node: Node) -> None:
        self.database = database
        self.node = node
        self.closed = False
        self.generation = database.generation
        self.epoch = 0
        node.on_death.append(self._linger)

    @property
    def ended(self) -> bool:
        """Whether the database knows it no more: closed, cut off, or of a time before it was restarted."""
        return self.closed or self.generation != self.database.generation

    async def request(self, what: str, action: Callable[[], T]) -> T:
        """Have something done in one transaction. JournalError when there is no answer."""
        world, database = self.database.world, self.database
        if self.ended:
            raise JournalError(f"{what}: the connection is closed")
        answer = world.loop.create_future()
        plan = world.plan
        fails, loses = world.happens(plan.failed_requests), world.happens(plan.lost_answers)
        slow = 200 if world.happens(plan.slow_requests) else 1

        def arrive() -> None:
            result: T | JournalError
            gone = not self.node.alive and world.chance.random() < 0.5
            if gone or fails or self.ended or database.down:
                world.note("db.failed", self.node.name, what)
                result = JournalError(f"{what}: the connection broke")
            else:
                try:
                    result = action()
                except JournalError as error:
                    result = error
                    world.note("db.refused", self.node.name, what, type(error).__name__)
                if loses:
                    world.note("db.lost", self.node.name, what)
                    self.end()
                    result = JournalError(f"{what}: no answer")
            self.node.call_later(world.delay_s(plan.commit_s / 4), deliver, result)

        def deliver(result: T | JournalError) -> None:
            if answer.done():
                return
            if isinstance(result, JournalError):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        database.node.call_later(world.delay_s(plan.commit_s) * slow, arrive)
        got: T = await answer
        return got

    def end(self) -> None:
        """The database lets go of the session, and of its lock."""
        self.closed = True
        if self.database.holder is self:
            self.database.holder = None

    def _linger(self) -> None:
        """The node has died: the database notices after a while."""
        world = self.database.world
        self.database.node.call_later(world.chance.random() * 0.5, self.end)


class Database:
    """Everything durable. `on_row` is called with each row as it commits."""

    def __init__(self, world: World, on_row: Callable[[JournalRow], None]) -> None:
        self.world = world
        self.node = world.loop.node("database")
        self.down = False
        self.generation = 0  # how often it has been restarted
        self.epoch = 0
        self.holder: Session | None = None
        self.rows: list[JournalRow] = []
        self.marks: dict[int, str] = {}
        self.tables = Tables()
        self._unflushed: list[Page] = []  # that a crash may lose, oldest first
        self._falls_for_s: list[float] = []
        self._on_crash: list[tuple[Session, Callable[[], None]]] = []
        self._on_row = on_row

    @property
    def last_seq(self) -> int:
        return self.rows[-1].last_seq if self.rows else 0

    def connect(self, node: Node) -> Session:
        """A session; DatabaseUnavailable while the database is down."""
        if self.down:
            raise DatabaseUnavailable("nobody listens")
        return Session(self, node)

    def claim(self, session: Session, *, take_over: bool) -> None:
        """Give the lock and a new epoch to a session."""
        if self.holder is not None and self.holder is not session:
            if not take_over:
                raise JournalBusy(f"{self.holder.node.name} holds the journal")
            if self.world.chance.random() < 0.5:  # else as if it had let go of the lock by itself
                self.holder.end()
        self.flush()
        self.holder = session
        self.epoch += 1
        session.epoch = self.epoch
        self.world.note("db.claim", session.node.name, self.epoch)

    def append(self, session: Session, first_seq: int, count: int, rules_version: int, payload: bytes) -> bytes:
        """Commit a row; its link."""
        if session.epoch != self.epoch:
            raise Fenced(f"epoch {self.epoch} may append, not {session.epoch}")
        if first_seq != self.last_seq + 1:
            raise JournalBroken(f"the journal ends at {self.last_seq}, so {first_seq} cannot come next")
        before = self.rows[-1].link if self.rows else GENESIS
        last_seq = first_seq + count - 1
        here = link(before, first_seq, last_seq, self.epoch, rules_version, payload)
        row = JournalRow(first_seq, last_seq, self.epoch, rules_version, payload, here)
        self.flush()
        self.rows.append(row)
        self.world.note("db.append", session.node.name, first_seq, count, here.hex()[:12])
        self._on_row(row)
        return here

    def write_page(self, epoch: int | None, page: Page) -> None:
        """Commit a page of statements, of the newest epoch alone. It may be lost until something else commits."""
        if epoch != self.epoch:
            raise Fenced(f"epoch {self.epoch} may write, not {epoch}")
        self.tables.write(page)
        self._unflushed.append(page)
        if self._falls_for_s:
            self.node.call_later(self.world.chance.random() * 0.1, self.fall, self._falls_for_s.pop())

    def clear_tables(self) -> None:
        """Empty the statements."""
        self.flush()
        self.tables.clear()

    def keep_snapshot(self, head: SnapshotHead, parts: list[tuple[bytes, bytes]]) -> None:
        """Commit a snapshot, whole."""
        self.flush()
        self.tables.snapshots[head.seq] = head, parts

    def thin_snapshots(self, kept: int, until_seq: int | None = None) -> int:
        """Let go of all but the newest, of those up to a command where one is given; how many."""
        self.flush()
        gone = sorted(seq for seq in self.tables.snapshots if until_seq is None or seq <= until_seq)[:-kept]
        for seq in gone:
            del self.tables.snapshots[seq]
        return len(gone)

    def mark(self, seq: int, digest: str) -> str:
        """Keep a digest; the one that is kept."""
        self.flush()
        return self.marks.setdefault(seq, digest)

    def flush(self) -> None:
        """Something commits and waits for it: all that has been committed before it is on the disk."""
        self.tables.flush(self._unflushed)
        self._unflushed.clear()

    def when_lost(self, session: Session, call: Callable[[], None]) -> None:
        """Have a session's node told when a crash ends the session: its socket closes."""
        if session.generation != self.generation:
            session.node.call(call)
        else:
            self._on_crash.append((session, call))

    def fall_after_page(self, for_s: float) -> None:
        """Crash soon after the next page, while it may still be lost."""
        self._falls_for_s.append(for_s)

    def fall(self, for_s: float) -> None:
        """Crash, and be gone for a while: every session breaks, and pages are lost."""
        if self.down or not self.world.faults:
            return
        self.world.note("db.down", f"{for_s:.3f}")
        self.down = True
        self.generation += 1
        self.holder = None
        self.lose_pages()
        for session, call in self._on_crash:
            if not session.closed:
                session.node.call(call)
        self._on_crash.clear()
        self.node.call_later(for_s, self._rise)

    def lose_pages(self) -> None:
        """What a crash leaves of the statements: all that was flushed, and as many pages since as chance has it."""
        left = self._unflushed[: self.world.chance.randint(0, len(self._unflushed))]
        if lost := len(self._unflushed) - len(left):
            self.world.note("db.lost_pages", lost)
        self._unflushed = left
        self.tables.fall_back(left)

    def _rise(self) -> None:
        self.world.note("db.up")
        self.down = False
