"""What the second dimension costs where it decides nothing: all asks have one window, and every bid takes all of it.

There the market is a plain book of one dimension, and a plain book is what it is measured against: the same stream of
commands to both, in turns, and the same trades from both, which is checked before a figure is printed.
"""

from collections.abc import Callable, Iterable
from random import Random
from statistics import median
from typing import NamedTuple

from exchange.core.books.market import Market
from exchange.core.books.order import Ask, Bid
from exchange.language.commands import OPEN
from exchange.language.units import DAY_S, MILLI_PER_CHIP, Micros, Milli
from loadtests.bench.crowd import TICK, make_ask, make_bid, make_wish
from loadtests.bench.desk import NOW_S, Cancel, Desk
from loadtests.bench.plain import PlainBook, PlainOrder
from loadtests.bench.report import Promise, Result
from loadtests.bench.timing import NS_PER_S, frozen, timed

END_S = NOW_S + DAY_S
MIDDLE = 2_000  # ticks
LEAST_SHARE = 3  # the market's rate is at least the plain book's divided by it


class Plan(NamedTuple):
    """How many orders rest at first, over how many ticks on each side about half of them lie, and what comes."""

    name: str
    resting: int
    spread: int
    commands: int
    rounds: int


PLANS = (
    Plan("deep levels", 50_000, 60, 100_000, 5),
    Plan("shallow levels", 10_000, 300, 100_000, 5),
)
QUICK = (Plan("deep levels", 500, 10, 500, 1), Plan("shallow levels", 100, 60, 500, 1))


class Placed(NamedTuple):
    """An order as a book of one dimension knows it."""

    number: int
    is_bid: bool
    price_micros: Micros
    quantity_milli: Milli


Command = Placed | Cancel
Watched = Callable[[Iterable[Plan], str, int], Iterable[Plan]]


class Stream(NamedTuple):
    """What rests at first, and what then comes."""

    resting: list[Placed]
    coming: list[Command]
    trades: int
    levels: int  # at the end, on both sides


class Figures(NamedTuple):
    plan: Plan
    stream: Stream
    plain: list[float]  # commands per second, by rounds
    ours: list[float]

    @property
    def share(self) -> float:
        """Our rate by the plain book's, the median over rounds of both in turns."""
        return median(ours / plain for ours, plain in zip(self.ours, self.plain, strict=True))


def bench_degenerate(plans: tuple[Plan, ...], watched: Watched) -> Result:
    """Measure every plan; AssertionError when the two books trade differently."""
    found = [measure(plan) for plan in watched(plans, "plain books beside ours", len(plans))]
    return Result(
        name="degenerate",
        title="Every ask has the same window and every bid takes all of it: a plain price-time book, and ours",
        columns=("book", "orders per level", "trades", "plain, commands/s", "ours, commands/s", "ours / plain"),
        rows=[row(figures) for figures in found],
        figures=[
            {**figures._asdict(), "plan": figures.plan._asdict(), "stream": None, "share": figures.share}
            for figures in found
        ],
        promises=[
            Promise(
                f"rate on the degenerate workload, of a plain book's, {figures.plan.name}",
                f"at least 1/{LEAST_SHARE}",
                f"{figures.share:.2f}",
                figures.share * LEAST_SHARE >= 1,
            )
            for figures in found
        ],
        notes=(
            "plain: sortedcontainers' SortedDict of price to deque. 20 % of commands are orders that cross, 45 % not,",
            "35 % cancels, each of an order that rests. Orders are made right before they come, off the clock.",
            f"Medians of {plans[0].rounds} rounds of {plans[0].commands:,} commands, plain and ours in turns.",
        ),
    )


def measure(plan: Plan) -> Figures:
    """Both books in turns, each round from the beginning."""
    stream = make_stream(plan)
    plain, ours = list[float](), list[float]()
    for _ in range(plan.rounds):
        book, desk = PlainBook(), Desk(Market(OPEN))
        plain.append(rate(stream, PlainDoer(book)))
        ours.append(rate(stream, OurDoer(desk)))
        theirs = [(t.bid_id, t.ask_id, t.chips_milli, t.price_micros) for t in desk.trades]
        assert theirs == book.trades, "the market trades otherwise than a plain book"
    return Figures(plan, stream, plain, ours)


class PlainDoer:
    """Commands for the plain book."""

    def __init__(self, book: PlainBook) -> None:
        self.book = book

    def made(self, command: Command) -> Cancel | PlainOrder:
        return command if isinstance(command, Cancel) else PlainOrder(*command)

    def do(self, command: Cancel | PlainOrder) -> None:
        if isinstance(command, PlainOrder):
            self.book.place(command)
        else:
            self.book.cancel(command.number)


class OurDoer:
    """Commands for the market."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def made(self, command: Command) -> Cancel | Ask | Bid:
        if isinstance(command, Cancel):
            return command
        if command.is_bid:
            wish = make_wish(command.price_micros, DAY_S, NOW_S)
            return make_bid(command.number, command.quantity_milli, (wish,))
        return make_ask(command.number, command.price_micros, command.quantity_milli, NOW_S, END_S)

    def do(self, command: Cancel | Ask | Bid) -> None:
        self.desk.do(command)


def rate(stream: Stream, doer: PlainDoer | OurDoer) -> float:
    """Commands per second, after the orders that rest at first."""
    for placed in stream.resting:
        doer.do(doer.made(placed))  # type: ignore[arg-type]  # each takes what it has made
    with frozen():
        spent = timed(doer.do, (doer.made(command) for command in stream.coming))  # type: ignore[arg-type]
    return len(spent) * NS_PER_S / sum(spent)


def make_stream(plan: Plan) -> Stream:
    """Commands by seed; a plain book tells which orders are left to be canceled."""
    chance, book = Random(1), PlainBook()
    numbers: list[int] = []

    def place(away: int) -> Placed:
        number, is_bid = len(numbers) + 1, chance.random() < 0.5
        price = (MIDDLE + (-away if is_bid else away)) * TICK
        placed = Placed(number, is_bid, price, chance.randint(1, 64) * MILLI_PER_CHIP)
        numbers.append(number)
        book.place(PlainOrder(*placed))
        return placed

    def aside() -> int:
        return 1 + min(int(chance.expovariate(1 / plan.spread)), MIDDLE - 2)

    resting = [place(aside()) for _ in range(plan.resting)]
    trades, coming = len(book.trades), list[Command]()
    alive = list(book.orders)
    for _ in range(plan.commands):
        dice = chance.random()
        if dice < 0.35 and (number := drawn(chance, alive, book)) is not None:
            book.cancel(number)
            coming.append(Cancel(number))
            continue
        coming.append(place(-1 - int(chance.expovariate(1 / 10)) if dice > 0.8 else aside()))
        alive.append(len(numbers))
    return Stream(resting, coming, len(book.trades) - trades, len(book.asks) + len(book.bids))


def drawn(chance: Random, alive: list[int], book: PlainBook) -> int | None:
    """Any order that rests, by its number; `alive` forgets it, and those that it finds done."""
    while alive:
        place = chance.randrange(len(alive))
        alive[place], alive[-1] = alive[-1], alive[place]
        if (number := alive.pop()) in book.orders:
            return number
    return None


def row(figures: Figures) -> tuple[str, ...]:
    depth = figures.plan.resting / figures.stream.levels
    return (
        figures.plan.name,
        f"about {depth:.0f}",
        f"{figures.stream.trades:,}",
        f"{median(figures.plain):,.0f}",
        f"{median(figures.ours):,.0f}",
        f"{figures.share:.2f}",
    )
