"""A plain price-time book of one dimension, such as any exchange has: the measure for what the second one costs.

A SortedDict of price to level, a deque of orders per level; nothing but price, quantity and age.
"""

from collections import deque
from typing import NamedTuple

from sortedcontainers import SortedDict

from exchange.language.units import Micros, Milli


class PlainOrder:
    """An order and what is left of it."""

    __slots__ = ("is_bid", "leaves_milli", "number", "price_micros")

    def __init__(self, number: int, is_bid: bool, price_micros: Micros, quantity_milli: Milli) -> None:
        self.number = number
        self.is_bid = is_bid
        self.price_micros = price_micros
        self.leaves_milli = quantity_milli


class PlainTrade(NamedTuple):
    bid_id: int
    ask_id: int
    chips_milli: Milli
    price_micros: Micros


class PlainBook:
    """Levels of asks by price and of bids by the negative of it, so that the best stands first."""

    def __init__(self) -> None:
        self.bids: SortedDict[Micros, deque[PlainOrder]] = SortedDict()
        self.asks: SortedDict[Micros, deque[PlainOrder]] = SortedDict()
        self.orders: dict[int, PlainOrder] = {}
        self.trades: list[PlainTrade] = []

    def place(self, order: PlainOrder) -> None:
        """An order takes what it can, then rests."""
        own, other, key = (
            (self.bids, self.asks, -order.price_micros) if order.is_bid else (self.asks, self.bids, order.price_micros)
        )
        while order.leaves_milli and other:
            price, level = other.peekitem(0)
            if price > -key:
                break
            while level and order.leaves_milli:
                self._trade(order, level[0], abs(price))
                if not level[0].leaves_milli:
                    del self.orders[level.popleft().number]
            if not level:
                del other[price]
        if order.leaves_milli:
            self.orders[order.number] = order
            if key in own:
                own[key].append(order)
            else:
                own[key] = deque((order,))

    def cancel(self, number: int) -> None:
        """Take an order off the book."""
        order = self.orders.pop(number)
        side, key = (self.bids, -order.price_micros) if order.is_bid else (self.asks, order.price_micros)
        level = side[key]
        level.remove(order)
        if not level:
            del side[key]

    def _trade(self, taker: PlainOrder, maker: PlainOrder, price_micros: Micros) -> None:
        chips = min(taker.leaves_milli, maker.leaves_milli)
        taker.leaves_milli -= chips
        maker.leaves_milli -= chips
        bid, ask = (taker, maker) if taker.is_bid else (maker, taker)
        self.trades.append(PlainTrade(bid.number, ask.number, chips, price_micros))
