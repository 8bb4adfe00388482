"""The REST calls of the market for programs without an event loop: the same names and types as in `rest`, but waiting.

By urllib3, which does well in threads and under gevent, where an event loop would not. One client may be shared by
threads. Attempts are made, and failures raised, as in `rest`.
"""

import functools
import itertools
import time as clock
from collections.abc import Callable
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationValueError

from gateway import schema
from gateway.client import calls, operator_calls, wire
from gateway.client.errors import ClientError, Unreachable, no_answer

P = ParamSpec("P")
T = TypeVar("T")

_KEPT = 16  # connections, for as many threads


def _waits(call: Callable[P, wire.Request[T]]) -> "Callable[Concatenate[SyncClient, P], T]":
    """The method that sends what a function of `calls` makes."""

    @functools.wraps(call)
    def method(client: "SyncClient", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return client.send(call(*args, **kwargs))

    return method


class SyncClient:
    """Connections to one server with one key, or none for what is public; close it, or use it as a context.

    `key` is a secret, or a `Signer`; `retries` is how often a request is sent again at most.
    """

    def __init__(self, url: str, key: str | wire.Credential = "", retries: int = wire.RETRIES) -> None:
        self.url = url.rstrip("/")
        self._credential = wire.credential_of(key)
        self._retries = retries
        self._pool = urllib3.PoolManager(maxsize=_KEPT, retries=False, timeout=urllib3.Timeout(total=wire.ANSWER_S))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open; the client may still be used."""
        self._pool.clear()

    def send(self, request: wire.Request[T]) -> T:
        """Send a request until it is answered for good, and decode the answer."""
        request, doubt = wire.ready(request), None
        for attempt in itertools.count():
            try:
                return self._attempt(request)
            except ClientError as failure:
                failure.doubt = doubt = wire.doubt_of(request, failure, doubt)
                pause_s = wire.pause_s(request.repeatable, failure, attempt) if attempt < self._retries else None
                if pause_s is None:
                    raise
            clock.sleep(pause_s)
        raise AssertionError("counting has no end")

    def call(
        self,
        method: str,
        path: str,
        answer: type[T],
        body: schema.Body | None = None,
        query: wire.Query = None,
        idempotency_key: str = "",
    ) -> T:
        """Send one request and decode its answer; for calls that have no method of their own here."""
        return self.send(wire.Request(method, path, answer, body, query, idempotency_key))

    def _attempt(self, request: wire.Request[T]) -> T:
        sent = wire.prepare(request, self._credential, wire.now_ms(), self.url)
        try:
            response = self._pool.request(
                request.method, sent.url, body=sent.data, headers=sent.headers, redirect=False, decode_content=False
            )
        except LocationValueError as error:
            raise Unreachable(self.url, "that is no URL", lasting=True) from error
        except (HTTPError, ValueError) as error:
            unsent = isinstance(error, (ConnectTimeoutError, ValueError))  # the first also when it is refused
            raise no_answer(self.url, _cause(error), sent=not unsent) from error
        return wire.take(request, response.status, response.headers, response.data, self.url)

    # ------------------------------------------------------------------------------------------------------ public

    time = _waits(calls.time)
    status = _waits(calls.status)
    catalog = _waits(calls.catalog)
    markets = _waits(calls.markets)
    market = _waits(calls.market)
    book = _waits(calls.book)
    trades = _waits(calls.trades)
    candles = _waits(calls.candles)
    index = _waits(calls.index)
    programmes = _waits(calls.programmes)
    kpis = _waits(calls.kpis)

    # ------------------------------------------------------------------------------------------------------ orders

    quote = _waits(calls.quote)
    place_bid = _waits(calls.place_bid)
    bids = _waits(calls.bids)
    bid = _waits(calls.bid)
    explain = _waits(calls.explain)
    amend_bid = _waits(calls.amend_bid)
    cancel_bid = _waits(calls.cancel_bid)
    cancel_bids = _waits(calls.cancel_bids)
    place_ask = _waits(calls.place_ask)
    asks = _waits(calls.asks)
    ask = _waits(calls.ask)
    amend_ask = _waits(calls.amend_ask)
    cancel_ask = _waits(calls.cancel_ask)
    cancel_asks = _waits(calls.cancel_asks)
    order = _waits(calls.order)

    # ------------------------------------------------------------------------------------------------------ leases

    leases = _waits(calls.leases)
    lease = _waits(calls.lease)
    access = _waits(calls.access)
    statement = _waits(calls.statement)
    start = _waits(calls.start)
    meter = _waits(calls.meter)
    release = _waits(calls.release)
    contest = _waits(calls.contest)

    # ----------------------------------------------------------------------------------------------------- account

    account = _waits(calls.account)
    transfers = _waits(calls.transfers)
    vouchers = _waits(calls.vouchers)
    keys = _waits(calls.keys)
    limits = _waits(calls.limits)

    # ---------------------------------------------------------------------------------------- operator and sandbox

    open_account = _waits(operator_calls.open_account)
    create_key = _waits(operator_calls.create_key)
    revoke_key = _waits(operator_calls.revoke_key)
    deposit = _waits(operator_calls.deposit)
    withdraw = _waits(operator_calls.withdraw)
    define_programme = _waits(operator_calls.define_programme)
    relate = _waits(operator_calls.relate)
    cancel_lease = _waits(operator_calls.cancel_lease)
    contests = _waits(operator_calls.contests)
    rule = _waits(operator_calls.rule)
    alerts = _waits(operator_calls.alerts)
    sessions = _waits(operator_calls.sessions)
    accounts = _waits(operator_calls.accounts)
    account_of = _waits(operator_calls.account_of)
    transfers_of = _waits(operator_calls.transfers_of)
    all_leases = _waits(operator_calls.all_leases)
    any_lease = _waits(operator_calls.any_lease)
    any_statement = _waits(operator_calls.any_statement)
    capacity = _waits(operator_calls.capacity)
    market_capacity = _waits(operator_calls.market_capacity)
    programme_use = _waits(operator_calls.programme_use)
    past_book = _waits(operator_calls.past_book)
    set_market_state = _waits(operator_calls.set_market_state)
    halt = _waits(operator_calls.halt)
    set_band = _waits(operator_calls.set_band)
    block_account = _waits(operator_calls.block_account)
    unblock_account = _waits(operator_calls.unblock_account)
    cancel_orders = _waits(operator_calls.cancel_orders)
    brake_key = _waits(operator_calls.brake_key)
    pause_programme = _waits(operator_calls.pause_programme)
    resume_programme = _waits(operator_calls.resume_programme)
    brakes = _waits(operator_calls.brakes)
    proposals = _waits(operator_calls.proposals)
    confirm = _waits(operator_calls.confirm)
    reject = _waits(operator_calls.reject)
    audit_log = _waits(operator_calls.audit_log)
    audit = _waits(operator_calls.audit)
    advance_clock = _waits(calls.advance_clock)
    pay_in = _waits(calls.pay_in)


def _cause(error: Exception) -> BaseException:
    """What lies below urllib3's own words, when it is the system's."""
    below: BaseException | None = error
    while below is not None and not isinstance(below, OSError):
        below = below.__cause__ or below.__context__
    return below or error
