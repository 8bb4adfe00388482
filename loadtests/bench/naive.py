"""The naive market that the fast one is measured against: sorted lists, and a plain loop over all asks in order.

It decides by the same functions as the fast one and differs in nothing but what a search looks at: everything.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, TypeVar

from exchange.core.books.ladder import Key, Ladder, Sieve
from exchange.core.books.market import Market, Wish
from exchange.core.books.order import Ask
from exchange.core.books.sieves import AskSieve, BidSieve
from exchange.language.commands import OPEN

T = TypeVar("T")
S = TypeVar("S", bound=Sieve[Any])


class NaiveLadder(Ladder[T, S]):
    """Orders in one sorted list, without sieves."""

    __slots__ = ("_items", "_keys")

    def __init__(self, new_sieve: type[S]) -> None:
        super().__init__(new_sieve)
        self._keys: list[Key] = []
        self._items: list[T] = []

    def __len__(self) -> int:
        return len(self._keys)

    def first(self, limit: Key) -> T | None:
        return self._items[0] if self._keys and self._keys[0] < limit else None

    def add(self, key: Key, item: T) -> None:
        place = bisect_left(self._keys, key)
        self._keys.insert(place, key)
        self._items.insert(place, item)

    def remove(self, key: Key) -> T:
        place = bisect_left(self._keys, key)
        del self._keys[place]
        return self._items.pop(place)

    def lost(self, key: Key) -> None:
        pass

    def gained(self, key: Key) -> None:
        pass

    def walk(self, probe: Any, limit: Key, place: Key | None = None) -> Iterator[T]:
        first = 0 if place is None else bisect_left(self._keys, place)
        for index in range(first, bisect_left(self._keys, limit)):
            yield self._items[index]

    def items(self) -> Iterator[T]:
        yield from self._items


class NaiveMarket(Market):
    """A market that searches naively."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(OPEN)
        self.asks = NaiveLadder[Ask, AskSieve](AskSieve)
        self.bids = NaiveLadder[Wish, BidSieve](BidSieve)
