"""Restarts and snapshots of a large market: how long a start takes, and what a snapshot costs whoever trades meanwhile.

Two markets, each from commands of a busy day that a core has run through beforehand. Their journals are not lived but
written: rows by COPY in large transactions, where the database's own trigger numbers and links each as it does any
other. One has a row for each command, as lone clients leave it, and is restarted from nothing and from a snapshot of
its end. In the other very many orders rest; there a lone client sends command after command, while a process of its
own takes a snapshot, as it does for the server.

The statements are told where the journal ends and what each account holds by then, and nothing of how it came to that:
a start reads their position and, of each account, the last that it was told.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import msgspec

from exchange.core.digest import digest
from exchange.core.ledger.chart import EXTERNAL
from exchange.core.state_machine import RULES_VERSION
from exchange.language.codec import encode_commands
from exchange.language.commands import Command
from exchange.language.events import DEPOSITED, Transferred
from exchange.language.snapshots import SnapshotHead
from exchange.language.statements import Entry, Page
from exchange.runtime.parts import LAYOUT, save
from exchange.runtime.recovery import Recovery, recover
from exchange.runtime.replaying import Place
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from exchange.runtime.snapshotting import take_snapshot
from exchange.store.connecting import close, connect
from exchange.store.embedded import start_embedded
from exchange.store.reading import JournalReader
from exchange.store.snapshots import PostgresSnapshots
from exchange.store.statements import PostgresStatements
from loadtests.bench.core import PLACES
from loadtests.bench.day import LOW_TICKS, Day
from loadtests.bench.durable import trips
from loadtests.bench.report import Promise, Result
from loadtests.bench.serving import collecting, open_journal, served
from loadtests.bench.timing import NS_PER_US, Timing, timing_of

RESTART_MOST_S, REPLAY_LEAST, STALL_MOST_MS = 10, 50_000, 50
AT_ONCE = 50_000  # commands to one transaction of COPY
PAUSE_S = 0.001  # of the lone client between two commands

Watched = Callable[[Iterable[Any], str, int], Iterable[Any]]


class Plan(NamedTuple):
    """How many rows the one journal has, and how many orders rest at its beginning; how many rest in the other market,
    how many commands come there before the snapshot, and whether a process of its own takes it, or only a thread.
    """

    rows: int
    at_first: int
    resting: int
    before: int
    apart: bool


PLAN = Plan(1_000_000, 20_000, 1_000_000, 10_000, apart=True)
QUICK = Plan(600, 20, 20, 5, apart=False)  # a process of low priority can wait long for a busy machine


class Kept(NamedTuple):
    """A market as it was made again from nothing and kept as a snapshot."""

    recovery: Recovery
    head: SnapshotHead
    kept_s: float  # that keeping it took


class Stalls(NamedTuple):
    """A lone client's round trips, before a snapshot is taken and while it is; and how long that took."""

    restart_s: float
    before: Timing
    longest_before_us: float
    during: Timing
    longest_during_us: float
    snapshot_s: float


def bench_restart(plan: Plan, watched: Watched) -> Result:
    """Measure both markets; AssertionError when one is not what its commands come to."""
    kept, again, again_s = asyncio.run(restarts(plan, watched))
    stalls = asyncio.run(stalled(plan, watched))
    rate = kept.recovery.replayed / kept.recovery.seconds
    longest_ms = stalls.longest_during_us / 1_000
    return Result(
        name="restart",
        title=f"A market of {plan.rows:,} rows starts again; a snapshot of one with {plan.resting:,} orders at rest",
        columns=("what", "commands", "seconds", "commands/s"),
        rows=[
            ("replay from nothing, with views", *counted(kept.recovery.replayed, kept.recovery.seconds)),
            (f"keep a snapshot of {kept.head.size_bytes / 1e6:,.0f} MB", "", f"{kept.kept_s:.1f}", ""),
            ("start from it, PostgreSQL and all", f"{again.commands:,}", f"{again_s:.2f}", ""),
            (f"start with {plan.resting:,} orders at rest", "", f"{stalls.restart_s:.2f}", ""),
            ("a lone client's trips before a snapshot", *trip_row(stalls.before)),
            ("and while one is taken", *trip_row(stalls.during)),
            ("the longest trip before", "", f"{stalls.longest_before_us / 1e6:.4f}", ""),
            ("the longest trip meanwhile", "", f"{stalls.longest_during_us / 1e6:.4f}", ""),
            ("the snapshot took", "", f"{stalls.snapshot_s:.1f}", ""),
        ],
        figures=[
            {"what": "from nothing", "replayed": kept.recovery.replayed, "seconds": kept.recovery.seconds},
            {"what": "from a snapshot", "rows": plan.rows, "seconds": again_s, "recovery_s": again.seconds},
            {
                "what": "while a snapshot is taken",
                "resting": plan.resting,
                **stalls._asdict(),
                "before": stalls.before._asdict(),
                "during": stalls.during._asdict(),
            },
        ],
        promises=[
            Promise(
                f"start with {plan.rows:,} rows and a fresh snapshot",
                f"under {RESTART_MOST_S} s",
                f"{again_s:.1f} s",
                again_s < RESTART_MOST_S,
            ),
            Promise(
                "start from nothing, commands/s", f"at least {REPLAY_LEAST:,}", f"{rate:,.0f}", rate >= REPLAY_LEAST
            ),
            Promise(
                f"longest stall while a snapshot is taken, {plan.resting:,} orders at rest",
                f"under {STALL_MOST_MS} ms",
                f"{longest_ms:,.0f} ms",
                longest_ms < STALL_MOST_MS,
            ),
        ],
        notes=(
            "A row for each command, of the mix of the bench of the core; the snapshot is of the last row.",
            "Replays check every row's link, and their digest; a start from a snapshot compares its digest.",
            f"The lone client is in the exchange's process and rests {PAUSE_S * 1000:.0f} ms after each trip.",
            "A snapshot is taken by `leasebook snapshot`, in a process of its own, of low priority, at its pace.",
        ),
    )


def counted(commands: int, seconds: float) -> tuple[str, ...]:
    return f"{commands:,}", f"{seconds:,.1f}", f"{commands / seconds:,.0f}"


def trip_row(timing: Timing) -> tuple[str, ...]:
    return f"{timing.commands:,}", f"p50 {timing.median_us / 1e6:.4f}, p99 {timing.p99_us / 1e6:.4f}", ""


async def restarts(plan: Plan, watched: Watched) -> tuple[Kept, Recovery, float]:
    """The first market: made again from nothing, then from its snapshot, with the seconds that took."""
    day = a_day()
    day.rest(plan.at_first)
    left = plan.rows - len(day.commands)
    for _ in watched(day.go_on(left), "a journal", left):
        pass
    async with database() as folder:
        async with start_embedded(folder) as dsn:
            await write_rows(dsn, day.commands, 1, watched)
            kept = await replay_and_keep(dsn, digest(day.machine.state))
        del day
        began = perf_counter()
        async with start_embedded(folder) as dsn:
            journal = await open_journal(dsn)
            async with served(dsn, journal.epoch, journal, tables=True) as exchange:
                took_s = perf_counter() - began
                again = exchange.recovery
                assert (again.commands, again.replayed) == (plan.rows, 0), again
                assert again.checked_marks, "the snapshot's digest was not compared"
    return kept, again, took_s


async def stalled(plan: Plan, watched: Watched) -> Stalls:
    """The second market: its trips before and while a snapshot is taken."""
    day = a_day()
    for _ in watched(range(plan.resting), "orders that rest", plan.resting):
        day.give(day.a_bid(*LOW_TICKS) if len(day.commands) % 5 == 0 else day.an_ask())
    async with database() as folder, start_embedded(folder) as dsn:
        await write_rows(dsn, day.commands, 1_000, watched)
        await replay_and_keep(dsn, digest(day.machine.state))
        began = perf_counter()
        journal = await open_journal(dsn)
        async with served(dsn, journal.epoch, journal, tables=True) as exchange:
            restart_s = perf_counter() - began
            with collecting():
                before, during = list[int](), list[int]()
                for _ in range(plan.before):
                    before += await trips(exchange, 1, [coming(day)])
                    await asyncio.sleep(PAUSE_S)
                began = perf_counter()
                taking = asyncio.create_task(snapshot_apart(dsn) if plan.apart else snapshot_here(dsn))
                while not taking.done():
                    during += await trips(exchange, 1, [coming(day)])
                    await asyncio.sleep(PAUSE_S)
                await taking
                snapshot_s = perf_counter() - began
            assert exchange.audit().digest == digest(day.machine.state)
    longest_before_us, longest_during_us = max(before) / NS_PER_US, max(during) / NS_PER_US
    return Stalls(restart_s, timing_of(before), longest_before_us, timing_of(during), longest_during_us, snapshot_s)


def a_day() -> Day:
    return Day(3, load_seeds(default_seeds_dir()), PLACES)


def coming(day: Day) -> Command:
    """The next command of a client; never one of the clock, at which very much may be due."""
    day.give(day.next_command())
    return day.commands[-1]


@asynccontextmanager
async def database() -> AsyncIterator[Path]:
    """A folder for a cluster, gone at the end."""
    with TemporaryDirectory(prefix="leasebook-bench-") as folder:
        yield Path(folder)


async def write_rows(dsn: str, commands: list[Command], to_a_row: int, watched: Watched) -> None:
    """Write a journal of these commands; the database links its rows."""
    journal = await open_journal(dsn)
    connection = await connect(dsn, answer_s=None)
    try:
        batches = range(0, len(commands), AT_ONCE)
        for begin in watched(batches, "rows by COPY", len(batches)):
            end = min(begin + AT_ONCE, len(commands))
            records = [
                (first + 1, last, journal.epoch, RULES_VERSION, encode_commands(commands[first:last]))
                for first in range(begin, end, to_a_row)
                for last in (min(first + to_a_row, end),)
            ]
            await connection.copy_records_to_table(
                "journal", columns=("first_seq", "last_seq", "epoch", "rules_version", "payload"), records=records
            )
        await connection.execute("VACUUM (ANALYZE) journal")  # as one that was lived would have been, bit by bit
    finally:
        await close(connection)
        await journal.close()


async def replay_and_keep(dsn: str, want: str) -> Kept:
    """Make a market again from nothing and keep a snapshot of it, as `leasebook snapshot` does."""
    found = await recover(JournalReader(dsn))
    place = found.place
    assert digest(place.machine.state) == want, "the journal leads to another state"
    async with aclosing(PostgresStatements(dsn)) as statements:
        await statements.write(a_page(place))
    began = perf_counter()
    head = SnapshotHead(place.seq, place.link, RULES_VERSION, LAYOUT, want)
    head = await PostgresSnapshots(dsn).keep(head, save(place))
    return Kept(found.recovery, head, perf_counter() - began)


def a_page(place: Place) -> Page:
    """All that a market's accounts hold, each as if it had just been paid in."""
    state = place.machine.state
    held = {account: balance for account, balance in state.ledger.balances.items() if balance and account != EXTERNAL}
    entries = [
        Entry(place.seq, state.now_s, Transferred(
            transfer_id=number, debit=EXTERNAL, credit=account, amount_micros=balance, reason=DEPOSITED
        ))
        for number, (account, balance) in enumerate(held.items(), start=1)
    ]  # fmt: skip
    balances = [(EXTERNAL, state.ledger.balance(EXTERNAL)), *held.items()]
    return Page(
        after_seq=0, last_seq=place.seq, bids=[], asks=[], trades=[], leases=[], entries=entries, balances=balances,
        told=[],
    )  # fmt: skip


async def snapshot_here(dsn: str) -> None:
    """Have a thread take a snapshot, of which there may be none to take so soon."""
    await asyncio.to_thread(lambda: asyncio.run(take_snapshot(dsn)))


async def snapshot_apart(dsn: str) -> None:
    """Have a process of its own take a snapshot. AssertionError when it does not."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "snapshot", "--json", "--owner", str(os.getpid())),
        env={**os.environ, "DATABASE_URL": dsn},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate()
    assert process.returncode == 0, (said + complained).decode(errors="replace")
    assert msgspec.json.decode(said)["new"], "there was nothing to take a snapshot of"
