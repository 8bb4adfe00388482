"""One row of the bench: a server, a way to load it, and the figures, which exist once the final state is checked."""

import asyncio
import selectors
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import uvloop

from gateway import schema
from gateway.client.sync import SyncClient
from loadtests.edge import orders
from loadtests.edge.served import Served, Spent, echo, leasebook
from loadtests.openloop.lines import Line, RestLine, StreamLine, opened
from loadtests.openloop.running import Ran, closed_loop, open_loop
from loadtests.openloop.scene import every_order, newcomer, now_s

LEASEBOOK: Final = "leasebook"
REST, STREAM = "REST", "stream"
_SUPPLY_CHIPS: Final = "100000"


class Wrong(Exception):
    """The server's final state is not what it answered: there is no figure."""


class Row(NamedTuple):
    """What is run. With a rate it is a timetable, else a closed loop with so many in flight per client."""

    system: str
    door: str
    kind: str
    clients: int
    in_flight: int = 1
    rate: int = 0
    answer_bytes: int = 0  # of an echo; 0: as many as it got


class Span(NamedTuple):
    """How long: to warm up, to be measured, and how far behind a timetable a server may fall."""

    warm_s: float
    run_s: float
    behind_max_s: float


class Figures(NamedTuple):
    """What a row came to; processor time in milliseconds for 1,000 requests."""

    row: Row
    ran: Ran
    server_ms: float
    children_ms: float
    checked: int  # orders that were found in the state that the last answer gave them
    refused: int


class Scene(NamedTuple):
    """Who asks: a key for each client, the operator's client, none of both where an echo is asked."""

    keys: list[str]
    now_s: int
    operator: SyncClient | None


def run_row(row: Row, span: Span) -> Figures:
    """Start the server, load it, check its state, end it. Raises Wrong, and Broken when the server drops a line."""
    serving: AbstractContextManager[Served]
    serving = leasebook() if row.system == LEASEBOOK else echo(row.system, row.answer_bytes)
    with serving as served:
        scene = _set(row, served)
        with _runner(row) as run:
            lines, ran, spent = run(_loaded(row, span, served, scene))
        refused = sum(len(line.refused) for line in lines)
        checked = 0 if scene.operator is None else _check(row, served, scene, lines, ran)
        sent = sum(len(line.notes) for line in lines)
        return Figures(row, ran, 1e6 * spent.server_s / sent, 1e6 * spent.children_s / sent, checked, refused)


def _set(row: Row, served: Served) -> Scene:
    """Accounts with money, one per client; for bids a supply that will do."""
    if row.system != LEASEBOOK:
        return Scene([""] * row.clients, 0, None)
    operator = SyncClient(served.url, served.operator)
    begins_s = now_s(operator)
    roles: tuple[schema.Role, ...] = ("buyer", "provider")
    keys = [
        newcomer(operator, f"client-{number}", roles, ("read", "trade", "provide")) for number in range(row.clients)
    ]
    if row.kind == "trade":
        key = newcomer(operator, "supplier", ("provider",), ("read", "provide"))
        with SyncClient(served.url, key) as supplier:
            supplier.place_ask(orders.an_ask("supply", begins_s, "13.00", _SUPPLY_CHIPS))
    return Scene(keys, begins_s, operator)


@contextmanager
def _runner(row: Row) -> Iterator[Callable[..., Any]]:
    """A timetable wants a loop that wakes to the microsecond, which `select` does; a closed loop the fastest one."""
    make = (lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) if row.rate else uvloop.new_event_loop
    with asyncio.Runner(loop_factory=make) as runner:
        yield runner.run


async def _loaded(row: Row, span: Span, served: Served, scene: Scene) -> tuple[list[Line], Ran, Spent]:
    host = urlsplit(served.url).netloc
    streams, sockets = row.door == STREAM, 1 if row.door == STREAM else row.in_flight
    lines: list[Line] = []
    for number, key in enumerate(key for key in scene.keys for _ in range(sockets)):
        asking = orders.Orders(row.kind, f"c{number}", scene.now_s, host, key, streams=streams)
        lines.append(StreamLine(asking, host, key) if streams else RestLine(asking))
    await opened(served.url, lines)
    before = served.spent()
    if row.rate:
        ran = await open_loop(lines, row.rate, span.warm_s, span.run_s, span.behind_max_s)
    else:
        ran = await closed_loop(lines, row.in_flight if streams else 1, span.warm_s, span.run_s)
    after = served.spent()
    for line in lines:
        line.end()
    return lines, ran, Spent(after.server_s - before.server_s, after.children_s - before.children_s)


def _check(row: Row, served: Served, scene: Scene, lines: list[Line], ran: Ran) -> int:
    """Find every order that an answer told of, in the state that the last such answer gave; and have all audited."""
    assert scene.operator is not None
    known: dict[str, dict[str, orders.Said]] = {}
    sockets = len(lines) // len(scene.keys)
    for place, line in enumerate(lines):
        told = known.setdefault(scene.keys[place // sockets], {})
        for number in sorted(line.texts):
            order = orders.said(line.texts[number])
            if order is None:
                raise Wrong(f"an answer without an order: {line.texts[number]!r}")
            told[order.client_order_id] = order
    for key, told in known.items():
        with SyncClient(served.url, key) as client:
            found = every_order(client, "bids" if row.kind == "trade" else "asks")
        compare(told, {order.client_order_id: order for order in found}, exact=not ran.behind)
    if violations := scene.operator.audit().violations:
        raise Wrong(f"the audit finds {violations[:3]}")
    return sum(map(len, known.values()))


def compare(told: dict[str, orders.Said], held: dict[str, schema.Ask | schema.Bid], *, exact: bool) -> None:
    """`exact` when every request was answered: then there is no order more, either."""
    for name, order in told.items():
        found = held.get(name)
        if found is None:
            raise Wrong(f"{name} was answered and is not there")
        order_id = found.ask_id if isinstance(found, schema.Ask) else found.bid_id
        if (order.order_id, order.state) != (order_id, found.state):
            raise Wrong(f"{name} was answered as {order}, and is {order_id}, {found.state}")
    if exact and len(told) != len(held):
        raise Wrong(f"{len(told)} orders were answered, {len(held)} are there")
