"""What the naive market knows of orders and leases: plain records, every number kept as it stands."""

from dataclasses import dataclass, field
from typing import NamedTuple

from exchange.language.commands import PlaceAsk, PlaceBid
from exchange.language.rejects import Code


@dataclass(slots=True, eq=False)
class Bid:
    bid_id: int
    age: int  # the seq of the command that gave it its place in the queue
    command: PlaceBid  # as amended
    group: str
    leaves: int
    open: list[int]  # places of the alternatives that can still start
    filled: int = 0
    canceled: int = 0
    held: int = 0
    state: str = "resting"
    reason: str = ""

    def wants(self, index: int) -> int:
        """The chips that an alternative would like to have now: a number of its own, or what is left of the bid."""
        own = self.command.alternatives[index].quantity_milli
        return self.leaves if own is None else own

    def least(self, index: int) -> int:
        """The fewest chips that an alternative is content with now; with a number of its own it is all or none."""
        own = self.command.alternatives[index].quantity_milli
        return min(self.command.min_quantity_milli or 0, self.leaves) if own is None else own

    def fill(self, index: int, chips: int) -> None:
        """Some of it is leased; by an alternative with a number of its own, all of it is."""
        done = chips if self.command.alternatives[index].quantity_milli is None else self.leaves
        self.leaves -= done
        self.filled += done
        if self.leaves == 0:
            self.state, self.reason = "filled", "fill"


@dataclass(slots=True, eq=False)
class Ask:
    """`leased` has one number per step of the window: the chips that are not free then."""

    ask_id: int
    age: int  # the seq of the command that gave it its place in the queue
    command: PlaceAsk  # as amended
    group: str
    domestic: bool
    start: int
    step: int
    bond: int
    posted: int  # the most that its numbers have ever asked for as bond
    leased: list[int]
    peak: int = 0  # most chips ever leased at one time
    state: str = "resting"
    reason: str = ""

    @property
    def end(self) -> int:
        return self.command.end_s

    @property
    def free(self) -> list[int]:
        """Step by step, the chips that nobody has leased."""
        return [self.command.quantity_milli - chips for chips in self.leased]

    def steps(self, start: int, end: int) -> range:
        return range((start - self.start) // self.step, (end - self.start) // self.step)

    def free_throughout(self, start: int, end: int) -> int:
        """Chips free in one piece over [start, end); none when that is not wholly inside the window."""
        if start < self.start or end > self.end:
            return 0
        return self.command.quantity_milli - max(
            self.leased[(start - self.start) // self.step : (end - self.start) // self.step]
        )

    def lease(self, start: int, end: int, chips: int) -> None:
        """Lease chips out of it (or, negative, take them back) over [start, end)."""
        for place in self.steps(start, end):
            self.leased[place] += chips
            assert 0 <= self.leased[place] <= self.command.quantity_milli
        self.peak = max(self.peak, *(self.leased[place] for place in self.steps(start, end)))

    def leased_lots(self) -> int:
        """The fewest lots that cover what was ever leased at one time."""
        return -(-self.peak // self.command.lot_milli)

    def leased_from(self, at: int) -> int:
        """The most chips that are leased at one time from an instant on."""
        return max(self.leased[self.steps(max(at, self.start), self.end).start :])

    def starts(self, now: int) -> list[int]:
        """Every start from the next step on at which the shortest lease would still end inside the window."""
        first = max(self.start, now + -now % self.step)
        return list(range(first, self.end - self.command.min_duration_s + 1, self.step))

    def leaves(self, now: int) -> int:
        """The most chips it can still lease in one piece, in whole lots."""
        if self.state != "resting":
            return 0
        shortest = self.command.min_duration_s
        most = max((self.free_throughout(at, at + shortest) for at in self.starts(now)), default=0)
        return most // self.command.lot_milli * self.command.lot_milli

    def last_start(self, now: int) -> int | None:
        """The latest start, from the next step on, at which it could still host its shortest and smallest lease."""
        for at in reversed(self.starts(now)):
            if self.free_throughout(at, at + self.command.min_duration_s) >= self.command.lot_milli:
                return at
        return None


Report = tuple[int, int, int]  # through when, delivered so far, used so far


class Settlement(NamedTuple):
    """What became of one period; `paid` and `refunded` are the parts of its cost."""

    delivered: int
    used: int
    paid: int
    refunded: int
    penalty: int


@dataclass(slots=True, eq=False)
class Lease:
    lease_id: int
    bid: Bid
    ask: Ask
    alternative: int
    taker: str
    quantity: int
    start: int
    end: int
    price: int
    cost: int
    fee: int
    escrow: int
    state: str = "scheduled"
    reason: str = ""
    given: int | None = None
    reports: list[Report] = field(default_factory=list)
    periods: list[Settlement] = field(default_factory=list)
    silent: int = 0
    earned: int = 0
    refunded: int = 0
    penalties: int = 0
    buyer_fee: int = 0  # taken so far
    provider_fee: int = 0

    @property
    def buyer(self) -> str:
        return self.bid.command.account_id

    @property
    def provider(self) -> str:
        return self.ask.command.account_id

    @property
    def over(self) -> bool:
        return self.state in {"ended", "defaulted"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a command: refused with a code, or done to a subject, perhaps once before."""

    code: Code | None = None
    subject: int = 0
    repeated: bool = False
    kept: bool | None = None  # of an amendment: whether the order kept its place in the queue
