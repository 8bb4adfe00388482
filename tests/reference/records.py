"""What the naive market knows of orders and leases: plain records, every number kept as it stands."""

from dataclasses import dataclass, field
from typing import NamedTuple

from exchange.language.commands import PlaceAsk, PlaceBid
from exchange.language.rejects import Code


@dataclass(slots=True, eq=False)
class Bid:
    bid_id: int
    seq: int
    command: PlaceBid
    group: str
    leaves: int
    open: list[int]  # places of the alternatives that can still start
    filled: int = 0
    canceled: int = 0
    held: int = 0
    state: str = "resting"
    reason: str = ""


@dataclass(slots=True, eq=False)
class Ask:
    """`free` has one number per step of the window: the chips that nobody has leased then."""

    ask_id: int
    seq: int
    command: PlaceAsk
    group: str
    start: int
    step: int
    bond: int
    free: list[int]
    peak: int = 0  # most chips ever leased at one time
    state: str = "resting"
    reason: str = ""

    @property
    def end(self) -> int:
        return self.command.end_s

    def free_throughout(self, start: int, end: int) -> int:
        """Chips free in one piece over [start, end); none when that is not wholly inside the window."""
        if start < self.start or end > self.end:
            return 0
        return min(self.free[(start - self.start) // self.step : (end - self.start) // self.step])

    def change(self, start: int, end: int, chips: int) -> None:
        """Give (or, negative, take) chips over [start, end)."""
        for place in range((start - self.start) // self.step, (end - self.start) // self.step):
            self.free[place] += chips
            assert 0 <= self.free[place] <= self.command.quantity_milli
        self.peak = max(self.peak, self.command.quantity_milli - min(self.free))

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
