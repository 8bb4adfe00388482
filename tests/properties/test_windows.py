"""Windows, tenors and the most chips in one piece, against looking at every second."""

from hypothesis import given
from hypothesis import strategies as st

from exchange.language.windows import Segment, ceil_to_step, most_chips, tenor_of, touching

TENORS_S = (3600, 21_600, 86_400, 604_800)


@st.composite
def free_capacities(draw: st.DrawFn) -> list[Segment]:
    """Touching segments, each a few seconds long."""
    at = draw(st.integers(0, 5))
    found = []
    for _ in range(draw(st.integers(0, 6))):
        end = at + draw(st.integers(1, 5))
        found.append((at, end, draw(st.integers(0, 3))))
        at = end
    return found


@given(free_capacities(), st.integers(1, 12), st.integers(0, 20))
def test_most_chips_is_the_best_of_all_starts(free: list[Segment], duration_s: int, earliest_s: int) -> None:
    chips_at = {at: chips for start, end, chips in free for at in range(start, end)}
    best = 0
    for start in range(earliest_s, max(chips_at, default=0) + 1):
        piece = [chips_at.get(at, 0) for at in range(start, start + duration_s)]
        best = max(best, min(piece))
    assert most_chips(free, duration_s, earliest_s) == best


@given(free_capacities())
def test_touching_segments_touch(free: list[Segment]) -> None:
    assert touching(free)
    if len(free) > 2:
        assert not touching([*free[:1], *free[2:]])


@given(st.integers(0, 10**10), st.integers(1, 10**5))
def test_the_next_step_is_the_first_of_the_grid(at_s: int, step_s: int) -> None:
    found = ceil_to_step(at_s, step_s)
    assert found % step_s == 0
    assert found - step_s < at_s <= found


@given(st.integers(1, 10**6))
def test_a_tenor_is_the_longest_not_above(duration_s: int) -> None:
    assert tenor_of(duration_s, TENORS_S) == max([t for t in TENORS_S if t <= duration_s], default=TENORS_S[0])
