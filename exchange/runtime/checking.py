"""A check of all the books now and then, while the market trades: what it finds is counted, and must be nothing.

Each command is checked for what it touched as it is applied; this one walks everything, and commands wait meanwhile. So
it has a small share of the time, and is left out of a market that is too large for it, as of one where nothing happens.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from exchange.core.state import State
from exchange.runtime.meters import Meters

EVERY_S: Final = 15.0
SHARE: Final = 200  # a check is given one part in so many of the time
OPEN_MAX: Final = 50_000  # orders and leases


async def keep_checking(state: State, meters: Meters, check: Callable[[], Sequence[str]]) -> None:
    """Check until cancelled; whatever `check` finds, or breaks at, is for the meters to tell."""
    seen_seq, pause_s = 0, EVERY_S
    while True:
        await asyncio.sleep(pause_s)
        if state.seq == seen_seq or len(state.bids) + len(state.asks) + len(state.leases) > OPEN_MAX:
            continue
        seen_seq, began_ns = state.seq, time.perf_counter_ns()
        try:
            found = len(check())
        except Exception:  # a book that cannot even be walked is not sound
            found = 1
        took_ns = time.perf_counter_ns() - began_ns
        meters.note_check(found, took_ns)
        pause_s = max(EVERY_S, SHARE * took_ns / 1e9)
