"""What is due when: appointments in the order of time, then kind, then number.

Time goes in steps, so that many things are due at one instant: a heap of instants, and for each a list, which is sorted
when its time has come. A million appointments are as many integers, in which kind, number and part stand side by side:
they compare at once, and the garbage collector does not look at them.

An appointment is a reminder to look, not a decision: whoever is reminded looks at the present state, so that a stale
appointment does nothing but split the way of the clock in two at its instant. Because of that, and only because of it,
the agenda does not wholly follow from the rest of the state.
"""

from bisect import insort
from collections.abc import Iterable, Iterator
from enum import IntEnum
from heapq import heappop, heappush

from msgspec import Struct

from exchange.language.units import Seconds


class Due(IntEnum):
    """What is due; of several things at one instant, the smaller number happens first.

    Orders run out before leases change, so that none trades in capacity that comes back at the instant it ends. Before
    all else comes who takes orders back because nobody is there: nothing may trade in what that takes.
    """

    DEAD_MAN = 0
    BID_EXPIRY = 1
    ALTERNATIVE_LAPSE = 2
    ASK_EXPIRY = 3
    ASK_RECHECK = 4
    PERIOD_CLOSE = 5
    LEASE_RUN = 6
    START_DEADLINE = 7
    CONTEST_LAPSE = 8
    PROPOSAL_LAPSE = 9


class Appointment(Struct, frozen=True, gc=False):
    at_s: Seconds
    kind: Due
    number: int  # of the bid, ask, lease or proposal
    part: int  # the place of the alternative or period


PART_BITS, NUMBER_BITS = 32, 64
_PART, _NUMBER = (1 << PART_BITS) - 1, (1 << NUMBER_BITS) - 1
_KINDS = {int(kind): kind for kind in Due}


class Agenda:
    """Appointments, the earliest first."""

    __slots__ = ("_begun_s", "_due", "_instants", "_kept")

    def __init__(self) -> None:
        self._instants: list[Seconds] = []
        self._due: dict[Seconds, list[int]] = {}
        self._begun_s: Seconds | None = None  # the instant of which appointments are being kept; they are in order
        self._kept = 0  # so many of them

    def add(self, at_s: Seconds, kind: Due, number: int, part: int = 0) -> None:
        """Make an appointment."""
        entry = kind << NUMBER_BITS + PART_BITS | number << PART_BITS | part
        due = self._due.get(at_s)
        if due is None:
            self._due[at_s] = [entry]
            heappush(self._instants, at_s)
        elif at_s == self._begun_s:
            insort(due, entry, self._kept)
        else:
            due.append(entry)

    def next_s(self) -> Seconds | None:
        """When the next one is, None when there is none."""
        return self._instants[0] if self._instants else None

    def pop(self) -> Appointment:
        """The next one, taken off."""
        at_s = self._instants[0]
        due = self._due[at_s]
        if at_s != self._begun_s:
            self._begin(at_s, due)
        entry = due[self._kept]
        self._kept += 1
        if self._kept == len(due):
            del self._due[heappop(self._instants)]
            self._begun_s = None
        kind, number = entry >> NUMBER_BITS + PART_BITS, entry >> PART_BITS & _NUMBER
        return Appointment(at_s, _KINDS[kind], number, entry & _PART)

    def all(self) -> Iterator[tuple[Seconds, int, int, int]]:
        """Every appointment, as (at_s, kind, number, part), in the order in which they lie here; between commands."""
        assert self._begun_s is None
        for at_s in self._instants:
            for entry in self._due[at_s]:
                yield at_s, entry >> NUMBER_BITS + PART_BITS, entry >> PART_BITS & _NUMBER, entry & _PART

    def fill(self, appointments: Iterable[tuple[Seconds, int, int, int]]) -> None:
        """Have all that another agenda had, just as they lay there; this one has none."""
        assert not self._instants
        dues = self._due
        for at_s, kind, number, part in appointments:
            due = dues.get(at_s)
            if due is None:
                due = dues[at_s] = []
                self._instants.append(at_s)
            due.append(kind << NUMBER_BITS + PART_BITS | number << PART_BITS | part)

    def _begin(self, at_s: Seconds, due: list[int]) -> None:
        if self._begun_s is not None:  # an earlier one was made meanwhile: what has been kept of the other is over
            del self._due[self._begun_s][: self._kept]
        due.sort()
        self._begun_s, self._kept = at_s, 0
