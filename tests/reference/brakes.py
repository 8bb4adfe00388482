"""The brakes of section 5: market states by scope, the strictest of which holds, and bands around a reference price."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from exchange.language.commands import CANCEL_ONLY, HALTED, MARKET_STATES, OPEN, POST_ONLY, SetMarketState
from exchange.language.limits import TEXT_MAX_CHARS
from exchange.language.rejects import Code
from tests.reference import refusals
from tests.reference.arithmetic import WHOLE_BP, half_even
from tests.reference.matcher import match_bid, resting_bids
from tests.reference.records import Ask, Bid, Verdict
from tests.reference.rehearsal import would_trade

if TYPE_CHECKING:
    from tests.reference.market import Market

CLOSED = (CANCEL_ONLY, HALTED)


def state_of(market: Market, region: str, chip: str) -> str:
    """The strictest state that anything has set which this place is part of."""
    set_here = [
        state for (where, what), state in market.brakes.items() if where in {None, region} and what in {None, chip}
    ]
    return max(set_here, key=MARKET_STATES.index, default=OPEN)


def reference_price(market: Market, region: str, chip: str) -> int | None:
    """The average of the last trades' prices, in whole micros."""
    last = market.prices.get((region, chip), [])[-market.rules.band_trades :]
    return half_even(Fraction(sum(last), len(last))) if last else None


def outside_band(market: Market, region: str, chip: str, price: int) -> bool:
    """Whether a price is farther from the reference than the market's own band, or the rules, allow."""
    reference = reference_price(market, region, chip)
    band_bp = market.curbs.bands.get((region, chip), market.rules.band_bp)
    if not band_bp or reference is None:
        return False
    return abs(price - reference) > Fraction(reference * band_bp, WHOLE_BP)


def unwelcome(market: Market, order: Bid | Ask) -> bool:
    """Whether an order that trades at once is not to be: by its own wish, or where only resting is allowed."""
    kind = "bid" if isinstance(order, Bid) else "ask"
    if order.command.post_only and would_trade(market, order):
        market.mark(f"{kind} refused that is post_only")
        return True
    if market.brakes and would_trade(market, order, POST_ONLY):
        market.mark(f"{kind} refused in a market that is post_only")
        return True
    return False


def set_state(market: Market, command: SetMarketState) -> Verdict:
    """An operator opens or brakes a part of the market; what has come to cross meanwhile is matched."""
    scope = (command.region, command.chip)
    faults = []
    if command.state not in MARKET_STATES or not 0 < len(command.reason) <= TEXT_MAX_CHARS:
        faults.append(Code.BAD_VALUE)
    if command.region is not None and command.region not in market.regions:
        faults.append(Code.UNKNOWN_REGION)
    if command.chip is not None and command.chip not in market.chips:
        faults.append(Code.UNKNOWN_CHIP)
    if command.state == OPEN and market.brakes.get(scope) in CLOSED:
        faults.append(Code.NOT_THROUGH_POST_ONLY)
    if faults:
        return Verdict(refusals.first(faults))
    places = [(region, chip) for region in market.regions for chip in market.chips]
    shut = [place for place in places if state_of(market, *place) != OPEN]
    market.brakes[scope] = command.state
    market.mark(f"market set to {command.state}")
    opened = [place for place in shut if state_of(market, *place) == OPEN]
    uncross(market, opened)
    return Verdict()


def uncross(market: Market, opened: list[tuple[str, str]]) -> None:
    """The bids that wait in places that have opened look at all asks, oldest first."""
    trades = len(market.leases)
    waiting = [
        bid
        for bid in resting_bids(market)
        if any((wish.region, wish.chip) in opened for wish in (bid.command.alternatives[index] for index in bid.open))
    ]
    for bid in sorted(waiting, key=lambda bid: bid.age):
        match_bid(market, bid)
    if len(market.leases) > trades:
        market.mark("uncrossing on reopening")
