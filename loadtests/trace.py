"""Replay the openb trace through the whole engine: `python -m loadtests.trace FOLDER`.

The engine is all that a server has but for the edge: inbox, journal in PostgreSQL, state machine, views. Its clock
starts at a fixed instant and moves only when told to, so the same trace and options end in the same digest.
"""

import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import click
import msgspec
import uvloop
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from exchange.core.state_machine import RULES_VERSION
from exchange.language.journal import JournalError
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from exchange.store.embedded import start_embedded
from exchange.store.journal import PostgresJournal
from gateway.cli.session import console_for
from loadtests.openb import Trace, TraceError, read_trace
from loadtests.openb_market import CONDITIONS, START_S, make_plan
from loadtests.record import record
from loadtests.replay import IN_FLIGHT, Replay, ReplayError, Watch
from loadtests.tally import Result, table, tally

COMPRESS = 3600
SHORTEN = 1
NS_PER_MS = 1_000_000


@asynccontextmanager
async def fresh_market(database_url: str | None) -> AsyncIterator[Exchange]:
    """A market at its very beginning, on the database named or on one that is gone afterwards.

    Raises JournalError when there is no database, and ReplayError when it holds a market already.
    """
    async with AsyncExitStack() as stack:
        if database_url is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="leasebook-trace-"))
            database_url = await stack.enter_async_context(start_embedded(Path(folder)))
        journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=RULES_VERSION)
        if await journal.last_seq():
            await journal.close()
            raise ReplayError("the database holds a market already: name an empty one")
        clock = SandboxClock(0, START_S)
        exchange = await Exchange.open(journal, clock, seeds=load_seeds(default_seeds_dir()))
        stack.push_async_callback(exchange.close)
        yield exchange


async def replay_trace(trace: Trace, compress: int, shorten: int, database_url: str | None, watch: Watch) -> Result:
    """Run a trace through a fresh market, to its end."""
    plan = make_plan(trace, compress, shorten)
    async with fresh_market(database_url) as market:
        before = market.audit()
        replay = Replay(market, plan, watch)
        began_ns = time.perf_counter_ns()
        await replay.place()
        placing_ms = (time.perf_counter_ns() - began_ns) // NS_PER_MS
        await replay.finish()
        elapsed_ms = (time.perf_counter_ns() - began_ns) // NS_PER_MS
        return tally(replay, market.audit(), before, placing_ms, elapsed_ms)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--compress",
    type=click.IntRange(min=1),
    default=COMPRESS,
    show_default=True,
    help="How many times closer together the pods arrive. The default brings 149 days to one hour, and almost all "
    "pods to its last quarter, where they want nearly every chip at once.",
)
@click.option(
    "--shorten",
    type=click.IntRange(min=1),
    default=SHORTEN,
    show_default=True,
    help="How many times shorter the pods live. By default every lease is as long as its pod was.",
)
@click.option("--database-url", envvar="DATABASE_URL", help="An empty PostgreSQL database, instead of a temporary one.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--record", "keep", is_flag=True, help="Put the result on top of loadtests/results/trace.md.")
def main(folder: Path, compress: int, shorten: int, database_url: str | None, as_json: bool, keep: bool) -> None:
    """Turn the nodes of the openb trace in FOLDER into asks and its pods into bids, and run them to their end."""
    try:
        trace = read_trace(folder)
        with watching(len(trace.nodes) + len(trace.pods)) as watch:
            result = uvloop.run(replay_trace(trace, compress, shorten, database_url, watch))
    except (TraceError, ReplayError, JournalError) as failure:
        click.echo(f"trace: {failure}", err=True)
        sys.exit(2)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(result)).decode())
    else:
        console_for().print(drawn(table(result)))
    if keep:
        click.echo(f"recorded in {put_on_record(result, embedded=database_url is None)}", err=True)
    for violation in result.violations:
        click.echo(f"violation: {violation}", err=True)
    sys.exit(1 if result.violations else 0)


@contextmanager
def watching(orders_expected: int) -> Iterator[Watch]:
    """Two bars on standard error: orders answered, and leases that have come to their end."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console_for(stderr=True)) as progress:
        placing = progress.add_task("orders placed", total=orders_expected)
        running = progress.add_task("leases ended", total=None)

        def watch(orders: int, leases: int, leases_over: int) -> None:
            progress.update(placing, completed=orders)
            progress.update(running, completed=leases_over, total=leases)

        yield watch


def drawn(rows: list[tuple[str, str]]) -> Table:
    """The result for the terminal."""
    drawing = Table(title="openb on Leasebook", show_header=False)
    drawing.add_column()
    drawing.add_column(overflow="fold")
    for label, value in rows:
        drawing.add_row(label, value)
    return drawing


def put_on_record(result: Result, *, embedded: bool) -> Path:
    """Keep the result with the command and conditions that lead to it again."""
    lives = f"{result.shorten} times shorter" if result.shorten > 1 else "as long as they were"
    return record(
        "trace",
        title="Replays of Alibaba's GPU cluster trace openb, newest first",
        command=f"python -m loadtests.trace FOLDER --compress {result.compress} --shorten {result.shorten}",
        rows=table(result),
        conditions=(
            f"Through the whole engine on {'the embedded' if embedded else 'a given'} PostgreSQL, at most {IN_FLIGHT}\n"
            f"commands in flight. Arrivals {result.compress} times closer together, lives {lives}.\n\n"
            f"{CONDITIONS}\n"
        ),
    )


if __name__ == "__main__":
    main()
