"""What can be read: frozen structs in the market's units, replaced when something changes and never altered.

A view that has been handed out stays as it was, so an answer can be given again, exactly, long after.
"""

from typing import Any, Self

from msgspec import Struct
from msgspec.structs import replace

from exchange.language.commands import Alternative, Rules
from exchange.language.events import ChipDefined, RegionDefined, Transferred
from exchange.language.units import BasisPoints, MicroChipHours, Micros, Milli, MilliDu, Seconds
from exchange.language.windows import Segment


class View(Struct, frozen=True, kw_only=True, gc=False):
    """The base of every view."""

    def but(self, **changes: Any) -> Self:
        """The same view with some fields changed; this one stays as it is."""
        return replace(self, **changes)


class CatalogView(View, frozen=True, kw_only=True):
    regions: tuple[RegionDefined, ...]
    chips: tuple[ChipDefined, ...]
    tenors_s: tuple[Seconds, ...]
    rules: Rules | None


class AccountView(View, frozen=True, kw_only=True):
    account_id: str
    roles: tuple[str, ...]
    owner_group: str
    tags: tuple[str, ...]
    place: str
    available_micros: Micros = 0
    held_micros: Micros = 0
    escrow_micros: Micros = 0
    bond_micros: Micros = 0


class KeyView(View, frozen=True, kw_only=True):
    key_id: str
    account_id: str
    scopes: tuple[str, ...]
    expires_s: Seconds | None
    addresses: tuple[str, ...]
    revoked: bool = False


class BidView(View, frozen=True, kw_only=True):
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
    alternatives: tuple[Alternative, ...]
    open_alternatives: tuple[int, ...]
    held_micros: Micros
    created_s: Seconds
    seq: int


class AskView(View, frozen=True, kw_only=True):
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
    start_s: Seconds
    end_s: Seconds
    price_micros: Micros
    lot_milli: Milli
    min_duration_s: Seconds
    take_or_pay_bp: BasisPoints
    bond_micros: Micros
    free: tuple[Segment, ...]
    created_s: Seconds
    seq: int


class PeriodView(View, frozen=True, kw_only=True):
    start_s: Seconds
    end_s: Seconds
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    paid_micros: Micros
    refunded_micros: Micros
    penalty_micros: Micros
    redeemed_micros: Micros
    state: str


class LeaseView(View, frozen=True, kw_only=True):
    lease_id: int
    bid_id: int
    ask_id: int
    provider: str
    buyer: str
    region: str
    chip: str
    site: str
    quantity_milli: Milli
    start_s: Seconds
    end_s: Seconds
    price_micros: Micros
    du_milli: MilliDu | None
    cost_micros: Micros
    buyer_fee_micros: Micros  # of the whole lease, were it all earned
    buyer_fee_taken_micros: Micros
    provider_fee_micros: Micros  # taken so far
    subsidy_micros: Micros
    programme: str | None
    take_or_pay_bp: BasisPoints
    state: str
    reason: str
    escrow_micros: Micros
    earned_micros: Micros
    refunded_micros: Micros
    penalties_micros: Micros
    delivered_until_s: Seconds | None
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    access_given_s: Seconds | None
    periods: tuple[PeriodView, ...]
    created_s: Seconds
    seq: int


class TransferView(View, frozen=True, kw_only=True):
    """A transfer, with the command that made it and when."""

    seq: int
    at_s: Seconds
    transfer: Transferred


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


Detail = BidView | AskView | LeaseView | AccountView | TransferView


class Notice(View, frozen=True, kw_only=True):
    """Something that an account is told about its own affairs, in the order in which it happened."""

    account_id: str
    seq: int
    at_s: Seconds
    type: str  # "bid.placed", "lease.scheduled", ...
    data: Detail
