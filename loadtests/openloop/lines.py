"""One connection under load, to a stream or to REST: requests go out as bytes, each answer is noted with its instant.

Requests bear numbers of eight digits, which on the stream are their ids; REST answers in the order of the requests.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter_ns
from typing import Protocol, cast
from urllib.parse import urlsplit

from loadtests.openloop.latencies import Note
from loadtests.openloop.wire import Broken, FrameReader, ResponseReader, handshake, pong_frame

FIRST = 10_000_000  # the first number of a line
KEPT_BYTES = 320  # of an answer: more than its beginning is not needed to find the order again
_OPEN_S = 60.0
STREAM_PATH = "/v1/stream"


class Asking(Protocol):
    """What a line asks: whole requests one after the other, told of the answers to the earlier ones."""

    def next(self, number: int) -> bytes:
        """The request with this number, as bytes for the connection."""

    def learn(self, text: bytes) -> None:
        """The beginning of an answer."""


class Line(asyncio.Protocol):
    """A connection, not yet made; `open` gives it one. `answered` is called after every read that had answers."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.notes: list[Note] = []
        self.texts: dict[int, bytes] = {}  # by number, the beginnings of answers
        self.refused: dict[int, bytes] = {}
        self.open: dict[int, int] = {}  # by number, when it was due
        self.answered: Callable[[Line, int], None] = lambda line, count: None
        self.lost = ""  # why the connection ended
        self.ended = False  # it was ended on purpose
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._number = FIRST
        self._transport: asyncio.Transport | None = None

    def ask(self, due_ns: int) -> bytes:
        """The next request, to be written; it counts as due at this instant."""
        self.open[self._number] = due_ns
        request = self.asking.next(self._number)
        self._number += 1
        return request

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def end(self) -> None:
        """Cut the connection."""
        self.ended = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        self.begin()

    def begin(self) -> None:
        self.ready.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended:
            self._fail(f"the connection was lost: {error or 'closed by the server'}")

    def note(self, number: int, good: bool, text: bytes, now_ns: int) -> None:
        """One answer."""
        due_ns = self.open.pop(number, None)
        if due_ns is None:
            self._fail(f"an answer to request {number}, which is not open: {text[:KEPT_BYTES]!r}")
            return
        self.notes.append(Note(due_ns, now_ns))
        text = text[:KEPT_BYTES]
        if good:
            self.texts[number] = text
            self.asking.learn(text)
        else:
            self.refused[number] = text

    def _fail(self, why: str) -> None:
        self.lost = self.lost or why
        if not self.ready.done():
            self.ready.set_exception(Broken(why))


class StreamLine(Line):
    """A WebSocket; its messages, and those of a server that answers, begin with `{"id":` and the number."""

    def __init__(self, asking: Asking, host: str, key: str) -> None:
        super().__init__(asking)
        self._handshake = handshake(STREAM_PATH, host, key)
        self._greeting: bytes | None = b""
        self._frames = FrameReader()

    def begin(self) -> None:
        self.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        now_ns = perf_counter_ns()
        if self._greeting is not None:
            self._greet(self._greeting + data)
            return
        try:
            heard = self._frames.feed(data)
        except Broken as error:
            self._fail(str(error))
            return
        for payload in heard.pings:
            self.write(pong_frame(payload))
        for text in heard.texts:
            self.note(int(text[6:14]), b'"ok":false' not in text[:40], text, now_ns)
        if heard.texts:
            self.answered(self, len(heard.texts))

    def _greet(self, data: bytes) -> None:
        head, found, rest = data.partition(b"\r\n\r\n")
        self._greeting = None if found else data
        if found and not head.startswith(b"HTTP/1.1 101"):
            self._fail(f"no handshake: {data!r}")
        elif found:
            self.ready.set_result(None)
            if rest:
                self.data_received(rest)


class RestLine(Line):
    """A connection that is kept; what is asked while an answer is out waits its turn here, in order."""

    def __init__(self, asking: Asking) -> None:
        super().__init__(asking)
        self._responses = ResponseReader()
        self._sent: deque[int] = deque()
        self._waiting: deque[bytes] = deque()

    def ask(self, due_ns: int) -> bytes:
        """The next request when it may go now; else nothing, and it goes when its turn comes."""
        number = self._number
        request = super().ask(due_ns)
        self._sent.append(number)
        if len(self._sent) == 1:
            return request
        self._waiting.append(request)
        return b""

    def data_received(self, data: bytes) -> None:
        now_ns = perf_counter_ns()
        try:
            responses = self._responses.feed(data)
        except Broken as error:
            self._fail(str(error))
            return
        for status, body in responses:
            self.note(self._sent.popleft(), status < 400, body, now_ns)
            if self._waiting:
                self.write(self._waiting.popleft())
        if responses:
            self.answered(self, len(responses))


async def opened(url: str, lines: list[Line]) -> None:
    """Connect every line. Raises Broken when a server does not want one."""
    loop, parts = asyncio.get_running_loop(), urlsplit(url)
    assert parts.hostname is not None and parts.port is not None
    async with asyncio.timeout(_OPEN_S):
        for line in lines:
            await loop.create_connection(lambda line=line: line, parts.hostname, parts.port)  # type: ignore[misc]
        await asyncio.gather(*(line.ready for line in lines))
