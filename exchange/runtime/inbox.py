"""Where commands wait for the pump: first come, first served, and no more than can be waited for."""

import asyncio
from collections import deque
from typing import NamedTuple

from exchange.language.commands import Command
from exchange.language.port import Busy, Outcome

INBOX_MAX = 16_384


class Waiting(NamedTuple):
    """A command, and whoever waits for what becomes of it."""

    command: Command
    outcome: asyncio.Future[Outcome]


class Inbox:
    """A bounded queue with one reader."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self.turned_away = 0  # commands that found it full
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, command: Command) -> asyncio.Future[Outcome]:
        """Queue a command; Busy when the queue is full, and then nothing has been taken."""
        if len(self._waiting) >= INBOX_MAX:
            self.turned_away += 1
            raise Busy(f"{INBOX_MAX} commands are waiting already")
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(command, outcome))
        self._arrived.set()
        return outcome

    def wake(self) -> None:
        """Let the reader look up, though there may be nothing."""
        self._arrived.set()

    async def wait(self, timeout_s: float | None) -> None:
        """Return when something is there, or somebody wants attention, or time is up."""
        if not self._waiting:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._arrived.wait()
            except TimeoutError:
                pass
        self._arrived.clear()

    def take(self, most: int) -> list[Waiting]:
        """The commands that have waited longest."""
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
