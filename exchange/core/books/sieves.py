"""What asks and bids can offer each other, sifted by bitmaps, and what each looks for, as probes.

A sieve knows of each order, as it was when it was put in, how long, how wide, when, in what lots and on what terms it
could serve; most of it in classes. Whoever it holds back cannot serve; whoever passes may.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Self

from msgspec import Struct
from msgspec.structs import replace

from exchange.core.books.bitmaps import Bitmap, Facet, Ranked, only
from exchange.core.books.order import Ask, Bid, Claims, claims_of, meets
from exchange.language.commands import Require
from exchange.language.units import BP_PER_ONE, DAY_S, HOUR_S, BasisPoints, Milli, Seconds
from exchange.language.windows import Segment

# Lengths of time are told apart by the longest of these that is not above them.
LENGTHS_S = (
    0,
    *(hours * HOUR_S for hours in (1, 2, 3, 4, 6, 8, 12, 18)),
    *(days * DAY_S for days in (1, 2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 150)),
)

DAYS_LOOKED_AT = 12  # of those on which an ask must be free, about evenly
Size = tuple[int, int]  # a length and a number of chips, each by its class


class BidProbe(Struct, frozen=True, gc=False):
    """What one alternative of a bid looks for among asks."""

    duration_s: Seconds
    most_milli: Milli  # the chips wanted
    least_milli: Milli  # the fewest worth having
    earliest_s: Seconds
    latest_s: Seconds
    max_take_or_pay_bp: BasisPoints
    require: Require | None
    size: Size = (0, 0)  # of the smallest piece worth having
    days: tuple[int, int, int] = (0, 0, 0)  # whole ones of the duration; that of the latest start and the earliest end

    def classed(self) -> Self:
        """The same, with the classes that sieves ask for."""
        days = (self.duration_s // DAY_S, self.latest_s // DAY_S, (self.earliest_s + self.duration_s) // DAY_S)
        return replace(self, size=size_of(self.duration_s, self.least_milli), days=days)

    def but(self, **changes: Any) -> Self:
        """The same with other numbers."""
        return replace(self, **changes)


class AskSieve:
    """Asks, for bids that look for one."""

    __slots__ = ("_claims", "_closes", "_idle", "_longest", "_lots", "_new", "_opens", "_shortest", "_top", "_widths")

    def __init__(self) -> None:
        self._widths: list[dict[int, Bitmap]] = [{} for _ in LENGTHS_S]  # by the widest piece, for each length
        self._new: dict[tuple[int, int, int], Bitmap] = {}  # not in there yet: by first and last length, and width
        self._longest = Ranked()  # by the whole days of their longest piece, backwards
        self._shortest = Ranked()  # by the class of their shortest lease
        self._top = Ranked()  # by take-or-pay
        self._opens = Ranked()  # by the day on which a lot is first free
        self._closes = Ranked()  # by the last such day, backwards
        self._idle: dict[int, Bitmap] = {}  # by the days between those on which no lot is free
        self._lots: dict[Milli, Bitmap] = {}
        self._claims: Facet[Claims, Require] = Facet(meets)

    def put(self, ask: Ask, bit: Bitmap, now_s: Seconds) -> None:
        """Count in what an ask can offer from now on."""
        lot = ask.lot_milli
        free = ask.free.segments(now_s)
        place = longest_s = 0
        for length_s, width in corners(free):
            if width >= lot:
                longest_s = length_s
                length, wide = size_of(length_s, width - width % lot)
                if place <= length:
                    self._new[place, length, wide] = self._new.get((place, length, wide), 0) | bit
                    place = length + 1
        self._longest.put(-(longest_s // DAY_S), bit)
        self._shortest.put(length_class(ask.min_duration_s), bit)
        self._top.put(ask.take_or_pay_bp, bit)
        self._lots[lot] = self._lots.get(lot, 0) | bit
        self._claims.put(claims_of(ask), bit)
        opens_s, closes_s = span(free, lot)
        self._opens.put(opens_s // DAY_S, bit)
        self._closes.put(-(closes_s // DAY_S), bit)
        for start_s, end_s, chips in free:
            if chips < lot:
                for day in range(-(-start_s // DAY_S), end_s // DAY_S):
                    self._idle[day] = self._idle.get(day, 0) | bit

    def pass_on(self, probe: BidProbe) -> Bitmap:
        """The asks that may serve. What none of them can is looked at first."""
        (length, wide), (days, latest, ends) = probe.size, probe.days
        if self._new:
            self._spread()
        if (
            self._longest.lowest > -days
            or self._opens.lowest > latest
            or self._top.lowest > probe.max_take_or_pay_bp
            or self._closes.lowest > -ends
            or max(self._widths[length], default=0) < wide
        ):
            return 0
        left, most, least = 0, probe.most_milli, probe.least_milli
        for lot, bits in self._lots.items():
            if most - most % lot >= least:
                left |= bits
        if not left:
            return 0
        wider = 0
        for width, bits in self._widths[length].items():
            if width >= wide:
                wider |= bits
        left &= wider
        if left:
            left &= self._longest.upto(-days) & self._opens.upto(latest) & self._closes.upto(-ends)
        if left:
            left &= self._shortest.upto(length)
        if left and probe.max_take_or_pay_bp < BP_PER_ONE:
            left &= self._top.upto(probe.max_take_or_pay_bp)
        if left and self._idle:
            left &= ~self._idle_for(probe, left)
        if left and probe.require is not None:
            left &= self._claims.fit(probe.require)
        return left

    def keep(self, kept: Bitmap) -> None:
        """Forget all other asks."""
        self._spread()
        for part in (self._longest, self._shortest, self._top, self._opens, self._closes, self._claims):
            part.keep(kept)
        self._widths = [only(row, kept) for row in self._widths]
        self._idle = only(self._idle, kept)
        self._lots = only(self._lots, kept)

    def copy(self) -> Self:
        other = type(self)()
        self._spread()
        other._widths = [dict(row) for row in self._widths]
        other._longest, other._shortest, other._top = self._longest.copy(), self._shortest.copy(), self._top.copy()
        other._opens, other._closes, other._claims = self._opens.copy(), self._closes.copy(), self._claims.copy()
        other._idle, other._lots = dict(self._idle), dict(self._lots)
        return other

    def _spread(self) -> None:
        """Count widest pieces in for all lengths: for many asks at once, as few are of different sizes."""
        for (first, last, wide), bits in self._new.items():
            for row in self._widths[first : last + 1]:
                row[wide] = row.get(wide, 0) | bits
        self._new.clear()

    def _idle_for(self, probe: BidProbe, among: Bitmap) -> Bitmap:
        """Those with no lot on a day that any piece needs or, if there is none, on any day that a piece could need."""
        latest_s, ends_s = probe.latest_s, probe.earliest_s + probe.duration_s
        if latest_s < ends_s:
            idle = 0
            first, last = latest_s // DAY_S, (ends_s - 1) // DAY_S
            for day in range(first, last + 1, (last - first) // DAYS_LOOKED_AT + 1):
                idle |= self._idle.get(day, 0)
            return idle
        for day in range(probe.earliest_s // DAY_S, (latest_s + probe.duration_s - 1) // DAY_S + 1):
            among &= self._idle.get(day, 0)
            if not among:
                break
        return among


class AskProbe(Struct, frozen=True, gc=False):
    """What an ask looks for among alternatives of bids."""

    sizes: tuple[Size, ...]  # of its pieces
    lot_milli: Milli
    min_duration_s: Seconds
    top_bp: BasisPoints
    opens_s: Seconds
    closes_s: Seconds
    claims: Claims


class BidSieve:
    """Alternatives of bids, for asks that look for one."""

    __slots__ = ("_ends", "_latest", "_longest", "_most", "_require", "_sizes", "_top")

    def __init__(self) -> None:
        self._sizes: dict[Size, Bitmap] = {}  # by the size of the smallest piece worth having
        self._longest = Ranked()  # by the class of their duration, backwards
        self._most = Ranked()  # by the class of the chips wanted, backwards
        self._top = Ranked()  # by the highest take-or-pay accepted, backwards
        self._latest = Ranked()  # by the day of the latest start, backwards
        self._ends = Ranked()  # by the day of the earliest end
        self._require: Facet[Require | None, Claims] = Facet(_meets_any)

    def put(self, wish: tuple[Bid, int], bit: Bitmap, now_s: Seconds) -> None:
        """Count in what an alternative of a bid demands now."""
        bid, index = wish
        least, most = wanted(bid, index)
        alternative = bid.alternatives[index]
        length = length_class(alternative.duration_s)
        size = length, width_class(least)
        self._sizes[size] = self._sizes.get(size, 0) | bit
        self._longest.put(-length, bit)
        self._most.put(-width_class(most), bit)
        self._top.put(-bid.max_take_or_pay_bp, bit)
        self._latest.put(-(alternative.latest_start_s // DAY_S), bit)
        self._ends.put((max(alternative.earliest_start_s or 0, now_s) + alternative.duration_s) // DAY_S, bit)
        self._require.put(bid.require, bit)

    def pass_on(self, probe: AskProbe) -> Bitmap:
        """The alternatives that an ask may serve."""
        left = 0
        for (length, width), bits in self._sizes.items():
            if any(length <= longest and width <= widest for longest, widest in probe.sizes):
                left |= bits
        if left:
            left &= self._latest.upto(-(probe.opens_s // DAY_S))
        if left:
            left &= self._ends.upto(probe.closes_s // DAY_S)
        if left:
            left &= self._longest.upto(-length_class(probe.min_duration_s))
        if left:
            left &= self._most.upto(-width_class(probe.lot_milli))
        if left:
            left &= self._top.upto(-probe.top_bp)
        if left:
            left &= self._require.fit(probe.claims)
        return left

    def keep(self, kept: Bitmap) -> None:
        """Forget all other alternatives."""
        self._sizes = only(self._sizes, kept)
        for part in (self._longest, self._most, self._top, self._latest, self._ends, self._require):
            part.keep(kept)

    def copy(self) -> Self:
        other = type(self)()
        other._sizes, other._longest, other._most = dict(self._sizes), self._longest.copy(), self._most.copy()
        other._top, other._latest, other._ends = self._top.copy(), self._latest.copy(), self._ends.copy()
        other._require = self._require.copy()
        return other


def wanted(bid: Bid, alternative: int) -> tuple[Milli, Milli]:
    """The fewest and the most chips that one alternative of a bid can use now."""
    own = bid.alternatives[alternative].quantity_milli
    if own is not None:
        return own, own
    least, most = bid.min_quantity_milli, bid.leaves_milli
    if least is None:
        return 1, most
    return (min(most, least)), most


def corners(free: Sequence[Segment]) -> list[tuple[Seconds, Milli]]:
    """The pieces, whatever the time, that no other is both longer and wider than; (duration, chips), widest first.

    Each segment is the narrowest of a longest run; one sweep with a stack of open runs finds them all.
    """
    if len(free) == 1:
        return [(free[0][1] - free[0][0], free[0][2])]
    pieces: list[tuple[Seconds, Milli]] = []
    open_runs: list[tuple[Seconds, Milli]] = []  # since when at least so many are free, narrowest first
    for start_s, _, chips in (*free, (free[-1][1], 0, 0)) if free else ():
        since_s = start_s
        while open_runs and open_runs[-1][1] >= chips:
            since_s, width = open_runs.pop()
            pieces.append((start_s - since_s, width))
        open_runs.append((since_s, chips))
    best: list[tuple[Seconds, Milli]] = []
    for piece in sorted(pieces, reverse=True):
        if not best or piece[1] > best[-1][1]:
            best.append(piece)
    best.reverse()
    return best


def span(free: Sequence[Segment], least_milli: Milli) -> tuple[Seconds, Seconds]:
    """The first start and the last end of segments with so many chips; the same instant for none."""
    if len(free) == 1:
        ((start_s, end_s, chips),) = free
        return (start_s, end_s) if chips >= least_milli else (0, 0)
    wide = [(start_s, end_s) for start_s, end_s, chips in free if chips >= least_milli]
    return (wide[0][0], wide[-1][1]) if wide else (0, 0)


def size_of(length_s: Seconds, chips_milli: Milli) -> Size:
    """The classes of a piece's length and width."""
    return length_class(length_s), width_class(chips_milli)


def length_class(length_s: Seconds) -> int:
    """The place among LENGTHS_S of the longest that is not above a length."""
    return bisect_right(LENGTHS_S, length_s) - 1


def width_class(chips_milli: Milli) -> int:
    """Numbers of chips are told apart by powers of two, and just 1, 2, 4, 8 … chips have classes of their own.

    So whoever has 512 chips is known to have less than 513, and whoever wants 512 has nothing to do with 511.
    """
    scaled = chips_milli * 128 // 125  # 1,024 for a chip
    octave = scaled.bit_length()
    return 2 * octave + (scaled & scaled - 1 != 0)


def _meets_any(require: Require | None, claims: Claims) -> bool:
    return require is None or meets(claims, require)
