"""Free chips over time: a step function over a window, carved by leases and restored by what comes back.

Held as two parallel lists, the starts of segments and the chips free in each, so that a search touches plain integers.
With k segments `best_start` is O(k) when nothing fits and O(k × improvements) at worst, `widest` O(k) for each width
that is too short; `carve` and `restore` are O(k).
The area (chips × seconds) is cached and proved by `check`.
"""

from bisect import bisect_left, bisect_right
from typing import Self

from msgspec import Struct

from exchange.language.units import Milli, Seconds
from exchange.language.windows import Segment


class Fit(Struct, frozen=True, gc=False):
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

    @classmethod
    def of_shape(cls, shape: tuple[Milli, Seconds, list[Seconds], list[Milli]]) -> Self:
        """Capacity with the numbers that another one has given as its `shape`."""
        total_milli, end_s, starts, chips = shape
        found = cls(starts[0], end_s, total_milli)
        found._starts, found._chips = starts, chips
        if chips != [total_milli]:
            found.area = sum(
                (until_s - start_s) * free
                for start_s, until_s, free in zip(starts, (*starts[1:], end_s), chips, strict=True)
            )
        return found

    def shape(self) -> tuple[Milli, Seconds, list[Seconds], list[Milli]]:
        """All its numbers: the most chips, the end, and the starts of segments with the chips free in each."""
        return self.total_milli, self.end_s, self._starts, self._chips

    def segments(self, from_s: Seconds) -> tuple[Segment, ...]:
        """What is free from an instant on, as segments; empty when the window is over."""
        if from_s >= self.end_s:
            return ()
        if len(self._starts) == 1:
            return ((max(self._starts[0], from_s), self.end_s, self._chips[0]),)
        starts, first = self._starts, max(bisect_right(self._starts, from_s) - 1, 0)
        later = starts[first + 1 :]
        begins = (max(starts[first], from_s), *later)
        return tuple(zip(begins, (*later, self.end_s), self._chips[first:], strict=True))

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
        begin_s = max(starts[0], earliest_s)
        final_s = min(latest_s, self.end_s - duration_s)
        if len(starts) == 1:  # nothing has been carved out, or always all of the window
            found = min(chips_milli, chips[0])
            found -= found % lot_milli
            return Fit(begin_s, found) if begin_s <= final_s and found and found >= least_milli else None
        most = chips_milli - chips_milli % lot_milli
        need = max(-(-least_milli // lot_milli) * lot_milli, lot_milli)
        best: Fit | None = None
        while begin_s <= final_s and need <= most:
            first = bisect_right(starts, begin_s) - 1
            index = bisect_left(starts, begin_s + duration_s, first + 1)
            least = min(chips[first:index])
            if least >= need:
                found = min(least - least % lot_milli, most)
                best = Fit(begin_s, found)
                if found == most:
                    break
                need = found + lot_milli
            # Fewer than `need` are free now: behind the last such segment is the next start worth a look.
            while chips[index - 1] >= need:
                index -= 1
            if index == len(starts):
                break
            begin_s = starts[index]
        return best

    def longest_s(self, least_milli: Milli, from_s: Seconds) -> Seconds:
        """The longest time for which that many chips are free in one piece, from an instant on; 0 for none."""
        if len(self._starts) == 1:
            return max(self.end_s - max(self._starts[0], from_s), 0) if self._chips[0] >= least_milli else 0
        longest = run = 0
        for start_s, end_s, chips in self.segments(from_s):
            run = run + end_s - start_s if chips >= least_milli else 0
            longest = max(longest, run)
        return longest

    def most(self, duration_s: Seconds, from_s: Seconds) -> Milli:
        """The most chips that are free in one piece of a length from an instant on."""
        found = self.widest(duration_s, 1, from_s)
        return 0 if found is None else found[0]

    def widest(self, duration_s: Seconds, lot_milli: Milli, from_s: Seconds) -> tuple[Milli, Seconds] | None:
        """The most chips, in lots, of a piece of a length, and the last instant at which one can start; None for none.

        No piece is wider than the widest segment, and nearly always that one is long enough.
        """
        width = max(self._chips)
        while width >= lot_milli:
            width -= width % lot_milli
            last_s = self.last_start_s(duration_s, width, from_s)
            if last_s is not None:
                return width, last_s
            width = max((chips for chips in self._chips if chips < width), default=0)
        return None

    def resized(self, delta_milli: Milli, from_s: Seconds) -> "Capacity":
        """Capacity with so many chips more, or fewer, from an instant on; what lies before it is forgotten."""
        kept = self.segments(from_s)
        assert kept
        other = Capacity(kept[0][0], self.end_s, self.total_milli + delta_milli)
        other._starts = [start_s for start_s, _, _ in kept]
        other._chips = [chips + delta_milli for _, _, chips in kept]
        other.area = sum((end_s - start_s) * (chips + delta_milli) for start_s, end_s, chips in kept)
        assert min(other._chips) >= 0
        assert max(other._chips) <= other.total_milli
        return other

    def last_start_s(self, duration_s: Seconds, least_milli: Milli, from_s: Seconds) -> Seconds | None:
        """The last instant at which a piece of that length and width can still start; None for none."""
        if len(self._starts) == 1:
            last_s = self.end_s - duration_s
            fits = self._chips[0] >= least_milli and max(self._starts[0], from_s) <= last_s
            return last_s if fits else None
        until_s = self.end_s
        for start_s, chips in zip(reversed(self._starts), reversed(self._chips), strict=True):
            if chips < least_milli:
                until_s = start_s
            elif until_s - max(start_s, from_s) >= duration_s:
                return until_s - duration_s
            if start_s <= from_s:
                break
        return None

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
        self.area += delta_milli * (end_s - start_s)
        if len(self._starts) == 1 and start_s == self._starts[0] and end_s == self.end_s:
            now = self._chips[0] = self._chips[0] + delta_milli
            assert 0 <= now <= self.total_milli
            return now
        assert delta_milli != 0
        assert self._starts[0] <= start_s < end_s <= self.end_s
        first = self._split(start_s)
        last = self._split(end_s)
        least = self.total_milli
        for index in range(first, last):
            now = self._chips[index] + delta_milli
            assert 0 <= now <= self.total_milli
            self._chips[index] = now
            least = min(least, now)
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
