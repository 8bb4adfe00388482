"""A provider of the demo: keeps asks in the book, hands over access, and meters its leases, all over the stream.

What it knows of its asks and leases comes from lists when it connects and from the account's channel after that, so it
goes on where it was after any interruption. A site has at most one ask, of the chips that no lease of the site uses.
"""

import asyncio
from random import Random

import msgspec

from exchange.language.instants import format_duration, format_instant, parse_duration, parse_instant
from exchange.language.units import (
    BP_PER_ONE,
    CHIP_HOUR_PLACES,
    CHIP_PLACES,
    DAY_S,
    MicroChipHours,
    Micros,
    Milli,
    Seconds,
    format_chips,
    format_decimal,
    format_money,
    full_uch,
    parse_decimal,
)
from exchange.language.windows import ceil_to_step
from gateway import answers, schema, schema_money
from gateway.client.errors import Refused, Unreachable
from gateway.client.rest import Client
from gateway.client.stream import Stream
from gateway.demo.admission import top_up
from gateway.demo.cast import Cast, Offer, ProviderPart
from gateway.demo.fate import Fate, fate_of
from gateway.demo.tally import Tally

TICK_MICROS = 10_000
_BEAT_S = 0.5  # of real time, between two looks at the clock
_NEW_ASKS = 3  # at most, in one beat
_RENEWAL_PERCENT = 8  # of beats in which an ask is taken back and made anew
_MOOD_MAX_BP = 300
_SPREAD_BP = (-120, 400)  # of one site's price around the provider's
_WINDOWS_D = (1, 2, 2, 3, 7, 7, 14, 30)
_OPEN_LEASES: tuple[schema.LeaseState, ...] = ("scheduled", "running")

Place = tuple[str, str, str]  # region, chip, site


def to_tick(price_micros: Micros) -> Micros:
    """The multiple of the tick that is not above a price, one tick at least."""
    return max(price_micros // TICK_MICROS, 1) * TICK_MICROS


def _begins_s(ask: schema.Ask) -> Seconds:
    """When the first chips of an ask are free. One that is leased out for now is better made anew with what is left."""
    return parse_instant(ask.free[0].start if ask.free else ask.end)


def served_uch(lease: schema_money.Lease, fate: Fate, from_s: Seconds, until_s: Seconds) -> MicroChipHours:
    """What was delivered, in a stretch of a lease, of the chips that its buyer uses itself."""
    start_s, served_uch = parse_instant(lease.start), 0
    for own in lease.shape:
        since_s, to_s = max(parse_instant(own.start), from_s), min(parse_instant(own.end), until_s)
        if since_s < to_s:
            served_uch += full_uch(parse_decimal(own.chips, CHIP_PLACES), fate.served_s(start_s, since_s, to_s))
    return served_uch


class Provider:
    """One provider's working day. `visit` makes its order ids its own among all starts of the demo."""

    def __init__(self, part: ProviderPart, cast: Cast, client: Client, visit: str, tally: Tally) -> None:
        self._cast = cast
        self._client = client
        self._tally = tally
        self._visit = visit
        self._draw = Random(f"{cast.seed}:{part.account_id}:{visit}")
        self._orders = 0
        self._asks: dict[str, schema.Ask] = {}
        self._leases: dict[str, schema_money.Lease] = {}
        self._told: dict[str, int] = {}
        self._mood_bp: dict[tuple[str, str], int] = {}
        self._step_s = self._period_s = 0
        self._places: dict[Place, Offer] = {
            (offer.region, offer.chip, f"hall-{number}"): offer
            for offer in part.offers
            for number in range(1, offer.sites + 1)
        }

    async def run(self) -> None:
        """Trade until cancelled; a lost connection is made again."""
        while True:
            try:
                rules = (await self._client.catalog()).rules
                assert rules is not None, "a market without rules takes no orders"
                self._step_s, self._period_s = parse_duration(rules.step), parse_duration(rules.period)
                async with await self._client.stream() as stream:
                    await self._work(stream)
            except Unreachable:
                await asyncio.sleep(1)
            except Refused as refusal:  # as the market was behind, say; what was under way is looked up again
                self._tally.refused[refusal.problem.code] += 1
                await asyncio.sleep(1)

    async def _work(self, stream: Stream) -> None:
        await stream.subscribe("account")
        await self._recall(stream)
        listening = asyncio.create_task(self._listen(stream))
        try:
            while not listening.done():
                now_s = parse_instant((await self._client.time()).now)
                await self._deliver(stream, now_s)
                await self._offer(stream, now_s)
                await asyncio.sleep(_BEAT_S)
            await listening
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    # ------------------------------------------------------------------------------------------- what it knows

    async def _recall(self, stream: Stream) -> None:
        self._told.clear()
        page = schema.OrderPage(state="resting", limit=500)
        resting = await stream.request("ask.list", page, answers.Asks)
        self._asks = {ask.ask_id: ask for ask in resting.items}
        self._leases.clear()
        for state in _OPEN_LEASES:
            cursor: str | None = None
            while True:
                query = schema.LeasePage(state=state, limit=500, cursor=cursor)
                found = await stream.request("lease.list", query, answers.Leases)
                for lease in found.items:
                    self._leases[lease.lease_id] = lease
                if (cursor := found.cursor) is None:
                    break

    async def _listen(self, stream: Stream) -> None:
        async for push in stream.pushes():
            if push.type.startswith("ask."):
                self._note_ask(msgspec.json.decode(push.data, type=schema.Ask), push.seq)
            elif push.type.startswith("lease."):
                self._note_lease(msgspec.json.decode(push.data, type=schema_money.Lease), push.seq)

    def _news(self, name: str, seq: int) -> bool:
        """Whether this is not older than what is known: a reply may overtake the pushes before it."""
        if seq < self._told.get(name, 0):
            return False
        self._told[name] = seq
        return True

    def _note_ask(self, ask: schema.Ask, seq: int) -> None:
        if not self._news(ask.ask_id, seq):
            return
        if ask.state == "resting":
            self._asks[ask.ask_id] = ask
        else:
            self._asks.pop(ask.ask_id, None)

    def _note_lease(self, lease: schema_money.Lease, seq: int) -> None:
        if not self._news(lease.lease_id, seq):
            return
        if lease.state in _OPEN_LEASES:
            self._tally.leases += lease.lease_id not in self._leases
            self._leases[lease.lease_id] = lease
        elif self._leases.pop(lease.lease_id, None) is not None:
            self._tally.ended += lease.state == "ended"
            self._tally.defaulted += lease.state == "defaulted"

    # -------------------------------------------------------------------------------------------- what it does

    async def _deliver(self, stream: Stream, now_s: Seconds) -> None:
        due = [params for lease in self._leases.values() if (params := self._duty(lease, now_s)) is not None]
        await asyncio.gather(*(self._report(stream, params) for params in due))

    async def _report(self, stream: Stream, params: schema.StartParams | schema.MeterParams) -> None:
        op = "lease.start" if isinstance(params, schema.StartParams) else "lease.meter"
        try:
            answer = await stream.request(op, params, answers.LeaseAnswer)
            self._note_lease(answer.lease, answer.seq)
            self._tally.metered += op == "lease.meter"
        except Refused as refusal:
            self._tally.refused[refusal.problem.code] += 1

    def _duty(self, lease: schema_money.Lease, now_s: Seconds) -> schema.StartParams | schema.MeterParams | None:
        """What this lease asks of its provider now, if anything."""
        start_s, end_s = parse_instant(lease.start), parse_instant(lease.until)
        fate = fate_of(self._cast.seed, lease.lease_id)
        if not lease.shape:
            return None  # all of it has been resold
        if lease.access_given_at is None:
            if fate.late_s is None or (fate.late_s and now_s < start_s + fate.late_s):
                return None
            access = {
                "ssh": f"ssh demo@{lease.site}.{lease.region}.example",
                "password": f"{self._draw.getrandbits(48):x}",
            }
            return schema.StartParams(lease_id=lease.lease_id, access=msgspec.Raw(msgspec.json.encode(access)))
        passed_s = min(now_s, end_s) - start_s
        through_s = end_s if now_s >= end_s else start_s + passed_s // self._period_s * self._period_s
        last = lease.delivered_until or lease.access_given_at
        from_s = max(parse_instant(last), start_s)
        if through_s <= from_s:
            return None
        more_uch = served_uch(lease, fate, from_s, through_s)
        delivered_uch = parse_decimal(lease.delivered, CHIP_HOUR_PLACES) + more_uch
        used_uch = parse_decimal(lease.used, CHIP_HOUR_PLACES) + more_uch * fate.used_percent // 100
        return schema.MeterParams(
            lease_id=lease.lease_id,
            through=format_instant(through_s),
            delivered=format_decimal(delivered_uch, CHIP_HOUR_PLACES),
            used=format_decimal(used_uch, CHIP_HOUR_PLACES),
        )

    async def _offer(self, stream: Stream, now_s: Seconds) -> None:
        taken = {(ask.region, ask.chip, ask.site) for ask in self._asks.values()}
        empty = [place for place in self._places if place not in taken]
        self._draw.shuffle(empty)
        for place in empty[:_NEW_ASKS]:
            await self._place(stream, place, now_s)
        worn = [ask_id for ask_id, ask in self._asks.items() if _begins_s(ask) > now_s + 2 * self._step_s]
        if self._asks and self._draw.randrange(100) < _RENEWAL_PERCENT:
            worn.append(self._draw.choice(sorted(self._asks)))
        for ask_id in worn[:_NEW_ASKS]:
            await self._cancel(stream, ask_id)

    async def _place(self, stream: Stream, place: Place, now_s: Seconds) -> None:
        offer = self._places[place]
        free_milli = self._free_milli(place, offer)
        if free_milli < offer.lot_milli:
            return
        window_s = self._draw.choice(_WINDOWS_D) * DAY_S
        self._orders += 1
        ask = schema.AskBody(
            client_order_id=f"{self._visit}-{self._orders}",
            region=offer.region,
            chip=offer.chip,
            site=place[2],
            quantity=format_chips(free_milli),
            start="now",
            end=format_instant(ceil_to_step(now_s, self._step_s) + window_s),
            price=format_money(self._price_micros(offer)),
            lot=offer.lot,
            min_duration=format_duration(self._step_s * 4),
            take_or_pay=offer.take_or_pay,
            pue=offer.pue,
            green_share=offer.green_share,
        )
        try:
            placed = await stream.request("ask.place", ask, answers.AskAnswer)
        except Refused as refusal:
            await self._refused(refusal)
            return
        self._tally.asks += 1
        self._note_ask(placed.ask, placed.seq)

    def _free_milli(self, place: Place, offer: Offer) -> Milli:
        """The chips of a site that are free whenever its leases take the most."""
        here = [
            lease
            for lease in self._leases.values()  # parts of others are among the others' chips
            if (lease.region, lease.chip, lease.site) == place and lease.parent_id is None
        ]
        most_milli = max(
            (sum(parse_decimal(one.quantity, CHIP_PLACES) for one in here if one.start <= lease.start < one.until)
             for lease in here),
            default=0,
        )  # fmt: skip
        return max(offer.chips_milli - most_milli, 0) // offer.lot_milli * offer.lot_milli

    def _price_micros(self, offer: Offer) -> Micros:
        """The level, with the place's markup, the provider's mood, which wanders, and the site's own."""
        mood_bp = self._mood_bp.get((offer.region, offer.chip), 0) + self._draw.randint(-40, 40)
        mood_bp = max(-_MOOD_MAX_BP, min(_MOOD_MAX_BP, mood_bp))
        self._mood_bp[offer.region, offer.chip] = mood_bp
        share_bp = BP_PER_ONE + offer.markup_bp + mood_bp + self._draw.randint(*_SPREAD_BP)
        return to_tick(self._cast.level_micros(offer.chip) * share_bp // BP_PER_ONE)

    async def _cancel(self, stream: Stream, ask_id: str) -> None:
        try:
            canceled = await stream.request("ask.cancel", schema.AskRef(ask_id=ask_id), answers.AskCanceled)
        except Refused as refusal:
            self._tally.refused[refusal.problem.code] += 1
            self._asks.pop(ask_id, None)
            return
        self._tally.cancels += 1
        self._note_ask(canceled.ask, canceled.seq)

    async def _refused(self, refusal: Refused) -> None:
        self._tally.refused[refusal.problem.code] += 1
        if refusal.problem.code == "insufficient_funds":
            await top_up(self._client, self._cast.top_up)
            self._tally.top_ups += 1
