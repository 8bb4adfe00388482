"""Buyers, providers and onlookers for locust: `make load` runs them against a sandbox of its own.

By hand: `LEASEBOOK_KEY=… locust -f loadtests/locust/locustfile.py --host URL`, with the operator's key.

Why these shares. In the trace openb, which a replay brings to this market, there are 7,064 bids and 1,213 asks: six to
one. A provider's socket has the leases to start and to meter besides, about as often as it offers, so two providers
stand beside six buyers. How many only look on nobody has published; two are assumed. A buyer asks for a price before
it bids, and looks after its orders more often than it changes them; of its bids most trade, as most of the trace's do.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import msgspec
from locust import User, between, events, task

from exchange.language.instants import format_instant, parse_instant
from exchange.language.rejects import Code
from exchange.language.units import CHIP_HOUR_PLACES, DAY_S, format_decimal, full_uch, parse_decimal
from gateway import answers, requests, schema, schema_money
from gateway.client.errors import ClientError, Refused
from gateway.client.following import BookBuilder
from gateway.client.sync import SyncClient
from loadtests.locust.ledger import Member, counts, faults, public_id
from loadtests.locust.socket import Socket
from loadtests.openloop.scene import newcomer

REGIONS: Final = ("wuhu", "shaoguan")
CHIP: Final = "h800-sxm"
TENOR: Final = "P1D"
ASKS, BIDS = (1_180, 1_320), (1_220, 1_360)  # prices in ticks: most bids find an ask
_OVERTAKEN: Final = (Code.ORDER_DONE.wire, Code.LEASE_OVER.wire)  # by a trade, or by time: no fault of anybody's

MEMBERS: list[Member] = []
log = logging.getLogger("leasebook")


class Visitor(User):
    """Whoever comes, with chance of its own."""

    abstract = True
    wait_time = between(0.05, 0.25)

    def on_start(self) -> None:
        self.draw = Random(f"{type(self).__name__}-{uuid4()}")
        self.url = str(self.host).rstrip("/")

    @contextmanager
    def timed(self, kind: str, name: str) -> Iterator[None]:
        """Tell locust how long a request took and whether it failed; a failure ends with the block."""
        began = perf_counter()
        failure: ClientError | None = None
        try:
            yield
        except ClientError as error:
            if not isinstance(error, Refused) or error.problem.code not in _OVERTAKEN:
                failure = error
        self.environment.events.request.fire(
            request_type=kind, name=name, response_time=1000 * (perf_counter() - began), response_length=0,
            exception=failure, context={},
        )  # fmt: skip


class Trader(Visitor):
    """Whoever has an account."""

    abstract = True
    role: schema.Role
    scopes: tuple[schema.Scope, ...]
    noun: str

    def on_start(self) -> None:
        super().on_start()
        name = f"{self.role}-{uuid4().hex[:12]}"
        with SyncClient(self.url, os.environ["LEASEBOOK_KEY"]) as operator:
            self.key = newcomer(operator, name, (self.role,), self.scopes)
        self.member = Member(name, SyncClient(self.url, self.key, retries=0), self.noun)
        MEMBERS.append(self.member)
        day_s = parse_instant(self.member.client.time().now) // DAY_S * DAY_S
        self.latest = format_instant(day_s + 9 * DAY_S)

    def price(self, ticks: tuple[int, int]) -> str:
        return format_decimal(self.draw.randint(*ticks), 2, 2)

    def order_id(self) -> str:
        """A client_order_id, in doubt until it is answered."""
        name = uuid4().hex
        self.member.doubtful.add(name)
        return name

    def told(self, answer: Any, order: schema.Ask | schema.Bid) -> None:
        self.member.told(order, getattr(answer, "leases", ()))
        self.member.doubtful.discard(order.client_order_id)


class Buyer(Trader):
    """Asks for prices, bids, amends, cancels and looks, all over REST."""

    weight = 6
    role = "buyer"
    scopes = ("read", "trade")
    noun = "bids"

    def body(self) -> dict[str, Any]:
        return {
            "quantity": str(self.draw.randint(1, 8)),
            "regions": REGIONS if self.draw.random() < 0.3 else (self.draw.choice(REGIONS),),
            "chips": (CHIP,),
            "duration": self.draw.choice(("PT1H", "PT2H", "PT6H")),
            "earliest_start": "now",
            "latest_start": self.latest,
            "price": self.price(BIDS),
        }

    @task(3)
    def quote(self) -> None:
        with self.timed("REST", "quote"):
            self.member.client.quote(requests.QuoteBody(**self.body()))

    @task(4)
    def bid(self) -> None:
        body = schema.BidBody(client_order_id=self.order_id(), **self.body())
        with self.timed("REST", "bid"):
            answer = self.member.client.place_bid(body)
            self.told(answer, answer.bid)

    @task(1)
    def amend(self) -> None:
        if resting := self.member.resting():
            body = requests.BidAmendBody(price=self.price(BIDS))
            with self.timed("REST", "amend"):
                answer = self.member.client.amend_bid(public_id(self.draw.choice(resting)), body)
                self.told(answer, answer.bid)

    @task(1)
    def cancel(self) -> None:
        if resting := self.member.resting():
            with self.timed("REST", "cancel"):
                answer = self.member.client.cancel_bid(public_id(self.draw.choice(resting)))
                self.told(answer, answer.bid)

    @task(3)
    def look(self) -> None:
        with self.timed("REST", "look"):
            self.member.client.bids(schema.OrderPage(limit=20))
            self.member.client.leases(schema.LeasePage(limit=20))
            self.member.client.book(self.draw.choice(REGIONS), CHIP, TENOR)


class Provider(Trader):
    """Offers, hands over, meters and cancels, all over one socket that hears of its leases."""

    weight = 2
    role = "provider"
    scopes = ("read", "provide")
    noun = "asks"

    def on_start(self) -> None:
        super().on_start()
        self.socket = Socket(self.url, self.key)
        self.socket.request("subscribe", schema.SubscribeParams(channels=("account",)), answers.Subscribed)

    def on_stop(self) -> None:
        self.socket.close()

    @task(3)
    def ask(self) -> None:
        body = schema.AskBody(
            client_order_id=self.order_id(),
            region=self.draw.choice(REGIONS),
            chip=CHIP,
            quantity=str(8 * self.draw.randint(1, 4)),
            start="now",
            end=self.latest,
            price=self.price(ASKS),
        )
        with self.timed("stream", "ask"):
            answer = self.socket.request("ask.place", body, answers.AskAnswer)
            self.told(answer, answer.ask)

    @task(1)
    def cancel(self) -> None:
        if resting := self.member.resting():
            chosen = schema.AskRef(ask_id=public_id(self.draw.choice(resting)))
            with self.timed("stream", "cancel"):
                answer = self.socket.request("ask.cancel", chosen, answers.AskCanceled)
                self.told(answer, answer.ask)

    @task(3)
    def tend(self) -> None:
        """Hand over what was bought meanwhile, and report what one lease has had so far."""
        self._hear()
        leases = self.member.leases.values()
        waiting = [lease for lease in leases if lease.state == "scheduled" and lease.access_given_at is None]
        if waiting:
            body = schema.StartParams(lease_id=waiting[0].lease_id, access=msgspec.Raw(b'{"host":"10.0.0.1"}'))
            with self.timed("stream", "start"):
                self._keep(self.socket.request("lease.start", body, answers.LeaseAnswer).lease)
        if running := [lease for lease in leases if lease.state == "running"]:
            self._meter(self.draw.choice(running))

    def _meter(self, lease: schema_money.Lease) -> None:
        """Next to all of it was delivered until now."""
        now_s = parse_instant(self.member.client.time().now)
        start_s = max(parse_instant(lease.start), parse_instant(lease.access_given_at or lease.start))
        through_s = min(now_s, parse_instant(lease.end))
        if through_s <= start_s:
            return
        full = full_uch(parse_decimal(lease.quantity, 3), through_s - start_s)
        # a hundredth less: what can be delivered between two reports is rounded down each time
        served = format_decimal(full - full // 100, CHIP_HOUR_PLACES)
        body = schema.MeterParams(
            lease_id=lease.lease_id, through=format_instant(through_s), delivered=served, used=served
        )
        with self.timed("stream", "meter"):
            self._keep(self.socket.request("lease.meter", body, answers.LeaseAnswer).lease)

    def _hear(self) -> None:
        """What the account was told of its leases; a ping has it all come."""
        self.socket.request("ping", schema.NoParams(), answers.Pong)
        for push in self.socket.pushes:
            if push.type.startswith("lease."):
                self._keep(msgspec.json.decode(push.data, type=schema_money.Lease))
        self.socket.pushes.clear()

    def _keep(self, lease: schema_money.Lease) -> None:
        self.member.leases[lease.lease_id] = lease


class Onlooker(Visitor):
    """Follows a book and holds it against its checksums."""

    weight = 2

    def on_start(self) -> None:
        super().on_start()
        self.socket = Socket(self.url)
        self.book = BookBuilder()
        channel = f"book:{self.draw.choice(REGIONS)}/{CHIP}/{TENOR}"
        self.socket.request("subscribe", schema.SubscribeParams(channels=(channel,)), answers.Subscribed)

    def on_stop(self) -> None:
        self.socket.close()

    @task
    def follow(self) -> None:
        with self.timed("stream", "book"):
            self.socket.request("ping", schema.NoParams(), answers.Pong)
            for push in self.socket.pushes:
                self.book.take(push)  # a gap or a wrong checksum is an exception, which locust reports
            self.socket.pushes.clear()


@events.test_stop.add_listener  # type: ignore[untyped-decorator]
def hold_to_it(environment: Any, **_: Any) -> None:
    """Compare all that was told with all that there is; what is wrong makes the run fail."""
    with SyncClient(str(environment.host), os.environ["LEASEBOOK_KEY"]) as operator:
        wrong = list(faults(MEMBERS, operator))
    found = counts(MEMBERS)
    if wrong or not sum(found.values()):
        environment.process_exit_code = 1
        for fault in wrong or ["nothing was told to anybody"]:
            log.error("not as told: %s", fault)
        return
    checked = ", ".join(f"{count:,} {noun}" for noun, count in sorted(found.items()))
    sys.stdout.write(f"The server holds to what it told: {checked}; the audit finds nothing.\n")
