"""A socket of aiohttp's as the edge has it: whoever stops waiting for it stops for itself alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from gateway.ws.outbox import JOIN_BYTES, Outbox
from gateway.ws.socket import AiohttpSocket
from tests.gateway.test_endings import narrow

FRAMES = [str(number % 10).encode() * JOIN_BYTES for number in range(200)]  # more than a connection's buffers take

Talk = Callable[[web.Request, web.WebSocketResponse], Awaitable[None]]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Talk], Awaitable[str]]]:
    """Has each socket that is opened talked to; gives the address."""
    runners: list[web.AppRunner] = []

    async def begin(talk: Talk) -> str:
        async def handle(request: web.Request) -> web.WebSocketResponse:
            response = web.WebSocketResponse(autoping=False, writer_limit=0)
            await response.prepare(request)
            await talk(request, response)
            return response

        app = web.Application()
        app.router.add_get("/", handle)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        host, port = runners[-1].addresses[0][:2]
        return f"http://{host}:{port}/"

    yield begin
    for runner in runners:
        await runner.cleanup()


async def read(socket: AiohttpSocket) -> None:
    async for _ in socket:
        pass


async def test_a_reader_that_ends_while_its_answer_to_a_ping_waits_ends_no_writer(
    serve: Callable[[Talk], Awaitable[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a session's does that is ended while its peer takes little: what waits for the peer goes out all the same."""
    full, answering, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    pausing, sending = RequestHandler.pause_writing, web.WebSocketResponse.send_frame

    def pause(protocol: RequestHandler) -> None:
        pausing(protocol)
        full.set()

    async def send(response: Any, message: bytes, opcode: aiohttp.WSMsgType, *options: Any) -> None:
        if opcode is aiohttp.WSMsgType.PONG:
            answering.set()
        await sending(response, message, opcode, *options)

    async def talk(request: web.Request, response: web.WebSocketResponse) -> None:
        socket = AiohttpSocket(response, request)
        outbox = Outbox(socket, most_bytes=len(FRAMES) * JOIN_BYTES * 2)
        writer = asyncio.create_task(outbox.write())
        for frame in FRAMES:
            await outbox.put(frame)
        await full.wait()
        reader = asyncio.create_task(read(socket))
        await answering.wait()
        reader.cancel()
        await asyncio.wait([reader])
        ended.set()
        await outbox.flushed()
        writer.cancel()
        await socket.close(1001, "")

    monkeypatch.setattr(RequestHandler, "pause_writing", pause)
    monkeypatch.setattr(web.WebSocketResponse, "send_frame", send)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(socket_factory=narrow)) as http:
        slow = await http.ws_connect(await serve(talk))
        await slow.ping()
        await ended.wait()
        got = []
        while (message := await slow.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
            got.append(message.data.encode())
    assert (got, slow.close_code) == (FRAMES, 1001)
