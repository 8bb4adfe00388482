"""The match decision: which resting order, which alternative, where in time, how many chips. Reads only.

The caller carves and moves the money, because only the caller knows that nobody else comes first. One call costs, for
each alternative, the asks in price-time order up to the first that can serve it.
"""

from collections.abc import Container
from typing import NamedTuple

from exchange.core.books.capacity import Fit
from exchange.core.books.market import BidPlace, Market
from exchange.core.books.order import Ask, Bid
from exchange.language.commands import Alternative
from exchange.language.units import Micros, Seconds
from exchange.language.windows import tenor_of


class Match(NamedTuple):
    """A bid, one of its alternatives, an ask, a place in it, and the price."""

    bid: Bid
    alternative: int
    ask: Ask
    fit: Fit
    price_micros: Micros


def serve(bid: Bid, wish: Alternative, ask: Ask, now_s: Seconds) -> Fit | None:
    """The place in `ask` that serves most of `wish`, the earliest of equals, or none. `now_s` is on the grid.

    Region, chip and price are the caller's to have looked at.
    """
    if wish.duration_s < ask.min_duration_s:
        return None
    if ask.take_or_pay_bp > bid.max_take_or_pay_bp:
        return None
    earliest_s = now_s if wish.earliest_start_s is None else max(wish.earliest_start_s, now_s)
    return ask.free.best_start(
        wish.duration_s,
        earliest_s=earliest_s,
        latest_s=wish.latest_start_s,
        chips_milli=bid.leaves_milli,
        least_milli=min(bid.min_quantity_milli or 0, bid.leaves_milli),
        lot_milli=ask.lot_milli,
    )


def best_for_bid(
    markets: dict[tuple[str, str], Market],
    bid: Bid,
    now_s: Seconds,
    tenors_s: tuple[Seconds, ...],
    passed_over: Container[int],
) -> Match | None:
    """The match of greatest surplus for a bid: ties go to the older ask, then to the earlier alternative."""
    best: Match | None = None
    best_rank = (0, 0, 0)
    for index in bid.open:
        wish = bid.alternatives[index]
        market = markets.get((wish.region, wish.chip))
        if market is None:
            continue
        for ask in market.asks_within(wish.price_micros, tenor_of(wish.duration_s, tenors_s)):
            # The surplus for the full remaining quantity; chips are the same for all, so they are left out.
            rank = ((wish.price_micros - ask.price_micros) * wish.duration_s, -ask.priority, -index)
            if best is not None and rank < best_rank:
                break  # asks only get dearer and younger from here
            if ask.ask_id in passed_over:
                continue
            fit = serve(bid, wish, ask, now_s)
            if fit is not None:
                best, best_rank = Match(bid, index, ask, fit, ask.price_micros), rank
                break
    return best


def next_for_ask(
    market: Market,
    ask: Ask,
    now_s: Seconds,
    tenors_s: tuple[Seconds, ...],
    passed_over: Container[int],
    place: BidPlace | None,
) -> Match | None:
    """The next bid that an ask can serve: highest limit first, then oldest, then earlier alternative.

    The walk begins at a place in the book (None: at its top), so that each bid takes all it can before the next.
    """
    hosts_s = ask.free.longest_s(ask.lot_milli, now_s)
    if not hosts_s:
        return None
    for bid, index in market.bids_within(ask.price_micros, tenor_of(hosts_s, tenors_s), place):
        if bid.bid_id in passed_over:
            continue
        wish = bid.alternatives[index]
        fit = serve(bid, wish, ask, now_s)
        if fit is not None:
            return Match(bid, index, ask, fit, wish.price_micros)
    return None
