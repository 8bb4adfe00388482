"""What each face does when a server refuses, breaks off or is not there: the same."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from gateway import answers, requests, schema
from gateway.client import calls
from gateway.client.errors import Doubt, Refused, Unreachable
from gateway.client.rest import Client
from gateway.client.sync import SyncClient
from gateway.client.wire import Request
from tests.client.shaky import BREAK, Shaky, a_shaky_server, answer, refusal

BID = schema.BidBody(client_order_id="b-1", quantity="8")
BUSY = refusal("busy", 503, retryable=True)
STOPPED = refusal("unavailable", 503, retryable=True, outcome="unknown")
NO = refusal("unknown_order", 404, retryable=False)

Send = Callable[[Request[Any]], Awaitable[Any]]


@pytest.fixture
async def shaky() -> AsyncIterator[Shaky]:
    async with a_shaky_server() as server:
        yield server


@pytest.fixture(params=["rest", "sync"])
async def send(shaky: Shaky, request: pytest.FixtureRequest) -> AsyncIterator[Send]:
    """How either face sends a request, with a key."""
    if request.param == "rest":
        async with Client(shaky.url, "lbk_1") as client:
            yield client.send
        return
    with SyncClient(shaky.url, "lbk_1") as waiting:
        yield lambda request: asyncio.to_thread(waiting.send, request)


async def test_what_only_reads_is_asked_until_it_is_answered(shaky: Shaky, send: Send) -> None:
    shaky.will(BREAK, BUSY, answer(b"<html>", 502), STOPPED)
    assert (await send(calls.time())).now == "2026-12-01T00:00:00Z"
    assert [seen.line for seen in shaky.seen] == ["GET /v1/time HTTP/1.1"] * 5
    assert {seen.headers["Authorization"] for seen in shaky.seen} == {"Bearer lbk_1"}


async def test_an_order_is_sent_again_with_the_same_id(shaky: Shaky, send: Send) -> None:
    shaky.will(BREAK, STOPPED, answer())
    with pytest.raises(Unreachable, match="not Leasebook's"):  # a time is no bid
        await send(calls.place_bid(BID))
    assert len(shaky.seen) == 5
    assert {seen.body for seen in shaky.seen} == {b'{"client_order_id":"b-1","quantity":"8"}'}


async def test_what_is_keyed_is_sent_again_with_the_same_key(shaky: Shaky, send: Send) -> None:
    shaky.will(BREAK, BREAK, NO)
    with pytest.raises(Refused, match="unknown_order"):
        await send(calls.release("lease-1"))
    assert len(shaky.seen) == 3
    (key,) = {seen.headers["Idempotency-Key"] for seen in shaky.seen}
    assert len(key) == 32


@pytest.mark.parametrize(
    "once",
    [calls.cancel_bid("bid-1"), calls.cancel_bids(), calls.amend_bid("bid-1", requests.BidAmendBody(price="1"))],
    ids=["cancel", "cancel all", "amend"],
)
async def test_what_may_have_been_done_is_left_to_the_caller(shaky: Shaky, send: Send, once: Request[Any]) -> None:
    await send(calls.time())  # the connection is a kept one
    shaky.will(BREAK)
    with pytest.raises(Unreachable) as lost:
        await send(once)
    assert lost.value.doubt == Doubt(repeatable=False)
    assert len(shaky.seen) == 1
    shaky.will(STOPPED)
    with pytest.raises(Refused, match="unavailable"):
        await send(once)
    assert len(shaky.seen) == 1
    shaky.will(BUSY, NO)  # the first was not done
    with pytest.raises(Refused, match="unknown_order"):
        await send(once)
    assert len(shaky.seen) == 2


async def test_what_is_in_doubt_stays_so_until_the_market_itself_has_said_no(shaky: Shaky, send: Send) -> None:
    shaky.will(BREAK, *[BUSY] * 4)
    with pytest.raises(Refused, match="busy") as lost:
        await send(calls.release("lease-1", "mine"))
    assert lost.value.doubt == Doubt(repeatable=True, idempotency_key="mine")
    shaky.will(BREAK, NO)
    with pytest.raises(Refused, match="unknown_order") as settled:
        await send(calls.release("lease-1", "mine"))
    assert settled.value.doubt is None


async def test_it_gives_up_at_some_point(shaky: Shaky, send: Send) -> None:
    shaky.will(*[BUSY] * 9)
    with pytest.raises(Refused, match="busy"):
        await send(calls.time())
    assert len(shaky.seen) == 5
    shaky.will(refusal("busy", 503, retryable=True, after_s=3600))
    with pytest.raises(Refused) as refused:
        await send(calls.time())
    assert refused.value.retry_after_ms == 3_600_000
    assert len(shaky.seen) == 1


async def test_connections_are_kept(shaky: Shaky, send: Send) -> None:
    for _ in range(5):
        await send(calls.time())
    assert shaky.connections == 1


async def test_targets_go_out_as_they_are_signed(shaky: Shaky, send: Send) -> None:
    shaky.will(*[NO] * 3)
    for name in ("a/b c", "100%", "中文+~"):
        with pytest.raises(Refused):
            await send(calls.bid(name))
    lines = [seen.line.split()[1] for seen in shaky.seen]
    assert lines == ["/v1/bids/a%2Fb%20c", "/v1/bids/100%25", "/v1/bids/%E4%B8%AD%E6%96%87%2B~"]


async def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
        for url, why in ((closed, "connection refused"), ("http://[::1", "."), ("ftp://x", "that is no URL")):
            async with Client(url) as client:
                with pytest.raises(Unreachable, match=why):
                    await client.time()
                with pytest.raises(Unreachable, match=why) as unsent:
                    await client.cancel_bid("bid-1")
                assert unsent.value.doubt is None
                with pytest.raises(Unreachable, match=why):
                    await client.stream()
            with pytest.raises(Unreachable, match=why):
                await asyncio.to_thread(SyncClient(url).time)
            with pytest.raises(Unreachable, match=why) as unsent:
                await asyncio.to_thread(SyncClient(url).cancel_bid, "bid-1")
            assert unsent.value.doubt is None


async def test_a_server_below_a_path(shaky: Shaky) -> None:
    async with Client(f"{shaky.url}/under/") as client:
        await client.call("GET", "/v1/time", answers.Time, query={"a": 1})
    await asyncio.to_thread(SyncClient(f"{shaky.url}/under/").time)
    assert [seen.line.split()[1] for seen in shaky.seen] == ["/under/v1/time?a=1", "/under/v1/time"]
