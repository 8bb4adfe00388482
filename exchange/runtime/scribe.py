"""The scribe: gathers what commands do, says whom to tell, and writes statements behind the journal.

The journal has every command before its effects come here, so nothing is lost when a page is not written: the next
start makes it again. Pages are written one at a time, at most every PACE_S, and what waits is bounded: the pump asks
for `room` before it takes more. A page that cannot be written ends the market by name, as a failed append does.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Final, Self

from exchange.language.events import Applied
from exchange.language.pulse import Spread
from exchange.language.statements import Statements, Told
from exchange.language.views import Notice
from exchange.projections.pages import Pages
from exchange.projections.telling import Telling
from exchange.runtime.inbox import Inbox
from exchange.runtime.replaying import Place

PACE_S: Final = 0.1  # that the statements may be behind, and time for a page to gather
GATHERED_MAX: Final = 50_000  # rows that wait to be written before the pump waits, too; a page is not much larger


class Scribe:
    """Made by `begin`; `see` every command, in order; `run` as a task while the market is open."""

    def __init__(self, statements: Statements | None, seq: int, told_seq: Mapping[str, int]) -> None:
        self._statements = statements
        self._pages = Pages(seq) if statements is not None else None
        self._telling = Telling(told_seq)
        self._place: Place | None = None
        self._arrived, self._full, self._space = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._stopping = False
        self._failure: BaseException | None = None
        self.written_seq = seq  # what the statements hold
        self.pages = Spread()  # what writing them took

    @classmethod
    async def begin(cls, statements: Statements | None) -> Self:
        """At the command that the statements end with; without statements, at the beginning."""
        if statements is None:
            return cls(None, 0, {})
        return cls(statements, await statements.position(), await statements.told_seq())

    @property
    def told_seq(self) -> Mapping[str, int]:
        """By account: the last command of which it was told."""
        return self._telling.told_seq

    @property
    def rows_waiting(self) -> int:
        """How much has gathered and is not being written yet."""
        return 0 if self._pages is None else self._pages.size

    def see(self, place: Place, applied: Applied, notices: list[Notice]) -> list[Told]:
        """Take in the next command, which the views have folded; what accounts are to be told of it."""
        told = self._telling.gather(notices)
        if self._pages is not None:
            self._place = place
            self._pages.fold(applied, told)
        return told

    # ---------------------------------------------------------------------------------------- before the market opens

    def look(self, place: Place, applied: Applied, notices: list[Notice]) -> None:
        """As `see`, while nobody listens."""
        self.see(place, applied, notices)

    async def rest(self) -> None:
        """Write a page if enough has gathered."""
        if self._pages is not None and self._pages.size >= GATHERED_MAX:
            await self.write()

    async def write(self) -> None:
        """Write all that has gathered."""
        if self._pages is None or self._place is None or self._statements is None:
            return
        page = self._pages.take(self._place.views, self._place.machine.state.ledger.balance)
        if page is not None:
            self._space.set()
            began_ns = time.perf_counter_ns()
            await self._statements.write(page)
            self.pages.note(time.perf_counter_ns() - began_ns)
            self.written_seq = page.last_seq

    # ----------------------------------------------------------------------------------------- while the market is open

    async def room(self) -> None:
        """Wait until more may be gathered. Raises what the scribe died of."""
        while self._failure is None and self._pages is not None and self._pages.size >= GATHERED_MAX:
            self._full.set()
            self._space.clear()
            await self._space.wait()
        if self._failure is not None:
            raise self._failure

    def abandon(self) -> None:
        """Write no more, and keep nobody waiting for room: a command broke half-way, or the journal is lost."""
        self._pages = None
        self._space.set()

    def poke(self) -> None:
        """There is something to write."""
        self._arrived.set()

    def stop(self) -> None:
        """Write what is there, then end."""
        self._stopping = True
        self._full.set()
        self._arrived.set()

    async def run(self, inbox: Inbox) -> None:
        """Write until stopped; when that fails, say so to whoever asks for room, and wake the pump to ask."""
        try:
            while not self._stopping:
                await self._arrived.wait()
                self._arrived.clear()
                await self._gather()
                await self.write()
            await self.write()  # what came while the last page was written
        except BaseException as failure:
            self._failure = failure
            self._space.set()
            inbox.wake()
            raise

    async def _gather(self) -> None:
        """Let a page grow for a while, unless it is full, or the last one."""
        try:
            async with asyncio.timeout(PACE_S):
                await self._full.wait()
        except TimeoutError:
            pass
        if not self._stopping:
            self._full.clear()
