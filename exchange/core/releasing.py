"""Leases that end early because somebody wants it: released by their buyer, cancelled by an operator.

Both cut a lease at the next step, or at its start if that is later; what lies before goes on and is settled by its
meter. For what lies after, a buyer who gives it back pays as for what is delivered and not used: take-or-pay. A resold
part that is given back is its reseller's again, who goes on paying for it. What an operator cancels, with all that was
resold out of it, is refunded in full on every contract behind it.
"""

from exchange.core import versions
from exchange.core.agenda import Due
from exchange.core.leases.contract import Lease, Payment
from exchange.core.leases.pieces import Piece, cut, shape_of, total
from exchange.core.leases.settlement import payment_of
from exchange.core.leasing import run_lease
from exchange.core.parties import check_reason, known_lease, lease_in_hand
from exchange.core.payouts import pay_out
from exchange.core.returning import put_back
from exchange.core.settling import end_offers, end_use, remind_of_period
from exchange.core.state import State
from exchange.language import events
from exchange.language.commands import CancelLease, ReleaseLease
from exchange.language.events_money import LeaseCut, PartReturned
from exchange.language.instants import format_instant
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject
from exchange.language.units import BP_PER_ONE, Seconds, div_half_even


def release_lease(state: State, command: ReleaseLease) -> Outcome | Reject:
    """The buyer gives back what it has in its own hands, from the next step on."""
    number = command.lease_id
    lease = lease_in_hand(state, number, command.account_id)
    if isinstance(lease, Reject):
        return lease
    at_s = _cut_s(state, lease)
    if lease.cause or all(piece.end_s <= at_s for piece in lease.pieces):
        return Reject(
            Code.LEASE_OVER, "lease_id", f"from the next step on nothing of lease-{number} is left to give back"
        )
    if lease.offers:
        return Reject(Code.LEASE_OFFERED, "lease_id", f"cancel ask-{lease.offers[0]} first, which offers a part of it")
    # ---- no return ----
    rest = _take_rest(state, lease, at_s)
    lease.cause = events.BY_BUYER
    _give_back(state, lease, lease, rest)
    end_use(state, lease, events.BY_BUYER)
    return Outcome(state.seq, subject=number)


def check_cancel(state: State, command: CancelLease) -> Reject | None:
    """Why an operator cannot end a lease."""
    number = command.lease_id
    if not known_lease(state, number):
        return Reject(Code.UNKNOWN_LEASE, "lease_id", f"there is no lease-{number}")
    if (reject := check_reason(command.reason)) is not None:
        return reject
    lease = state.leases.get(number)
    if lease is None or lease.over:
        return Reject(Code.LEASE_OVER, "lease_id", f"lease-{number} is over")
    if is_cancelled(state, lease):
        detail = f"lease-{number} has been cancelled; nothing is left of it from {format_instant(lease.until_s)} on"
        return Reject(Code.LEASE_OVER, "lease_id", detail)
    if _cut_s(state, lease) >= lease.end_s and state.rules_version >= versions.NOT_CANCELLED_AFTERWARDS:
        return Reject(Code.LEASE_OVER, "lease_id", f"from the next step on nothing of lease-{number} is left")
    return None


def cancel_lease(state: State, command: CancelLease) -> Outcome | Reject:
    """An operator ends a lease and what was resold out of it; nobody pays for what is still to come."""
    if (reject := check_cancel(state, command)) is not None:
        return reject
    # ---- no return ----
    number = command.lease_id
    lease = state.leases[number]
    ask = state.asks[lease.root_ask_id]
    back: list[Piece] = []
    under = [other for other in reversed(state.leases.values()) if number in other.chain and not other.over]
    parts = [part for part in under if not is_cancelled(state, part)]
    for part in parts:
        rest = _take_rest(state, part, _cut_s(state, part))
        part.cause = events.BY_OPERATOR
        end_offers(state, part)
        _refund(state, part, rest, command)
        back += rest
    for part in parts:
        if not part.over:  # a lease of which nothing but parts was left has ended with the last of them
            end_use(state, part, events.BY_OPERATOR)
    put_back(state, ask, shape_of(back))  # last, as it may trade: nothing of the lease is on offer any more
    return Outcome(state.seq, subject=number)


def is_cancelled(state: State, lease: Lease) -> bool:
    """Whether an operator has cut a lease already, though what came before has still to be settled."""
    return lease.cause == events.BY_OPERATOR and state.rules_version >= versions.CANCELLED_ONCE


def _cut_s(state: State, lease: Lease) -> Seconds:
    """When a lease that is cut now ends."""
    return max(state.catalog.next_step_s(state.now_s), lease.start_s)


def _take_rest(state: State, lease: Lease, at_s: Seconds) -> list[Piece]:
    """End a lease's use at an instant, and take what its buyer would have used after it."""
    if at_s >= lease.until_s:
        return []
    base_s = lease.settled_s
    halves = [cut(piece, at_s, base_s) for piece in lease.pieces]
    lease.pieces = [before for before, _ in halves if before is not None]
    lease.until_s = at_s
    if lease.in_use:
        remind_of_period(state, lease)
    return [after for _, after in halves if after is not None]


def _give_back(state: State, user: Lease, lease: Lease, rest: list[Piece]) -> None:
    """What a user gives back comes to whom it leased it from, and so on, until somebody has use for it."""
    released, worth = lease.cause == events.BY_BUYER, total(rest)
    paid = div_half_even(worth.costs_micros[-1] * lease.take_or_pay_bp, BP_PER_ONE) if released else 0
    payment = payment_of(lease, worth.costs_micros[-1], worth.subsidy_micros, paid)
    _settle_rest(state, user, lease, payment)
    shape, ask = shape_of(rest), state.asks[lease.ask_id]
    if lease.parent_id is None:
        put_back(state, ask, shape, reviving=released)
        return
    parent = state.leases[lease.parent_id]
    rest = [Piece(shape=piece.shape, costs_micros=piece.costs_micros[:-1]) for piece in rest]
    if parent.cause or not parent.in_use:
        _give_back(state, user, parent, rest)
        return
    parent.pieces += rest
    state.touched_leases[parent.lease_id] = parent
    state.emit(PartReturned(lease_id=parent.lease_id, part_id=user.lease_id, shape=shape_of(parent.pieces)))
    if parent.access_given_s is None:
        state.agenda.add(shape[0][0] + parent.terms.start_grace_s, Due.START_DEADLINE, parent.lease_id)
    run_lease(state, parent)
    put_back(state, ask, shape, reviving=released)


def _refund(state: State, lease: Lease, rest: list[Piece], command: CancelLease) -> None:
    """Refund what a lease's buyer would have used, on every contract behind it, its own last."""
    worth = total(rest)
    for place, contract in enumerate(state.chain(lease)):
        cost = worth.costs_micros[place] if rest else 0
        if cost or contract is lease:
            subsidy = worth.subsidy_micros if contract is lease else 0
            _settle_rest(state, lease, contract, payment_of(contract, cost, subsidy, 0), command)


def _settle_rest(
    state: State, user: Lease, contract: Lease, payment: Payment, command: CancelLease | None = None
) -> None:
    """Move the money of what a user will not use, under one contract, and tell it."""
    part_id: int | None = None if contract is user else user.lease_id
    pay_out(state, contract, payment, part_id)
    state.emit(
        LeaseCut(
            lease_id=contract.lease_id,
            until_s=contract.until_s,
            paid_micros=payment.paid_micros,
            refunded_micros=payment.refunded_micros,
            redeemed_micros=payment.redeemed_micros,
            reason=user.cause,
            part_id=part_id,
            operator_id="" if command is None else command.operator_id,
            words="" if command is None else command.reason,
        )
    )
