"""What has happened to money and to parts of leases: the events that make every cent explainable.

They carry what is needed to keep the books without looking at transfers, which a naive ledger does to check them.
"""

from exchange.language.commands import DefineProgramme
from exchange.language.happening import Happening
from exchange.language.units import MicroChipHours, Micros, Seconds
from exchange.language.windows import Segment


class MoneyMoved(Happening, frozen=True, kw_only=True):
    """Money came from outside, or, when negative, went there."""

    account_id: str
    amount_micros: Micros
    reference: str


class ContestableChanged(Happening, frozen=True, kw_only=True):
    """So much of what an account has available cannot be spent yet, as the periods that paid it can be contested."""

    account_id: str
    contestable_micros: Micros


class ProgrammeDefined(Happening, frozen=True, kw_only=True):
    definition: DefineProgramme


class ProgrammeChanged(Happening, frozen=True, kw_only=True):
    """Where a programme stands, once per command that touched it, after its money has moved."""

    programme: str
    year: int
    pool_micros: Micros
    committed_micros: Micros
    redeemed_micros: Micros  # in all
    funded_micros: Micros
    lapsed_micros: Micros
    granted_micros: Micros  # in the year, less what came back


class GroupsRelated(Happening, frozen=True, kw_only=True):
    group: str
    other_group: str
    related: bool
    reason: str
    operator_id: str


class SubsidyMoved(Happening, frozen=True, kw_only=True):
    """A subsidy was committed to a lease, or, when negative, some of it has gone back to the pool: drawn or not."""

    lease_id: int
    programme: str
    group: str  # the claimant's owner group
    year: int  # of the grant
    amount_micros: Micros
    bound: str  # what limited it: rate, contract, year, total or pool; empty when it goes back


class PartResold(Happening, frozen=True, kw_only=True):
    """A part of a lease has another user; told before the new lease's trade."""

    lease_id: int  # the reseller's
    part_id: int  # the new user's
    shape: tuple[Segment, ...]  # what the reseller still uses itself
    links: tuple[tuple[int, Micros], ...]  # the contracts under which the part is paid, the provider's first


class PartReturned(Happening, frozen=True, kw_only=True):
    """A resold part came back to its reseller."""

    lease_id: int
    part_id: int
    shape: tuple[Segment, ...]


class LeaseCut(Happening, frozen=True, kw_only=True):
    """A lease was released or cancelled: it ends earlier, and this is what became of the money for the rest.

    One for each contract that the rest was paid under, the user's own last; `until_s` is when that contract's own use
    ends.
    """

    lease_id: int
    until_s: Seconds
    paid_micros: Micros
    refunded_micros: Micros
    redeemed_micros: Micros
    reason: str
    part_id: int | None = None  # whose use was cut, where this is about a contract behind it
    operator_id: str = ""
    words: str = ""  # the operator's own


class PeriodContested(Happening, frozen=True, kw_only=True):
    lease_id: int
    index: int
    frozen: tuple[tuple[str, Micros], ...]  # by account
    reason: str


class ContestRuled(Happening, frozen=True, kw_only=True):
    """An operator has said what was really delivered; money has moved accordingly."""

    lease_id: int
    index: int
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    changes: tuple[tuple[int, Micros, Micros], ...]  # by contract: so much less paid, so much less redeemed
    penalty_micros: Micros
    reason: str
    operator_id: str
