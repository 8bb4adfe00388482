"""The match decision: which resting order, which alternative, where in time, how many chips. Reads only.

The caller carves and moves the money, because only the caller knows that nobody else comes first. One call costs, for
each alternative, a walk in price-time order to the first ask that can serve it, over what the ladders' sieves let pass.
"""

from collections.abc import Container

from msgspec import Struct

from exchange.core.books.capacity import Fit
from exchange.core.books.ladder import Key
from exchange.core.books.market import Market, ask_key, price_end, wish_key
from exchange.core.books.order import Ask, Bid, claims_of, meets
from exchange.core.books.sieves import AskProbe, BidProbe, corners, size_of, span, wanted
from exchange.language.commands import OPEN
from exchange.language.units import Micros, Seconds


class Match(Struct, frozen=True, gc=False):
    """A bid, one of its alternatives, an ask, a place in it, and the price."""

    bid: Bid
    alternative: int
    ask: Ask
    fit: Fit
    price_micros: Micros


def serve(ask: Ask, probe: BidProbe) -> Fit | None:
    """The place in `ask` that serves most of what one alternative of a bid looks for, the earliest of equals, or none.

    Region, chip and price are the caller's to have looked at.
    """
    if (
        probe.duration_s < ask.min_duration_s
        or ask.take_or_pay_bp > probe.max_take_or_pay_bp
        or ask.start_s > probe.latest_s
        or ask.end_s < probe.earliest_s + probe.duration_s
    ):
        return None
    if probe.require is not None and not meets(ask, probe.require):
        return None
    return ask.free.best_start(
        probe.duration_s,
        earliest_s=probe.earliest_s,
        latest_s=probe.latest_s,
        chips_milli=probe.most_milli,
        least_milli=probe.least_milli,
        lot_milli=ask.lot_milli,
    )


def best_for_bid(
    markets: dict[tuple[str, str], Market],
    bid: Bid,
    now_s: Seconds,
    passed_over: Container[int],
    market_state: str = OPEN,
    places: dict[int, Key] | None = None,
) -> Match | None:
    """The match of greatest surplus for a bid: ties go to the older ask, then to the earlier alternative.

    Only markets in a given state are looked at: those that are open, unless one asks what would be if others were.
    `places` is kept by the caller from match to match of one bid: how far down each alternative's asks have been seen
    to serve nothing. What could not serve cannot serve a smaller remainder either, unless the bid has become content
    with smaller leases: then the caller begins anew.
    """
    best: Match | None = None
    places = {} if places is None else places
    for index in bid.open:
        wish = bid.alternatives[index]
        market = markets.get((wish.region, wish.chip))
        if market is not None and market.state == market_state:
            first = market.best_ask(wish.price_micros)
            if first is not None:
                best = _better(market, first, bid, index, now_s, passed_over, places, best)
    return best


def _better(
    market: Market,
    first: Ask,
    bid: Bid,
    index: int,
    now_s: Seconds,
    passed_over: Container[int],
    places: dict[int, Key],
    rival: Match | None,
) -> Match | None:
    """The match with the first ask that can serve one alternative of a bid, or the rival when that is better."""
    probe, place = probe_of(bid, index, now_s), places.get(index)
    if rival is None and place is None and first.ask_id not in passed_over:  # before any search, a look at the top
        fit = serve(first, probe)
        if fit is not None:
            return Match(bid, index, first, fit, first.price_micros)
    to_beat = None if rival is None else _rank(bid, rival.alternative, rival.ask)
    limit = bid.alternatives[index].price_micros
    for ask in market.asks_within(limit, probe, place):
        if to_beat is not None and _rank(bid, index, ask) < to_beat:
            places[index] = ask_key(ask)
            return rival  # asks only get dearer and younger from here
        if ask.ask_id in passed_over:
            continue
        fit = serve(ask, probe)
        if fit is not None:
            places[index] = ask_key(ask)
            return Match(bid, index, ask, fit, ask.price_micros)
    places[index] = price_end(limit)
    return rival


def _rank(bid: Bid, index: int, ask: Ask) -> tuple[int, int, int]:
    """How good a match is: its surplus, then the ask's age, then the alternative's place."""
    wish = bid.alternatives[index]
    _, most = wanted(bid, index)
    return (wish.price_micros - ask.price_micros) * wish.duration_s * most, -ask.priority, -index


def next_for_ask(
    market: Market, ask: Ask, now_s: Seconds, passed_over: Container[int], place: Key | None = None
) -> Match | None:
    """The next bid that an ask can serve: highest limit first, then oldest, then earlier alternative.

    The walk begins at a place in the book (None: at its top), so that each bid takes all it can before the next. The
    market's state is the caller's to have looked at.
    """
    first = market.best_wish(ask.price_micros)
    if first is None:
        return None
    bid, index = first
    if (place is None or wish_key(bid, index) >= place) and bid.bid_id not in passed_over:
        fit = serve(ask, probe_of(bid, index, now_s))
        if fit is not None:
            return Match(bid, index, ask, fit, bid.alternatives[index].price_micros)
    looks_for = probe_for(ask, now_s)
    if not looks_for.sizes:
        return None
    for bid, index in market.bids_within(ask.price_micros, looks_for, place):
        if bid.bid_id in passed_over:
            continue
        fit = serve(ask, probe_of(bid, index, now_s))
        if fit is not None:
            return Match(bid, index, ask, fit, bid.alternatives[index].price_micros)
    return None


def probe_of(bid: Bid, index: int, now_s: Seconds) -> BidProbe:
    """What one alternative of a bid looks for now."""
    wish = bid.alternatives[index]
    least, most = wanted(bid, index)
    earliest_s = wish.earliest_start_s
    return BidProbe(
        wish.duration_s,
        most,
        least,
        now_s if earliest_s is None or earliest_s < now_s else earliest_s,
        wish.latest_start_s,
        bid.max_take_or_pay_bp,
        bid.require,
    )


def probe_for(ask: Ask, now_s: Seconds) -> AskProbe:
    """What an ask looks for now."""
    free = ask.free.segments(now_s)
    opens_s, closes_s = span(free, ask.lot_milli)
    return AskProbe(
        tuple(size_of(length_s, width) for length_s, width in corners(free) if width >= ask.lot_milli),
        ask.lot_milli,
        ask.min_duration_s,
        ask.take_or_pay_bp,
        opens_s,
        closes_s,
        claims_of(ask),
    )
