"""What goes in comes out: money and chips, checked for what a command touched, and in full by `audit`.

The checks run after every command, cost what it touched, and assert. `audit` walks everything and says what is wrong in
words; an empty list is the only good answer.
"""

from exchange.core.books.order import Ask
from exchange.core.leases.contract import Lease
from exchange.core.ledger.chart import AVAILABLE, BOND, ESCROW, EXTERNAL, FEES, HELD, purse
from exchange.core.money import worst_case_micros
from exchange.core.state import State
from exchange.language import events


def check_ledger(state: State) -> None:
    """The command's transfers sum to zero and left no account in debt."""
    change, balances = 0, state.ledger.balances
    for account, before in state.ledger.touched.items():
        now = balances[account]
        assert now >= 0 or account == EXTERNAL, account
        change += now - before
    assert change == 0, state.ledger.touched


def check_touched(state: State) -> None:
    """The orders and leases that have changed are whole: nothing is lost, and what they hold is what they owe."""
    for bid in state.touched_bids.values():
        assert bid.quantity_milli == bid.leaves_milli + bid.filled_milli + bid.canceled_milli
        assert bid.held_micros == worst_case_micros(bid, state.catalog.law.buyer_fee_bp)
        assert (bid.leaves_milli > 0) == (bid.state == events.RESTING)
    for ask in state.touched_asks.values():
        assert ask.free.area + ask.leased_area == ask.offered_area
        assert ask.bond_micros >= 0
    for lease in state.touched_leases.values():
        assert lease.closed_micros == lease.earned_micros + lease.refunded_micros
        assert lease.escrow_micros >= 0
        assert not lease.over or lease.escrow_micros == 0


def audit(state: State) -> list[str]:
    """Everything that is wrong with the books, in words; empty when they are sound."""
    return [*_audit_money(state), *_audit_bids(state), *_audit_asks(state), *_audit_leases(state)]


def _audit_money(state: State) -> list[str]:
    balances = state.ledger.balances
    found = []
    if sum(balances.values()) != 0:
        found.append(f"the sum over all accounts is {sum(balances.values())}, not 0")
    expected = {EXTERNAL: balances.get(EXTERNAL, 0), FEES: balances.get(FEES, 0)}
    for account_id in state.participants:
        expected[purse(account_id, AVAILABLE)] = balances.get(purse(account_id, AVAILABLE), 0)
        for kind in (HELD, ESCROW, BOND):
            expected[purse(account_id, kind)] = 0
    for bid in state.bids.values():
        expected[purse(bid.account_id, HELD)] += bid.held_micros
    for ask in state.asks.values():
        expected[purse(ask.account_id, BOND)] += ask.bond_micros
    for lease in state.leases.values():
        expected[purse(lease.buyer, ESCROW)] += lease.escrow_micros
    for account, balance in balances.items():
        if account != EXTERNAL and balance < 0:
            found.append(f"{account} is {balance}")
        if balance != expected.get(account):
            found.append(f"{account} is {balance}, what it stands for is {expected.get(account)}")
    for account, balance in expected.items():
        if balance and account not in balances:
            found.append(f"{account} should be {balance} and does not exist")
    return found


def _audit_bids(state: State) -> list[str]:
    found = []
    for bid in state.bids.values():
        name = f"bid-{bid.bid_id}"
        if bid.quantity_milli != bid.leaves_milli + bid.filled_milli + bid.canceled_milli or bid.leaves_milli <= 0:
            found.append(f"{name}: quantity is not leaves + filled + canceled, or nothing is left of an open bid")
        if bid.held_micros != worst_case_micros(bid, state.catalog.law.buyer_fee_bp):
            found.append(f"{name}: holds {bid.held_micros}, which is not the worst case")
        if not bid.open or not bid.resting:
            found.append(f"{name}: is open but rests nowhere")
    resting = sum(len(market.bids) for market in state.markets.values())
    if resting != sum(len(bid.open) for bid in state.bids.values()):
        found.append("the books hold other alternatives than the open bids")
    return found


def _audit_asks(state: State) -> list[str]:
    found = []
    leases: dict[int, list[Lease]] = {}
    for lease in state.leases.values():
        leases.setdefault(lease.ask_id, []).append(lease)
    for ask in state.asks.values():
        found.extend(_audit_ask(ask, leases.get(ask.ask_id, [])))
    resting = sum(len(market.asks) for market in state.markets.values())
    if resting != sum(ask.state == events.RESTING for ask in state.asks.values()):
        found.append("the books hold other asks than the open ones")
    return found


def _audit_ask(ask: Ask, leases: list[Lease]) -> list[str]:
    """Chips: at every moment still to come, what is free and what open leases hold is what was offered.

    The areas also count what past leases have used.
    """
    name, found = f"ask-{ask.ask_id}", []
    ask.free.check()
    if ask.free.area + ask.leased_area != ask.offered_area:
        found.append(f"{name}: free and leased chips are not what was offered")
    if len(leases) != ask.open_leases:
        found.append(f"{name}: counts {ask.open_leases} open leases, there are {len(leases)}")
    for start_s, end_s, free_milli in ask.free.segments(ask.start_s):
        # The most that is leased anywhere in a free segment: leases begin and end only at segments' borders,
        # unless neighbours have melted together, so every lease is looked at where it begins.
        moments = [start_s, *(lease.start_s for lease in leases if start_s < lease.start_s < end_s)]
        for at_s in moments:
            held = sum(lease.quantity_milli for lease in leases if lease.start_s <= at_s < lease.end_s)
            if free_milli + held > ask.quantity_milli:
                found.append(f"{name}: {free_milli} free and {held} leased at {at_s}, of {ask.quantity_milli}")
    if (ask.state == events.RESTING) != ask.resting:
        found.append(f"{name}: is {ask.state}, but {'rests' if ask.resting else 'rests nowhere'}")
    if ask.state != events.RESTING and ask.open_leases == 0:
        found.append(f"{name}: is done and has no lease, but is not forgotten")
    return found


def _audit_leases(state: State) -> list[str]:
    found = []
    for lease in state.leases.values():
        name = f"lease-{lease.lease_id}"
        if lease.over:
            found.append(f"{name}: is over, but is not forgotten")
        if lease.closed_micros != lease.earned_micros + lease.refunded_micros:
            found.append(f"{name}: settled {lease.closed_micros}, which is not earned + refunded")
        if lease.closed_micros != lease.cost_through_micros(lease.period_end_s(lease.closed_periods - 1)):
            found.append(f"{name}: settled {lease.closed_micros}, which is not the cost of its closed periods")
        if lease.escrow_micros < 0 or lease.provider_fee_micros > lease.earned_micros:
            found.append(f"{name}: fees are more than what they are taken from")
    return found
