"""The record of an open lease: as its parties see it, and the periods that have closed since they last looked.

And what is kept of one that is over apart from the rest, as it is seldom asked for: its periods but for the last.
"""

from typing import Any

from exchange.language.sections import Row
from exchange.language.units import MicroChipHours
from exchange.language.views import LeaseView, PeriodView


class Earlier(Row, frozen=True):
    """The periods of a lease before those that are shown everywhere."""

    periods: tuple[PeriodView, ...]


class Record:
    """A lease and its periods; `behind` while the lease does not show the latest of them."""

    __slots__ = ("behind", "delivered_uch", "due_uch", "periods", "used_uch", "view")

    def __init__(self, view: LeaseView) -> None:
        self.view = view
        self.periods: list[PeriodView] = list(view.periods)
        self.due_uch = view.due_uch
        self.delivered_uch, self.used_uch = view.due_delivered_uch, view.due_used_uch
        self.behind = False

    def change(self, changes: dict[str, Any]) -> None:
        """Give the lease other fields, and all of its periods."""
        if self.behind:
            self.behind, changes["periods"] = False, tuple(self.periods)
            due = {"due_uch": self.due_uch, "due_delivered_uch": self.delivered_uch, "due_used_uch": self.used_uch}
            changes = due | changes
        self.view = self.view.but(**changes)

    def come_due(self, due_uch: MicroChipHours, delivered_uch: MicroChipHours, used_uch: MicroChipHours) -> None:
        """Of the lease's own use so much more was to be delivered, was, and was used."""
        self.behind = True
        self.due_uch += due_uch
        self.delivered_uch += delivered_uch
        self.used_uch += used_uch

    def period(self, part_id: int, index: int) -> int | None:
        """The place of a part's period in the list, if it was paid under this lease; looked for from the end."""
        for place in reversed(range(len(self.periods))):
            if self.periods[place].part_id == part_id and self.periods[place].index == index:
                return place
        return None
