"""Whether the market is behind: too many commands wait for it, or the event loop is late for its own appointments.

Whoever is behind sends away what can wait, before it is even decoded, so that what was taken is answered in time. It
recovers by itself: a queue that empties and half a second without delay are all that it takes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final, Protocol

from gateway.settings import Limits

_TICK_S: Final = 0.05
_TICKS: Final = 10  # of which the worst counts


class Waits(Protocol):
    """What is asked of a market."""

    @property
    def waiting(self) -> int: ...


class Load:
    """How far behind a market and its event loop are."""

    def __init__(self, market: Waits, limits: Limits) -> None:
        self._market = market
        self._waiting_max = limits.shed_waiting
        self._late_max_s = limits.shed_lag_ms / 1000
        self._late_s: deque[float] = deque(maxlen=_TICKS)
        self.behind = False  # looked at by every request, so it is worked out once a tick

    @property
    def late_s(self) -> float:
        """How late the loop was at worst of late."""
        return max(self._late_s, default=0.0)

    def note(self, late_s: float) -> None:
        """The loop came so many seconds late to an appointment."""
        self._late_s.append(late_s)
        self.behind = max(self._late_s) > self._late_max_s or self._market.waiting > self._waiting_max

    async def watched(self, _: object) -> AsyncIterator[None]:
        """Watch the loop, in an application's `cleanup_ctx`."""
        watching = asyncio.create_task(self._watch(), name="load")
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _TICK_S
            await asyncio.sleep(_TICK_S)
            self.note(loop.time() - due)
