"""A buyer of the demo: looks at the book, bids over REST, and takes back what has waited too long; and has its whims.

A style says how it bids. Near its limit of leased chips it only bids below the market, so that the books keep both of
their sides.
"""

import asyncio
from random import Random

from msgspec import Struct

from exchange.language.instants import format_instant, parse_duration, parse_instant
from exchange.language.units import (
    BP_PER_ONE,
    CHIP_PLACES,
    DAY_S,
    HOUR_S,
    MONEY_PLACES,
    Micros,
    Milli,
    Seconds,
    format_money,
    parse_decimal,
)
from exchange.language.windows import ceil_to_step, tenor_of
from gateway import answers, schema
from gateway.client.errors import Refused, Unreachable
from gateway.client.rest import Client
from gateway.demo.admission import top_up
from gateway.demo.cast import BuyerPart, Cast
from gateway.demo.provider import to_tick
from gateway.demo.tally import Tally
from gateway.demo.whims import Whims

_PAUSE_MS = (1000, 5000)  # of real time, between two looks at the market
_RESTING_MOST = 12
_DEPTH = 10  # levels of a book that it looks at
# How far off the best ask it bids, to have it now, for less, or so that it need not have it at all
_EAGER_BP, _PATIENT_BP, _IDLE_BP = (0, 200), (-500, -30), (-900, -300)
_OPEN_LEASES: tuple[schema.LeaseState, ...] = ("scheduled", "running")


class Style(Struct, frozen=True, kw_only=True):
    """How an account bids. `eager_percent` of its bids are meant to trade at once."""

    eager_percent: int
    patience_h: tuple[int, ...]  # from the earliest start to the latest
    gang: bool = False
    flexible: bool = False  # in any of its regions, not in one
    ioc: bool = False


STYLES = {
    "train": Style(eager_percent=35, patience_h=(2, 6, 12, 24), gang=True, flexible=True),
    "batch": Style(eager_percent=40, patience_h=(6, 12, 24, 48), flexible=True),
    "serve": Style(eager_percent=50, patience_h=(1, 2, 6)),
    "spot": Style(eager_percent=80, patience_h=(0,), flexible=True, ioc=True),
}


class Buyer:
    """One buyer's working day. `visit` makes its order ids its own among all starts of the demo."""

    def __init__(self, part: BuyerPart, cast: Cast, client: Client, visit: str, tally: Tally) -> None:
        self._part = part
        self._style = STYLES[part.style]
        self._cast = cast
        self._client = client
        self._tally = tally
        self._visit = visit
        self._draw = Random(f"{cast.seed}:{part.account_id}:{visit}")
        self._whims = Whims(part.account_id, client, visit, self._draw, tally)
        self._orders = 0
        self._rules: answers.RulesOut | None = None
        self._tenors: dict[Seconds, str] = {}

    async def run(self) -> None:
        """Bid until cancelled; while nobody answers, wait."""
        while True:
            try:
                if self._rules is None:
                    self._rules = await self._read_catalog()
                await self._turn(self._rules)
                await self._whims.follow(parse_instant((await self._client.time()).now), self._rules)
            except Unreachable:
                pass
            except Refused as refusal:
                await self._refused(refusal)
            await asyncio.sleep(self._draw.randint(*_PAUSE_MS) / 1000)

    async def _read_catalog(self) -> answers.RulesOut:
        catalog = await self._client.catalog()
        assert catalog.rules is not None, "a market without rules takes no orders"
        self._tenors = {parse_duration(tenor): tenor for tenor in catalog.tenors}
        return catalog.rules

    async def _turn(self, rules: answers.RulesOut) -> None:
        resting = (await self._client.bids(schema.OrderPage(state="resting", limit=100))).items
        if len(resting) >= _RESTING_MOST:
            await self._client.cancel_bid(resting[-1].bid_id)
            self._tally.cancels += 1
        chip, duration = self._draw.choice(self._part.chips), self._draw.choice(self._part.durations)
        wanted = self._draw.choice(self._part.quantities)
        regions = self._draw.sample(self._part.regions, len(self._part.regions))
        regions = regions if self._style.flexible else regions[:1]
        has_room = await self._has_room(parse_decimal(wanted, CHIP_PLACES), parse_duration(duration))
        eager = has_room and self._draw.randrange(100) < self._style.eager_percent
        if self._style.ioc and not eager:
            return
        self._orders += 1
        now_s = parse_instant((await self._client.time()).now)
        step_s = parse_duration(rules.step)
        latest_s = ceil_to_step(now_s, step_s) + self._draw.choice(self._style.patience_h) * HOUR_S + step_s
        off_bp = self._draw.randint(*(_EAGER_BP if eager else _PATIENT_BP if has_room else _IDLE_BP))
        alternatives = [
            schema.AlternativeBody(
                region=region,
                chip=chip,
                duration=duration,
                earliest_start="now",
                latest_start=format_instant(latest_s),
                price=format_money(await self._limit_micros(region, chip, wanted, parse_duration(duration), off_bp)),
            )
            for region in regions
        ]
        bid = schema.BidBody(
            client_order_id=f"{self._visit}-{self._orders}",
            quantity=wanted,
            min_quantity=wanted if self._style.gang else None,
            alternatives=tuple(alternatives),
            time_in_force="ioc" if self._style.ioc else "gtc",
            use=self._part.use,
        )
        placed = await self._client.place_bid(bid)
        self._tally.bids += 1
        self._tally.subsidised += sum(lease.programme is not None for lease in placed.leases)

    async def _has_room(self, wanted_milli: Milli, duration_s: Seconds) -> bool:
        """Whether as many chips more stay within what the account leases at the same time, and for long."""
        most_milli = parse_decimal(self._part.most, CHIP_PLACES)
        leased_milli = long_milli = 0
        for state in _OPEN_LEASES:
            for lease in (await self._client.leases(schema.LeasePage(state=state, limit=500))).items:
                if lease.buyer != self._part.account_id:
                    continue  # it was resold out of one of its own
                chips_milli = parse_decimal(lease.quantity, CHIP_PLACES)
                leased_milli += chips_milli
                if parse_instant(lease.end) - parse_instant(lease.start) >= DAY_S:
                    long_milli += chips_milli
        if duration_s >= DAY_S and (long_milli + wanted_milli) * 3 > most_milli:
            return False
        return leased_milli + wanted_milli <= most_milli

    async def _limit_micros(self, region: str, chip: str, wanted: str, duration_s: Seconds, off_bp: int) -> Micros:
        """So far off the best ask that is large enough; without one, off the level."""
        tenor = self._tenors[tenor_of(duration_s, sorted(self._tenors))]
        book = await self._client.book(region, chip, tenor, _DEPTH)
        wanted_milli = parse_decimal(wanted, CHIP_PLACES) if self._style.gang else 0
        near_micros = next(
            (parse_decimal(price, MONEY_PLACES) for price, chips, orders in book.asks
             if parse_decimal(chips, CHIP_PLACES) // orders >= wanted_milli),
            self._cast.level_micros(chip),
        )  # fmt: skip
        return to_tick(near_micros * (BP_PER_ONE + off_bp) // BP_PER_ONE)

    async def _refused(self, refusal: Refused) -> None:
        self._tally.refused[refusal.problem.code] += 1
        if refusal.problem.code == "insufficient_funds":
            await top_up(self._client, self._cast.top_up)
            self._tally.top_ups += 1
