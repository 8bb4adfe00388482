"""Money that leaves a lease's escrow, and the bond that answers for it: the moves, each with its reason.

A payment is in part the programme's where the lease has a subsidy: what it redeems goes from what the programme has
committed, the rest from the buyer's escrow.
"""

from exchange.core.books.order import Ask
from exchange.core.clearing import finish_ask
from exchange.core.leases.contract import Lease, Payment
from exchange.core.leases.settlement import fees_after
from exchange.core.ledger.chart import AVAILABLE, BOND, ESCROW, FEES, purse
from exchange.core.state import State
from exchange.core.vouchers import granting
from exchange.language import events
from exchange.language.units import Micros


def pay_out(state: State, lease: Lease, payment: Payment, part_id: int | None = None) -> Micros:
    """Settle a part of a lease's cost: what is paid to the provider, the rest back, and the fees on both.

    `part_id` is the user's lease when the payment is for a part that was resold. What the provider keeps of it.
    """
    paid, refunded = payment.paid_micros, payment.refunded_micros
    redeemed, returned = payment.redeemed_micros, payment.returned_micros
    earned, refunds = lease.earned_micros + paid, lease.refunded_micros + refunded
    fees = fees_after(lease, earned, refunds)
    escrow, provider = purse(lease.buyer, ESCROW), purse(lease.provider, AVAILABLE)
    buyer, number = purse(lease.buyer, AVAILABLE), lease.lease_id
    state.post(escrow, provider, paid - redeemed, events.EARNED, lease_id=number, part_id=part_id)
    if redeemed:
        granting.redeem(state, lease, provider, redeemed, part_id)
    state.post(provider, FEES, fees.provider_micros, events.PROVIDER_FEE, lease_id=number, part_id=part_id)
    if refunded:
        state.post(escrow, buyer, refunded - returned, events.REFUNDED, lease_id=number, part_id=part_id)
        granting.give_back(state, lease, returned, part_id)
    state.post(escrow, FEES, fees.taken_micros, events.BUYER_FEE, lease_id=number, part_id=part_id)
    state.post(escrow, buyer, fees.returned_micros, events.FEE_REFUNDED, lease_id=number, part_id=part_id)
    lease.earned_micros, lease.refunded_micros = earned, refunds
    lease.redeemed_micros += redeemed
    lease.returned_micros += returned
    lease.provider_fee_micros += fees.provider_micros
    lease.fee_taken_micros += fees.taken_micros
    lease.fee_returned_micros += fees.returned_micros
    state.touched_leases[number] = lease
    return paid - fees.provider_micros


def pay_penalty(state: State, ask: Ask, lease: Lease, owed_micros: Micros) -> Micros:
    """Pay a penalty from a bond to a lease's user as far as the bond goes; what was paid."""
    amount = min(owed_micros, ask.bond_micros)
    if amount:
        ask.bond_micros -= amount
        lease.penalties_micros += amount
        bond, buyer = purse(ask.account_id, BOND), purse(lease.buyer, AVAILABLE)
        state.post(bond, buyer, amount, events.PENALTY, lease_id=lease.lease_id, ask_id=ask.ask_id)
        state.touched_asks[ask.ask_id] = ask
    return amount


def evict_without_bond(state: State, lease: Lease, penalty_micros: Micros) -> None:
    """A bond that penalties have used up stands behind nothing: what is left of its ask is taken off the book."""
    ask = state.asks.get(lease.root_ask_id) if penalty_micros else None
    if ask is not None and ask.bond_micros == 0 and ask.state == events.RESTING:
        finish_ask(state, ask, events.CANCELED, events.BY_BOND)
