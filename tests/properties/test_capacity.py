"""Free capacity over time agrees with a plain array of chips per step, however it was carved and restored."""

from itertools import pairwise
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.books.capacity import Capacity, Fit
from exchange.core.books.sieves import corners
from exchange.language.windows import Segment

STEP_S = 900
START_S = 40 * STEP_S
STEPS = 24
TOTAL_MILLI = 8000


class Cut(NamedTuple):
    """A rectangle to carve, in steps; or, with `again`, the oldest one carved to be restored."""

    first: int
    length: int
    chips_milli: int
    again: bool


class Wish(NamedTuple):
    """A question to `best_start`, in steps; it may lie partly or wholly outside the window."""

    length: int
    earliest: int
    spread: int
    chips_milli: int
    least_milli: int
    lot_milli: int


CHIPS = st.sampled_from([125, 500, 1000, 1500, 2000, 4000, 8000])
CUTS = st.lists(
    st.builds(Cut, st.integers(0, STEPS - 1), st.integers(1, 12), CHIPS, st.sampled_from([False, False, True])),
    max_size=14,
)
WISHES = st.lists(
    st.builds(
        Wish,
        st.integers(1, STEPS + 2),
        st.integers(-3, STEPS + 2),
        st.integers(0, STEPS),
        CHIPS,
        st.sampled_from([0, 1, 125, 1000, 3000, 8000]),
        st.sampled_from([125, 500, 1000, 4000, 8000]),
    ),
    min_size=1,
    max_size=8,
)


class Twin:
    """The same rectangle cut from the real thing and from an array."""

    def __init__(self) -> None:
        self.real = Capacity(START_S, START_S + STEPS * STEP_S, TOTAL_MILLI)
        self.array = [TOTAL_MILLI] * STEPS
        self.carved: list[tuple[int, int, int]] = []

    def cut(self, cut: Cut) -> None:
        """Carve what fits, or put back what was carved first; the answer is the least that is then free in it."""
        if cut.again:
            if self.carved:
                first, end, chips = self.carved.pop(0)
                least = self.real.restore(*self.instants(first, end), chips)
                assert least == self.change(first, end, chips)
            return
        first, end = cut.first, min(cut.first + cut.length, STEPS)
        chips = min(cut.chips_milli, *self.array[first:end], TOTAL_MILLI)
        if chips:
            self.carved.append((first, end, chips))
            least = self.real.carve(*self.instants(first, end), chips)
            assert least == self.change(first, end, -chips)

    def instants(self, first: int, end: int) -> tuple[int, int]:
        return START_S + first * STEP_S, START_S + end * STEP_S

    def change(self, first: int, end: int, chips: int) -> int:
        for place in range(first, end):
            self.array[place] += chips
        return min(self.array[first:end])

    def best_start(self, wish: Wish) -> Fit | None:
        """Every start in turn; the most chips, the earliest of equals."""
        best: Fit | None = None
        for place in range(max(wish.earliest, 0), min(wish.earliest + wish.spread, STEPS - wish.length) + 1):
            free = min(self.array[place : place + wish.length])
            chips = min(free, wish.chips_milli) // wish.lot_milli * wish.lot_milli
            if chips > 0 and chips >= wish.least_milli and (best is None or chips > best.chips_milli):
                best = Fit(START_S + place * STEP_S, chips)
        return best

    def starts_for(self, length: int, least_milli: int, first: int) -> list[int]:
        places = range(first, STEPS - length + 1)
        return [place for place in places if min(self.array[place : place + length]) >= least_milli]


@settings(max_examples=600)
@given(CUTS, WISHES)
def test_the_best_start_is_the_best_of_all_starts(cuts: list[Cut], wishes: list[Wish]) -> None:
    twin = Twin()
    for cut in cuts:
        twin.cut(cut)
        twin.real.check()
    for wish in wishes:
        found = twin.real.best_start(
            wish.length * STEP_S,
            earliest_s=START_S + wish.earliest * STEP_S,
            latest_s=START_S + (wish.earliest + wish.spread) * STEP_S,
            chips_milli=wish.chips_milli,
            least_milli=min(wish.least_milli, wish.chips_milli),
            lot_milli=wish.lot_milli,
        )
        assert found == twin.best_start(wish._replace(least_milli=min(wish.least_milli, wish.chips_milli)))


@given(CUTS, st.integers(-1, STEPS))
def test_segments_tell_every_step(cuts: list[Cut], first: int) -> None:
    twin = Twin()
    for cut in cuts:
        twin.cut(cut)
    from_s = START_S + first * STEP_S
    told = {
        at_s: chips for start_s, end_s, chips in twin.real.segments(from_s) for at_s in range(start_s, end_s, STEP_S)
    }
    assert told == {START_S + n * STEP_S: chips for n, chips in enumerate(twin.array) if n >= first}


@given(CUTS, st.integers(0, STEPS - 1), st.integers(1, STEPS), CHIPS)
def test_runs_end_where_the_array_says(cuts: list[Cut], first: int, length: int, least_milli: int) -> None:
    twin = Twin()
    for cut in cuts:
        twin.cut(cut)
    from_s = START_S + first * STEP_S
    starts = twin.starts_for(length, least_milli, first)
    last_s = START_S + starts[-1] * STEP_S if starts else None
    assert twin.real.last_start_s(length * STEP_S, least_milli, from_s) == last_s
    lengths = [n for n in range(1, STEPS + 1) if twin.starts_for(n, least_milli, first)]
    assert twin.real.longest_s(least_milli, from_s) == max(lengths, default=0) * STEP_S


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 8)), min_size=1, max_size=10))
def test_corners_are_the_pieces_that_no_other_is_longer_and_wider_than(parts: list[tuple[int, int]]) -> None:
    """A piece of any length and width can be had exactly if some corner is as long and as wide."""
    free, at = list[Segment](), 0
    for length, chips in parts:
        free.append((at, at + length, chips))
        at += length
    found = corners(free)
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(found))
    for length in range(1, at + 1):
        widest = max(
            min(chips for start, end, chips in free if start < begin + length and end > begin)
            for begin in range(at - length + 1)
        )
        assert max((width for long, width in found if long >= length), default=0) == widest
