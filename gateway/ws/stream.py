"""`GET /v1/stream`: opens sockets, knows which are open, and says goodbye to them."""

import asyncio
from typing import Final

from aiohttp import hdrs, web

from gateway.auth import NOBODY, PUBLIC, RIGHTS, caller_of
from gateway.desk import Desk
from gateway.errors import Refusal
from gateway.settings import Settings
from gateway.ws.newsroom import Newsroom
from gateway.ws.session import Session
from gateway.ws.socket import AiohttpSocket

PATH: Final = "/v1/stream"
MESSAGE_MAX_BYTES: Final = 1024 * 1024  # past this a socket is closed; up to it, and past a frame's bound, refused

assert RIGHTS[f"GET {PATH}"] == PUBLIC, "ops are authorised one by one"


class Stream:
    """The sockets of one server."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._settings = settings
        self._newsroom = Newsroom(desk.market)
        self._sessions: set[Session] = set()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One socket, from handshake to close. A key in the handshake must be good."""
        header = request.headers.get(hdrs.AUTHORIZATION)
        caller = NOBODY if header is None else caller_of(self._desk.market, header, request.remote)
        socket = web.WebSocketResponse(
            heartbeat=self._settings.heartbeat_s,
            compress=False,
            max_msg_size=MESSAGE_MAX_BYTES,
            writer_limit=0,  # as AiohttpSocket needs it
            decode_text=False,
        )
        if not socket.can_prepare(request).ok:
            raise Refusal("upgrade_required", "Upgrade")
        await socket.prepare(request)
        session = Session(self._desk, self._settings, self._newsroom, AiohttpSocket(socket, request), caller)
        self._sessions.add(session)
        try:
            await session.serve()
        finally:
            self._sessions.discard(session)
        return socket

    async def say_goodbye(self, _: web.Application) -> None:
        """End every session in good order, all at the same time."""
        await asyncio.gather(*(session.say_goodbye() for session in self._sessions))
