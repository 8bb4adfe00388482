"""The REST calls of the market, typed: one coroutine each, wire structs in and out; and the way to the stream.

A refusal is raised as Refused, a server that is not there or an answer that was lost as Unreachable, both after as many
attempts as `retries` allows: what asks for patience is sent again, and what was not answered is sent again where that
cannot do it twice, by the rules of `wire`. Nothing else is: a canceled or amended order whose answer was lost stays
Unreachable, and it is for the caller to look. `doubt` of what is raised says whether a change may have been made.
"""

import asyncio
import functools
import itertools
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

import aiohttp
from yarl import URL

from gateway import schema
from gateway.client import calls, operator_calls, wire
from gateway.client.errors import ClientError
from gateway.client.live import Live
from gateway.client.silence import NO_ANSWER, no_answer
from gateway.client.stream import Stream

P = ParamSpec("P")
T = TypeVar("T")

_GOODBYE_S: Final = 2  # for what was sent to go out; a server that is gone, but does not say so, never takes it


class _Broken(aiohttp.ClientError):
    """A kept connection broke under a request."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request once: aiohttp itself would send a DELETE again, and a cancel that was done is then refused."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Broken(str(error)) from error


def _asks(call: Callable[P, wire.Request[T]]) -> "Callable[Concatenate[Client, P], Coroutine[Any, Any, T]]":
    """The method that sends what a function of `calls` makes."""

    @functools.wraps(call)
    async def method(client: "Client", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await client.send(call(*args, **kwargs))

    return method


class Client:
    """A connection to one server with one key, or none for what is public; to be used as an async context.

    `key` is a secret, or a `Signer`; `retries` is how often a request is sent again at most.
    """

    def __init__(self, url: str, key: str | wire.Credential = "", retries: int = wire.RETRIES) -> None:
        self.url = url.rstrip("/")
        self._credential = wire.credential_of(key)
        self._retries = retries
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=wire.ANSWER_S)
        self._session = aiohttp.ClientSession(timeout=timeout, middlewares=(_once,))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The HTTP session; there is one between entering and leaving the context."""
        assert self._session is not None, "use the client as an async context"
        return self._session

    async def send(self, request: wire.Request[T]) -> T:
        """Send a request until it is answered for good, and decode the answer."""
        request, doubt = wire.ready(request), None
        for attempt in itertools.count():
            try:
                return await self._attempt(request)
            except ClientError as failure:
                failure.doubt = doubt = wire.doubt_of(request, failure, doubt)
                pause_s = wire.pause_s(request.repeatable, failure, attempt) if attempt < self._retries else None
                if pause_s is None:
                    raise
            await asyncio.sleep(pause_s)
        raise AssertionError("counting has no end")

    async def call(
        self,
        method: str,
        path: str,
        answer: type[T],
        body: schema.Body | None = None,
        query: wire.Query = None,
        idempotency_key: str = "",
    ) -> T:
        """Send one request and decode its answer; for calls that have no method of their own here.

        Sent again with the same idempotency key it is not carried out again, and gets the first answer again.
        """
        return await self.send(wire.Request(method, path, answer, body, query, idempotency_key))

    async def stream(self) -> Stream:
        """Open the stream, logged in with the client's key; close it, or use it as an async context."""
        return await Stream.open(self.session, self.url, self._greeting)

    def follow(
        self, *channels: str, from_seq: int | None = None, dead_man_s: int = 0, cancel_on_disconnect: bool = False
    ) -> Live:
        """A stream that outlives its connections, with these channels open; to be used as an async context."""
        return Live(
            self.stream, channels, from_seq=from_seq, dead_man_s=dead_man_s, cancel_on_disconnect=cancel_on_disconnect
        )

    async def _attempt(self, request: wire.Request[T]) -> T:
        sent = wire.prepare(request, self._credential, wire.now_ms(), self.url)
        try:
            url = URL(sent.url, encoded=True)
            async with self.session.request(
                request.method, url, data=sent.data, headers=sent.headers, allow_redirects=False
            ) as response:
                payload = await response.read()
        except NO_ANSWER as error:
            raise no_answer(self.url, error) from error
        return wire.take(request, response.status, response.headers, payload, self.url)

    def _greeting(self) -> Mapping[str, str]:
        """The headers of the stream's handshake, good once."""
        handshake = wire.Request("GET", wire.STREAM, schema.NoParams)
        return wire.prepare(handshake, self._credential, wire.now_ms(), self.url).headers

    # ------------------------------------------------------------------------------------------------------ public

    time = _asks(calls.time)
    status = _asks(calls.status)
    catalog = _asks(calls.catalog)
    markets = _asks(calls.markets)
    market = _asks(calls.market)
    book = _asks(calls.book)
    trades = _asks(calls.trades)
    candles = _asks(calls.candles)
    index = _asks(calls.index)
    programmes = _asks(calls.programmes)
    kpis = _asks(calls.kpis)

    # ------------------------------------------------------------------------------------------------------ orders

    quote = _asks(calls.quote)
    place_bid = _asks(calls.place_bid)
    bids = _asks(calls.bids)
    bid = _asks(calls.bid)
    explain = _asks(calls.explain)
    amend_bid = _asks(calls.amend_bid)
    cancel_bid = _asks(calls.cancel_bid)
    cancel_bids = _asks(calls.cancel_bids)
    place_ask = _asks(calls.place_ask)
    asks = _asks(calls.asks)
    ask = _asks(calls.ask)
    amend_ask = _asks(calls.amend_ask)
    cancel_ask = _asks(calls.cancel_ask)
    cancel_asks = _asks(calls.cancel_asks)
    order = _asks(calls.order)

    # ------------------------------------------------------------------------------------------------------ leases

    leases = _asks(calls.leases)
    lease = _asks(calls.lease)
    access = _asks(calls.access)
    statement = _asks(calls.statement)
    start = _asks(calls.start)
    meter = _asks(calls.meter)
    release = _asks(calls.release)
    contest = _asks(calls.contest)

    # ----------------------------------------------------------------------------------------------------- account

    account = _asks(calls.account)
    transfers = _asks(calls.transfers)
    vouchers = _asks(calls.vouchers)
    keys = _asks(calls.keys)
    limits = _asks(calls.limits)

    # ---------------------------------------------------------------------------------------- operator and sandbox

    open_account = _asks(operator_calls.open_account)
    create_key = _asks(operator_calls.create_key)
    revoke_key = _asks(operator_calls.revoke_key)
    deposit = _asks(operator_calls.deposit)
    withdraw = _asks(operator_calls.withdraw)
    define_programme = _asks(operator_calls.define_programme)
    relate = _asks(operator_calls.relate)
    cancel_lease = _asks(operator_calls.cancel_lease)
    contests = _asks(operator_calls.contests)
    rule = _asks(operator_calls.rule)
    alerts = _asks(operator_calls.alerts)
    sessions = _asks(operator_calls.sessions)
    accounts = _asks(operator_calls.accounts)
    account_of = _asks(operator_calls.account_of)
    transfers_of = _asks(operator_calls.transfers_of)
    all_leases = _asks(operator_calls.all_leases)
    any_lease = _asks(operator_calls.any_lease)
    any_statement = _asks(operator_calls.any_statement)
    capacity = _asks(operator_calls.capacity)
    market_capacity = _asks(operator_calls.market_capacity)
    programme_use = _asks(operator_calls.programme_use)
    past_book = _asks(operator_calls.past_book)
    set_market_state = _asks(operator_calls.set_market_state)
    halt = _asks(operator_calls.halt)
    set_band = _asks(operator_calls.set_band)
    block_account = _asks(operator_calls.block_account)
    unblock_account = _asks(operator_calls.unblock_account)
    cancel_orders = _asks(operator_calls.cancel_orders)
    brake_key = _asks(operator_calls.brake_key)
    pause_programme = _asks(operator_calls.pause_programme)
    resume_programme = _asks(operator_calls.resume_programme)
    brakes = _asks(operator_calls.brakes)
    proposals = _asks(operator_calls.proposals)
    confirm = _asks(operator_calls.confirm)
    reject = _asks(operator_calls.reject)
    audit_log = _asks(operator_calls.audit_log)
    audit = _asks(operator_calls.audit)
    advance_clock = _asks(calls.advance_clock)
    pay_in = _asks(calls.pay_in)
