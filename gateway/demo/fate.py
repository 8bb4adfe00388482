"""How well a lease is delivered: most well, a few late, with an outage short or long, or never.

A fate is drawn from the lease's number, so that a provider that comes back goes on as it began.
"""

from random import Random

from msgspec import Struct

from exchange.language.units import HOUR_S, Seconds

_DARK_S = 5 * HOUR_S  # two periods without anything end a lease
_LATE_S = 600  # within the grace, so that the lease runs, but not without a penalty


class Fate(Struct, frozen=True, kw_only=True):
    """`late_s` after its start the access is handed over, None for never; the outage is relative to the start."""

    late_s: Seconds | None = 0
    outage_from_s: Seconds = 0
    outage_until_s: Seconds = 0
    used_percent: int = 100  # of what is delivered

    def served_s(self, start_s: Seconds, from_s: Seconds, until_s: Seconds) -> Seconds:
        """How long of a stretch of a lease that began at `start_s` was not lost to the outage."""
        lost_from_s = max(from_s, start_s + self.outage_from_s)
        lost_until_s = min(until_s, start_s + self.outage_until_s)
        return until_s - from_s - max(0, lost_until_s - lost_from_s)


def fate_of(seed: int, lease_id: str) -> Fate:
    """One in twenty-five is late, one in forty has an outage, one in a hundred a long one, or is never handed over."""
    draw = Random(f"{seed}:{lease_id}")
    used_percent = draw.randint(35, 100)
    chance = draw.randrange(200)
    if chance < 2:
        return Fate(late_s=None)
    if chance < 10:
        return Fate(late_s=_LATE_S, used_percent=used_percent)
    if chance < 15:
        begin_s = draw.randrange(0, 2 * HOUR_S, 900)
        length_s = draw.randrange(900, HOUR_S, 900)
        return Fate(outage_from_s=begin_s, outage_until_s=begin_s + length_s, used_percent=used_percent)
    if chance < 17:
        return Fate(outage_from_s=HOUR_S, outage_until_s=_DARK_S, used_percent=used_percent)
    return Fate(used_percent=used_percent)
