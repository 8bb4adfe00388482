"""Orders changed and taken back by their owners.

Less quantity keeps an order's place in the queue; more quantity or another price loses it, and the answer says which.
An amendment that is refused changes nothing. A cancel is always allowed.
"""

from msgspec.structs import replace

from exchange.core import money, reselling, risk
from exchange.core.books.order import Ask, Bid
from exchange.core.clearing import finish_ask, finish_bid, rest_bid, settle_in_book, unrest_bid
from exchange.core.planning import check_offer_rests, check_rests
from exchange.core.state import State
from exchange.core.trading import match_again, match_ask, match_bid
from exchange.language import events
from exchange.language.commands import (
    AmendAsk,
    AmendBid,
    CancelAllAsks,
    CancelAllBids,
    CancelAsk,
    CancelBid,
)
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject
from exchange.language.units import Micros, Milli


def amend_bid(state: State, command: AmendBid) -> Outcome | Reject:
    """The owner of a bid wants other numbers."""
    bid = _open_bid(state, command.account_id, command.bid_id)
    if isinstance(bid, Reject):
        return bid
    if (reject := risk.check_amended_bid(state, bid, command)) is not None:
        return reject
    quantity = bid.quantity_milli if command.quantity_milli is None else command.quantity_milli
    prices = tuple(wish.price_micros for wish in bid.alternatives)
    kept = quantity <= bid.quantity_milli and command.prices_micros in (None, prices)
    amended = replace(
        bid,
        quantity_milli=quantity,
        leaves_milli=quantity - bid.filled_milli - bid.canceled_milli,
        min_quantity_milli=_least_of(bid, quantity),
        alternatives=tuple(
            replace(wish, price_micros=price)
            for wish, price in zip(bid.alternatives, command.prices_micros or prices, strict=True)
        ),
        priority=bid.priority if kept else state.seq,
    )
    # Also one that keeps its place may trade: less quantity can be content with less.
    if (reject := risk.check_more_hold(state, bid, amended) or check_rests(state, amended)) is not None:
        return reject
    # ---- no return ----
    unrest_bid(state, bid)
    for field in ("quantity_milli", "leaves_milli", "min_quantity_milli", "alternatives", "priority"):
        setattr(bid, field, getattr(amended, field))
    state.touched_bids[bid.bid_id] = bid
    state.emit(
        events.BidAmended(
            bid_id=bid.bid_id,
            quantity_milli=bid.quantity_milli,
            min_quantity_milli=bid.min_quantity_milli,
            alternatives=bid.alternatives,
            kept_priority=kept,
        )
    )
    money.rehold(state, bid)
    match_bid(state, bid)  # a better price may trade, and so may a smaller least quantity
    if bid.leaves_milli:
        rest_bid(state, bid)
    return Outcome(state.seq, subject=bid.bid_id, kept_priority=kept)


def amend_ask(state: State, command: AmendAsk) -> Outcome | Reject:
    """The owner of an ask wants other numbers."""
    ask = _open_ask(state, command.account_id, command.ask_id)
    if isinstance(ask, Reject):
        return ask
    if (reject := risk.check_amended_ask(state, ask, command)) is not None:
        return reject
    quantity = ask.quantity_milli if command.quantity_milli is None else command.quantity_milli
    price = ask.price_micros if command.price_micros is None else command.price_micros
    delta = quantity - ask.quantity_milli
    kept = delta <= 0 and price == ask.price_micros
    more_bond = risk.more_bond_micros(state, ask, price, quantity)
    if (poor := _check_more_means(state, ask, more_bond, max(delta, 0))) is not None:
        return poor
    amended = replace(
        ask,
        price_micros=price,
        quantity_milli=quantity,
        priority=ask.priority if kept else state.seq,
        free=ask.free.resized(delta, state.catalog.next_step_s(state.now_s)) if delta else ask.free,
    )
    if not kept and (reject := check_offer_rests(state, amended)) is not None:
        return reject
    # ---- no return ----
    market = state.market(ask.region, ask.chip)
    market.remove_ask(ask)
    ask.price_micros, ask.priority, ask.quantity_milli = price, amended.priority, quantity
    ask.free = amended.free
    ask.offered_area = ask.free.area + ask.leased_area
    state.emit(events.AskAmended(ask_id=ask.ask_id, quantity_milli=quantity, price_micros=price, kept_priority=kept))
    ask.bond_micros += more_bond
    ask.posted_micros += more_bond
    money.post_bond(state, ask, more_bond)
    if ask.lease_id is not None:
        reselling.forgo(state, ask)
    settle_in_book(state, ask, events.CANCELED, events.BY_OWNER)
    if not kept:
        match_again(state, match_ask(state, ask))
    return Outcome(state.seq, subject=ask.ask_id, kept_priority=kept)


def cancel_bid(state: State, command: CancelBid) -> Outcome | Reject:
    """The owner takes a bid back."""
    bid = _open_bid(state, command.account_id, command.bid_id)
    if isinstance(bid, Reject):
        return bid
    # ---- no return ----
    finish_bid(state, bid, events.CANCELED, events.BY_OWNER)
    return Outcome(state.seq, subject=bid.bid_id)


def cancel_ask(state: State, command: CancelAsk) -> Outcome | Reject:
    """The owner takes an ask back; leases out of it go on."""
    ask = _open_ask(state, command.account_id, command.ask_id)
    if isinstance(ask, Reject):
        return ask
    # ---- no return ----
    finish_ask(state, ask, events.CANCELED, events.BY_OWNER)
    return Outcome(state.seq, subject=ask.ask_id)


def cancel_all_bids(state: State, command: CancelAllBids) -> Outcome | Reject:
    """The owner takes all bids back, or those that name a region or chip in an alternative."""
    if (reject := risk.check_account(state, command.account_id)) is not None:
        return reject
    for bid in list(state.bids_of.get(command.account_id, {}).values()):
        if any(
            command.region in (None, wish.region) and command.chip in (None, wish.chip) for wish in bid.alternatives
        ):
            finish_bid(state, bid, events.CANCELED, events.BY_OWNER)
    return Outcome(state.seq)


def cancel_all_asks(state: State, command: CancelAllAsks) -> Outcome | Reject:
    """The owner takes all asks back, or those in a region or on a chip."""
    if (reject := risk.check_account(state, command.account_id)) is not None:
        return reject
    for ask in list(state.asks_of.get(command.account_id, {}).values()):
        if ask.state == events.RESTING and command.region in (None, ask.region) and command.chip in (None, ask.chip):
            finish_ask(state, ask, events.CANCELED, events.BY_OWNER)
    return Outcome(state.seq)


def _open_bid(state: State, account_id: str, number: int) -> Bid | Reject:
    if (reject := _check_owner(state, state.bid_owners, number, account_id, "bid")) is not None:
        return reject
    bid = state.bids.get(number)
    return bid or Reject(Code.ORDER_DONE, "bid_id", f"bid-{number} is done; nothing is left of it")


def _open_ask(state: State, account_id: str, number: int) -> Ask | Reject:
    if (reject := _check_owner(state, state.ask_owners, number, account_id, "ask")) is not None:
        return reject
    ask = state.asks.get(number)
    if ask is None or ask.state != events.RESTING:
        return Reject(Code.ORDER_DONE, "ask_id", f"ask-{number} is done; nothing is left of it")
    return ask


def _check_more_means(state: State, ask: Ask, more_bond_micros: Micros, more_milli: Milli) -> Reject | None:
    """Why the owner of an ask cannot put up what other numbers take: bond, or, of a resale, subsidy that goes back."""
    if ask.lease_id is None:
        return risk.check_funds(state, ask.account_id, more_bond_micros, "quantity", "what the bond grows by")
    forgone = reselling.forgone_micros(state, ask, more_milli)
    return risk.check_funds(state, ask.account_id, forgone, "quantity", "the subsidy that goes back on what is added")


def _least_of(bid: Bid, quantity_milli: int) -> int | None:
    """The smallest lease worth having once the quantity is another: all or none stays all or none."""
    if bid.min_quantity_milli is None:
        return None
    return quantity_milli if bid.gang else min(bid.min_quantity_milli, quantity_milli)


def _check_owner(state: State, owners: list[str], number: int, account_id: str, kind: str) -> Reject | None:
    if (reject := risk.check_account(state, account_id)) is not None:
        return reject
    if 1 <= number <= len(owners) and owners[number - 1] == account_id:
        return None
    return Reject(Code.UNKNOWN_ORDER, f"{kind}_id", f"{account_id} has no {kind}-{number}")
