"""Half-open windows on the step, tenors, and free capacity as plain segments.

A segment is (start_s, end_s, chips_milli); free capacity is a tuple of touching segments in order of time.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from exchange.language.units import DAY_S, HOUR_S, Milli, Seconds

Segment = tuple[Seconds, Seconds, Milli]

CANDLE_INTERVALS_S = (HOUR_S // 4, HOUR_S, 6 * HOUR_S, DAY_S)


def ceil_to_step(at_s: Seconds, step_s: Seconds) -> Seconds:
    """The first instant of the grid that is not before `at_s`."""
    return -(-at_s // step_s) * step_s


def tenor_of(duration_s: Seconds, tenors_s: Sequence[Seconds]) -> Seconds:
    """The longest tenor not above a duration; the shortest one for anything below it. Tenors ascend."""
    return tenors_s[max(bisect_right(tenors_s, duration_s) - 1, 0)]


def most_chips(free: Sequence[Segment], duration_s: Seconds, earliest_s: Seconds) -> Milli:
    """The most chips that are free in one piece for a duration starting no earlier than `earliest_s`.

    Quadratic in the segments in the worst case, linear when segments are longer than the duration.
    """
    best = 0
    for first, (start_s, _, _) in enumerate(free):
        begin_s = max(start_s, earliest_s)
        least: Milli | None = None
        for _, end_s, chips_milli in free[first:]:
            if end_s <= begin_s:
                break  # wholly past: a later segment gives the same start
            least = chips_milli if least is None else min(least, chips_milli)
            if least <= best:
                break
            if end_s >= begin_s + duration_s:
                best = least
                break
    return best


def last_start(free: Sequence[Segment], duration_s: Seconds, chips_milli: Milli) -> Seconds | None:
    """The last instant at which that many chips can still be had in one piece for a duration; None for none."""
    last: Seconds | None = None
    run_s = 0
    for start_s, end_s, chips in free:
        run_s = run_s + end_s - start_s if chips >= chips_milli else 0
        if run_s >= duration_s:
            last = end_s - duration_s
    return last


def touching(free: Sequence[Segment]) -> bool:
    """Whether segments follow each other without gap or overlap, none empty."""
    return all(a[1] == b[0] for a, b in pairwise(free)) and all(s < e for s, e, _ in free)
