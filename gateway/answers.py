"""The wire as types, continued: what single calls answer, made of the nouns in `schema`.

`seq` is the place in the journal of the command that the answer is about. On the stream it stands in the reply's head
and not in the result, so it has a default and is left out there.
"""

from typing import Annotated, Literal, get_args

from msgspec import Raw, Struct

from gateway.schema import (
    Ask,
    Bid,
    Decimal,
    Duration,
    Instant,
    Json,
    MarketState,
    MarketStateOut,
    Problem,
    PublicId,
    RequestId,
    one_of,
)
from gateway.schema_money import Account, Lease


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The base of answers to a change: REST says `seq`, the stream says it in the reply."""

    seq: int = 0


class BidAnswer(Answer, frozen=True, kw_only=True):
    """A bid as it stood after its own command, with the leases that it then got."""

    bid: Bid
    leases: tuple[Lease, ...]


class AskAnswer(Answer, frozen=True, kw_only=True):
    """An ask as it stood after its own command, with the leases that it then got."""

    ask: Ask
    leases: tuple[Lease, ...]


class BidAmended(Answer, frozen=True, kw_only=True):
    """An amended bid, whether it kept its place in the queue, and the leases that it got by the amendment."""

    bid: Bid
    kept_priority: bool
    leases: tuple[Lease, ...]


class AskAmended(Answer, frozen=True, kw_only=True):
    """An amended ask, whether it kept its place in the queue, and the leases that it got by the amendment."""

    ask: Ask
    kept_priority: bool
    leases: tuple[Lease, ...]


class BidCanceled(Answer, frozen=True, kw_only=True):
    bid: Bid


class AskCanceled(Answer, frozen=True, kw_only=True):
    ask: Ask


class CanceledAll(Answer, frozen=True, kw_only=True):
    """Every order that the request named is canceled."""


class LeaseAnswer(Answer, frozen=True, kw_only=True):
    lease: Lease


class AccountAnswer(Answer, frozen=True, kw_only=True):
    account: Account


class ClockAdvanced(Answer, frozen=True, kw_only=True):
    now: Instant


class Access(Struct, frozen=True, kw_only=True):
    """What the provider handed over, for who uses the chips now, alone."""

    lease_id: PublicId
    given_at: Instant
    access: Json


class Bids(Struct, frozen=True, kw_only=True):
    items: tuple[Bid, ...]
    cursor: str | None


class Asks(Struct, frozen=True, kw_only=True):
    items: tuple[Ask, ...]
    cursor: str | None


class Leases(Struct, frozen=True, kw_only=True):
    items: tuple[Lease, ...]
    cursor: str | None


class Key(Struct, frozen=True, kw_only=True):
    key_id: str
    account_id: str
    scopes: tuple[str, ...]
    expires_at: Instant | None
    addresses: tuple[str, ...]
    revoked: bool
    kind: Literal["bearer", "signed"]
    public_key: str | None  # of a signed key, in URL-safe base64


class Keys(Struct, frozen=True, kw_only=True):
    items: tuple[Key, ...]
    cursor: str | None


# ------------------------------------------------------------------------------------------------------ public


class Time(Struct, frozen=True, kw_only=True):
    now: Instant


class Brake(Struct, frozen=True, kw_only=True):
    """What is not open, and why; null stands for every region or chip type."""

    region: str | None
    chip: str | None
    state: MarketStateOut
    reason: str


class Status(Struct, frozen=True, kw_only=True):
    """`state` is the whole venue's, or "stopped" when it takes no more commands; `brakes` tells of its parts, too."""

    state: Annotated[str, one_of(*get_args(MarketState), "stopped")]
    brakes: tuple[Brake, ...]
    sandbox: bool
    seq: int
    now: Instant


class Region(Struct, frozen=True, kw_only=True):
    region: str
    name_en: str
    name_zh: str
    kind: str
    hub: str


class Chip(Struct, frozen=True, kw_only=True):
    """`du_rate` is 度 per chip-hour, null when nobody has published the chip's peak."""

    chip: str
    vendor: str
    model: str
    du_rate: Decimal | None
    memory_gb: int | None
    per_node: int | None
    domestic: bool


class RulesOut(Struct, frozen=True, kw_only=True):
    """The market rules: fees, rates and shares as decimals of one."""

    step: Duration
    tick: Decimal
    buyer_fee: Decimal
    provider_fee: Decimal
    bond_rate: Decimal
    bond_window: Duration
    start_grace: Duration
    period: Duration
    close_grace: Duration
    allowance: Decimal
    penalty_rate: Decimal
    silent_periods: int
    band: Decimal  # share of the reference price that an order's may be away from it; 0: any
    band_trades: int  # trades that the reference price is the average of
    contest: Duration  # after a period has closed, for the buyer to contest it


class Catalog(Struct, frozen=True, kw_only=True):
    regions: tuple[Region, ...]
    chips: tuple[Chip, ...]
    tenors: tuple[Duration, ...]
    rules: RulesOut | None


Rung = tuple[Decimal, Decimal, int]  # price, chips, orders


class TenorSummary(Struct, frozen=True, kw_only=True):
    tenor: Duration
    best_ask: Rung | None
    best_bid: Rung | None
    best_ask_per_du: Decimal | None
    best_bid_per_du: Decimal | None


class Trade(Struct, frozen=True, kw_only=True):
    trade_id: PublicId
    seq: int
    at: Instant
    region: str
    chip: str
    price: Decimal
    price_per_du: Decimal | None
    quantity: Decimal
    start: Instant
    end: Instant
    taker: Annotated[str, one_of("bid", "ask")]


class MarketSummary(Struct, frozen=True, kw_only=True):
    """`state` is what holds in this market: the strictest of its own, its region's, its chip type's, the venue's."""

    region: str
    chip: str
    state: MarketStateOut
    du_rate: Decimal | None
    seq: int
    tenors: tuple[TenorSummary, ...]
    last_trade: Trade | None


class Markets(Struct, frozen=True, kw_only=True):
    items: tuple[MarketSummary, ...]
    cursor: str | None


class Trades(Struct, frozen=True, kw_only=True):
    items: tuple[Trade, ...]
    cursor: str | None


class Candle(Struct, frozen=True, kw_only=True):
    """What traded in one interval, in CNY per chip-hour; `volume` is chip-hours."""

    start: Instant
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    trades: int


class Candles(Struct, frozen=True, kw_only=True):
    """The candles of one tenor, oldest first; an interval without trades has none."""

    region: str
    chip: str
    tenor: Duration
    interval: Duration
    du_rate: Decimal | None
    items: tuple[Candle, ...]
    cursor: str | None


class Grade(Struct, frozen=True, kw_only=True):
    """What a grade of chips traded at in the last day in which it did; `du_from` is its least 度 per chip-hour."""

    grade: str
    du_from: Decimal
    price_per_du: Decimal | None
    volume_du: Decimal
    since: Instant | None
    until: Instant | None


class Index(Struct, frozen=True, kw_only=True):
    items: tuple[Grade, ...]
    cursor: str | None


class Book(Struct, frozen=True, kw_only=True):
    """One tenor's depth, best first. The prices per 度 are those of the best levels.

    `checksum` is the CRC32 of `price:chips:orders` of the ten best asks and then the ten best bids, joined by "|".
    """

    region: str
    chip: str
    tenor: Duration
    seq: int
    asks: tuple[Rung, ...]
    bids: tuple[Rung, ...]
    du_rate: Decimal | None
    best_ask_per_du: Decimal | None
    best_bid_per_du: Decimal | None
    checksum: int


class Health(Struct, frozen=True, kw_only=True):
    status: str


# ------------------------------------------------------------------------------------------------------ stream


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """To one request, by its `id`; null answers a frame in which no id could be read."""

    id: RequestId | None
    ok: bool
    seq: int = 0
    result: Raw | None = None
    error: Problem | None = None


class Push(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """News on a channel. `prev_seq` is the seq of the news before on this channel, 0 when there is none.

    All that one command has an account be told has one `seq`, and all but the last of it say that there is `more`.
    """

    channel: str
    seq: int
    prev_seq: int
    type: str
    at: Instant
    data: Raw
    more: bool = False


class BookLevels(Struct, frozen=True, kw_only=True):
    """All levels of a book, best first, or those that have changed, in no order, with "0" chips for a level gone.

    `checksum` is that of the book as it then is; see `Book`.
    """

    asks: tuple[Rung, ...]
    bids: tuple[Rung, ...]
    checksum: int


class NewTrades(Struct, frozen=True, kw_only=True):
    """Trades of one market, oldest first."""

    items: tuple[Trade, ...]


class Brakes(Struct, frozen=True, kw_only=True):
    """The venue's state, and all that operators have not left open."""

    state: MarketStateOut
    brakes: tuple[Brake, ...]


class Pong(Struct, frozen=True, kw_only=True):
    now: Instant


class LoggedIn(Struct, frozen=True, kw_only=True):
    account_id: str
    key_id: str
    scopes: tuple[str, ...]


class LoggedOut(Struct, frozen=True, kw_only=True):
    """Nobody is logged in, and no private channel is open."""


class Subscribed(Struct, frozen=True, kw_only=True):
    """The channels that are open now. `seq` is where the market stood: news begin after it."""

    channels: tuple[str, ...]
    seq: int
