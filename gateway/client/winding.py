"""How often to wind up a dead man who goes by the market's clock, which in a sandbox runs at any speed.

Every answer tells until when he waits, by that clock; from an earlier one to the latest it shows how fast that runs.
The first follows soon, as nothing is known yet, and the pauses grow no faster than they double.
"""

from collections import deque
from typing import Final

from exchange.language.units import Seconds

FIRST_S: Final = 0.1
_LEAST_S: Final = 0.02  # a clock for which that is too seldom cannot be kept up with
_ENOUGH_S: Final = 4  # of either clock: beside that the second by which whole seconds may be wrong weighs little


class Winding:
    """When to wind up one of so many seconds; three times as often as he needs, so that he bears that one fails."""

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self._before: deque[tuple[float, Seconds]] = deque()  # no more of the past than it takes to know the speed
        self.pause_s = min(FIRST_S, seconds / 3)

    def wound(self, at_s: float, until_s: Seconds) -> None:
        """He was wound up at an instant of this machine's clock, to wait until one of the market's."""
        before = self._before
        if before and until_s < before[-1][1]:
            before.clear()  # another market, or another clock
        while len(before) > 1 and max(at_s - before[1][0], until_s - before[1][1]) >= _ENOUGH_S:
            before.popleft()
        if before and at_s > before[0][0]:
            passed_s = until_s - before[0][1] + 1  # whole seconds are told, so it may be almost one more
            speed = max(passed_s / (at_s - before[0][0]), 1.0)
            self.pause_s = max(min(self._seconds / 3 / speed, 2 * self.pause_s), _LEAST_S)
        before.append((at_s, until_s))
