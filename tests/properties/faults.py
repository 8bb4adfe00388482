"""Ways to spoil a good order, so that refusals are compared as carefully as trades."""

from msgspec.structs import replace

from exchange.language.commands import Alternative, PlaceAsk, PlaceBid, Require
from exchange.language.limits import HORIZON_MAX_S
from tests.properties.choices import Choices
from tests.reference.market import Market

QUARTER_S = 900
Order = PlaceAsk | PlaceBid


def perhaps_spoil(choices: Choices, market: Market, order: Order) -> Order:
    """The order, or now and then the order with one or two things wrong with it, or one sent before."""
    if not choices.chance(9):
        return order
    if choices.chance(4) and market.receipts:
        return an_old_id(choices, market, order)
    for _ in range(choices.pick((1, 1, 2))):
        order = spoil_ask(choices, market, order) if isinstance(order, PlaceAsk) else spoil_bid(choices, market, order)
    return order


def an_old_id(choices: Choices, market: Market, order: Order) -> Order:
    """An order sent again, or another one under its id."""
    before, _ = choices.pick(list(market.receipts.values())[-8:])
    if choices.chance(2):
        return before
    return replace(order, account_id=before.account_id, client_order_id=before.client_order_id)


def spoil_either(choices: Choices, market: Market, order: Order) -> Order:
    """A fault that asks and bids have in common."""
    match choices.pick(range(9)):
        case 0:
            return replace(order, quantity_milli=0)
        case 1:
            return replace(order, account_id="nobody")
        case 2:
            return replace(order, account_id="venue")
        case 3:
            return replace(order, post_only=True, time_in_force="ioc", expires_s=None)
        case 4:
            return replace(order, post_only=True, time_in_force="fok", expires_s=None)
        case 5:
            return replace(order, time_in_force="gtd", expires_s=market.now)
        case 6:
            return replace(order, time_in_force="gtd", expires_s=None)
        case 7:
            return replace(order, self_trade="never")
        case _:
            return replace(order, time_in_force="gtd", expires_s=market.now + HORIZON_MAX_S + 1)


def spoil_ask(choices: Choices, market: Market, ask: PlaceAsk) -> Order:
    start = market.now if ask.start_s is None else ask.start_s
    match choices.pick(range(17)):
        case 0 | 1 | 2 | 3:
            return spoil_place_or_price(choices, ask)
        case 4:
            return replace(ask, quantity_milli=ask.quantity_milli + 1, lot_milli=max(ask.lot_milli, 2))
        case 5:
            return replace(ask, lot_milli=0)
        case 6:
            return replace(ask, start_s=start + 1)
        case 7:
            return replace(ask, end_s=ask.end_s + 450)
        case 8:
            return replace(ask, start_s=market.now - market.now % QUARTER_S - QUARTER_S)
        case 9:
            return replace(ask, end_s=start - start % QUARTER_S)
        case 10:
            return replace(ask, min_duration_s=ask.end_s - start + 10 * QUARTER_S)
        case 11:
            return replace(ask, min_duration_s=0)
        case 12:
            return replace(ask, take_or_pay_bp=10_001)
        case 13:
            return replace(ask, lease_id=10**9)  # which nobody has; of resale the naive market knows no more
        case 14:
            return replace(ask, quantity_milli=100_000_000, lot_milli=1000)  # more than any bond covers
        case 15:
            return replace(ask, pue_milli=999) if choices.chance(2) else replace(ask, green_bp=10_001)
        case _:
            return spoil_either(choices, market, ask)


def spoil_place_or_price(choices: Choices, ask: PlaceAsk) -> Order:
    match choices.pick(range(5)):
        case 0:
            return replace(ask, price_micros=ask.price_micros + 1)
        case 4:
            return replace(ask, price_micros=ask.price_micros * 3)
        case 1:
            return replace(ask, price_micros=0)
        case 2:
            return replace(ask, region="atlantis")
        case _:
            return replace(ask, chip="abacus")


def spoil_bid(choices: Choices, market: Market, bid: PlaceBid) -> Order:
    match choices.pick(range(10)):
        case 0:
            return replace(bid, min_quantity_milli=bid.quantity_milli + 1)
        case 1:
            return replace(bid, max_take_or_pay_bp=-1)
        case 2:
            return replace(bid, vouchers=("hangzhou-2026",))
        case 3:
            return replace(bid, alternatives=())
        case 4:
            return replace(bid, quantity_milli=100_000_000)  # more than anybody can pay
        case 5:
            return spoil_either(choices, market, bid)
        case 6:
            return replace(bid, require=Require(pue_max_milli=5001))
        case 7:
            return replace(bid, require=Require(green_min_bp=-1))
        case _:
            if not bid.alternatives:
                return bid
            *others, last = bid.alternatives
            return replace(bid, alternatives=(*others, spoil_alternative(choices, market, last)))


def spoil_alternative(choices: Choices, market: Market, wish: Alternative) -> Alternative:
    match choices.pick(range(13)):
        case 0:
            return replace(wish, price_micros=wish.price_micros + 1)
        case 1:
            return replace(wish, price_micros=0)
        case 2:
            return replace(wish, region="atlantis")
        case 3:
            return replace(wish, chip="abacus")
        case 4:
            return replace(wish, duration_s=wish.duration_s + 1)
        case 5:
            return replace(wish, duration_s=0)
        case 6:
            return replace(wish, duration_s=181 * 86_400)
        case 7:
            return replace(wish, latest_start_s=market.now - market.now % QUARTER_S - QUARTER_S)
        case 8:
            return replace(wish, earliest_start_s=wish.latest_start_s + QUARTER_S)
        case 9:
            return replace(wish, latest_start_s=wish.latest_start_s + 450)
        case 10:
            return replace(wish, price_micros=wish.price_micros * 3)
        case 11:
            return replace(wish, quantity_milli=0)
        case _:
            return replace(wish, quantity_milli=1000)
