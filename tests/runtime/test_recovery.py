"""A market comes back from its newest good snapshot and the journal since, or from that alone, or says why not."""

import asyncio
from random import Random

import pytest
from msgspec import Struct
from msgspec.structs import replace

from exchange.core.state_machine import REPLAYABLE, RULES_VERSION, StateMachine
from exchange.language.commands import Command
from exchange.language.events import Applied
from exchange.language.journal import DigestMark, JournalBroken
from exchange.language.port import Outcome
from exchange.language.snapshots import SnapshotBroken, SnapshotHead
from exchange.language.views import Notice
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.runtime.parts import save
from exchange.runtime.recovery import Recovered, recover
from exchange.runtime.replaying import CommandBroken, Place
from exchange.store.journal import PostgresJournal
from tests.core.world import SETUP, T0
from tests.projections.test_pages import a_history
from tests.properties.money_flavours import FLAVOURS
from tests.properties.money_world import Flavour
from tests.runtime.albums import KeptSnapshots, fill, picture
from tests.runtime.kept import KeptJournal, KeptStatements


async def written_under(database_url: str, rules_version: int) -> PostgresJournal:
    """A journal of a market that was opened and closed under some rules, open again."""
    journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=rules_version)
    await (await Exchange.open(journal, SandboxClock(speed=0, start_s=T0), seeds=list(SETUP))).close()
    return await PostgresJournal.open(database_url, sandbox=True, rules_version=rules_version)


@pytest.mark.parametrize(("rules", "release"), [(RULES_VERSION + 1, "newer"), (min(REPLAYABLE) - 1, "older")])
async def test_other_rules_are_not_carried_on(database_url: str, rules: int, release: str) -> None:
    journal = await written_under(database_url, rules)
    with pytest.raises(JournalBroken, match=f"rules version {rules}.* run the {release} release"):
        await Exchange.open(journal, SandboxClock(speed=0, start_s=T0))


@pytest.mark.parametrize("rules", REPLAYABLE)
async def test_the_same_rules_are_and_those_that_lead_where_they_did(database_url: str, rules: int) -> None:
    journal = await written_under(database_url, rules)
    exchange = await Exchange.open(journal, SandboxClock(speed=0, start_s=T0))
    assert exchange.audit().violations == ()
    await exchange.close()


class Kept(Struct):
    """What a market left behind: a journal, two snapshots with digests at their places, one digest at the end."""

    journal: KeptJournal
    snapshots: KeptSnapshots
    statements: KeptStatements
    older_seq: int
    newer_seq: int
    whole: Recovered  # by replay from nothing

    async def recovered(self) -> Recovered:
        return await recover(self.journal, snapshots=self.snapshots, statements=self.statements)


async def kept(flavour: Flavour = FLAVOURS[0], seed: int = 3) -> Kept:
    chance = Random(seed)
    journal, snapshots, statements = KeptJournal(), KeptSnapshots(), KeptStatements()
    ends = await fill(journal, a_history(flavour, seed), chance)
    older_seq, newer_seq = sorted(chance.sample(ends[1:-1], 2))
    for seq in (older_seq, newer_seq):
        await journal.mark_digest(await picture(journal, snapshots, seq))
    whole = await recover(journal)
    statements.seq = whole.place.seq
    return Kept(journal, snapshots, statements, older_seq, newer_seq, whole)


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
async def test_a_snapshot_and_what_came_since_are_the_whole_history(flavour: Flavour) -> None:
    market = await kept(flavour)
    found = await market.recovered()
    assert list(save(found.place)) == list(save(market.whole.place)), "all that is and all that can be read"
    assert found.place.link == market.journal.kept[-1].link
    told = found.recovery
    assert (told.snapshot_seq, told.replayed) == (market.newer_seq, found.place.seq - market.newer_seq)
    assert (told.commands, told.checked_marks, told.warnings) == (found.place.seq, 1, ())
    assert market.whole.recovery.snapshot_seq == 0
    assert market.whole.recovery.last_mark == DigestMark(
        market.newer_seq, market.snapshots.kept[market.newer_seq].digest
    )


async def test_a_damaged_snapshot_is_named_and_an_older_one_used() -> None:
    market = await kept()
    market.snapshots.pieces[market.newer_seq][3] += b"?"
    found = await market.recovered()
    assert found.recovery.snapshot_seq == market.older_seq
    assert found.recovery.warnings == (
        f"The snapshot of seq {market.newer_seq} was passed over: part 4 of {market.newer_seq} is damaged",
    )
    assert list(save(found.place)) == list(save(market.whole.place))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"digest": "00"}, "damaged (it reads as seq"),
        ({"link": bytes(32)}, "it does not stand at the end of a row of this journal"),
        ({"layout": "other"}, "another release made it"),
        ({"rules_version": RULES_VERSION + 1}, "another release made it"),
        ({"rules_version": min(REPLAYABLE) - 1}, "another release made it"),
    ],
)
async def test_without_a_fitting_snapshot_all_is_replayed(change: dict[str, object], said: str) -> None:
    market = await kept()
    for seq, head in market.snapshots.kept.items():
        market.snapshots.kept[seq] = replace(head, **change)
    found = await market.recovered()
    assert (found.recovery.snapshot_seq, found.recovery.replayed) == (0, found.place.seq)
    assert [said in warning for warning in found.recovery.warnings] == [True, True]
    assert list(save(found.place)) == list(save(market.whole.place))


@pytest.mark.parametrize("rules", REPLAYABLE)
async def test_a_snapshot_of_the_same_types_will_do_whatever_rules_its_release_had(rules: int) -> None:
    market = await kept()
    head = market.snapshots.kept[market.newer_seq]
    market.snapshots.kept[market.newer_seq] = replace(head, rules_version=rules)
    found = await market.recovered()
    assert (found.recovery.snapshot_seq, found.recovery.warnings) == (market.newer_seq, ())
    assert list(save(found.place)) == list(save(market.whole.place))


async def test_each_command_is_carried_out_by_the_rules_that_it_was_written_under(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal, apply, by = KeptJournal(), StateMachine.apply, list[int]()
    for rules in REPLAYABLE:
        journal.rules = rules
        await fill(journal, [*SETUP[:1]] * 2, Random(1))

    def noted(machine: StateMachine, seq: int, command: Command, rules: int) -> tuple[Outcome, Applied]:
        applied = apply(machine, seq, command, rules)
        by.append(rules)
        assert machine.state.rules_version == RULES_VERSION, "for questions, until the next command"
        return applied

    monkeypatch.setattr(StateMachine, "apply", noted)
    await recover(journal)
    assert by == [rules for rules in REPLAYABLE for _ in range(2)]


async def test_what_the_statements_lack_is_replayed_and_shown() -> None:
    market = await kept()
    market.statements.seq = market.newer_seq - 1
    seen = []

    def see(place: Place, applied: Applied, _: list[Notice]) -> None:
        assert place.views.seq == applied.seq
        seen.append(applied.seq)

    found = await recover(market.journal, snapshots=market.snapshots, statements=market.statements, seen=see)
    assert found.recovery.snapshot_seq == market.older_seq
    assert "the statements reach only seq" in found.recovery.warnings[0]
    assert seen == list(range(market.newer_seq, found.place.seq + 1))


async def test_a_damaged_row_ends_the_recovery_by_name() -> None:
    market = await kept()
    row = market.journal.kept[-2]
    market.journal.kept[-2] = replace(row, payload=row.payload + b"?")
    with pytest.raises(
        JournalBroken, match=f"The row of seq {row.first_seq} to {row.last_seq} is not as it was written"
    ):
        await market.recovered()


@pytest.mark.parametrize("longer", ["statements", "snapshot", "digests"])
async def test_a_journal_that_has_lost_its_end_is_not_opened(longer: str) -> None:
    market = await kept()
    if longer != "snapshot":
        market.snapshots.kept.clear()
    market.journal.kept = [row for row in market.journal.kept if row.last_seq < market.newer_seq]
    if longer != "statements":
        market.statements.seq = market.journal.kept[-1].last_seq if longer == "digests" else market.newer_seq
    with pytest.raises(JournalBroken, match=f"The journal ends at seq .* {longer}.* last rows are gone. Restore"):
        await market.recovered()


async def test_the_market_as_it_was_within_a_row() -> None:
    market = await kept()
    row = next(row for row in market.journal.kept if row.first_seq > market.older_seq and row.last_seq > row.first_seq)
    found = await recover(market.journal, snapshots=market.snapshots, until_seq=row.first_seq, within_rows=True)
    assert (found.place.seq, found.recovery.snapshot_seq) == (row.first_seq, market.older_seq)
    assert (await recover(market.journal, until_seq=row.first_seq)).place.seq == row.first_seq - 1


async def test_a_command_that_cannot_be_carried_out_again_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    market, apply = await kept(), StateMachine.apply

    def fails(machine: StateMachine, seq: int, command: Command, rules: int) -> tuple[Outcome, Applied]:
        if seq == 5:
            raise fault
        return apply(machine, seq, command, rules)

    monkeypatch.setattr(StateMachine, "apply", fails)
    fault: BaseException = AssertionError("out of balance")
    with pytest.raises(
        CommandBroken, match=r"of seq 5, [A-Z]\w+, cannot .*\(AssertionError: out of balance\).*Run the"
    ) as told:
        await recover(market.journal)
    assert told.match("report this; `leasebook replay --until 4` shows")
    assert told.value.__cause__ is fault
    assert (await recover(market.journal, until_seq=4, within_rows=True)).place.seq == 4, "as it says"
    fault = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await recover(market.journal)


async def test_without_a_list_of_snapshots_all_is_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    market = await kept()

    async def damaged() -> list[SnapshotHead]:
        raise SnapshotBroken("the list is damaged")

    monkeypatch.setattr(market.snapshots, "heads", damaged)
    found = (await market.recovered()).recovery
    assert (found.snapshot_seq, found.replayed) == (0, found.commands)
    assert found.warnings == ("All snapshots were passed over: the list is damaged",)
