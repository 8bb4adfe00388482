"""`GET /v1/stream`: opens sockets, keeps an eye on the keys of those that are open, and says goodbye to them."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Final

from aiohttp import hdrs, web

from gateway.auth import NOBODY, PUBLIC, RIGHTS, Caller, caller_of
from gateway.costs import BAD_KEY
from gateway.desk import Desk
from gateway.errors import Refusal
from gateway.proxies import asker_of
from gateway.rest.handler import ALLOWANCE
from gateway.settings import Settings
from gateway.ws.burying import Undertaker
from gateway.ws.newsroom import Newsroom
from gateway.ws.session import Session
from gateway.ws.socket import AiohttpSocket

PATH: Final = "/v1/stream"
MESSAGE_MAX_BYTES: Final = 1024 * 1024  # past this a socket is closed; up to it, and past a frame's bound, refused
SWEPT_MAX: Final = 2000  # of more sockets a sweep takes half, so that each is still looked at every other time
_GULP: Final = 256  # looks at a time; then the others have their turn

assert RIGHTS[f"GET {PATH}"] == PUBLIC, "ops are authorised one by one"


class Stream:
    """The sockets of one server."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._settings = settings
        self._newsroom = Newsroom(desk.market, desk.counts)
        self._undertaker = Undertaker(desk.market)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One socket, from handshake to close. A key in the handshake must be good."""
        caller = self._caller(request)
        allowance = self._desk.gate.allowance(caller, asker_of(request), f"GET {PATH}")
        assert allowance is not None, "a handshake has a cost"
        request[ALLOWANCE] = allowance
        self._desk.gate.admit(allowance)
        socket = web.WebSocketResponse(
            heartbeat=self._settings.heartbeat_s,
            compress=False,
            autoping=False,
            max_msg_size=MESSAGE_MAX_BYTES,
            writer_limit=0,  # as AiohttpSocket needs it
            decode_text=False,
        )
        if not socket.can_prepare(request).ok:
            raise Refusal("upgrade_required", "Upgrade")
        session = Session(self._desk, self._settings, self._newsroom, AiohttpSocket(socket, request), caller)
        try:
            await socket.prepare(request)
            number = self._desk.roster.enter(session)
            self._desk.counts.sockets_opened += 1
            try:
                await session.serve()
            finally:
                self._desk.roster.leave(number)
        finally:
            session.left()
            if session.sitting.may_be_armed:
                self._undertaker.bury(session.sitting.session_id)
        return socket

    def _caller(self, request: web.Request) -> Caller:
        header = request.headers.get(hdrs.AUTHORIZATION)
        if header is None:
            return NOBODY
        try:
            return caller_of(self._desk.market, self._desk.nonces, header, asker_of(request), request.raw_path)
        except Refusal:
            self._desk.gate.blame(asker_of(request), BAD_KEY)
            raise

    async def say_goodbye(self, _: web.Application) -> None:
        """End every session in good order, all at the same time."""
        await asyncio.gather(*(seat.say_goodbye() for seat in self._desk.roster.share(0, 1)))

    async def buried(self, _: web.Application) -> AsyncIterator[None]:
        """Begin when the market knows of every session of another server's that it is over; for `cleanup_ctx`."""
        await self._undertaker.bury_those_left_behind()
        yield
        await self._undertaker.done()

    async def swept(self, _: web.Application) -> AsyncIterator[None]:
        """End sessions whose key was revoked or has expired, though nothing moves on them; for `cleanup_ctx`."""
        sweeping = asyncio.create_task(self._sweep(), name="sweep")
        try:
            yield
        finally:
            sweeping.cancel()
            await asyncio.wait([sweeping])

    async def _sweep(self) -> None:
        for tick in count():
            await asyncio.sleep(self._settings.sweep_s)
            shares = 1 if len(self._desk.roster) <= SWEPT_MAX else 2
            for looked, seat in enumerate(self._desk.roster.share(tick % shares, shares), 1):
                seat.check_key()
                if not looked % _GULP:
                    await asyncio.sleep(0)
