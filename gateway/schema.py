"""The wire as types: what clients may send, and what they get.

Requests refuse fields they do not know; readers of answers must ignore those they do not know. Whatever counts is a
string: decimals without sign or exponent, instants in RFC 3339 UTC ("now" where a start is meant), durations in
ISO 8601, ids such as "bid-12". Here stands only shape; `intake` reads the strings, the market judges them. No string
holds a control character but tabs and line breaks: `decode` sees to that, and the documents say it by a pattern.
"""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Raw, Struct

from exchange.language import limits
from gateway.signing import NONCE_PATTERN, PUBLIC_KEY_PATTERN, SIGNATURE_PATTERN


def _written(pattern: str, *examples: str) -> Meta:
    """How a string is written, for the documents alone: what is refused, and by which name, `intake` decides."""
    return Meta(extra_json_schema={"pattern": f"^{pattern}$", "examples": list(examples)})


CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f"  # within a class of a regular expression


def _free(*, max_length: int, min_length: int | None = None) -> Meta:
    """A text of such a length, in which anything may stand but control characters."""
    pattern = {"pattern": f"^[^{CONTROLS}]*$"}
    return Meta(min_length=min_length, max_length=max_length, extra_json_schema=pattern)


def one_of(*values: str) -> Meta:
    """For the documents alone: of requests the market refuses others, and in answers clients may meet new ones."""
    return Meta(extra_json_schema={"enum": list(values)})


_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_INSTANT = rf"{_DATE}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.0{{1,9}})?Z"
_TIME = r"T([0-9]{1,6}H([0-9]{1,7}M)?([0-9]{1,9}S)?|[0-9]{1,7}M([0-9]{1,9}S)?|[0-9]{1,9}S)"

Decimal = Annotated[str, _written(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", "15.20", "8")]
Instant = Annotated[str, _written(_INSTANT, "2026-12-01T00:00:00Z")]
Start = Annotated[str, _written(f"(now|{_INSTANT})", "now", "2026-12-01T00:00:00Z")]
Duration = Annotated[
    str,
    _written(rf"P([0-9]{{1,5}}W([0-9]{{1,5}}D)?({_TIME})?|[0-9]{{1,5}}D({_TIME})?|{_TIME})", "P1D", "PT6H"),
]
PublicId = Annotated[str, _written(r"[a-z]+-[1-9][0-9]{0,17}(-[0-9]{1,6})?", "bid-12", "lease-31")]
Json = Annotated[Raw, Meta(extra_json_schema={"type": "object"})]

Slug = Annotated[str, _free(min_length=1, max_length=limits.SLUG_MAX_CHARS)]
SLUG_PATTERN = r"^[a-z0-9][a-z0-9-]*$(?!\n)"
NewSlug = Annotated[str, Meta(pattern=SLUG_PATTERN, max_length=limits.SLUG_MAX_CHARS)]
CLIENT_ORDER_ID_PATTERN = rf"^[A-Za-z0-9_-]{{1,{limits.CLIENT_ORDER_ID_MAX_CHARS}}}$(?!\n)"
ClientOrderId = Annotated[str, Meta(pattern=CLIENT_ORDER_ID_PATTERN)]
Text = Annotated[str, _free(max_length=limits.TEXT_MAX_CHARS)]
Words = Annotated[str, _free(min_length=1, max_length=limits.TEXT_MAX_CHARS)]
MaybeSlug = Annotated[str, _free(max_length=limits.SLUG_MAX_CHARS)]  # empty: none
Tags = Annotated[tuple[Slug, ...], Meta(max_length=limits.TAGS_MAX)]
Programmes = Annotated[tuple[Slug, ...], Meta(max_length=limits.PROGRAMMES_MAX)]
Several = Annotated[tuple[Slug, ...], Meta(min_length=1, max_length=limits.ALTERNATIVES_MAX)]
Limit = Annotated[int, Meta(ge=1, le=limits.LIST_MAX_ITEMS)]
Depth = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, _free(max_length=40)]
RequestId = int | Annotated[str, _free(max_length=64)]

TimeInForce = Annotated[Slug, one_of("gtc", "gtd", "ioc", "fok")]
SelfTrade = Annotated[Slug, one_of("cancel_taker", "cancel_maker", "cancel_both", "skip")]
OrderState = Literal["resting", "filled", "canceled", "expired"]
LeaseState = Literal["scheduled", "running", "ended", "defaulted", "released", "cancelled"]
MarketState = Literal["open", "post_only", "cancel_only", "halted"]
OrderStateOut = Annotated[str, one_of(*get_args(OrderState))]
LeaseStateOut = Annotated[str, one_of(*get_args(LeaseState))]
MarketStateOut = Annotated[str, one_of(*get_args(MarketState))]
Role = Literal["buyer", "provider", "operator"]
Scope = Literal["read", "trade", "provide", "operate"]


# ---------------------------------------------------------------------------------------------------- requests


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The base of everything that a client sends."""


class AlternativeBody(Body, frozen=True, kw_only=True):
    region: Slug
    chip: Slug
    duration: Duration
    earliest_start: Start
    latest_start: Instant
    price: Decimal
    quantity: Decimal | None = None


class RequireBody(Body, frozen=True, kw_only=True):
    """What an ask must state to be taken; what it does not state, it does not meet."""

    tags: Tags = ()
    pue_at_most: Decimal | None = None
    green_share_at_least: Decimal | None = None
    domestic: bool = False


class BidBody(Body, frozen=True, kw_only=True):
    """A bid: either `alternatives`, or the short form from `regions` to `price_per_du`, never both.

    The short form stands for regions × chips in the order given, with `price` or `price_per_du` for all. `vouchers` are
    programmes to try, in order, or "auto" for whichever pays most; `use` is what the compute is for, where a programme
    asks.
    """

    client_order_id: ClientOrderId
    quantity: Decimal
    min_quantity: Decimal | None = None
    alternatives: Annotated[tuple[AlternativeBody, ...], Meta(max_length=limits.ALTERNATIVES_MAX)] | None = None
    regions: Several | None = None
    chips: Several | None = None
    duration: Duration | None = None
    earliest_start: Start | None = None
    latest_start: Instant | None = None
    price: Decimal | None = None
    price_per_du: Decimal | None = None
    time_in_force: TimeInForce = "gtc"
    expires_at: Instant | None = None
    post_only: bool = False
    max_take_or_pay: Decimal = "1"
    vouchers: Literal["auto"] | Programmes = "auto"
    use: MaybeSlug = ""
    self_trade: SelfTrade = "cancel_taker"
    require: RequireBody | None = None


class AskBody(Body, frozen=True, kw_only=True):
    """An ask; with `lease_id` it resells a part of a lease that the account has bought. `fok` is as `ioc` here."""

    client_order_id: ClientOrderId
    region: Slug
    chip: Slug
    quantity: Decimal
    start: Start
    end: Instant
    price: Decimal
    lot: Decimal = "1"
    min_duration: Duration = "PT1H"
    take_or_pay: Decimal = "1"
    time_in_force: TimeInForce = "gtc"
    expires_at: Instant | None = None
    post_only: bool = False
    self_trade: SelfTrade = "cancel_taker"
    lease_id: PublicId | None = None
    site: MaybeSlug = ""
    tags: Tags = ()
    pue: Decimal | None = None
    green_share: Decimal | None = None


class BidRef(Body, frozen=True, kw_only=True):
    bid_id: PublicId


class AskRef(Body, frozen=True, kw_only=True):
    ask_id: PublicId


class CancelAllBody(Body, frozen=True, kw_only=True):
    """Every open order, or those of a region, of a chip, or of both."""

    region: Slug | None = None
    chip: Slug | None = None


class Page(Body, frozen=True, kw_only=True):
    """A stretch of a list, newest first; `cursor` is what the stretch before it ended with."""

    cursor: Cursor | None = None
    limit: Limit = 100


class OrderPage(Page, frozen=True, kw_only=True):
    state: OrderState | None = None


class LeasePage(Page, frozen=True, kw_only=True):
    state: LeaseState | None = None


class BookQuery(Body, frozen=True, kw_only=True):
    tenor: Duration
    depth: Depth = 20


class NoParams(Body, frozen=True, kw_only=True):
    """What takes nothing."""


class StartBody(Body, frozen=True, kw_only=True):
    """`access` is a JSON object of up to 4 KiB, for the buyer alone."""

    access: Json


class StartParams(StartBody, frozen=True, kw_only=True):
    lease_id: PublicId


class MeterBody(Body, frozen=True, kw_only=True):
    """Running totals in chip-hours since the lease's start, through an instant."""

    through: Instant
    delivered: Decimal
    used: Decimal


class MeterParams(MeterBody, frozen=True, kw_only=True):
    lease_id: PublicId


class AccountBody(Body, frozen=True, kw_only=True):
    """A new account; its owner group is its own name unless another is given."""

    account_id: NewSlug
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=3)]
    owner_group: NewSlug | None = None
    tags: Tags = ()
    place: MaybeSlug = ""


class KeyBody(Body, frozen=True, kw_only=True):
    """A new key; `addresses` are the IP addresses or networks it may be used from, all when empty.

    With `public_key`, of Ed25519 in URL-safe base64, it is one that requests are signed by; without, a bearer's.
    """

    account_id: Slug
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=4)]
    public_key: Annotated[str, Meta(pattern=rf"^{PUBLIC_KEY_PATTERN}$(?!\n)")] | None = None
    expires_at: Instant | None = None
    addresses: Annotated[tuple[Annotated[str, _free(max_length=50)], ...], Meta(max_length=16)] = ()


class MoneyBody(Body, frozen=True, kw_only=True):
    account_id: Slug
    amount: Decimal
    reference: Text = ""


class OwnDepositBody(Body, frozen=True, kw_only=True):
    amount: Decimal
    reference: Text = ""


class ClockBody(Body, frozen=True, kw_only=True):
    advance: Duration


class LoginParams(Body, frozen=True, kw_only=True):
    """A bearer's `key`, or all that is said of a signed request, as if the stream were opened by it once more."""

    key: Annotated[str, _free(max_length=200)] | None = None
    key_id: Annotated[str, _free(max_length=64)] | None = None
    time: int | None = None  # milliseconds since 1970
    nonce: Annotated[str, Meta(pattern=rf"^{NONCE_PATTERN}$(?!\n)")] | None = None
    signature: Annotated[str, Meta(pattern=rf"^{SIGNATURE_PATTERN}$(?!\n)")] | None = None


class SubscribeParams(Body, frozen=True, kw_only=True):
    """Channels to open; `from_seq` has `account` told again what came after it, however long ago that is."""

    channels: Annotated[tuple[Annotated[str, _free(max_length=120)], ...], Meta(min_length=1, max_length=16)]
    from_seq: int | None = None


class UnsubscribeParams(Body, frozen=True, kw_only=True):
    channels: Annotated[tuple[Annotated[str, _free(max_length=120)], ...], Meta(min_length=1, max_length=16)]


class CancelOnDisconnectParams(Body, frozen=True, kw_only=True):
    """Whether all open orders of the account are canceled when the socket goes, other than by a logout."""

    enabled: bool = True


class DeadManParams(Body, frozen=True, kw_only=True):
    """All open orders of the account are canceled so many seconds after the last of these; 0 is never."""

    seconds: Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": limits.DEAD_MAN_MAX_S})]


class Frame(Body, frozen=True, kw_only=True):
    """One request on the stream."""

    id: RequestId
    op: Annotated[str, _free(max_length=64)]
    params: Raw = Raw(b"{}")


# ----------------------------------------------------------------------------------------------------- answers


class Problem(Struct, frozen=True, kw_only=True):
    """Why not. `outcome` is "rejected", or "unknown" when it may have been done all the same.

    `retry_after_ms` is how long to wait before what is retryable is sent again.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    param: str | None
    request_id: str
    retryable: bool
    outcome: Annotated[str, one_of("rejected", "unknown")]
    retry_after_ms: int | None = None


class AlternativeOut(Struct, frozen=True, kw_only=True, omit_defaults=True):
    region: str
    chip: str
    duration: Duration
    earliest_start: Start
    latest_start: Instant
    price: Decimal
    quantity: Decimal | None = None


class Require(Struct, frozen=True, kw_only=True, omit_defaults=True):
    tags: tuple[str, ...] = ()
    pue_at_most: Decimal | None = None
    green_share_at_least: Decimal | None = None
    domestic: bool = False


class Bid(Struct, frozen=True, kw_only=True):
    bid_id: PublicId
    client_order_id: str
    account_id: str
    state: OrderStateOut
    reason: str
    quantity: Decimal
    leaves: Decimal
    filled: Decimal
    canceled: Decimal
    min_quantity: Decimal | None
    time_in_force: TimeInForce
    expires_at: Instant | None
    post_only: bool
    max_take_or_pay: Decimal
    vouchers: str | tuple[str, ...]
    use: str
    self_trade: SelfTrade
    require: Require | None
    alternatives: tuple[AlternativeOut, ...]
    open_alternatives: tuple[int, ...]  # places in `alternatives` that can still start
    held: Decimal
    created_at: Instant
    seq: int


class Free(Struct, frozen=True, kw_only=True):
    start: Instant
    end: Instant
    chips: Decimal


class Ask(Struct, frozen=True, kw_only=True):
    ask_id: PublicId
    lease_id: PublicId | None  # the lease that a resale is out of
    client_order_id: str
    account_id: str
    state: OrderStateOut
    reason: str
    quantity: Decimal
    leaves: Decimal
    filled: Decimal
    canceled: Decimal
    time_in_force: TimeInForce
    expires_at: Instant | None
    post_only: bool
    self_trade: SelfTrade
    region: str
    chip: str
    site: str
    tags: tuple[str, ...]
    pue: Decimal | None
    green_share: Decimal | None
    start: Instant
    end: Instant
    price: Decimal
    lot: Decimal
    min_duration: Duration
    take_or_pay: Decimal
    bond: Decimal
    free: tuple[Free, ...]
    created_at: Instant
    seq: int
