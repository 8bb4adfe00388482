"""What time does with leases that run: periods close and are paid, the failed default, the last period ends a lease.

A period is that of a use: its meter decides, and every contract of its chain is paid by it. A contract is over when
its own use is, and every part that was resold out of it.
"""

from exchange.core import versions
from exchange.core.agenda import Due
from exchange.core.clearing import finish_ask, let_ask_go
from exchange.core.contesting import keep_contestable
from exchange.core.leases.contract import Lease, Payment
from exchange.core.leases.metering import by_chips, by_time, forget_readings
from exchange.core.leases.pieces import Shape, Stretch, between_all, clip, plus, shape_of
from exchange.core.leases.settlement import Settlement, payment_of, penalty_micros, settle_period
from exchange.core.payouts import evict_without_bond, pay_out, pay_penalty
from exchange.core.returning import put_back
from exchange.core.state import State
from exchange.language import events
from exchange.language.units import Micros, Seconds, full_uch


def close_period(state: State, lease: Lease, index: int) -> None:
    """Settle a period from what has been reported, and look at what it means for the lease.

    A reminder of a period that is closed, or that is not to come any more, is stale.
    """
    stale = index != lease.closed_periods or not lease.in_use
    if stale:
        return
    chain, start_s, end_s = state.chain(lease), lease.settled_s, lease.period_end_s(index)
    chips_count = state.rules_version >= versions.SPREAD_BY_CHIPS
    spread = by_chips(lease, state.hands.get(lease.lease_id)) if chips_count else by_time
    result = settle_period(chain, index, spread)
    if chips_count:
        _remember_hand(state, lease, start_s, end_s, result)
    lease.closed_periods += 1
    lease.settled_s = end_s
    if result is not None:
        _settle(state, chain, index, result)
    if lease.silent >= lease.terms.silent_periods:
        default(state, lease, events.SILENT)
    elif not lease.in_use:
        conclude(state, lease)
    else:
        remind_of_period(state, lease)


def remind_of_period(state: State, lease: Lease) -> None:
    """Make the appointment for the next period's close."""
    index = lease.closed_periods
    state.agenda.add(lease.period_end_s(index) + lease.terms.close_grace_s, Due.PERIOD_CLOSE, lease.lease_id, index)


def default(state: State, lease: Lease, reason: str) -> None:
    """The provider has failed its user: what is not settled goes back on every contract, and the bond pays for it."""
    ask = state.asks[lease.root_ask_id]
    shape, left = give_up(state, lease)
    penalty = pay_penalty(state, ask, lease, penalty_micros(left.costs_micros[0], 1, 1, lease.terms.penalty_rate_bp, 0))
    end_use(state, lease, reason)
    evict_without_bond(state, lease, penalty)
    put_back(state, ask, shape)


def give_up(state: State, lease: Lease) -> tuple[Shape, Stretch]:
    """Refund all that is open on what a lease's buyer uses, on every contract: the chips, and what they were worth."""
    chain, pieces, until_s = state.chain(lease), lease.pieces, lease.until_s
    left = between_all(pieces, lease.settled_s, until_s) if pieces else Stretch(0, (0,) * len(chain), 0)
    lease.pieces, lease.until_s = [], lease.settled_s
    for contract, cost in zip(chain, left.costs_micros, strict=True):
        subsidy = left.subsidy_micros if contract is lease else 0
        pay_out(state, contract, payment_of(contract, cost, subsidy, 0), _part_of(contract, lease))
    return shape_of(pieces), left


def end_use(state: State, lease: Lease, cause: str) -> None:
    """A lease's use has ended early; so have the asks that resell of it, and, without parts, the lease itself."""
    if lease.cause != events.BY_OPERATOR:
        lease.cause = cause
    end_offers(state, lease)
    state.touched_leases[lease.lease_id] = lease
    conclude(state, lease)


def end_offers(state: State, lease: Lease) -> None:
    """Nothing of a lease is on offer any more."""
    for number in tuple(lease.offers):
        finish_ask(state, state.asks[number], events.CANCELED, events.LEASE_OVER)


def conclude(state: State, lease: Lease) -> None:
    """End a lease of which nothing is in use any more, by its buyer or by others; its ask may be let go."""
    if not lease.in_use:
        state.hands.pop(lease.lease_id, None)
    if lease.over or lease.in_use or lease.parts_open:
        return
    lease.end()
    state.touched_leases[lease.lease_id] = lease
    ask = state.asks[lease.ask_id]
    ask.open_leases -= 1
    let_ask_go(state, ask)
    forget(state, lease)
    if lease.parent_id is not None:
        parent = state.leases[lease.parent_id]
        parent.parts_open -= 1
        conclude(state, parent)


def forget(state: State, lease: Lease) -> None:
    """Let go of a lease that is over and that no ruling can change any more."""
    if lease.over and not lease.revocable:
        del state.leases[lease.lease_id]


def _remember_hand(state: State, lease: Lease, start_s: Seconds, end_s: Seconds, result: Settlement | None) -> None:
    """Keep what a lease's buyer had in hand in a period that closes, back to the oldest report that is still needed.

    While it was its whole quantity all along, there is nothing to keep.
    """
    hand = state.hands.get(lease.lease_id)
    if not lease.readings:
        return  # nothing before the first can have been delivered
    if hand is None:
        if result is not None and result.full_uch == full_uch(lease.quantity_milli * (end_s - start_s), 1):
            return
        hand = clip(((lease.start_s, start_s, lease.quantity_milli),), lease.readings[0].through_s, start_s)
    hand = plus(clip(hand, lease.readings[0].through_s), clip(shape_of(lease.pieces), start_s, end_s))
    state.hands[lease.lease_id] = hand


def _settle(state: State, chain: list[Lease], index: int, result: Settlement) -> None:
    """Move a period's money, tell it for every contract, the user's own last, and let go of what is settled."""
    lease = chain[-1]
    ask = state.asks[lease.root_ask_id]
    kept = [
        pay_out(state, contract, payment, _part_of(contract, lease))
        for contract, payment in zip(chain, result.payments, strict=True)
    ]
    penalty = pay_penalty(state, ask, lease, result.penalty_micros)
    evict_without_bond(state, lease, penalty)
    keep_contestable(state, lease, index, result, kept)
    for payment in result.payments:
        own = payment.lease_id == lease.lease_id
        state.emit(_period_settled(lease, index, result, payment, penalty if own else 0))
    settled_s = lease.settled_s
    lease.pieces = [piece for piece in lease.pieces if piece.end_s > settled_s]
    forget_readings(lease, settled_s)
    lease.silent = 0 if result.delivered_uch else lease.silent + 1


def _period_settled(
    lease: Lease, index: int, result: Settlement, payment: Payment, penalty_micros: Micros
) -> events.PeriodSettled:
    return events.PeriodSettled(
        lease_id=payment.lease_id,
        index=index,
        start_s=lease.period_end_s(index - 1),
        end_s=lease.period_end_s(index),
        delivered_uch=result.delivered_uch,
        used_uch=result.used_uch,
        cost_micros=payment.cost_micros,
        paid_micros=payment.paid_micros,
        refunded_micros=payment.refunded_micros,
        penalty_micros=penalty_micros,
        redeemed_micros=payment.redeemed_micros,
        returned_micros=payment.returned_micros,
        part_id=lease.lease_id,
    )


def _part_of(contract: Lease, lease: Lease) -> int | None:
    """The user's lease, where a contract pays for a part that was resold out of it."""
    return None if contract is lease else lease.lease_id
