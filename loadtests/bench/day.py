"""A busy stretch of a whole market by seed: orders, amendments, cancels, hand-overs, meters and the clock.

A machine runs along, because what can be canceled, handed over or metered depends on what has become of the orders. The
commands that come out are an ordinary journal: any machine that applies them comes to the same state.
"""

from collections import deque
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from exchange.core.state_machine import StateMachine
from exchange.language import commands as c
from exchange.language.events import Applied, Traded
from exchange.language.units import DAY_S, HOUR_S, MICROS_PER_CNY, MILLI_PER_CHIP, full_uch
from loadtests.bench.desk import NOW_S, STEP_S

ACCOUNTS = 64
CASH = 10**15
TICK = MICROS_PER_CNY // 100
ASK_TICKS, LOW_TICKS, CROSSING_TICKS = (1500, 2500), (1000, 1490), (1500, 1800)
SEALED = b"x" * 120
STEP_EVERY = 500  # commands


class Running(NamedTuple):
    """A lease as its provider knows it."""

    lease_id: int
    provider: str
    start_s: int
    end_s: int
    quantity_milli: int


class Day:
    """The commands so far, and the machine that they have been given to."""

    def __init__(self, seed: int, seeds: list[c.Command], places: int) -> None:
        self.chance = Random(seed)
        self.machine = StateMachine()
        self.commands: list[c.Command] = []
        self.serial = 0
        self.bids: list[tuple[str, int]] = []
        self.asks: list[tuple[str, int]] = []
        self.to_start: deque[Running] = deque()
        self.running: deque[Running] = deque()
        for command in seeds:
            self.give(command)
        catalog = self.machine.state.catalog
        self.places = [(region, chip) for region in catalog.regions for chip in catalog.chips][:places]
        self.give(c.AdvanceTime(to_s=NOW_S))
        for number in range(ACCOUNTS):
            for role, name in ((c.BUYER, f"buyer-{number}"), (c.PROVIDER, f"provider-{number}")):
                self.give(c.OpenAccount(account_id=name, roles=(role,), owner_group=name))
                self.give(c.Deposit(account_id=name, amount_micros=CASH))

    @property
    def now_s(self) -> int:
        return self.machine.state.now_s

    def give(self, command: c.Command) -> None:
        """Apply a command and keep it; AssertionError when the market refuses it."""
        self.commands.append(command)
        outcome, applied = self.machine.apply(len(self.commands), command)
        assert outcome.reject is None, (command, outcome.reject)
        if isinstance(command, c.PlaceBid):
            self.bids.append((command.account_id, outcome.subject or 0))
        elif isinstance(command, c.PlaceAsk):
            self.asks.append((command.account_id, outcome.subject or 0))
        self.watch(applied)

    def watch(self, applied: Applied) -> None:
        """Note the leases that have come about."""
        for event in applied.events:
            if isinstance(event, Traded):
                lease = Running(event.lease_id, event.provider, event.start_s, event.end_s, event.quantity_milli)
                self.to_start.append(lease)

    def rest(self, count: int) -> None:
        """So many orders that hardly trade, four asks to one bid."""
        for number in range(count):
            self.give(self.a_bid(*LOW_TICKS) if number % 5 == 0 else self.an_ask())

    def go_on(self, count: int) -> Iterator[None]:
        """So many commands, all of which the market takes."""
        for number in range(count):
            if number % STEP_EVERY == STEP_EVERY - 1:
                self.give(c.AdvanceTime(to_s=self.now_s + STEP_S))
            else:
                self.give(self.next_command())
            yield

    def next_command(self) -> c.Command:
        """By chance; an ask when there is nothing to hand over, report, cancel or amend."""
        dice = self.chance.random()
        command: c.Command | None = None
        if dice < 0.12:
            command = self.a_hand_over()
        elif dice < 0.25:
            command = self.a_report()
        elif dice < 0.45:
            command = self.a_cancel()
        elif dice < 0.50:
            command = self.an_amendment()
        elif dice < 0.68:
            command = self.a_bid(*CROSSING_TICKS)
        elif dice < 0.80:
            command = self.a_bid(*LOW_TICKS)
        return command or self.an_ask()

    def an_ask(self) -> c.PlaceAsk:
        region, chip = self.chance.choice(self.places)
        start_s = self.next_step_s + self.chance.choice((0, 0, 1, 6, 24)) * HOUR_S
        return c.PlaceAsk(
            account_id=f"provider-{self.chance.randrange(ACCOUNTS)}",
            client_order_id=self.an_id(),
            region=region,
            chip=chip,
            quantity_milli=self.chance.choice((8, 16, 64, 256)) * MILLI_PER_CHIP,
            start_s=start_s,
            end_s=start_s + self.chance.choice((1, 7, 30, 90)) * DAY_S,
            price_micros=self.chance.randint(*ASK_TICKS) * TICK,
            take_or_pay_bp=self.chance.choice((10_000, 5_000)),
        )

    def a_bid(self, low: int, high: int) -> c.PlaceBid:
        wishes = tuple(self.a_wish(low, high) for _ in range(self.chance.choice((1, 1, 1, 3))))
        return c.PlaceBid(
            account_id=f"buyer-{self.chance.randrange(ACCOUNTS)}",
            client_order_id=self.an_id(),
            quantity_milli=self.chance.choice((1, 4, 8, 32)) * MILLI_PER_CHIP,
            alternatives=wishes,
        )

    def a_wish(self, low: int, high: int) -> c.Alternative:
        region, chip = self.chance.choice(self.places)
        return c.Alternative(
            region=region,
            chip=chip,
            duration_s=self.chance.choice((1, 2, 6, 24)) * HOUR_S,
            latest_start_s=self.next_step_s + self.chance.choice((1, 6, 24, 72)) * HOUR_S,
            price_micros=self.chance.randint(low, high) * TICK,
        )

    def a_hand_over(self) -> c.StartLease | None:
        while self.to_start:
            lease = self.to_start.popleft()
            if self.goes_on(lease) and lease.end_s > self.now_s:
                self.running.append(lease)
                return c.StartLease(account_id=lease.provider, lease_id=lease.lease_id, sealed_access=SEALED)
        return None

    def a_report(self) -> c.MeterLease | None:
        for _ in range(len(self.running)):
            lease = self.running.popleft()
            if not self.goes_on(lease):
                continue
            self.running.append(lease)
            through_s = min(self.now_s, lease.end_s)
            if through_s > lease.start_s:
                delivered = full_uch(lease.quantity_milli, through_s - lease.start_s)
                return c.MeterLease(
                    account_id=lease.provider,
                    lease_id=lease.lease_id,
                    through_s=through_s,
                    delivered_uch=delivered,
                    used_uch=delivered * 4 // 5,
                )
        return None

    def goes_on(self, lease: Running) -> bool:
        """Whether a lease is not over; those that can still be contested are kept a while longer."""
        found = self.machine.state.leases.get(lease.lease_id)
        return found is not None and not found.over

    def a_cancel(self) -> c.CancelBid | c.CancelAsk | None:
        if (found := self.open_bid()) is not None and self.chance.random() < 0.5:
            return c.CancelBid(account_id=found[0], bid_id=found[1])
        if (found := self.open_ask()) is not None:
            return c.CancelAsk(account_id=found[0], ask_id=found[1])
        return None

    def an_amendment(self) -> c.AmendAsk | None:
        if (found := self.open_ask()) is None:
            return None
        price = self.chance.randint(*ASK_TICKS) * TICK
        return c.AmendAsk(account_id=found[0], ask_id=found[1], price_micros=price)

    def open_bid(self) -> tuple[str, int] | None:
        bids = self.machine.state.bids
        return self.drawn(self.bids, lambda number: number in bids)

    def open_ask(self) -> tuple[str, int] | None:
        asks = self.machine.state.asks
        return self.drawn(self.asks, lambda number: number in asks and asks[number].resting)

    def drawn(self, orders: list[tuple[str, int]], rests: Callable[[int], bool]) -> tuple[str, int] | None:
        """Any order that rests; those found done are forgotten."""
        while orders:
            place = self.chance.randrange(len(orders))
            if rests(orders[place][1]):
                return orders[place]
            orders[place] = orders[-1]
            orders.pop()
        return None

    def an_id(self) -> str:
        self.serial += 1
        return f"o-{self.serial}"

    @property
    def next_step_s(self) -> int:
        return self.machine.state.catalog.next_step_s(self.now_s)
