"""Time commands one by one: so many, how fast in all, how long the middle one and the slowest in a hundred took.

The garbage collector stays on. What a bench has built before its first timed command is frozen, as a market's state is
after recovery, so that collections look only at what the commands themselves leave behind. The clock is read twice per
command, which costs about a tenth of a microsecond and counts as part of it.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter_ns
from typing import NamedTuple, TypeVar

C = TypeVar("C")

NS_PER_S = 1_000_000_000
NS_PER_US = 1_000


class Timing(NamedTuple):
    """Of a number of commands; times in microseconds."""

    commands: int
    per_second: float
    median_us: float
    p99_us: float


def timing_of(spent_ns: list[int]) -> Timing:
    """What single times come to; there must be at least one."""
    ordered = sorted(spent_ns)
    return Timing(
        commands=len(ordered),
        per_second=len(ordered) * NS_PER_S / sum(ordered),
        median_us=ordered[len(ordered) // 2] / NS_PER_US,
        p99_us=ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)] / NS_PER_US,
    )


def timed(run: Callable[[C], object], commands: Iterable[C]) -> list[int]:
    """The nanoseconds that each command took; making the commands, when they are made lazily, is not counted."""
    spent: list[int] = []
    for command in commands:
        began_ns = perf_counter_ns()
        run(command)
        spent.append(perf_counter_ns() - began_ns)
    return spent


@contextmanager
def frozen() -> Iterator[None]:
    """Keep the garbage collector away from what is there now, and let it have all of it afterwards."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.collect()
