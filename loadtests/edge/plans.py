"""Which rows the bench has, in which order, and what they promise together."""

from collections.abc import Iterator, Sequence
from typing import Final

from loadtests.bench.report import Promise
from loadtests.edge.fanout import ACCOUNT, BOOK, Crowd, Heard
from loadtests.edge.orders import KINDS
from loadtests.edge.rows import LEASEBOOK, REST, STREAM, Figures, Row, Span

CLIENTS: Final = 64
CLOSED: Final = ((1, 1), (1, 16), (CLIENTS, 1), (CLIENTS, 16))  # clients, requests in flight of each
RATES: Final = (1_000, 2_000, 5_000, 10_000, 20_000, 40_000)  # requests/s offered
ANSWER_BYTES: Final = {REST: 900, STREAM: 930}  # about what an ask that rests is answered with

SPAN: Final = Span(warm_s=1, run_s=5, behind_max_s=10)
QUICK: Final = Span(warm_s=0.2, run_s=0.5, behind_max_s=5)
QUICK_CLIENTS: Final = 4
OFFERED: Final = 5_000  # requests/s over the stream, of which the latency is promised
P50_MS, P99_MS = 2, 10
CROWDS: Final = (
    Crowd(1_000, (BOOK,), 100, 10),
    Crowd(200, (ACCOUNT, BOOK), 100, 10),
    Crowd(199, (ACCOUNT, BOOK), 100, 10, stuck=1),
)
QUICK_CROWDS: Final = (Crowd(8, (BOOK,), 50, 0.5), Crowd(7, (ACCOUNT, BOOK), 50, 0.5, stuck=1))
STUCK_SLACK: Final = 1.2  # by so much may a reader that is stuck lengthen the p99 of the others
REST_SHARE, STREAM_SHARE = 0.5, 0.4  # of the echo's rate


def rows(kind: str, clients: int = CLIENTS, rates: Sequence[int] = RATES) -> Iterator[Row]:
    """All rows with orders of one kind; at 64 clients those of the other kinds, too."""
    for door in (REST, STREAM):
        yield Row("aiohttp", door, kind, clients)
        yield Row("aiohttp", door, kind, clients, answer_bytes=ANSWER_BYTES[door])
        yield Row("aiohttp", door, kind, clients, 16)
        if door == REST:
            yield Row("fastapi", door, kind, clients)
        for count, in_flight in CLOSED:
            yield Row(LEASEBOOK, door, kind, min(count, clients), in_flight)
        for other in KINDS:
            if other != kind:
                yield Row(LEASEBOOK, door, other, clients)
        for rate in rates:
            yield Row(LEASEBOOK, door, kind, clients, rate=rate)


def promises(found: Sequence[Figures]) -> Iterator[Promise]:
    """What the bench is held to, of the rows that were run."""
    for in_flight in (1, 16):
        for door, share in ((REST, REST_SHARE), (STREAM, STREAM_SHARE)):
            ours, echo = (_rate(found, system, door, in_flight) for system in (LEASEBOOK, "aiohttp"))
            if ours and echo:
                what = f"orders/s by {door}, {in_flight} in flight per client, of a bare aiohttp echo's"
                yield Promise(what, f"at least {share}", f"{ours / echo:.2f}", ours >= share * echo)
    ours, echo = _rate(found, LEASEBOOK, REST, 1), _rate(found, "fastapi", REST, 1)
    if ours and echo:
        what = "orders/s by REST, beside an echo on FastAPI"
        yield Promise(what, f"above {echo:,.0f}", f"{ours:,.0f}", ours > echo)
    for figures in found:
        if (figures.row.system, figures.row.door, figures.row.rate) == (LEASEBOOK, STREAM, OFFERED):
            times = figures.ran.latencies
            kept = times.p50_ms < P50_MS and times.p99_ms < P99_MS and not figures.ran.behind
            shown = f"{times.p50_ms:.2f} ms, {times.p99_ms:.2f} ms"
            yield Promise(
                f"p50 and p99 at {OFFERED:,} orders/s offered by stream", f"under {P50_MS} ms, {P99_MS} ms", shown, kept
            )


def listening_promises(heard: Sequence[Heard]) -> Iterator[Promise]:
    """One stuck reader among many must not be felt."""
    free = [each.p99_ms for each in heard if not each.crowd.stuck and len(each.crowd.channels) > 1]
    stuck = [each.p99_ms for each in heard if each.crowd.stuck]
    if free and stuck:
        what = "p99 of the others with one stuck reader among them"
        kept = stuck[0] <= free[0] * STUCK_SLACK
        yield Promise(what, f"at most {STUCK_SLACK} × {free[0]:.2f} ms", f"{stuck[0]:.2f} ms", kept)


def _rate(found: Sequence[Figures], system: str, door: str, in_flight: int) -> float:
    """Requests/s of the closed loop with most clients and the bench's first kind of orders; 0 when it was not run."""
    kind = found[0].row.kind
    same = [
        figures
        for figures in found
        if figures.row[:3] == (system, door, kind)
        and (figures.row.in_flight, figures.row.rate, figures.row.answer_bytes) == (in_flight, 0, 0)
    ]
    return max(same, key=lambda figures: figures.row.clients).ran.latencies.per_second if same else 0.0
