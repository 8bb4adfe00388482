"""Money that moves because of orders: holds, bonds, and what a trade pays into escrow, each with its reason.

Every move is a transfer in the ledger and an event. Amounts of zero are no transfer.
"""

from exchange.core.books.order import Ask, Bid
from exchange.core.leases.contract import Lease
from exchange.core.ledger.chart import AVAILABLE, BOND, ESCROW, HELD, purse
from exchange.core.state import State
from exchange.language import events
from exchange.language.units import Micros, most_cost_micros, with_most_fee_micros


def worst_case_micros(bid: Bid, fee_bp: int) -> Micros:
    """The most that what is left of a bid can still cost, over the alternatives that can still start."""
    leaves = bid.leaves_milli
    if not leaves:
        return 0
    dearest = 0
    for index in bid.open:
        wish = bid.alternatives[index]
        dearest = max(dearest, most_cost_micros(wish.price_micros, wish.quantity_milli or leaves, wish.duration_s))
    return with_most_fee_micros(dearest, fee_bp)


def hold(state: State, bid: Bid, amount_micros: Micros) -> None:
    """Hold the worst case of a new bid."""
    bid.held_micros = amount_micros
    available, held = purse(bid.account_id, AVAILABLE), purse(bid.account_id, HELD)
    state.post(available, held, amount_micros, events.HELD, bid_id=bid.bid_id)


def rehold(state: State, bid: Bid) -> None:
    """Hold what an amended bid can cost, be it more or less than before."""
    more = worst_case_micros(bid, state.catalog.law.buyer_fee_bp) - bid.held_micros
    if more <= 0:
        release_hold(state, bid)
        return
    bid.held_micros += more
    state.post(purse(bid.account_id, AVAILABLE), purse(bid.account_id, HELD), more, events.HELD, bid_id=bid.bid_id)


def release_hold(state: State, bid: Bid) -> None:
    """Give back what is held beyond what a bid can still cost."""
    amount = bid.held_micros - worst_case_micros(bid, state.catalog.law.buyer_fee_bp)
    assert amount >= 0
    if not amount:
        return
    bid.held_micros -= amount
    held, available = purse(bid.account_id, HELD), purse(bid.account_id, AVAILABLE)
    state.post(held, available, amount, events.UNHELD, bid_id=bid.bid_id)


def fund_lease(state: State, bid: Bid, lease: Lease) -> None:
    """Pay a lease into escrow out of what its bid holds, and give back what the rest of the bid cannot cost."""
    amount = lease.escrow_micros
    bid.held_micros -= amount
    held, escrow = purse(bid.account_id, HELD), purse(bid.account_id, ESCROW)
    state.post(held, escrow, amount, events.ESCROWED, bid_id=bid.bid_id, lease_id=lease.lease_id)
    release_hold(state, bid)


def post_bond(state: State, ask: Ask, amount_micros: Micros) -> None:
    """Put up the bond of a new ask, or what an amended one needs more."""
    available, bond = purse(ask.account_id, AVAILABLE), purse(ask.account_id, BOND)
    state.post(available, bond, amount_micros, events.BONDED, ask_id=ask.ask_id)


def return_bond(state: State, ask: Ask) -> None:
    """Give back what is left of a bond."""
    amount, ask.bond_micros = ask.bond_micros, 0
    bond, available = purse(ask.account_id, BOND), purse(ask.account_id, AVAILABLE)
    state.post(bond, available, amount, events.UNBONDED, ask_id=ask.ask_id)
