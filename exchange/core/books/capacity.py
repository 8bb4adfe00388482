"""Free chips over time: a step function over a window, carved by leases and restored by what comes back.

Held as two parallel lists, the starts of segments and the chips free in each, so that a search touches plain integers.
With k segments `best_start` is O(k) when nothing fits and O(k × improvements) at worst; `carve` and `restore` are O(k).
The area (chips × seconds) is cached and proved by `check`.
"""

from bisect import bisect_right
from typing import NamedTuple

from exchange.language.units import Milli, Seconds
from exchange.language.windows import Segment


class Fit(NamedTuple):
    """A place in free capacity: from when, and how many chips."""

    start_s: Seconds
    chips_milli: Milli


class Capacity:
    """What is free in [start, end) of at most `total_milli` chips."""

    __slots__ = ("_chips", "_starts", "area", "end_s", "total_milli")

    def __init__(self, start_s: Seconds, end_s: Seconds, chips_milli: Milli) -> None:
        assert start_s < end_s
        assert chips_milli > 0
        self.end_s = end_s
        self.total_milli = chips_milli
        self.area = chips_milli * (end_s - start_s)
        self._starts = [start_s]
        self._chips = [chips_milli]

    def segments(self, from_s: Seconds) -> tuple[Segment, ...]:
        """What is free from an instant on, as segments; empty when the window is over."""
        ends = [*self._starts[1:], self.end_s]
        return tuple(
            (max(start_s, from_s), end_s, chips)
            for start_s, end_s, chips in zip(self._starts, ends, self._chips, strict=True)
            if end_s > from_s
        )

    def best_start(
        self,
        duration_s: Seconds,
        *,
        earliest_s: Seconds,
        latest_s: Seconds,
        chips_milli: Milli,
        least_milli: Milli,
        lot_milli: Milli,
    ) -> Fit | None:
        """The start in [earliest, latest] with the most chips, in lots and up to those wanted; the earliest of equals.

        A later start is better only if the segment that limits an earlier one has dropped out on the left, so after
        each find the search resumes right behind the last segment that could not give one lot more.
        """
        starts, chips = self._starts, self._chips
        most = chips_milli // lot_milli * lot_milli
        need = max(-(-least_milli // lot_milli) * lot_milli, lot_milli)
        begin_s = max(earliest_s, starts[0])
        final_s = min(latest_s, self.end_s - duration_s)
        best: Fit | None = None
        count = len(starts)
        while begin_s <= final_s and need <= most:
            first = bisect_right(starts, begin_s) - 1
            until_s = begin_s + duration_s
            least = most
            limiting = -1  # the last segment of the window that holds less than `need`
            index = first
            while index < count and starts[index] < until_s:
                free = chips[index]
                if free < need:
                    limiting = index
                elif free < least:
                    least = free
                index += 1
            if limiting < 0:
                found = least // lot_milli * lot_milli
                best = Fit(begin_s, found)
                need = found + lot_milli
                # Where fewer than `need` are free now: behind the last such segment is the next start worth a look.
                limiting = max((i for i in range(first, index) if chips[i] < need), default=index)
            if limiting + 1 >= count:
                break
            begin_s = starts[limiting + 1]
        return best

    def longest_s(self, least_milli: Milli, from_s: Seconds) -> Seconds:
        """The longest time for which that many chips are free in one piece, from an instant on; 0 for none."""
        longest = run = 0
        for start_s, end_s, chips in self.segments(from_s):
            run = run + end_s - start_s if chips >= least_milli else 0
            longest = max(longest, run)
        return longest

    def last_start_s(self, duration_s: Seconds, least_milli: Milli, from_s: Seconds) -> Seconds | None:
        """The last instant at which a piece of that length and width can still start; None for none."""
        last: Seconds | None = None
        run = 0
        for start_s, end_s, chips in self.segments(from_s):
            run = run + end_s - start_s if chips >= least_milli else 0
            if run >= duration_s:
                last = end_s - duration_s
        return last

    def carve(self, start_s: Seconds, end_s: Seconds, chips_milli: Milli) -> Milli:
        """Take a rectangle out; the fewest chips that are then free anywhere in it."""
        return self._add(start_s, end_s, -chips_milli)

    def restore(self, start_s: Seconds, end_s: Seconds, chips_milli: Milli) -> Milli:
        """Put a rectangle back; the fewest chips that are then free anywhere in it."""
        return self._add(start_s, end_s, chips_milli)

    def check(self) -> None:
        """Prove the cached area and the shape of the lists."""
        segments = self.segments(self._starts[0])
        assert self.area == sum((end - start) * chips for start, end, chips in segments)
        assert all(start < end and 0 <= chips <= self.total_milli for start, end, chips in segments)
        assert all(a != b for a, b in zip(self._chips, self._chips[1:], strict=False))

    def _add(self, start_s: Seconds, end_s: Seconds, delta_milli: Milli) -> Milli:
        assert self._starts[0] <= start_s < end_s <= self.end_s
        assert delta_milli != 0
        first = self._split(start_s)
        last = self._split(end_s)
        least = self.total_milli
        for index in range(first, last):
            now = self._chips[index] + delta_milli
            assert 0 <= now <= self.total_milli
            self._chips[index] = now
            least = min(least, now)
        self.area += delta_milli * (end_s - start_s)
        self._join(last)
        self._join(first)
        return least

    def _split(self, at_s: Seconds) -> int:
        """The index of the segment that starts at an instant, made if there is none."""
        if at_s == self.end_s:
            return len(self._starts)
        index = bisect_right(self._starts, at_s) - 1
        if self._starts[index] == at_s:
            return index
        self._starts.insert(index + 1, at_s)
        self._chips.insert(index + 1, self._chips[index])
        return index + 1

    def _join(self, index: int) -> None:
        """Melt a segment into the one before it when both hold the same."""
        if 0 < index < len(self._starts) and self._chips[index] == self._chips[index - 1]:
            del self._starts[index]
            del self._chips[index]
