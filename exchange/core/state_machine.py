"""The market as a machine: sequenced commands in, outcomes and events out. `apply` is the table of contents.

A pure function of the commands: no clock, chance or I/O. What it asserts after every command stays on: a machine that
breaks its own rules must stop rather than go on.
"""

from exchange.core import (
    amending,
    braking,
    contesting,
    leasing,
    passing,
    programmes,
    receipts,
    registry,
    releasing,
    trading,
)
from exchange.core.clearing import tell_changes
from exchange.core.conservation import check_ledger
from exchange.core.state import State
from exchange.language import commands as c
from exchange.language.events import Applied
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject

# Raised when the same commands would lead elsewhere than before.
RULES_VERSION = 2


class StateMachine:
    """The state, and the one way to change it."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = State()

    def apply(self, seq: int, command: c.Command) -> tuple[Outcome, Applied]:
        """Carry out the next command of the journal. A refused one changes nothing but the sequence number."""
        state = self.state
        assert seq == state.seq + 1, (seq, state.seq)
        state.seq = seq
        result = receipts.known(state, command) or _carry_out(state, command)
        if isinstance(result, Reject):
            assert not state.events, result
            result = Outcome(seq, reject=result)
        else:
            receipts.remember(state, command, result)
        tell_changes(state)
        check_ledger(state)
        applied = Applied(seq, state.now_s, tuple(state.events))
        state.events.clear()
        state.ledger.touched.clear()
        return result, applied


def _carry_out(state: State, command: c.Command) -> Outcome | Reject:  # noqa: C901, PLR0912 - the table of contents
    match command:
        case c.PlaceBid() | c.PlaceAsk() if not state.catalog.open:
            return Reject(Code.NOT_SUPPORTED, "", "the market has no rules yet; load the seeds first")
        case c.PlaceBid():
            return trading.place_bid(state, command)
        case c.PlaceAsk():
            return trading.place_ask(state, command)
        case c.AmendBid():
            return amending.amend_bid(state, command)
        case c.AmendAsk():
            return amending.amend_ask(state, command)
        case c.CancelBid():
            return amending.cancel_bid(state, command)
        case c.CancelAsk():
            return amending.cancel_ask(state, command)
        case c.CancelAllBids():
            return amending.cancel_all_bids(state, command)
        case c.CancelAllAsks():
            return amending.cancel_all_asks(state, command)
        case c.SetMarketState():
            return braking.set_market_state(state, command)
        case c.StartLease():
            return leasing.start_lease(state, command)
        case c.MeterLease():
            return leasing.meter_lease(state, command)
        case c.ReleaseLease():
            return releasing.release_lease(state, command)
        case c.CancelLease():
            return releasing.cancel_lease(state, command)
        case c.ContestPeriod():
            return contesting.contest_period(state, command)
        case c.RuleContest():
            return contesting.rule_contest(state, command)
        case c.AdvanceTime():
            return passing.advance_time(state, command)
        case c.Deposit():
            return registry.deposit(state, command)
        case c.Withdraw():
            return registry.withdraw(state, command)
        case c.OpenAccount():
            return registry.open_account(state, command)
        case c.RegisterKey():
            return registry.register_key(state, command)
        case c.RevokeKey():
            return registry.revoke_key(state, command)
        case c.DefineRegion():
            return registry.define_region(state, command)
        case c.DefineChip():
            return registry.define_chip(state, command)
        case c.DefineProgramme():
            return programmes.define_programme(state, command)
        case c.RelateGroups():
            return programmes.relate_groups(state, command)
        case c.SetTenors():
            return registry.set_tenors(state, command)
        case c.SetRules():
            return registry.set_rules(state, command)
