"""The wire as types, continued: what is asked of orders that are there, of markets, and of operators' brakes."""

from typing import Annotated

from msgspec import Meta

from exchange.language import limits
from gateway.schema import BidBody, Body, ClientOrderId, Decimal, Duration, Limit, MarketState, PublicId, Slug, Words


class QuoteBody(BidBody, frozen=True, kw_only=True):
    """A bid that is only asked about, so it needs no id."""

    client_order_id: ClientOrderId = "quote"


class BidAmendBody(Body, frozen=True, kw_only=True):
    """Other numbers for an open bid: `price` is the limit of all its alternatives, `prices` has one for each."""

    quantity: Decimal | None = None
    price: Decimal | None = None
    prices: Annotated[tuple[Decimal, ...], Meta(min_length=1, max_length=limits.ALTERNATIVES_MAX)] | None = None


class BidAmendParams(BidAmendBody, frozen=True, kw_only=True):
    bid_id: PublicId


class AskAmendBody(Body, frozen=True, kw_only=True):
    """Other numbers for an open ask; the quantity counts what is leased already."""

    quantity: Decimal | None = None
    price: Decimal | None = None


class AskAmendParams(AskAmendBody, frozen=True, kw_only=True):
    ask_id: PublicId


class CandlesQuery(Body, frozen=True, kw_only=True):
    """The last so many candles of a tenor."""

    tenor: Duration
    interval: Duration
    limit: Limit = 100


class MarketStateBody(Body, frozen=True, kw_only=True):
    """Open or brake one market, and say why. What was closed reopens through "post_only"."""

    state: MarketState
    reason: Words
    preview: bool = False


class HaltBody(Body, frozen=True, kw_only=True):
    """Brake, or reopen, a region, a chip type, one market, or, with neither named, the whole venue."""

    state: MarketState = "halted"
    region: Slug | None = None
    chip: Slug | None = None
    reason: Words
    preview: bool = False
