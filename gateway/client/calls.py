"""Every call of REST as a value: a function each, from its arguments to the request, with the type of its answer.

Nothing is sent here: the faces of the client, `rest` and `sync`, have a method of the same name for each.
"""

from typing import Any, TypeVar
from urllib.parse import quote as _quote

import msgspec

from gateway import (
    advice,
    answers,
    answers_limits,
    answers_money,
    answers_operator,
    answers_overview,
    requests,
    requests_money,
    requests_overview,
    schema,
    schema_money,
)
from gateway.client.wire import Query, Request

T = TypeVar("T")


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What an order was answered with when it was placed: `bid` or `ask` is what it was, the other one is None."""

    leases: tuple[schema_money.Lease, ...]
    seq: int
    bid: schema.Bid | None = None
    ask: schema.Ask | None = None


# ----------------------------------------------------------------------------------------------------------- public


def time() -> Request[answers.Time]:
    return _get("/v1/time", answers.Time)


def status() -> Request[answers.Status]:
    return _get("/v1/status", answers.Status)


def catalog() -> Request[answers.Catalog]:
    return _get("/v1/catalog", answers.Catalog)


def markets() -> Request[answers.Markets]:
    return _get("/v1/markets", answers.Markets)


def market(region: str, chip: str) -> Request[answers.MarketSummary]:
    return _get(_market(region, chip), answers.MarketSummary)


def book(region: str, chip: str, tenor: str, depth: int = 20) -> Request[answers.Book]:
    return _get(f"{_market(region, chip)}/book", answers.Book, {"tenor": tenor, "depth": depth})


def trades(region: str, chip: str, limit: int = 20) -> Request[answers.Trades]:
    return _get(f"{_market(region, chip)}/trades", answers.Trades, {"limit": limit})


def candles(region: str, chip: str, tenor: str, interval: str, limit: int = 100) -> Request[answers.Candles]:
    query: Query = {"tenor": tenor, "interval": interval, "limit": limit}
    return _get(f"{_market(region, chip)}/candles", answers.Candles, query)


def index() -> Request[answers.Index]:
    return _get("/v1/index", answers.Index)


def programmes() -> Request[answers_money.Programmes]:
    return _get("/v1/programmes", answers_money.Programmes)


def kpis() -> Request[answers_money.Kpis]:
    return _get("/v1/kpis", answers_money.Kpis)


# ----------------------------------------------------------------------------------------------------------- orders


def quote(bid: requests.QuoteBody) -> Request[advice.Quote]:
    return Request("POST", "/v1/quotes", advice.Quote, bid, harmless=True)


def place_bid(bid: schema.BidBody) -> Request[answers.BidAnswer]:
    return Request("POST", "/v1/bids", answers.BidAnswer, bid)


def bids(page: schema.OrderPage | None = None) -> Request[answers.Bids]:
    return _get("/v1/bids", answers.Bids, _query(page))


def bid(bid_id: str) -> Request[schema.Bid]:
    return _get(_at("bids", bid_id), schema.Bid)


def explain(bid_id: str) -> Request[advice.Explanation]:
    return _get(f"{_at('bids', bid_id)}/explain", advice.Explanation)


def amend_bid(bid_id: str, amendment: requests.BidAmendBody) -> Request[answers.BidAmended]:
    return Request("PATCH", _at("bids", bid_id), answers.BidAmended, amendment)


def cancel_bid(bid_id: str) -> Request[answers.BidCanceled]:
    return Request("DELETE", _at("bids", bid_id), answers.BidCanceled)


def cancel_bids(which: schema.CancelAllBody | None = None) -> Request[answers.CanceledAll]:
    return Request("DELETE", "/v1/bids", answers.CanceledAll, query=_query(which))


def place_ask(ask: schema.AskBody) -> Request[answers.AskAnswer]:
    return Request("POST", "/v1/asks", answers.AskAnswer, ask)


def asks(page: schema.OrderPage | None = None) -> Request[answers.Asks]:
    return _get("/v1/asks", answers.Asks, _query(page))


def ask(ask_id: str) -> Request[schema.Ask]:
    return _get(_at("asks", ask_id), schema.Ask)


def amend_ask(ask_id: str, amendment: requests.AskAmendBody) -> Request[answers.AskAmended]:
    return Request("PATCH", _at("asks", ask_id), answers.AskAmended, amendment)


def cancel_ask(ask_id: str) -> Request[answers.AskCanceled]:
    return Request("DELETE", _at("asks", ask_id), answers.AskCanceled)


def cancel_asks(which: schema.CancelAllBody | None = None) -> Request[answers.CanceledAll]:
    return Request("DELETE", "/v1/asks", answers.CanceledAll, query=_query(which))


def order(client_order_id: str) -> Request[Placed]:
    """The first answer again: it settles what became of an order that was not answered."""
    return _get(_at("orders/by-client-id", client_order_id), Placed)


# ----------------------------------------------------------------------------------------------------------- leases


def leases(page: schema.LeasePage | None = None) -> Request[answers.Leases]:
    return _get("/v1/leases", answers.Leases, _query(page))


def lease(lease_id: str) -> Request[schema_money.Lease]:
    return _get(_at("leases", lease_id), schema_money.Lease)


def access(lease_id: str) -> Request[answers.Access]:
    return _get(f"{_at('leases', lease_id)}/access", answers.Access)


def statement(lease_id: str) -> Request[answers_money.Statement]:
    return _get(f"{_at('leases', lease_id)}/statement", answers_money.Statement)


def start(lease_id: str, access: schema.StartBody, idempotency_key: str = "") -> Request[answers.LeaseAnswer]:
    return _post(f"{_at('leases', lease_id)}/start", answers.LeaseAnswer, access, idempotency_key)


def meter(lease_id: str, totals: schema.MeterBody, idempotency_key: str = "") -> Request[answers.LeaseAnswer]:
    return _post(f"{_at('leases', lease_id)}/meter", answers.LeaseAnswer, totals, idempotency_key)


def release(lease_id: str, idempotency_key: str = "") -> Request[answers.LeaseAnswer]:
    return _post(f"{_at('leases', lease_id)}/release", answers.LeaseAnswer, schema.NoParams(), idempotency_key)


def contest(
    lease_id: str, contest: requests_money.ContestBody, idempotency_key: str = ""
) -> Request[answers_money.ContestAnswer]:
    return _post(f"{_at('leases', lease_id)}/contest", answers_money.ContestAnswer, contest, idempotency_key)


# ---------------------------------------------------------------------------------------------------------- account


def account() -> Request[schema_money.Account]:
    return _get("/v1/account", schema_money.Account)


def transfers(page: requests_money.TransferPage | None = None) -> Request[answers_money.Transfers]:
    return _get("/v1/account/transfers", answers_money.Transfers, _query(page))


def vouchers() -> Request[answers_money.Vouchers]:
    return _get("/v1/account/vouchers", answers_money.Vouchers)


def keys() -> Request[answers.Keys]:
    return _get("/v1/account/keys", answers.Keys)


def limits() -> Request[answers_limits.Limits]:
    return _get("/v1/account/limits", answers_limits.Limits)


# --------------------------------------------------------------------------------------------- operator and sandbox


def open_account(account: schema.AccountBody, idempotency_key: str = "") -> Request[answers.AccountAnswer]:
    return _post("/v1/operator/accounts", answers.AccountAnswer, account, idempotency_key)


def create_key(key: schema.KeyBody, idempotency_key: str = "") -> Request[answers.KeyMade]:
    return _post("/v1/operator/keys", answers.KeyMade, key, idempotency_key)


def revoke_key(key_id: str) -> Request[answers.KeyRevoked]:
    return Request("DELETE", _at("operator/keys", key_id), answers.KeyRevoked)


def deposit(money: schema.MoneyBody, idempotency_key: str = "") -> Request[answers.AccountAnswer]:
    return _post("/v1/operator/deposits", answers.AccountAnswer, money, idempotency_key)


def withdraw(money: schema.MoneyBody, idempotency_key: str = "") -> Request[answers.AccountAnswer]:
    return _post("/v1/operator/withdrawals", answers.AccountAnswer, money, idempotency_key)


def define_programme(
    programme: requests_money.ProgrammeBody, idempotency_key: str = ""
) -> Request[answers_money.ProgrammeAnswer]:
    return _post("/v1/operator/programmes", answers_money.ProgrammeAnswer, programme, idempotency_key)


def relate(relation: requests_money.RelationBody, idempotency_key: str = "") -> Request[answers_money.GroupsRelated]:
    return _post("/v1/operator/relations", answers_money.GroupsRelated, relation, idempotency_key)


def cancel_lease(
    lease_id: str, cancel: requests_money.CancelLeaseBody, idempotency_key: str = ""
) -> Request[answers.LeaseAnswer]:
    return _post(f"{_at('operator/leases', lease_id)}/cancel", answers.LeaseAnswer, cancel, idempotency_key)


def contests(page: schema.Page | None = None) -> Request[answers_money.Contests]:
    return _get("/v1/operator/contests", answers_money.Contests, _query(page))


def rule(
    contest_id: str, ruling: requests_money.RulingBody, idempotency_key: str = ""
) -> Request[answers_money.ContestAnswer]:
    path = f"{_at('operator/contests', contest_id)}/ruling"
    return _post(path, answers_money.ContestAnswer, ruling, idempotency_key)


def alerts(page: requests_money.FlagPage | None = None) -> Request[answers_money.Flags]:
    return _get("/v1/operator/alerts", answers_money.Flags, _query(page))


def sessions(page: schema.Page | None = None) -> Request[answers_operator.Sessions]:
    return _get("/v1/operator/sessions", answers_operator.Sessions, _query(page))


def accounts(page: schema.Page | None = None) -> Request[answers_overview.Accounts]:
    return _get("/v1/operator/accounts", answers_overview.Accounts, _query(page))


def account_of(account_id: str) -> Request[answers_overview.AccountDetail]:
    return _get(_at("operator/accounts", account_id), answers_overview.AccountDetail)


def transfers_of(account_id: str, page: requests_money.TransferPage | None = None) -> Request[answers_money.Transfers]:
    return _get(f"{_at('operator/accounts', account_id)}/transfers", answers_money.Transfers, _query(page))


def all_leases(page: requests_overview.AllLeasesPage | None = None) -> Request[answers.Leases]:
    return _get("/v1/operator/leases", answers.Leases, _query(page))


def any_lease(lease_id: str) -> Request[schema_money.Lease]:
    return _get(_at("operator/leases", lease_id), schema_money.Lease)


def any_statement(lease_id: str) -> Request[answers_money.Statement]:
    return _get(f"{_at('operator/leases', lease_id)}/statement", answers_money.Statement)


def capacity(page: requests_overview.CapacityPage | None = None) -> Request[answers_overview.Capacities]:
    return _get("/v1/operator/capacity", answers_overview.Capacities, _query(page))


def market_capacity(
    region: str, chip: str, page: requests_overview.CapacityPage | None = None
) -> Request[answers_overview.Capacities]:
    path = f"/v1/operator/capacity{_market(region, chip).removeprefix('/v1/markets')}"
    return _get(path, answers_overview.Capacities, _query(page))


def programme_use() -> Request[answers_overview.ProgrammeUses]:
    return _get("/v1/operator/programmes", answers_overview.ProgrammeUses)


def past_book(asked: requests_overview.PastBookQuery) -> Request[answers_overview.PastBook]:
    return _get("/v1/operator/past/book", answers_overview.PastBook, _query(asked))


def set_market_state(
    region: str, chip: str, brake: requests.MarketStateBody, idempotency_key: str = ""
) -> Request[answers.MarketStateSet]:
    path = f"/v1/operator{_market(region, chip).removeprefix('/v1')}/state"
    return _post(path, answers.MarketStateSet, brake, idempotency_key)


def halt(brake: requests.HaltBody, idempotency_key: str = "") -> Request[answers.MarketStateSet]:
    return _post("/v1/operator/halt", answers.MarketStateSet, brake, idempotency_key)


def audit() -> Request[answers_operator.AuditOut]:
    return _get("/v1/operator/invariants", answers_operator.AuditOut)


def advance_clock(advance: str) -> Request[answers.ClockAdvanced]:
    return Request("POST", "/v1/sandbox/clock", answers.ClockAdvanced, schema.ClockBody(advance=advance))


def pay_in(money: schema.OwnDepositBody, idempotency_key: str = "") -> Request[answers.AccountAnswer]:
    """A deposit into one's own account, as sandboxes allow."""
    return _post("/v1/sandbox/deposits", answers.AccountAnswer, money, idempotency_key)


# ---------------------------------------------------------------------------------------------------------- helpers


def _get(path: str, answer: type[T], query: Query = None) -> Request[T]:
    return Request("GET", path, answer, query=query)


def _post(path: str, answer: type[T], body: schema.Body, idempotency_key: str) -> Request[T]:
    """One that takes an idempotency key."""
    return Request("POST", path, answer, body, idempotency_key=idempotency_key, keyed=True)


def _query(fields: schema.Body | None) -> Query:
    given: dict[str, Any] = {} if fields is None else msgspec.to_builtins(fields)
    return given


def _at(noun: str, name: str) -> str:
    return f"/v1/{noun}/{_quote(name, safe='')}"


def _market(region: str, chip: str) -> str:
    return f"/v1/markets/{_quote(region, safe='')}/{_quote(chip, safe='')}"
