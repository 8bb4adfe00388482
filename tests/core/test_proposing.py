"""Large actions wait for a second operator, and whatever operators do is told once, for the audit log."""

import pytest
from msgspec.structs import replace

from exchange.core import snapshot
from exchange.core.conservation import audit
from exchange.core.curbs import Curbs
from exchange.core.digest import digest
from exchange.core.previewing import preview
from exchange.language.commands import (
    AdvanceTime,
    CancelLease,
    Command,
    OpenAccount,
    Propose,
    RegisterKey,
    RevokeKey,
    SetMarketState,
)
from exchange.language.commands_operator import (
    BlockAccount,
    CancelOrders,
    ConfirmProposal,
    EvictOrders,
    RejectProposal,
    SetBand,
    UnblockAccount,
)
from exchange.language.events_operator import OperatorActed, ProposalClosed, ProposalMade
from exchange.language.hits import Group, Hits
from exchange.language.limits import PROPOSALS_MAX
from exchange.language.rejects import Code, Reject
from tests.core.world import BUYER, RULES, World, ask, at, bid, wish

ONE, TWO = "one", "two"
HALT = SetMarketState(operator_id=ONE, state="halted", reason="fire", region="hz")
REOPEN = SetMarketState(operator_id=ONE, state="post_only", reason="out", region="hz")
BAND = SetBand(operator_id=ONE, region="hz", chip="h800", band_bp=500, reason="care")
WIDER = replace(BAND, band_bp=900)
BLOCK = BlockAccount(operator_id=ONE, account_id=BUYER, reason="stolen key")
UNBLOCK = UnblockAccount(operator_id=ONE, account_id=BUYER, reason="found")
CANCEL = CancelLease(operator_id=ONE, lease_id=1, reason="fire")
CONFIRM = ConfirmProposal(operator_id=TWO, proposal_id=1, reason="agreed")


def operators(*names: str) -> list[Command]:
    """Operators with a key each."""
    return [
        command
        for name in names
        for command in (
            OpenAccount(account_id=name, roles=("operator",), owner_group=name),
            RegisterKey(key_id=f"key-{name}", secret_hash=name, account_id=name, scopes=("operate",)),
        )
    ]


def venue(*commands: Command) -> World:
    """A market with two operators, and a lease."""
    return World([*operators(ONE, TWO), ask("14"), bid(wish("15")), *commands])


def proposed(world: World) -> bool:
    return any(isinstance(event, ProposalMade) for event in world.events)


def refusal(world: World, command: Command) -> Code:
    before = digest(world.state)
    reject = world.attempt(command).reject
    assert reject is not None
    world.state.seq -= 1
    assert digest(world.state) == before
    world.state.seq += 1
    return reject.code


@pytest.mark.parametrize(
    ("before", "action", "waits"),
    [
        ((), HALT, False),
        ((HALT,), REOPEN, True),
        ((HALT,), replace(REOPEN, state="cancel_only"), True),
        ((replace(HALT, region=None),), replace(REOPEN, region=None), True),
        ((replace(HALT, region=None, chip="h800"),), replace(REOPEN, region=None, chip="h800"), True),
        ((replace(HALT, chip="h800"),), replace(REOPEN, chip="h800"), False),  # one market
        ((), CANCEL, True),
        ((BLOCK,), UNBLOCK, True),
        ((), UNBLOCK, False),  # it is not blocked
        ((), BAND, False),  # narrower than none
        ((BAND,), WIDER, True),
        ((BAND,), replace(BAND, band_bp=400), False),
        ((BAND,), replace(BAND, band_bp=0), True),
        ((BAND,), replace(BAND, band_bp=None), True),  # the rules have none
    ],
)
def test_what_is_large_waits_while_two_operators_have_keys(
    before: tuple[Command, ...], action: CancelLease, waits: bool
) -> None:
    world = venue(*before)
    was = replace(world.state.curbs)
    world.do(Propose(action=action))
    assert proposed(world) is waits
    if waits:
        assert (world.state.curbs.blocked, world.state.curbs.bands) == (was.blocked, was.bands)
        world.do(CONFIRM)
    direct = venue(*before, action)
    assert world.state.curbs.bands == direct.state.curbs.bands
    assert world.state.curbs.blocked == direct.state.curbs.blocked
    assert world.state.brakes == direct.state.brakes
    assert {lease.state for lease in world.state.leases.values()} == {
        lease.state for lease in direct.state.leases.values()
    }


def test_with_one_operator_nothing_waits_and_the_log_says_alone() -> None:
    world = World([*operators(ONE), HALT])
    world.do(Propose(action=REOPEN))
    acted = world.events[-1]
    assert isinstance(acted, OperatorActed)
    assert (acted.alone, acted.proposed, acted.action, acted.subject) == (True, False, "set_market_state", "hz/*")
    world.do(Propose(action=HALT))
    assert [event.alone for event in world.events if isinstance(event, OperatorActed)] == [False]


def test_a_key_that_is_revoked_or_expired_or_of_another_scope_makes_no_operator() -> None:
    reader = RegisterKey(key_id="key-3", secret_hash="3", account_id=TWO, scopes=("read",))
    short = RegisterKey(key_id="key-4", secret_hash="4", account_id=TWO, scopes=("operate",), expires_s=at(1))
    world = venue(HALT, reader, short, RevokeKey(key_id="key-two"))
    world.do(Propose(action=REOPEN))
    assert proposed(world), "one key is good for another hour"
    world.do(AdvanceTime(to_s=at(1)))
    world.do(HALT)
    world.do(Propose(action=REOPEN))
    assert not proposed(world)


def test_a_proposal_is_refused_as_the_action_would_be() -> None:
    world = venue()
    for action, code in (
        (replace(CANCEL, lease_id=9), Code.UNKNOWN_LEASE),
        (replace(CANCEL, reason=""), Code.BAD_VALUE),
        (replace(WIDER, chip="abacus"), Code.UNKNOWN_CHIP),
        (replace(UNBLOCK, account_id="nobody"), Code.UNKNOWN_ACCOUNT),
    ):
        assert refusal(world, Propose(action=action)) is code


def test_who_may_say_what_to_a_proposal() -> None:
    world = venue(Propose(action=CANCEL))
    assert refusal(world, replace(CONFIRM, operator_id=ONE)) is Code.OWN_PROPOSAL
    assert refusal(world, replace(CONFIRM, proposal_id=2)) is Code.UNKNOWN_PROPOSAL
    assert refusal(world, replace(CONFIRM, reason="x" * 201)) is Code.BAD_VALUE
    world.do(RejectProposal(operator_id=ONE, proposal_id=1, reason="not so"))
    assert refusal(world, CONFIRM) is Code.PROPOSAL_CLOSED
    assert world.state.leases[1].state == "scheduled"


def test_a_confirmation_meets_the_guards_of_the_moment() -> None:
    world = venue(HALT, Propose(action=REOPEN), BLOCK, Propose(action=UNBLOCK))
    shut = replace(CANCEL, reason="x" * 201)
    world.state.curbs.proposals[0] = replace(world.state.curbs.proposals[0], action=shut)
    assert refusal(world, CONFIRM) is Code.BAD_VALUE
    assert len(world.state.curbs.proposals) == 2, "it waits on, until it is rejected or expires"


def test_a_proposal_expires_after_an_hour() -> None:
    world = venue(BLOCK, Propose(action=UNBLOCK), AdvanceTime(to_s=at(1) - 1))
    assert world.state.curbs.proposals
    world.do(AdvanceTime(to_s=at(1)))
    assert [event.state for event in world.events if isinstance(event, ProposalClosed)] == ["expired"]
    assert refusal(world, CONFIRM) is Code.PROPOSAL_CLOSED
    assert world.state.agenda.next_s() != at(1)


def test_only_so_many_proposals_wait() -> None:
    world = venue(*[Propose(action=CANCEL)] * PROPOSALS_MAX)
    assert refusal(world, Propose(action=CANCEL)) is Code.TOO_MANY_PROPOSALS
    world.do(RejectProposal(operator_id=TWO, proposal_id=1))
    assert len(world.state.curbs.proposals) == PROPOSALS_MAX - 1


def test_a_repeat_is_the_same_request_whether_it_waits_or_not() -> None:
    keyed = replace(CANCEL, idempotency_key="k")
    world = venue(Propose(action=keyed))
    first = world.state.seq
    again = world.do(Propose(action=keyed))
    assert (again.seq, again.repeated, world.state.curbs.proposal_count) == (first, True, 1)
    assert world.events == (), "what was said before is not said again"
    assert refusal(world, Propose(action=replace(keyed, reason="else"))) is Code.IDEMPOTENCY_KEY_REUSED


def test_nothing_held_back_leaves_the_digest_as_it_was() -> None:
    world = venue(BLOCK, EvictOrders(most=9), UNBLOCK, BAND, replace(BAND, band_bp=None))
    assert world.state.curbs == Curbs()
    world.do(BLOCK)
    assert digest(world.again().state) == digest(world.state)


def test_all_that_is_held_back_comes_back_out_of_a_snapshot() -> None:
    world = venue(BAND, Propose(action=CANCEL), bid(wish("14"), chips="1"), bid(wish("14"), chips="2"), BLOCK)
    world.do(EvictOrders(most=1))
    parts = list(snapshot.save(world.state))
    loaded = snapshot.load(iter(parts))
    assert loaded.curbs == world.state.curbs
    assert (digest(loaded), list(snapshot.save(loaded))) == (digest(world.state), parts)
    world.machine.state = loaded
    world.do(EvictOrders(most=9))
    assert not world.state.bids
    assert not world.state.curbs.evictions
    world.do(CONFIRM)
    assert world.state.leases == {} or world.state.leases[1].state == "cancelled"
    assert audit(world.state) == []


def test_a_preview_says_who_is_hit_and_leaves_no_trace() -> None:
    world = venue(bid(wish("13"), chips="2"), ask("16", chips="4", by="q"))
    before, parts = digest(world.state), list(snapshot.save(world.state))
    lease = Group(1, ("lease-1",), 8_000)
    here = Group(1, ("hz/h800",))
    both = Group(2, (BUYER, "p"))
    expected: dict[Command, Hits] = {
        HALT: Hits(
            markets=here, accounts=Group(3, (BUYER, "p", "q")), orders=Group(3, ("bid-2", "ask-1", "ask-2"), 14_000)
        ),
        BLOCK: Hits(markets=here, accounts=both, orders=Group(1, ("bid-2",), 2_000), leases=lease),
        CANCEL: Hits(markets=here, accounts=both, leases=lease),
        Propose(action=CANCEL): Hits(markets=here, accounts=both, leases=lease),
        CancelOrders(operator_id=ONE, account_id="q", reason="x", region="sh"): Hits(accounts=Group(1, ("q",))),
        RevokeKey(key_id="key-one", reason="x"): Hits(accounts=Group(1, (ONE,))),
    }
    for command, hits in expected.items():
        assert preview(world.state, command) == hits
    refused = preview(world.state, replace(CANCEL, lease_id=7))
    assert isinstance(refused, Reject)
    assert (digest(world.state), list(snapshot.save(world.state))) == (before, parts)


def test_an_act_tells_what_was_and_what_it_did() -> None:
    world = venue()
    world.do(CANCEL)
    acted = world.events[-1]
    assert isinstance(acted, OperatorActed)
    assert (acted.operator_id, acted.action, acted.subject, acted.account_id, acted.reason) == (
        ONE, "cancel_lease", "lease-1", BUYER, "fire",
    )  # fmt: skip
    assert [(change.field, change.before, change.after) for change in acted.changes] == [
        ("state", "scheduled", "cancelled")
    ]
    assert (acted.effects.leases, acted.effects.trades, acted.effects.transfers > 0) == (1, 0, True)
    assert RULES.band_bp == 0
    world.do(BAND)
    world.do(WIDER)
    changes = [event.changes for event in world.events if isinstance(event, OperatorActed)]
    assert [(change.before, change.after) for change in changes[0]] == [("0.05", "0.09")]
