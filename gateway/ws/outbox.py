"""What waits to go out on one socket: a bounded queue and the one task that writes it.

Frames leave in the order in which they were put. Whoever puts into a full outbox waits, which in the end stops the
reading of that socket and of nothing else; what is told to many is offered instead, and offers to a full outbox are
turned down. Full is a matter of bytes, and the frame that fills it may pass the bound; it stays full until less than
half of that is left. Then whoever waits and those whose offers were turned down come first by turns, so neither keeps
the others out for ever. Once the peer is gone, frames are dropped and nobody waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from gateway.metrics.counts import Counts
from gateway.ws.socket import Socket

JOIN_BYTES: Final = 64 * 1024  # about as much leaves in one write


class Outbox:
    """Make it, run `write()` as a task, and cancel that in the end."""

    def __init__(self, socket: Socket, most_bytes: int, counts: Counts | None = None) -> None:
        self._socket = socket
        self._most_bytes = most_bytes
        self._counts = counts or Counts()
        self._frames: deque[bytes] = deque()
        self._held_bytes = 0  # of frames that wait or are being written
        self._arrived, self._room, self._empty = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._empty.set()
        self._turned_down: dict[Callable[[], None], None] = {}
        self._full = False
        self._line = asyncio.Lock()  # of those who wait for room, first come, first served
        self._pressing_bytes = 0
        self._called_back = False  # and nobody has put since, though somebody waits
        self._gone = False

    @property
    def held_bytes(self) -> int:
        """The size of all that waits, or is being written."""
        return self._held_bytes

    async def put(self, frame: bytes) -> None:
        """Take a text frame, as soon as there is room."""
        self._pressing_bytes += len(frame)
        try:
            await self.room()
        finally:
            self._pressing_bytes -= len(frame)
        self._take(frame)

    async def room(self) -> bool:
        """Wait in line until there is room, which is whoever's puts next without waiting; False when the peer is gone.

        Whoever makes a frame only then holds none while it waits.
        """
        if self._full or self._line.locked():
            async with self._line:
                while self._full:
                    self._room.clear()
                    await self._room.wait()
        return not self._gone

    async def relief(self) -> None:
        """Wait while the frames that wait to be put are more than an outbox holds."""
        if self._pressing_bytes >= self._most_bytes:
            await self.room()

    def offer(self, frame: bytes, when_room: Callable[[], None]) -> bool:
        """Take a text frame if there is room; else not, and call back once when there is again."""
        if self._full:
            self._turned_down[when_room] = None
            return False
        self._take(frame)
        return True

    def _take(self, frame: bytes) -> None:
        if not self._gone:
            self._frames.append(frame)
            self._held_bytes += len(frame)
            self._full = self._held_bytes >= self._most_bytes
            self._empty.clear()
            self._arrived.set()

    async def write(self) -> None:
        """Send what comes, until the peer is gone or the task is cancelled."""
        try:
            while True:
                while not self._frames:
                    self._empty.set()
                    self._call_back()
                    self._arrived.clear()
                    if not self._frames:
                        await self._arrived.wait()
                frames = self._gathered()
                await self._socket.send(frames)
                sent_bytes = sum(map(len, frames))
                self._held_bytes -= sent_bytes
                self._counts.frames_out += len(frames)
                self._counts.bytes_out += sent_bytes
                if self._held_bytes * 2 < self._most_bytes:
                    self._make_room()
        except ConnectionError:
            pass  # the reader of the socket learns of it, too, and ends the session
        finally:
            self._gone, self._full = True, False
            self._frames.clear()
            self._room.set()
            self._empty.set()

    async def flushed(self) -> None:
        """Wait until all that was put has been handed to the connection, or never can be."""
        await self._empty.wait()

    def _make_room(self) -> None:
        """Let frames in again, those first who did not come first the last time."""
        self._full = False
        self._room.set()
        if self._called_back and self._line.locked():
            self._called_back = False
        else:
            self._called_back = bool(self._turned_down)
            self._call_back()

    def drop(self) -> None:
        """Forget what waits, and take no more. What is being written may still arrive."""
        self._gone, self._full = True, False
        self._held_bytes -= sum(map(len, self._frames))
        self._frames.clear()
        self._room.set()
        self._empty.set()

    @property
    def dropped(self) -> bool:
        """Whether nothing that waits will go out any more, nor what comes."""
        return self._gone

    def _call_back(self) -> None:
        """Tell whose offers were turned down that there is room now."""
        if self._turned_down:
            waiting, self._turned_down = self._turned_down, {}
            for call in waiting:
                call()

    def _gathered(self) -> list[bytes]:
        """The next frames to write, at least one."""
        frames = [self._frames.popleft()]
        size = len(frames[0])
        while self._frames and size < JOIN_BYTES:
            frames.append(self._frames.popleft())
            size += len(frames[-1])
        return frames
