"""A lease: the contract that a trade makes, its states and the only arrows between them.

A lease is two things. It is a contract: its buyer pays its provider `cost_micros` for chips over time. And it is a use:
what of these chips the buyer has in its own hands, as `pieces`, delivered and metered by the `deliverer`. Whoever
resells a part gives the use of it to another lease, whose chain then names the contracts behind the part, from the
provider's own to the user's: each of them goes on paying for it. A lease that was never resold out of is one piece and
a chain of one. A lease keeps the rules that it was made under.

At every moment: cost = earned + refunded + what is open on pieces whose chain names the contract; the buyer's escrow
for it is what is open, less the part of it that a voucher programme pays, plus the fee on what is open.
"""

from typing import NamedTuple

from msgspec import Struct

from exchange.core.leases.pieces import Piece
from exchange.language.commands import Rules
from exchange.language.events import (
    BY_BUYER,
    BY_OPERATOR,
    CANCELLED,
    COMPLETED,
    DEFAULTED,
    ENDED,
    LEASE_REASONS,
    NOT_STARTED,
    RELEASED,
    RESOLD,
    RUNNING,
    SCHEDULED,
    SILENT,
)
from exchange.language.units import BasisPoints, MicroChipHours, Micros, Milli, Seconds

ARROWS = {
    SCHEDULED: (RUNNING, ENDED, DEFAULTED, RELEASED, CANCELLED),
    RUNNING: (ENDED, DEFAULTED, RELEASED, CANCELLED),
    ENDED: (),
    DEFAULTED: (),
    RELEASED: (),
    CANCELLED: (),
}
# why its use has ended early, and what the lease then ends as
OUTCOMES = {NOT_STARTED: DEFAULTED, SILENT: DEFAULTED, BY_BUYER: RELEASED, BY_OPERATOR: CANCELLED}


class Reading(Struct, frozen=True, array_like=True, gc=False):
    """Running totals through an instant."""

    through_s: Seconds
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours


class Payment(NamedTuple):
    """What a settlement period came to under one contract. cost = paid + refunded, subsidy = redeemed + returned."""

    lease_id: int  # the contract
    cost_micros: Micros
    paid_micros: Micros
    subsidy_micros: Micros
    redeemed_micros: Micros

    @property
    def refunded_micros(self) -> Micros:
        """What goes back to the contract's buyer and to the programme together."""
        return self.cost_micros - self.paid_micros

    @property
    def returned_micros(self) -> Micros:
        """What of that goes back to the programme."""
        return self.subsidy_micros - self.redeemed_micros


class Closed(Struct, kw_only=True, gc=False):
    """A settled period in which something was delivered, while its buyer may contest it or an operator has to rule."""

    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    full_uch: MicroChipHours
    payments: tuple[Payment, ...]
    kept_micros: tuple[Micros, ...]  # of each, by its provider, after the fee
    penalty_micros: Micros  # as owed
    contested: bool = False


class Lease(Struct, kw_only=True, gc=False):
    """The terms, and how far it has got."""

    lease_id: int
    bid_id: int
    ask_id: int
    root_ask_id: int  # the ask of the first lease of the chain, whose bond stands behind all of them
    parent_id: int | None = None  # the lease that it was resold out of
    chain: tuple[int, ...]  # the contracts behind its pieces, the first lease's first, its own last
    buyer: str
    provider: str
    deliverer: str  # who starts and meters it: the first lease's provider
    region: str
    chip: str
    site: str
    quantity_milli: Milli
    start_s: Seconds
    end_s: Seconds
    until_s: Seconds  # when its use ends: the end, or earlier
    price_micros: Micros
    take_or_pay_bp: BasisPoints
    lot_milli: Milli  # of the first lease's ask: no part of it is resold in others
    min_duration_s: Seconds
    cost_micros: Micros
    buyer_fee_micros: Micros  # of the whole lease, were it all earned
    subsidy_micros: Micros = 0  # as committed, less what went back before it was drawn
    programme: str | None = None
    grant_year: int = 0  # in which the programme granted it
    terms: Rules
    state: str = SCHEDULED
    reason: str = ""
    cause: str = ""  # why its use has ended, or will end, early; the first of the gravest
    access_given_s: Seconds | None = None
    readings: list[Reading]
    pieces: list[Piece]  # what its buyer uses, as far as it is not settled to the end
    parts_open: int = 0  # leases resold out of it that are not over
    offers: list[int]  # open asks that resell of it
    closed_periods: int = 0
    settled_s: Seconds  # through when its use is settled: the end of the last closed period
    earned_micros: Micros = 0
    refunded_micros: Micros = 0
    redeemed_micros: Micros = 0
    returned_micros: Micros = 0
    penalties_micros: Micros = 0
    fee_taken_micros: Micros = 0
    fee_returned_micros: Micros = 0
    provider_fee_micros: Micros = 0
    frozen_micros: Micros = 0  # of what its provider was paid, until an operator rules
    contestable: dict[int, Closed]  # periods of its use, by index
    revocable: int = 0  # closed periods, of its own use and of parts, whose payments a ruling can still take back
    silent: int = 0  # periods in a row, up to the last closed one, with nothing delivered

    @property
    def escrow_micros(self) -> Micros:
        """What the buyer's escrow still holds for this lease."""
        fee_open = self.buyer_fee_micros - self.fee_taken_micros - self.fee_returned_micros
        return self.cost_micros - self.earned_micros - self.refunded_micros - self.subsidy_open_micros + fee_open

    @property
    def subsidy_open_micros(self) -> Micros:
        """What its programme has committed to it and not yet paid or got back."""
        return self.subsidy_micros - self.redeemed_micros - self.returned_micros

    @property
    def over(self) -> bool:
        """Whether nothing can happen to it any more, but for contests."""
        return not ARROWS[self.state]

    @property
    def in_use(self) -> bool:
        """Whether a period of its use has still to be settled."""
        return self.settled_s < self.until_s

    def period_end_s(self, index: int) -> Seconds:
        """When the settlement period of an index ends; that of -1 is the lease's start."""
        return min(self.start_s + (index + 1) * self.terms.period_s, self.until_s)

    def move(self, state: str, reason: str) -> None:
        """Follow an arrow."""
        assert state in ARROWS[self.state], (self.lease_id, self.state, state)
        assert reason in LEASE_REASONS or state == RUNNING, (self.lease_id, state, reason)
        self.state = state
        self.reason = reason

    def end(self) -> None:
        """It is over: by what ended its use early, or by having come to its end."""
        assert not self.in_use
        assert not self.pieces
        assert self.escrow_micros == 0
        assert self.cost_micros == self.earned_micros + self.refunded_micros
        completed = RESOLD if self.state == SCHEDULED else COMPLETED
        self.move(OUTCOMES.get(self.cause, ENDED), self.cause or completed)
