"""What goes in comes out: money and chips, checked for what a command touched, and in full by `audit`.

The checks run after every command, cost what it touched, and assert. `audit` walks everything and says what is wrong in
words; an empty list is the only good answer.
"""

from collections import Counter

from exchange.core.books.order import Ask, Bid
from exchange.core.leases.pieces import between
from exchange.core.ledger.chart import AVAILABLE, BOND, ESCROW, EXTERNAL, FEES, HELD, purse
from exchange.core.money import worst_case_micros
from exchange.core.reselling import unbacked
from exchange.core.state import State
from exchange.core.vouchers.conservation import audit_programmes, programme_purses
from exchange.language import events
from exchange.language.windows import Segment


def check_ledger(state: State) -> None:
    """The command's transfers sum to zero and left no account in debt, nor with less than can be contested."""
    change, balances, contestable = 0, state.ledger.balances, state.contestable
    for account, before in state.ledger.touched.items():
        now = balances[account]
        assert now >= contestable.get(account, 0) or account == EXTERNAL, account
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
        escrow, subsidy = lease.escrow_micros, lease.subsidy_open_micros
        assert escrow >= 0
        assert subsidy >= 0
        assert lease.earned_micros + lease.refunded_micros <= lease.cost_micros
        assert lease.provider_fee_micros <= lease.earned_micros
        assert 0 <= lease.redeemed_micros <= lease.earned_micros
        assert 0 <= lease.returned_micros <= lease.refunded_micros
        assert lease.frozen_micros >= 0
        assert not lease.over or (escrow == 0 and subsidy == 0)


def audit(state: State) -> list[str]:
    """Everything that is wrong with the books, in words; empty when they are sound."""
    return [
        *_audit_money(state),
        *_audit_owners(state),
        *_audit_bids(state),
        *_audit_asks(state),
        *_audit_leases(state),
        *_audit_offers(state),
        *_audit_contests(state),
        *audit_programmes(state),
    ]


def _audit_money(state: State) -> list[str]:
    balances = state.ledger.balances
    found = []
    if sum(balances.values()) != 0:
        found.append(f"the sum over all accounts is {sum(balances.values())}, not 0")
    expected = {EXTERNAL: balances.get(EXTERNAL, 0), FEES: balances.get(FEES, 0)}
    expected.update(programme_purses(state))
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
        expected[purse(lease.provider, ESCROW)] += lease.frozen_micros
    for account, balance in balances.items():
        if account != EXTERNAL and balance < 0:
            found.append(f"{account} is {balance}")
        if balance != expected.get(account):
            found.append(f"{account} is {balance}, what it stands for is {expected.get(account)}")
    for account, balance in expected.items():
        if balance and account not in balances:
            found.append(f"{account} should be {balance} and does not exist")
    return found


def _audit_owners(state: State) -> list[str]:
    """Every order is listed with its owner, and no other is."""
    by_owner: dict[str, dict[str, dict[int, Bid | Ask]]] = {"bids": {}, "asks": {}}
    for number, bid in state.bids.items():
        by_owner["bids"].setdefault(bid.account_id, {})[number] = bid
    for number, ask in state.asks.items():
        by_owner["asks"].setdefault(ask.account_id, {})[number] = ask
    listed = {"bids": state.bids_of, "asks": state.asks_of}
    return [f"the {kind} of accounts are others than all {kind}" for kind in by_owner if by_owner[kind] != listed[kind]]


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
    leased: dict[int, list[Segment]] = {}  # by ask: all that is in use by a contract that it made
    open_leases = Counter(lease.ask_id for lease in state.leases.values() if not lease.over)
    for lease in state.leases.values():
        segments = [segment for piece in lease.pieces for segment in piece.shape]
        for number in lease.chain if segments else ():
            leased.setdefault(state.leases[number].ask_id, []).extend(segments)
    for ask in state.asks.values():
        if open_leases[ask.ask_id] != ask.open_leases:
            found.append(f"ask-{ask.ask_id}: counts {ask.open_leases} open leases, not {open_leases[ask.ask_id]}")
        found.extend(_audit_ask(ask, leased.get(ask.ask_id, [])))
    resting = sum(len(market.asks) for market in state.markets.values())
    if resting != sum(ask.state == events.RESTING for ask in state.asks.values()):
        found.append("the books hold other asks than the open ones")
    return found


def _audit_ask(ask: Ask, leased: list[Segment]) -> list[str]:
    """Chips: at every moment still to come, what is free and what open leases hold is what was offered.

    The areas also count what past leases have used.
    """
    name, found = f"ask-{ask.ask_id}", []
    ask.free.check()
    if ask.free.area + ask.leased_area != ask.offered_area:
        found.append(f"{name}: free and leased chips are not what was offered")
    for start_s, end_s, free_milli in ask.free.segments(ask.start_s):
        # The most that is leased anywhere in a free segment: leases begin and end only at segments' borders,
        # unless neighbours have melted together, so every lease is looked at where it begins.
        moments = [start_s, *(from_s for from_s, _, _ in leased if start_s < from_s < end_s)]
        for at_s in moments:
            held = sum(chips for from_s, to_s, chips in leased if from_s <= at_s < to_s)
            if free_milli + held > ask.quantity_milli:
                found.append(f"{name}: {free_milli} free and {held} leased at {at_s}, of {ask.quantity_milli}")
    if (ask.state == events.RESTING) != ask.resting:
        found.append(f"{name}: is {ask.state}, but {'rests' if ask.resting else 'rests nowhere'}")
    if ask.state != events.RESTING and ask.open_leases == 0:
        found.append(f"{name}: is done and has no lease, but is not forgotten")
    return found


def _audit_leases(state: State) -> list[str]:
    found = []
    owed: Counter[int] = Counter()  # by contract: what is open on pieces that it pays for
    parts: Counter[int] = Counter()  # by lease: parts of it that are not over
    for lease in state.leases.values():
        parts[lease.parent_id or 0] += not lease.over
        for piece in lease.pieces:
            opened = between(piece, lease.settled_s, piece.end_s)
            owed.update(dict(zip(lease.chain, opened.costs_micros, strict=True)))
    for lease in state.leases.values():
        name = f"lease-{lease.lease_id}"
        if lease.over and not lease.revocable:
            found.append(f"{name}: is over and can be changed by no ruling, but is not forgotten")
        left = lease.cost_micros - lease.earned_micros - lease.refunded_micros
        if left != owed[lease.lease_id]:
            found.append(f"{name}: has {left} to settle, the pieces that it pays for come to {owed[lease.lease_id]}")
        subsidy = sum(between(piece, lease.settled_s, piece.end_s).subsidy_micros for piece in lease.pieces)
        if lease.subsidy_open_micros != subsidy:
            found.append(f"{name}: {lease.subsidy_open_micros} of its subsidy is open, its pieces have {subsidy}")
        if parts[lease.lease_id] != lease.parts_open:
            found.append(f"{name}: counts {lease.parts_open} open parts, there are {parts[lease.lease_id]}")
        if lease.escrow_micros < 0 or lease.provider_fee_micros > lease.earned_micros:
            found.append(f"{name}: fees are more than what they are taken from")
    return found


def _audit_offers(state: State) -> list[str]:
    """What is resold of a lease is its buyer's own, once and free of subsidy, and its asks are known to it."""
    resales = [ask for ask in state.asks.values() if ask.lease_id is not None]
    found = [f"ask-{ask.ask_id}: resells and has a bond" for ask in resales if ask.bond_micros]
    offers: dict[int, list[int]] = {}
    for ask in resales:
        if ask.state == events.RESTING:
            offers.setdefault(ask.lease_id or 0, []).append(ask.ask_id)
    for lease in state.leases.values():
        if sorted(lease.offers) != offers.pop(lease.lease_id, []):
            found.append(f"lease-{lease.lease_id}: the asks that resell it are others than it knows")
        elif lease.offers and (shape := unbacked(state, lease)):
            found.append(f"lease-{lease.lease_id}: its asks offer {shape}, which it has not, or with a subsidy")
    return found + [f"ask-{numbers[0]}: resells a lease that is forgotten" for numbers in offers.values()]


def _audit_contests(state: State) -> list[str]:
    """What can be contested is there to be frozen, and what is frozen is what was paid for contested periods."""
    found = []
    locked: Counter[str] = Counter()
    frozen: Counter[int] = Counter()
    revocable: Counter[int] = Counter()
    for lease in state.leases.values():
        for closed in lease.contestable.values():
            for contract, amount in zip(state.chain(lease), closed.kept_micros, strict=True):
                revocable[contract.lease_id] += 1
                if closed.contested:
                    frozen[contract.lease_id] += amount
                else:
                    locked[purse(contract.provider, AVAILABLE)] += amount
    for lease in state.leases.values():
        name = f"lease-{lease.lease_id}"
        if lease.frozen_micros != frozen[lease.lease_id]:
            found.append(f"{name}: {lease.frozen_micros} of it is frozen, by its contests {frozen[lease.lease_id]}")
        if lease.revocable != revocable[lease.lease_id]:
            found.append(f"{name}: counts {lease.revocable} revocable payments, there are {revocable[lease.lease_id]}")
    for account in {**state.contestable, **locked}:
        if state.contestable.get(account, 0) != locked[account]:
            found.append(f"{account}: {state.contestable.get(account, 0)} is contestable, by periods {locked[account]}")
        if state.ledger.balance(account) < locked[account]:
            found.append(f"{account}: holds less than the {locked[account]} that can be contested")
    return found
