"""Who may come in at all: counts connections, in all and by address, and puts out who hardly takes what is sent.

What a connection may do once it is in is bounded elsewhere: heads by aiohttp's keep-alive timer, which waits for a
whole head and not for a byte of one, and by its 8 KiB a line and 128 lines; bodies by `settled_body`; messages by the
stream.
"""

import asyncio
import logging
import resource
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from gateway.errors import Refusal, new_request_id
from gateway.metrics.counts import Counts
from gateway.proxies import Proxies
from gateway.settings import Limits
from gateway.throttle import party
from gateway.unread import teach

LINGER_S: Final = 2.0  # to read what is left of a body that was refused
BACKLOG: Final = 512  # connections that wait to be let in; more would be greeted in one go, while all others wait
_READ_BYTES: Final = 16 * 1024  # about as much is read of a connection before the others have their turn
_FILES_KEPT: Final = 256  # for the database, logs, and connections that are being turned away
_LOOK_S: Final = 1.0
LEAST_BYTES: Final = 64 * 1024  # that a peer takes within `stall_s`: 3 KiB a second, unless told otherwise

_encode: Final = msgspec.json.Encoder().encode

HTTP_LOG: Final = logging.getLogger("leasebook.http")  # aiohttp's own, less what peers could fill it with
HTTP_LOG.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError)))


class _Guest:
    """A connection that was let in, how much waits for its peer, and how much was seen to be taken since when."""

    __slots__ = ("address", "since", "taken_bytes", "transport", "waits_bytes")

    def __init__(self, address: str, transport: asyncio.Transport) -> None:
        self.address = address
        self.transport = transport
        self.waits_bytes = self.taken_bytes = 0
        self.since = 0.0


class Doorman:
    """Stands at one server's door. A proxy that is trusted may come as often as it likes: it comes for many."""

    def __init__(self, limits: Limits, counts: Counts | None = None, proxies: Proxies | None = None) -> None:
        self._limits = limits
        self._counts = counts or Counts()
        self._proxies = proxies or Proxies()
        self._most = min(limits.connections_max, files_allowed() - _FILES_KEPT)
        self._guests: dict[object, _Guest] = {}
        self._of_address: Counter[str] = Counter()

    @asynccontextmanager
    async def posted(self, server: web.Server) -> AsyncIterator[None]:
        """Watch a server until the block ends."""
        made, lost = server.connection_made, server.connection_lost

        def connection_made(handler: Any, transport: asyncio.Transport) -> None:
            teach(handler)
            made(handler, transport)
            self._let_in(handler, transport)

        def connection_lost(handler: Any, exc: BaseException | None = None) -> None:
            self._see_off(handler)
            lost(handler, exc)

        # aiohttp has no hook before the first request, and a connection need never send one
        server.connection_made = connection_made  # type: ignore[method-assign]
        server.connection_lost = connection_lost  # type: ignore[method-assign]
        walking = asyncio.create_task(self._walk_round(), name="doorman")
        try:
            yield
        finally:
            walking.cancel()
            await asyncio.wait([walking])

    def __len__(self) -> int:
        return len(self._guests)

    def _let_in(self, handler: object, transport: asyncio.Transport) -> None:
        peer = transport.get_extra_info("peername")
        host = peer[0] if peer else None
        address = party(host)
        if len(self._guests) >= self._most:
            refusal = Refusal("busy", detail=f"The server has all of its {self._most} connections open.")
        elif self._of_address[address] >= self._limits.connections_per_address_max and host not in self._proxies:
            most = self._limits.connections_per_address_max
            refusal = Refusal("too_many_sockets", detail=f"An address has at most {most} connections at a time.")
        else:
            self._guests[handler] = _Guest(address, transport)
            self._of_address[address] += 1
            self._counts.connections += 1
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _READ_BYTES)
            return
        self._counts.connections_refused += 1
        # a moment later: aiohttp has not finished greeting the connection yet, and must have before it ends
        asyncio.get_running_loop().call_soon(_turn_away, transport, refusal)

    def _see_off(self, handler: object) -> None:
        guest = self._guests.pop(handler, None)
        if guest is not None:
            self._of_address[guest.address] -= 1
            self._counts.connections -= 1
            if not self._of_address[guest.address]:
                del self._of_address[guest.address]

    async def _walk_round(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_S)
            self.look(loop.time())

    def look(self, now: float) -> None:
        """Put out every peer that has taken neither LEAST_BYTES nor all that waits for it for as long as may be.

        A byte now and then would hold what waits for hours. What is added between two looks hides as much that was
        taken, but so little is asked for that who reads at all is seen to.
        """
        for guest in list(self._guests.values()):
            waits_bytes = guest.transport.get_write_buffer_size()
            guest.taken_bytes += max(guest.waits_bytes - waits_bytes, 0)
            if not waits_bytes or not guest.waits_bytes or guest.taken_bytes >= LEAST_BYTES:
                guest.since, guest.taken_bytes = now, 0
            elif now - guest.since >= self._limits.stall_s:
                guest.transport.abort()
                self._counts.connections_stalled += 1
            guest.waits_bytes = waits_bytes


def _turn_away(transport: asyncio.Transport, refusal: Refusal) -> None:
    request_id = new_request_id()
    body = _encode(refusal.problem(request_id))
    status, reason = refusal.entry.status, "Service Unavailable" if refusal.entry.status == 503 else "Too Many Requests"
    head = (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n"
        f"X-Request-Id: {request_id}\r\nCache-Control: no-store\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
    )
    transport.write(head.encode() + body)
    transport.close()


async def settled_body(request: web.Request, within_s: float) -> bytes:
    """The whole body, uncompressed; Refusal when it is another, or does not come in time."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise Refusal("unsupported_encoding", "Content-Encoding")
    if request.content.is_eof():  # it came with the head, as small ones do, and no timer is needed
        return await request.read()
    try:
        async with asyncio.timeout(within_s):
            return await request.read()
    except TimeoutError:
        raise Refusal("request_timeout", detail=f"A body must come within {within_s:g} s.") from None


def files_allowed() -> int:
    """How many files this process may have open, once it is allowed as many as it can be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == hard:
        return soft if soft != resource.RLIM_INFINITY else 1 << 30
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return files_allowed()
