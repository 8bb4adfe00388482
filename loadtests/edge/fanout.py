"""Many sockets that listen while orders come: how long after an order was due the last of them has heard of it.

Every order is one change of the book. All listeners must get the same frames, and the book that they make must be the
one that REST shows, else there is no figure. One listener may never read: the others must not feel it.
"""

import asyncio
from time import perf_counter_ns
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlsplit
from zlib import crc32

import msgspec
import uvloop

from gateway import answers, schema
from gateway.client.following import BookBuilder
from gateway.client.sync import SyncClient
from loadtests.edge import orders
from loadtests.edge.rows import Wrong
from loadtests.edge.served import Served, Spent, leasebook
from loadtests.openloop.latencies import NS_PER_MS, NS_PER_S
from loadtests.openloop.lines import STREAM_PATH, StreamLine, opened
from loadtests.openloop.running import open_loop
from loadtests.openloop.scene import newcomer, now_s
from loadtests.openloop.wire import FrameReader, handshake, pong_frame, text_frame

TENOR: Final = "P1D"
BOOK: Final = f"book:{orders.REGION}/{orders.CHIP}/{TENOR}"
ACCOUNT: Final = "account"
_PATIENCE_S: Final = 60.0
_SOCKETS: Final = 100_000  # that an account and an address may have while this is measured
_LIMITS: Final = ("sockets_per_account_max", "connections_max", "connections_per_address_max")
_MB: Final = 1_000_000
_SEQ = b'"seq":'


class Crowd(NamedTuple):
    """Who listens to what, and how fast the orders come that they hear of."""

    sockets: int
    channels: tuple[str, ...]
    rate: int
    seconds: float
    stuck: int = 0  # more sockets, that never read


class Heard(NamedTuple):
    """What listening came to. Lags are from an order's planned instant to the push at the last socket."""

    crowd: Crowd
    changes: int
    frames_per_second: float
    p50_ms: float
    p99_ms: float
    server_ms: float  # of processor time for each change
    grown_mb: float  # of the server's memory


class Ear(asyncio.Protocol):
    """A socket that listens."""

    def __init__(self, host: str, key: str, channels: tuple[str, ...]) -> None:
        loop = asyncio.get_running_loop()
        self.subscribed: asyncio.Future[None] = loop.create_future()
        self.came: dict[int, int] = {}  # by seq of the book's pushes, when
        self.book: list[bytes] = []  # its pushes, kept when `keeps`
        self.keeps = False
        self.crc = 0
        self.frames = 0
        self.deaf = False
        self._hello = handshake(STREAM_PATH, host, key)
        wanted = schema.SubscribeParams(channels=channels)
        self._subscribe = text_frame(b'{"id":1,"op":"subscribe","params":%b}' % msgspec.json.encode(wanted))
        self._frames: FrameReader | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        assert self.transport is not None
        if self._frames is None:
            if not data.startswith(b"HTTP/1.1 101"):
                self.subscribed.set_exception(Wrong(f"no handshake: {data!r}"))
                return
            self._frames = FrameReader()
            self.transport.write(self._subscribe)
            return
        now_ns = perf_counter_ns()
        heard = self._frames.feed(data)
        for payload in heard.pings:
            self.transport.write(pong_frame(payload))
        for text in heard.texts:
            self._hear(text, now_ns)

    def _hear(self, text: bytes, now_ns: int) -> None:
        if not text.startswith(b'{"channel":"book:'):
            if not self.subscribed.done():
                self.subscribed.set_result(None)
                if self.deaf and self.transport is not None:
                    self.transport.pause_reading()
            self.frames += text.startswith(b'{"channel"')
            return
        if self.keeps:
            self.book.append(text)
        if b'"type":"update"' in text[:200]:
            place = text.index(_SEQ) + len(_SEQ)
            self.came[int(text[place : text.index(b",", place)])] = now_ns
            self.crc = crc32(text, self.crc)
            self.frames += 1


def listen(crowd: Crowd) -> Heard:
    """Start a server, have a crowd listen to it, and tell what that came to."""
    limits = [word for name in _LIMITS for word in ("--limit", f"{name}={_SOCKETS}")]
    with leasebook(limits) as served:
        operator = SyncClient(served.url, served.operator)
        key = newcomer(operator, "speaker", ("provider",), ("read", "provide"))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            ears, line, spent, grown = runner.run(_listened(crowd, served, key, now_s(operator)))
        _check(ears, operator)
        if violations := operator.audit().violations:
            raise Wrong(f"the audit finds {violations[:3]}")
    return _heard(crowd, ears, line, spent, grown)


async def _listened(crowd: Crowd, served: Served, key: str, begins_s: int) -> tuple[list[Ear], StreamLine, Spent, int]:
    loop, parts = asyncio.get_running_loop(), urlsplit(served.url)
    assert parts.hostname is not None and parts.port is not None
    ears = [Ear(parts.netloc, key, crowd.channels) for _ in range(crowd.sockets + crowd.stuck)]
    ears[0].keeps = True
    for number, ear in enumerate(ears):
        ear.deaf = number >= crowd.sockets
        await loop.create_connection(lambda ear=ear: ear, parts.hostname, parts.port)  # type: ignore[misc]
    async with asyncio.timeout(_PATIENCE_S):
        await asyncio.gather(*(ear.subscribed for ear in ears))
    line = StreamLine(orders.Orders("rest", "s", begins_s, parts.netloc, key, streams=True), parts.netloc, key)
    await opened(served.url, [line])
    before, size = served.spent(), served.rss_bytes()
    await open_loop([line], crowd.rate, 0, crowd.seconds)
    listening = ears[: crowd.sockets]
    last = max(_seqs(line))
    async with asyncio.timeout(_PATIENCE_S):
        while any(max(ear.came, default=0) < last for ear in listening):  # noqa: ASYNC110 - an event costs each answer
            await asyncio.sleep(0.02)
    after, grown = served.spent(), served.rss_bytes() - size
    for ear in ears:
        assert ear.transport is not None
        ear.transport.abort()
    line.end()
    return listening, line, Spent(after.server_s - before.server_s, after.children_s - before.children_s), grown


def _seqs(line: StreamLine) -> list[int]:
    """The seq of every order, in the order of their answers."""
    if line.refused:
        raise Wrong(f"an order was refused: {next(iter(line.refused.values()))!r}")
    places = [(text, text.index(_SEQ) + len(_SEQ)) for text in line.texts.values()]
    return [int(text[place : text.index(b",", place)]) for text, place in places]


def _check(ears: list[Ear], operator: SyncClient) -> None:
    """Everybody has heard the same, and it is what there is."""
    if len({(ear.crc, len(ear.came)) for ear in ears}) != 1:
        raise Wrong("not all sockets got the same of the book")
    builder = BookBuilder()
    for text in ears[0].book:
        builder.take(msgspec.json.decode(text, type=answers.Push))
    book = operator.book(orders.REGION, orders.CHIP, TENOR, depth=100)
    if builder.asks[:100] != book.asks or builder.bids[:100] != book.bids:
        raise Wrong("the book that was built is another than the one shown")


def _heard(crowd: Crowd, ears: list[Ear], line: StreamLine, spent: Spent, grown: int) -> Heard:
    last = {seq: max(ear.came[seq] for ear in ears) for seq in ears[0].came}
    pushes = sorted(last)
    lags: list[int] = []
    place = 0
    for seq, note in sorted(zip(_seqs(line), line.notes, strict=True)):
        while pushes[place] < seq:  # a push tells of all that came before it
            place += 1
        lags.append(last[pushes[place]] - note.due_ns)
    lags.sort()
    span_s = (max(last.values()) - line.notes[0].due_ns) / NS_PER_S
    return Heard(
        crowd=crowd,
        changes=len(lags),
        frames_per_second=sum(ear.frames for ear in ears) / span_s,
        p50_ms=lags[len(lags) // 2] / NS_PER_MS,
        p99_ms=lags[len(lags) * 99 // 100] / NS_PER_MS,
        server_ms=1000 * spent.server_s / len(lags),
        grown_mb=grown / _MB,
    )


def texts_of(heard: Heard) -> tuple[str, ...]:
    """A row of the table, under COLUMNS."""
    crowd = heard.crowd
    return (
        f"{crowd.sockets:,}" + (f", and {crowd.stuck} that never reads" if crowd.stuck else ""),
        " and ".join(channel.partition(":")[0] for channel in crowd.channels),
        f"{crowd.rate}",
        f"{heard.frames_per_second:,.0f}",
        f"{heard.p50_ms:.2f}",
        f"{heard.p99_ms:.2f}",
        f"{heard.server_ms:.2f}",
        f"{heard.grown_mb:.1f}",
    )


COLUMNS: Final = (
    "sockets", "channels", "orders/s", "frames/s", "p50 ms to the last", "p99 ms to the last",
    "server CPU ms per order", "memory grown MB",
)  # fmt: skip


def figures_of(heard: Heard) -> dict[str, Any]:
    """The same as numbers."""
    return heard._asdict() | heard.crowd._asdict()


def name_of(crowd: Crowd) -> str:
    """A crowd in words."""
    return f"listening {crowd.sockets} {'stuck ' if crowd.stuck else ''}{crowd.rate}/s"
