"""What was sent, and what was told: the client's side of the comparison, kept in this process's memory alone.

An errand is one change asked for, with the exact body. It ends as told (an answer), refused (a no that left nothing
behind) or in doubt (no answer): what is in doubt is sent again, as it was, once the server is back.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Literal

from msgspec import Struct

from exchange.language.units import CHIP_PLACES, MONEY_PLACES, Micros, Milli, parse_decimal
from gateway import answers, schema, schema_money

What = Literal[
    "bid.place", "bid.amend", "bid.cancel", "ask.place", "ask.amend", "ask.cancel",
    "deposit", "lease.start", "lease.meter", "lease.release",
]  # fmt: skip
Kind = Literal["lost", "doubled", "wrong"]  # of finding
Terms = tuple[Milli, Micros]  # what an amendment can change: quantity and price
OVER = ("ended", "defaulted", "released", "cancelled")


class Order(Struct, kw_only=True, eq=False):
    """An order as its owner knows it."""

    client_order_id: str
    account_id: str
    side: Literal["bid", "ask"]
    placing: "Errand | None" = None
    placed: answers.BidAnswer | answers.AskAnswer | None = None  # the answer to its placing
    refused: bool = False
    terms: tuple[Terms, ...] = ()  # one, or two while an amendment is in doubt
    canceled: schema.Bid | schema.Ask | None = None  # as its cancel was answered
    done: bool = False  # its owner was told that it is not open any more

    @property
    def public_id(self) -> str:
        """Its id on the wire."""
        assert self.placed is not None
        return self.placed.bid.bid_id if isinstance(self.placed, answers.BidAnswer) else self.placed.ask.ask_id


class Errand(Struct, kw_only=True, eq=False, frozen=True):
    """One change asked for. `name` is what makes it itself: an order's own id, an idempotency key, or a count."""

    what: What
    account_id: str
    name: str
    body: schema.Body
    subject: str = ""  # the order or lease that it is about
    order: Order | None = None


class Finding(Struct, frozen=True):
    """Something that is not as it was told."""

    kind: Kind
    detail: str


class Notebook:
    """Everything that this run's clients know."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.leases: dict[str, schema_money.Lease] = {}  # the newest word on each
        self.deposits: dict[str, tuple[Errand, answers.AccountAnswer | None]] = {}
        self.doubts: list[Errand] = []
        self.findings: list[Finding] = []
        self.refusals: Counter[str] = Counter()
        self.touched: dict[str, Order] = {}  # orders with news since the last comparison
        self.touched_leases: set[str] = set()
        self.answered = 0
        self.last_seq = 0
        self._wanted, self._enough = 0, asyncio.Event()
        self._errand_at: dict[int, Errand] = {}
        self._word_at: dict[str, int] = {}  # a lease and the seq of the newest word on it

    async def reaches(self, answered: int, within_s: float) -> None:
        """Wait until so many errands have been answered, or time is up."""
        self._wanted, self._enough = answered, asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._enough.wait()

    def find(self, kind: Kind, detail: str) -> None:
        """Keep a finding."""
        self.findings.append(Finding(kind, detail))

    def sent(self, errand: Errand) -> None:
        """An errand is on its way."""
        if errand.order is not None and errand.what in ("bid.place", "ask.place"):
            errand.order.placing = errand
            self.orders[errand.name] = errand.order
        if errand.what == "deposit":
            self.deposits.setdefault(errand.name, (errand, None))

    def told(self, errand: Errand, answer: answers.Answer) -> None:
        """An errand was answered; the command is in the journal, and this says where."""
        self.answered += 1
        if self.answered >= self._wanted:
            self._enough.set()
        self._take_place(errand, answer.seq)
        order = errand.order
        match answer:
            case answers.BidAnswer() | answers.AskAnswer():
                assert order is not None
                if order.placed is None:
                    order.placed, order.terms = answer, (terms_of(_order_in(answer)),)
                    order.done = _order_in(answer).state != "resting"
                elif order.placed != answer:
                    self.find("wrong", f"{order.client_order_id}: first {order.placed}, then {answer}")
            case answers.BidAmended() | answers.AskAmended():
                assert order is not None
                order.terms = (terms_of(_order_in(answer)),)
            case answers.BidCanceled() | answers.AskCanceled():
                assert order is not None
                order.canceled, order.done = _order_in(answer), True
            case answers.AccountAnswer():
                self._note_deposit(errand, answer)
            case answers.LeaseAnswer():
                self.note_lease(answer.lease, answer.seq)
        if order is not None:
            self.touched[order.client_order_id] = order
        for lease in getattr(answer, "leases", ()):
            self.note_lease(lease, answer.seq)

    def refused(self, errand: Errand, code: str) -> None:
        """An errand was refused: nothing of it may be there."""
        self.refusals[code] += 1
        order = errand.order
        if order is None:
            return
        self.touched[order.client_order_id] = order
        if errand.what in ("bid.place", "ask.place"):
            if order.placed is not None:
                self.find("wrong", f"{order.client_order_id} was placed, and is refused ({code}) when sent again")
            order.refused = True
        elif code == "order_done":
            order.done = True

    def doubted(self, errand: Errand) -> None:
        """Nobody answered."""
        self.doubts.append(errand)
        if errand.order is not None:
            self.touched[errand.order.client_order_id] = errand.order

    def note_lease(self, lease: schema_money.Lease, seq: int) -> None:
        """A lease as it stood after a command."""
        if seq >= self._word_at.get(lease.lease_id, 0):
            self._word_at[lease.lease_id] = seq
            self.leases[lease.lease_id] = lease
            self.touched_leases.add(lease.lease_id)

    def _take_place(self, errand: Errand, seq: int) -> None:
        """A place in the journal belongs to one errand for ever."""
        other = self._errand_at.setdefault(seq, errand)
        if (other.what, other.account_id, other.name) != (errand.what, errand.account_id, errand.name):
            self.find("lost", f"seq {seq} was given to {other.what} {other.name} and to {errand.what} {errand.name}")
        self.last_seq = max(self.last_seq, seq)

    def _note_deposit(self, errand: Errand, answer: answers.AccountAnswer) -> None:
        first = self.deposits[errand.name][1]
        if first is not None and first != answer:
            self.find("wrong", f"deposit {errand.name}: first {first}, then {answer}")
        self.deposits[errand.name] = errand, answer


def terms_of(order: schema.Bid | schema.Ask) -> Terms:
    """Its quantity and its price; the alternatives of a bid here have one price."""
    price = order.alternatives[0].price if isinstance(order, schema.Bid) else order.price
    return chips(order.quantity), money(price)


def chips(text: str) -> Milli:
    """Milli-chips of a decimal."""
    return parse_decimal(text, CHIP_PLACES)


def money(text: str) -> Micros:
    """Micros of a decimal."""
    return parse_decimal(text, MONEY_PLACES)


def _order_in(answer: answers.Answer) -> schema.Bid | schema.Ask:
    order: schema.Bid | schema.Ask | None = getattr(answer, "bid", None) or getattr(answer, "ask", None)
    assert order is not None
    return order
