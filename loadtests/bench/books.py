"""Books of growing size under one mix of commands: how fast they are, and how much faster than a naive search.

Before a figure is printed, the first commands have been given to the naive market, too, and both have made the same
trades and hold the same books.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from exchange.core.books.market import Market
from exchange.core.books.order import Ask, Bid
from exchange.language.commands import OPEN
from loadtests.bench.crowd import coming, resting
from loadtests.bench.desk import Cancel, Command, Desk, Trade
from loadtests.bench.naive import NaiveMarket
from loadtests.bench.report import Promise, Result
from loadtests.bench.timing import Timing, frozen, timed, timing_of

Watched = Callable[[Iterable[Ask | Bid], str, int], Iterable[Ask | Bid]]  # orders, what is being built, how many

KINDS = ("bid that trades", "bid that rests", "ask", "cancel")
LEAST_RATIO = 3  # the largest book may be at most so many times slower than the one of ten thousand


class Plan(NamedTuple):
    """How a size is measured: how often a book is built, how many commands it gets, how many of them the naive one."""

    size: int
    rounds: int
    commands: int
    naive: int


PLANS = (
    Plan(1_000, 10, 1_000, 1_000),
    Plan(10_000, 2, 10_000, 5_000),
    Plan(100_000, 1, 20_000, 1_000),
    Plan(1_000_000, 1, 20_000, 0),
)
QUICK = (Plan(100, 1, 100, 100), Plan(400, 1, 200, 100))


class Figures(NamedTuple):
    """What was measured at one size."""

    plan: Plan
    fast: Timing
    kinds: dict[str, Timing]
    trades: int
    naive: Timing | None
    times_faster: float | None  # on the commands that both got


def bench_books(plans: tuple[Plan, ...], watched: Watched) -> Result:
    """Measure every size; AssertionError when the fast and the naive market part ways."""
    found = [measure(plan, watched) for plan in plans]
    return Result(
        name="books",
        title="Books of one (region, chip), four asks in five resting orders, capacity in pieces",
        columns=(
            "at rest",
            "commands/s",
            "median µs",
            "p99 µs",
            *(f"{kind} µs" for kind in KINDS),
            "naive/s",
            "×",
        ),
        rows=[row(figures) for figures in found],
        figures=[numbers(figures) for figures in found],
        promises=promises(found),
        notes=(
            "25 % bids that can trade, 10 % below the market, 10 % all-or-none for 128 to 512 chips, 30 to 100 days,",
            "25 % asks, 30 % cancels; one bid in four has 2 to 4 alternatives. Per kind: the median. No money.",
            "naive: a plain loop over all asks by price and age, on the first "
            + ", ".join(f"{plan.naive:,} of {plan.size:,}" for plan in plans if plan.naive)
            + "; the same trades and the same books were checked. × is on the commands that both got.",
        ),
    )


def measure(plan: Plan, watched: Watched) -> Figures:
    """Rounds of the same size, each with a seed of its own."""
    spent: list[int] = []
    naive_spent: list[int] = []
    both = trades = 0
    kinds: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for seed in range(1, plan.rounds + 1):
        fast = built(Desk(Market(OPEN)), seed, plan.size, watched)
        commands = list(coming(seed, plan.size, plan.commands))
        with frozen():
            one_by_one = [run(fast, commands[: plan.naive], kinds)]
            face, made = fast.face() if plan.naive else None, list(fast.trades)
        if plan.naive:
            naive_spent += agreed(plan, seed, face, made, watched)
            both += sum(one_by_one[0])
        with frozen():
            one_by_one.append(run(fast, commands[plan.naive :], kinds))
        spent += [ns for part in one_by_one for ns in part]
        trades += len(fast.trades)
    return Figures(
        plan=plan,
        fast=timing_of(spent),
        kinds={kind: timing_of(times) for kind, times in kinds.items()},
        trades=trades,
        naive=timing_of(naive_spent) if naive_spent else None,
        times_faster=sum(naive_spent) / both if both else None,
    )


def built(desk: Desk, seed: int, size: int, watched: Watched) -> Desk:
    """A desk with so many orders at rest."""
    for order in watched(resting(seed, size), f"a book of {size:,}", size):
        if isinstance(order, Ask):
            desk.rest_ask(order)
        else:
            desk.rest_bid(order)
    return desk


def agreed(plan: Plan, seed: int, face: object, made: list[Trade], watched: Watched) -> list[int]:
    """The times of the naive market for the first commands, of which it has made the same."""
    naive = built(Desk(NaiveMarket()), seed, plan.size, watched)
    with frozen():
        spent = timed(naive.do, list(coming(seed, plan.size, plan.commands))[: plan.naive])
    assert naive.trades == made, f"other trades than the naive market's, size {plan.size}, seed {seed}"
    assert naive.face() == face, f"other books than the naive market's, size {plan.size}, seed {seed}"
    return spent


def run(desk: Desk, commands: list[Command], kinds: dict[str, list[int]]) -> list[int]:
    """Carry commands out; the nanoseconds of each, which are also sorted by what came of it."""
    spent: list[int] = []
    for command in commands:
        trades = len(desk.trades)
        spent += timed(desk.do, (command,))
        if isinstance(command, Cancel):
            kind = "cancel"
        elif isinstance(command, Ask):
            kind = "ask"
        else:
            kind = "bid that trades" if len(desk.trades) > trades else "bid that rests"
        kinds[kind].append(spent[-1])
    return spent


def row(figures: Figures) -> tuple[str, ...]:
    fast, naive = figures.fast, figures.naive
    return (
        f"{figures.plan.size:,}",
        f"{fast.per_second:,.0f}",
        f"{fast.median_us:.1f}",
        f"{fast.p99_us:,.0f}",
        *(f"{figures.kinds[kind].median_us:.1f}" for kind in KINDS),
        "not bearable" if naive is None else f"{naive.per_second:,.0f}",
        "" if figures.times_faster is None else f"{figures.times_faster:,.0f}",
    )


def numbers(figures: Figures) -> dict[str, object]:
    return {
        "resting": figures.plan.size,
        "trades": figures.trades,
        **figures.fast._asdict(),
        "kinds": {kind: timing._asdict() for kind, timing in figures.kinds.items()},
        "naive": None if figures.naive is None else figures.naive._asdict(),
        "times_faster": figures.times_faster,
    }


def promises(found: list[Figures]) -> list[Promise]:
    """The largest book against the one of ten thousand, when both were measured."""
    rates = {figures.plan.size: figures.fast.per_second for figures in found}
    if not {10_000, 1_000_000} <= rates.keys():
        return []
    share = rates[1_000_000] / rates[10_000]
    what = "commands/s with 1,000,000 resting orders, of those with 10,000"
    return [Promise(what, f"at least 1/{LEAST_RATIO}", f"{share:.2f}", share * LEAST_RATIO >= 1)]
