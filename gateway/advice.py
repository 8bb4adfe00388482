"""The wire as types, continued: what a bid would get, and why one does not get it. Nothing in here has happened."""

from msgspec import Struct

from gateway.schema import AlternativeOut, Decimal, Instant, MarketStateOut, OrderStateOut, PublicId


class Fails(Struct, frozen=True, kw_only=True):
    """How many asks fail each test, every one counted at the first that it fails; the tests are in this order."""

    price: int  # dearer than the limit
    duration: int  # leased for no shorter than that, or not free for so long at a time
    start: int  # free for so long, but not from a start in the range
    quantity: int  # fewer chips than the smallest lease worth having
    lot: int  # enough chips, but not in lots that the bid can use
    take_or_pay: int
    require: int
    owner: int  # of the bid's own owner group
    market: int  # would serve, if only the market were open


class Hurdles(Struct, frozen=True, kw_only=True):
    """One alternative against the asks of its market; `fits` would serve now.

    Of very many asks only so many are `examined`, the cheapest first; `complete` says that none was left out.
    """

    alternative: int
    region: str
    chip: str
    state: MarketStateOut
    asks: int
    examined: int
    complete: bool
    fails: Fails
    fits: int


class Change(Struct, frozen=True, kw_only=True):
    """One field of the bid with another value, by which all of it would be filled at once; null drops the field.

    `extra` is what that costs beyond the bid's own limits, `total` all of it, both with the fee and before subsidies.
    """

    kind: str
    field: str
    value: str | bool | tuple[str, ...] | None
    detail: str
    extra: Decimal
    total: Decimal
    covered: bool  # whether the account can pay for it


class Explanation(Struct, frozen=True, kw_only=True):
    """Why a bid is not filled. `changes` is in order of `extra`, the cheapest first, empty when no single one does.

    `searched` is false when the search for them ended at its bounds. `bid_id` is null in a quote.
    """

    seq: int
    at: Instant
    bid_id: PublicId | None
    leaves: Decimal
    alternatives: tuple[Hurdles, ...]
    changes: tuple[Change, ...]
    searched: bool


class QuotedLease(Struct, frozen=True, kw_only=True):
    alternative: int
    region: str
    chip: str
    site: str
    quantity: Decimal
    start: Instant
    end: Instant
    price: Decimal
    price_per_du: Decimal | None
    cost: Decimal
    buyer_fee: Decimal
    programme: str | None
    subsidy: Decimal
    subsidy_bound: str  # what the subsidy is limited by: rate, contract, year, total or pool; empty without one
    take_or_pay: Decimal


class Subsidy(Struct, frozen=True, kw_only=True):
    programme: str
    amount: Decimal


class Quote(Struct, frozen=True, kw_only=True):
    """What a bid would do if it came now; `alternatives` are those that the short form stands for.

    `total` is cost and fee less subsidies; `held` is for what would rest; `needed` must be available for the bid to be
    taken, and `covered` says that it is. `rest` explains what would be `missing`.
    """

    seq: int
    at: Instant
    state: OrderStateOut
    reason: str
    alternatives: tuple[AlternativeOut, ...]
    quantity: Decimal
    filled: Decimal
    missing: Decimal
    leases: tuple[QuotedLease, ...]
    cost: Decimal
    buyer_fee: Decimal
    subsidies: tuple[Subsidy, ...]
    total: Decimal
    held: Decimal
    needed: Decimal
    available: Decimal
    covered: bool
    rest: Explanation | None
