"""Orders that keep markets busy: one line of a provider and one of a buyer, each going round the markets.

The provider places asks at many prices and, once so many rest, takes back the oldest in turn. The buyer bids for a day
below them all, which rests; for an hour above them all, which is a lease at once; and takes back its oldest bid.
"""

import re
from collections import deque
from typing import Final, NamedTuple

import msgspec

from exchange.language.units import Seconds
from gateway import schema
from loadtests.edge.orders import LEVELS, a_bid, an_ask
from loadtests.openloop.wire import text_frame

_RESTING_MAX: Final = 200  # orders of one line
_ORDER_ID: Final = re.compile(rb'"((?:ask|bid)-\d+)"')


class Market(NamedTuple):
    """One that is watched, and how its channels call it."""

    region: str
    chip: str

    @property
    def name(self) -> str:
        return f"{self.region}/{self.chip}"


class _Flow:
    """What both lines have: numbers that go round the markets, and the orders that rest, oldest first."""

    def __init__(self, name: str, now_s: Seconds, markets: tuple[Market, ...]) -> None:
        self._name = name
        self._now_s = now_s
        self._markets = markets
        self._placed = 0
        self._resting: deque[str] = deque()

    def learn(self, text: bytes) -> None:
        """Note an order that rests."""
        if b'"state":"resting"' in text and (found := _ORDER_ID.search(text)):
            self._resting.append(found[1].decode())

    def _place(self) -> tuple[str, Market, int]:
        """A name for the next order, its market, and a number that goes through the levels of each market."""
        self._placed += 1
        turn, place = divmod(self._placed, len(self._markets))
        return f"{self._name}-{self._placed}", self._markets[place], turn % LEVELS


class Provider(_Flow):
    def next(self, number: int) -> bytes:
        if number % 2 and len(self._resting) >= _RESTING_MAX:
            return _framed(number, "ask.cancel", schema.AskRef(ask_id=self._resting.popleft()))
        name, market, level = self._place()
        return _framed(number, "ask.place", ask_of(name, self._now_s, market, level))


class Buyer(_Flow):
    def next(self, number: int) -> bytes:
        if number % 3 == 2 and len(self._resting) >= _RESTING_MAX:
            return _framed(number, "bid.cancel", schema.BidRef(bid_id=self._resting.popleft()))
        name, market, level = self._place()
        bid = a_bid(name, self._now_s, f"13.{level:02d}" if number % 3 else "15.00")
        duration = "P1D" if number % 3 else "PT1H"
        there = msgspec.structs.replace(bid, regions=(market.region,), chips=(market.chip,), duration=duration)
        return _framed(number, "bid.place", there)


def ask_of(name: str, now_s: Seconds, market: Market, level: int) -> schema.AskBody:
    """An ask of one of the markets."""
    ask = an_ask(name, now_s, f"14.{level:02d}")
    return msgspec.structs.replace(ask, region=market.region, chip=market.chip)


def _framed(number: int, op: str, params: schema.Body) -> bytes:
    return text_frame(b'{"id":%d,"op":"%b","params":%b}' % (number, op.encode(), msgspec.json.encode(params)))
