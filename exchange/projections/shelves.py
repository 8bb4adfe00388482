"""Numbers by account, and each account's by the state of what they number: a page of either is found by bisection.

And what is only ever added, under every word that it may be asked for by.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Final, Generic, TypeVar

from sortedcontainers import SortedList

from exchange.language.sections import in_pieces

NUMBERS: Final = 100_000  # of one shelf in one value of a snapshot

T = TypeVar("T")


class Shelves:
    """Of one kind of thing, each numbered once, in ascending order; a thing may stand with several accounts.

    Adding, moving and finding a page take the logarithm of how many there are, and a page its own length.
    """

    def __init__(self) -> None:
        self._all: dict[str, list[int]] = {}
        self._in_state: dict[tuple[str, str], SortedList[int]] = {}

    def add(self, account_id: str, number: int, state: str) -> None:
        """The account has another."""
        self._all.setdefault(account_id, []).append(number)
        self._put(account_id, number, state)

    def save(self) -> Iterator[tuple[str, str, list[int]]]:
        """An account's numbers in one state, some at a time; also of a state in which it has none any more."""
        for (account_id, state), numbers in self._in_state.items():
            for some in in_pieces(numbers, NUMBERS) if numbers else ([],):
                yield account_id, state, some

    def resume(self, shelves: Iterable[tuple[str, str, list[int]]]) -> None:
        """Take back what was saved, where there was nothing."""
        assert not self._all
        in_state: dict[tuple[str, str], list[int]] = {}
        for account_id, state, numbers in shelves:
            self._all.setdefault(account_id, []).extend(numbers)
            in_state.setdefault((account_id, state), []).extend(numbers)
        for numbers in self._all.values():
            numbers.sort()  # a few ascending runs
        self._in_state = {shelf: SortedList(numbers) for shelf, numbers in in_state.items()}

    def move(self, account_id: str, number: int, before: str, after: str) -> None:
        """One of the account's is in another state, or still in the same."""
        if before != after:
            self._in_state[account_id, before].remove(number)
            self._put(account_id, number, after)

    def numbers(self, account_id: str, state: str | None = None) -> Sequence[int]:
        """An account's, in one state or in any; not to be kept."""
        if state is None:
            return self._all.get(account_id, ())
        found: Sequence[int] = self._in_state.get((account_id, state), ())
        return found

    def newest(self, account_id: str, state: str | None, before: int | None, limit: int) -> Sequence[int]:
        """Up to `limit` of them that are below `before`, descending."""
        return newest(self.numbers(account_id, state), before, limit)

    def _put(self, account_id: str, number: int, state: str) -> None:
        shelf = self._in_state.get((account_id, state))
        if shelf is None:
            shelf = self._in_state[account_id, state] = SortedList()
        shelf.add(number)


def newest(numbers: Sequence[int], before: int | None, limit: int) -> Sequence[int]:
    """Up to `limit` of ascending numbers that are below `before`, descending."""
    end = len(numbers) if before is None else bisect_left(numbers, before)
    return numbers[max(0, end - limit) : end][::-1]


class Files(Generic[T]):
    """Things in the order of their numbers, each filed under some words. What is rare is found as soon as what is not.

    One that stands at a `place` in `all` may be replaced there by one with the same number and words.
    """

    def __init__(self, number: Callable[[T], int], words: Callable[[T], Iterable[Hashable]]) -> None:
        self.all: list[T] = []
        self._number = number
        self._words = words
        self._places: dict[Hashable, list[int]] = {}

    def add(self, thing: T) -> None:
        """Another, with a number that is no less than all before."""
        for word in dict.fromkeys(self._words(thing)):
            self._places.setdefault(word, []).append(len(self.all))
        self.all.append(thing)

    def count(self, word: Hashable) -> int:
        """How many are filed under a word."""
        return len(self._places.get(word, ()))

    def newest(self, words: Sequence[Hashable], before: int | None) -> Iterator[T]:
        """Those under all of these words with numbers below `before`, newest first. Walks what has the rarest word."""
        end = len(self.all) if before is None else bisect_left(self.all, before, key=self._number)
        places: Sequence[int] = range(len(self.all))
        if words:
            places = min((self._places.get(word, ()) for word in words), key=len)
        for index in reversed(range(bisect_left(places, end))):
            thing = self.all[places[index]]
            if len(words) < 2 or set(words) <= set(self._words(thing)):
                yield thing
