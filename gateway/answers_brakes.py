"""The wire as types, continued: what brakes answer and hit, what waits for a second operator, and the audit log."""

from typing import Literal

from msgspec import Struct

from gateway.answers import Answer
from gateway.requests_operator import ProposalState
from gateway.schema import Decimal, Instant, MarketStateOut, PublicId
from gateway.schema_money import Lease

BrakeOutcome = Literal["done", "proposed", "preview"]


class Group(Struct, frozen=True, kw_only=True):
    """How many, and the first few of them."""

    count: int
    first: tuple[str, ...]


class ChipGroup(Group, frozen=True, kw_only=True):
    """`chips` is what they have on offer, want or lease together."""

    chips: Decimal


class Hits(Struct, frozen=True, kw_only=True):
    """Who a brake hits: markets and their accounts, open orders, and leases that are scheduled or running."""

    markets: Group
    accounts: Group
    orders: ChipGroup
    leases: ChipGroup


class Pulled(Answer, frozen=True, kw_only=True):
    """What became of a brake: `done`; `proposed`, until another operator confirms it or it expires; or `preview`.

    `hits` is given for the latter two: who was, or would be, hit when this was answered.
    """

    outcome: BrakeOutcome
    proposal_id: PublicId | None
    expires_at: Instant | None
    hits: Hits | None


class Braked(Pulled, frozen=True, kw_only=True):
    """What was done, and to what."""

    action: str
    subject: str
    reason: str


class BandSet(Pulled, frozen=True, kw_only=True):
    """A market's own price band; null when that of the rules holds."""

    region: str
    chip: str
    band: Decimal | None
    reason: str


class MarketStateSet(Pulled, frozen=True, kw_only=True):
    """What an operator has set, null standing for every region or chip type.

    `effective` is what holds in the market named, the strictest of all that applies to it; null when none is named.
    """

    region: str | None
    chip: str | None
    state: MarketStateOut
    reason: str
    effective: MarketStateOut | None


class KeyMade(Pulled, frozen=True, kw_only=True):
    """The one time that a key is shown; null for one that requests are signed by, as its owner alone has it.

    One that is `proposed` is good once another operator has confirmed it.
    """

    key_id: str
    key: str | None


class KeyRevoked(Pulled, frozen=True, kw_only=True):
    key_id: str


class LeaseCancelled(Pulled, frozen=True, kw_only=True):
    """A lease as it then stood."""

    lease: Lease


class ContestRuled(Pulled, frozen=True, kw_only=True):
    """A contest that was ruled on, and the lease as it then stood."""

    contest_id: PublicId
    lease: Lease


class MarketBraked(Struct, frozen=True, kw_only=True):
    """What an operator has set for a market, a region, a chip type or the venue; null stands for every one."""

    region: str | None
    chip: str | None
    state: MarketStateOut
    since: Instant
    reason: str
    operator_id: str


class AccountBlocked(Struct, frozen=True, kw_only=True):
    account_id: str
    since: Instant
    reason: str
    operator_id: str


class Band(Struct, frozen=True, kw_only=True):
    region: str
    chip: str
    band: Decimal
    since: Instant
    reason: str
    operator_id: str


class ProgrammePaused(Struct, frozen=True, kw_only=True):
    programme: str
    since: Instant
    reason: str
    operator_id: str


class Braking(Answer, frozen=True, kw_only=True):
    """All that operators hold back now; of `markets` those that are not open."""

    markets: tuple[MarketBraked, ...]
    accounts: tuple[AccountBlocked, ...]
    bands: tuple[Band, ...]
    programmes: tuple[ProgrammePaused, ...]


class Change(Struct, frozen=True, kw_only=True):
    """What a thing was and is, as people read it; empty for nothing."""

    field: str
    before: str
    after: str


class Proposal(Struct, frozen=True, kw_only=True):
    """A large action of one operator, for another to confirm.

    `hits` is whom it would hit now; of one that is not open, whom it would have hit when it was proposed.
    """

    proposal_id: PublicId
    action: str
    subject: str
    reason: str
    state: ProposalState
    operator_id: str
    seq: int
    at: Instant
    expires_at: Instant
    changes: tuple[Change, ...]
    hits: Hits
    closed_by: str | None
    closed_at: Instant | None
    closing_reason: str


class Proposals(Struct, frozen=True, kw_only=True):
    items: tuple[Proposal, ...]
    cursor: str | None


class ProposalAnswer(Answer, frozen=True, kw_only=True):
    proposal: Proposal


class Effects(Struct, frozen=True, kw_only=True):
    """How much the command changed itself; what follows a block or a cancel of orders comes by later ones."""

    orders: int
    leases: int
    trades: int
    transfers: int


class JournalRow(Struct, frozen=True, kw_only=True):
    """The journal's row that the command stands in, by which `leasebook verify` proves the entry.

    `link` is the SHA-256 over the link of the row before, this row's numbers and its commands, in hexadecimal.
    """

    first_seq: int
    last_seq: int
    link: str


class AuditEntry(Struct, frozen=True, kw_only=True):
    """What an operator did, to what and why; `alone` when nobody was there to confirm what somebody should.

    `operator_id` is null for the first start and the seeds, `account_id` where it is about no account.
    """

    seq: int
    at: Instant
    operator_id: str | None
    action: str
    subject: str
    account_id: str | None
    reason: str
    changes: tuple[Change, ...]
    effects: Effects
    alone: bool
    proposed: bool
    proposal_id: PublicId | None
    row: JournalRow | None


class AuditEntries(Struct, frozen=True, kw_only=True):
    items: tuple[AuditEntry, ...]
    cursor: str | None
