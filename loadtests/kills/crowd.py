"""A crowd of buyers and providers, each hand with one errand on its way at a time, all drawn from one seed.

Orders rest or trade, are amended and canceled by the hand that placed them; money comes in; leases are started, metered
and released. A hand that is told nothing sits out the rest of the act.
"""

import asyncio
from abc import ABC, abstractmethod
from random import Random

import msgspec

from exchange.language.instants import format_instant, parse_instant
from exchange.language.units import CHIP_HOUR_PLACES, DAY_S, MONEY_PLACES, format_decimal, full_uch
from gateway import answers, requests, schema, schema_money
from loadtests.kills.door import Door, Gone
from loadtests.kills.notebook import OVER, Errand, Notebook, Order, What, chips, money

_REGIONS, _CHIP = ("wuhu", "shaoguan"), "h800-sxm"
_OPEN_MOST = 6  # orders of one hand
_TENDED_MOST = 40  # leases that a provider's hand looks after
_TICK_MICROS = 10_000
_ASKS, _BIDS = (1_180, 1_320), (1_120, 1_260)  # prices in ticks: about half of what comes trades


class Stage:
    """Where hands wait between two acts."""

    def __init__(self, hands: int) -> None:
        self._hands = hands
        self._waiting = 0
        self._open = False
        self._act = 0
        self._changed = asyncio.Condition()

    async def turn(self, left_out: int) -> int:
        """Wait until the stage is open, in a later act than the one left out; that act."""
        if not self._open or self._act <= left_out:
            async with self._changed:
                self._waiting += 1
                self._changed.notify_all()
                await self._changed.wait_for(lambda: self._open and self._act > left_out)
                self._waiting -= 1
        return self._act

    async def begin(self) -> None:
        """The next act."""
        async with self._changed:
            self._act += 1
            self._open = True
            self._changed.notify_all()

    async def finish(self) -> None:
        """The end of the act: returns when no hand has anything on its way."""
        async with self._changed:
            self._open = False
            await self._changed.wait_for(lambda: self._waiting == self._hands)


class Hand(ABC):
    """One who sends errands, one after the other."""

    def __init__(self, name: str, door: Door, notebook: Notebook, stage: Stage, seed: str, latest_s: int) -> None:
        self._name = name
        self._door = door
        self._notebook = notebook
        self._stage = stage
        self._draw = Random(f"{seed}:{name}")
        self._latest_s = latest_s
        self._count = 0
        self._open: list[Order] = []

    async def run(self) -> None:
        """Until cancelled."""
        act = 0
        while True:
            now_in = await self._stage.turn(act)
            try:
                await self._step()
            except Gone:
                act = now_in

    async def _step(self) -> None:
        draw = self._draw.randrange(100)
        self._open = [order for order in self._open if not order.done]
        if self._open and (len(self._open) >= _OPEN_MOST or draw < 12):
            await self._cancel(self._open[0] if draw < 50 else self._draw.choice(self._open))
        elif self._open and draw < 27:
            await self._amend(self._draw.choice(self._open))
        elif draw < 32:
            await self._deposit()
        elif draw < 55 and await self._tend():
            pass
        else:
            await self._place()

    def _id(self) -> str:
        self._count += 1
        return f"{self._name}-{self._count}"

    async def _send(self, what: What, body: schema.Body, *, subject: str = "", order: Order | None = None,
                    name: str = "") -> answers.Answer | None:  # fmt: skip
        errand = Errand(
            what=what,
            account_id=self._door.account_id,
            name=name or self._id(),
            body=body,
            subject=subject,
            order=order,
        )
        return await self._door.send(errand)

    async def _deposit(self) -> None:
        key = self._id()
        body = schema.OwnDepositBody(amount=str(self._draw.randint(1, 5_000)), reference=key)
        await self._send("deposit", body, name=key)

    def _price(self, ticks: tuple[int, int]) -> str:
        return format_decimal(self._draw.randint(*ticks) * _TICK_MICROS, MONEY_PLACES)

    async def _place_as(self, what: What, body: schema.BidBody | schema.AskBody) -> answers.Answer | None:
        order = Order(
            client_order_id=body.client_order_id,
            account_id=self._door.account_id,
            side="bid" if what == "bid.place" else "ask",
        )
        self._open.append(order)
        try:
            answer = await self._send(what, body, order=order, name=body.client_order_id)
        except Gone:
            self._open.remove(order)  # whether it is there will be seen, and nobody touches it
            raise
        if answer is None:
            self._open.remove(order)
        return answer

    @abstractmethod
    async def _place(self) -> None: ...

    @abstractmethod
    async def _amend(self, order: Order) -> None: ...

    @abstractmethod
    async def _cancel(self, order: Order) -> None: ...

    @abstractmethod
    async def _tend(self) -> bool:
        """Do something about a lease; False when there is nothing to do."""

    async def _amend_as(self, what: What, body: requests.BidAmendBody | requests.AskAmendBody, order: Order) -> None:
        """An amendment that nobody answers leaves two possibilities."""
        wanted = chips(body.quantity or "0"), money(body.price or "0")
        before, order.terms = order.terms, (*order.terms, wanted)
        if await self._send(what, body, subject=order.public_id, order=order) is None:
            order.terms = before


class BuyerHand(Hand):
    """Bids over REST."""

    async def _place(self) -> None:
        several = self._draw.random() < 0.3
        await self._place_as("bid.place", schema.BidBody(
            client_order_id=self._id(),
            quantity=str(self._draw.randint(1, 8)),
            regions=_REGIONS if several else (self._draw.choice(_REGIONS),),
            chips=(_CHIP,),
            duration=self._draw.choice(("PT1H", "PT2H", "PT6H")),
            earliest_start="now",
            latest_start=format_instant(self._latest_s),
            price=self._price(_BIDS),
            time_in_force=self._draw.choice(("gtc", "gtc", "gtc", "ioc")),
        ))  # fmt: skip

    async def _amend(self, order: Order) -> None:
        quantity = max(order.terms[-1][0] // 1_000 + self._draw.randint(-2, 3), 1)
        body = requests.BidAmendBody(quantity=str(quantity), price=self._price(_BIDS))
        await self._amend_as("bid.amend", body, order)

    async def _cancel(self, order: Order) -> None:
        await self._send("bid.cancel", schema.NoParams(), subject=order.public_id, order=order)

    async def _tend(self) -> bool:
        lease = next((lease for lease in reversed(self._notebook.leases.values()) if self._may_release(lease)), None)
        if lease is None or self._draw.random() < 0.8:
            return False
        await self._send("lease.release", schema.NoParams(), subject=lease.lease_id)
        return True

    def _may_release(self, lease: schema_money.Lease) -> bool:
        return lease.buyer == self._door.account_id and lease.state not in OVER


class ProviderHand(Hand):
    """Asks over the stream, and looks after some of its account's leases."""

    def __init__(self, name: str, door: Door, notebook: Notebook, stage: Stage, seed: str, latest_s: int) -> None:
        super().__init__(name, door, notebook, stage, seed, latest_s)
        self._tended: list[str] = []

    async def _place(self) -> None:
        await self._place_as("ask.place", schema.AskBody(
            client_order_id=self._id(),
            region=self._draw.choice(_REGIONS),
            chip=_CHIP,
            quantity=str(8 * self._draw.randint(1, 4)),
            start="now",
            end=format_instant(self._latest_s + self._draw.randint(1, 5) * DAY_S),
            price=self._price(_ASKS),
        ))  # fmt: skip

    async def _amend(self, order: Order) -> None:
        quantity = max(order.terms[-1][0] // 1_000 + self._draw.choice((-8, 0, 8)), 1)
        body = requests.AskAmendParams(ask_id=order.public_id, quantity=str(quantity), price=self._price(_ASKS))
        await self._amend_as("ask.amend", body, order)

    async def _cancel(self, order: Order) -> None:
        await self._send("ask.cancel", schema.AskRef(ask_id=order.public_id), subject=order.public_id, order=order)

    async def _tend(self) -> bool:
        if not self._door.news.empty():
            lease = self._door.news.get_nowait()
            access = msgspec.Raw(msgspec.json.encode({"host": lease.lease_id}))
            body = schema.StartParams(lease_id=lease.lease_id, access=access)
            if await self._send("lease.start", body, subject=lease.lease_id) is not None:
                self._tended = [*self._tended, lease.lease_id][-_TENDED_MOST:]
            return True
        return bool(self._tended) and await self._meter(self._draw.choice(self._tended))

    async def _meter(self, lease_id: str) -> bool:
        """All of it was delivered until now, and half of that used."""
        lease = self._notebook.leases[lease_id]
        if lease.state in OVER:
            self._tended.remove(lease_id)
            return False
        now_s = parse_instant(await self._door.now())
        start_s = max(parse_instant(lease.start), parse_instant(lease.access_given_at or lease.start))
        through_s = min(now_s, parse_instant(lease.end))
        if through_s <= start_s:
            return False
        served_uch = full_uch(chips(lease.quantity), through_s - start_s)
        await self._send("lease.meter", subject=lease_id, body=schema.MeterParams(
            lease_id=lease_id,
            through=format_instant(through_s),
            delivered=format_decimal(served_uch, CHIP_HOUR_PLACES),
            used=format_decimal(served_uch // 2, CHIP_HOUR_PLACES),
        ))  # fmt: skip
        return True
