"""An attic: what is over, by number, kept as bytes and made anew when looked at.

Nearly all orders and leases that a market remembers are over. As bytes they take a fraction of the room, the garbage
collector has nothing to walk, and a snapshot takes them and gives them back as they are. What is put away once more
leaves the row behind that it had before, which nobody finds again.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

from exchange.projections.logs import Block, Log
from exchange.projections.numbers import NUMBER, packed_in_pieces, unpacked

_NOWHERE: Final = -1
_PLACES: Final = 100_000  # in one value of a snapshot

T = TypeVar("T")


class Attic(Generic[T]):
    """Things of one kind by their numbers, which begin at 1 and have few gaps. Putting and finding take the same
    however many there are.
    """

    __slots__ = ("_places", "_rows")

    def __init__(self, kind: type[T]) -> None:
        self._rows = Log(kind)
        self._places = array(NUMBER)  # by number, less one: the row of each

    def put(self, number: int, thing: T) -> None:
        """Put something away, also if there was something under this number."""
        assert number > 0
        while len(self._places) < number:
            self._places.append(_NOWHERE)
        self._places[number - 1] = self._rows.append(thing) - 1

    def get(self, number: int) -> T | None:
        """What was put away under a number, if anything was."""
        place = self._places[number - 1] if 0 < number <= len(self._places) else _NOWHERE
        return None if place == _NOWHERE else self._rows[place]

    def __getitem__(self, number: int) -> T:
        """What was put away under a number; KeyError when nothing was."""
        found = self.get(number)
        if found is None:
            raise KeyError(number)
        return found

    def rows(self) -> Iterator[Block]:
        """All that was ever put here, as bytes."""
        return self._rows.save()

    def places(self) -> Iterator[bytes]:
        """Where in these rows the things are, by number; some at a time."""
        return packed_in_pieces(self._places, _PLACES)

    def resume(self, rows: Iterable[Block], places: Iterable[bytes]) -> None:
        """Take back what was saved, the rows first, into an attic that is empty."""
        assert not self._places
        self._rows.resume(rows)
        for some in places:
            self._places.extend(unpacked(NUMBER, some))
