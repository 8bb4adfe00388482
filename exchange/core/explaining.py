"""Why a bid is not filled: what stands between it and each ask, and which single change would fill it. Reads only.

Bounded: a bid has EXAMINED_MAX asks examined, shared out evenly over its open alternatives, in each one's market by
price, then age. Asks above the limit need no look. What was not examined is said to have been left out.
"""

from exchange.core.books.order import Ask, Bid, meets
from exchange.core.books.sieves import wanted
from exchange.core.mending import changes_for, ideas_for
from exchange.core.planning import draft_bid, planned, supposed_at
from exchange.core.state import State
from exchange.language.commands import OPEN, PlaceBid
from exchange.language.units import Seconds
from exchange.language.views import Explanation, Hurdles

EXAMINED_MAX = 20_000

# The tests of an ask in their order; the last is no hurdle.
HURDLES = (
    "price",
    "duration",
    "start",
    "quantity",
    "lot",
    "take_or_pay",
    "requirements",
    "owner",
    "market",
    "fits",
)


def explain(state: State, bid_id: int, at_s: Seconds = 0) -> Explanation | None:
    """Why an open bid is not filled; None when there is no such bid. As of `at_s` if the clock is behind it."""
    bid = state.bids.get(bid_id)
    if bid is None:
        return None
    with supposed_at(state, at_s):
        order = order_of(bid)
        with planned(state, draft_bid(state, order, bid.owner_group)) as plan:
            ideas = ideas_for(state, order, plan, bid.open)
        done_milli = bid.quantity_milli - bid.leaves_milli
        changes, searched = changes_for(state, ideas, done_milli=done_milli, held_micros=bid.held_micros)
        return Explanation(
            seq=state.seq,
            at_s=state.now_s,
            bid_id=bid_id,
            leaves_milli=bid.leaves_milli,
            alternatives=hurdles_of(state, bid),
            changes=changes,
            searched=searched,
        )


def order_of(bid: Bid) -> PlaceBid:
    """What is left of a bid, as an order by the alternatives that can still start."""
    least = bid.min_quantity_milli
    return PlaceBid(
        account_id=bid.account_id,
        client_order_id="",
        quantity_milli=bid.leaves_milli,
        min_quantity_milli=None if least is None else min(least, bid.leaves_milli),
        alternatives=tuple(bid.alternatives[index] for index in bid.open),
        time_in_force=bid.time_in_force,
        expires_s=bid.expires_s,
        post_only=bid.post_only,
        max_take_or_pay_bp=bid.max_take_or_pay_bp,
        self_trade=bid.self_trade,
        require=bid.require,
        vouchers=bid.vouchers,
        use=bid.use,
    )


def hurdles_of(state: State, bid: Bid) -> tuple[Hurdles, ...]:
    """How many asks fail each test, for each open alternative of a bid."""
    most = EXAMINED_MAX // max(len(bid.open), 1)
    return tuple(_hurdles(state, bid, index, most) for index in bid.open)


def first_hurdle(bid: Bid, alternative: int, ask: Ask, now_s: Seconds) -> str:
    """The first test that an ask of the right market fails, whatever the market's state; "fits" for none."""
    wish = bid.alternatives[alternative]
    least, most = wanted(bid, alternative)
    if ask.price_micros > wish.price_micros:
        return "price"
    if wish.duration_s < ask.min_duration_s or ask.free.longest_s(1, now_s) < wish.duration_s:
        return "duration"
    place = ask.free.best_start(
        wish.duration_s,
        earliest_s=now_s if wish.earliest_start_s is None else max(wish.earliest_start_s, now_s),
        latest_s=wish.latest_start_s,
        chips_milli=most,
        least_milli=1,
        lot_milli=1,
    )
    if place is None:
        return "start"
    if place.chips_milli < least:
        return "quantity"
    if place.chips_milli // ask.lot_milli * ask.lot_milli < max(least, ask.lot_milli):
        return "lot"
    if ask.take_or_pay_bp > bid.max_take_or_pay_bp:
        return "take_or_pay"
    if bid.require is not None and not meets(ask, bid.require):
        return "requirements"
    return "owner" if ask.owner_group == bid.owner_group else "fits"


def _hurdles(state: State, bid: Bid, alternative: int, most: int) -> Hurdles:
    wish = bid.alternatives[alternative]
    market = state.markets.get((wish.region, wish.chip))
    market_state = state.brake(wish.region, wish.chip)
    now_s = state.catalog.next_step_s(state.now_s)
    counts = dict.fromkeys(HURDLES, 0)
    asks = examined = 0
    if market is not None:
        asks = len(market.asks)
        for ask in market.asks.items():
            if ask.price_micros > wish.price_micros:  # and so are all that follow
                counts["price"] = asks - examined
                examined = asks
                break
            if examined == most:
                break
            examined += 1
            hurdle = first_hurdle(bid, alternative, ask, now_s)
            counts["market" if hurdle == "fits" and market_state != OPEN else hurdle] += 1
    return Hurdles(
        alternative=alternative,
        market_state=market_state,
        asks=asks,
        examined=examined,
        complete=examined == asks,
        **counts,
    )
