"""A made-up market by seed: asks with capacity in pieces, bids that trade, bids that cannot, and who cancels what.

One (region, chip). Asks stand at 15 to 30 CNY, bids below; half of the windows are open and half begin within 20 days,
they last 1 to 120 days from then, for 8 to 512 chips in lots of 1, 2 or 8, and up to eight leases have been carved out
of each. The same seed gives the same orders, so that each of two markets can have its own.
"""

from collections.abc import Iterator
from random import Random

from exchange.core.books.capacity import Capacity
from exchange.core.books.order import Ask, Bid
from exchange.language.commands import GTC, SKIP, Alternative
from exchange.language.events import RESTING
from exchange.language.units import DAY_S, HOUR_S, MICROS_PER_CNY, MILLI_PER_CHIP, Micros, Milli, Seconds
from loadtests.bench.desk import CHIP, NOW_S, REGION, Cancel, Command

TICK: Micros = MICROS_PER_CNY // 100
ASKS_FROM, ASKS_TO = 1500, 3000  # ticks
WINDOWS_DAYS = (1, 3, 7, 14, 30, 60, 90, 120)
CHIPS = (8, 16, 32, 64, 128, 256, 512)
LOTS = (1, 1, 2, 8)
SHARES_BP = (10_000, 10_000, 8_000, 5_000, 2_000)
LAST_START_DAYS = 20
SHARE_OF_ASKS = 4  # of five resting orders


def resting(seed: int, count: int) -> Iterator[Ask | Bid]:
    """So many orders that do not cross, four asks to one bid; numbers count from 1."""
    chance = Random(seed)
    for number in range(1, count + 1):
        if number % (SHARE_OF_ASKS + 1):
            yield carved(chance, an_ask(chance, number, chance.randint(ASKS_FROM, ASKS_TO)))
        else:
            yield a_bid(chance, number, chance.randint(1000, ASKS_FROM - 1))


def coming(seed: int, resting_count: int, count: int) -> Iterator[Command]:
    """What comes to a market with so many orders: bids that can trade, are below the market or hard to serve; asks, of
    which a few are cheap enough for resting bids; and cancels of any order there has been.
    """
    chance = Random(-seed)
    number = resting_count
    for _ in range(count):
        dice = chance.random()
        if dice < 0.30:
            yield Cancel(chance.randint(1, number))
            continue
        number += 1
        if dice < 0.55:
            yield a_bid(chance, number, ASKS_FROM + chance.randint(0, 300))
        elif dice < 0.65:
            yield a_bid(chance, number, chance.randint(1000, ASKS_FROM - 1))
        elif dice < 0.75:
            yield a_hard_bid(chance, number)
        elif dice < 0.98:
            yield an_ask(chance, number, chance.randint(ASKS_FROM, ASKS_TO))
        else:
            end_s = NOW_S + chance.choice((1, 3)) * DAY_S
            yield make_ask(number, (ASKS_FROM - 1) * TICK, 8 * MILLI_PER_CHIP, NOW_S, end_s)


def an_ask(chance: Random, number: int, ticks: int) -> Ask:
    lot = chance.choice(LOTS)
    start_s = NOW_S + chance.randint(-LAST_START_DAYS * 24, LAST_START_DAYS * 24) * HOUR_S
    return make_ask(
        number,
        ticks * TICK,
        chance.choice(CHIPS) * MILLI_PER_CHIP,
        start_s,
        max(start_s, NOW_S) + chance.choice(WINDOWS_DAYS) * DAY_S,
        lot_milli=lot * MILLI_PER_CHIP,
        min_duration_s=chance.choice((HOUR_S, HOUR_S, 6 * HOUR_S, DAY_S)),
        take_or_pay_bp=chance.choice(SHARES_BP),
    )


def carved(chance: Random, ask: Ask) -> Ask:
    """The ask after up to eight leases, with at least a lot left for a day."""
    hours = (ask.end_s - ask.start_s) // HOUR_S
    for _ in range(chance.choice((0, 1, 2, 3, 5, 8))):
        first, length = chance.randrange(hours), chance.randint(1, max(1, hours // 2))
        start_s = ask.start_s + first * HOUR_S
        end_s = min(start_s + length * HOUR_S, ask.end_s)
        free = min(chips for begin_s, until_s, chips in ask.free.segments(start_s) if begin_s < end_s)
        chips = (
            chance.randint(1, max(1, ask.quantity_milli // ask.lot_milli // chance.choice((1, 2, 4)))) * ask.lot_milli
        )
        if chips <= free:
            ask.free.carve(start_s, end_s, chips)
            if ask.free.most(DAY_S, NOW_S) < ask.lot_milli:
                ask.free.restore(start_s, end_s, chips)
    return ask


def a_bid(chance: Random, number: int, ticks: int) -> Bid:
    quantity = chance.choice((1, 2, 4, 8, 8, 16, 32, 64)) * MILLI_PER_CHIP
    wishes = []
    for _ in range(chance.choice((1, 1, 1, chance.randint(2, 4)))):
        earliest = chance.choice((None, NOW_S + chance.randrange(30 * 24) * HOUR_S))
        latest = (NOW_S if earliest is None else earliest) + chance.choice((0, 6 * HOUR_S, DAY_S, 7 * DAY_S))
        duration_s = chance.choice((1, 6, 24, 24, 72, 168, 336, 720)) * HOUR_S
        wishes.append(make_wish(ticks * TICK, duration_s, latest, earliest))
    least = chance.choice((None, None, None, quantity, max(quantity // 2, 1)))
    return make_bid(number, quantity, tuple(wishes), least, chance.choice((10_000, 10_000, 5_000)))


def a_hard_bid(chance: Random, number: int) -> Bid:
    """Many chips for long, all or none, at a price that would cross."""
    quantity = chance.choice((128, 256, 512)) * MILLI_PER_CHIP
    duration_s = chance.choice((30, 45, 60, 90, 100)) * DAY_S
    price = (ASKS_FROM + chance.randint(0, 300)) * TICK
    wish = make_wish(price, duration_s, NOW_S + chance.randrange(30) * DAY_S)
    return make_bid(number, quantity, (wish,), quantity)


def make_wish(price: Micros, duration_s: Seconds, latest_s: Seconds, earliest_s: Seconds | None = None) -> Alternative:
    return Alternative(
        region=REGION,
        chip=CHIP,
        duration_s=duration_s,
        latest_start_s=latest_s,
        price_micros=price,
        earliest_start_s=earliest_s,
    )


def make_ask(
    number: int,
    price_micros: Micros,
    quantity_milli: Milli,
    start_s: Seconds,
    end_s: Seconds,
    *,
    lot_milli: Milli = MILLI_PER_CHIP,
    min_duration_s: Seconds = HOUR_S,
    take_or_pay_bp: int = 10_000,
) -> Ask:
    return Ask(
        ask_id=number,
        account_id="provider",
        owner_group="provider",
        priority=number,
        region=REGION,
        chip=CHIP,
        site="",
        quantity_milli=quantity_milli,
        start_s=start_s,
        end_s=end_s,
        price_micros=price_micros,
        lot_milli=lot_milli,
        min_duration_s=min_duration_s,
        take_or_pay_bp=take_or_pay_bp,
        time_in_force=GTC,
        expires_s=None,
        self_trade=SKIP,
        post_only=False,
        free=Capacity(start_s, end_s, quantity_milli),
        offered_area=quantity_milli * (end_s - start_s),
        bond_micros=0,
        posted_micros=0,
        state=RESTING,
    )


def make_bid(
    number: int,
    quantity_milli: Milli,
    wishes: tuple[Alternative, ...],
    min_quantity_milli: Milli | None = None,
    max_take_or_pay_bp: int = 10_000,
) -> Bid:
    return Bid(
        bid_id=number,
        account_id="buyer",
        owner_group="buyer",
        priority=number,
        quantity_milli=quantity_milli,
        leaves_milli=quantity_milli,
        min_quantity_milli=min_quantity_milli,
        alternatives=wishes,
        open=tuple(range(len(wishes))),
        time_in_force=GTC,
        expires_s=None,
        max_take_or_pay_bp=max_take_or_pay_bp,
        self_trade=SKIP,
        post_only=False,
        require=None,
        state=RESTING,
    )
