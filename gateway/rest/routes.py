"""Every route of REST on one page: method, path, the call behind it, what it takes. `auth.RIGHTS` says who may."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from msgspec import Struct

from gateway import params, requests, requests_money, requests_operator, requests_overview, schema
from gateway.calls import (
    accounts,
    asks,
    bids,
    brakes,
    contests,
    leases,
    markets,
    operator,
    orders,
    overview,
    plumbing,
    programmes,
    proposals,
    sandbox,
)
from gateway.desk import Call

BODIED: Final = ("POST", "PATCH")  # the methods that take a body; it is refused of others


class Route(NamedTuple):
    """`takes` is filled from path and body of a POST or PATCH, else from path and query.

    `body` is what of it the body holds, when that is not all. A route that is `keyed` may be sent again with the same
    Idempotency-Key, and gives its first answer again.
    """

    method: str
    path: str
    call: Callable[[Call[Any]], Awaitable[Struct]]
    takes: type[Struct]
    status: int = 200
    body: type[Struct] | None = None
    keyed: bool = False


_MARKET: Final = "/v1/markets/{region}/{chip}"
_LEASE: Final = "/v1/leases/{lease_id}"
_OPERATOR: Final = "/v1/operator"


def _brake(
    path: str,
    call: Callable[[Call[Any]], Awaitable[Struct]],
    takes: type[Struct],
    body: type[Struct] = requests_operator.BrakeBody,
) -> Route:
    """A POST of the operator's whose body says why."""
    return Route("POST", f"{_OPERATOR}/{path}", call, takes, body=body, keyed=True)


ROUTES: Final = (
    # plumbing
    Route("GET", "/healthz", markets.alive, schema.NoParams),
    Route("GET", "/readyz", markets.ready, schema.NoParams),
    Route("GET", "/openapi.json", plumbing.openapi, schema.NoParams),
    Route("GET", "/asyncapi.json", plumbing.asyncapi, schema.NoParams),
    Route("GET", "/docs", plumbing.docs, schema.NoParams),
    Route("GET", "/docs/{page}", plumbing.page, params.PageRef),
    Route("GET", "/llms.txt", plumbing.llms, schema.NoParams),
    Route("GET", "/metrics", plumbing.metrics, schema.NoParams),
    Route("GET", "/", plumbing.front, schema.NoParams),
    Route("GET", "/console", plumbing.console, schema.NoParams),
    Route("GET", "/console/{file}", plumbing.console_file, params.ConsoleRef),
    # public
    Route("GET", "/v1/time", markets.time, schema.NoParams),
    Route("GET", "/v1/status", markets.status, schema.NoParams),
    Route("GET", "/v1/catalog", markets.catalog, schema.NoParams),
    Route("GET", "/v1/markets", markets.listing, schema.NoParams),
    Route("GET", _MARKET, markets.summary, params.MarketRef),
    Route("GET", f"{_MARKET}/book", markets.book, params.BookParams),
    Route("GET", f"{_MARKET}/trades", markets.trades, params.TradesParams),
    Route("GET", f"{_MARKET}/candles", markets.candles, params.CandlesParams),
    Route("GET", "/v1/index", markets.index, schema.NoParams),
    Route("GET", "/v1/programmes", programmes.listing, schema.NoParams),
    Route("GET", "/v1/kpis", programmes.kpis, schema.NoParams),
    # orders
    Route("POST", "/v1/quotes", bids.quote, requests.QuoteBody),
    Route("POST", "/v1/bids", bids.place, schema.BidBody, status=201),
    Route("GET", "/v1/bids", bids.listing, schema.OrderPage),
    Route("DELETE", "/v1/bids", bids.cancel_all, schema.CancelAllBody),
    Route("GET", "/v1/bids/{bid_id}", bids.show, schema.BidRef),
    Route("GET", "/v1/bids/{bid_id}/explain", bids.explain, schema.BidRef),
    Route("PATCH", "/v1/bids/{bid_id}", bids.amend, requests.BidAmendParams, body=requests.BidAmendBody),
    Route("DELETE", "/v1/bids/{bid_id}", bids.cancel, schema.BidRef),
    Route("POST", "/v1/asks", asks.place, schema.AskBody, status=201),
    Route("GET", "/v1/asks", asks.listing, schema.OrderPage),
    Route("DELETE", "/v1/asks", asks.cancel_all, schema.CancelAllBody),
    Route("GET", "/v1/asks/{ask_id}", asks.show, schema.AskRef),
    Route("PATCH", "/v1/asks/{ask_id}", asks.amend, requests.AskAmendParams, body=requests.AskAmendBody),
    Route("DELETE", "/v1/asks/{ask_id}", asks.cancel, schema.AskRef),
    Route("GET", "/v1/orders/by-client-id/{client_order_id}", orders.by_client_id, params.ClientOrderRef),
    # leases
    Route("GET", "/v1/leases", leases.listing, schema.LeasePage),
    Route("GET", _LEASE, leases.show, params.LeaseRef),
    Route("GET", f"{_LEASE}/statement", leases.statement, params.LeaseRef),
    Route("GET", f"{_LEASE}/access", leases.access, params.LeaseRef),
    Route("POST", f"{_LEASE}/start", leases.start, schema.StartParams, body=schema.StartBody, keyed=True),
    Route("POST", f"{_LEASE}/meter", leases.meter, schema.MeterParams, body=schema.MeterBody, keyed=True),
    Route("POST", f"{_LEASE}/release", leases.release, params.LeaseRef, body=schema.NoParams, keyed=True),
    Route(
        "POST",
        f"{_LEASE}/contest",
        contests.contest,
        requests_money.ContestParams,
        status=201,
        body=requests_money.ContestBody,
        keyed=True,
    ),
    # account
    Route("GET", "/v1/account", accounts.show, schema.NoParams),
    Route("GET", "/v1/account/transfers", accounts.transfers, requests_money.TransferPage),
    Route("GET", "/v1/account/vouchers", accounts.vouchers, schema.NoParams),
    Route("GET", "/v1/account/keys", accounts.keys, schema.NoParams),
    Route("GET", "/v1/account/limits", accounts.limits, schema.NoParams),
    # operator
    Route("POST", f"{_OPERATOR}/accounts", operator.open_account, schema.AccountBody, status=201, keyed=True),
    Route("POST", f"{_OPERATOR}/keys", operator.make_key, schema.KeyBody, status=201, keyed=True),
    Route("DELETE", f"{_OPERATOR}/keys/{{key_id}}", operator.revoke_key, params.KeyRef),
    Route("POST", f"{_OPERATOR}/deposits", operator.deposit, schema.MoneyBody, status=201, keyed=True),
    Route("POST", f"{_OPERATOR}/withdrawals", operator.withdraw, schema.MoneyBody, status=201, keyed=True),
    Route("POST", f"{_OPERATOR}/programmes", programmes.define, requests_money.ProgrammeBody, keyed=True),
    Route("POST", f"{_OPERATOR}/relations", programmes.relate, requests_money.RelationBody, keyed=True),
    Route(
        "POST",
        f"{_OPERATOR}/leases/{{lease_id}}/cancel",
        brakes.cancel_lease,
        requests_operator.LeaseBrake,
        body=requests_money.CancelLeaseBody,
        keyed=True,
    ),
    Route("GET", f"{_OPERATOR}/contests", contests.listing, schema.Page),
    Route(
        "POST",
        f"{_OPERATOR}/contests/{{contest_id}}/ruling",
        brakes.rule,
        requests_operator.RulingBrake,
        body=requests_money.RulingBody,
        keyed=True,
    ),
    Route("GET", f"{_OPERATOR}/alerts", operator.alerts, requests_money.FlagPage),
    Route("GET", f"{_OPERATOR}/sessions", operator.sessions, schema.Page),
    Route(
        "POST",
        f"{_OPERATOR}/markets/{{region}}/{{chip}}/state",
        brakes.set_market_state,
        requests_operator.MarketBrake,
        body=requests.MarketStateBody,
        keyed=True,
    ),
    Route("POST", f"{_OPERATOR}/halt", brakes.halt, requests.HaltBody, keyed=True),
    _brake("markets/{region}/{chip}/band", brakes.set_band, requests_operator.BandBrake, requests_operator.BandBody),
    _brake("accounts/{account_id}/block", brakes.block, requests_operator.AccountBrake),
    _brake("accounts/{account_id}/unblock", brakes.unblock, requests_operator.AccountBrake),
    _brake(
        "accounts/{account_id}/cancel-orders",
        brakes.cancel_orders,
        requests_operator.OrdersBrake,
        requests_operator.OrdersBody,
    ),
    _brake("keys/{key_id}/revoke", brakes.revoke_key, requests_operator.KeyBrake),
    _brake("programmes/{programme}/pause", brakes.pause, requests_operator.ProgrammeBrake),
    _brake("programmes/{programme}/resume", brakes.resume, requests_operator.ProgrammeBrake),
    Route("GET", f"{_OPERATOR}/brakes", brakes.listing, schema.NoParams),
    Route("GET", f"{_OPERATOR}/proposals", proposals.listing, requests_operator.ProposalPage),
    _brake(
        "proposals/{proposal_id}/confirm", proposals.confirm, requests_operator.WordParams, requests_operator.WordBody
    ),
    _brake(
        "proposals/{proposal_id}/reject", proposals.reject, requests_operator.WordParams, requests_operator.WordBody
    ),
    Route("GET", f"{_OPERATOR}/audit", proposals.audit, requests_operator.AuditPage),
    Route("GET", f"{_OPERATOR}/invariants", operator.invariants, schema.NoParams),
    # what operators see of all
    Route("GET", f"{_OPERATOR}/accounts", overview.accounts, schema.Page),
    Route("GET", f"{_OPERATOR}/accounts/{{account_id}}", overview.account, params.AccountRef),
    Route("GET", f"{_OPERATOR}/accounts/{{account_id}}/transfers", overview.transfers, params.AccountTransfers),
    Route("GET", f"{_OPERATOR}/leases", overview.leases, requests_overview.AllLeasesPage),
    Route("GET", f"{_OPERATOR}/leases/{{lease_id}}", overview.lease, params.LeaseRef),
    Route("GET", f"{_OPERATOR}/leases/{{lease_id}}/statement", overview.statement, params.LeaseRef),
    Route("GET", f"{_OPERATOR}/capacity", overview.capacity, requests_overview.CapacityPage),
    Route("GET", f"{_OPERATOR}/capacity/{{region}}/{{chip}}", overview.market_capacity, params.MarketCapacity),
    Route("GET", f"{_OPERATOR}/programmes", overview.programme_use, schema.NoParams),
    Route("GET", f"{_OPERATOR}/past/book", overview.past_book, requests_overview.PastBookQuery),
    # sandbox
    Route("POST", "/v1/sandbox/clock", sandbox.advance_clock, schema.ClockBody),
    Route("POST", "/v1/sandbox/deposits", sandbox.deposit, schema.OwnDepositBody, status=201, keyed=True),
)
