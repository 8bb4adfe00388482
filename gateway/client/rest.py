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

from gateway import advice, answers, requests, schema
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
        self, method: str, path: str, answer: type[T], body: schema.Body | None = None, query: Query = None
    ) -> T:
        """Send one request and decode its answer; for calls that have no method of their own here."""
        data = None if body is None else msgspec.json.encode(body)
        headers = None if body is None else {"Content-Type": "application/json"}
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

    async def lease(self, lease_id: str) -> schema.Lease:
        return await self.call("GET", f"/v1/leases/{escaped(lease_id)}", schema.Lease)

    async def access(self, lease_id: str) -> answers.Access:
        return await self.call("GET", f"/v1/leases/{escaped(lease_id)}/access", answers.Access)

    async def statement(self, lease_id: str) -> answers.Statement:
        return await self.call("GET", f"/v1/leases/{escaped(lease_id)}/statement", answers.Statement)

    # ------------------------------------------------------------------------------------------------ account

    async def account(self) -> schema.Account:
        return await self.call("GET", "/v1/account", schema.Account)

    async def transfers(self, page: schema.Page | None = None) -> answers.Transfers:
        return await self.call("GET", "/v1/account/transfers", answers.Transfers, query=_query(page))

    # ----------------------------------------------------------------------------------- operator and sandbox

    async def open_account(self, account: schema.AccountBody) -> answers.AccountAnswer:
        return await self.call("POST", "/v1/operator/accounts", answers.AccountAnswer, account)

    async def create_key(self, key: schema.KeyBody) -> answers.KeyMade:
        return await self.call("POST", "/v1/operator/keys", answers.KeyMade, key)

    async def deposit(self, money: schema.MoneyBody) -> answers.AccountAnswer:
        return await self.call("POST", "/v1/operator/deposits", answers.AccountAnswer, money)

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
