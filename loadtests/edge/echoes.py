"""Servers that only give back: `python -m loadtests.edge.echoes aiohttp|fastapi [BYTES]`, at a port that is printed.

As much as each framework does for a body and an answer, and nothing else: no access log, uvloop under both. With BYTES,
aiohttp answers with so many, in place of what it got.
"""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable

import uvicorn
import uvloop
from aiohttp import WSMsgType, web
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect

HOST = "127.0.0.1"
JSON = "application/json"
ORDERS = "/v1/asks"
ORDER = ORDERS + "/{ask_id}"
STREAM = "/v1/stream"


def of_aiohttp(answer_bytes: int) -> web.Application:
    """The bare echo."""
    padding = b"x" * answer_bytes

    async def post(request: web.Request) -> web.Response:
        body = await request.read()
        return web.Response(body=padding or body, content_type=JSON)

    async def stream(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data.ljust(answer_bytes))
        return socket

    app = web.Application()
    app.router.add_post(ORDERS, post)
    app.router.add_post("/v1/bids", post)
    app.router.add_delete(ORDER, post)
    app.router.add_get(STREAM, stream)
    return app


def of_fastapi() -> FastAPI:
    """The same on FastAPI."""
    app = FastAPI()

    @app.post(ORDERS)
    @app.post("/v1/bids")
    @app.delete(ORDER)
    async def post(request: Request) -> Response:
        return Response(await request.body(), media_type=JSON)

    @app.websocket(STREAM)
    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect:
            return

    return app


async def _serve_aiohttp(answer_bytes: int, bound: socket.socket) -> None:
    runner = web.AppRunner(of_aiohttp(answer_bytes), access_log=None)
    await runner.setup()
    await web.SockSite(runner, bound, backlog=4096).start()
    await asyncio.Event().wait()


async def _serve_fastapi(_: int, bound: socket.socket) -> None:
    config = uvicorn.Config(of_fastapi(), access_log=False, log_level="warning", backlog=4096)
    await uvicorn.Server(config).serve(sockets=[bound])


SERVERS: dict[str, Callable[[int, socket.socket], Awaitable[None]]] = {
    "aiohttp": _serve_aiohttp,
    "fastapi": _serve_fastapi,
}


async def _serve(name: str, answer_bytes: int) -> None:
    bound = socket.create_server((HOST, 0), backlog=4096)
    sys.stdout.write(f"http://{HOST}:{bound.getsockname()[1]}\n")
    sys.stdout.flush()
    await SERVERS[name](answer_bytes, bound)


if __name__ == "__main__":
    uvloop.run(_serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
