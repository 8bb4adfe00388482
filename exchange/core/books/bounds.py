"""What asks and bids can offer each other, as bounds for ladders, and what each looks for, as probes.

An ask offers chips over time on terms; a bid's alternative offers a demand. A bound is a handful of numbers, each the
most generous among the orders it stands for; a probe that fails a single one cannot be served by any of them.
"""

from bisect import bisect_right
from math import gcd
from typing import Self

from msgspec import Struct

from exchange.core.books.order import Ask, Bid
from exchange.language.commands import Require
from exchange.language.limits import QUANTITY_MAX_MILLI, TIME_MAX_S
from exchange.language.units import BP_PER_ONE, DAY_S, HOUR_S, BasisPoints, Milli, Seconds

# The lengths of piece for which bounds know the widest. A bid is judged by the longest one not above its duration, so
# the finer they are the less a walk looks at asks that are wide enough or long enough, but not both.
LENGTHS_S = (
    0,
    *(hours * HOUR_S for hours in (1, 2, 3, 4, 6, 8, 12, 18)),
    *(days * DAY_S for days in (1, 2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180)),
)


class BidProbe(Struct, frozen=True, gc=False):
    """What one alternative of a bid looks for among asks."""

    duration_s: Seconds
    length: int  # the place of the duration among the lengths that bounds know
    most_milli: Milli  # the chips wanted
    least_milli: Milli  # the fewest worth having
    earliest_s: Seconds
    latest_s: Seconds
    max_take_or_pay_bp: BasisPoints
    require: Require | None
    now_s: Seconds


class AskBound:
    """The best that any of several asks could offer to a bid; of none at all to begin with.

    `chips` is the widest piece of each of LENGTHS_S, in lots of its ask, so it only falls from place to place.
    """

    __slots__ = ("chips", "closes_s", "longest_s", "lot_milli", "min_duration_s", "opens_s", "top_bp")

    def __init__(self) -> None:
        self.longest_s: Seconds = 0  # the longest piece of at least a lot
        self.chips: list[Milli] = [0] * len(LENGTHS_S)
        self.opens_s: Seconds = TIME_MAX_S  # the first instant at which a piece could start
        self.closes_s: Seconds = 0  # the last instant at which one could end
        self.lot_milli: Milli = 0  # every lot is a multiple of it
        self.min_duration_s: Seconds = TIME_MAX_S
        self.top_bp: BasisPoints = BP_PER_ONE

    def admits(self, probe: BidProbe) -> bool:
        return (
            self.longest_s >= probe.duration_s
            and self.chips[probe.length] >= probe.least_milli
            and self.min_duration_s <= probe.duration_s
            and self.top_bp <= probe.max_take_or_pay_bp
            and self.opens_s <= probe.latest_s
            and self.closes_s >= probe.earliest_s + probe.duration_s
            and probe.most_milli - probe.most_milli % self.lot_milli >= probe.least_milli
        )

    def take(self, ask: Ask, now_s: Seconds) -> bool:
        """Count in what an ask can offer from now on, or more; whether that is anything new."""
        start_s, lot = max(ask.start_s, now_s), ask.lot_milli
        window_s = ask.end_s - start_s
        if (
            window_s <= self.longest_s  # most asks offer nothing new even with all they ever had
            and ask.quantity_milli <= self.chips[bisect_right(LENGTHS_S, window_s) - 1]
            and start_s >= self.opens_s
            and ask.end_s <= self.closes_s
            and ask.min_duration_s >= self.min_duration_s
            and ask.take_or_pay_bp >= self.top_bp
            and not lot % self.lot_milli
        ):
            return False
        opens_s, closes_s = ask.free.span(lot)
        self.opens_s = min(self.opens_s, opens_s)
        self.closes_s = max(self.closes_s, closes_s)
        self.lot_milli = gcd(self.lot_milli, lot)
        self.min_duration_s = min(self.min_duration_s, ask.min_duration_s)
        self.top_bp = min(self.top_bp, ask.take_or_pay_bp)
        for duration_s, width in ask.free.corners():
            if width >= lot:
                length_s = min(duration_s, window_s)
                self.longest_s = max(self.longest_s, length_s)
                self._fill(length_s, width - width % lot)
        return True

    def widen(self, other: Self) -> None:
        self.longest_s = max(self.longest_s, other.longest_s)
        if self.chips != other.chips:
            self.chips = list(map(max, self.chips, other.chips))
        self.opens_s = min(self.opens_s, other.opens_s)
        self.closes_s = max(self.closes_s, other.closes_s)
        self.lot_milli = gcd(self.lot_milli, other.lot_milli)
        self.min_duration_s = min(self.min_duration_s, other.min_duration_s)
        self.top_bp = min(self.top_bp, other.top_bp)

    def _fill(self, duration_s: Seconds, width: Milli) -> None:
        """A piece of a length is one of every shorter length, too; where a wider one is known, so it is for those."""
        place = bisect_right(LENGTHS_S, duration_s) - 1
        if self.chips[0] < width:
            self.chips[: place + 1] = [width] * (place + 1)
        while place >= 0 and self.chips[place] < width:
            self.chips[place] = width
            place -= 1


class AskProbe(Struct, frozen=True, gc=False):
    """What an ask looks for among alternatives of bids."""

    longest_s: Seconds
    most_milli: Milli  # the widest piece it can lease
    lot_milli: Milli
    min_duration_s: Seconds
    top_bp: BasisPoints
    now_s: Seconds
    closes_s: Seconds


class BidBound:
    """The easiest demand that any of several alternatives could make; of none at all to begin with."""

    __slots__ = ("ends_s", "latest_s", "least_milli", "longest_s", "most_milli", "shortest_s", "top_bp")

    def __init__(self) -> None:
        self.shortest_s: Seconds = TIME_MAX_S
        self.longest_s: Seconds = 0
        self.least_milli: Milli = QUANTITY_MAX_MILLI
        self.most_milli: Milli = 0
        self.latest_s: Seconds = 0
        self.ends_s: Seconds = TIME_MAX_S  # the earliest end
        self.top_bp: BasisPoints = 0  # the highest take-or-pay accepted

    def admits(self, probe: AskProbe) -> bool:
        return (
            self.shortest_s <= probe.longest_s
            and self.least_milli <= probe.most_milli
            and self.most_milli >= probe.lot_milli
            and self.longest_s >= probe.min_duration_s
            and self.top_bp >= probe.top_bp
            and self.latest_s >= probe.now_s
            and self.ends_s <= probe.closes_s
        )

    def take(self, wish: tuple[Bid, int], now_s: Seconds) -> bool:
        """Count in one alternative of a bid; whether it demands anything easier. Time does not change what it wants."""
        bid, index = wish
        least, most = wanted(bid, index)
        alternative = bid.alternatives[index]
        duration_s = alternative.duration_s
        ends_s = (alternative.earliest_start_s or 0) + duration_s
        if (
            self.shortest_s <= duration_s <= self.longest_s
            and least >= self.least_milli
            and most <= self.most_milli
            and alternative.latest_start_s <= self.latest_s
            and ends_s >= self.ends_s
            and bid.max_take_or_pay_bp <= self.top_bp
        ):
            return False
        self.shortest_s = min(self.shortest_s, duration_s)
        self.longest_s = max(self.longest_s, duration_s)
        self.least_milli = min(self.least_milli, least)
        self.most_milli = max(self.most_milli, most)
        self.latest_s = max(self.latest_s, alternative.latest_start_s)
        self.ends_s = min(self.ends_s, ends_s)
        self.top_bp = max(self.top_bp, bid.max_take_or_pay_bp)
        return True

    def widen(self, other: Self) -> None:
        self.shortest_s = min(self.shortest_s, other.shortest_s)
        self.longest_s = max(self.longest_s, other.longest_s)
        self.least_milli = min(self.least_milli, other.least_milli)
        self.most_milli = max(self.most_milli, other.most_milli)
        self.latest_s = max(self.latest_s, other.latest_s)
        self.ends_s = min(self.ends_s, other.ends_s)
        self.top_bp = max(self.top_bp, other.top_bp)


def wanted(bid: Bid, alternative: int) -> tuple[Milli, Milli]:
    """The fewest and the most chips that one alternative of a bid can use now."""
    own = bid.alternatives[alternative].quantity_milli
    if own is not None:
        return own, own
    least, most = bid.min_quantity_milli, bid.leaves_milli
    if least is None:
        return 1, most
    return (min(most, least)), most
