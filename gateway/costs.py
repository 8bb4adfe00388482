"""What every call costs: of which bucket, how many units, and what more a larger one costs. One table, as `RIGHTS`.

A request may be larger by what it asks, which is charged before it is carried out, and by what there is to show, which
is charged when that is found and before it is written: that takes much longer.

Reading, trading and canceling have buckets of their own, so that whoever has traded or read too much can still take
back what is open. What has no cost is never refused for being too much: brakes, keys to be revoked, a sandbox's
clock, and what watches the server itself. Who has no right to it pays for a read.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from gateway.auth import OPERATE, RIGHTS

READ: Final = "read"
TRADE: Final = "trade"
CANCEL: Final = "cancel"
ANONYMOUS: Final = "anonymous"  # one to an address: for calls without a key, whichever bucket they would be of

BAD_REQUEST: Final = 1  # of the address's bucket for what is nobody's, of the account's for what it has no right to
BAD_KEY: Final = 5  # as above
HEAVY: Final = 5  # a read of so many units waits while the market is behind


class Cost(NamedTuple):
    """`units` for any, and what `more` tells people about: those that `extra` counts in what was sent, and those that
    `shown` counts in what was found.
    """

    bucket: str
    units: int = 1
    extra: Callable[[Any], int] | None = None
    more: str = ""
    shown: Callable[[Any], int] | None = None


def _longer(params: Any) -> int:
    return int(params.limit) // 100


def _deeper(params: Any) -> int:
    return int(params.depth) // 50


def _wider(params: Any) -> int:
    """Alternatives, or those that the short form stands for."""
    if params.alternatives is not None:
        return len(params.alternatives) // 8
    return len(params.regions or ()) * len(params.chips or ()) // 8


def _alternatives(bids: Any) -> int:
    return sum(len(bid.alternatives) for bid in bids) // 100


def _free(asks: Any) -> int:
    return sum(len(ask.free) for ask in asks) // 50


def _shapes(leases: Any) -> int:
    return sum(len(lease.shape) + len(lease.parts) for lease in leases) // 50


def _periods(lease: Any) -> int:
    return len(lease.periods) // 50


def _moved(statement: Any) -> int:
    return (len(statement.items) + len(statement.lease.periods)) // 50


_ONE: Final = Cost(READ)
_LIST: Final = Cost(READ, 1, _longer, "1 for each 100 of limit")
_BIDS: Final = Cost(READ, 1, _longer, f"{_LIST.more}, 1 for each 100 alternatives shown", _alternatives)
_ASKS: Final = Cost(READ, 1, _longer, f"{_LIST.more}, 1 for each 50 free windows shown", _free)
_LEASES: Final = Cost(READ, 1, _longer, f"{_LIST.more}, 1 for each 50 windows and parts shown", _shapes)
_LEASE: Final = Cost(READ, 1, None, "1 for each 50 periods shown", _periods)
_STATEMENT: Final = Cost(READ, 10, None, "1 for each 50 periods and transfers shown", _moved)
_BID: Final = Cost(TRADE, 1, _wider, "1 for each 8 alternatives")
_QUOTE: Final = Cost(READ, 10, _wider, "1 for each 8 alternatives")
_ORDER: Final = Cost(TRADE)
_CANCEL: Final = Cost(CANCEL)
_CANCEL_ALL: Final = Cost(CANCEL, 10)  # of as many orders as there are
_WHOLE_MARKET: Final = Cost(READ, 5)
_REPORT: Final = Cost(READ, 10)

COSTS: Final[dict[str, Cost | None]] = {
    "GET /healthz": None,
    "GET /readyz": None,
    "GET /openapi.json": _ONE,
    "GET /asyncapi.json": _ONE,
    "GET /docs": _ONE,
    "GET /docs/{page}": _ONE,
    "GET /llms.txt": _ONE,
    "GET /metrics": _REPORT,
    "GET /": _ONE,
    "GET /console": None,  # the brakes are behind it
    "GET /console/{file}": None,
    "GET /v1/time": _ONE,
    "GET /v1/status": _ONE,
    "GET /v1/catalog": _ONE,
    "GET /v1/markets": _WHOLE_MARKET,
    "GET /v1/markets/{region}/{chip}": _ONE,
    "GET /v1/markets/{region}/{chip}/book": Cost(READ, 1, _deeper, "1 for each 50 of depth"),
    "GET /v1/markets/{region}/{chip}/trades": _LIST,
    "GET /v1/markets/{region}/{chip}/candles": Cost(READ, 2),
    "GET /v1/index": _ONE,
    "GET /v1/programmes": _ONE,
    "GET /v1/kpis": _WHOLE_MARKET,
    "GET /v1/stream": Cost(READ, 2),
    "POST /v1/quotes": _QUOTE,
    "POST /v1/bids": _BID,
    "GET /v1/bids": _BIDS,
    "GET /v1/bids/{bid_id}": _ONE,
    "GET /v1/bids/{bid_id}/explain": _REPORT,
    "PATCH /v1/bids/{bid_id}": _ORDER,
    "DELETE /v1/bids/{bid_id}": _CANCEL,
    "DELETE /v1/bids": _CANCEL_ALL,
    "POST /v1/asks": _ORDER,
    "GET /v1/asks": _ASKS,
    "GET /v1/asks/{ask_id}": _ONE,
    "PATCH /v1/asks/{ask_id}": _ORDER,
    "DELETE /v1/asks/{ask_id}": _CANCEL,
    "DELETE /v1/asks": _CANCEL_ALL,
    "GET /v1/orders/by-client-id/{client_order_id}": _ONE,
    "GET /v1/leases": _LEASES,
    "GET /v1/leases/{lease_id}": _LEASE,
    "GET /v1/leases/{lease_id}/statement": _STATEMENT,
    "GET /v1/leases/{lease_id}/access": _ONE,
    "POST /v1/leases/{lease_id}/start": _ORDER,
    "POST /v1/leases/{lease_id}/meter": _ORDER,
    "POST /v1/leases/{lease_id}/release": Cost(TRADE, 2),
    "POST /v1/leases/{lease_id}/contest": Cost(TRADE, 2),
    "GET /v1/account": _ONE,
    "GET /v1/account/transfers": _LIST,
    "GET /v1/account/vouchers": _ONE,
    "GET /v1/account/keys": _ONE,
    "GET /v1/account/limits": _ONE,
    "POST /v1/operator/accounts": _ORDER,
    "POST /v1/operator/keys": _ORDER,
    "DELETE /v1/operator/keys/{key_id}": None,
    "POST /v1/operator/deposits": _ORDER,
    "POST /v1/operator/withdrawals": _ORDER,
    "POST /v1/operator/programmes": _ORDER,
    "POST /v1/operator/relations": _ORDER,
    "POST /v1/operator/leases/{lease_id}/cancel": _CANCEL,
    "GET /v1/operator/contests": _LIST,
    "POST /v1/operator/contests/{contest_id}/ruling": _ORDER,
    "GET /v1/operator/alerts": _LIST,
    "GET /v1/operator/sessions": _WHOLE_MARKET,
    "POST /v1/operator/markets/{region}/{chip}/state": None,
    "POST /v1/operator/halt": None,
    "POST /v1/operator/markets/{region}/{chip}/band": None,
    "POST /v1/operator/accounts/{account_id}/block": None,
    "POST /v1/operator/accounts/{account_id}/unblock": None,
    "POST /v1/operator/accounts/{account_id}/cancel-orders": None,
    "POST /v1/operator/keys/{key_id}/revoke": None,
    "POST /v1/operator/programmes/{programme}/pause": None,
    "POST /v1/operator/programmes/{programme}/resume": None,
    "GET /v1/operator/brakes": _ONE,
    "GET /v1/operator/proposals": _LIST,
    "POST /v1/operator/proposals/{proposal_id}/confirm": None,
    "POST /v1/operator/proposals/{proposal_id}/reject": None,
    "GET /v1/operator/audit": _LIST,
    "GET /v1/operator/invariants": Cost(READ, 50),
    "GET /v1/operator/accounts": _LIST,
    "GET /v1/operator/accounts/{account_id}": _ONE,
    "GET /v1/operator/accounts/{account_id}/transfers": _LIST,
    "GET /v1/operator/leases": _LEASES,
    "GET /v1/operator/leases/{lease_id}": _LEASE,
    "GET /v1/operator/leases/{lease_id}/statement": _STATEMENT,
    "GET /v1/operator/capacity": _WHOLE_MARKET,
    "GET /v1/operator/capacity/{region}/{chip}": _WHOLE_MARKET,
    "GET /v1/operator/programmes": _WHOLE_MARKET,
    "GET /v1/operator/past/book": Cost(READ, 50),
    "POST /v1/sandbox/clock": None,
    "POST /v1/sandbox/deposits": _ORDER,
    "login": _ONE,
    "logout": _ONE,
    "ping": _ONE,
    "subscribe": _ONE,
    "unsubscribe": _ONE,
    "channel account": _ONE,
    "channel book": Cost(READ, 2),  # it begins with the whole book
    "channel trades": _ONE,
    "channel status": _ONE,
    "ask.place": _ORDER,
    "ask.amend": _ORDER,
    "ask.cancel": _CANCEL,
    "ask.cancel_all": _CANCEL_ALL,
    "ask.list": _ASKS,
    "bid.place": _BID,
    "bid.amend": _ORDER,
    "bid.cancel": _CANCEL,
    "bid.cancel_all": _CANCEL_ALL,
    "bid.quote": _QUOTE,
    "bid.explain": _REPORT,
    "bid.list": _BIDS,
    "lease.start": _ORDER,
    "lease.meter": _ORDER,
    "lease.list": _LEASES,
    "session.cancel_on_disconnect": _CANCEL,
    "session.dead_man": _CANCEL,
}


def can_wait(call: str) -> bool:
    """Whether a call is turned away while the market is behind. Canceling never is, nor what operators do."""
    cost = COSTS[call]
    if cost is None or RIGHTS.get(call) == OPERATE:
        return False
    return cost.bucket == TRADE or (cost.bucket == READ and cost.units >= HEAVY)
