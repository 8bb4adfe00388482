"""The index: what each grade of chips trades at, in CNY per 度, over all regions and tenors.

Grades are classes of 度 rate, so that unlike chips compare: high from 2 度 per chip-hour, middle from 0.8, light below.
A chip without a rate is in no grade. The price is that of all 度 traded in the last day in which there was a trade, so
a quiet day shows the last known level and says of when it is.
"""

from collections import deque
from typing import NamedTuple

from exchange.language.events import Traded
from exchange.language.units import DAY_S, HOUR_S, MILLI_PER_CHIP, MilliDu, Seconds, div_half_even
from exchange.language.views import IndexView

GRADES: tuple[tuple[str, MilliDu], ...] = (("high", 2_000), ("middle", 800), ("light", 1))


class Sale(NamedTuple):
    """One trade: when, how much 度 (in milli-度 × milli-chips × seconds) and for how much (micros × the same)."""

    at_s: Seconds
    du: int
    worth: int


class Grade:
    """The sales of one grade in its last day, with their sums."""

    __slots__ = ("du", "sales", "worth")

    def __init__(self) -> None:
        self.sales: deque[Sale] = deque()
        self.du = 0
        self.worth = 0

    def add(self, sale: Sale) -> None:
        """A sale; those of more than a day before it are forgotten."""
        self.sales.append(sale)
        self.du += sale.du
        self.worth += sale.worth
        while self.sales[0].at_s <= sale.at_s - DAY_S:
            old = self.sales.popleft()
            self.du -= old.du
            self.worth -= old.worth


class Index:
    """Every grade's sales."""

    def __init__(self) -> None:
        self.grades = {name: Grade() for name, _ in GRADES}

    def traded(self, event: Traded, du_milli: MilliDu | None, now_s: Seconds) -> None:
        """A trade has happened."""
        if du_milli is None:
            return
        name = next(name for name, least in GRADES if du_milli >= least)
        chips_s = event.quantity_milli * (event.end_s - event.start_s)
        self.grades[name].add(Sale(now_s, du_milli * chips_s, event.price_micros * chips_s))

    def view(self) -> list[IndexView]:
        """All grades, the highest first."""
        return [
            IndexView(
                grade=name,
                du_from_milli=least,
                price_per_du_micros=div_half_even(grade.worth * 1000, grade.du) if grade.du else None,
                volume_du_milli=grade.du // (MILLI_PER_CHIP * HOUR_S),
                since_s=grade.sales[0].at_s if grade.sales else None,
                until_s=grade.sales[-1].at_s if grade.sales else None,
            )
            for (name, least), grade in zip(GRADES, self.grades.values(), strict=True)
        ]
