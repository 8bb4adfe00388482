"""The bench of the edge: `python -m loadtests.edge [--orders KIND] [--only PATTERN] [--quick] [--json] [--record]`."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

import click

from gateway.cli.session import console_for
from loadtests.bench.report import Result, cpu, record, show, to_json
from loadtests.edge import fanout, plans
from loadtests.edge.orders import KINDS
from loadtests.edge.rows import LEASEBOOK, Figures, Row, run_row
from loadtests.record import machine

T = TypeVar("T")

TITLE = "# The edge under load, newest first\n"
COLUMNS = (
    "server", "door", "orders", "clients × in flight", "offered/s", "requests/s", "p50 ms", "p99 ms", "p99.9 ms",
    "server CPU ms per 1,000", "database CPU ms per 1,000", "orders checked",
)  # fmt: skip
NOTES = (
    "rest: asks that rest, one after the other. turn: an ask that rests, then its cancel. trade: bids that trade.",
    "aiohttp and fastapi give back what they get; with a size, aiohttp answers with as many bytes as we do.",
    "Client and server are two processes that share the machine; the database is one of the server's children.",
    "With a rate offered, latency counts from the planned instant; behind: given up with an answer out for 10 s.",
    "Every answer is durable. No figure before all orders were found as answered, and the audit found nothing.",
)
LISTENING_NOTES = (
    "From the instant at which an order was due to the push of it at the last socket.",
    "All sockets got the same frames, and the book that they build is the one that REST shows.",
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--orders", "kind", type=click.Choice(KINDS), default="rest", show_default=True, help="What is sent.")
@click.option("--only", multiple=True, metavar="PATTERN", help="Only rows with such names: 'leasebook stream*/s'.")
@click.option("--quick", is_flag=True, help="Short and small, to see that everything runs; the figures mean nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--record", "keep", is_flag=True, help="Put the table on top of loadtests/results/edge.md.")
@click.option("--beside", default="", help="What else the machine did meanwhile, for the record.")
def main(kind: str, only: tuple[str, ...], quick: bool, as_json: bool, keep: bool, beside: str) -> None:
    """Measure durable orders through the whole engine, by REST and by stream, beside echoes that do nothing."""
    span = plans.QUICK if quick else plans.SPAN
    asked = plans.rows(kind, plans.QUICK_CLIENTS, plans.RATES[:1]) if quick else plans.rows(kind)
    found = [run_row(row, span) for row in chosen(asked, name_of, only)]
    crowds = plans.QUICK_CROWDS if quick else plans.CROWDS
    heard = [fanout.listen(crowd) for crowd in chosen(crowds, fanout.name_of, only)]
    results = [*([result_of(found)] if found else []), *([listening_of(heard)] if heard else [])]
    if not results:
        raise click.UsageError(f"No row has a name like {', '.join(only)}.")
    command = " ".join(["python -m loadtests.edge", *sys.argv[1:]])
    had = f"{cpu()}, {machine()}. {beside}".strip()
    if as_json:
        click.echo(to_json(results, command, had))
    else:
        show(results, console_for(), had)
    if keep:
        click.echo(f"recorded in {record(results, command, had, name='edge', title=TITLE)}", err=True)


def chosen(rows: Iterable[T], name: Callable[[T], str], only: tuple[str, ...]) -> Iterator[T]:
    """The rows whose names are like one of the patterns, all when there is none, each announced."""
    for row in rows:
        if not only or any(fnmatchcase(name(row), pattern) for pattern in only):
            click.echo(f"{name(row)} ...", err=True)
            yield row


def listening_of(heard: Sequence[fanout.Heard]) -> Result:
    """Those who listen, as tables want it."""
    return Result(
        name="fan-out",
        title="Sockets that listen",
        columns=fanout.COLUMNS,
        rows=[fanout.texts_of(each) for each in heard],
        figures=[fanout.figures_of(each) for each in heard],
        promises=list(plans.listening_promises(heard)),
        notes=LISTENING_NOTES,
    )


def result_of(found: Sequence[Figures]) -> Result:
    """The bench as tables want it."""
    return Result(
        name="edge",
        title="Requests by REST and by stream",
        columns=COLUMNS,
        rows=[_texts(figures) for figures in found],
        figures=[
            {**figures.row._asdict(), **figures.ran.latencies._asdict(), "behind": figures.ran.behind,
             "server_ms": figures.server_ms, "children_ms": figures.children_ms, "checked": figures.checked}
            for figures in found
        ],
        promises=list(plans.promises(found)),
        notes=NOTES,
    )  # fmt: skip


def name_of(row: Row) -> str:
    """A row in words."""
    size = f" {row.answer_bytes} B" if row.answer_bytes else ""
    rate = f" {row.rate}/s" if row.rate else ""
    return f"{row.system}{size} {row.door} {row.kind} {row.clients} × {row.in_flight}{rate}"


def _texts(figures: Figures) -> tuple[str, ...]:
    row, times = figures.row, figures.ran.latencies
    late = "behind" if figures.ran.behind else ""
    return (
        row.system + (f", {row.answer_bytes} B" if row.answer_bytes else ""),
        row.door,
        row.kind,
        f"{row.clients}" if row.rate else f"{row.clients} × {row.in_flight}",
        f"{row.rate:,}" if row.rate else "",
        f"{times.per_second:,.0f}",
        late or f"{times.p50_ms:.2f}",
        late or f"{times.p99_ms:.2f}",
        late or f"{times.p999_ms:.2f}",
        f"{figures.server_ms:.1f}",
        f"{figures.children_ms:.1f}" if row.system == LEASEBOOK else "",
        f"{figures.checked:,}" if row.system == LEASEBOOK else "",
    )


if __name__ == "__main__":
    main()
