"""The pulse of a market: what each of its stages has done since it opened, and what waits between them.

Counters only grow, begin at 0 with the process, and are plain integers, so that counting costs next to nothing; whoever
looks makes rates of them. Lengths of time are real ones, in nanoseconds; nothing of this is part of the market's state.
"""

from bisect import bisect_left
from typing import Final

from msgspec import Struct

# Half a millisecond is what an order takes, half a second is when something is wrong; of either side a few more.
BOUNDS_NS: Final = tuple(
    us * 1_000
    for us in (250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 5_000_000)
)


class Spread:
    """How long something has taken: how often within each bound of BOUNDS_NS and beyond the last, and in all."""

    __slots__ = ("counts", "total_ns")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_NS) + 1)
        self.total_ns = 0

    def note(self, took_ns: int) -> None:
        """It has happened once more."""
        self.counts[bisect_left(BOUNDS_NS, took_ns)] += 1
        self.total_ns += took_ns


class CommandPulse(Struct, frozen=True, gc=False):
    """One kind of command: how many were applied, refused ones among them, and how long that took in all."""

    kind: str
    applied: int
    apply_ns: int


class SnapshotPulse(Struct, frozen=True, kw_only=True):
    """The snapshots that were taken while the market was open; `seq` is that of the newest there is."""

    seq: int
    taken: int
    failed: int
    last_ns: int  # what the newest of them took; 0 before the first


class Pulse(Struct, frozen=True, kw_only=True):
    """Every stage, in the order in which a command passes them."""

    seq: int
    # the inbox
    waiting: int
    waiting_max: int
    turned_away: int  # commands that found it full
    # the journal
    commits: Spread  # batches
    committed: int  # commands, those of the clock among them
    # the machine
    commands: tuple[CommandPulse, ...]
    rejects: dict[str, int]  # by code
    open_bids: int
    open_asks: int
    # the views and the feed
    fold_ns: int
    ring: int  # what accounts were told, kept in memory
    subscriptions: dict[str, int]  # by kind of channel
    overflows: dict[str, int]  # by kind: news that were dropped as somebody did not read
    # the statements
    written_seq: int
    rows_waiting: int
    pages: Spread
    # what watches over all of it
    snapshots: SnapshotPulse
    checks: int  # of all the books
    check_ns: int
    violations: int  # that the last check found
    checks_skipped: int  # that were due, and for which the market was too large
    marks_skipped: int  # likewise, digests
    recovery_ns: int
    replayed: int
