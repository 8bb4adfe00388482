"""Numbers by account, and each account's by the state of what they number: a page of either is found by bisection."""

from bisect import bisect_left
from collections.abc import Sequence

from sortedcontainers import SortedList


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
