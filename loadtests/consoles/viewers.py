"""Open consoles, in a process of their own: `python -m loadtests.consoles.viewers URL CONSOLES MARKET …`.

Each is one socket that has open what the page of a market has, makes the book of what comes and checks the checksum of
every frame; and it asks for the market's candles as often as the page does. It prints a line when all books stand. A
line of JSON, the seq that each market's book must reach, ends it: then it prints what was seen.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Final, cast
from urllib.parse import urlsplit

import aiohttp
import msgspec
import uvloop

from gateway import answers, schema
from gateway.client.following import SNAPSHOT, BookBuilder, Gap
from loadtests.openloop.lines import STREAM_PATH
from loadtests.openloop.wire import FrameReader, handshake, pong_frame, text_frame

TENOR: Final = "P1D"
CANDLES_S: Final = 3.0  # as in gateway/console/market.js
_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.02
_SECOND_S: Final = 1.0


class Book(msgspec.Struct, frozen=True):
    """A book as a console has it in the end."""

    asks: tuple[answers.Rung, ...]
    bids: tuple[answers.Rung, ...]


class Seen(msgspec.Struct, kw_only=True):
    """What all of them saw together; `books` are the different ones that consoles of a market ended with."""

    book_frames: int = 0  # after the first of each, each checked
    trade_frames: int = 0
    trades: int = 0
    failures: list[str] = []  # checksums that did not hold, frames that were missing, answers that were none
    wholes: int = 0  # books that were told whole again
    most_per_s: float = 0.0  # paced frames of the busiest console over all its time
    most_in_a_second: int = 0  # paced frames of any console in any one second, by the clock of who reads
    candles: int = 0
    books: dict[str, list[Book]] = {}


class Paced:
    """When the paced frames of a console came, its book's and its trades' together."""

    def __init__(self) -> None:
        self.count = 0
        self.first_s = self.last_s = 0.0
        self.most_in_a_second = 0
        self._late_s: deque[float] = deque()  # of the last second, its end left out

    def take(self, now_s: float) -> None:
        """One more has come."""
        self.first_s = self.first_s or now_s
        self.last_s = now_s
        self.count += 1
        self._late_s.append(now_s)
        while now_s - self._late_s[0] >= _SECOND_S:
            self._late_s.popleft()
        self.most_in_a_second = max(self.most_in_a_second, len(self._late_s))

    @property
    def per_s(self) -> float:
        """How many came in a second, over all the time."""
        return (self.count - 1) / (self.last_s - self.first_s) if self.last_s > self.first_s else 0.0


class Console(asyncio.Protocol):
    """One of them."""

    def __init__(self, host: str, market: str, seen: Seen) -> None:
        self.market = market
        self.seen = seen
        self.book = BookBuilder()
        self.book_frames = 0
        self.paced = Paced()
        self._hello = handshake(STREAM_PATH, host, "")
        self._channel = f"book:{market}/{TENOR}/paced"
        self._wanted = schema.SubscribeParams(channels=(self._channel, f"trades:{market}/paced", "status"))
        self._frames: FrameReader | None = None
        self._transport: asyncio.Transport | None = None
        self._trades_seq: int | None = None
        self.left = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        now_s = perf_counter()
        if self._frames is None:
            if not data.startswith(b"HTTP/1.1 101"):
                self._fail(f"no handshake: {data[:80]!r}")
                return
            self._frames = FrameReader()
            self._ask("subscribe", self._wanted)
            return
        heard = self._frames.feed(data)
        for payload in heard.pings:
            self._transport.write(pong_frame(payload))
        for text in heard.texts:
            if text.startswith(b'{"channel"'):
                self._take(msgspec.json.decode(text, type=answers.Push), now_s)
            elif b'"ok":false' in text[:40]:
                self._fail(text[:200].decode())

    def connection_lost(self, error: Exception | None) -> None:
        if not self.left:
            self._fail(f"the connection was lost: {error or 'closed by the server'}")

    def leave(self) -> None:
        self.left = True
        if self._transport is not None:
            self._transport.abort()

    def _take(self, push: answers.Push, now_s: float) -> None:
        if push.channel == self._channel:
            self._take_book(push, now_s)
        elif push.channel.startswith("trades:"):
            if self._trades_seq not in (None, push.prev_seq):
                self._fail(f"trades of {push.seq} follow {push.prev_seq}, not {self._trades_seq}")
            self._trades_seq = push.seq
            self.paced.take(now_s)
            self.seen.trade_frames += 1
            self.seen.trades += len(msgspec.json.decode(push.data, type=answers.NewTrades).items)

    def _take_book(self, push: answers.Push, now_s: float) -> None:
        if push.type != SNAPSHOT or self.book_frames:
            self.paced.take(now_s)
            self.book_frames += 1
            self.seen.wholes += push.type == SNAPSHOT
        if not self.book.whole and push.type != SNAPSHOT:
            return  # it was a failure, which has been told, and comes whole again
        try:
            self.book.take(push)
        except Gap as gap:
            self._fail(f"{self._channel}: {gap}")
            self._ask("unsubscribe", schema.UnsubscribeParams(channels=(self._channel,)))
            self._ask("subscribe", self._wanted)

    def _ask(self, op: str, params: schema.Body) -> None:
        assert self._transport is not None
        self._transport.write(
            text_frame(b'{"id":1,"op":"%b","params":%b}' % (op.encode(), msgspec.json.encode(params)))
        )

    def _fail(self, why: str) -> None:
        self.seen.failures.append(why)


async def watch(url: str, count: int, markets: list[str]) -> Seen:
    """Open that many, in turn on each market; see what they see until somebody says it is over."""
    loop, parts, seen = asyncio.get_running_loop(), urlsplit(url), Seen()
    assert parts.hostname is not None and parts.port is not None
    consoles = [Console(parts.netloc, markets[number % len(markets)], seen) for number in range(count)]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        for console in consoles:
            await loop.create_connection(lambda console=console: console, parts.hostname, parts.port)  # type: ignore[misc]
        polls = [
            asyncio.create_task(_poll(session, url, console, place / count)) for place, console in enumerate(consoles)
        ]
        await _until(lambda console: console.book.whole, consoles)
        sys.stdout.write("up\n")
        sys.stdout.flush()
        last = msgspec.json.decode(await asyncio.to_thread(sys.stdin.readline), type=dict[str, int])
        await _until(lambda console: console.book.seq >= last[console.market], consoles)
        for task in polls:
            task.cancel()
        await asyncio.wait(polls)
    for console in consoles:
        console.leave()
        _add_up(console, seen)
    return seen


def _add_up(console: Console, seen: Seen) -> None:
    seen.book_frames += console.book_frames
    seen.most_per_s = max(seen.most_per_s, console.paced.per_s)
    seen.most_in_a_second = max(seen.most_in_a_second, console.paced.most_in_a_second)
    books = seen.books.setdefault(console.market, [])
    book = Book(console.book.asks, console.book.bids)
    if book not in books:
        books.append(book)


async def _until(holds: Callable[[Console], bool], consoles: list[Console]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not all(holds(console) for console in consoles):  # noqa: ASYNC110 - an event costs each frame
            await asyncio.sleep(_LOOK_S)


async def _poll(session: aiohttp.ClientSession, url: str, console: Console, share: float) -> None:
    """Candles at once and again and again; each console at another time."""
    asked = {"tenor": TENOR, "interval": "PT1H", "limit": "72"}
    await asyncio.sleep(share * CANDLES_S)
    while True:
        async with session.get(f"{url}/v1/markets/{console.market}/candles", params=asked) as answer:
            await answer.read()
        if answer.status == 200:
            console.seen.candles += 1
        else:
            console.seen.failures.append(f"candles: {answer.status}")
        await asyncio.sleep(CANDLES_S)


def main() -> None:
    url, count, *markets = sys.argv[1:]
    seen = uvloop.run(watch(url, int(count), markets))
    sys.stdout.buffer.write(msgspec.json.encode(seen) + b"\n")


if __name__ == "__main__":
    main()
