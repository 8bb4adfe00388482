"""What waits to go out on one socket: a bounded queue and the one task that writes it.

Frames leave in the order in which they were put. Whoever puts into a full outbox waits, which in the end stops the
reading of that socket and of nothing else; full is a matter of bytes, and the frame that fills it may pass the bound.
What has gathered by the time the writer looks leaves in two writes: a system call per message would cost more than all
the rest of the edge. Once the peer is gone, frames are dropped and nobody waits.
"""

import asyncio
from collections import deque
from typing import Final

from aiohttp import WSMsgType, web

JOIN_BYTES: Final = 64 * 1024  # about as much leaves in one write

_TEXT: Final = b"\x81"  # RFC 6455, section 5.2: a whole text message in one frame; a server masks nothing


class Outbox:
    """Make it, run `write()` as a task, and cancel that in the end.

    The socket must wait for its peer after every frame that finds the connection's buffer full: `writer_limit=0`.
    """

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, most_bytes: int) -> None:
        self._socket = socket
        self._request = request
        self._most_bytes = most_bytes
        self._frames: deque[bytes] = deque()
        self._held_bytes = 0  # of frames that wait or are being written
        self._arrived, self._room, self._empty = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._empty.set()
        self._gone = False

    async def put(self, frame: bytes) -> None:
        """Take a text frame, as soon as there is room."""
        while self._held_bytes >= self._most_bytes and not self._gone:
            self._room.clear()
            await self._room.wait()
        if not self._gone:
            self._frames.append(frame)
            self._held_bytes += len(frame)
            self._empty.clear()
            self._arrived.set()

    async def write(self) -> None:
        """Send what comes, until the peer is gone or the task is cancelled."""
        try:
            while True:
                while not self._frames:
                    self._empty.set()
                    self._arrived.clear()
                    await self._arrived.wait()
                frames = self._gathered()
                await self._send(frames)
                self._held_bytes -= sum(map(len, frames))
                self._room.set()
        except ConnectionError:
            pass  # the reader of the socket learns of it, too, and ends the session
        finally:
            self._gone = True
            self._frames.clear()
            self._room.set()
            self._empty.set()

    async def flushed(self) -> None:
        """Wait until all that was put has been handed to the connection, or never can be."""
        await self._empty.wait()

    def _gathered(self) -> list[bytes]:
        """The next frames to write, at least one."""
        frames = [self._frames.popleft()]
        size = len(frames[0])
        while self._frames and size < JOIN_BYTES:
            frames.append(self._frames.popleft())
            size += len(frames[-1])
        return frames

    async def _send(self, frames: list[bytes]) -> None:
        """All but the last in one write of our own; aiohttp writes the last, and waits while the buffer is full."""
        transport = self._request.transport
        if transport is None or self._socket.closed:
            raise ConnectionResetError("the peer is gone")
        if len(frames) > 1:
            transport.write(b"".join([part for frame in frames[:-1] for part in (_head(len(frame)), frame)]))
        await self._socket.send_frame(frames[-1], WSMsgType.TEXT)


def _head(length: int) -> bytes:
    """The bytes before a text message of this length."""
    if length < 126:
        return _TEXT + length.to_bytes(1, "big")
    if length < 65_536:
        return _TEXT + b"\x7e" + length.to_bytes(2, "big")
    return _TEXT + b"\x7f" + length.to_bytes(8, "big")
