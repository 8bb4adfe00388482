"""A check of all the books now and then, while the market trades: what it finds is counted, and must be nothing.

Each command is checked for what it touched as it is applied; this one walks everything, and commands wait meanwhile. So
it has a small share of the time, and is left out of a market where nothing happens. One that is too large for it
(runtime/walks.py) is checked whenever a snapshot is taken, in the process that takes it; what is left out is counted.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from exchange.core.conservation import audit
from exchange.core.ledger.chart import AVAILABLE, COMMITTED, POOL, PURSES, programme_purse, purse
from exchange.core.state import State
from exchange.language.units import Micros
from exchange.projections.views import Views
from exchange.runtime.meters import Meters
from exchange.runtime.walks import CHECK, WALK_MAX_S, Walk

EVERY_S: Final = 15.0
SHARE: Final = 200  # a check is given one part in so many of the time


async def keep_checking(state: State, meters: Meters, check: Callable[[], Sequence[str]]) -> None:
    """Check until cancelled; whatever `check` finds, or breaks at, is for the meters to tell."""
    seen_seq, pause_s, walk = 0, EVERY_S, Walk(state, CHECK)
    while True:
        await asyncio.sleep(pause_s)
        if state.seq == seen_seq:
            continue
        if walk.expected_s() > WALK_MAX_S:
            walk.skipped()
            meters.checks_skipped += 1
            pause_s = EVERY_S
            continue
        seen_seq, began_ns = state.seq, time.perf_counter_ns()
        try:
            found = len(check())
        except Exception:  # a book that cannot even be walked is not sound
            found = 1
        took_ns = time.perf_counter_ns() - began_ns
        walk.took(took_ns / 1e9)
        meters.note_check(found, took_ns)
        pause_s = max(EVERY_S, SHARE * took_ns / 1e9)


def find_wrong(state: State, views: Views) -> list[str]:
    """All that is wrong with the books, or shown otherwise than it is."""
    wrong = audit(state)
    for name, real, shown in _shown(state, views):
        if shown != real:
            wrong.append(f"{name} is {real}, shown as {shown}")
    return wrong


def _shown(state: State, views: Views) -> Iterator[tuple[str, Micros, Micros]]:
    """Every amount that the views show of the books: whose it is, what it is, and what is shown."""
    for account in views.accounts():
        for kind in PURSES:
            name = purse(account.account_id, kind)
            yield name, state.ledger.balance(name), getattr(account, f"{kind}_micros")
        name = purse(account.account_id, AVAILABLE)
        yield f"of {name} what is contestable", state.contestable.get(name, 0), account.contestable_micros
    for programme in views.programmes():
        for kind, shown in ((POOL, programme.pool_micros), (COMMITTED, programme.committed_micros)):
            name = programme_purse(programme.definition.programme, kind)
            yield name, state.ledger.balance(name), shown
