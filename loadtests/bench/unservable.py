"""Bids that nothing can serve, in a deep book: how long the market takes to find that out.

The promise is about bids with one thing wrong, in equal parts. Below it stand the worst that we could think of: bids
that are half served by every ask: different ones each have a part of what they want.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from exchange.core.books.market import Market
from exchange.core.books.order import Ask, Bid
from exchange.language.commands import OPEN
from exchange.language.units import DAY_S, HOUR_S, MILLI_PER_CHIP, Seconds
from loadtests.bench.books import Watched, built
from loadtests.bench.crowd import ASKS_FROM, ASKS_TO, TICK, make_ask, make_bid, make_wish
from loadtests.bench.desk import NOW_S, Desk
from loadtests.bench.naive import NaiveMarket
from loadtests.bench.report import Promise, Result
from loadtests.bench.timing import Timing, frozen, timed, timing_of

MOST_US = 1_000
DEAR = (ASKS_TO + 1) * TICK  # crosses every ask

Maker = Callable[[Random, int], Bid]


class Plan(NamedTuple):
    """The size of the book, and how many bids of each kind."""

    asks: int
    bids: int
    adversarial: int
    naive: int


PLAN = Plan(100_000, 1_000, 20, 20)
QUICK = Plan(300, 10, 3, 2)


def too_long(chance: Random, number: int) -> Bid:
    return bid(number, chance.randint(121, 180) * DAY_S, chance.randint(1, 64))


def too_many(chance: Random, number: int) -> Bid:
    chips = chance.randint(520, 2_000)
    return bid(number, chance.choice((1, 6, 24, 72)) * HOUR_S, chips, least=chips)


def no_start(chance: Random, number: int) -> Bid:
    return bid(number, chance.choice((1, 6, 24)) * HOUR_S, 8, start_s=NOW_S + chance.randint(141, 300) * DAY_S)


def wrong_lot(chance: Random, number: int) -> Bid:
    """Half a chip, or whole ones and a half and nothing less, where every lot is a multiple of one chip."""
    chips = chance.choice((0, 1, 2, 5)) * MILLI_PER_CHIP + MILLI_PER_CHIP // 2
    return make_bid(number, chips, (make_wish(DEAR, DAY_S, NOW_S + 30 * DAY_S),), chips)


def too_strict(chance: Random, number: int) -> Bid:
    """Asks want at least 0.2 of the price whatever is used."""
    return bid(number, chance.choice((1, 6, 24)) * HOUR_S, 8, most_bp=chance.randint(0, 1_999))


KINDS: dict[str, Maker] = {
    "too long": too_long,
    "too many chips": too_many,
    "no start": no_start,
    "wrong lot": wrong_lot,
    "take-or-pay too high": too_strict,
}


class Trap(NamedTuple):
    """Two sorts of asks, by turns, and a bid that wants the better part of each."""

    what: str
    ask: Callable[[int], Ask]
    bid: Maker


def bid(
    number: int,
    duration_s: Seconds,
    chips: int,
    *,
    least: int | None = None,
    start_s: Seconds | None = None,
    most_bp: int = 10_000,
) -> Bid:
    """One alternative at a price above every ask, to start within a day of an instant, or within a month from now."""
    latest_s = NOW_S + 30 * DAY_S if start_s is None else start_s + DAY_S
    wish = make_wish(DEAR, duration_s, latest_s, start_s)
    least_milli = None if least is None else least * MILLI_PER_CHIP
    return make_bid(number, chips * MILLI_PER_CHIP, (wish,), least_milli, most_bp)


def turn(number: int, days: tuple[int, int], chips: tuple[int, int], lots: tuple[int, int] = (1, 1)) -> Ask:
    """An ask of the first sort for odd numbers, of the second for even ones."""
    sort = number % 2
    return make_ask(
        number,
        (ASKS_FROM + number % (ASKS_TO - ASKS_FROM)) * TICK,
        chips[sort] * MILLI_PER_CHIP,
        NOW_S,
        NOW_S + days[sort] * DAY_S,
        lot_milli=lots[sort] * MILLI_PER_CHIP,
        take_or_pay_bp=(10_000, 2_000)[sort],
    )


def with_a_gap(number: int) -> Ask:
    """Free for a hundred days, but for the forties and fifties."""
    ask = turn(number, (100, 100), (64, 64))
    ask.free.carve(NOW_S + 40 * DAY_S, NOW_S + 60 * DAY_S, ask.quantity_milli)
    return ask


TRAPS = (
    Trap(
        "wide ones short, long ones narrow",
        lambda number: turn(number, (1, 120), (512, 8)),
        lambda _, number: bid(number, 30 * DAY_S, 64, least=64),
    ),
    Trap(
        "the same within one class of lengths (40 and 50 days, bid 44)",
        lambda number: turn(number, (40, 50), (512, 8)),
        lambda _, number: bid(number, 44 * DAY_S, 64, least=64),
    ),
    Trap(
        "free before and after, not at the start",
        with_a_gap,
        lambda chance, number: bid(number, DAY_S, 8, start_s=NOW_S + chance.randint(41, 57) * DAY_S),
    ),
    Trap(
        "lots of 8 and 12, bid for exactly 20",
        lambda number: turn(number, (120, 120), (96, 96), (8, 12)),
        lambda _, number: bid(number, DAY_S, 20, least=20),
    ),
    Trap(
        "lenient ones short, long ones strict",
        lambda number: turn(number, (120, 1), (64, 64)),
        lambda _, number: bid(number, 30 * DAY_S, 8, most_bp=5_000),
    ),
)


def bench_unservable(plan: Plan, watched: Watched) -> Result:
    """Measure every kind; AssertionError when one of the bids trades."""
    desk, naive = deep(plan, watched, Desk(Market(OPEN))), deep(plan, watched, Desk(NaiveMarket()))
    spent = {kind: refused(desk, maker, plan.bids) for kind, maker in KINDS.items()}
    slow = {kind: refused(naive, maker, plan.naive) for kind, maker in KINDS.items()}
    joint = {trap.what: timing_of(sprung(plan, trap, watched)) for trap in TRAPS}
    together = timing_of([ns for times in spent.values() for ns in times])
    rows = {
        **{kind: (timing_of(times), timing_of(slow[kind])) for kind, times in spent.items()},
        "in equal parts": (together, timing_of([ns for times in slow.values() for ns in times])),
        **{f"joint: {what}": (timing, None) for what, timing in joint.items()},
    }
    return Result(
        name="unservable",
        title=f"Bids that cross {plan.asks:,} resting asks and that none can serve: searched for, rested",
        columns=("what is wrong", "bids", "median µs", "p99 µs", "naive median µs"),
        rows=[row(what, timing, other) for what, (timing, other) in rows.items()],
        figures=[
            {"what": what, **timing._asdict(), "naive_median_us": other.median_us if other else None}
            for what, (timing, other) in rows.items()
        ],
        promises=[
            Promise(
                f"p99 of a bid that nothing can serve, {plan.asks:,} resting asks",
                f"under {MOST_US:,} µs",
                f"{together.p99_us:,.0f} µs",
                together.p99_us < MOST_US,
            )
        ],
        notes=(
            "Every limit is above every ask. The very first bid of a book pays for putting all asks into sieves, as",
            "nobody has looked at any before: about 10 µs an ask, once. With 20 bids that is the p99.",
            "joint: every ask fails, but different ones for different reasons; a book of its own per row.",
        ),
    )


def deep(plan: Plan, watched: Watched, desk: Desk) -> Desk:
    """A book in which about so many asks rest."""
    return built(desk, 1, plan.asks * 5 // 4, watched)


def refused(desk: Desk, maker: Maker, count: int) -> list[int]:
    """The nanoseconds that each of so many bids took to come to rest; each is taken back before the next."""
    chance, spent, before = Random(count), list[int](), len(desk.trades)
    with frozen():
        for number in range(1, count + 1):
            order = maker(chance, 10**9 + number)
            spent += timed(desk.place_bid, (order,))
            desk.cancel(order.bid_id)
    assert len(desk.trades) == before, "a bid that nothing can serve was served"
    return spent


def sprung(plan: Plan, trap: Trap, watched: Watched) -> list[int]:
    """What the bids of a trap took."""
    desk = Desk(Market(OPEN))
    asks: Iterator[Ask | Bid] = (trap.ask(number) for number in range(1, plan.asks + 1))
    for ask in watched(asks, trap.what, plan.asks):
        assert isinstance(ask, Ask)
        desk.rest_ask(ask)
    return refused(desk, trap.bid, plan.adversarial)


def row(what: str, timing: Timing, naive: Timing | None) -> tuple[str, ...]:
    other = "" if naive is None else f"{naive.median_us:,.0f}"
    return what, f"{timing.commands:,}", f"{timing.median_us:,.1f}", f"{timing.p99_us:,.1f}", other
