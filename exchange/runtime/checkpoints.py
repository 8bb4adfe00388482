"""Snapshots on the way: a long replay keeps what it has reached, so that who is ended half-way goes on from there.

A server that is killed again and again before a snapshot of it is whole would otherwise have more to replay at each
start, and one whose starts are ended for taking too long would never be up. The pauses double, so that what is kept
costs a small part of the replay. A snapshot that cannot be kept is told of, and ends nothing.
"""

import time
from collections.abc import Awaitable, Callable, Iterator
from math import inf
from typing import Final

from exchange.core.digest import digest
from exchange.core.state_machine import RULES_VERSION
from exchange.language.journal import JournalBroken, JournalError
from exchange.language.snapshots import SnapshotHead, Snapshots
from exchange.runtime.checking import find_wrong
from exchange.runtime.parts import LAYOUT, save
from exchange.runtime.replaying import Place

FIRST_S: Final = 10.0  # of replay before it is worth keeping
KEPT: Final = 3


class Checkpoints:
    """What one replay keeps. `seq` is the newest; 0 when none was kept.

    `ready` takes the statements as far as the market is, where they may be behind: a snapshot is never ahead of them.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        ready: Callable[[], Awaitable[None]] | None = None,
        *,
        first_s: float = FIRST_S,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._snapshots = snapshots
        self._ready = ready
        self._clock = clock
        self._first_s = self._pause_s = first_s
        self._since_s = clock()
        self._further = False  # than what was kept last, and than where the replay began
        self.seq = 0
        self.warnings: list[str] = []

    def set_out(self) -> None:
        """The replay begins: how long it took to load what it begins with does not count."""
        self._since_s = self._clock()

    async def pass_by(self, place: Place) -> None:
        """The replay is at the end of another row: keep it if the time has come."""
        self._further = True
        if self._clock() - self._since_s >= self._pause_s:
            await self._keep(place)

    async def arrive(self, place: Place) -> None:
        """The replay is over: the next one begins here if this one took long."""
        if self._further and self._pause_s < inf and self._clock() - self._since_s >= self._first_s:
            await self._keep(place)

    async def _keep(self, place: Place) -> None:
        if self._ready is not None:
            await self._ready()
        try:
            self.seq = (await keep_reached(place, self._snapshots)).seq
        except JournalError as failure:
            self._give_up(str(failure))
        except Exception as fault:  # a book that cannot even be walked: the market's own checks tell of it
            self._give_up(f"{type(fault).__name__}: {fault}")
        self._pause_s *= 2
        self._since_s = self._clock()
        self._further = False

    def _give_up(self, reason: str) -> None:
        self.warnings.append(f"No snapshot was kept on the way: {reason}")
        self._pause_s = inf


async def keep_reached(
    place: Place, snapshots: Snapshots, paced: Callable[[Iterator[bytes]], Iterator[bytes]] = iter
) -> SnapshotHead:
    """Keep a snapshot of a market at a row's end, of those before it the newest few, and all of those after it.

    Raises errors of the journal. `paced` gives the parts on, in its own time.
    """
    _check_books(place)
    head = SnapshotHead(place.seq, place.link, RULES_VERSION, LAYOUT, digest(place.machine.state))
    head = await snapshots.keep(head, paced(save(place)))
    # Those of later commands were passed over: as the newest of all they would take the place of the one that the next
    # replay is to begin at. They go when this market has come past them.
    await snapshots.thin(KEPT, head.seq)
    return head


def _check_books(place: Place) -> None:
    """JournalBroken unless the books add up, and are shown as they are: nothing else is to begin from them."""
    wrong = find_wrong(place.machine.state, place.views)
    if wrong:
        raise JournalBroken(
            f"At seq {place.seq} the books do not add up (faults: {len(wrong)}, the first: {wrong[0]}). No snapshot "
            "was kept. Halt the market, keep the database as it is, and report this."
        )
