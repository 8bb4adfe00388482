"""What a session needs of a socket, and aiohttp's: messages in, text frames out, in few writes, with back-pressure.

A system call per message would cost more than all the rest of the edge, so what has gathered leaves together. Who sends
without a pause has its turn with the others, a few messages at a time; pings, which aiohttp would answer without ever
giving way, are answered here.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, Protocol

from aiohttp import WSMsgType, web

from gateway.proxies import asker_of

TURN: Final = 8  # messages that one socket may have handled before the others have their turn
PING_PAUSE_S: Final = 0.005  # until more is read: nobody honest pings often
_TEXT: Final = b"\x81"  # RFC 6455, section 5.2: a whole text message in one frame; a server masks nothing


class Message(Protocol):
    """Something that came: of type TEXT or BINARY, with its bytes as data; what is of another type is passed over."""

    @property
    def type(self) -> WSMsgType: ...

    @property
    def data(self) -> Any: ...


class Socket(Protocol):
    """An open socket."""

    @property
    def remote(self) -> str | None:
        """The peer's address."""

    def __aiter__(self) -> AsyncIterator[Message]:
        """What comes, until the socket is closed by whichever side."""

    async def send(self, frames: Sequence[bytes]) -> None:
        """Send text messages, at least one; waits while the peer takes none. ConnectionError when it is gone."""

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye, and wait for the peer to say so, too."""

    def abort(self) -> None:
        """Cut the connection."""

    def linger(self, patience_s: float) -> None:
        """The session is over: cut the connection after a while if its peer never takes what was still to be sent."""


class AiohttpSocket:
    """A socket of aiohttp's server, prepared with `autoping=False`, and `writer_limit=0` to wait while it is full."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._request = request

    @property
    def remote(self) -> str | None:
        return asker_of(self._request)

    async def __aiter__(self) -> AsyncIterator[Message]:
        left = TURN
        async for message in self._socket:
            if message.type is WSMsgType.PING:
                # shielded: all who wait for a full socket wait for one future, and would be cancelled with this one
                await asyncio.shield(self._socket.send_frame(message.data, WSMsgType.PONG))
                await asyncio.sleep(PING_PAUSE_S)
            else:
                yield message
            left -= 1
            if not left:
                left = TURN
                await asyncio.sleep(0)

    async def send(self, frames: Sequence[bytes]) -> None:
        """All but the last in one write of our own; aiohttp writes the last, and waits while the buffer is full."""
        transport = self._request.transport
        if transport is None or self._socket.closed:
            raise ConnectionResetError("the peer is gone")
        if len(frames) > 1:
            transport.write(b"".join([part for frame in frames[:-1] for part in (_head(len(frame)), frame)]))
        await self._socket.send_frame(frames[-1], WSMsgType.TEXT)

    async def close(self, code: int, reason: str) -> None:
        await self._socket.close(code=code, message=reason.encode())

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    def linger(self, patience_s: float) -> None:
        transport = self._request.transport
        if transport is not None and transport.get_write_buffer_size():
            asyncio.get_running_loop().call_later(patience_s, transport.abort)


def _head(length: int) -> bytes:
    """The bytes before a text message of this length."""
    if length < 126:
        return _TEXT + length.to_bytes(1, "big")
    if length < 65_536:
        return _TEXT + b"\x7e" + length.to_bytes(2, "big")
    return _TEXT + b"\x7f" + length.to_bytes(8, "big")
