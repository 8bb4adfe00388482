"""The two ways to put load on lines: a closed loop, which asks anew when it is answered, and a timetable, which asks.

On the timetable request i is due at its start + i / rate whatever has been answered, and its latency counts from then,
so time that a request spends waiting for its turn, in the client or in the server, is part of what is reported.
"""

import asyncio
from collections.abc import Sequence
from time import perf_counter_ns
from typing import Final, NamedTuple

from loadtests.openloop.latencies import NS_PER_S, Latencies, latencies_of
from loadtests.openloop.lines import Line
from loadtests.openloop.wire import Broken

BEHIND_MAX_S: Final = 30.0  # an answer that is out for longer ends a run: the server does not keep up
_TICK_NS: Final = 250_000  # what is due within one tick leaves in one write per line
_LOOK_S: Final = 0.02
_ANSWERS_S: Final = 30.0  # for the last answers of a closed loop


class Ran(NamedTuple):
    """What a run came to; `behind` when it was given up."""

    latencies: Latencies
    behind: bool
    begin_ns: int
    end_ns: int


async def closed_loop(lines: Sequence[Line], in_flight: int, warm_s: float, run_s: float) -> Ran:
    """So many requests of each line under way at any time. What comes within `warm_s` is not measured."""
    begin_ns = perf_counter_ns() + round(warm_s * NS_PER_S)
    end_ns = begin_ns + round(run_s * NS_PER_S)

    def again(line: Line, count: int) -> None:
        now_ns = perf_counter_ns()
        if now_ns < end_ns:
            line.write(b"".join([line.ask(now_ns) for _ in range(count)]))

    for line in lines:
        line.answered = again
        line.write(b"".join([line.ask(perf_counter_ns()) for _ in range(in_flight)]))
    await asyncio.sleep(warm_s + run_s)
    async with asyncio.timeout(_ANSWERS_S):
        while any(line.open for line in lines) and not _lost(lines):  # noqa: ASYNC110 - an event costs each answer
            await asyncio.sleep(_LOOK_S)
    return _ran(lines, False, begin_ns, end_ns)


async def open_loop(
    lines: Sequence[Line], rate: int, warm_s: float, run_s: float, behind_max_s: float = BEHIND_MAX_S
) -> Ran:
    """Requests at instants that were fixed before the first of them. What is due within `warm_s` is not measured."""
    start_ns = perf_counter_ns()
    begin_ns = start_ns + round(warm_s * NS_PER_S)
    end_ns = begin_ns + round(run_s * NS_PER_S)
    count, sent = round((warm_s + run_s) * rate), 0
    behind_ns = round(behind_max_s * NS_PER_S)
    look_ns = start_ns
    while sent < count:
        now_ns = perf_counter_ns()
        due = min(count, (now_ns - start_ns) * rate // NS_PER_S + 1)
        sent = _send(lines, range(sent, due), start_ns, rate)
        if now_ns > look_ns:
            look_ns = now_ns + behind_ns // 100
            if _lost(lines) or _oldest_ns(lines, now_ns) < now_ns - behind_ns:
                break
        next_ns = start_ns + sent * NS_PER_S // rate
        await asyncio.sleep(max(next_ns - perf_counter_ns(), _TICK_NS) / NS_PER_S)
    behind = False
    while any(line.open for line in lines) and not _lost(lines):
        now_ns = perf_counter_ns()
        behind = _oldest_ns(lines, now_ns) < now_ns - behind_ns
        if behind:
            break
        await asyncio.sleep(_LOOK_S)
    return _ran(lines, behind, begin_ns, min(end_ns, perf_counter_ns()))


def _send(lines: Sequence[Line], numbers: range, start_ns: int, rate: int) -> int:
    """Ask what is due, line after line in turn, with one write for each line; the number that is next."""
    writes: dict[int, list[bytes]] = {}
    for number in numbers:
        place = number % len(lines)
        writes.setdefault(place, []).append(lines[place].ask(start_ns + number * NS_PER_S // rate))
    for place, requests in writes.items():
        lines[place].write(b"".join(requests))
    return max(numbers.stop, numbers.start)


def _oldest_ns(lines: Sequence[Line], now_ns: int) -> int:
    """When the request was due that has been out for longest; now, when none is out."""
    return min((next(iter(line.open.values())) for line in lines if line.open), default=now_ns)


def _lost(lines: Sequence[Line]) -> bool:
    return any(line.lost for line in lines)


def _ran(lines: Sequence[Line], behind: bool, begin_ns: int, end_ns: int) -> Ran:
    for line in lines:
        if line.lost:
            raise Broken(line.lost)
    notes = [note for line in lines for note in line.notes]
    return Ran(latencies_of(notes, begin_ns, end_ns), behind, begin_ns, end_ns)
