"""The same orders on the same timetable with no console open and with many: what the server spends, what orders wait.

Each row has a server of its own. There is no figure unless every order was taken, the audit finds nothing, and every
console's book is in the end the one that REST shows.
"""

import asyncio
import selectors
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from gateway.client.sync import SyncClient
from loadtests.bench.report import Promise, Result
from loadtests.consoles.flow import Buyer, Market, Provider, ask_of
from loadtests.consoles.viewers import TENOR, Book, Seen
from loadtests.edge.rows import Wrong
from loadtests.edge.served import Served, Spent, leasebook
from loadtests.openloop.latencies import Latencies
from loadtests.openloop.lines import Line, StreamLine, opened
from loadtests.openloop.running import open_loop
from loadtests.openloop.scene import newcomer, now_s

MARKETS: Final = (
    Market("hangzhou", "h800-sxm"),
    Market("shanghai", "h800-sxm"),
    Market("hangzhou", "h100-sxm"),
    Market("shanghai", "h100-sxm"),
)
FRAMES_MAX: Final = 10  # of both channels together, as the server sends them
_LATE: Final = 2  # that more may be read in a second: of each of the two channels one that was late meets others
_CONNECTIONS: Final = 100_000  # that an address may have while this is measured
_LIMITS: Final = ("connections_max", "connections_per_address_max")
_BOOK_MAX: Final = 100  # levels that REST shows


class Plan(NamedTuple):
    """Orders a second, for how long they warm up and are measured, and how many consoles are open in each row."""

    rate: int
    warm_s: float
    run_s: float
    consoles: tuple[int, ...]


PLAN: Final = Plan(400, 3.0, 30.0, (0, 200))
QUICK: Final = Plan(100, 0.5, 1.5, (0, 8))


class Found(NamedTuple):
    """One row."""

    consoles: int
    latencies: Latencies
    spent: Spent
    wall_s: float
    seen: Seen


class Ran(NamedTuple):
    """What a row came to while it was measured, and the seq of every market's last order."""

    latencies: Latencies
    spent: Spent
    wall_s: float


def bench_consoles(plan: Plan, tell: Callable[[str], None]) -> Result:
    """All rows as a table. Raises Wrong."""
    found: list[Found] = []
    for consoles in plan.consoles:
        tell(f"{consoles} consoles")
        found.append(_row(plan, consoles))
    return result_of(plan, found)


def _row(plan: Plan, consoles: int) -> Found:
    limits = [word for name in _LIMITS for word in ("--limit", f"{name}={_CONNECTIONS}")]
    with leasebook(limits) as served, SyncClient(served.url, served.operator) as operator:
        provider = newcomer(operator, "provider", ("provider",), ("read", "provide"))
        buyer = newcomer(operator, "buyer", ("buyer",), ("read", "trade"))
        with _timetables() as runner:
            ran, seen = runner.run(_watched(plan, consoles, served, provider, buyer, now_s(operator)))
        if violations := operator.audit().violations:
            raise Wrong(f"the audit finds {violations[:3]}")
        check_books(seen, {market.name: _book(operator, market) for market in MARKETS})
    return Found(consoles, ran.latencies, ran.spent, ran.wall_s, seen)


async def _watched(
    plan: Plan, consoles: int, served: Served, provider: str, buyer: str, begins_s: int
) -> tuple[Ran, Seen]:
    host = urlsplit(served.url).netloc
    lines: list[Line] = [
        StreamLine(Provider("p", begins_s, MARKETS), host, provider),
        StreamLine(Buyer("b", begins_s, MARKETS), host, buyer),
    ]
    await opened(served.url, lines)
    viewers = await _opened(served.url, consoles) if consoles else None
    await open_loop(lines, plan.rate, 0, plan.warm_s)
    before, began_s = served.spent(), perf_counter()
    ran = await open_loop(lines, plan.rate, 0, plan.run_s)
    after, wall_s = served.spent(), perf_counter() - began_s
    for line in lines:
        line.end()
        if line.refused:
            raise Wrong(f"an order was refused: {next(iter(line.refused.values()))!r}")
    if ran.behind:
        raise Wrong("the server did not keep up")
    last = await asyncio.to_thread(_last_orders, served.url, provider, begins_s)
    seen = await _told(viewers, last) if viewers else Seen()
    spent = Spent(after.server_s - before.server_s, after.children_s - before.children_s)
    return Ran(ran.latencies, spent, wall_s), seen


async def _opened(url: str, consoles: int) -> Process:
    names = [market.name for market in MARKETS]
    words = [sys.executable, "-m", "loadtests.consoles.viewers", url, str(consoles), *names]
    viewers = await asyncio.create_subprocess_exec(*words, stdin=PIPE, stdout=PIPE, limit=1 << 24)
    assert viewers.stdout is not None
    if await viewers.stdout.readline() != b"up\n":
        raise Wrong("the consoles did not open")
    return viewers


async def _told(viewers: Process, last: dict[str, int]) -> Seen:
    """What the consoles saw, when their books have come to the last order."""
    said, _ = await viewers.communicate(msgspec.json.encode(last) + b"\n")
    if viewers.returncode:
        raise Wrong("the consoles did not come to the end")
    return msgspec.json.decode(said, type=Seen)


def _last_orders(url: str, provider: str, begins_s: int) -> dict[str, int]:
    """One more ask in each market, at a price of its own; its seq."""
    with SyncClient(url, provider) as client:
        return {
            market.name: client.place_ask(ask_of(f"last-{place}", begins_s, market, 99)).seq
            for place, market in enumerate(MARKETS)
        }


def _book(client: SyncClient, market: Market) -> Book:
    book = client.book(market.region, market.chip, TENOR, depth=_BOOK_MAX)
    return Book(book.asks, book.bids)


def check_books(seen: Seen, real: dict[str, Book]) -> None:
    """All consoles of a market have its book. Raises Wrong."""
    for name, books in seen.books.items():
        if [Book(book.asks[:_BOOK_MAX], book.bids[:_BOOK_MAX]) for book in books] != [real[name]]:
            raise Wrong(f"the books of {name} that consoles have are not the one that REST shows")


@contextmanager
def _timetables() -> Iterator[asyncio.Runner]:
    """A timetable wants a loop that wakes to the microsecond, which `select` does."""
    make = lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())  # noqa: E731 - a factory, used once
    with asyncio.Runner(loop_factory=make) as runner:
        yield runner


# ------------------------------------------------------------------------------------------------------------ report

COLUMNS: Final = (
    "consoles", "orders/s", "p50 ms", "p99 ms", "server CPU s", "server CPU, of one core", "database CPU s",
    "frames/s of the busiest", "most in a second", "book frames checked", "trades told", "told whole again", "failures",
)  # fmt: skip
NOTES: Final = (
    "A console is a socket with the status and one market's paced book and trades, and GETs its candles every 3 s.",
    "It makes the book and checks the checksum of every frame. All consoles are one process, the orders another.",
    "Server, database and both share the machine's cores, so consoles that work take time from the server, too.",
    "Frames are a console's book and trades: over all its time, and in any one second, in which late ones meet others.",
    "Every order was taken, the audit finds nothing, and in the end every console had the book that REST shows.",
)


def result_of(plan: Plan, found: list[Found]) -> Result:
    """The rows as tables want them, and what is promised of them."""
    checked = sum(each.seen.book_frames for each in found)
    failures = [failure for each in found for failure in each.seen.failures]
    busiest = max(each.seen.most_per_s for each in found)
    most = max(each.seen.most_in_a_second for each in found)
    promises = [
        Promise(
            "frames a second of the busiest console, book and trades", f"at most {FRAMES_MAX}", f"{busiest:.2f}",
            busiest <= FRAMES_MAX,
        ),
        Promise(
            "most frames of any console in any one second", f"at most {FRAMES_MAX}, and {_LATE} that were late",
            f"{most}", most <= FRAMES_MAX + _LATE,
        ),
        Promise(
            f"checksums that failed, frames that were missing, of {checked:,} frames", "none",
            failures[0] if failures else "none", not failures,
        ),
    ]  # fmt: skip
    offered = (
        f"{plan.rate} orders/s offered for {plan.run_s:g} s over two streams, in turn to {len(MARKETS)} markets: asks "
        "and bids that rest, bids that trade, cancels. Latency counts from the planned instant."
    )
    return Result(
        name="consoles",
        title="Orders while consoles are open",
        columns=COLUMNS,
        rows=[_texts(each) for each in found],
        figures=[_figures(each) for each in found],
        promises=promises,
        notes=(offered, *NOTES),
    )


def _texts(found: Found) -> tuple[str, ...]:
    seen, times = found.seen, found.latencies
    return (
        f"{found.consoles}", f"{times.per_second:,.0f}", f"{times.p50_ms:.2f}", f"{times.p99_ms:.2f}",
        f"{found.spent.server_s:.2f}", f"{found.spent.server_s / found.wall_s:.1%}", f"{found.spent.children_s:.2f}",
        f"{seen.most_per_s:.2f}", f"{seen.most_in_a_second}", f"{seen.book_frames:,}", f"{seen.trades:,}",
        f"{seen.wholes}", f"{len(seen.failures)}",
    )  # fmt: skip


def _figures(found: Found) -> dict[str, Any]:
    seen = {name: value for name, value in msgspec.structs.asdict(found.seen).items() if name != "books"}
    spent = {"server_s": found.spent.server_s, "children_s": found.spent.children_s, "wall_s": found.wall_s}
    return {"consoles": found.consoles, **found.latencies._asdict(), **spent, **seen}
