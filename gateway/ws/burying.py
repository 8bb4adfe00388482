"""Sessions that are over are told to the market, so that the orders they are armed for are taken back.

Whatever ended them: a close by either side, a peer that is not heard of, a key that is good no more, a shutdown. Those
that a server left behind when it was killed are told before the next one listens. One that is not armed is no news.
"""

import asyncio
from typing import Final

from exchange.language.commands_sessions import EndSession
from exchange.language.port import Busy, Market, MarketStopped

_PATIENCE_S: Final = 0.05  # before a market that is busy is told again


class Undertaker:
    """Tells of sessions, each until the market has it; `done` waits for that."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._telling: set[asyncio.Task[None]] = set()

    def bury(self, session_id: str) -> None:
        """Tell of a session that is over."""
        task = asyncio.create_task(self._tell(session_id), name="session's end")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def bury_those_left_behind(self) -> None:
        """Tell of every session that is still armed; for a server that has none of its own yet."""
        for session_id in self._market.reads.armed():
            self.bury(session_id)
        await self.done()

    async def done(self) -> None:
        """Wait until all have been told, or cannot be."""
        if self._telling:
            await asyncio.wait(self._telling)

    async def _tell(self, session_id: str) -> None:
        while True:
            try:
                await self._market.submit(EndSession(session_id=session_id))
            except Busy:
                await asyncio.sleep(_PATIENCE_S)
            except MarketStopped:
                return  # the next server finds it armed
            else:
                return
