"""Which of a few hundred orders have a property, as bitmaps: bit n of an integer stands for the order with number n.

One operation on such an integer asks all of the orders at once. Cells are exact about what they were told; what an
order has become since is the owner's to tell, by giving it another number and keeping the old one out.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from itertools import accumulate
from operator import or_
from typing import Generic, Self, TypeVar

Bitmap = int

ANSWERS_MAX = 512  # questions whose answers are remembered

NOBODY = 1 << 62  # higher than any number

C = TypeVar("C", bound=Hashable)
Q = TypeVar("Q", bound=Hashable)


class Facet(Generic[C, Q]):
    """Orders by one of their properties, and which of them fit a question; O(properties) once, then O(1)."""

    __slots__ = ("_answers", "_cells", "_fits")

    def __init__(self, fits: Callable[[C, Q], bool]) -> None:
        self._fits = fits
        self._cells: dict[C, Bitmap] = {}
        self._answers: dict[Q, Bitmap] = {}

    def put(self, cell: C, bit: Bitmap) -> None:
        """An order has a property."""
        self._cells[cell] = self._cells.get(cell, 0) | bit
        if self._answers:
            self._answers.clear()

    def fit(self, question: Q) -> Bitmap:
        """The orders with a property that fits."""
        answer = self._answers.get(question)
        if answer is None:
            answer = 0
            for cell, bits in self._cells.items():
                if self._fits(cell, question):
                    answer |= bits
            if len(self._answers) >= ANSWERS_MAX:
                self._answers.clear()
            self._answers[question] = answer
        return answer

    def keep(self, kept: Bitmap) -> None:
        """Forget all other orders."""
        self._cells = only(self._cells, kept)
        self._answers.clear()

    def copy(self) -> Self:
        other = type(self)(self._fits)
        other._cells = dict(self._cells)
        return other


class Ranked:
    """Orders by a number; those up to another are found in O(log n) comparisons, once all numbers are in."""

    __slots__ = ("_cells", "_edges", "_upto", "lowest")

    def __init__(self) -> None:
        self.lowest = NOBODY  # no order has a lower number
        self._cells: dict[int, Bitmap] = {}
        self._edges: list[int] | None = None
        self._upto: list[Bitmap] = []

    def put(self, number: int, bit: Bitmap) -> None:
        """An order has a number."""
        self.lowest = min(self.lowest, number)
        cells = self._cells
        cells[number] = cells.get(number, 0) | bit
        self._edges = None

    def upto(self, number: int) -> Bitmap:
        """The orders with that number or a lower one."""
        if self._edges is None:
            self._edges = sorted(self._cells)
            self._upto = [0, *accumulate((self._cells[edge] for edge in self._edges), or_)]
        return self._upto[bisect_right(self._edges, number)]

    def keep(self, kept: Bitmap) -> None:
        """Forget all other orders."""
        self._cells = only(self._cells, kept)
        self._edges = None
        self.lowest = min(self._cells, default=NOBODY)

    def copy(self) -> Self:
        other = type(self)()
        other._cells = dict(self._cells)
        other.lowest = self.lowest
        return other


def bits_of(bitmap: Bitmap) -> list[int]:
    """The numbers in a bitmap, ascending."""
    digits = marks_of(bitmap)
    found, at = list[int](), digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found


def marks_of(bitmap: Bitmap) -> str:
    """A bitmap as text, "1" at each number in it; quicker to look at one by one."""
    return bin(bitmap)[:1:-1]


def bitmap_of(numbers: Iterable[int]) -> Bitmap:
    """The bitmap of some numbers."""
    bitmap = 0
    for number in numbers:
        bitmap |= 1 << number
    return bitmap


def only(cells: dict[C, Bitmap], kept: Bitmap) -> dict[C, Bitmap]:
    """Cells without all other orders, and only those that are left with any."""
    return {cell: left for cell, bits in cells.items() if (left := bits & kept)}
