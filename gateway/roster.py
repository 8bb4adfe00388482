"""Which sockets are open: each has a number, in the order in which they came."""

from itertools import islice
from typing import Protocol

from gateway.answers_operator import SessionOut


class Seat(Protocol):
    """An open socket, as far as others are concerned with it."""

    def shown(self) -> SessionOut:
        """What operators see of it."""

    def check_key(self) -> None:
        """End it if its key is good no more."""

    async def say_goodbye(self) -> None:
        """Announce its end, and end it in good order."""


class Roster:
    """The open sockets of one server."""

    def __init__(self) -> None:
        self._seats: dict[int, Seat] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._seats)

    def enter(self, seat: Seat) -> int:
        """A socket is open; its number, to leave by."""
        self._last += 1
        self._seats[self._last] = seat
        return self._last

    def leave(self, number: int) -> None:
        """A socket is closed."""
        del self._seats[number]

    def latest(self, before: int | None, limit: int) -> list[tuple[int, Seat]]:
        """At most `limit` sockets with their numbers, newest first, of those that came before the numbered one."""
        older = ((number, self._seats[number]) for number in reversed(self._seats) if before is None or number < before)
        return list(islice(older, limit))

    def share(self, part: int, parts: int) -> list[Seat]:
        """One of `parts` shares of all sockets, counted from 0; whichever come and go, each socket keeps its share."""
        return [seat for number, seat in self._seats.items() if number % parts == part]
