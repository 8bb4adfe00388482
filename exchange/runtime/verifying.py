"""The full check: the journal replayed from nothing, and everything that was made from it compared with what comes out.

That is the chain of hashes, every digest kept, every snapshot to the last byte, and every row of the statements. Each
difference is named; the check goes on as long as the journal can be followed. It only reads, and the market may trade.
"""

import time
from collections.abc import Callable, Iterable
from hashlib import sha256

from exchange.core.digest import digest
from exchange.language.events import Applied
from exchange.language.journal import JournalBroken
from exchange.language.snapshots import SnapshotBroken, SnapshotHead, Snapshots
from exchange.language.statements import Page
from exchange.language.upkeep import Verdict
from exchange.language.views import Notice
from exchange.projections.pages import Pages
from exchange.projections.telling import Telling
from exchange.runtime.parts import LAYOUT, load, save
from exchange.runtime.replaying import Place, Source, replay
from exchange.store.comparing import Comparison, comparing
from exchange.store.reading import JournalReader
from exchange.store.snapshots import PostgresSnapshots

_PAGE_SIZE = 50_000


async def verify(dsn: str, progress: Callable[[int], None] | None = None) -> Verdict:
    """Check the market in a database. Raises JournalError only when it cannot be looked at."""
    began, source, snapshots = time.perf_counter(), JournalReader(dsn), PostgresSnapshots(dsn)
    async with comparing(dsn) as comparison:
        check = _Check(comparison, snapshots)
        await check.begin(source)
        place = check.place

        async def after_row(seq: int) -> None:
            await check.after_row(seq)
            if progress is not None:
                progress(seq)

        try:
            await replay(source, place, check.see, after_row=after_row)
        except JournalBroken as fault:
            check.differences.append(f"journal: {fault}")
        await check.end()
        return Verdict(
            seq=place.seq,
            seconds=time.perf_counter() - began,
            digest=digest(place.machine.state),
            link=place.link.hex(),
            rows=check.rows,
            audit_entries=place.views.audit_size,
            checked_marks=check.checked_marks,
            checked_snapshots=check.checked_snapshots,
            statements_seq=comparison.seq or 0,
            tables=comparison.compared,
            differences=tuple(check.differences),
        )


class _Check:
    """What is compared on the way, and what was found to differ."""

    def __init__(self, comparison: Comparison, snapshots: Snapshots) -> None:
        self.place = Place()
        self.differences: list[str] = []
        self.rows = self.checked_marks = self.checked_snapshots = 0
        self._comparison = comparison
        self._snapshots = snapshots
        self._marks: dict[int, str] = {}  # still to come
        self._heads: dict[int, SnapshotHead] = {}  # still to come
        self._pages, self._telling = Pages(0), Telling()
        self._full: list[Page] = []

    async def begin(self, source: Source) -> None:
        """Before the first command: what is to be compared on the way."""
        try:
            self._heads = {head.seq: head for head in await self._snapshots.heads()}
        except SnapshotBroken as fault:
            self.differences.append(f"snapshots: {fault}")
        try:
            self._marks = {mark.seq: mark.digest for mark in await source.digest_marks()}
        except JournalBroken as fault:
            self.differences.append(f"digests: {fault}")

    def see(self, applied: Applied, notices: list[Notice]) -> None:
        """After each command."""
        written_seq = self._comparison.seq or 0
        if applied.seq <= written_seq:
            self._pages.fold(applied, self._telling.gather(notices))
            if applied.seq == written_seq or self._pages.size >= _PAGE_SIZE:
                page = self._pages.take(self.place.views, self.place.machine.state.ledger.balance)
                assert page is not None
                self._full.append(page)
        kept = self._marks.pop(applied.seq, None)
        if kept is not None:
            self.checked_marks += 1
            made = digest(self.place.machine.state)
            if made != kept:
                self.differences.append(f"digest at seq {applied.seq}: kept is {kept}, the replay makes {made}")

    async def after_row(self, seq: int) -> None:
        """After each row of the journal."""
        self.rows += 1
        for page in self._full:
            await self._comparison.add(page)
        self._full.clear()
        head = self._heads.pop(seq, None)
        if head is not None:
            try:
                wrong = await self._compared(head)
            except SnapshotBroken as fault:
                if await self._thinned(head):
                    return
                wrong = str(fault)
            self.checked_snapshots += 1
            if wrong is not None:
                self.differences.append(f"snapshot of seq {seq}: {wrong}")

    async def end(self) -> None:
        """After the last one."""
        end_seq, comparison = self.place.seq, self._comparison
        self.differences += [
            f"digest at seq {seq}: the journal was followed to seq {end_seq} only" for seq in self._marks
        ]
        self.differences += [f"snapshot of seq {seq}: no row of the journal ends there" for seq in self._heads]
        if comparison.damage:
            self.differences += comparison.damage
        elif comparison.seq is None:
            self.differences.append("statements: another release wrote them; start the server, or leasebook rebuild")
        elif comparison.seq > end_seq:
            self.differences.append(
                f"statements: they go to seq {comparison.seq}, and the journal to seq {end_seq} only"
            )
        else:
            self.differences += await comparison.differences()

    async def _compared(self, head: SnapshotHead) -> str | None:
        """How a snapshot differs from the market at its place, or none. SnapshotBroken when it cannot be read."""
        place = self.place
        if head.link != place.link:
            return f"its link is {head.link.hex()}, the journal's there is {place.link.hex()}"
        made = digest(place.machine.state)
        if head.digest != made:
            return f"its digest is {head.digest}, the replay makes {made}"
        parts = [part async for part in self._snapshots.parts(head.seq)]
        if head.layout != LAYOUT or _hash(parts) == (whole := _hash(save(place))):
            return None
        # Another library may have compressed it otherwise, so what counts is what it holds.
        if _hash(save(load(iter(parts), head.link))) == whole:
            return None
        return "its parts are as they were written, but hold another market than the replay makes"

    async def _thinned(self, head: SnapshotHead) -> bool:
        """Whether a snapshot has gone since this began: a server drops old ones as it takes new ones."""
        try:
            return head.seq not in {kept.seq for kept in await self._snapshots.heads()}
        except SnapshotBroken:
            return False


def _hash(parts: Iterable[bytes]) -> bytes:
    hasher = sha256()
    for part in parts:
        hasher.update(part)
    return hasher.digest()
