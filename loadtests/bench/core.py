"""The whole core on a mixed stream of commands: ledger, events and assertions, alone and with the views folded.

The stream is made once, by a machine that runs along; each measured machine applies it from the beginning and must come
to the same digest.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from exchange.core.conservation import audit
from exchange.core.digest import digest
from exchange.core.state_machine import StateMachine
from exchange.language.commands import Command
from exchange.language.events import Applied
from exchange.projections.views import Views
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from loadtests.bench.day import ACCOUNTS, STEP_EVERY, Day
from loadtests.bench.report import Promise, Result
from loadtests.bench.timing import Timing, frozen, timed, timing_of

AIM = 100_000
PLACES = 8

Watched = Callable[[Iterable[Any], str, int], Iterable[Any]]


class Plan(NamedTuple):
    """How many orders rest in all markets at first, and how many commands come then."""

    resting: int
    commands: int


PLAN = Plan(20_000, 50_000)
QUICK = Plan(100, 400)


def bench_core(plan: Plan, watched: Watched) -> Result:
    """Measure both ways; AssertionError when a machine comes to another state, or the state is not sound."""
    day, first = a_day(plan, watched)
    want = digest(day.machine.state)
    assert audit(day.machine.state) == []
    alone, kinds = measure(day.commands, first, want, None)
    folded, _ = measure(day.commands, first, want, Views())
    stream = Counter(type(command).__name__ for command in day.commands[first:])
    rows = [timing_row("all, core alone", alone), timing_row("all, with the views folded", folded)]
    rows += [timing_row(f"{kind}, core alone", kinds[kind]) for kind, _ in stream.most_common() if kind in kinds]
    return Result(
        name="core",
        title=f"The whole core: {plan.resting:,} resting orders in {PLACES} markets, {2 * ACCOUNTS} accounts",
        columns=("commands", "number", "commands/s", "median µs", "p99 µs"),
        rows=rows,
        figures=[
            {"what": "core alone", **alone._asdict(), "kinds": {kind: t._asdict() for kind, t in kinds.items()}},
            {"what": "with the views folded", **folded._asdict()},
        ],
        promises=[
            Promise(
                "whole core with ledger and events, commands/s (an aim, not a condition)",
                f"about {AIM:,}",
                f"{alone.per_second:,.0f}",
                alone.per_second >= AIM,
            )
        ],
        notes=(
            f"{len(day.machine.state.lease_parties):,} leases; the clock goes on a step every {STEP_EVERY} commands.",
            "Digests of all machines agree, and the audit finds nothing. No journal and no edge.",
        ),
    )


def a_day(plan: Plan, watched: Watched) -> tuple[Day, int]:
    """The commands, and the place of the first that is timed."""
    day = Day(1, load_seeds(default_seeds_dir()), PLACES)
    day.rest(plan.resting)
    first = len(day.commands)
    for _ in watched(day.go_on(plan.commands), "a stream for the core", plan.commands):
        pass
    return day, first


def measure(commands: list[Command], first: int, want: str, views: Views | None) -> tuple[Timing, dict[str, Timing]]:
    """One machine from the beginning; the times from the first timed command on, in all and by kind."""
    machine = StateMachine()

    def apply(numbered: tuple[int, Command]) -> None:
        _, applied = machine.apply(*numbered)
        fold(applied)

    def fold(applied: Applied) -> None:
        if views is not None:
            views.fold(applied)

    numbered = list(enumerate(commands, start=1))
    for each in numbered[:first]:
        apply(each)
    with frozen():
        spent = timed(apply, numbered[first:])
    assert digest(machine.state) == want, "the machines came to different states"
    kinds: dict[str, list[int]] = {}
    for command, ns in zip(commands[first:], spent, strict=True):
        kinds.setdefault(type(command).__name__, []).append(ns)
    return timing_of(spent), {kind: timing_of(kinds[kind]) for kind in kinds}


def timing_row(what: str, timing: Timing) -> tuple[str, ...]:
    return (
        what,
        f"{timing.commands:,}",
        f"{timing.per_second:,.0f}",
        f"{timing.median_us:,.1f}",
        f"{timing.p99_us:,.0f}",
    )
