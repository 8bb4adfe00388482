"""One operator cannot be two, nor be rid of the other; and a proposal is about what was there when it was made."""

from collections.abc import Sequence

import pytest
from msgspec import msgpack
from msgspec.structs import replace

from exchange.core import snapshot
from exchange.core.digest import digest
from exchange.core.previewing import preview, would_hit
from exchange.core.weighing import minds
from exchange.language.codec import decode_commands, encode_commands
from exchange.language.commands import (
    AdvanceTime,
    Command,
    OpenAccount,
    Propose,
    ProposeBefore,
    RegisterKey,
    ReleaseLease,
    RevokeKey,
    SetMarketState,
    StartLease,
)
from exchange.language.commands_operator import (
    BlockAccount,
    CancelOrders,
    EvictOrders,
    EvictOrdersBefore,
    UnblockAccount,
)
from exchange.language.events_operator import OperatorActed, ProposalClosed, ProposalMade
from exchange.language.hits import Group, Hits
from exchange.language.rejects import Code, Reject
from tests.core.test_proposing import (
    BAND,
    BLOCK,
    CANCEL,
    CONFIRM,
    HALT,
    ONE,
    REOPEN,
    TWO,
    UNBLOCK,
    WIDER,
    operators,
    proposed,
    refusal,
    venue,
)
from tests.core.world import BUYER, World, ask, at, bid, wish

THREE = "three"
OPEN_THREE = OpenAccount(account_id=THREE, roles=("operator",), owner_group=THREE, operator_id=ONE)
KEY = RegisterKey(key_id="key-new", secret_hash="new", account_id=THREE, scopes=("read", "operate"), operator_id=ONE)
REVOKE = RevokeKey(key_id="key-two", operator_id=ONE)
BLOCK_TWO = BlockAccount(operator_id=ONE, account_id=TWO, reason="away")
SECOND = replace(CONFIRM, proposal_id=2)


def closed(world: World) -> list[tuple[int, str, str, str]]:
    """The proposals that the last command closed: which, how, by whom, why."""
    return [
        (event.proposal_id, event.state, event.operator_id, event.reason)
        for event in world.events
        if isinstance(event, ProposalClosed)
    ]


def waiting(world: World) -> list[int]:
    return [proposal.proposal_id for proposal in world.state.curbs.proposals]


@pytest.mark.parametrize(
    ("before", "action", "waits"),
    [
        ((), KEY, True),
        ((), replace(KEY, account_id=TWO), True),
        ((), replace(KEY, account_id=ONE), False),  # one's own
        ((), replace(KEY, scopes=("read",)), False),
        ((), replace(KEY, account_id=BUYER, scopes=("trade",)), False),
        ((), REVOKE, True),
        ((), replace(REVOKE, key_id="key-one"), False),  # one's own: one may always go
        (operators(THREE), REVOKE, False),  # two are left
        ((RegisterKey(key_id="spare", secret_hash="s", account_id=TWO, scopes=("operate",)),), REVOKE, False),
        ((RegisterKey(key_id="reads", secret_hash="s", account_id=TWO, scopes=("read",)),), REVOKE, True),
        ((), BLOCK_TWO, True),
        (operators(THREE), BLOCK_TWO, False),
        ((), BLOCK, False),
        ((), replace(BLOCK_TWO, account_id=ONE), False),
    ],
)
def test_who_would_make_or_unmake_a_second_operator_asks_one(
    before: Sequence[Command], action: RegisterKey, waits: bool
) -> None:
    world = venue(OPEN_THREE, *before)
    keys, blocked = dict(world.state.keys), dict(world.state.curbs.blocked)
    world.do(Propose(action=action))
    assert proposed(world) is waits
    if waits:
        assert (world.state.keys, world.state.curbs.blocked) == (keys, blocked)
        world.do(CONFIRM)
    direct = venue(OPEN_THREE, *before, action)
    assert (world.state.keys, world.state.curbs.blocked) == (direct.state.keys, direct.state.curbs.blocked)
    assert digest(world.again().state) == digest(world.state)


def test_an_operator_that_one_has_made_up_confirms_nothing() -> None:
    world = venue(BLOCK, OPEN_THREE, Propose(action=KEY), Propose(action=UNBLOCK))
    assert "key-new" not in world.state.keys
    assert minds(world.state) == 2
    assert would_hit(world.state, 1) == Hits(accounts=Group(1, (THREE,)))
    assert refusal(world, replace(CONFIRM, operator_id=ONE)) is Code.OWN_PROPOSAL
    world.do(CONFIRM)
    assert world.state.keys["key-new"] == KEY
    world.do(replace(SECOND, operator_id=THREE))
    assert not world.state.curbs.blocked


def test_a_key_is_looked_at_when_it_is_proposed_and_when_it_is_confirmed() -> None:
    world = venue(OPEN_THREE)
    assert refusal(world, Propose(action=replace(KEY, account_id="nobody"))) is Code.UNKNOWN_ACCOUNT
    world.do(Propose(action=replace(KEY, expires_s=at(1) - 60)))
    world.do(AdvanceTime(to_s=at(1) - 60))
    assert refusal(world, CONFIRM) is Code.WINDOW_PAST


def test_another_account_of_the_same_owner_is_no_other_operator() -> None:
    sister: list[Command] = [
        OpenAccount(account_id="sister", roles=("operator",), owner_group=ONE),
        RegisterKey(key_id="key-sister", secret_hash="sister", account_id="sister", scopes=("operate",)),
    ]
    world = venue(*sister, BLOCK, Propose(action=UNBLOCK))
    assert refusal(world, replace(CONFIRM, operator_id="sister")) is Code.OWN_PROPOSAL
    world.do(Propose(action=replace(REVOKE, operator_id="sister")))
    assert proposed(world), "without it there would be one owner left"
    world.do(CONFIRM)
    alone = World([*operators(ONE), *sister, BLOCK])
    alone.do(Propose(action=UNBLOCK))
    assert not proposed(alone), "nobody could ever confirm it"


def test_a_blocked_operator_neither_proposes_nor_confirms() -> None:
    world = venue(*operators(THREE), BLOCK, Propose(action=UNBLOCK), Propose(action=BLOCK_TWO))
    assert refusal(world, CONFIRM) is Code.ACCOUNT_BLOCKED
    assert refusal(world, Propose(action=replace(UNBLOCK, operator_id=TWO))) is Code.ACCOUNT_BLOCKED
    world.do(replace(CONFIRM, operator_id=THREE))


def test_the_last_operator_who_could_unblock_it_is_not_blocked() -> None:
    world = World([*operators(ONE)])
    itself = replace(BLOCK_TWO, account_id=ONE)
    assert refusal(world, Propose(action=itself)) is Code.NOT_SUPPORTED
    refused = preview(world.state, itself)
    assert isinstance(refused, Reject)
    for action in (OPEN_THREE, Propose(action=KEY)):
        world.do(action)
    acted = world.events[-1]
    assert isinstance(acted, OperatorActed)
    assert (acted.alone, acted.proposed) == (True, False), "the first of them nobody could confirm"
    world.do(Propose(action=itself))
    assert world.state.curbs.blocked == {ONE: None}
    assert minds(world.state) == 1


def test_a_stale_proposal_does_not_lift_a_newer_block() -> None:
    world = venue(BLOCK, Propose(action=UNBLOCK), Propose(action=UNBLOCK), CONFIRM)
    assert closed(world) == [(1, "confirmed", TWO, "agreed"), (2, "superseded", TWO, "agreed")]
    world.do(replace(BLOCK, reason="fraud found"))
    assert refusal(world, SECOND) is Code.PROPOSAL_CLOSED
    assert world.state.curbs.blocked == {BUYER: None}


def test_a_block_that_is_said_again_closes_what_would_lift_it() -> None:
    world = venue(BLOCK, replace(BLOCK, account_id="p"), Propose(action=UNBLOCK))
    assert world.do(replace(BLOCK, account_id="p", reason="fraud found")).repeated
    assert waiting(world) == [1]
    again = world.do(Propose(action=replace(BLOCK, operator_id=TWO, reason="fraud found")))
    assert not again.repeated
    assert closed(world) == [(1, "superseded", TWO, "fraud found")]
    acted = world.events[-1]
    assert isinstance(acted, OperatorActed)
    told = [(change.field, change.before, change.after) for change in acted.changes]
    assert told == [("blocked", "yes", "yes"), ("proposal-1", "open", "superseded")]
    assert world.do(BLOCK).repeated


def everywhere(region: str | None = None, chip: str | None = None, state: str = "halted") -> SetMarketState:
    return SetMarketState(operator_id=TWO, state=state, reason="again", region=region, chip=chip)


@pytest.mark.parametrize(
    ("before", "proposal", "shift", "goes"),
    [
        ((HALT,), REOPEN, everywhere(), True),
        ((HALT,), REOPEN, everywhere(region="hz"), True),
        ((HALT,), REOPEN, everywhere(chip="h800"), True),
        ((HALT,), REOPEN, everywhere(region="hz", chip="h800"), True),
        ((HALT,), REOPEN, everywhere(region="sh"), False),
        ((everywhere(chip="h800"),), replace(REOPEN, region=None, chip="h800"), everywhere(chip="910b"), False),
        ((BAND,), WIDER, replace(BAND, band_bp=100), True),
        ((BAND,), WIDER, replace(BAND, region="sh"), False),
        ((BLOCK,), UNBLOCK, UNBLOCK, True),
        ((BLOCK,), UNBLOCK, replace(BLOCK, account_id="p"), False),
        ((), CANCEL, CANCEL, True),
        ((), CANCEL, ReleaseLease(account_id=BUYER, lease_id=1), True),
        ((), CANCEL, BLOCK, False),
        ((), REVOKE, replace(REVOKE, operator_id=TWO), True),
        ((), REVOKE, replace(REVOKE, key_id="key-three"), False),
        ((), BLOCK_TWO, BLOCK_TWO, True),
        ((), KEY, replace(BLOCK_TWO, account_id=THREE), True),
    ],
)
def test_a_proposal_is_closed_when_what_it_is_about_changes(
    before: Sequence[Command], proposal: UnblockAccount, shift: Command, goes: bool
) -> None:
    reader = RegisterKey(key_id="key-three", secret_hash="3", account_id=THREE, scopes=("read",))
    world = venue(OPEN_THREE, reader, *before, Propose(action=proposal))
    assert waiting(world) == [1]
    world.do(shift)
    assert waiting(world) == ([] if goes else [1])
    assert [each[1] for each in closed(world)] == ["superseded"] * goes
    assert digest(world.again().state) == digest(world.state)
    if goes:
        assert refusal(world, CONFIRM) is Code.PROPOSAL_CLOSED


def test_a_lease_that_ends_by_itself_closes_what_would_end_it() -> None:
    world = venue(Propose(action=CANCEL), AdvanceTime(to_s=at(1) - 1))
    assert closed(world) == [(1, "superseded", "", "")]


def test_a_lease_that_an_operator_has_cut_is_not_to_be_cut_again() -> None:
    started = StartLease(account_id="p", lease_id=1, sealed_access=b"sealed")
    world = venue(started, AdvanceTime(to_s=at(0) + 60), Propose(action=CANCEL), Propose(action=CANCEL), CONFIRM)
    assert closed(world) == [(1, "confirmed", TWO, "agreed"), (2, "superseded", TWO, "agreed")]
    assert world.state.leases[1].state == "running", "until the next step"


def test_a_proposal_hits_whom_it_hits_now() -> None:
    world = venue(BLOCK, Propose(action=UNBLOCK), HALT)
    lease = Group(1, ("lease-1",), 8_000)
    then = Hits(markets=Group(), accounts=Group(2, (BUYER, "p")), leases=lease)
    assert would_hit(world.state, 1) == then
    world.do(Propose(action=CANCEL))
    world.do(SECOND)
    assert would_hit(world.state, 1) == Hits(accounts=Group(1, (BUYER,)))
    assert would_hit(world.state, 2) is None


def test_what_a_proposal_was_told_with_stays_as_journals_have_it() -> None:
    """Snapshots keep it, and are compared with what the journal makes; who decides sees all that is hit now."""
    world = venue(ask("15", chips="2", end=1, by=BUYER, lease_id=1), Propose(action=CANCEL))
    (made,) = (event for event in world.events if isinstance(event, ProposalMade))
    told = Hits(markets=Group(1, ("hz/h800",)), accounts=Group(2, (BUYER, "p")), leases=Group(1, ("lease-1",), 8_000))
    assert made.hits == told
    assert would_hit(world.state, 1) == replace(told, orders=Group(1, ("ask-2",), 2_000))


def test_a_band_hits_no_order_that_rests() -> None:
    world = venue(bid(wish("13"), chips="2"), ask("16", chips="4", by="q"))
    assert preview(world.state, BAND) == Hits(markets=Group(1, ("hz/h800",)))
    before = dict(world.state.bids), dict(world.state.asks)
    world.do(replace(BAND, band_bp=1))
    assert (world.state.bids, world.state.asks) == before


def test_what_is_proposed_under_these_rules_is_kept_so_in_a_snapshot() -> None:
    world = venue(BLOCK, Propose(action=UNBLOCK), OPEN_THREE, Propose(action=KEY))
    loaded = snapshot.load(iter(list(snapshot.save(world.state))))
    assert loaded.curbs == world.state.curbs
    assert [proposal.strict for proposal in loaded.curbs.proposals] == [True, True]


def test_older_journals_are_carried_out_by_the_rules_that_they_were_written_under() -> None:
    written = encode_commands([ProposeBefore(action=UNBLOCK), EvictOrdersBefore(most=2)])
    assert [entry["t"] for entry in msgpack.decode(written)] == ["Propose", "EvictOrders"]
    older = decode_commands(written)
    assert [type(command) for command in older] == [ProposeBefore, EvictOrdersBefore]
    newer = decode_commands(encode_commands([Propose(action=UNBLOCK), EvictOrders(most=2)]))
    assert [type(command) for command in newer] == [Propose, EvictOrders]
    strays = bid(wish("13", latest=1, region="sh"), wish("13", latest=4))  # in an hour it stands in hz only
    sweep = CancelOrders(operator_id=ONE, account_id=BUYER, reason="x", region="sh")
    for evicts, left in ((older[1], 0), (newer[1], 1)):
        assert len(venue(strays, AdvanceTime(to_s=at(2)), sweep, evicts).state.bids) == left
    world = venue(BLOCK, older[0], older[0], CONFIRM, BLOCK)
    assert waiting(world) == [2]
    world.do(SECOND)
    assert not world.state.curbs.blocked
