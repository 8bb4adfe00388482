"""The REST calls of the market, typed: one coroutine each, wire structs in and out.

A refusal is raised as Refused, a server that is not there or an answer that was lost as Unreachable. Nothing is
retried: who sends an order again sends it with the same client_order_id and gets the first answer.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote as escaped

import aiohttp
import msgspec

from gateway import advice, answers, answers_money, requests, requests_money, schema, schema_money
from gateway.client.errors import NO_ANSWER, Refused, Unreachable, problem_of, why
from gateway.client.stream import Stream

T = TypeVar("T")
Query = Mapping[str, str | int] | None

_ANSWER_S = 30  # a sandbox's clock may have a month of market to go through


class Client:
    """A connection to one server with one key, or none for what is public; to be used as an async context."""

    def __init__(self, url: str, key: str = "") -> None:
        self.url = url.rstrip("/")
        self._key = key
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        timeout = aiohttp.ClientTimeout(total=_ANSWER_S)
        self._session = aiohttp.ClientSession(headers=headers, timeout=timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The HTTP session; there is one between entering and leaving the context."""
        assert self._session is not None, "use the client as an async context"
        return self._session

    async def call(
        self,
        method: str,
        path: str,
        answer: type[T],
        body: schema.Body | None = None,
        query: Query = None,
        idempotency_key: str = "",
    ) -> T:
        """Send one request and decode its answer; for calls that have no method of their own here.

        Sent again with the same idempotency key it is not carried out again, and gets the first answer again.
        """
        data = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        try:
            async with self.session.request(
                method, self.url + path, data=data, headers=headers, params=query
            ) as response:
                payload = await response.read()
                status = response.status
        except NO_ANSWER as error:
            raise Unreachable(self.url, why(error)) from error
        if status >= 400:
            raise Refused(problem_of(payload, self.url, status))
        try:
            return msgspec.json.decode(payload, type=answer)
        except msgspec.DecodeError as error:
            raise Unreachable(self.url, f"the answer ({status}) is not Leasebook's: {error}") from error

    async def stream(self) -> Stream:
        """Open the stream, logged in with the client's key; close it, or use it as an async context."""
        return await Stream.open(self.session, self.url)

    # ------------------------------------------------------------------------------------------------- public

    async def time(self) -> answers.Time:
        return await self.call("GET", "/v1/time", answers.Time)

    async def status(self) -> answers.Status:
        return await self.call("GET", "/v1/status", answers.Status)

    async def catalog(self) -> answers.Catalog:
        return await self.call("GET", "/v1/catalog", answers.Catalog)

    async def markets(self) -> answers.Markets:
        return await self.call("GET", "/v1/markets", answers.Markets)

    async def market(self, region: str, chip: str) -> answers.MarketSummary:
        return await self.call("GET", _market(region, chip), answers.MarketSummary)

    async def book(self, region: str, chip: str, tenor: str, depth: int = 20) -> answers.Book:
        query: Query = {"tenor": tenor, "depth": depth}
        return await self.call("GET", f"{_market(region, chip)}/book", answers.Book, query=query)

    async def trades(self, region: str, chip: str, limit: int = 20) -> answers.Trades:
        return await self.call("GET", f"{_market(region, chip)}/trades", answers.Trades, query={"limit": limit})

    async def candles(self, region: str, chip: str, tenor: str, interval: str, limit: int = 100) -> answers.Candles:
        query: Query = {"tenor": tenor, "interval": interval, "limit": limit}
        return await self.call("GET", f"{_market(region, chip)}/candles", answers.Candles, query=query)

    async def index(self) -> answers.Index:
        return await self.call("GET", "/v1/index", answers.Index)

    async def programmes(self) -> answers_money.Programmes:
        return await self.call("GET", "/v1/programmes", answers_money.Programmes)

    async def kpis(self) -> answers_money.Kpis:
        return await self.call("GET", "/v1/kpis", answers_money.Kpis)

    # ------------------------------------------------------------------------------------------------- orders

    async def quote(self, bid: requests.QuoteBody) -> advice.Quote:
        return await self.call("POST", "/v1/quotes", advice.Quote, bid)

    async def place_bid(self, bid: schema.BidBody) -> answers.BidAnswer:
        return await self.call("POST", "/v1/bids", answers.BidAnswer, bid)

    async def bids(self, page: schema.OrderPage | None = None) -> answers.Bids:
        return await self.call("GET", "/v1/bids", answers.Bids, query=_query(page))

    async def bid(self, bid_id: str) -> schema.Bid:
        return await self.call("GET", f"/v1/bids/{escaped(bid_id)}", schema.Bid)

    async def explain(self, bid_id: str) -> advice.Explanation:
        return await self.call("GET", f"/v1/bids/{escaped(bid_id)}/explain", advice.Explanation)

    async def amend_bid(self, bid_id: str, amendment: requests.BidAmendBody) -> answers.BidAmended:
        return await self.call("PATCH", f"/v1/bids/{escaped(bid_id)}", answers.BidAmended, amendment)

    async def cancel_bid(self, bid_id: str) -> answers.BidCanceled:
        return await self.call("DELETE", f"/v1/bids/{escaped(bid_id)}", answers.BidCanceled)

    async def place_ask(self, ask: schema.AskBody) -> answers.AskAnswer:
        return await self.call("POST", "/v1/asks", answers.AskAnswer, ask)

    async def asks(self, page: schema.OrderPage | None = None) -> answers.Asks:
        return await self.call("GET", "/v1/asks", answers.Asks, query=_query(page))

    async def ask(self, ask_id: str) -> schema.Ask:
        return await self.call("GET", f"/v1/asks/{escaped(ask_id)}", schema.Ask)

    async def amend_ask(self, ask_id: str, amendment: requests.AskAmendBody) -> answers.AskAmended:
        return await self.call("PATCH", f"/v1/asks/{escaped(ask_id)}", answers.AskAmended, amendment)

    async def cancel_ask(self, ask_id: str) -> answers.AskCanceled:
        return await self.call("DELETE", f"/v1/asks/{escaped(ask_id)}", answers.AskCanceled)

    # ------------------------------------------------------------------------------------------------- leases

    async def leases(self, page: schema.LeasePage | None = None) -> answers.Leases:
        return await self.call("GET", "/v1/leases", answers.Leases, query=_query(page))

    async def lease(self, lease_id: str) -> schema_money.Lease:
        return await self.call("GET", f"/v1/leases/{escaped(lease_id)}", schema_money.Lease)

    async def access(self, lease_id: str) -> answers.Access:
        return await self.call("GET", f"/v1/leases/{escaped(lease_id)}/access", answers.Access)

    async def statement(self, lease_id: str) -> answers_money.Statement:
        return await self.call("GET", f"/v1/leases/{escaped(lease_id)}/statement", answers_money.Statement)

    async def release(self, lease_id: str, idempotency_key: str = "") -> answers.LeaseAnswer:
        path = f"/v1/leases/{escaped(lease_id)}/release"
        return await self.call("POST", path, answers.LeaseAnswer, schema.NoParams(), idempotency_key=idempotency_key)

    async def contest(
        self, lease_id: str, contest: requests_money.ContestBody, idempotency_key: str = ""
    ) -> answers_money.ContestAnswer:
        path = f"/v1/leases/{escaped(lease_id)}/contest"
        return await self.call("POST", path, answers_money.ContestAnswer, contest, idempotency_key=idempotency_key)

    # ------------------------------------------------------------------------------------------------ account

    async def account(self) -> schema_money.Account:
        return await self.call("GET", "/v1/account", schema_money.Account)

    async def transfers(self, page: requests_money.TransferPage | None = None) -> answers_money.Transfers:
        return await self.call("GET", "/v1/account/transfers", answers_money.Transfers, query=_query(page))

    async def vouchers(self) -> answers_money.Vouchers:
        return await self.call("GET", "/v1/account/vouchers", answers_money.Vouchers)

    # ----------------------------------------------------------------------------------- operator and sandbox

    async def open_account(self, account: schema.AccountBody) -> answers.AccountAnswer:
        return await self.call("POST", "/v1/operator/accounts", answers.AccountAnswer, account)

    async def create_key(self, key: schema.KeyBody) -> answers.KeyMade:
        return await self.call("POST", "/v1/operator/keys", answers.KeyMade, key)

    async def deposit(self, money: schema.MoneyBody, idempotency_key: str = "") -> answers.AccountAnswer:
        path = "/v1/operator/deposits"
        return await self.call("POST", path, answers.AccountAnswer, money, idempotency_key=idempotency_key)

    async def withdraw(self, money: schema.MoneyBody, idempotency_key: str = "") -> answers.AccountAnswer:
        path = "/v1/operator/withdrawals"
        return await self.call("POST", path, answers.AccountAnswer, money, idempotency_key=idempotency_key)

    async def define_programme(self, programme: requests_money.ProgrammeBody) -> answers_money.ProgrammeAnswer:
        return await self.call("POST", "/v1/operator/programmes", answers_money.ProgrammeAnswer, programme)

    async def relate(self, relation: requests_money.RelationBody) -> answers_money.GroupsRelated:
        return await self.call("POST", "/v1/operator/relations", answers_money.GroupsRelated, relation)

    async def cancel_lease(
        self, lease_id: str, cancel: requests_money.CancelLeaseBody, idempotency_key: str = ""
    ) -> answers.LeaseAnswer:
        path = f"/v1/operator/leases/{escaped(lease_id)}/cancel"
        return await self.call("POST", path, answers.LeaseAnswer, cancel, idempotency_key=idempotency_key)

    async def contests(self, page: schema.Page | None = None) -> answers_money.Contests:
        return await self.call("GET", "/v1/operator/contests", answers_money.Contests, query=_query(page))

    async def rule(
        self, contest_id: str, ruling: requests_money.RulingBody, idempotency_key: str = ""
    ) -> answers_money.ContestAnswer:
        path = f"/v1/operator/contests/{escaped(contest_id)}/ruling"
        return await self.call("POST", path, answers_money.ContestAnswer, ruling, idempotency_key=idempotency_key)

    async def alerts(self, page: requests_money.FlagPage | None = None) -> answers_money.Flags:
        return await self.call("GET", "/v1/operator/alerts", answers_money.Flags, query=_query(page))

    async def set_market_state(self, region: str, chip: str, brake: requests.MarketStateBody) -> answers.MarketStateSet:
        path = f"/v1/operator{_market(region, chip).removeprefix('/v1')}/state"
        return await self.call("POST", path, answers.MarketStateSet, brake)

    async def halt(self, brake: requests.HaltBody) -> answers.MarketStateSet:
        return await self.call("POST", "/v1/operator/halt", answers.MarketStateSet, brake)

    async def audit(self) -> answers.AuditOut:
        return await self.call("GET", "/v1/operator/invariants", answers.AuditOut)

    async def advance_clock(self, advance: str) -> answers.ClockAdvanced:
        return await self.call("POST", "/v1/sandbox/clock", answers.ClockAdvanced, schema.ClockBody(advance=advance))


def _query(page: schema.Page | None) -> Query:
    fields: Query = None if page is None else msgspec.to_builtins(page)
    return fields


def _market(region: str, chip: str) -> str:
    return f"/v1/markets/{escaped(region, safe='')}/{escaped(chip, safe='')}"
