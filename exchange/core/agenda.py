"""What is due when: appointments in the order of time, then kind, then number.

Time goes in steps, so that many things are due at one instant: a heap of instants, and for each a heap of its own.

An appointment is a reminder to look, not a decision: whoever is reminded looks at the present state, so that a stale
appointment does nothing. The agenda can be made again from the rest of the state.
"""

from enum import IntEnum
from heapq import heappop, heappush

from msgspec import Struct

from exchange.language.units import Seconds


class Due(IntEnum):
    """What is due; of several things at one instant, the smaller number happens first.

    Orders run out before leases change, so that none trades in capacity that comes back at the instant it ends.
    """

    BID_EXPIRY = 1
    ALTERNATIVE_LAPSE = 2
    ASK_EXPIRY = 3
    ASK_RECHECK = 4
    PERIOD_CLOSE = 5
    LEASE_RUN = 6
    START_DEADLINE = 7
    CONTEST_LAPSE = 8


class Appointment(Struct, frozen=True, order=True, gc=False):
    at_s: Seconds
    kind: Due
    number: int  # of the bid, ask or lease
    part: int = 0  # the place of the alternative or period


class Agenda:
    """Appointments, the earliest first."""

    __slots__ = ("_due", "_instants")

    def __init__(self) -> None:
        self._instants: list[Seconds] = []
        self._due: dict[Seconds, list[Appointment]] = {}

    def add(self, at_s: Seconds, kind: Due, number: int, part: int = 0) -> None:
        """Make an appointment."""
        due = self._due.get(at_s)
        if due is None:
            due = self._due[at_s] = []
            heappush(self._instants, at_s)
        heappush(due, Appointment(at_s, kind, number, part))

    def next_s(self) -> Seconds | None:
        """When the next one is, None when there is none."""
        return self._instants[0] if self._instants else None

    def pop(self) -> Appointment:
        """The next one, taken off."""
        due = self._due[self._instants[0]]
        appointment = heappop(due)
        if not due:
            del self._due[heappop(self._instants)]
        return appointment
