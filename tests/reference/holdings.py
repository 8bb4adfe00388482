"""Where money lies, thing by thing: a bid's hold, an ask's bond, a lease's escrow. Plain records of the naive books."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from exchange.language.commands import Alternative, Rules
from exchange.language.events import AskPlaced, Traded
from tests.reference.arithmetic import HOUR, WHOLE_BP, bond, fee, half_even, hold
from tests.reference.parts import Part, Shape, together

Report = tuple[int, int, int]  # through when, delivered so far, used so far

OVER = ("ended", "defaulted", "released", "cancelled")


@dataclass(slots=True, eq=False)
class Bid:
    account: str
    wishes: tuple[Alternative, ...]
    open: tuple[int, ...]
    leaves: int
    vouchers: tuple[str, ...]
    use: str
    held: int = 0
    done: bool = False

    def worst_case(self, fee_bp: int) -> int:
        """The most that what is left of it can cost."""
        wishes = [self.wishes[place] for place in self.open] if self.leaves else []
        return max(
            (hold(wish.price_micros, wish.quantity_milli or self.leaves, wish.duration_s, fee_bp) for wish in wishes),
            default=0,
        )


@dataclass(slots=True, eq=False)
class Ask:
    """`posted` is the most bond that its numbers ever asked for; `told` is the bond that the market says it has."""

    placed: AskPlaced
    price: int
    quantity: int
    bond: int = 0
    posted: int = 0
    told: int = 0
    done: bool = False
    reason: str = ""
    free: Shape = field(default_factory=dict)

    def needed_bond(self, rules: Rules) -> int:
        """A resale needs none: the provider's stands behind it."""
        if self.placed.lease_id is not None:
            return 0
        window = min(self.placed.end_s - self.placed.start_s, rules.bond_window_s)
        return bond(self.price, self.quantity, window, rules.bond_rate_bp)


class Due(NamedTuple):
    """What becomes of a part of a contract's cost, and of the subsidy in it."""

    cost: int
    subsidy: int
    paid: int
    redeemed: int

    @property
    def back(self) -> int:
        return self.cost - self.paid

    @property
    def returned(self) -> int:
        return self.subsidy - self.redeemed


@dataclass(slots=True, eq=False)
class Period:
    """A settled period of a lease's use; by contract what it came to, and what its provider kept of that."""

    closed: int
    full: int
    delivered: int
    used: int
    dues: dict[int, Due]
    kept: dict[int, int]
    owed: int  # as penalty, whether or not the bond could pay it
    paid: int  # of that
    state: str = "settled"


@dataclass(slots=True, eq=False)
class Lease:
    """A contract between a buyer and a provider, and what its buyer has in use: `parts`, as far as `closed`."""

    terms: Traded
    rules: Rules
    parts: list[Part]
    root_ask: int  # whose bond stands behind it
    until: int
    closed: int  # the end of the last settled period of its use
    escrow: int
    committed: int  # of the programme's money
    year: int  # of the grant
    group: str  # of the claimant
    state: str = "scheduled"
    reason: str = ""
    cause: str = ""  # why its use has ended early
    given: int | None = None
    reports: list[Report] = field(default_factory=list)
    hand: Shape = field(default_factory=dict)  # what was in use in the periods that are settled
    periods: dict[int, Period] = field(default_factory=dict)
    silent: int = 0
    earned: int = 0
    refunded: int = 0
    redeemed: int = 0
    returned: int = 0
    forgone: int = 0  # subsidy that went back before a part was offered again, made good by the buyer
    frozen: int = 0  # of what its provider was paid
    penalties: int = 0
    fee_taken: int = 0
    fee_back: int = 0
    commission: int = 0

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def deadline(self) -> int:
        """When whoever has not handed over access to what is in use has failed."""
        return min(part.start for part in self.parts) + self.rules.start_grace_s

    def settled_by(self, now: int) -> int:
        """The end of the last period that has been closed by now."""
        at = self.terms.start_s
        while at < self.until and min(at + self.rules.period_s, self.until) + self.rules.close_grace_s <= now:
            at = min(at + self.rules.period_s, self.until)
        return at

    def totals_at(self, at: int) -> tuple[int, int]:
        """Delivered and used through an instant, between two reports by the chips in use, rounded down."""
        if self.given is None:
            return 0, 0
        points = [(max(self.given, self.terms.start_s), 0, 0), *self.reports]
        known = [point for point in points if point[0] <= at]
        later = [point for point in points if point[0] > at]
        if not known:
            return 0, 0
        before, delivered, used = known[-1]
        if not later:
            return delivered, used
        after, delivered_then, used_then = later[0]
        whole = self.in_use(before, after)
        way = Fraction(self.in_use(before, at), whole) if whole else 0
        return delivered + int((delivered_then - delivered) * way), used + int((used_then - used) * way)

    def capacity(self, start: int, end: int) -> int:
        """The most micro-chip-hours that its parts can deliver over [start, end)."""
        return int(Fraction(1000 * self.seconds(together(part.shape for part in self.parts), start, end), HOUR))

    def in_use(self, start: int, end: int) -> int:
        """The milli-chip-seconds that its buyer used of it over [start, end)."""
        later = together(part.shape for part in self.parts)
        return self.seconds({at: chips for at, chips in later.items() if at >= self.closed} | self.hand, start, end)

    def seconds(self, shape: Shape, start: int, end: int) -> int:
        """What of a shape lies in [start, end)."""
        step = self.rules.step_s
        return sum(chips * max(0, min(at + step, end) - max(at, start)) for at, chips in shape.items())

    def metered(self, start: int, end: int) -> tuple[int, int, int]:
        """Of [start, end): what its parts can deliver, what was delivered, and what of that was used."""
        full = self.capacity(start, end)
        before, after = self.totals_at(start), self.totals_at(end)
        delivered = min(after[0] - before[0], full)
        return full, delivered, min(after[1] - before[1], delivered)

    def due(self, cost: int, subsidy: int, share: Fraction) -> Due:
        """What becomes of a cost of which a share is paid; of the subsidy in it as much is drawn."""
        paid = half_even(cost * share)
        redeemed = half_even(Fraction(subsidy * paid, cost)) if cost else 0
        assert 0 <= redeemed <= paid <= cost
        assert 0 <= subsidy - redeemed <= cost - paid
        return Due(cost, subsidy, paid, redeemed)

    def share(self, full: int, delivered: int, used: int) -> Fraction:
        """What share is paid: what was used, and of what was delivered the take-or-pay at least."""
        take_or_pay = Fraction(self.terms.take_or_pay_bp, WHOLE_BP)
        return max(take_or_pay * Fraction(delivered, full), Fraction(used, full))

    def penalty(self, cost: int, full: int, delivered: int) -> int:
        """What is owed on a period's cost for what was not delivered, beyond the allowance."""
        missing = 1 - Fraction(delivered, full) - Fraction(self.rules.allowance_bp, WHOLE_BP)
        return half_even(cost * max(Fraction(0), missing) * Fraction(self.rules.penalty_rate_bp, WHOLE_BP))

    def fees_on(self, due: Due) -> tuple[int, int, int]:
        """The fees that move with a due that is not counted yet: taken, given back, and the provider's.

        The buyer's fee lies in escrow for the whole cost. What is settled sets some of it free: on what was earned it
        is taken, the rest goes back. Nothing is given back twice, so a fee may wait until a micro is set free. The
        provider's is never more than what it is just being paid.
        """
        earned, settled = self.earned + due.paid, self.earned + self.refunded + due.cost
        whole = self.terms.buyer_fee_micros
        free = whole if settled == self.terms.cost_micros else fee(settled, self.rules.buyer_fee_bp)
        taken = max(self.fee_taken, min(fee(earned, self.rules.buyer_fee_bp), free - self.fee_back))
        commission = fee(earned, self.rules.provider_fee_bp) - self.commission
        return taken - self.fee_taken, free - taken - self.fee_back, max(0, min(commission, due.paid))
