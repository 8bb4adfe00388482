"""The market as a machine: sequenced commands in, outcomes and events out. `HANDLERS` is the table of contents.

A pure function of the commands: no clock, chance or I/O. What it asserts after every command stays on: a machine that
breaks its own rules must stop rather than go on.
"""

from collections.abc import Callable
from typing import Any, Final

from exchange.core import (
    acting,
    amending,
    braking,
    contesting,
    curbing,
    leasing,
    passing,
    programmes,
    proposing,
    receipts,
    registry,
    releasing,
    superseding,
    trading,
    versions,
    watching,
)
from exchange.core.clearing import tell_changes
from exchange.core.conservation import check_ledger
from exchange.core.state import State
from exchange.language import commands as c
from exchange.language import commands_operator as o
from exchange.language import commands_sessions as s
from exchange.language.events import Applied
from exchange.language.port import Outcome
from exchange.language.rejects import Reject

# Raised when the same commands would lead elsewhere than before, or when there are more to be understood.
RULES_VERSION: Final = versions.NEWEST
REPLAYABLE: Final = (2, 3, 4, 5, RULES_VERSION)  # commands written under these lead where they did

# Who carries out what; each takes the command of its own kind.
HANDLERS: Final[dict[type[c.Command], Callable[[State, Any], Outcome | Reject]]] = {
    c.PlaceBid: trading.place_bid,
    c.PlaceAsk: trading.place_ask,
    c.AmendBid: amending.amend_bid,
    c.AmendAsk: amending.amend_ask,
    c.CancelBid: amending.cancel_bid,
    c.CancelAsk: amending.cancel_ask,
    c.CancelAllBids: amending.cancel_all_bids,
    c.CancelAllAsks: amending.cancel_all_asks,
    c.SetMarketState: braking.set_market_state,
    o.BlockAccount: curbing.block_account,
    o.UnblockAccount: curbing.unblock_account,
    o.CancelOrders: curbing.cancel_orders,
    o.EvictOrders: curbing.evict_orders,
    o.EvictOrdersBefore: curbing.evict_orders,
    o.SetBand: curbing.set_band,
    o.PauseProgramme: curbing.pause_programme,
    c.Propose: proposing.propose,
    c.ProposeBefore: proposing.propose,
    o.ConfirmProposal: proposing.confirm_proposal,
    o.RejectProposal: proposing.reject_proposal,
    c.StartLease: leasing.start_lease,
    c.MeterLease: leasing.meter_lease,
    c.ReleaseLease: releasing.release_lease,
    c.CancelLease: releasing.cancel_lease,
    c.ContestPeriod: contesting.contest_period,
    c.RuleContest: contesting.rule_contest,
    c.AdvanceTime: passing.advance_time,
    c.Deposit: registry.deposit,
    c.Withdraw: registry.withdraw,
    c.OpenAccount: registry.open_account,
    c.RegisterKey: registry.register_key,
    c.RevokeKey: registry.revoke_key,
    s.SetDeadMan: watching.set_dead_man,
    s.ArmSession: watching.arm_session,
    s.EndSession: watching.end_session,
    c.DefineRegion: registry.define_region,
    c.DefineChip: registry.define_chip,
    c.DefineProgramme: programmes.define_programme,
    c.RelateGroups: programmes.relate_groups,
    c.SetTenors: registry.set_tenors,
    c.SetRules: registry.set_rules,
}


class StateMachine:
    """The state, and the one way to change it."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = State()

    def apply(self, seq: int, command: c.Command, rules: int = RULES_VERSION) -> tuple[Outcome, Applied]:
        """Carry out the next command of the journal, by the rules of the version that it was written under.

        A refused one changes nothing but the sequence number.
        """
        state = self.state
        assert seq == state.seq + 1, (seq, state.seq)
        state.seq, state.rules_version = seq, rules
        act = acting.act_of(state, command) if type(command) in acting.ACTS else None
        result = receipts.known(state, command) or HANDLERS[type(command)](state, command)
        if isinstance(result, Reject):
            assert not state.events, result
            result = Outcome(seq, reject=result)
        else:
            receipts.remember(state, command, result)
        tell_changes(state)
        closed = superseding.supersede(state, act)
        if act is not None and result.reject is None and not result.repeated:
            acting.tell(state, act, closed)
        check_ledger(state)
        applied = Applied(seq, state.now_s, tuple(state.events))
        state.events.clear()
        state.ledger.touched.clear()
        state.rules_version = RULES_VERSION
        return result, applied
