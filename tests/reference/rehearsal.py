"""What an order would do if it came: tried out on copies of all that rests, where nothing is real and nobody hears."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from exchange.language.commands import OPEN
from tests.reference.matcher import Place, match_ask, match_bid, resting_asks, resting_bids
from tests.reference.records import Ask, Bid

if TYPE_CHECKING:
    from tests.reference.market import Market


class Rehearsal:
    """A desk that forgets. It matches in the places that are in one state of the market's."""

    def __init__(self, market: Market, in_state: str) -> None:
        self.market = market
        self.in_state = in_state
        self.now = market.now
        self.bids = {bid.bid_id: replace(bid, open=bid.open.copy()) for bid in resting_bids(market)}
        self.asks = {ask.ask_id: replace(ask, leased=ask.leased.copy()) for ask in resting_asks(market)}
        self.trades = 0

    def matches_in(self, region: str, chip: str) -> bool:
        return self.market.state_of(region, chip) == self.in_state

    def mark(self, what: str) -> None:
        """Nothing here is remembered."""

    def trade(self, bid: Bid, alternative: int, ask: Ask, place: Place, price: int, taker: str) -> None:
        start, chips = place
        self.trades += 1
        ask.lease(start, start + bid.command.alternatives[alternative].duration_s, chips)
        bid.fill(alternative, chips)

    def prevent(self, bid: Bid, ask: Ask, mode: str, taker: str) -> None:
        """Nobody hears of it."""

    def close_bid(self, bid: Bid, state: str, reason: str) -> None:
        bid.state = state

    def close_ask(self, ask: Ask, state: str, reason: str) -> None:
        ask.state = state

    def try_out(self, order: Bid | Ask) -> Bid | Ask:
        """Let an order come, in the place of the one that has its number; how it stands then."""
        if isinstance(order, Bid):
            bid = self.bids[order.bid_id] = replace(order, open=order.open.copy())
            match_bid(self, bid)
            return bid
        ask = self.asks[order.ask_id] = replace(order, leased=order.leased.copy())
        match_ask(self, ask)
        return ask


def would_trade(market: Market, order: Bid | Ask, in_state: str = OPEN) -> bool:
    """Whether an order would trade with anybody, in places that are in a state.

    Where nothing matches, nothing is given up for meeting its own group: both would rest.
    """
    rehearsal = Rehearsal(market, in_state)
    if in_state != OPEN:
        order = replace(order, command=structs.replace(order.command, self_trade="skip"))  # type: ignore[arg-type]
    rehearsal.try_out(order)
    return rehearsal.trades > 0


def would_be_filled(market: Market, bid: Bid) -> bool:
    """Whether a bid would get all that it wants at once."""
    rehearsal = Rehearsal(market, OPEN)
    whole = rehearsal.try_out(bid).state == "filled"
    if rehearsal.trades and not whole:
        market.mark("fok that fails with some to be had")
    return whole
