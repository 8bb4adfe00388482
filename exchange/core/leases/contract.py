"""A lease: the contract that a trade makes, its states and the only arrows between them.

scheduled -> running -> ended; scheduled or running -> defaulted. A lease keeps the rules it was made under.

At every moment: cost = closed + open, closed = earned + refunded, and the buyer's escrow for it is what is still open
plus the fee on that.
"""

from msgspec import Struct

from exchange.language.commands import Rules
from exchange.language.events import DEFAULTED, ENDED, RUNNING, SCHEDULED
from exchange.language.units import BasisPoints, MicroChipHours, Micros, Milli, Seconds, cost_micros

ARROWS = {SCHEDULED: (RUNNING, DEFAULTED), RUNNING: (ENDED, DEFAULTED), ENDED: (), DEFAULTED: ()}


class Reading(Struct, frozen=True, array_like=True, gc=False):
    """Running totals through an instant."""

    through_s: Seconds
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours


class Lease(Struct, kw_only=True, gc=False):
    """The terms, and how far it has got. `closed_*` count the periods that have been settled."""

    lease_id: int
    bid_id: int
    ask_id: int
    buyer: str
    provider: str
    region: str
    chip: str
    site: str
    quantity_milli: Milli
    start_s: Seconds
    end_s: Seconds
    price_micros: Micros
    take_or_pay_bp: BasisPoints
    cost_micros: Micros
    buyer_fee_micros: Micros  # of the whole lease, were it all earned
    subsidy_micros: Micros
    terms: Rules
    state: str = SCHEDULED
    reason: str = ""
    access_given_s: Seconds | None = None
    readings: list[Reading]
    closed_periods: int = 0
    closed_micros: Micros = 0
    earned_micros: Micros = 0
    refunded_micros: Micros = 0
    penalties_micros: Micros = 0
    fee_taken_micros: Micros = 0
    fee_returned_micros: Micros = 0
    provider_fee_micros: Micros = 0
    silent: int = 0  # periods in a row, up to the last closed one, with nothing delivered

    @property
    def escrow_micros(self) -> Micros:
        """What the buyer's escrow still holds for this lease."""
        fee_open = self.buyer_fee_micros - self.fee_taken_micros - self.fee_returned_micros
        return self.cost_micros - self.closed_micros + fee_open

    @property
    def over(self) -> bool:
        """Whether nothing can happen to it any more."""
        return not ARROWS[self.state]

    def period_end_s(self, index: int) -> Seconds:
        """When the settlement period of an index ends; that of -1 is the lease's start."""
        return min(self.start_s + (index + 1) * self.terms.period_s, self.end_s)

    def cost_through_micros(self, at_s: Seconds) -> Micros:
        """What the lease costs from its start through an instant: the running total that periods are cut from."""
        return cost_micros(self.price_micros, self.quantity_milli, at_s - self.start_s)

    def move(self, state: str, reason: str) -> None:
        """Follow an arrow."""
        assert state in ARROWS[self.state], (self.lease_id, self.state, state)
        self.state = state
        self.reason = reason
