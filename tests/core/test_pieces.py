"""What holds of pieces however they are cut: parts add up to the whole, and a subsidy is never above its cost."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from exchange.core.leases.pieces import (
    Piece,
    Shape,
    area,
    area_until,
    between,
    between_all,
    clip,
    cut,
    minus,
    overlap,
    plus,
    shape_of,
    split,
    total,
)

STEP_S = 900
STEPS = 12
moments = st.integers(0, STEPS).map(lambda step: step * STEP_S)
# chips in each step of a window; small numbers of micros, so that rounding is everywhere
widths = st.lists(st.integers(0, 4), min_size=STEPS, max_size=STEPS)


def shape_from(chips: list[int]) -> Shape:
    """Equal neighbours as one segment, no segment without chips."""
    steps: Shape = tuple((step * STEP_S, (step + 1) * STEP_S, 125 * width) for step, width in enumerate(chips) if width)
    return plus(steps, ())


shapes = widths.map(shape_from)


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    shape = draw(shapes.filter(bool))
    costs = tuple(draw(st.lists(st.integers(0, 60), min_size=1, max_size=3)))
    return Piece(shape=shape, costs_micros=costs, subsidy_micros=draw(st.integers(0, costs[-1])))


def as_steps(shape: Shape) -> list[int]:
    return [sum(chips for start_s, end_s, chips in shape if start_s <= step * STEP_S < end_s) for step in range(STEPS)]


@given(shapes, shapes)
def test_shapes_are_combined_moment_by_moment(one: Shape, other: Shape) -> None:
    together = list(zip(as_steps(one), as_steps(other), strict=True))
    assert as_steps(plus(one, other)) == [a + b for a, b in together]
    assert as_steps(overlap(one, other)) == [min(a, b) for a, b in together]
    assert as_steps(minus(one, other)) == [max(a - b, 0) for a, b in together]
    for shape in (plus(one, other), overlap(one, other), minus(one, other)):
        assert all(chips > 0 and start_s < end_s for start_s, end_s, chips in shape)
        assert all(a[1] < b[0] or (a[1] == b[0] and a[2] != b[2]) for a, b in pairwise(shape)), "ascending, melted"


@given(shapes, moments, moments)
def test_a_shape_is_clipped_to_a_window(shape: Shape, from_s: int, to_s: int) -> None:
    inside = [chips if from_s <= step * STEP_S < to_s else 0 for step, chips in enumerate(as_steps(shape))]
    assert as_steps(clip(shape, from_s, to_s)) == inside
    assert area(clip(shape, from_s, to_s)) == max(area_until(shape, to_s) - area_until(shape, from_s), 0)


@given(pieces(), st.lists(moments))
def test_stretches_of_a_piece_add_up_to_it(piece: Piece, some: list[int]) -> None:
    borders = sorted({0, *some, piece.end_s})
    stretches = [between(piece, from_s, to_s) for from_s, to_s in pairwise(borders)]
    assert tuple(sum(column) for column in zip(*(s.costs_micros for s in stretches), strict=True)) == piece.costs_micros
    assert sum(stretch.subsidy_micros for stretch in stretches) == piece.subsidy_micros
    assert sum(stretch.area for stretch in stretches) == area(piece.shape)
    for stretch in stretches:
        assert min(stretch.costs_micros) >= 0
        assert 0 <= stretch.subsidy_micros <= stretch.costs_micros[-1]


@given(pieces(), shapes, moments)
def test_what_is_taken_out_of_a_piece_and_what_is_left_are_the_piece(piece: Piece, wanted: Shape, base_s: int) -> None:
    base_s = min(base_s, piece.shape[-1][0])
    opened = between(piece, base_s, piece.end_s)
    rest, taken = split(piece, wanted, base_s)
    check_parts(opened.costs_micros, opened.subsidy_micros, [rest, taken])
    have = clip(piece.shape, base_s)
    assert (taken.shape if taken else ()) == overlap(have, wanted)
    assert (rest.shape if rest else ()) == minus(have, wanted)


@given(pieces(), moments, moments)
def test_a_piece_is_cut_in_time(piece: Piece, at_s: int, base_s: int) -> None:
    base_s = min(base_s, piece.shape[-1][0])
    opened = between(piece, base_s, piece.end_s)
    before, after = cut(piece, at_s, base_s)
    check_parts(opened.costs_micros, opened.subsidy_micros, [before, after])
    assert (before.shape if before else ()) == clip(piece.shape, base_s, max(at_s, base_s))
    assert (after.shape if after else ()) == clip(piece.shape, max(at_s, base_s))


@given(pieces(), st.lists(st.tuples(shapes, moments), max_size=6))
def test_however_often_pieces_are_cut_nothing_is_lost(piece: Piece, cuts: list[tuple[Shape, int]]) -> None:
    kept, settled_s = [piece], 0
    paid, drawn = (0,) * len(piece.costs_micros), 0
    for wanted, at_s in cuts:
        if at_s > settled_s:  # time passes: what lies before is settled
            gone = between_all(kept, settled_s, at_s) if kept else None
            if gone is not None:
                paid = tuple(a + b for a, b in zip(paid, gone.costs_micros, strict=True))
                drawn += gone.subsidy_micros
                assert 0 <= gone.subsidy_micros <= gone.costs_micros[-1]
            settled_s = at_s
            kept = [one for one in kept if one.end_s > settled_s]
        kept = [part for one in kept for part in split(one, wanted, settled_s) if part is not None]
    last = between_all(kept, settled_s, STEPS * STEP_S) if kept else None
    if last is not None:
        paid = tuple(a + b for a, b in zip(paid, last.costs_micros, strict=True))
        drawn += last.subsidy_micros
    assert (paid, drawn) == (piece.costs_micros, piece.subsidy_micros)


def test_a_plain_lease_is_settled_by_the_hour() -> None:
    lease = Piece(shape=((0, 7200, 8000),), costs_micros=(101,), subsidy_micros=50)
    assert between(lease, 0, 3600).costs_micros == (50,), "half of 101, to even"
    assert between(lease, 3600, 7200).costs_micros == (51,)
    assert between(lease, 0, 3600).subsidy_micros == 25


def test_a_part_that_is_sold_takes_its_share_by_area() -> None:
    lease = Piece(shape=((0, 7200, 8000),), costs_micros=(224,), subsidy_micros=44)
    rest, taken = split(lease, ((3600, 7200, 2000),), 0)
    assert rest == Piece(shape=((0, 3600, 8000), (3600, 7200, 6000)), costs_micros=(196,), subsidy_micros=38)
    assert taken == Piece(shape=((3600, 7200, 2000),), costs_micros=(28,), subsidy_micros=6)


def check_parts(costs: tuple[int, ...], subsidy: int, parts: list[Piece | None]) -> None:
    """Two parts are the whole, in money; each can be settled by itself."""
    some = [part for part in parts if part is not None]
    whole = total(some)
    assert (whole.costs_micros, whole.subsidy_micros) == (costs, subsidy)
    assert whole.area == area(shape_of(some))
    for part in some:
        assert min(part.costs_micros) >= 0
        assert 0 <= part.subsidy_micros <= part.costs_micros[-1]
