"""What a buyer of the demo does with a lease besides using it: resells what is left, contests a period, gives it back.

Rarely, and of one lease at a time. What the market refuses is raised as Refused, as with any other act of a buyer.
"""

from random import Random

from exchange.language.instants import format_instant, parse_duration, parse_instant
from exchange.language.units import BP_PER_ONE, HOUR_S, MONEY_PLACES, Seconds, format_money, parse_decimal
from exchange.language.windows import ceil_to_step
from gateway import answers, requests_money, schema, schema_money
from gateway.client.rest import Client
from gateway.demo.provider import to_tick
from gateway.demo.tally import Tally

_RESELL, _CONTEST, _RELEASE = 40, 60, 70  # out of a thousand turns, each less the one before
_MARKUP_BP = (-200, 300)  # of a resale's price over the lease's
_LEFT_S = 2 * HOUR_S  # that a lease must have for it to be worth the trouble


class Whims:
    """One buyer's; `account_id` is whose leases count as its own, `visit` makes its order ids its own."""

    def __init__(self, account_id: str, client: Client, visit: str, draw: Random, tally: Tally) -> None:
        self._account_id = account_id
        self._client = client
        self._visit = visit
        self._draw = draw
        self._tally = tally
        self._resales = 0

    async def follow(self, now_s: Seconds, rules: answers.RulesOut) -> None:
        """Do one of the three, or, nearly always, nothing."""
        chance = self._draw.randrange(1000)
        if chance >= _RELEASE:
            return
        running = (await self._client.leases(schema.LeasePage(state="running", limit=100))).items
        own = [
            lease for lease in running
            if lease.buyer == self._account_id and lease.shape and parse_instant(lease.shape[-1].end) > now_s
        ]  # fmt: skip
        if not own:
            return
        lease = self._draw.choice(own)
        if chance >= _CONTEST:
            await self._release(lease, now_s)
        elif chance >= _RESELL:
            await self._contest(lease, now_s, rules)
        else:
            await self._resell(lease, now_s, rules)

    async def _resell(self, lease: schema_money.Lease, now_s: Seconds, rules: answers.RulesOut) -> None:
        """Offer all chips that the lease ends with, from an hour from now on."""
        last = lease.shape[-1]
        start_s = max(ceil_to_step(now_s, parse_duration(rules.step)) + HOUR_S, parse_instant(last.start))
        if parse_instant(last.end) - start_s < _LEFT_S:
            return
        price_micros = parse_decimal(lease.price, MONEY_PLACES)
        price_micros = to_tick(price_micros * (BP_PER_ONE + self._draw.randint(*_MARKUP_BP)) // BP_PER_ONE)
        self._resales += 1
        await self._client.place_ask(
            schema.AskBody(
                client_order_id=f"{self._visit}-r{self._resales}",
                lease_id=lease.lease_id,
                region=lease.region,
                chip=lease.chip,
                site=lease.site,
                quantity=last.chips,
                lot=last.chips,
                start=format_instant(start_s),
                end=last.end,
                price=format_money(price_micros),
                take_or_pay=lease.take_or_pay,
            )
        )
        self._tally.resales += 1

    async def _contest(self, lease: schema_money.Lease, now_s: Seconds, rules: answers.RulesOut) -> None:
        """Contest the last settled period, if there is still time and anything was paid for it."""
        own = [period for period in lease.periods if period.lease_id == lease.lease_id]
        if not own or own[-1].state != "settled" or own[-1].paid == "0.00":
            return
        closed_s = parse_instant(own[-1].end) + parse_duration(rules.close_grace)
        if now_s < closed_s + parse_duration(rules.contest):
            body = requests_money.ContestBody(period=own[-1].index, reason="The network was down for a part of it.")
            await self._client.contest(lease.lease_id, body, f"{lease.lease_id}-{own[-1].index}")
            self._tally.contested += 1

    async def _release(self, lease: schema_money.Lease, now_s: Seconds) -> None:
        if parse_instant(lease.until) - now_s >= _LEFT_S:
            await self._client.release(lease.lease_id, f"release-{lease.lease_id}")
            self._tally.released += 1
