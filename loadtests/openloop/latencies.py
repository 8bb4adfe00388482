"""What a run noted of each request, and the exact percentiles of it: whole lists are sorted, nothing is estimated."""

from collections.abc import Sequence
from typing import NamedTuple

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


class Note(NamedTuple):
    """One request that was answered: when it was due and when its answer came, by `perf_counter_ns`."""

    due_ns: int
    answered_ns: int


class Latencies(NamedTuple):
    """Of so many answers, in milliseconds, and how many came per second."""

    answers: int
    per_second: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    most_ms: float


def latencies_of(notes: Sequence[Note], begin_ns: int, end_ns: int) -> Latencies:
    """Of what was due between two instants; the rate is of what was answered between them."""
    spent = sorted(note.answered_ns - note.due_ns for note in notes if begin_ns <= note.due_ns < end_ns)
    answered = sum(begin_ns <= note.answered_ns < end_ns for note in notes)
    return Latencies(
        answers=len(spent),
        per_second=answered * NS_PER_S / (end_ns - begin_ns),
        p50_ms=_at(spent, 500) / NS_PER_MS,
        p99_ms=_at(spent, 990) / NS_PER_MS,
        p999_ms=_at(spent, 999) / NS_PER_MS,
        most_ms=(spent[-1] if spent else 0) / NS_PER_MS,
    )


def _at(ordered: Sequence[int], per_mille: int) -> int:
    """The smallest value that at least so many in a thousand do not exceed."""
    return ordered[-(-len(ordered) * per_mille // 1000) - 1] if ordered else 0
