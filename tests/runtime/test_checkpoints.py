"""A long replay keeps snapshots on the way, a short one none; who is ended in the middle goes on from the last."""

from collections.abc import AsyncGenerator, Iterable
from functools import partial
from itertools import count, pairwise
from random import Random

import pytest

from exchange.core.state_machine import RULES_VERSION
from exchange.language.journal import JournalBroken, JournalError
from exchange.language.snapshots import SnapshotHead
from exchange.runtime import checkpoints as module
from exchange.runtime.checkpoints import KEPT, Checkpoints
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.runtime.parts import save
from exchange.runtime.recovery import Recovered, recover
from tests.core.world import T0
from tests.projections.test_pages import a_history
from tests.properties.money_flavours import FLAVOURS
from tests.runtime.albums import KeptSnapshots, fill
from tests.runtime.kept import KeptJournal, KeptStatements

FIRST_S = 10


class Noted(KeptSnapshots):
    """Notes where snapshots were kept, and how far the statements were then."""

    def __init__(self, statements: KeptStatements | None = None) -> None:
        super().__init__()
        self.statements = statements
        self.order: list[int] = []

    async def keep(self, head: SnapshotHead, parts: Iterable[bytes]) -> SnapshotHead:
        assert self.statements is None or self.statements.seq >= head.seq
        self.order.append(head.seq)
        return await super().keep(head, parts)


class Full(KeptSnapshots):
    async def keep(self, head: SnapshotHead, parts: Iterable[bytes]) -> SnapshotHead:
        raise JournalError("no space is left")


def ticking(snapshots: KeptSnapshots) -> Checkpoints:
    """A second goes by each time that one looks at the clock."""
    ticks = count()
    return Checkpoints(snapshots, first_s=FIRST_S, clock=lambda: next(ticks))


async def a_journal() -> KeptJournal:
    journal = KeptJournal()
    await fill(journal, a_history(FLAVOURS[0], 3), Random(3))
    return journal


async def test_the_pauses_double() -> None:
    """A row is a second here, and so is keeping one."""
    journal, snapshots = await a_journal(), Noted()
    found = await recover(journal, checkpoints=ticking(snapshots))
    ends = [row.last_seq for row in journal.kept]
    rows = [ends.index(seq) + 1 for seq in snapshots.order]
    assert rows[0] == FIRST_S
    assert [after - before for before, after in pairwise(rows)][:-1] == [
        2**number * FIRST_S for number in range(1, len(rows) - 1)
    ]
    assert found.recovery.kept_seq == snapshots.order[-1]
    assert len(snapshots.kept) == min(KEPT, len(rows))


async def test_who_is_ended_half_way_goes_on_from_there() -> None:
    journal, snapshots = await a_journal(), Noted()
    whole = await recover(journal)

    def end_late(seq: int) -> None:
        if seq == journal.kept[-2].last_seq:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await recover(journal, snapshots=snapshots, checkpoints=ticking(snapshots), progress=end_late)
    again = await recover(journal, snapshots=snapshots)
    assert again.recovery.snapshot_seq == snapshots.order[-1] > 0
    assert list(save(again.place)) == list(save(whole.place))


async def test_so_does_who_had_to_pass_over_all_that_there_were() -> None:
    """As after an update: those of the release before are of later commands than any that is kept on the way."""
    journal, snapshots = await a_journal(), Noted()
    for row in journal.kept[-KEPT - 1 : -1]:
        await snapshots.keep(SnapshotHead(row.last_seq, row.link, RULES_VERSION, "another layout", "00"), [b"part"])
    theirs = snapshots.order.copy()

    def end_late(seq: int) -> None:
        if seq == journal.kept[-KEPT - 2].last_seq:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await recover(journal, snapshots=snapshots, checkpoints=ticking(snapshots), progress=end_late)
    own = snapshots.order[KEPT:][-KEPT:]
    assert sorted(snapshots.kept) == [*own, *theirs]
    again = await recover(journal, snapshots=snapshots)
    assert again.recovery.snapshot_seq == own[-1] > 0
    await module.keep_reached(again.place, snapshots)
    assert sorted(snapshots.kept) == [*theirs, again.place.seq][-KEPT:], "this market has come past theirs"


@pytest.mark.parametrize(("seconds", "kept"), [(FIRST_S - 1, False), (FIRST_S, True)])
async def test_what_was_reached_is_kept_if_it_took_long(seconds: int, kept: bool) -> None:
    journal, snapshots, now = await a_journal(), Noted(), iter([0, *[0] * 10_000])
    found: Recovered = await recover(journal)
    checkpoints = Checkpoints(snapshots, first_s=FIRST_S, clock=lambda: next(now))
    await checkpoints.arrive(found.place)
    await checkpoints.pass_by(found.place)
    now = iter([seconds] * 9)
    await checkpoints.arrive(found.place)
    assert snapshots.order == [found.place.seq] * kept


async def test_loading_is_no_replay() -> None:
    """However long it takes: who then replays a few rows would only write the same again."""
    now = 0

    class Slow(Noted):
        async def parts(self, seq: int) -> AsyncGenerator[bytes, None]:
            nonlocal now
            now += 10 * FIRST_S
            async for part in super().parts(seq):
                yield part

    journal, snapshots = await a_journal(), Slow()
    half_way = await recover(journal, until_seq=journal.kept[-3].last_seq)
    await module.keep_reached(half_way.place, snapshots)
    found = await recover(
        journal, snapshots=snapshots, checkpoints=Checkpoints(snapshots, first_s=FIRST_S, clock=lambda: now)
    )
    assert (now, found.recovery.kept_seq) == (10 * FIRST_S, 0)
    assert found.recovery.replayed > 0


async def test_a_start_keeps_no_more_than_the_statements_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are taken along, page by page."""
    ticks = count()
    hasty = partial(Checkpoints, first_s=FIRST_S, clock=lambda: next(ticks))
    monkeypatch.setattr("exchange.runtime.exchange.Checkpoints", hasty)
    journal, statements = await a_journal(), KeptStatements()
    snapshots = Noted(statements)
    market = await Exchange.open(journal, SandboxClock(speed=0, start_s=T0), snapshots=snapshots, statements=statements)
    assert market.recovery.kept_seq == snapshots.order[-1] == market.pulse().snapshots.seq
    assert len(snapshots.order) > 1
    assert market.audit().violations == ()
    await market.close()


async def test_a_snapshot_that_cannot_be_kept_is_told_of_once() -> None:
    journal = await a_journal()
    found = await recover(journal, checkpoints=ticking(Full()))
    assert found.recovery.warnings == ("No snapshot was kept on the way: no space is left",)
    assert found.recovery.kept_seq == 0


async def test_a_book_that_cannot_be_walked_keeps_nobody_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> list[str]:
        raise KeyError("ask-7")

    monkeypatch.setattr(module, "find_wrong", break_down)
    journal, snapshots = await a_journal(), Noted()
    found = await recover(journal, checkpoints=ticking(snapshots))
    assert found.recovery.warnings == ("No snapshot was kept on the way: KeyError: 'ask-7'",)
    assert found.place.seq == journal.kept[-1].last_seq
    assert snapshots.order == []


async def test_books_that_do_not_add_up_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_wrong", lambda *_: ["a cent is gone"])
    found, snapshots = await recover(await a_journal()), Noted()
    with pytest.raises(JournalBroken, match="the first: a cent is gone"):
        await module.keep_reached(found.place, snapshots)
    assert snapshots.order == []
