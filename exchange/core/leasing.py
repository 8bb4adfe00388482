"""What a provider does with its leases, and what time does with them: start, meter, close, end or default.

Handlers of commands have guards above the line of no return; handlers of appointments look at what is and either act
or find that there is nothing to do.
"""

from exchange.core import money
from exchange.core.agenda import Due
from exchange.core.books.market import ask_key
from exchange.core.books.order import Ask
from exchange.core.clearing import finish_ask, let_ask_go
from exchange.core.leases.contract import Lease, Reading
from exchange.core.leases.metering import check_reading, forget_readings, take_reading
from exchange.core.leases.settlement import penalty_micros, settle_period
from exchange.core.state import State
from exchange.core.trading import offer_again
from exchange.language import events
from exchange.language.commands import MeterLease, StartLease
from exchange.language.limits import SEALED_ACCESS_MAX_BYTES
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject


def start_lease(state: State, command: StartLease) -> Outcome | Reject:
    """The provider hands over access: the lease runs, now or from its start."""
    lease = _lease_of_provider(state, command.lease_id, command.account_id)
    if isinstance(lease, Reject):
        return lease
    if not 0 < len(command.sealed_access) <= SEALED_ACCESS_MAX_BYTES:
        return Reject(Code.BAD_VALUE, "access", f"at most {SEALED_ACCESS_MAX_BYTES} bytes once encrypted")
    if lease.access_given_s is not None:
        return Reject(Code.LEASE_STARTED, "lease_id", f"lease-{lease.lease_id} has been started")
    # ---- no return ----
    lease.access_given_s = state.now_s
    lease.readings.append(Reading(max(lease.start_s, state.now_s), 0, 0))
    state.emit(events.AccessGiven(lease_id=lease.lease_id, sealed_access=command.sealed_access, given_s=state.now_s))
    if state.now_s >= lease.start_s:
        run_lease(state, lease)
    else:
        state.agenda.add(lease.start_s, Due.LEASE_RUN, lease.lease_id)
        state.touched_leases[lease.lease_id] = lease
    return Outcome(state.seq, subject=lease.lease_id)


def meter_lease(state: State, command: MeterLease) -> Outcome | Reject:
    """The provider reports running totals."""
    lease = _lease_of_provider(state, command.lease_id, command.account_id)
    if isinstance(lease, Reject):
        return lease
    if lease.state != events.RUNNING:
        return Reject(Code.LEASE_NOT_RUNNING, "lease_id", f"lease-{lease.lease_id} has not begun; start it first")
    if (reject := check_reading(lease, command, state.now_s)) is not None:
        return reject
    # ---- no return ----
    reading = Reading(command.through_s, command.delivered_uch, command.used_uch)
    if take_reading(lease, reading):
        state.emit(
            events.LeaseMetered(
                lease_id=lease.lease_id,
                through_s=reading.through_s,
                delivered_uch=reading.delivered_uch,
                used_uch=reading.used_uch,
            )
        )
    return Outcome(state.seq, subject=lease.lease_id)


def run_lease(state: State, lease: Lease) -> None:
    """Access has been given and the start has come."""
    lease.move(events.RUNNING, "")
    state.touched_leases[lease.lease_id] = lease


def start_deadline(state: State, lease: Lease) -> None:
    """Whoever has not handed over access by now has failed."""
    if lease.access_given_s is None:
        _default(state, lease, events.NOT_STARTED)


def close_period(state: State, lease: Lease, index: int) -> None:
    """Settle a period from what has been reported, and look at what it means for the lease."""
    assert index == lease.closed_periods
    ask = state.asks[lease.ask_id]
    result = settle_period(lease, index)
    lease.closed_periods += 1
    money.pay_out(state, lease, result.paid_micros, result.refunded_micros)
    penalty = money.pay_penalty(state, ask, lease, result.penalty_micros)
    _evict_without_bond(state, lease, penalty)
    end_s = lease.period_end_s(index)
    state.emit(
        events.PeriodSettled(
            lease_id=lease.lease_id,
            index=index,
            start_s=lease.period_end_s(index - 1),
            end_s=end_s,
            delivered_uch=result.delivered_uch,
            used_uch=result.used_uch,
            cost_micros=result.cost_micros,
            paid_micros=result.paid_micros,
            refunded_micros=result.refunded_micros,
            penalty_micros=penalty,
            redeemed_micros=0,
        )
    )
    forget_readings(lease, end_s)
    lease.silent = 0 if result.delivered_uch else lease.silent + 1
    state.touched_leases[lease.lease_id] = lease
    state.touched_asks[ask.ask_id] = ask
    if lease.silent >= lease.terms.silent_periods:
        _default(state, lease, events.SILENT)
    elif end_s == lease.end_s:
        _end(state, lease, events.ENDED, events.COMPLETED)
    else:
        due_s = lease.period_end_s(index + 1) + lease.terms.close_grace_s
        state.agenda.add(due_s, Due.PERIOD_CLOSE, lease.lease_id, index + 1)


def _default(state: State, lease: Lease, reason: str) -> None:
    """The provider has failed: what is not settled goes back, and the bond pays the penalty on all of it."""
    ask = state.asks[lease.ask_id]
    left = lease.cost_micros - lease.closed_micros
    money.pay_out(state, lease, 0, left)
    penalty = money.pay_penalty(state, ask, lease, penalty_micros(left, 1, 1, lease.terms.penalty_rate_bp, 0))
    state.touched_asks[ask.ask_id] = ask
    _end(state, lease, events.DEFAULTED, reason)
    _evict_without_bond(state, lease, penalty)
    _put_back(state, ask, lease)


def _put_back(state: State, ask: Ask, lease: Lease) -> None:
    """What a lease that ended early would still have used goes back into its ask, if that is still on offer."""
    start_s = max(lease.start_s, state.catalog.next_step_s(state.now_s))
    if ask.state == events.RESTING and start_s < lease.end_s:
        ask.free.restore(start_s, lease.end_s, lease.quantity_milli)
        ask.leased_area -= lease.quantity_milli * (lease.end_s - start_s)
        state.market(ask.region, ask.chip).asks.gained(ask_key(ask))
        offer_again(state, ask)


def _end(state: State, lease: Lease, as_state: str, reason: str) -> None:
    """A lease is over: nothing of it is left in escrow, and its ask may be let go."""
    lease.move(as_state, reason)
    assert lease.escrow_micros == 0
    assert lease.cost_micros == lease.earned_micros + lease.refunded_micros
    del state.leases[lease.lease_id]
    state.touched_leases[lease.lease_id] = lease
    ask = state.asks[lease.ask_id]
    ask.open_leases -= 1
    let_ask_go(state, ask)


def _evict_without_bond(state: State, lease: Lease, penalty_micros: int) -> None:
    """A bond that penalties have used up stands behind nothing: what is left of its ask is taken off the book."""
    ask = state.asks.get(lease.ask_id)
    if ask is not None and penalty_micros and ask.bond_micros == 0 and ask.state == events.RESTING:
        finish_ask(state, ask, events.CANCELED, events.BY_BOND)


def _lease_of_provider(state: State, number: int, account_id: str) -> Lease | Reject:
    """The open lease of a number, if the account is its provider."""
    parties = state.lease_parties[number - 1] if 1 <= number <= len(state.lease_parties) else None
    if parties is None or account_id not in (parties.buyer, parties.provider):
        return Reject(Code.UNKNOWN_LEASE, "lease_id", f"{account_id} has no lease-{number}")
    if parties.provider != account_id:
        return Reject(Code.ROLE_MISSING, "lease_id", f"only the provider of lease-{number} can do this")
    lease = state.leases.get(number)
    if lease is None:
        return Reject(Code.LEASE_OVER, "lease_id", f"lease-{number} is over")
    return lease
