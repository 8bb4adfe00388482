"""Whether everything is as it was told: orders, leases and money, asked for once the server is back.

The crowd waits meanwhile, so only market time moves: leases begin, settle and end, and nothing trades. A comparison is
of what has news since the one before; `whole` is of everything from the beginning.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from itertools import chain

from exchange.language.units import CHIP_HOUR_PLACES, Micros, Milli, parse_decimal
from gateway import answers, requests_money, schema, schema_money
from gateway.client.errors import Refused
from gateway.client.rest import Client
from loadtests.kills.door import Door
from loadtests.kills.notebook import OVER, Notebook, Order, chips, money, terms_of
from loadtests.kills.settle import look_up

_AT_ONCE = 16
_ORDER_SAME = ("client_order_id", "account_id", "created_at", "seq", "time_in_force", "self_trade", "post_only")
_LEASE_SAME = (
    "bid_id", "ask_id", "provider", "buyer", "region", "chip", "quantity", "start", "end", "price", "cost", "seq",
)  # fmt: skip
_PURSES = ("available", "held", "escrow", "bond")


class Comparison:
    """Compares a notebook with the server, act by act."""

    def __init__(self, notebook: Notebook, doors: Mapping[str, Door], operator: Client) -> None:
        self._notebook = notebook
        self._doors = doors
        self._operator = operator
        self._reached: dict[tuple[str, str], int] = defaultdict(int)  # account and list, its last number compared
        self._filled: Counter[str] = Counter()  # by bid: milli-chips of the leases that were listed
        self._seen_filled: dict[str, Milli] = {}  # by bid, in this comparison
        self._tills: dict[str, dict[str, int]] = {}  # by account: what it held after the last transfer compared
        self._paid_in: Counter[str] = Counter()  # transfers by the deposit they refer to

    async def compare(self) -> None:
        """Everything with news."""
        status = await self._operator.status()
        if status.seq < self._notebook.last_seq:
            self._lost(f"the journal ends at seq {status.seq}, and {self._notebook.last_seq} was answered")
        least = await self._new_leases()
        seen: dict[str, schema.Bid | schema.Ask] = {}
        for account_id, door in self._doors.items():
            await self._orders(account_id, door, seen)
            await self._transfers(account_id, door)
        self._seen_filled.clear()
        touched, self._notebook.touched = self._notebook.touched, {}
        leases, self._notebook.touched_leases = self._notebook.touched_leases, set()
        await _all(
            chain(
                (self._order(order, seen.get(name)) for name, order in touched.items()),
                (self._lease(lease_id) for lease_id in leases),
            )
        )
        most = await self._new_leases()  # a lease that ends may free chips that a bid was waiting for
        for bid_id, filled_milli in self._seen_filled.items():
            if not least[bid_id] <= filled_milli <= most[bid_id]:
                self._notebook.find("wrong", f"{bid_id} is filled by {filled_milli} milli-chips, leased {most[bid_id]}")
        for name, (errand, answer) in self._notebook.deposits.items():
            if answer is not None and not self._paid_in[name]:
                self._lost(f"deposit {name} of {errand.account_id}, answered with seq {answer.seq}")
            elif self._paid_in[name] > 1:
                self._doubled(f"deposit {name} of {errand.account_id} is there {self._paid_in[name]} times")
        for violation in (await self._operator.audit()).violations:
            self._notebook.find("wrong", f"the market's own check: {violation}")

    async def whole(self) -> None:
        """Everything from the beginning."""
        self._reached.clear()
        self._filled.clear()
        self._tills.clear()
        self._paid_in.clear()
        self._notebook.touched = dict(self._notebook.orders)
        self._notebook.touched_leases = set(self._notebook.leases)
        await self.compare()

    # -------------------------------------------------------------------------------------------------- orders

    async def _orders(self, account_id: str, door: Door, seen: dict[str, schema.Bid | schema.Ask]) -> None:
        """Every new order that is listed has been sent, once."""
        for side in ("bid", "ask"):
            reached = self._reached[account_id, side]
            async for order in _orders_since(door.client, side, reached):
                name = order.client_order_id
                known = self._notebook.orders.get(name)
                if known is None or known.account_id != account_id or known.side != side:
                    self._doubled(f"{_id(order)} of {account_id} ({name}) was never sent")
                elif name in seen:
                    self._doubled(f"{name} is there twice: {_id(order)} and {_id(seen[name])}")
                elif known.placed is None:
                    self._notebook.find("wrong", f"{_id(order)} ({name}) is there, and its placing was refused")
                seen[name] = order
                self._reached[account_id, side] = max(self._reached[account_id, side], _number(_id(order)))

    async def _order(self, order: Order, now: schema.Bid | schema.Ask | None) -> None:
        """One order is as it was told: by its own id the first answer, by its public id where it stands."""
        door, name = self._doors[order.account_id], order.client_order_id
        answer = answers.BidAnswer if order.side == "bid" else answers.AskAnswer
        try:
            receipt = await door.client.call("GET", f"/v1/orders/by-client-id/{name}", answer)
        except Refused as refusal:
            if order.placed is not None:
                self._lost(f"{name}, answered with seq {order.placed.seq}: {refusal}")
            return
        if order.placed is None:
            self._notebook.find("wrong", f"{name} is there, and its placing was refused: {receipt}")
            return
        if receipt != order.placed:
            self._notebook.find("wrong", f"{name} was answered {order.placed} and is now {receipt}")
        try:
            self._stands(order, now or await look_up(door, order))
        except Refused as refusal:
            self._lost(f"{order.public_id} ({name}) is known by its own id alone: {refusal}")

    def _stands(self, order: Order, now: schema.Bid | schema.Ask) -> None:
        """Where an order stands follows from what its owner was told."""
        assert order.placed is not None
        first = order.placed.bid if isinstance(order.placed, answers.BidAnswer) else order.placed.ask
        wrong = _changes(first, now, _ORDER_SAME)
        if _id(now) != _id(first):
            wrong.append(f"it was {_id(first)}")
        if terms_of(now) not in order.terms:
            wrong.append(f"quantity and price are {terms_of(now)}, told {order.terms}")
        if chips(now.quantity) != chips(now.leaves) + chips(now.filled) + chips(now.canceled):
            wrong.append(f"{now.quantity} is not {now.leaves} + {now.filled} + {now.canceled}")
        if isinstance(now, schema.Bid):
            self._seen_filled[now.bid_id] = chips(now.filled)
        if order.done and now.state == "resting":
            wrong.append("it is open, and its owner was told that it is not")
        if order.canceled is not None and (now.state, now.filled) != (order.canceled.state, order.canceled.filled):
            wrong.append(f"it was canceled as {order.canceled}")
        for what in wrong:
            self._notebook.find("wrong", f"{_id(now)} ({order.client_order_id}): {what}")

    # -------------------------------------------------------------------------------------------------- leases

    async def _new_leases(self) -> Counter[str]:
        """Milli-chips leased so far, by bid."""
        for account_id, door in self._doors.items():
            await self._leases(account_id, door)
        return self._filled.copy()

    async def _leases(self, account_id: str, door: Door) -> None:
        """What the new leases come to, by bid. Every lease is on its buyer's list."""
        reached, cursor = self._reached[account_id, "lease"], ""
        while True:
            page = await door.client.leases(schema.LeasePage(limit=500, cursor=cursor or None))
            for lease in page.items:
                if _number(lease.lease_id) <= reached:
                    return
                if lease.buyer == account_id:
                    self._filled[lease.bid_id] += chips(lease.quantity)
                newest = max(self._reached[account_id, "lease"], _number(lease.lease_id))
                self._reached[account_id, "lease"] = newest
            if page.cursor is None:
                return
            cursor = page.cursor

    async def _lease(self, lease_id: str) -> None:
        """A lease is the one that was told of, and has not gone back."""
        told = self._notebook.leases[lease_id]
        door = self._doors[told.buyer]
        try:
            now = await door.client.lease(lease_id)
        except Refused as refusal:
            self._lost(f"{lease_id}: {refusal}")
            return
        wrong = _changes(told, now, _LEASE_SAME)
        if told.access_given_at not in (None, now.access_given_at):
            wrong.append(f"access was given at {told.access_given_at}, now at {now.access_given_at}")
        if _uch(now.delivered) < _uch(told.delivered):
            wrong.append(f"{told.delivered} chip-hours were delivered, now {now.delivered}")
        if told.state in OVER and (told.state, told.reason) != (now.state, now.reason):
            wrong.append(f"it was {told.state} ({told.reason}) and is {now.state} ({now.reason})")
        if now.state in OVER and money(now.cost) != money(now.earned) + money(now.refunded):
            wrong.append(f"cost {now.cost} is not {now.earned} + {now.refunded}")
        for what in wrong:
            self._notebook.find("wrong", f"{lease_id}: {what}")

    # --------------------------------------------------------------------------------------------------- money

    async def _transfers(self, account_id: str, door: Door) -> None:
        """The account's new transfers, oldest first, lead from what it held to what it holds."""
        found, closing = await self._new_transfers(account_id, door)
        held = self._tills.setdefault(account_id, dict.fromkeys(_PURSES, 0))
        for transfer in found:
            for purse, sign in ((transfer.debit, -1), (transfer.credit, 1)):
                owner, _, kind = purse.partition("/")
                if owner == account_id:
                    held[kind] += sign * money(transfer.amount)
            if transfer.after is None or held != _held(transfer.after):
                self._notebook.find("wrong", f"{account_id} holds {transfer.after} after {transfer}, reckoned {held}")
                return
            if door.missed(transfer):
                self._lost(f"{account_id} was not told of {transfer}, which its channel has gone past")
            if transfer.reason == "deposit":
                self._deposit(account_id, transfer)
        if held != _held(closing):
            self._notebook.find("wrong", f"{account_id} holds {closing}, its transfers come to {held}")

    def _deposit(self, account_id: str, transfer: schema_money.Transfer) -> None:
        self._paid_in[transfer.reference] += 1
        errand, answer = self._notebook.deposits.get(transfer.reference, (None, None))
        body = errand.body if errand is not None else None
        if not isinstance(body, schema.OwnDepositBody) or money(body.amount) != money(transfer.amount):
            self._doubled(f"{transfer} of {account_id} was never sent")
        elif answer is not None and answer.seq != transfer.seq:
            self._notebook.find("wrong", f"{transfer} was answered with seq {answer.seq}")

    async def _new_transfers(
        self, account_id: str, door: Door
    ) -> tuple[list[schema_money.Transfer], schema_money.Balances]:
        reached, cursor = self._reached[account_id, "transfer"], ""
        found: list[schema_money.Transfer] = []
        closing: schema_money.Balances | None = None
        while True:
            query = requests_money.TransferPage(limit=500, cursor=cursor or None)
            page = await door.client.transfers(query)
            closing = closing or page.closing
            new = [transfer for transfer in page.items if _number(transfer.transfer_id) > reached]
            found += new
            if len(new) < len(page.items) or page.cursor is None:
                break
            cursor = page.cursor
        if found:
            self._reached[account_id, "transfer"] = _number(found[0].transfer_id)
        return found[::-1], closing

    def _lost(self, detail: str) -> None:
        self._notebook.find("lost", detail)

    def _doubled(self, detail: str) -> None:
        self._notebook.find("doubled", detail)


async def _orders_since(client: Client, side: str, reached: int) -> AsyncIterator[schema.Bid | schema.Ask]:
    """An account's orders of one side beyond a number, newest first."""
    cursor: str | None = None
    while True:
        query = schema.OrderPage(limit=500, cursor=cursor)
        page = await (client.bids(query) if side == "bid" else client.asks(query))
        for order in page.items:
            if _number(_id(order)) <= reached:
                return
            yield order
        if (cursor := page.cursor) is None:
            return


def _changes(told: object, now: object, fields: tuple[str, ...]) -> list[str]:
    """What differs of what never changes."""
    return [
        f"{field} was {getattr(told, field)} and is {getattr(now, field)}"
        for field in fields
        if getattr(told, field) != getattr(now, field)
    ]


def _id(order: schema.Bid | schema.Ask) -> str:
    return order.bid_id if isinstance(order, schema.Bid) else order.ask_id


def _number(public_id: str) -> int:
    return int(public_id.rpartition("-")[2])


def _uch(text: str) -> int:
    return parse_decimal(text, CHIP_HOUR_PLACES)


def _held(balances: schema_money.Balances) -> dict[str, Micros]:
    return {purse: money(getattr(balances, purse)) for purse in _PURSES}


async def _all(checks: Iterator[Coroutine[None, None, None]]) -> None:
    """Carry out all, a few at a time, and make each only then: of hundreds of thousands, connections would go stale."""

    async def some() -> None:
        for check in checks:
            await check

    working = [asyncio.create_task(some()) for _ in range(_AT_ONCE)]
    try:
        await asyncio.gather(*working)
    finally:
        for task in working:
            task.cancel()
