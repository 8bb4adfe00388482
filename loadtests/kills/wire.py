"""A small TCP proxy in this process, so that connections can be reset without the help of either end."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]

HOST = "127.0.0.1"
_CHUNK_BYTES = 64 * 1024
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time: closing sends RST and forgets what was not sent


class Wire:
    """Passes on what comes in at `port`, both ways; `cut` resets every connection that is open."""

    def __init__(self, far: Callable[[], Awaitable[Ends]]) -> None:
        self._far = far
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen at a free port."""
        self._server = await asyncio.start_server(self._join, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more, and reset what is open."""
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> int:
        """Reset all connections, on both sides; how many there were."""
        ends = list(self._open)
        for end in ends:
            _reset(end)
        return len(ends) // 2

    async def _join(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await self._far()
        except OSError:
            _reset(near)
            return
        self._open |= {near, far}
        ways = [asyncio.create_task(_pass_on(*way)) for way in ((near_reader, far), (far_reader, near))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._open -= {near, far}
            near.close()
            far.close()


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(_CHUNK_BYTES):
            sink.write(data)
            await sink.drain()


def _reset(end: asyncio.StreamWriter) -> None:
    taken = end.get_extra_info("socket")
    with contextlib.suppress(OSError):
        if taken is not None and taken.family != socket.AF_UNIX:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    end.transport.abort()


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
