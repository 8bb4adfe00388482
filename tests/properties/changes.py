"""Generated commands that change what is there: amendments, cancels, the brakes, and what else operators do."""

from exchange.language.commands import (
    AmendAsk,
    AmendBid,
    CancelAllAsks,
    CancelAllBids,
    CancelAsk,
    CancelBid,
    Command,
    SetMarketState,
)
from exchange.language.commands_operator import BlockAccount, CancelOrders, EvictOrders, SetBand, UnblockAccount
from tests.properties.choices import Choices
from tests.reference.market import Market
from tests.reference.records import Ask, Bid

TICK_MICROS = 10_000


def owners(market: Market) -> list[str]:
    """Everybody who may own an order."""
    return list(market.accounts)


def a_cancel(choices: Choices, market: Market) -> Command:
    """Mostly of an order that is open, by its owner; sometimes of any other."""
    anything = choices.chance(6)
    if choices.chance(2):
        ask = choices.one_of([ask for ask in market.asks.values() if anything or ask.state == "resting"])
        owner = ask.command.account_id if ask and not choices.chance(8) else choices.pick(owners(market))
        return CancelAsk(account_id=owner, ask_id=ask.ask_id if ask else 1)
    bid = choices.one_of([bid for bid in market.bids.values() if anything or bid.state == "resting"])
    owner = bid.command.account_id if bid and not choices.chance(8) else choices.pick(owners(market))
    return CancelBid(account_id=owner, bid_id=bid.bid_id if bid else 1)


def an_amendment(choices: Choices, market: Market) -> Command:
    """Mostly of an open order by its owner, to fewer or more chips, another price, or both; sometimes to nonsense."""
    anything = choices.chance(20)
    if choices.chance(2):
        ask = choices.one_of([ask for ask in market.asks.values() if anything or ask.state == "resting"])
        if ask is not None:
            return amend_ask(choices, market, ask)
    bid = choices.one_of([bid for bid in market.bids.values() if anything or bid.state == "resting"])
    if bid is not None:
        return amend_bid(choices, market, bid)
    return AmendBid(account_id="ann", bid_id=1, quantity_milli=1000)


def amend_ask(choices: Choices, market: Market, ask: Ask) -> AmendAsk:
    command = ask.command
    lots = command.quantity_milli // command.lot_milli
    wished = choices.pick(
        (None, None, lots // 2, lots - 1, lots + 1, lots * 2, lots, ask.leased_lots(), ask.leased_lots(), 100_000)
    )
    quantity = None if wished is None else wished * command.lot_milli - choices.chance(25)
    price = None if choices.chance(3) else another_price(choices, command.price_micros)
    return AmendAsk(
        account_id=owner(choices, market, ask), ask_id=ask.ask_id, quantity_milli=quantity, price_micros=price
    )


def amend_bid(choices: Choices, market: Market, bid: Bid) -> AmendBid:
    command = bid.command
    whole, filled = command.quantity_milli, bid.filled
    less = choices.pick((whole // 2, whole // 2, whole - 1000, filled + 1000, filled))
    quantity = choices.pick((None, less, less, whole + 1000, whole * 2, whole, less, 100_000_000))
    prices = [another_price(choices, wish.price_micros) for wish in command.alternatives]
    if choices.chance(20):
        prices = [*prices, 1_000_000]
    return AmendBid(
        account_id=owner(choices, market, bid),
        bid_id=bid.bid_id,
        quantity_milli=quantity,
        prices_micros=None if choices.chance(2) else tuple(prices),
    )


def owner(choices: Choices, market: Market, order: Bid | Ask) -> str:
    return choices.pick(owners(market)) if choices.chance(20) else order.command.account_id


def another_price(choices: Choices, price: int) -> int:
    ticks = choices.pick((0, 1, -1, 3, -3, 6, -6, 0, 100))
    return price + ticks * TICK_MICROS + choices.chance(40)


def a_sweep(choices: Choices) -> Command:
    """A cancel of all that somebody has, or all of a region or on a chip."""
    account = choices.pick(("ann", "ben", "cem", "dot", "nobody"))
    region = choices.pick((None, "hangzhou", "shanghai", None, "atlantis"))
    chip = choices.pick((None, "h800", "a100", None))
    if choices.chance(2):
        return CancelAllAsks(account_id=account, region=region, chip=chip)
    return CancelAllBids(account_id=account, region=region, chip=chip)


def a_state(choices: Choices, market: Market) -> Command:
    """A brake on a market, a region, a chip or everything; where there is one, mostly a step to opening again."""
    shut = [scope for scope, state in market.brakes.items() if state != "open"]
    scope = choices.one_of(shut)
    if scope is not None and choices.chance(2):
        back = "open" if market.brakes[scope] == "post_only" else "post_only"
        state = choices.pick((back, back, back, "open"))
    else:
        scope = (choices.pick(("hangzhou", "hangzhou", None, "shanghai")), choices.pick(("h800", None, "h800", "a100")))
        state = choices.pick(("post_only", "halted", "cancel_only", "ajar" if choices.chance(4) else "open"))
    return SetMarketState(
        operator_id="venue",
        state=state,
        reason="" if choices.chance(30) else "a test",
        region="atlantis" if choices.chance(40) else scope[0],
        chip="abacus" if choices.chance(40) else scope[1],
    )


def a_curb(choices: Choices, market: Market) -> Command:
    """An account blocked, unblocked or swept by an operator, a few evictions, a band; now and then nonsense."""
    reason = "" if choices.chance(30) else "a test"
    if market.curbs.doomed and choices.chance(2):
        return EvictOrders(most=choices.pick((2, 1, 100, 3, 0)))
    if market.curbs.blocked and choices.chance(2):
        return UnblockAccount(operator_id="venue", account_id=min(market.curbs.blocked), reason=reason)
    account = choices.pick(("ann", "ben", "cem", "dot", "ben", "nobody"))
    region, chip = choices.pick(("hangzhou", "shanghai", "atlantis")), choices.pick(("h800", "a100", "h800", "abacus"))
    match choices.pick(("sweep", "block", "band", "block", "unblock", "evict")):
        case "sweep":
            narrow = choices.chance(2)
            return CancelOrders(
                operator_id="venue", account_id=account, reason=reason, region=region if narrow else None,
                chip=chip if choices.chance(3) else None,
            )  # fmt: skip
        case "block":
            return BlockAccount(operator_id="venue", account_id=account, reason=reason)
        case "unblock":
            return UnblockAccount(operator_id="venue", account_id=account, reason=reason)
        case "evict":
            return EvictOrders(most=choices.pick((2, 1, 100)))
    band_bp = choices.pick((None, 0, 200, 1_000, 10_001))
    return SetBand(operator_id="venue", region=region, chip=chip, band_bp=band_bp, reason=reason)
