"""Durable round trips: clients that each send a command, wait until it is on disk and carried out, and send the next.

On PostgreSQL of its own, in three stages: core and journal, with inbox and group commit; the exchange, which has views
and a feed besides; and the exchange that keeps SQL tables, too, which is all that the server has but for the edge. The
commands are those of a busy day, each sent by whichever client is free, in the order in which the day was made, so that
the state it comes to is known. Beside each row stands, from the same run, what the same PostgreSQL commits of the same
payloads, batch by batch, into a copy of the journal's table without its triggers; and what the core alone, without
journal, views and clients, makes of the same commands.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns
from typing import Any, Final, NamedTuple, Protocol

from exchange.core.digest import digest
from exchange.core.state_machine import RULES_VERSION, StateMachine
from exchange.language.commands import Command
from exchange.language.journal import DigestMark, Journal, JournalRow
from exchange.language.port import Outcome
from exchange.language.views import Audit
from exchange.runtime.recovery import recover
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from exchange.store.connecting import close, connect
from exchange.store.embedded import start_embedded
from exchange.store.reading import JournalReader
from loadtests.bench.core import PLACES
from loadtests.bench.day import Day
from loadtests.bench.report import Promise, Result
from loadtests.bench.serving import Checked, collecting, open_journal, piped, served
from loadtests.bench.timing import NS_PER_S, Timing, timed, timing_of

CORE, VIEWS, TABLES = "core and journal", "and views, feed", "and SQL tables"
STAGES: Final = (CORE, VIEWS, TABLES)

SHARE_LEAST = 0.6  # of the bare rate or the core's own, whichever is lower
BARE = """
    CREATE TABLE bare (LIKE journal INCLUDING ALL)
"""
BARE_APPEND = """
    INSERT INTO bare (first_seq, last_seq, epoch, rules_version, payload, link) VALUES ($1, $2, $3, $4, $5, $6)
"""

Watched = Callable[[Iterable[Any], str, int], Iterable[Any]]


class Plan(NamedTuple):
    """How many orders rest at first; then so many clients at once, with so many commands between them; the stages."""

    resting: int
    runs: tuple[tuple[int, int], ...]
    stages: tuple[str, ...]


PLAN = Plan(5_000, ((1, 4_000), (16, 20_000), (256, 40_000)), STAGES)
QUICK = Plan(20, ((1, 10), (256, 200)), (CORE, TABLES))


class Market(Protocol):
    """What a stage has in common with the others."""

    async def submit(self, command: Command) -> Outcome: ...

    def audit(self) -> Audit | Checked: ...


class Batch(NamedTuple):
    """What was given to the journal at once."""

    first_seq: int
    commands: int
    payload: bytes


class Run(NamedTuple):
    """What one number of clients found; the rates are in commands per second."""

    stage: str
    clients: int
    trip: Timing  # each client's own time from sending to being answered
    rate: float
    batches: int
    bare_rate: float
    core_rate: float

    @property
    def share(self) -> float:
        """Of the bare rate or the core's own, whichever is lower."""
        return self.rate / min(self.bare_rate, self.core_rate)


def bench_durable(plan: Plan, watched: Watched) -> Result:
    """Measure all numbers of clients; AssertionError when a state is not what it must be."""
    day = Day(2, load_seeds(default_seeds_dir()), PLACES)
    day.rest(plan.resting)
    first, count = len(day.commands), sum(commands for _, commands in plan.runs)
    for _ in watched(day.go_on(count), "a stream for clients", count):
        pass
    runs, cores = [], core_rates(day.commands, first, plan)
    for stage in plan.stages:
        found = asyncio.run(measure(day.commands, first, plan, stage))
        assert found.digest == digest(day.machine.state), "the exchange came to another state than the core"
        runs += [Run(stage, *run, core) for run, core in zip(found.measured, cores, strict=True)]
    promised = [run for run in runs if run.stage == CORE][-1]
    return Result(
        name="durable",
        title="Durable round trips through core and journal, beside the bare journal and the bare core",
        columns=(
            "through",
            "clients",
            "commands",
            "per second",
            "p50 µs",
            "p99 µs",
            "a batch",
            "bare/s",
            "core/s",
            "of the lower",
        ),
        rows=[row(run) for run in runs],
        figures=[{**run._asdict(), "trip": run.trip._asdict(), "share": run.share} for run in runs],
        promises=[
            Promise(
                f"durable round trips of {promised.clients} clients through {promised.stage}, of bare commits or the "
                "core alone, the lower one",
                f"at least {SHARE_LEAST:.0%}",
                f"{promised.share:.0%}",
                promised.share >= SHARE_LEAST,
            )
        ],
        notes=(
            f"Clients are in the market's own process and event loop; {plan.resting:,} orders rest at first.",
            "Each stage has what those above it have.",
            "bare: the same payloads, an INSERT and a commit each, one after the other, on a connection of the same",
            "kind. core: the same commands, applied one after the other, with ledger and events and nothing else.",
            "The state is that of the core alone, and a replay of the journal comes to it, too.",
        ),
    )


def row(run: Run) -> tuple[str, ...]:
    return (
        run.stage,
        f"{run.clients}",
        f"{run.trip.commands:,}",
        f"{run.rate:,.0f}",
        f"{run.trip.median_us:,.0f}",
        f"{run.trip.p99_us:,.0f}",
        f"{run.trip.commands / run.batches:.1f}",
        f"{run.bare_rate:,.0f}",
        f"{run.core_rate:,.0f}",
        f"{run.share:.0%}",
    )


class Measured(NamedTuple):
    """Of each run all but the core's own rate, and what the state hashes to in the end."""

    measured: list[tuple[int, Timing, float, int, float]]
    digest: str


async def measure(commands: list[Command], first: int, plan: Plan, stage: str) -> Measured:
    """All runs on a database of their own; AssertionError when a replay of its journal comes to another state."""
    with TemporaryDirectory(prefix="leasebook-bench-") as folder:
        async with start_embedded(Path(folder)) as dsn:
            own = await open_journal(dsn)
            journal = Noting(own)
            opened = piped(journal) if stage == CORE else served(dsn, own.epoch, journal, tables=stage == TABLES)
            async with opened as market:
                for number in range(0, first, 1_000):
                    some = commands[number : min(number + 1_000, first)]
                    await asyncio.gather(*(market.submit(command) for command in some))
                measured = []
                for clients, coming in portions(commands[first:], plan):
                    journal.batches.clear()
                    with collecting():
                        began_ns = perf_counter_ns()
                        spent = await trips(market, clients, coming)
                        took_ns = perf_counter_ns() - began_ns
                    bare_rate = await bare(dsn, journal.batches)
                    rate = len(coming) * NS_PER_S / took_ns
                    measured.append((clients, timing_of(spent), rate, len(journal.batches), bare_rate))
                found = market.audit()
                assert found.violations == ()
            replayed = await recover(JournalReader(dsn))
            assert digest(replayed.place.machine.state) == found.digest, "a replay came to another state"
            return Measured(measured, found.digest)


def portions(commands: list[Command], plan: Plan) -> Iterator[tuple[int, list[Command]]]:
    """How many clients have which commands."""
    begin = 0
    for clients, count in plan.runs:
        yield clients, commands[begin : begin + count]
        begin += count


async def trips(market: Market, clients: int, commands: list[Command]) -> list[int]:
    """So many clients, each with one command on its way at a time; the nanoseconds of each trip."""
    coming, spent = iter(commands), list[int]()

    async def client() -> None:
        for command in coming:
            began_ns = perf_counter_ns()
            outcome = await market.submit(command)
            spent.append(perf_counter_ns() - began_ns)
            assert outcome.reject is None, (command, outcome.reject)

    await asyncio.gather(*(client() for _ in range(clients)))
    return spent


async def bare(dsn: str, batches: list["Batch"]) -> float:
    """The same payloads in the same batches, committed one after the other: commands per second."""
    connection = await connect(dsn)
    try:
        await connection.execute("DROP TABLE IF EXISTS bare")
        await connection.execute(BARE)
        began_ns = perf_counter_ns()
        for batch in batches:
            last_seq = batch.first_seq + batch.commands - 1
            await connection.execute(BARE_APPEND, batch.first_seq, last_seq, 1, RULES_VERSION, batch.payload, bytes(32))
        took_ns = perf_counter_ns() - began_ns
    finally:
        await close(connection)
    return sum(batch.commands for batch in batches) * NS_PER_S / took_ns


def core_rates(commands: list[Command], first: int, plan: Plan) -> list[float]:
    """What the core alone does with each portion, in commands per second."""
    machine, rates = StateMachine(), list[float]()
    for seq, command in enumerate(commands[:first], start=1):
        machine.apply(seq, command)
    for _, some in portions(commands[first:], plan):
        with collecting():
            spent = timed(lambda command: machine.apply(machine.state.seq + 1, command), some)
        rates.append(timing_of(spent).per_second)
    return rates


class Noting:
    """A journal that remembers what it has written."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.batches: list[Batch] = []

    async def append(self, first_seq: int, count: int, payload: bytes) -> bytes:
        link = await self._journal.append(first_seq, count, payload)
        self.batches.append(Batch(first_seq, count, payload))
        return link

    async def rows(self, after_seq: int = 0, after_link: bytes | None = None) -> AsyncIterator[JournalRow]:
        async for each in self._journal.rows(after_seq, after_link):
            yield each

    async def last_seq(self) -> int:
        return await self._journal.last_seq()

    async def mark_digest(self, mark: DigestMark) -> None:
        await self._journal.mark_digest(mark)

    async def digest_marks(self, after_seq: int = 0) -> list[DigestMark]:
        return await self._journal.digest_marks(after_seq)

    async def close(self) -> None:
        await self._journal.close()
