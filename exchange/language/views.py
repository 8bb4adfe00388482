"""What can be read: frozen structs in the market's units, replaced when something changes and never altered.

A view that has been handed out stays as it was, so an answer can be given again, exactly, long after.
"""

from typing import Any, Self

from msgspec import Struct
from msgspec.structs import replace

from exchange.language.commands import Alternative, Require, Rules
from exchange.language.events import ChipDefined, RegionDefined, Transferred
from exchange.language.units import BasisPoints, MicroChipHours, Micros, Milli, MilliDu, Seconds
from exchange.language.windows import Segment


class View(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """The base of every view. As bytes its fields have places, no names: what keeps views keeps their layout beside."""

    def but(self, **changes: Any) -> Self:
        """The same view with some fields changed; this one stays as it is."""
        return replace(self, **changes)


class CatalogView(View, frozen=True, kw_only=True):
    regions: tuple[RegionDefined, ...]
    chips: tuple[ChipDefined, ...]
    tenors_s: tuple[Seconds, ...]
    rules: Rules | None


class AccountView(View, frozen=True, kw_only=True, tag=True):
    account_id: str
    roles: tuple[str, ...]
    owner_group: str
    tags: tuple[str, ...]
    place: str
    available_micros: Micros = 0
    held_micros: Micros = 0
    escrow_micros: Micros = 0
    bond_micros: Micros = 0
    contestable_micros: Micros = 0  # of what is available: not spendable, as its periods can still be contested
    blocked: bool = False


class KeyView(View, frozen=True, kw_only=True):
    key_id: str
    account_id: str
    scopes: tuple[str, ...]
    expires_s: Seconds | None
    addresses: tuple[str, ...]
    revoked: bool = False
    public_key: bytes = b""  # 32 bytes; empty for a bearer key


class BidView(View, frozen=True, kw_only=True, tag=True):
    bid_id: int
    client_order_id: str
    account_id: str
    state: str
    reason: str
    quantity_milli: Milli
    leaves_milli: Milli
    filled_milli: Milli
    canceled_milli: Milli
    min_quantity_milli: Milli | None
    time_in_force: str
    expires_s: Seconds | None
    post_only: bool
    max_take_or_pay_bp: BasisPoints
    vouchers: tuple[str, ...]
    self_trade: str
    require: Require | None
    use: str
    alternatives: tuple[Alternative, ...]
    open_alternatives: tuple[int, ...]
    held_micros: Micros
    created_s: Seconds
    seq: int


class AskView(View, frozen=True, kw_only=True, tag=True):
    ask_id: int
    client_order_id: str
    account_id: str
    state: str
    reason: str
    quantity_milli: Milli
    leaves_milli: Milli
    filled_milli: Milli
    canceled_milli: Milli
    time_in_force: str
    expires_s: Seconds | None
    post_only: bool
    self_trade: str
    region: str
    chip: str
    site: str
    tags: tuple[str, ...]
    pue_milli: int | None
    green_bp: BasisPoints | None
    start_s: Seconds
    end_s: Seconds
    price_micros: Micros
    lot_milli: Milli
    min_duration_s: Seconds
    take_or_pay_bp: BasisPoints
    bond_micros: Micros
    lease_id: int | None  # the lease that a resale is out of
    free: tuple[Segment, ...]
    idle_milli_s: int = 0  # milli-chips × seconds that were on offer and not leased, before `free` begins
    created_s: Seconds
    seq: int


class PeriodView(View, frozen=True, kw_only=True):
    index: int  # of its user's settlement periods, from 0
    start_s: Seconds
    end_s: Seconds
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    paid_micros: Micros
    refunded_micros: Micros
    penalty_micros: Micros
    redeemed_micros: Micros
    returned_micros: Micros
    part_id: int  # the lease whose user's period it was
    state: str  # settled, contested or ruled


class LeaseView(View, frozen=True, kw_only=True, tag=True):
    lease_id: int
    bid_id: int
    ask_id: int
    parent_id: int | None  # the lease that it was resold out of
    provider: str
    buyer: str
    deliverer: str  # who starts and meters it
    region: str
    chip: str
    site: str
    quantity_milli: Milli
    start_s: Seconds
    end_s: Seconds
    price_micros: Micros
    du_milli: MilliDu | None
    domestic: bool = False  # the chip is designed in China
    pue_milli: int | None = None  # of the site, where it states one
    cost_micros: Micros
    buyer_fee_micros: Micros  # of the whole lease, were it all earned
    buyer_fee_taken_micros: Micros
    provider_fee_micros: Micros  # taken so far
    subsidy_micros: Micros
    programme: str | None
    subsidy_bound: str
    redeemed_micros: Micros
    returned_micros: Micros
    frozen_micros: Micros
    use: str
    take_or_pay_bp: BasisPoints
    state: str
    reason: str
    words: str  # the operator's own, of a lease that was cancelled
    escrow_micros: Micros
    earned_micros: Micros
    refunded_micros: Micros
    penalties_micros: Micros
    delivered_until_s: Seconds | None
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    due_uch: MicroChipHours = 0  # of its own use: closed periods in full, and what a default gave up
    due_delivered_uch: MicroChipHours = 0  # of that, as settled or ruled
    due_used_uch: MicroChipHours = 0
    access_given_s: Seconds | None
    until_s: Seconds  # when it ends: earlier than agreed once it is released or cancelled
    shape: tuple[Segment, ...]  # what its buyer uses itself; the rest has been resold
    parts: tuple[int, ...]  # leases that were resold out of it
    periods: tuple[PeriodView, ...]
    created_s: Seconds
    seq: int


class TransferView(View, frozen=True, kw_only=True, tag=True):
    """A transfer, with the command that made it and when, and what the account that asks then held."""

    seq: int
    at_s: Seconds
    transfer: Transferred
    after: "Balances | None" = None


class Balances(View, frozen=True, kw_only=True):
    """What an account holds, by purse."""

    available_micros: Micros = 0
    held_micros: Micros = 0
    escrow_micros: Micros = 0
    bond_micros: Micros = 0


class TradeView(View, frozen=True, kw_only=True):
    trade_id: int
    seq: int
    at_s: Seconds
    region: str
    chip: str
    price_micros: Micros
    quantity_milli: Milli
    start_s: Seconds
    end_s: Seconds
    taker: str


class CandleView(View, frozen=True, kw_only=True):
    """The trades of one tenor in one interval. Volume is chips × time, in millionths of a chip-hour."""

    start_s: Seconds
    open_micros: Micros
    high_micros: Micros
    low_micros: Micros
    close_micros: Micros
    volume_uch: MicroChipHours
    trades: int


class IndexView(View, frozen=True, kw_only=True):
    """What a grade of chips trades at, in CNY per 度, weighted by 度, over the last day in which it traded."""

    grade: str
    du_from_milli: MilliDu  # the least 度 per chip-hour of a chip of this grade
    price_per_du_micros: Micros | None  # None before the first trade
    volume_du_milli: int  # 度 traded in that day
    since_s: Seconds | None
    until_s: Seconds | None


class Level(View, frozen=True, kw_only=True):
    price_micros: Micros
    chips_milli: Milli
    orders: int


class BookView(View, frozen=True, kw_only=True):
    region: str
    chip: str
    tenor_s: Seconds
    seq: int
    asks: tuple[Level, ...]  # lowest price first
    bids: tuple[Level, ...]  # highest limit first


class Receipt(View, frozen=True, kw_only=True):
    """An order as it stood when its own command had been carried out, with the leases that it then got."""

    seq: int
    order: BidView | AskView
    leases: tuple[LeaseView, ...]


class Hurdles(View, frozen=True, kw_only=True):
    """How many asks of one alternative's market cannot serve it, each counted at the first test that it fails.

    The tests are in the order of the fields. `complete` says that no ask was left unexamined.
    """

    alternative: int
    market_state: str
    asks: int  # that rest in the market
    examined: int
    complete: bool
    price: int  # dearer than the limit
    duration: int  # leased for no shorter than that, or not free for so long at a time
    start: int  # free for so long, but not from a start in the range
    quantity: int  # fewer chips there than the smallest lease worth having
    lot: int  # enough chips there, but not in lots that the bid can use
    take_or_pay: int
    requirements: int
    owner: int  # of the bid's own owner group
    market: int  # would serve, if only the market were open
    fits: int  # would serve now


class Change(View, frozen=True, kw_only=True):
    """One field of a bid with another value, by which all of the bid would be filled at once.

    `field` is the place on the wire, such as "alternatives[0].price". `value` is in the market's units: micros, seconds
    since the epoch or of duration, milli-chips, basis points or thousandths by the field's name; the tags that are left
    for "require.tags", None for a requirement that is dropped. A quantity is that of the whole bid with what has been
    filled of it, as in an amendment, and takes a `min_quantity` above what is left down with it.
    """

    kind: str  # start, max_take_or_pay, self_trade, requirement, min_quantity, quantity, duration or price
    field: str
    value: int | str | bool | tuple[str, ...] | None
    detail: str  # "+0.40 CNY per chip-hour"
    extra_micros: (
        Micros  # what it would cost beyond the bid's own limits, for as much of it as that gives, with the fee
    )
    total_micros: Micros  # what it would cost in all, before subsidies
    covered: bool  # whether the account's means are enough for it


class Explanation(View, frozen=True, kw_only=True):
    """Why a bid is not filled, for each alternative that can still start, and the single changes that would fill it.

    Changes are in order of `extra_micros`, the cheapest first, and empty when no single one does. `searched` is False
    when the search ended at its bounds.
    """

    seq: int
    at_s: Seconds
    bid_id: int | None  # None in a quote
    leaves_milli: Milli
    alternatives: tuple[Hurdles, ...]
    changes: tuple[Change, ...]
    searched: bool


class QuotedLease(View, frozen=True, kw_only=True):
    """A lease that a bid would get now, by one of its alternatives."""

    alternative: int
    region: str
    chip: str
    site: str
    quantity_milli: Milli
    start_s: Seconds
    end_s: Seconds
    price_micros: Micros
    cost_micros: Micros
    buyer_fee_micros: Micros
    take_or_pay_bp: BasisPoints
    programme: str | None = None
    subsidy_micros: Micros = 0
    subsidy_bound: str = ""


class Quote(View, frozen=True, kw_only=True):
    """What a bid would do if it came now: its leases, what they cost, and what would become of the rest."""

    seq: int
    at_s: Seconds
    state: str  # of the bid then: filled, resting or canceled
    reason: str
    quantity_milli: Milli
    filled_milli: Milli
    missing_milli: Milli
    leases: tuple[QuotedLease, ...]
    cost_micros: Micros
    buyer_fee_micros: Micros
    subsidies: tuple[tuple[str, Micros], ...]  # by programme
    total_micros: Micros  # cost and fee less subsidies
    held_micros: Micros  # for what would rest
    needed_micros: Micros  # that must be available for the bid to be taken: the most it can cost
    available_micros: Micros
    covered: bool
    rest: Explanation | None  # why the rest is not filled; None when nothing is missing


class Audit(View, frozen=True, kw_only=True):
    """A full check of the books: what it looked at, what it found wrong (nothing, or the market must stop)."""

    seq: int
    now_s: Seconds
    digest: str
    accounts: int
    open_bids: int
    open_asks: int
    open_leases: int
    violations: tuple[str, ...]


PERIODS_TOLD = 24  # of a lease, the last: those of a month, with every notice of it, would be a hundred times as much

Detail = BidView | AskView | LeaseView | AccountView | TransferView


class Notice(View, frozen=True, kw_only=True):
    """Something that an account is told about its own affairs, in the order in which it happened."""

    account_id: str
    seq: int
    at_s: Seconds
    type: str  # "bid.placed", "lease.scheduled", ...
    data: Detail
