"""The books of one region and chip: a ladder per tenor and side, each in order of price, then age.

An ask stands in the ladder of the longest tenor it can host; an alternative of a bid in that of its duration's tenor.
Adding and removing are O(log n); walking candidates merges the ladders that may serve and is lazy. Nothing may be added
or removed while a walk is under way: take what was found, leave the walk, then change.
"""

from collections.abc import Iterator
from heapq import merge

from sortedcontainers import SortedList

from exchange.core.books.order import Ask, Bid
from exchange.language.units import Micros, Seconds

# Entries order by their numbers alone: no two share a priority and an alternative, so orders are never compared.
AskEntry = tuple[Micros, int, Ask]  # price, priority
BidPlace = tuple[Micros, int, int]  # minus the limit, priority, alternative
BidEntry = tuple[Micros, int, int, Bid]


class Market:
    """All that rests in one region on one chip type, by tenor."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.asks: dict[Seconds, SortedList[AskEntry]] = {}
        self.bids: dict[Seconds, SortedList[BidEntry]] = {}

    def add_ask(self, ask: Ask, tenor_s: Seconds) -> None:
        """Let an ask rest in the book of a tenor."""
        assert ask.tenor_s == 0
        ask.tenor_s = tenor_s
        self.asks.setdefault(tenor_s, SortedList()).add((ask.price_micros, ask.priority, ask))

    def remove_ask(self, ask: Ask) -> None:
        """Take an ask out of its book."""
        self.asks[ask.tenor_s].remove((ask.price_micros, ask.priority, ask))
        ask.tenor_s = 0

    def add_bid(self, bid: Bid, alternative: int, tenor_s: Seconds) -> None:
        """Let one alternative of a bid rest."""
        self.bids.setdefault(tenor_s, SortedList()).add(_bid_entry(bid, alternative))

    def remove_bid(self, bid: Bid, alternative: int, tenor_s: Seconds) -> None:
        """Take one alternative of a bid out of its book."""
        self.bids[tenor_s].remove(_bid_entry(bid, alternative))

    def asks_within(self, limit_micros: Micros, tenor_s: Seconds) -> Iterator[Ask]:
        """Asks at or below a limit in the book of a tenor or a longer one: lowest price first, then oldest."""
        walks = [
            ladder.irange(maximum=(limit_micros + 1,), inclusive=(True, False))  # type: ignore[arg-type]  # a prefix
            for length_s, ladder in self.asks.items()
            if length_s >= tenor_s
        ]
        return (ask for _, _, ask in merge(*walks))

    def bids_within(
        self, price_micros: Micros, tenor_s: Seconds, place: BidPlace | None = None
    ) -> Iterator[tuple[Bid, int]]:
        """Bids, each with an alternative, at or above a price in the book of a tenor or a shorter one.

        Highest limit first, then oldest bid, then earlier alternative; from a place in that order on.
        """
        walks = [
            ladder.irange(place, (1 - price_micros,), inclusive=(True, False))  # type: ignore[arg-type]  # prefixes
            for length_s, ladder in self.bids.items()
            if length_s <= tenor_s
        ]
        return ((bid, alternative) for _, _, alternative, bid in merge(*walks))


def place_of(bid: Bid, alternative: int) -> BidPlace:
    """Where an alternative of a bid stands among all bids of its market."""
    return (-bid.alternatives[alternative].price_micros, bid.priority, alternative)


def _bid_entry(bid: Bid, alternative: int) -> BidEntry:
    return (*place_of(bid, alternative), bid)
