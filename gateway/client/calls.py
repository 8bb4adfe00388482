"""Every call of REST as a value: a function each, from its arguments to the request, with the type of its answer.

Those of operators stand in `operator_calls`.
Nothing is sent here: the faces of the client, `rest` and `sync`, have a method of the same name for each.
"""

import msgspec

from gateway import (
    advice,
    answers,
    answers_limits,
    answers_money,
    requests,
    requests_money,
    schema,
    schema_money,
)
from gateway.client import asking
from gateway.client.wire import Query, Request


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What an order was answered with when it was placed: `bid` or `ask` is what it was, the other one is None."""

    leases: tuple[schema_money.Lease, ...]
    seq: int
    bid: schema.Bid | None = None
    ask: schema.Ask | None = None


# ----------------------------------------------------------------------------------------------------------- public


def time() -> Request[answers.Time]:
    return asking.get("/v1/time", answers.Time)


def status() -> Request[answers.Status]:
    return asking.get("/v1/status", answers.Status)


def catalog() -> Request[answers.Catalog]:
    return asking.get("/v1/catalog", answers.Catalog)


def markets() -> Request[answers.Markets]:
    return asking.get("/v1/markets", answers.Markets)


def market(region: str, chip: str) -> Request[answers.MarketSummary]:
    return asking.get(asking.market(region, chip), answers.MarketSummary)


def book(region: str, chip: str, tenor: str, depth: int = 20) -> Request[answers.Book]:
    return asking.get(f"{asking.market(region, chip)}/book", answers.Book, {"tenor": tenor, "depth": depth})


def trades(region: str, chip: str, limit: int = 20) -> Request[answers.Trades]:
    return asking.get(f"{asking.market(region, chip)}/trades", answers.Trades, {"limit": limit})


def candles(region: str, chip: str, tenor: str, interval: str, limit: int = 100) -> Request[answers.Candles]:
    query: Query = {"tenor": tenor, "interval": interval, "limit": limit}
    return asking.get(f"{asking.market(region, chip)}/candles", answers.Candles, query)


def index() -> Request[answers.Index]:
    return asking.get("/v1/index", answers.Index)


def programmes() -> Request[answers_money.Programmes]:
    return asking.get("/v1/programmes", answers_money.Programmes)


def kpis() -> Request[answers_money.Kpis]:
    return asking.get("/v1/kpis", answers_money.Kpis)


# ----------------------------------------------------------------------------------------------------------- orders


def quote(bid: requests.QuoteBody) -> Request[advice.Quote]:
    return Request("POST", "/v1/quotes", advice.Quote, bid, harmless=True)


def place_bid(bid: schema.BidBody) -> Request[answers.BidAnswer]:
    return Request("POST", "/v1/bids", answers.BidAnswer, bid)


def bids(page: schema.OrderPage | None = None) -> Request[answers.Bids]:
    return asking.get("/v1/bids", answers.Bids, asking.query(page))


def bid(bid_id: str) -> Request[schema.Bid]:
    return asking.get(asking.at("bids", bid_id), schema.Bid)


def explain(bid_id: str) -> Request[advice.Explanation]:
    return asking.get(f"{asking.at('bids', bid_id)}/explain", advice.Explanation)


def amend_bid(bid_id: str, amendment: requests.BidAmendBody) -> Request[answers.BidAmended]:
    return Request("PATCH", asking.at("bids", bid_id), answers.BidAmended, amendment)


def cancel_bid(bid_id: str) -> Request[answers.BidCanceled]:
    return Request("DELETE", asking.at("bids", bid_id), answers.BidCanceled)


def cancel_bids(which: schema.CancelAllBody | None = None) -> Request[answers.CanceledAll]:
    return Request("DELETE", "/v1/bids", answers.CanceledAll, query=asking.query(which))


def place_ask(ask: schema.AskBody) -> Request[answers.AskAnswer]:
    return Request("POST", "/v1/asks", answers.AskAnswer, ask)


def asks(page: schema.OrderPage | None = None) -> Request[answers.Asks]:
    return asking.get("/v1/asks", answers.Asks, asking.query(page))


def ask(ask_id: str) -> Request[schema.Ask]:
    return asking.get(asking.at("asks", ask_id), schema.Ask)


def amend_ask(ask_id: str, amendment: requests.AskAmendBody) -> Request[answers.AskAmended]:
    return Request("PATCH", asking.at("asks", ask_id), answers.AskAmended, amendment)


def cancel_ask(ask_id: str) -> Request[answers.AskCanceled]:
    return Request("DELETE", asking.at("asks", ask_id), answers.AskCanceled)


def cancel_asks(which: schema.CancelAllBody | None = None) -> Request[answers.CanceledAll]:
    return Request("DELETE", "/v1/asks", answers.CanceledAll, query=asking.query(which))


def order(client_order_id: str) -> Request[Placed]:
    """The first answer again: it settles what became of an order that was not answered."""
    return asking.get(asking.at("orders/by-client-id", client_order_id), Placed)


# ----------------------------------------------------------------------------------------------------------- leases


def leases(page: schema.LeasePage | None = None) -> Request[answers.Leases]:
    return asking.get("/v1/leases", answers.Leases, asking.query(page))


def lease(lease_id: str) -> Request[schema_money.Lease]:
    return asking.get(asking.at("leases", lease_id), schema_money.Lease)


def access(lease_id: str) -> Request[answers.Access]:
    return asking.get(f"{asking.at('leases', lease_id)}/access", answers.Access)


def statement(lease_id: str) -> Request[answers_money.Statement]:
    return asking.get(f"{asking.at('leases', lease_id)}/statement", answers_money.Statement)


def start(lease_id: str, access: schema.StartBody, idempotency_key: str = "") -> Request[answers.LeaseAnswer]:
    return asking.post(f"{asking.at('leases', lease_id)}/start", answers.LeaseAnswer, access, idempotency_key)


def meter(lease_id: str, totals: schema.MeterBody, idempotency_key: str = "") -> Request[answers.LeaseAnswer]:
    return asking.post(f"{asking.at('leases', lease_id)}/meter", answers.LeaseAnswer, totals, idempotency_key)


def release(lease_id: str, idempotency_key: str = "") -> Request[answers.LeaseAnswer]:
    return asking.post(
        f"{asking.at('leases', lease_id)}/release", answers.LeaseAnswer, schema.NoParams(), idempotency_key
    )


def contest(
    lease_id: str, contest: requests_money.ContestBody, idempotency_key: str = ""
) -> Request[answers_money.ContestAnswer]:
    return asking.post(
        f"{asking.at('leases', lease_id)}/contest", answers_money.ContestAnswer, contest, idempotency_key
    )


# ---------------------------------------------------------------------------------------------------------- account


def account() -> Request[schema_money.Account]:
    return asking.get("/v1/account", schema_money.Account)


def transfers(page: requests_money.TransferPage | None = None) -> Request[answers_money.Transfers]:
    return asking.get("/v1/account/transfers", answers_money.Transfers, asking.query(page))


def vouchers() -> Request[answers_money.Vouchers]:
    return asking.get("/v1/account/vouchers", answers_money.Vouchers)


def keys() -> Request[answers.Keys]:
    return asking.get("/v1/account/keys", answers.Keys)


def limits() -> Request[answers_limits.Limits]:
    return asking.get("/v1/account/limits", answers_limits.Limits)


# ---------------------------------------------------------------------------------------------------------- sandbox


def advance_clock(advance: str) -> Request[answers.ClockAdvanced]:
    return Request("POST", "/v1/sandbox/clock", answers.ClockAdvanced, schema.ClockBody(advance=advance))


def pay_in(money: schema.OwnDepositBody, idempotency_key: str = "") -> Request[answers.AccountAnswer]:
    """A deposit into one's own account, as sandboxes allow."""
    return asking.post("/v1/sandbox/deposits", answers.AccountAnswer, money, idempotency_key)
