"""From the journal to a market: the newest good snapshot, then every command since, proved by the digests kept.

A snapshot that is damaged, of newer rules or other types, or ahead of the statements is passed over, and Recovery says
so; from nothing is always possible. The journal has no second: a row that is damaged, or a digest that does not come
out again, ends the recovery with JournalBroken.
"""

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator

from msgspec import Struct

from exchange.core.digest import digest
from exchange.core.state_machine import REPLAYABLE
from exchange.language.events import Applied
from exchange.language.journal import DigestMark, JournalBroken, JournalError
from exchange.language.snapshots import SnapshotBroken, SnapshotHead, Snapshots
from exchange.language.statements import Statements
from exchange.language.views import Notice
from exchange.runtime.checkpoints import Checkpoints
from exchange.runtime.parts import LAYOUT, load
from exchange.runtime.replaying import Place, Source, closing, replay

CHECK_SHARE = 10  # a digest walks the whole state: all but the last together get one part in so many of the time

# Called with the market as it stands after a command, what that made happen, and what accounts are to be told of it.
Onlooker = Callable[[Place, Applied, list[Notice]], None]


class Recovery(Struct, frozen=True, kw_only=True):
    """What a recovery did: how much it replayed, how long it took, and how many digests it was proved by."""

    commands: int  # in the market, replayed or not
    replayed: int
    snapshot_seq: int  # 0 when it began from nothing
    seconds: float
    checked_marks: int  # the snapshot's own digest among them
    last_mark: DigestMark | None
    kept_seq: int = 0  # the newest snapshot that was kept on the way; 0 when none was
    warnings: tuple[str, ...] = ()  # what was passed over, and what to do about it


class Recovered(Struct, frozen=True):
    """A market as it stands at the end of its journal, and how it came there."""

    place: Place
    recovery: Recovery


async def recover(
    source: Source,
    *,
    snapshots: Snapshots | None = None,
    statements: Statements | None = None,
    seen: Onlooker | None = None,
    rest: Callable[[], Awaitable[None]] | None = None,
    progress: Callable[[int], None] | None = None,
    until_seq: int | None = None,
    within_rows: bool = False,
    checkpoints: Checkpoints | None = None,
) -> Recovered:
    """The market at the journal's end, or at `until_seq` (the end of a row before it, unless `within_rows`).

    `seen` is called for every command whose effects are not in the statements yet (without them, for all that are
    replayed); after each row `rest` is awaited, for whoever writes down what was seen, and `checkpoints` are passed.
    Raises JournalBroken, by name, when the journal is damaged, shorter than what was made from it, or leads elsewhere
    than before.
    """
    began = time.perf_counter()
    written_seq = await statements.position() if statements is not None else None
    base = await _Base(source, until_seq, written_seq).found(snapshots)
    place, marks = base.place, await source.digest_marks(base.place.seq)
    if until_seq is not None:
        marks = [mark for mark in marks if mark.seq <= until_seq]
    checks = _Checks(marks, place)
    begins_seq = written_seq or 0

    def each(applied: Applied, notices: list[Notice]) -> None:
        if seen is not None and applied.seq > begins_seq:
            seen(place, applied, notices)
        if applied.seq in checks.marks:
            checks.check(applied.seq)

    async def after_row(seq: int) -> None:
        if rest is not None:
            await rest()
        if checkpoints is not None:
            await checkpoints.pass_by(place)
        if progress is not None:
            progress(seq)

    snapshot_seq = place.seq
    if checkpoints is not None:
        checkpoints.set_out()
    await replay(source, place, each, until_seq=until_seq, within_rows=within_rows, after_row=after_row)
    if until_seq is None:
        _check_reached(place.seq, written_seq, marks)
        if checkpoints is not None:
            await checkpoints.arrive(place)
    recovery = Recovery(
        commands=place.seq,
        replayed=place.seq - snapshot_seq,
        snapshot_seq=snapshot_seq,
        seconds=time.perf_counter() - began,
        checked_marks=checks.done + (base.mark is not None),
        last_mark=marks[-1] if marks else base.mark,
        kept_seq=0 if checkpoints is None else checkpoints.seq,
        warnings=(*base.warnings, *(checkpoints.warnings if checkpoints is not None else ())),
    )
    return Recovered(place, recovery)


def _check_reached(seq: int, written_seq: int | None, marks: list[DigestMark]) -> None:
    """Whatever was made from the journal must lie within it; else commands that were answered are gone."""
    for what, made_seq in (("statements", written_seq or 0), ("digests", marks[-1].seq if marks else 0)):
        if made_seq > seq:
            raise JournalBroken(
                f"The journal ends at seq {seq}, but the {what} go to seq {made_seq}: its last rows are gone. "
                "Restore the database from a backup."
            )


class _Base:
    """Where the replay begins: at the newest snapshot that will do, or at nothing."""

    def __init__(self, source: Source, until_seq: int | None, written_seq: int | None) -> None:
        self._source = source
        self._until_seq = until_seq
        self._written_seq = written_seq
        self.place = Place()
        self.mark: DigestMark | None = None
        self.warnings: list[str] = []

    async def found(self, snapshots: Snapshots | None) -> "_Base":
        """Look through the snapshots, newest first."""
        for head in await self._heads(snapshots):
            if self._until_seq is not None and head.seq > self._until_seq:
                continue
            reason = self._unfit(head)
            if reason is None:
                reason = await self._follows(head)
            if reason is None:
                assert snapshots is not None
                reason = await self._taken(snapshots, head)
            if reason is None:
                break
            self.warnings.append(f"The snapshot of seq {head.seq:,} was passed over: {reason}")
        return self

    async def _heads(self, snapshots: Snapshots | None) -> list[SnapshotHead]:
        """Those that there are; none when nobody can tell."""
        try:
            return await snapshots.heads() if snapshots is not None else []
        except SnapshotBroken as fault:
            self.warnings.append(f"All snapshots were passed over: {fault}")
            return []

    def _unfit(self, head: SnapshotHead) -> str | None:
        """Why a snapshot is not for this release or this moment, or none."""
        # What the rules are is no part of the state, so one that an older release made of the same types will do.
        if head.rules_version not in REPLAYABLE or head.layout != LAYOUT:
            return "another release made it. This start takes longer, the next one has a snapshot of its own."
        if self._written_seq is not None and head.seq > self._written_seq:
            return f"the statements reach only seq {self._written_seq:,}, and what is between is replayed into them."
        return None

    async def _follows(self, head: SnapshotHead) -> str | None:
        """Why a snapshot is not of this journal, or none. JournalBroken when the journal ends before it."""
        end_seq = await self._source.last_seq()
        if end_seq < head.seq:
            raise JournalBroken(
                f"The journal ends at seq {end_seq}, but there is a snapshot of seq {head.seq}: its last rows are "
                "gone. Restore the database from a backup."
            )
        rows = self._source.rows(head.seq - 1)
        async with closing(rows):
            row = await anext(rows)
        if (row.last_seq, row.link) == (head.seq, head.link):
            return None
        return "it does not stand at the end of a row of this journal. Run `leasebook verify` to see which is wrong."

    async def _taken(self, snapshots: Snapshots, head: SnapshotHead) -> str | None:
        """Why a snapshot cannot be read, or none: then it is the place to begin at."""
        damaged = "it is damaged ({}). Nothing is lost, and the next ones replace it."
        try:
            parts = deque([part async for part in snapshots.parts(head.seq)])
            place = load(_taken(parts), head.link)
        except SnapshotBroken as fault:
            return str(fault)
        except JournalError:
            raise
        except Exception as fault:  # whatever is wrong with it, the journal makes good
            return damaged.format(f"{type(fault).__name__}: {fault}")
        found = digest(place.machine.state)
        if (place.seq, found) != (head.seq, head.digest):
            return damaged.format(f"it reads as seq {place.seq} with digest {found}, and was kept with {head.digest}")
        self.place, self.mark = place, DigestMark(head.seq, head.digest)
        return None


def _taken(parts: deque[bytes]) -> Iterator[bytes]:
    """The parts, each let go of as it is read, so that a market is not in memory twice."""
    while parts:
        yield parts.popleft()


class _Checks:
    """The digests that the replay passes: the last is always compared, earlier ones as the time allows."""

    def __init__(self, marks: list[DigestMark], place: Place) -> None:
        self.marks = {mark.seq: mark for mark in marks}
        self.done = 0
        self._place = place
        self._last_seq = marks[-1].seq if marks else 0
        self._began = time.perf_counter()
        self._spent = 0.0

    def check(self, seq: int) -> None:
        """Compare what the state hashes to with what it did. JournalBroken when it differs."""
        before = time.perf_counter()
        if seq != self._last_seq and self._spent * CHECK_SHARE > before - self._began:
            return
        compare_digest(self.marks[seq], self._place)
        self._spent += time.perf_counter() - before
        self.done += 1


def compare_digest(mark: DigestMark, place: Place) -> None:
    """JournalBroken unless the state hashes to what it did when it was first here."""
    found = digest(place.machine.state)
    if found != mark.digest:
        raise JournalBroken(
            f"At seq {mark.seq} the state hashes to {found}, but did to {mark.digest} when it was first there: the "
            "same commands led elsewhere. Run the release that wrote the journal, and report this."
        )
