"""What has happened: a frozen struct each, past tense, one union.

Events carry the state that results, so that whoever folds them copies and never calculates. They are not kept in the
journal: the same commands give the same events again.
"""

from msgspec import Struct

from exchange.language.commands import Alternative, Require, Rules
from exchange.language.events_money import (
    ContestableChanged,
    ContestRuled,
    GroupsRelated,
    LeaseCut,
    MoneyMoved,
    PartResold,
    PartReturned,
    PeriodContested,
    ProgrammeChanged,
    ProgrammeDefined,
    SubsidyMoved,
)
from exchange.language.events_operator import (
    AccountBlocked,
    BandSet,
    OperatorActed,
    ProgrammePaused,
    ProposalClosed,
    ProposalMade,
)
from exchange.language.events_sessions import DeadManFired, DeadManSet, SessionArmed, SessionEnded
from exchange.language.happening import Happening
from exchange.language.units import BasisPoints, MicroChipHours, Micros, Milli, MilliDu, Seconds
from exchange.language.windows import Segment

RESTING, FILLED, CANCELED, EXPIRED = "resting", "filled", "canceled", "expired"
SCHEDULED, RUNNING, ENDED, DEFAULTED = "scheduled", "running", "ended", "defaulted"
RELEASED, CANCELLED = "released", "cancelled"

# why an order is done
BY_OWNER, BY_TIME_IN_FORCE, BY_TIME, BY_SELF_TRADE, BY_BOND, BY_FILL = (
    "by_owner",
    "time_in_force",
    "time",
    "self_trade",
    "bond_exhausted",
    "fill",
)
BY_DEAD_MAN, BY_DISCONNECT = "dead_man", "disconnect"
BY_BLOCK = "blocked"
# why a lease ended: all the reasons there are; and of a resale's ask: that its lease did
LEASE_REASONS = (
    COMPLETED := "completed",
    NOT_STARTED := "not_started",
    SILENT := "silent",
    RESOLD := "resold",
    BY_BUYER := "by_buyer",
    BY_OPERATOR := "by_operator",
)
LEASE_OVER = "lease_over"
# why money moved: all the reasons there are
TRANSFER_REASONS = (
    DEPOSITED := "deposit",
    WITHDRAWN := "withdrawal",
    HELD := "bid_hold",
    UNHELD := "bid_release",
    BONDED := "ask_bond",
    UNBONDED := "bond_release",
    ESCROWED := "lease_escrow",
    EARNED := "lease_earned",
    REFUNDED := "lease_refund",
    FEE_REFUNDED := "buyer_fee_refund",
    PENALTY := "penalty",
    BUYER_FEE := "buyer_fee",
    PROVIDER_FEE := "provider_fee",
    PROVIDER_FEE_REFUNDED := "provider_fee_refund",  # fees -> payee's escrow, after a ruling
    FUNDED := "programme_funding",  # external -> pool
    LAPSED := "pool_lapse",  # pool -> external
    COMMITTED := "subsidy_committed",  # pool -> committed
    REDEEMED := "subsidy_redeemed",  # committed -> provider
    RETURNED := "subsidy_returned",  # committed -> pool
    REPAID := "subsidy_repaid",  # reseller's available -> its escrow, where a subsidy was
    FROZEN := "contest_freeze",  # payee's available -> its escrow
    THAWED := "contest_release",  # and back
    CONTEST_REFUNDED := "contest_refund",  # payee's escrow -> payer's available
    CONTEST_RETURNED := "contest_return",  # payee's escrow -> pool
)


class TimeAdvanced(Happening, frozen=True, kw_only=True):
    """The clock stands at an instant; what follows happened then."""

    now_s: Seconds


class RulesSet(Happening, frozen=True, kw_only=True):
    rules: Rules


class TenorsSet(Happening, frozen=True, kw_only=True):
    tenors_s: tuple[Seconds, ...]


class RegionDefined(Happening, frozen=True, kw_only=True):
    region: str
    name_en: str
    name_zh: str
    kind: str
    hub: str


class ChipDefined(Happening, frozen=True, kw_only=True):
    chip: str
    vendor: str
    model: str
    du_milli: MilliDu | None
    memory_gb: int | None
    per_node: int | None
    domestic: bool


class AccountOpened(Happening, frozen=True, kw_only=True):
    account_id: str
    roles: tuple[str, ...]
    owner_group: str
    tags: tuple[str, ...]
    place: str


class KeyRegistered(Happening, frozen=True, kw_only=True):
    key_id: str
    secret_hash: str
    account_id: str
    scopes: tuple[str, ...]
    expires_s: Seconds | None
    addresses: tuple[str, ...]
    public_key: bytes = b""


class KeyRevoked(Happening, frozen=True, kw_only=True):
    key_id: str
    account_id: str


class Transferred(Happening, frozen=True, kw_only=True):
    """One amount from one account (debit) to another (credit). Accounts are "acme-ai/held", "external", "fees"."""

    transfer_id: int
    debit: str
    credit: str
    amount_micros: Micros
    reason: str
    reference: str = ""
    lease_id: int | None = None
    bid_id: int | None = None
    ask_id: int | None = None
    part_id: int | None = None  # the lease of the user of a resold part, when `lease_id` is the contract that pays
    programme: str | None = None


class BidPlaced(Happening, frozen=True, kw_only=True):
    """A bid was accepted, before it could trade."""

    bid_id: int
    account_id: str
    client_order_id: str
    quantity_milli: Milli
    min_quantity_milli: Milli | None
    alternatives: tuple[Alternative, ...]
    time_in_force: str
    expires_s: Seconds | None
    post_only: bool
    max_take_or_pay_bp: BasisPoints
    vouchers: tuple[str, ...]
    self_trade: str
    require: Require | None
    use: str
    held_micros: Micros


class BidAmended(Happening, frozen=True, kw_only=True):
    """A bid has other numbers. One that lost its place in the queue stands behind all that were there."""

    bid_id: int
    quantity_milli: Milli
    min_quantity_milli: Milli | None
    alternatives: tuple[Alternative, ...]
    kept_priority: bool


class AskAmended(Happening, frozen=True, kw_only=True):
    ask_id: int
    quantity_milli: Milli
    price_micros: Micros
    kept_priority: bool


class BidChanged(Happening, frozen=True, kw_only=True):
    """Where a bid stands; `open_alternatives` are the places in the list that can still start."""

    bid_id: int
    state: str
    reason: str
    leaves_milli: Milli
    filled_milli: Milli
    canceled_milli: Milli
    held_micros: Micros
    open_alternatives: tuple[int, ...]


class AskPlaced(Happening, frozen=True, kw_only=True):
    """An ask was accepted, before it could trade."""

    ask_id: int
    account_id: str
    client_order_id: str
    region: str
    chip: str
    site: str
    tags: tuple[str, ...]
    pue_milli: int | None
    green_bp: BasisPoints | None
    quantity_milli: Milli
    start_s: Seconds
    end_s: Seconds
    price_micros: Micros
    lot_milli: Milli
    min_duration_s: Seconds
    take_or_pay_bp: BasisPoints
    time_in_force: str
    expires_s: Seconds | None
    post_only: bool
    self_trade: str
    bond_micros: Micros
    lease_id: int | None  # the lease that a resale is out of


class AskChanged(Happening, frozen=True, kw_only=True):
    """Where an ask stands. `leaves` is the most chips it can still lease in one piece; `free` begins at now."""

    ask_id: int
    state: str
    reason: str
    leaves_milli: Milli
    filled_milli: Milli
    canceled_milli: Milli
    bond_micros: Micros
    free: tuple[Segment, ...]


class Traded(Happening, frozen=True, kw_only=True):
    """A bid and an ask cleared into a lease, which bears the trade's number."""

    lease_id: int
    bid_id: int
    ask_id: int
    alternative: int
    buyer: str
    provider: str
    region: str
    chip: str
    site: str
    quantity_milli: Milli
    start_s: Seconds
    end_s: Seconds
    price_micros: Micros
    cost_micros: Micros
    buyer_fee_micros: Micros
    subsidy_micros: Micros
    escrow_micros: Micros
    take_or_pay_bp: BasisPoints
    taker: str  # "bid" or "ask"
    programme: str | None = None
    subsidy_bound: str = ""  # what limited the subsidy: rate, contract, year, total or pool
    use: str = ""
    parent_id: int | None = None  # the lease that it was resold out of
    deliverer: str  # who starts and meters it: the provider, or, of a resale, the first lease's


class MarketStateSet(Happening, frozen=True, kw_only=True):
    """An operator has opened or braked something; None stands for every region or chip."""

    region: str | None
    chip: str | None
    state: str
    reason: str
    operator_id: str


class SelfTradePrevented(Happening, frozen=True, kw_only=True):
    """A match within one owner group did not happen."""

    bid_id: int
    ask_id: int
    mode: str
    taker: str


class AccessGiven(Happening, frozen=True, kw_only=True):
    lease_id: int
    sealed_access: bytes
    given_s: Seconds


class LeaseMetered(Happening, frozen=True, kw_only=True):
    lease_id: int
    through_s: Seconds
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours


class PeriodSettled(Happening, frozen=True, kw_only=True):
    """A settlement period closed; its money has moved."""

    lease_id: int
    index: int
    start_s: Seconds
    end_s: Seconds
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    cost_micros: Micros
    paid_micros: Micros
    refunded_micros: Micros
    penalty_micros: Micros
    redeemed_micros: Micros
    returned_micros: Micros  # of the subsidy, to its pool
    part_id: int  # the lease whose user's period it was; `lease_id` itself, but for parts that were resold out of it


class LeaseChanged(Happening, frozen=True, kw_only=True):
    """Where a lease stands, after its money has moved."""

    lease_id: int
    state: str
    reason: str
    escrow_micros: Micros
    earned_micros: Micros
    refunded_micros: Micros
    penalties_micros: Micros
    buyer_fee_micros: Micros  # taken so far
    provider_fee_micros: Micros  # taken so far
    until_s: Seconds  # when it ends: earlier than agreed once it is released or cancelled
    subsidy_micros: Micros  # as committed, less what went back before it was drawn
    redeemed_micros: Micros
    returned_micros: Micros
    frozen_micros: Micros  # of what its provider was paid, until an operator rules


class AnswerKept(Happening, frozen=True, kw_only=True):
    """A request with an idempotency key is over: how what it was about now stands is its answer, whenever it comes."""

    account_id: str = ""
    lease_id: int | None = None
    programme: str = ""
    market: tuple[str, str] | None = None  # region, chip


Event = (
    DeadManSet | DeadManFired | SessionArmed | SessionEnded
    | TimeAdvanced | RulesSet | TenorsSet | RegionDefined | ChipDefined | AccountOpened | KeyRegistered
    | KeyRevoked | Transferred | BidPlaced | BidAmended | AskAmended | MarketStateSet | BidChanged | AskPlaced
    | AskChanged | Traded | SelfTradePrevented | AccessGiven | LeaseMetered | PeriodSettled | LeaseChanged
    | MoneyMoved | ContestableChanged | ProgrammeDefined | ProgrammeChanged | GroupsRelated | SubsidyMoved
    | PartResold | PartReturned | LeaseCut | PeriodContested | ContestRuled | AnswerKept
    | OperatorActed | AccountBlocked | BandSet | ProgrammePaused | ProposalMade | ProposalClosed
)  # fmt: skip


class Applied(Struct, frozen=True, gc=False):
    """One sequenced command with everything that it made happen, in order."""

    seq: int
    at_s: Seconds
    events: tuple[Event, ...]
