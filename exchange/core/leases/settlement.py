"""What a settlement period costs whom: pure arithmetic on a lease and its meter, no money is moved here.

paid share = max(take_or_pay × delivered, used). Amounts in parts are differences of rounded running totals, so that the
parts of a lease add up to its cost, and the parts of its fee to its fee, to the micro.
"""

from typing import NamedTuple

from exchange.core.leases.contract import Lease
from exchange.core.leases.metering import totals_at
from exchange.language.units import (
    BP_PER_ONE,
    BasisPoints,
    MicroChipHours,
    Micros,
    div_half_even,
    fee_micros,
    full_uch,
)


class Settlement(NamedTuple):
    """One period's result. cost = paid + refunded; `penalty` is what is owed, whether or not the bond can pay it."""

    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    cost_micros: Micros
    paid_micros: Micros
    refunded_micros: Micros
    penalty_micros: Micros


class Fees(NamedTuple):
    """What one step of a lease moves in fees: taken from the buyer, returned to the buyer, taken from the provider."""

    taken_micros: Micros
    returned_micros: Micros
    provider_micros: Micros


def settle_period(lease: Lease, index: int) -> Settlement:
    """The result of a period from what has been reported by now."""
    start_s, end_s = lease.period_end_s(index - 1), lease.period_end_s(index)
    full = full_uch(lease.quantity_milli, end_s - start_s)
    opened, closed = totals_at(lease, start_s), totals_at(lease, end_s)
    delivered = min(closed.delivered_uch - opened.delivered_uch, full)
    used = min(closed.used_uch - opened.used_uch, delivered)
    cost = lease.cost_through_micros(end_s) - lease.closed_micros
    share = max(lease.take_or_pay_bp * delivered, BP_PER_ONE * used)
    paid = div_half_even(cost * share, BP_PER_ONE * full)
    penalty = penalty_micros(cost, full - delivered, full, lease.terms.penalty_rate_bp, lease.terms.allowance_bp)
    return Settlement(delivered, used, cost, paid, cost - paid, penalty)


def penalty_micros(
    cost: Micros, missing_uch: MicroChipHours, full: MicroChipHours, rate_bp: BasisPoints, allowance_bp: BasisPoints
) -> Micros:
    """The penalty on a period's cost for the undelivered share of it that is beyond the allowance."""
    beyond = max(0, BP_PER_ONE * missing_uch - allowance_bp * full)
    return div_half_even(cost * rate_bp * beyond, BP_PER_ONE * BP_PER_ONE * full)


def fees_after(lease: Lease, earned_micros: Micros, refunded_micros: Micros, provider_fee_bp: BasisPoints) -> Fees:
    """The fees to move when a lease's totals have become `earned` and `refunded`, its own counters still being old.

    The buyer's fee is held on the whole cost. On what is settled it is released: taken on what was earned, returned on
    the rest. Rounding could make a return shrink by a micro; then the fee taken waits for the next period instead.
    """
    bp = lease.terms.buyer_fee_bp
    over = earned_micros + refunded_micros == lease.cost_micros
    released = lease.buyer_fee_micros if over else fee_micros(earned_micros + refunded_micros, bp)
    taken = max(lease.fee_taken_micros, min(fee_micros(earned_micros, bp), released - lease.fee_returned_micros))
    returned = released - taken
    provider = fee_micros(earned_micros, provider_fee_bp)
    return Fees(
        taken - lease.fee_taken_micros,
        returned - lease.fee_returned_micros,
        provider - lease.provider_fee_micros,
    )
