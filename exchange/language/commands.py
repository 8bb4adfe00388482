"""What may be asked of the market: a frozen struct each, one union.

Commands are what the journal keeps, so a field is only ever added, with a default. They carry whole numbers in the
market's units and the account on whose behalf they come; who may send which is the edge's business, whether it can be
done is the core's.
"""

from msgspec import Struct

from exchange.language import commands_operator as o
from exchange.language.commands_sessions import ArmSession, EndSession, SetDeadMan
from exchange.language.request import Request
from exchange.language.units import BasisPoints, MicroChipHours, Micros, Milli, MilliDu, Seconds

GTC, GTD, IOC, FOK = "gtc", "gtd", "ioc", "fok"
TIMES_IN_FORCE = (GTC, GTD, IOC, FOK)

CANCEL_TAKER, CANCEL_MAKER, CANCEL_BOTH, SKIP = "cancel_taker", "cancel_maker", "cancel_both", "skip"
SELF_TRADE_MODES = (CANCEL_TAKER, CANCEL_MAKER, CANCEL_BOTH, SKIP)

OPEN, POST_ONLY, CANCEL_ONLY, HALTED = "open", "post_only", "cancel_only", "halted"
MARKET_STATES = (OPEN, POST_ONLY, CANCEL_ONLY, HALTED)  # from free to strict

BUYER, PROVIDER, OPERATOR = "buyer", "provider", "operator"
ROLES = (BUYER, PROVIDER, OPERATOR)
SCOPES = ("read", "trade", "provide", "operate")

AUTO = "auto"  # the programme that pays most
AUTO_VOUCHERS = (AUTO,)
ANY, LOCAL, REMOTE, DOMESTIC, FOREIGN = "any", "local", "remote", "domestic", "foreign"
SUPPLIES, ORIGINS = (ANY, LOCAL, REMOTE), (ANY, DOMESTIC, FOREIGN)
PER_CONTRACT, PER_YEAR, IN_TOTAL = "contract", "year", "total"
CAP_SCOPES = (PER_CONTRACT, PER_YEAR, IN_TOTAL)
CEILING, FLOOR = "ceiling", "floor"
POOL_KINDS = (CEILING, FLOOR, IN_TOTAL)
ALL_OTHERS = "*"


class Rules(Struct, frozen=True, kw_only=True, gc=False):
    """The market rules: every number of the rulebook that an operator may set."""

    step_s: Seconds
    tick_micros: Micros
    buyer_fee_bp: BasisPoints
    provider_fee_bp: BasisPoints
    bond_rate_bp: BasisPoints
    bond_window_s: Seconds
    start_grace_s: Seconds  # after a lease's start, for the provider to hand over access
    period_s: Seconds
    close_grace_s: Seconds  # after a period's end, for the meter to report it
    allowance_bp: BasisPoints  # undelivered share of a period that costs no penalty
    penalty_rate_bp: BasisPoints
    silent_periods: int  # periods in a row with nothing delivered that end a lease
    band_bp: BasisPoints = 0  # how far from the reference price an order may be; 0: anywhere
    band_trades: int = 16  # trades that the reference price is the average of
    contest_s: Seconds = 0  # after a period has closed, for the buyer to contest it; until then its money is not spent


class SetRules(Request, frozen=True, kw_only=True):
    rules: Rules


class SetTenors(Request, frozen=True, kw_only=True):
    """The lengths of lease that have a book of their own, ascending."""

    tenors_s: tuple[Seconds, ...]


class DefineRegion(Request, frozen=True, kw_only=True):
    region: str
    name_en: str
    name_zh: str
    kind: str = "city"
    hub: str = ""


class DefineChip(Request, frozen=True, kw_only=True):
    """A chip type. `du_milli` is its 度 rate per chip-hour, None when nobody has published its peak."""

    chip: str
    vendor: str
    model: str
    du_milli: MilliDu | None = None
    memory_gb: int | None = None
    per_node: int | None = None
    domestic: bool = False


class OpenAccount(Request, frozen=True, kw_only=True):
    account_id: str
    roles: tuple[str, ...]
    owner_group: str
    tags: tuple[str, ...] = ()
    place: str = ""
    operator_id: str = ""  # empty: the seeds, or the first start
    idempotency_key: str = ""


class RegisterKey(Request, frozen=True, kw_only=True):
    """A key, known by the hash of its secret if it is a bearer's, else by its public half: one of the two."""

    key_id: str
    secret_hash: str = ""
    account_id: str
    scopes: tuple[str, ...]
    expires_s: Seconds | None = None
    addresses: tuple[str, ...] = ()
    public_key: bytes = b""  # of Ed25519, 32 bytes
    operator_id: str = ""  # empty: the first start
    idempotency_key: str = ""


class RevokeKey(Request, frozen=True, kw_only=True):
    key_id: str
    operator_id: str = ""
    reason: str = ""
    idempotency_key: str = ""


class Deposit(Request, frozen=True, kw_only=True):
    """Money from outside. A repeat with the same idempotency key, from the same operator, is the same deposit."""

    account_id: str
    amount_micros: Micros
    reference: str = ""
    operator_id: str = ""
    idempotency_key: str = ""


class Withdraw(Request, frozen=True, kw_only=True):
    account_id: str
    amount_micros: Micros
    reference: str = ""
    operator_id: str = ""
    idempotency_key: str = ""


class Rate(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The share of a lease's cost that a programme pays where all that is named here applies."""

    share_bp: BasisPoints
    supply: str = ANY  # any, local or remote
    chip: str = ANY  # any, domestic or foreign
    use: str = ""  # as the bid declares it; empty: any


class Cap(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The most that a programme pays for one lease, to one owner group in a calendar year, or to one in all."""

    scope: str
    amount_micros: Micros
    only_tags: tuple[str, ...] = ()  # for claimants with one of them
    except_tags: tuple[str, ...] = ()  # for claimants with none of them


class DefineProgramme(Request, frozen=True, kw_only=True):
    """A voucher programme, or another wording of one for trades from now on. What a source leaves open is left out."""

    programme: str
    name_en: str
    name_zh: str
    place: str = ""
    from_s: Seconds | None = None  # of trades that may claim, half-open
    until_s: Seconds | None = None
    rates: tuple[Rate, ...] = ()  # the highest that applies is paid; none: nothing is
    caps: tuple[Cap, ...] = ()  # all that apply bind
    pool_micros: Micros | None = None
    pool_is: str = ""  # ceiling or floor of a calendar year, or a total; empty without a figure
    local_regions: tuple[str, ...] = ()
    local_supplier_tags: tuple[str, ...] = ()
    claimants: tuple[tuple[str, ...], ...] = ()  # a claimant has at least one tag of each group
    claimant_places: tuple[str, ...] = ()
    barred_tags: tuple[str, ...] = ()
    unaffiliated: bool = False  # whether the supplier must not be related to the claimant
    excludes: tuple[str, ...] = ()  # programmes that pay nothing to whom this one has paid in the year; "*": all others
    operator_id: str = ""  # empty: the seeds
    idempotency_key: str = ""


class RelateGroups(Request, frozen=True, kw_only=True):
    """Two owner groups are affiliated, or, with `related` False, no longer."""

    operator_id: str
    group: str
    other_group: str
    reason: str
    related: bool = True
    idempotency_key: str = ""


class Require(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What an ask must state for a bid to take it, beyond region, chip and terms."""

    tags: tuple[str, ...] = ()  # all of them
    pue_max_milli: int | None = None
    green_min_bp: BasisPoints | None = None
    domestic: bool = False


class PlaceAsk(Request, frozen=True, kw_only=True):
    """An offer of chips over a window. `start_s` None is "now": the next step when the command is sequenced."""

    account_id: str
    client_order_id: str
    region: str
    chip: str
    quantity_milli: Milli
    end_s: Seconds
    price_micros: Micros
    start_s: Seconds | None = None
    lot_milli: Milli = 1000
    min_duration_s: Seconds = 3600
    take_or_pay_bp: BasisPoints = 10_000
    time_in_force: str = GTC
    expires_s: Seconds | None = None
    post_only: bool = False
    self_trade: str = CANCEL_TAKER
    lease_id: int | None = None
    site: str = ""
    tags: tuple[str, ...] = ()
    pue_milli: int | None = None  # power usage effectiveness of the site, in thousandths
    green_bp: BasisPoints | None = None  # share of its energy that is green


class Alternative(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One delivery that a bid would accept, with its own limit. `earliest_start_s` None is "now".

    `quantity_milli` is for bids that are all or none: as many of this would do as well as the bid's quantity.
    """

    region: str
    chip: str
    duration_s: Seconds
    latest_start_s: Seconds
    price_micros: Micros
    earliest_start_s: Seconds | None = None
    quantity_milli: Milli | None = None


class PlaceBid(Request, frozen=True, kw_only=True):
    """A wish for chips, by any one or several of its alternatives. `min_quantity_milli` None is "one lot"."""

    account_id: str
    client_order_id: str
    quantity_milli: Milli
    alternatives: tuple[Alternative, ...]
    min_quantity_milli: Milli | None = None
    time_in_force: str = GTC
    expires_s: Seconds | None = None
    post_only: bool = False
    max_take_or_pay_bp: BasisPoints = 10_000
    vouchers: tuple[str, ...] = AUTO_VOUCHERS
    self_trade: str = CANCEL_TAKER
    require: Require | None = None
    use: str = ""  # what the compute is for, where a programme's rate asks for it


class AmendBid(Request, frozen=True, kw_only=True):
    """Other numbers for an open bid; None leaves one as it is. Prices are one for each alternative, in order."""

    account_id: str
    bid_id: int
    quantity_milli: Milli | None = None
    prices_micros: tuple[Micros, ...] | None = None


class AmendAsk(Request, frozen=True, kw_only=True):
    """Other numbers for an open ask; None leaves one as it is. The quantity counts what is leased already."""

    account_id: str
    ask_id: int
    quantity_milli: Milli | None = None
    price_micros: Micros | None = None


class CancelBid(Request, frozen=True, kw_only=True):
    account_id: str
    bid_id: int


class CancelAsk(Request, frozen=True, kw_only=True):
    account_id: str
    ask_id: int


class CancelAllBids(Request, frozen=True, kw_only=True):
    """Cancel every open bid of an account, or those with an alternative in a region or on a chip."""

    account_id: str
    region: str | None = None
    chip: str | None = None


class CancelAllAsks(Request, frozen=True, kw_only=True):
    account_id: str
    region: str | None = None
    chip: str | None = None


class SetMarketState(Request, frozen=True, kw_only=True):
    """Open or brake a market, a region, a chip type, or (both None) the venue. The strictest that applies holds."""

    operator_id: str
    state: str
    reason: str
    region: str | None = None
    chip: str | None = None
    idempotency_key: str = ""


class StartLease(Request, frozen=True, kw_only=True):
    """The provider hands over access. `sealed_access` is ciphertext: the market never sees what is in it."""

    account_id: str
    lease_id: int
    sealed_access: bytes
    idempotency_key: str = ""
    access_mac: bytes = b""  # what tells one content of the access data from another, as every sealing differs


class MeterLease(Request, frozen=True, kw_only=True):
    """Running totals since the lease's start, through an instant. Totals, never increments."""

    account_id: str
    lease_id: int
    through_s: Seconds
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    idempotency_key: str = ""


class ReleaseLease(Request, frozen=True, kw_only=True):
    """The buyer gives back what is left of a lease, from the next step on."""

    account_id: str
    lease_id: int
    idempotency_key: str = ""


class CancelLease(Request, frozen=True, kw_only=True):
    """An operator ends a lease, and all that was resold out of it."""

    operator_id: str
    lease_id: int
    reason: str
    idempotency_key: str = ""


class ContestPeriod(Request, frozen=True, kw_only=True):
    """The buyer says that a settled period was not delivered as metered. Periods count from 0."""

    account_id: str
    lease_id: int
    index: int
    reason: str
    idempotency_key: str = ""


class RuleContest(Request, frozen=True, kw_only=True):
    """What was really delivered and used in a contested period: at most what was settled."""

    operator_id: str
    lease_id: int
    index: int
    delivered_uch: MicroChipHours
    used_uch: MicroChipHours
    reason: str
    idempotency_key: str = ""


class AdvanceTime(Request, frozen=True, kw_only=True):
    """The clock reaches an instant: everything that is due by then happens, in order."""

    to_s: Seconds


Large = (  # what may have to wait for another operator
    SetMarketState | CancelLease | RegisterKey | RevokeKey | o.BlockAccount | o.UnblockAccount | o.SetBand
)


class Propose(Request, frozen=True, kw_only=True, tag="Propose4"):
    """Do this, or, if it is large and there is another operator to ask, wait for that one's word."""

    action: Large


class ProposeBefore(Propose, frozen=True, kw_only=True, tag="Propose"):
    """The same, as journals have it that were written under rules 3 or earlier; nobody sends it."""


Command = (
    SetDeadMan | ArmSession | EndSession
    | SetRules | SetTenors | DefineRegion | DefineChip | OpenAccount | RegisterKey | RevokeKey | Deposit
    | Withdraw | PlaceAsk | PlaceBid | AmendBid | AmendAsk | CancelBid | CancelAsk | CancelAllBids
    | CancelAllAsks | SetMarketState | StartLease | MeterLease | AdvanceTime | DefineProgramme | RelateGroups
    | ReleaseLease | CancelLease | ContestPeriod | RuleContest
    | o.BlockAccount | o.UnblockAccount | o.CancelOrders | o.EvictOrders | o.EvictOrdersBefore | o.SetBand
    | o.PauseProgramme | Propose | ProposeBefore | o.ConfirmProposal | o.RejectProposal
)  # fmt: skip
