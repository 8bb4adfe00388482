"""What a settlement period costs whom: pure arithmetic on leases and their meters, no money is moved here.

paid share = max(take_or_pay × delivered, used), by the meter of the lease that has the use and by each contract's own
take-or-pay. Amounts in parts are differences of rounded running totals, so that the parts of a lease add up to its
cost, and the parts of its fee to its fee, to the micro.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from exchange.core.leases.contract import Lease, Payment
from exchange.core.leases.metering import Spread, totals_at
from exchange.core.leases.pieces import between_all
from exchange.language.units import (
    BP_PER_ONE,
    BasisPoints,
    MicroChipHours,
    Micros,
    div_half_even,
    fee_micros,
)


class Settlement(Struct, frozen=True, gc=False):
    """One period's result: by contract, the first lease's first, and what the bond owes, whether or not it can pay."""

    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    full_uch: MicroChipHours
    payments: list[Payment]
    penalty_micros: Micros


class Fees(NamedTuple):
    """What one step of a lease moves in fees: taken from the buyer, returned to the buyer, taken from the provider."""

    taken_micros: Micros
    returned_micros: Micros
    provider_micros: Micros


def settle_period(chain: Sequence[Lease], index: int, spread: Spread) -> Settlement | None:
    """The result of a period of the last lease of a chain, by what has been reported by now; None without chips."""
    use = chain[-1]
    start_s, end_s = use.period_end_s(index - 1), use.period_end_s(index)
    stretch = between_all(use.pieces, start_s, end_s) if use.pieces else None
    if stretch is None or not stretch.area:
        return None
    full = stretch.full_uch
    opened, closed = totals_at(use, start_s, spread), totals_at(use, end_s, spread)
    delivered = min(closed.delivered_uch - opened.delivered_uch, full)
    used = min(closed.used_uch - opened.used_uch, delivered)
    payments = [
        pay_for(contract, cost, stretch.subsidy_micros if contract is use else 0, delivered, used, full)
        for contract, cost in zip(chain, stretch.costs_micros, strict=True)
    ]
    penalty = missing_penalty_micros(use, stretch.costs_micros[0], delivered, full)
    return Settlement(delivered, used, full, payments, penalty)


def pay_for(
    contract: Lease,
    cost: Micros,
    subsidy: Micros,
    delivered: MicroChipHours,
    used: MicroChipHours,
    full: MicroChipHours,
) -> Payment:
    """How a cost of a contract, and the subsidy in it, divide when so much of `full` was delivered and used."""
    share = max(contract.take_or_pay_bp * delivered, BP_PER_ONE * used)
    return payment_of(contract, cost, subsidy, div_half_even(cost * share, BP_PER_ONE * full))


def payment_of(contract: Lease, cost: Micros, subsidy: Micros, paid: Micros) -> Payment:
    """A payment of a cost in part; as much of the subsidy is redeemed as of the cost is paid."""
    assert 0 <= subsidy <= cost
    redeemed = div_half_even(subsidy * paid, cost) if subsidy else 0
    return Payment(contract.lease_id, cost, paid, subsidy, redeemed)


def missing_penalty_micros(use: Lease, cost: Micros, delivered: MicroChipHours, full: MicroChipHours) -> Micros:
    """The penalty on a period's cost for what of it was not delivered, beyond the allowance."""
    return penalty_micros(cost, full - delivered, full, use.terms.penalty_rate_bp, use.terms.allowance_bp)


def penalty_micros(
    cost: Micros, missing_uch: MicroChipHours, full: MicroChipHours, rate_bp: BasisPoints, allowance_bp: BasisPoints
) -> Micros:
    """The penalty on a period's cost for the undelivered share of it that is beyond the allowance."""
    beyond = max(0, BP_PER_ONE * missing_uch - allowance_bp * full)
    return div_half_even(cost * rate_bp * beyond, BP_PER_ONE * BP_PER_ONE * full)


def fees_after(lease: Lease, earned_micros: Micros, refunded_micros: Micros) -> Fees:
    """The fees to move when a lease's totals have become `earned` and `refunded`, its own counters still being old.

    The buyer's fee is held on the whole cost. On what is settled it is released: taken on what was earned, returned on
    the rest. Rounding could make a return shrink by a micro; then the fee taken waits for the next period instead.
    The provider's fee is taken of what this step pays, never of what was there before: a ruling can leave it a micro
    behind.
    """
    bp = lease.terms.buyer_fee_bp
    over = earned_micros + refunded_micros == lease.cost_micros
    released = lease.buyer_fee_micros if over else fee_micros(earned_micros + refunded_micros, bp)
    taken = max(lease.fee_taken_micros, min(fee_micros(earned_micros, bp), released - lease.fee_returned_micros))
    owed = fee_micros(earned_micros, lease.terms.provider_fee_bp) - lease.provider_fee_micros
    return Fees(
        taken - lease.fee_taken_micros,
        released - taken - lease.fee_returned_micros,
        max(0, min(owed, earned_micros - lease.earned_micros)),
    )


def fees_back(lease: Lease, paid_micros: Micros, kept_micros: Micros, less_micros: Micros) -> tuple[Micros, Micros]:
    """The fees that go back, to provider and buyer, when of a payment that much less is found to be owed.

    `kept` is what the provider had left of it. It gets back at least what it lacks to pay back what was too much, and
    at most what this payment bore: so no other ruling ever lacks a micro, however it was rounded.
    """
    earned = lease.earned_micros - less_micros
    too_much = lease.provider_fee_micros - fee_micros(earned, lease.terms.provider_fee_bp)
    provider = min(max(too_much, less_micros - kept_micros, 0), paid_micros - kept_micros)
    return provider, max(lease.fee_taken_micros - fee_micros(earned, lease.terms.buyer_fee_bp), 0)
