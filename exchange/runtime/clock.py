"""What time the market has: the machine's clock, or a sandbox's that runs as fast as one likes.

The only place in the market that asks what time it is. Whatever it says becomes a command in the journal before
anything happens by it, so a replay never asks. Neither clock ever goes backwards, whatever the machine's does, and both
stand still at the last instant that the market's clock may reach: beyond it, whatever falls due would be due for ever.
"""

import time
from typing import Final, Protocol

from exchange.language.limits import TIME_MAX_S
from exchange.language.units import Seconds

LOOK_S: Final = 30.0  # the machine's clock may be set forward, or the machine sleep: look at it so often at least


class Clock(Protocol):
    """Market time."""

    def now_s(self) -> Seconds: ...

    def resume(self, at_s: Seconds) -> None:
        """The journal has reached an instant: time goes on from there."""
        ...

    def wait_s(self, until_s: Seconds) -> float | None:
        """Real seconds to wait for an instant, 0 when it is there; fewer than until then where it could come sooner.

        None when it never will by itself.
        """
        ...


class SystemClock:
    """The machine's clock in whole seconds, held where it was while it goes backwards."""

    def __init__(self) -> None:
        self._latest_s: Seconds = 0

    def now_s(self) -> Seconds:
        self._latest_s = min(max(self._latest_s, int(time.time())), TIME_MAX_S)
        return self._latest_s

    def resume(self, at_s: Seconds) -> None:
        self._latest_s = max(self._latest_s, at_s)

    def wait_s(self, until_s: Seconds) -> float | None:
        return None if until_s > TIME_MAX_S else min(max(0.0, until_s - time.time()), LOOK_S)


class SandboxClock:
    """A clock that starts at now, or where the journal stopped, and runs `speed` times as fast; 0 stands still."""

    def __init__(self, speed: float, start_s: Seconds | None = None) -> None:
        self._speed = speed
        self._base_s = float(int(time.time()) if start_s is None else start_s)
        self._since = time.monotonic()

    def now_s(self) -> Seconds:
        return min(int(self._base_s + (time.monotonic() - self._since) * self._speed), TIME_MAX_S)

    def resume(self, at_s: Seconds) -> None:
        self._base_s, self._since = float(at_s), time.monotonic()

    def wait_s(self, until_s: Seconds) -> float | None:
        if until_s > TIME_MAX_S:
            return None
        left_s = until_s - (self._base_s + (time.monotonic() - self._since) * self._speed)
        if left_s <= 0:
            return 0.0
        return left_s / self._speed if self._speed else None

    def advance(self, by_s: Seconds) -> Seconds:
        """Move forward at once; the new time."""
        self._base_s += by_s
        return self.now_s()
