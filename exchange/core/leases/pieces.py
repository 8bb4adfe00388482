"""Pieces: what of a lease's chips and time is whose, and what each contract behind it pays for it. Pure arithmetic.

A shape is a step function: segments (start_s, end_s, chips_milli), ascending, none empty or overlapping, with gaps
where there are no chips. A piece is a shape with the money on it, which is spread over chips × seconds evenly. A lease
begins as one piece of one segment; resale and early ends cut pieces in two. Running totals are rounded half to even and
parts are their differences, so that whatever is cut, the parts add up to the whole, to the micro. A subsidy is never
above the cost that it is part of, in any piece and in any stretch of time.
"""

from collections.abc import Callable
from itertools import pairwise

from msgspec import Struct

from exchange.language.units import MicroChipHours, Micros, Seconds, div_half_even, full_uch
from exchange.language.windows import Segment

Shape = tuple[Segment, ...]


class Piece(Struct, frozen=True, kw_only=True, gc=False):
    """Chips over time in one user's hands, and the cost of them under each contract of the chain, the root's first.

    `subsidy_micros` is on the last of the costs.
    """

    shape: Shape
    costs_micros: tuple[Micros, ...]
    subsidy_micros: Micros = 0

    @property
    def end_s(self) -> Seconds:
        """When the last of its chips is given back."""
        return self.shape[-1][1]


class Stretch(Struct, frozen=True, gc=False):
    """What of a piece, or of several, lies between two instants. `area` is chips × seconds."""

    area: int
    costs_micros: tuple[Micros, ...]
    subsidy_micros: Micros

    @property
    def full_uch(self) -> MicroChipHours:
        """The most that can be delivered in it."""
        return full_uch(self.area, 1)


def area(shape: Shape) -> int:
    """The chips × seconds of a shape."""
    return area_until(shape, shape[-1][1]) if shape else 0


def area_until(shape: Shape, at_s: Seconds) -> int:
    """The chips × seconds of a shape that lie before an instant."""
    found = 0
    for start_s, end_s, chips in shape:
        if start_s >= at_s:
            break
        found += chips * (min(end_s, at_s) - start_s)
    return found


def between(piece: Piece, from_s: Seconds, to_s: Seconds) -> Stretch:
    """The part of a piece that lies in [from, to)."""
    whole = before = through = 0
    for start_s, end_s, chips in piece.shape:
        whole += chips * (end_s - start_s)
        if start_s < to_s:
            through += chips * (min(end_s, to_s) - start_s)
            if start_s < from_s:
                before += chips * (min(end_s, from_s) - start_s)
    costs = tuple([_part(cost, through, whole) - _part(cost, before, whole) for cost in piece.costs_micros])
    if not piece.subsidy_micros:
        return Stretch(through - before, costs, 0)
    own, subsidy = piece.costs_micros[-1], piece.subsidy_micros
    drawn = _part(subsidy, _part(own, through, whole), own) - _part(subsidy, _part(own, before, whole), own)
    return Stretch(through - before, costs, drawn)


def between_all(pieces: list[Piece], from_s: Seconds, to_s: Seconds) -> Stretch:
    """The part of all pieces of one user that lies in [from, to). There is at least one."""
    if len(pieces) == 1:
        return between(pieces[0], from_s, to_s)
    parts = [between(piece, from_s, to_s) for piece in pieces]
    costs = tuple([sum(column) for column in zip(*(part.costs_micros for part in parts), strict=True)])
    return Stretch(sum(part.area for part in parts), costs, sum(part.subsidy_micros for part in parts))


def total(pieces: list[Piece]) -> Stretch:
    """All of some pieces of one user."""
    costs = tuple([sum(column) for column in zip(*(piece.costs_micros for piece in pieces), strict=True)])
    return Stretch(area(shape_of(pieces)), costs, sum(piece.subsidy_micros for piece in pieces))


def shape_of(pieces: list[Piece]) -> Shape:
    """The chips of all of some pieces together."""
    shape: Shape = ()
    for piece in pieces:
        shape = plus(shape, piece.shape) if shape else piece.shape
    return shape


def split(piece: Piece, wanted: Shape, base_s: Seconds) -> tuple[Piece | None, Piece | None]:
    """What is left of a piece, from an instant on, once chips are taken out of it; and what was taken.

    The money is that which is open at the instant, divided by area; the part that is taken gets what the other leaves.
    Of what is wanted as much is taken as the piece has.
    """
    rest_of_it = clip(piece.shape, base_s)
    taken = overlap(rest_of_it, wanted)
    return _divide(piece, minus(rest_of_it, taken), taken, base_s)


def cut(piece: Piece, at_s: Seconds, base_s: Seconds) -> tuple[Piece | None, Piece | None]:
    """A piece from an instant `base_s` on, cut in time: what lies before `at_s`, and what lies after it."""
    opened = clip(piece.shape, base_s)
    return _divide(piece, clip(opened, base_s, at_s), clip(opened, at_s), base_s)


def clip(shape: Shape, from_s: Seconds, to_s: Seconds | None = None) -> Shape:
    """The part of a shape that lies in [from, to)."""
    if not shape or (from_s <= shape[0][0] and (to_s is None or shape[-1][1] <= to_s)):
        return shape
    to_s = shape[-1][1] if to_s is None else to_s
    clipped = [(max(start_s, from_s), min(end_s, to_s), chips) for start_s, end_s, chips in shape]
    return tuple([segment for segment in clipped if segment[0] < segment[1]])


def overlap(one: Shape, other: Shape) -> Shape:
    """The chips that both shapes have, at every moment."""
    return _combine(one, other, min)


def minus(one: Shape, other: Shape) -> Shape:
    """The chips that a shape has more than another, at every moment."""
    return _combine(one, other, lambda chips, less: max(chips - less, 0))


def plus(one: Shape, other: Shape) -> Shape:
    """The chips that two shapes have together, at every moment."""
    return _combine(one, other, int.__add__)


def _divide(piece: Piece, rest: Shape, taken: Shape, base_s: Seconds) -> tuple[Piece | None, Piece | None]:
    """The money of a piece that is open at an instant, over two shapes which together are the open one."""
    if rest == piece.shape:
        return piece, None
    opened = between(piece, base_s, piece.end_s)
    rest_area = area(rest)
    assert rest_area + area(taken) == opened.area
    costs = tuple([_part(cost, rest_area, opened.area) for cost in opened.costs_micros])
    subsidy = _part(opened.subsidy_micros, costs[-1], opened.costs_micros[-1])
    others = tuple([whole - cost for whole, cost in zip(opened.costs_micros, costs, strict=True)])
    return (
        Piece(shape=rest, costs_micros=costs, subsidy_micros=subsidy) if rest else None,
        Piece(shape=taken, costs_micros=others, subsidy_micros=opened.subsidy_micros - subsidy) if taken else None,
    )


def _part(total: Micros, part: int, whole: int) -> Micros:
    """The share of a total that a part of the whole stands for, rounded; the running totals of all money here."""
    if part == whole:
        return total
    return div_half_even(total * part, whole)


def _combine(one: Shape, other: Shape, of: Callable[[int, int], int]) -> Shape:
    """Two shapes made into one, moment by moment; equal neighbours are one segment."""
    moments = sorted({at_s for start_s, end_s, _ in (*one, *other) for at_s in (start_s, end_s)})
    found: list[Segment] = []
    for start_s, end_s in pairwise(moments):
        chips = of(_chips_at(one, start_s), _chips_at(other, start_s))
        if found and found[-1][1:] == (start_s, chips):
            found[-1] = (found[-1][0], end_s, chips)
        elif chips:
            found.append((start_s, end_s, chips))
    return tuple(found)


def _chips_at(shape: Shape, at_s: Seconds) -> int:
    return sum(chips for start_s, end_s, chips in shape if start_s <= at_s < end_s)
