"""Shapes of leases: how many chips from when to when."""

from exchange.language.units import Seconds
from exchange.language.windows import Segment


def cut_at(shape: tuple[Segment, ...], until_s: Seconds) -> tuple[Segment, ...]:
    """What of a shape lies before an instant."""
    return tuple((start_s, min(end_s, until_s), chips) for start_s, end_s, chips in shape if start_s < until_s)


def joined_at(before: tuple[Segment, ...], after: tuple[Segment, ...], from_s: Seconds) -> tuple[Segment, ...]:
    """A shape up to an instant, and another one from then on."""
    found = list(cut_at(before, from_s))
    for start_s, end_s, chips in after:
        begin_s = max(start_s, from_s)
        if begin_s < end_s:
            joined = found and found[-1][1:] == (begin_s, chips)
            found.append((found.pop()[0] if joined else begin_s, end_s, chips))
    return tuple(found)
