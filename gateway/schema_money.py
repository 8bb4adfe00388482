"""The wire as types, continued: leases and accounts, and where all the money is; programmes, contests, flags, figures.

Nouns alone: what is asked of them stands in `requests_money`, what single calls answer in `answers_money`.
"""

from typing import Annotated

from msgspec import Struct

from gateway.requests_money import ProgrammeBody
from gateway.schema import Decimal, Free, Instant, LeaseStateOut, PublicId, one_of


class Period(Struct, frozen=True, kw_only=True):
    """A settlement period, under one contract. `lease_id` is that of the user of the chips: another one's, when the
    period was of a part that has been resold.
    """

    lease_id: PublicId
    index: int  # among the periods of that lease, from 0
    start: Instant
    end: Instant
    delivered: Decimal
    used: Decimal
    paid: Decimal
    refunded: Decimal
    penalty: Decimal
    redeemed: Decimal  # of what was paid, by the programme
    returned: Decimal  # of what was refunded, to the programme
    state: Annotated[str, one_of("settled", "contested", "ruled")]


class Lease(Struct, frozen=True, kw_only=True):
    """`cost` = `earned` + `refunded` once it is over; fees and subsidy stand beside them.

    `provider` is who is paid, for a resold part the reseller; `deliverer` is who starts and meters it. `shape` is what
    the buyer has of the chips itself, without the `parts` that it has resold; `until` is when that ends, earlier than
    agreed once the lease is released or cancelled. `periods` are all that have closed where one lease is asked for, and
    in its statement; in lists, in news and in what answers a change they are the last 24.
    """

    lease_id: PublicId
    bid_id: PublicId
    ask_id: PublicId
    parent_id: PublicId | None  # the lease that it was resold out of
    parts: tuple[PublicId, ...]  # the leases that were resold out of it
    provider: str
    buyer: str
    deliverer: str
    region: str
    chip: str
    site: str
    quantity: Decimal
    start: Instant
    end: Instant
    until: Instant
    shape: tuple[Free, ...]
    price: Decimal
    price_per_du: Decimal | None
    cost: Decimal
    buyer_fee: Decimal  # of the whole lease, were it all earned
    buyer_fee_taken: Decimal
    provider_fee: Decimal  # taken so far
    subsidy: Decimal  # committed, less what went back before it was drawn
    redeemed: Decimal  # of the subsidy, for what was earned
    returned: Decimal  # of the subsidy, for what was refunded
    programme: str | None
    subsidy_bound: str  # what the subsidy was limited by: rate, contract, year, total or pool; empty without one
    use: str
    take_or_pay: Decimal
    state: LeaseStateOut
    reason: str
    words: str  # the operator's own, of a lease that was cancelled
    escrow: Decimal
    frozen: Decimal  # of what the provider was paid, until contests are ruled on
    earned: Decimal
    refunded: Decimal
    penalties: Decimal
    delivered_until: Instant | None
    delivered: Decimal
    used: Decimal
    access_given_at: Instant | None
    periods: tuple[Period, ...]
    created_at: Instant
    seq: int


class Balances(Struct, frozen=True, kw_only=True):
    """What an account holds, purse by purse."""

    available: Decimal
    held: Decimal
    escrow: Decimal
    bond: Decimal


class Account(Struct, frozen=True, kw_only=True):
    """`contestable` is of `available`, but not to be spent yet: buyers can still contest what it was paid for.

    An account that is `blocked` by an operator can cancel, meter, release and read, and begin nothing new.
    """

    account_id: str
    roles: tuple[str, ...]
    owner_group: str
    tags: tuple[str, ...]
    place: str
    available: Decimal
    held: Decimal
    escrow: Decimal
    bond: Decimal
    contestable: Decimal
    blocked: bool


class Transfer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One amount from one purse (`debit`) to another (`credit`), and why.

    `lease_id` is the contract under which it moved, `part_id` the user's lease, where that is another one. `after` is
    what the account that asks held then.
    """

    transfer_id: str
    seq: int
    at: Instant
    debit: str
    credit: str
    amount: Decimal
    reason: str
    reference: str = ""
    lease_id: PublicId | None = None
    part_id: PublicId | None = None
    order_id: PublicId | None = None
    programme: str | None = None
    after: Balances | None = None


class Total(Struct, frozen=True, kw_only=True):
    """What all transfers of one reason come to."""

    reason: str
    amount: Decimal


class Programme(Struct, frozen=True, kw_only=True):
    """A voucher programme, and where its money is: `pool` + `committed` + `redeemed` = `funded` − `lapsed`."""

    programme: str
    definition: ProgrammeBody
    year: int
    pool: Decimal
    committed: Decimal
    redeemed: Decimal
    funded: Decimal
    lapsed: Decimal
    granted: Decimal  # in the year, less what came back
    paused: bool  # by an operator: it commits nothing more for now


class Voucher(Struct, frozen=True, kw_only=True):
    """What one programme has paid and may still pay to the account's owner group; null where nothing limits it so.

    `why_not` is the field of the programme's definition that the account does not meet, or `paused`; empty when it is
    eligible.
    """

    programme: str
    eligible: bool
    why_not: str
    granted_year: Decimal
    granted_total: Decimal
    redeemed: Decimal
    left_year: Decimal | None
    left_total: Decimal | None
    left_pool: Decimal | None


class Contest(Struct, frozen=True, kw_only=True):
    """A contested period, as it was settled or ruled on, and what of its money is frozen.

    `ruled_at` is null until an operator has ruled; `ruling` is then the reason, and `refunded` what it gave back.
    """

    contest_id: PublicId
    lease_id: PublicId
    account_id: str
    index: int  # of the period, from 0
    period: Period | None
    reason: str
    at: Instant
    frozen: Decimal  # of all who were paid for it
    ruled_at: Instant | None
    ruling: str
    refunded: Decimal  # of the lease's own cost


class Flag(Struct, frozen=True, kw_only=True):
    """Something that supervision should look at."""

    flag_id: PublicId
    kind: str
    seq: int
    at: Instant
    groups: tuple[str, ...]
    lease_ids: tuple[PublicId, ...]
    programme: str | None
    amount: Decimal
    detail: str


class UsageKpi(Struct, frozen=True, kw_only=True):
    """How chips are used, up to now; shares as decimals of one, null where there is nothing to divide by."""

    name: str  # of the region or the provider; empty for the venue
    registered: Decimal  # chip-hours that were on offer or leased
    leased: Decimal  # chip-hours
    due: Decimal  # chip-hours of closed settlement periods, and those that a default gave up
    lost: Decimal  # of those that were due, not delivered
    used: Decimal  # of those that were due, used
    leased_share: Decimal | None  # of the registered
    used_share: Decimal | None  # of the registered
    used_of_due: Decimal | None
    fault_rate: Decimal | None  # lost per chip-hour leased that has come due
    domestic_share: Decimal | None  # of the leased
    pue: Decimal | None  # energy drawn per energy that chips took, where sites state it, weighted by the 度 used there


class ProgrammeKpi(Struct, frozen=True, kw_only=True):
    """One programme in one calendar year, shares as decimals of one; null where there is nothing to divide by."""

    programme: str
    year: int
    pool: Decimal | None
    granted: Decimal
    committed: Decimal
    redeemed: Decimal
    returned: Decimal
    leases: int
    claimants: int
    domestic_share: Decimal | None  # of the subsidised chip-hours
    redeemed_of_granted: Decimal | None
    redeemed_of_pool: Decimal | None
