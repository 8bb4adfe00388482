"""Time passing: everything that is due by an instant happens, in order, each at its own moment."""

from exchange.core.agenda import Appointment, Due
from exchange.core.clearing import finish_ask, finish_bid, lapse_alternative, settle_in_book, tell_changes
from exchange.core.contesting import lapse
from exchange.core.leases.contract import Lease
from exchange.core.leasing import run_lease, start_deadline
from exchange.core.proposing import lapse_proposal
from exchange.core.settling import close_period
from exchange.core.state import State
from exchange.core.vouchers.funding import roll_year
from exchange.core.watching import ring
from exchange.language import events
from exchange.language.commands import AdvanceTime
from exchange.language.instants import format_duration
from exchange.language.limits import CLOCK_STEP_MAX_S, TIME_MAX_S
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject
from exchange.language.units import Seconds


def advance_time(state: State, command: AdvanceTime) -> Outcome | Reject:
    """The clock reaches an instant."""
    if command.to_s < state.now_s:
        return Reject(Code.TIME_NOT_FORWARD, "to", "the market's clock is past that")
    if command.to_s > TIME_MAX_S or (state.now_s and command.to_s - state.now_s > CLOCK_STEP_MAX_S):
        return Reject(Code.TIME_NOT_FORWARD, "to", f"at most {format_duration(CLOCK_STEP_MAX_S)} at once")
    # ---- no return ----
    while (due_s := state.agenda.next_s()) is not None and due_s <= command.to_s:
        appointment = state.agenda.pop()
        if appointment.at_s > state.now_s:
            _reach(state, appointment.at_s)
        _keep(state, appointment)
    if command.to_s > state.now_s:
        _reach(state, command.to_s)
    return Outcome(state.seq)


def _reach(state: State, at_s: Seconds) -> None:
    """The clock comes to a later instant: what has changed by then is told; a new year begins the programmes anew."""
    tell_changes(state)
    state.now_s = at_s
    state.emit(events.TimeAdvanced(now_s=at_s))
    roll_year(state)


def _keep(state: State, appointment: Appointment) -> None:
    """Keep one appointment, or find that it is stale."""
    number = appointment.number
    match appointment.kind:
        case Due.DEAD_MAN:
            ring(state, number)
        case Due.PERIOD_CLOSE | Due.LEASE_RUN | Due.START_DEADLINE | Due.CONTEST_LAPSE:
            if (lease := state.leases.get(number)) is not None:
                _keep_lease(state, lease, appointment)
        case Due.PROPOSAL_LAPSE:
            lapse_proposal(state, number)
        case Due.BID_EXPIRY:
            if (bid := state.bids.get(number)) is not None and bid.expires_s == appointment.at_s:
                finish_bid(state, bid, events.EXPIRED, events.BY_TIME)
        case Due.ALTERNATIVE_LAPSE:
            if (bid := state.bids.get(number)) is not None and appointment.part in bid.open:
                lapse_alternative(state, bid, appointment.part)
        case Due.ASK_EXPIRY:
            ask = state.asks.get(number)
            if ask is not None and ask.state == events.RESTING and ask.expires_s == appointment.at_s:
                finish_ask(state, ask, events.EXPIRED, events.BY_TIME)
        case Due.ASK_RECHECK:
            ask = state.asks.get(number)
            if ask is not None and ask.state == events.RESTING and ask.recheck_s == appointment.at_s:
                settle_in_book(state, ask, events.EXPIRED, events.BY_TIME)


def _keep_lease(state: State, lease: Lease, appointment: Appointment) -> None:
    match appointment.kind:
        case Due.PERIOD_CLOSE:
            close_period(state, lease, appointment.part)
        case Due.LEASE_RUN:
            run_lease(state, lease)
        case Due.START_DEADLINE:
            start_deadline(state, lease)
        case Due.CONTEST_LAPSE:
            lapse(state, lease, appointment.part)
