"""Run the benches: `python -m loadtests.bench [--quick] [--json] [--record] [NAME …]`, all or those named."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.cli.session import console_for
from loadtests.bench import books, core, degenerate, durable, leases, restart, unservable
from loadtests.bench.report import Result, record, show, to_json

Watched = Callable[[Iterable[Any], str, int], Iterable[Any]]

BENCHES: dict[str, Callable[[bool, Watched], Result]] = {
    "degenerate": lambda quick, watched: degenerate.bench_degenerate(
        degenerate.QUICK if quick else degenerate.PLANS, watched
    ),
    "leases": lambda quick, watched: leases.bench_leases(leases.QUICK if quick else leases.PLAN, watched),
    "core": lambda quick, watched: core.bench_core(core.QUICK if quick else core.PLAN, watched),
    "durable": lambda quick, watched: durable.bench_durable(durable.QUICK if quick else durable.PLAN, watched),
    "restart": lambda quick, watched: restart.bench_restart(restart.QUICK if quick else restart.PLAN, watched),
    "unservable": lambda quick, watched: unservable.bench_unservable(
        unservable.QUICK if quick else unservable.PLAN, watched
    ),
    "books": lambda quick, watched: books.bench_books(books.QUICK if quick else books.PLANS, watched),
}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(tuple(BENCHES)))
@click.option("--quick", is_flag=True, help="Small sizes, to see that everything runs; the figures mean nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--record", "keep", is_flag=True, help="Put the tables on top of loadtests/results/bench.md.")
def main(names: tuple[str, ...], quick: bool, as_json: bool, keep: bool) -> None:
    """Measure the books, bids that nothing can serve, the price of the second dimension, leases, the whole core, round
    trips to disk and back, and restarts.

    All of them, or those named. Figures are of this machine, now; ratios travel better.
    """
    with watching() as watched:
        results = [bench(quick, watched) for name, bench in BENCHES.items() if name in names or not names]
    command = " ".join(["python -m loadtests.bench", *sys.argv[1:]])
    if as_json:
        click.echo(to_json(results, command))
    else:
        show(results, console_for())
    if keep:
        click.echo(f"recorded in {record(results, command)}", err=True)


@contextmanager
def watching() -> Iterator[Watched]:
    """A bar on standard error for everything that takes its time."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console_for(stderr=True), refresh_per_second=2) as progress:

        def watched(items: Iterable[Any], what: str, count: int) -> Iterator[Any]:
            task = progress.add_task(what, total=count)
            batch = max(count // 100, 1)
            for number, item in enumerate(items, start=1):
                yield item
                if number % batch == 0:
                    progress.update(task, completed=number)
            progress.remove_task(task)

        yield watched


if __name__ == "__main__":
    main()
