"""Orders come, trade, rest and leave on the books of one market, without money: what clearing does to books, alone.

The same desk serves the market's ladders and the naive ones that they are measured against; it notes every trade.
"""

from typing import NamedTuple

from exchange.core.books.ladder import Key
from exchange.core.books.market import Market, ask_key, wish_key
from exchange.core.books.matching import Match, best_for_bid, next_for_ask
from exchange.core.books.order import Ask, Bid
from exchange.language.commands import OPEN
from exchange.language.units import HOUR_S, Micros, Milli, Seconds
from exchange.language.windows import Segment

REGION, CHIP = "hangzhou", "h800"
NOW_S: Seconds = 500_000 * HOUR_S  # the moment at which everything happens; on the grid
STEP_S: Seconds = 900


class Cancel(NamedTuple):
    """Take the order with a number back, be it a bid or an ask."""

    number: int


Command = Ask | Bid | Cancel


class Trade(NamedTuple):
    bid_id: int
    ask_id: int
    start_s: Seconds
    chips_milli: Milli
    price_micros: Micros


class Desk:
    """A market, the orders in it by number, and the trades so far."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.markets = {(REGION, CHIP): market}
        self.asks: dict[int, Ask] = {}
        self.bids: dict[int, Bid] = {}
        self.trades: list[Trade] = []

    def do(self, command: Command) -> None:
        """Carry out whatever comes."""
        if isinstance(command, Bid):
            self.place_bid(command)
        elif isinstance(command, Ask):
            self.place_ask(command)
        else:
            self.cancel(command.number)

    def rest_ask(self, ask: Ask) -> None:
        """Let an ask rest, whoever would take it."""
        self.asks[ask.ask_id] = ask
        self.market.add_ask(ask, NOW_S)

    def rest_bid(self, bid: Bid) -> None:
        """Let a bid rest, whatever it could take."""
        self.bids[bid.bid_id] = bid
        bid.resting = True
        for index in bid.open:
            self.market.add_wish(bid, index, NOW_S)

    def place_bid(self, bid: Bid) -> None:
        """A bid takes what it can, then rests."""
        self._match_bid(bid)
        if bid.leaves_milli:
            self.rest_bid(bid)

    def place_ask(self, ask: Ask) -> None:
        """Resting bids take what they can of an ask, pass after pass; then it rests."""
        self.asks[ask.ask_id] = ask
        traded = self._match_ask(ask)
        if not traded or ask.ask_id in self.asks:
            self.market.add_ask(ask, NOW_S)
        for number in sorted(traded) if traded else ():
            if 0 < traded[number].leaves_milli < (traded[number].min_quantity_milli or 0):
                self._match_bid(traded[number])

    def cancel(self, number: int) -> None:
        """Take an order off the book; one that is done already is left alone."""
        bid = self.bids.get(number)
        if bid is not None:
            self._unrest(bid)
            return
        ask = self.asks.pop(number, None)
        if ask is not None:
            self.market.remove_ask(ask)

    def face(self) -> tuple[list[tuple[int, int, tuple[Segment, ...]]], list[tuple[int, int, int]]]:
        """The whole of both books, in order: equal for equal books."""
        asks = [(ask.ask_id, ask.price_micros, ask.free.segments(NOW_S)) for ask in self.market.asks.items()]
        bids = [(bid.bid_id, index, bid.leaves_milli) for bid, index in self.market.bids.items()]
        return asks, bids

    def _match_ask(self, ask: Ask) -> dict[int, Bid]:
        """The bids that traded. A bid that has may be content with less, so passes go on until one brings no trade."""
        place: Key | None = None
        traded: dict[int, Bid] = {}
        while (match := next_for_ask(self.market, ask, NOW_S, (), place)) is not None or place is not None:
            if match is None:
                place = None
                continue
            place = wish_key(match.bid, match.alternative)
            traded[match.bid.bid_id] = match.bid
            self._clear(match)
            if ask.ask_id not in self.asks:
                break
        return traded

    def _match_bid(self, bid: Bid) -> None:
        places: dict[int, Key] = {}
        while bid.leaves_milli:
            if bid.leaves_milli < (bid.min_quantity_milli or 0):
                places.clear()  # content with less: what could not serve may
            match = best_for_bid(self.markets, bid, NOW_S, (), OPEN, places)
            if match is None:
                return
            self._clear(match)

    def _clear(self, match: Match) -> None:
        bid, ask, start_s, chips = match.bid, match.ask, match.fit.start_s, match.fit.chips_milli
        self.trades.append(Trade(bid.bid_id, ask.ask_id, start_s, chips, match.price_micros))
        ask.free.carve(start_s, start_s + bid.alternatives[match.alternative].duration_s, chips)
        bid.leaves_milli -= chips
        if bid.resting:
            if not bid.leaves_milli:
                self._unrest(bid)
            elif bid.leaves_milli < (bid.min_quantity_milli or 0):
                for index in bid.open:
                    self.market.bids.gained(wish_key(bid, index))
        if ask.free.most(max(ask.min_duration_s, STEP_S), NOW_S) < ask.lot_milli:
            del self.asks[ask.ask_id]
            if ask.resting:
                self.market.remove_ask(ask)
        elif ask.resting:
            self.market.asks.lost(ask_key(ask))

    def _unrest(self, bid: Bid) -> None:
        for index in bid.open:
            self.market.remove_wish(bid, index)
        bid.resting = False
        del self.bids[bid.bid_id]
