"""A server that has stopped reading, as one that is gone without a word: nobody waits for it longer than for others.

It still pings, as ours does while it lets a client wait that has asked too much at a time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from aiohttp import web

from gateway import answers, schema
from gateway.client import wire
from gateway.client.errors import Unreachable
from gateway.client.rest import Client
from gateway.client.stream import Stream

ACCESS = msgspec.Raw(msgspec.json.encode({"note": "x" * 65_000}))
MANY = 200  # of so large requests are more than any system keeps for who does not read
PATIENCE_S = 8.0


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """Of a server that opens streams and reads nothing from them."""
    over = asyncio.Event()

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.transport is not None
        request.transport.pause_reading()
        while not over.is_set():
            await socket.ping()
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.1)
        request.transport.abort()
        return socket

    app = web.Application()
    app.router.add_get(wire.STREAM, handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    client = Client(f"http://{host}:{port}", "lbk_1")
    await client.__aenter__()
    yield client
    over.set()
    await runner.cleanup()


async def ask(stream: Stream) -> answers.LeaseAnswer:
    return await stream.request(
        "lease.start", schema.StartParams(lease_id="lease-1", access=ACCESS), answers.LeaseAnswer
    )


async def ended(tasks: set[asyncio.Task[answers.LeaseAnswer]]) -> None:
    """See that all of them end, each with Unreachable."""
    done, waiting = await asyncio.wait(tasks, timeout=PATIENCE_S)
    assert not waiting
    assert {type(None if task.cancelled() else task.exception()) for task in done} == {Unreachable}


async def test_requests_give_up_and_one_that_is_cancelled_takes_no_other_with_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "ANSWER_S", 1.0)
    stream = await client.stream()
    asking = {asyncio.create_task(ask(stream)) for _ in range(MANY)}
    await asyncio.sleep(0.5)
    last = asking.pop()
    last.cancel()
    await asyncio.wait([last])
    assert last.cancelled()
    await ended(asking)
    await stream.close()
    await client.__aexit__(None, None, None)


async def test_closing_ends_what_waits_and_does_not_wait_itself(client: Client) -> None:
    stream = await client.stream()
    asking = {asyncio.create_task(ask(stream)) for _ in range(MANY)}
    await asyncio.sleep(0.5)
    async with asyncio.timeout(PATIENCE_S):
        await stream.close()
    await ended(asking)
    await client.__aexit__(None, None, None)


async def test_leaving_a_client_does_not_wait_for_a_stream_that_was_left_open(client: Client) -> None:
    stream = await client.stream()
    asking = {asyncio.create_task(ask(stream)) for _ in range(MANY)}
    await asyncio.sleep(0.5)
    async with asyncio.timeout(PATIENCE_S):
        await client.__aexit__(None, None, None)
        await stream.close()
    await ended(asking)


class Pinged:
    """A socket whose reader waits to answer a ping, and goes on so when it is closed."""

    def __aiter__(self) -> "Pinged":
        return self

    async def __anext__(self) -> None:
        await asyncio.Event().wait()

    async def send_str(self, _: str) -> None:
        """Taken."""

    async def close(self) -> None:
        """Closed."""


async def test_closing_does_not_wait_for_a_reader_that_is_stuck() -> None:
    socket: Any = Pinged()
    stream = Stream(socket, "http://x")
    asking = {asyncio.create_task(ask(stream))}
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        await stream.close()
    await ended(asking)
    assert stream.closed
