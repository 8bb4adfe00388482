"""Every op of the stream on one page, and the call behind it. `auth.RIGHTS` says who may."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from msgspec import Struct

from gateway import requests, schema
from gateway.calls import asks, bids, leases, sessions
from gateway.desk import Call


class Op(NamedTuple):
    """An op that asks the market: it may wait while others of its socket go on."""

    call: Callable[[Call[Any]], Awaitable[Struct]]
    takes: type[Struct]


OPS: Final = {
    "ask.place": Op(asks.place, schema.AskBody),
    "ask.amend": Op(asks.amend, requests.AskAmendParams),
    "ask.cancel": Op(asks.cancel, schema.AskRef),
    "ask.cancel_all": Op(asks.cancel_all, schema.CancelAllBody),
    "ask.list": Op(asks.listing, schema.OrderPage),
    "bid.place": Op(bids.place, schema.BidBody),
    "bid.amend": Op(bids.amend, requests.BidAmendParams),
    "bid.cancel": Op(bids.cancel, schema.BidRef),
    "bid.cancel_all": Op(bids.cancel_all, schema.CancelAllBody),
    "bid.quote": Op(bids.quote, requests.QuoteBody),
    "bid.explain": Op(bids.explain, schema.BidRef),
    "bid.list": Op(bids.listing, schema.OrderPage),
    "lease.start": Op(leases.start, schema.StartParams),
    "lease.meter": Op(leases.meter, schema.MeterParams),
    "lease.list": Op(leases.listing, schema.LeasePage),
    "session.cancel_on_disconnect": Op(sessions.cancel_on_disconnect, schema.CancelOnDisconnectParams),
    "session.dead_man": Op(sessions.dead_man, schema.DeadManParams),
}
