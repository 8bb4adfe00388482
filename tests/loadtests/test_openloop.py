"""The open loop: it waits for nobody, it counts from the plan, and its percentiles are those of all that came."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from loadtests.openloop.latencies import Note, latencies_of
from loadtests.openloop.lines import FIRST, RestLine, StreamLine, opened
from loadtests.openloop.running import open_loop
from loadtests.openloop.wire import Broken, FrameReader, ResponseReader, text_frame, whole_request

MS = 1_000_000
GREETING = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Numbered:
    """Requests that say nothing but their number."""

    def __init__(self) -> None:
        self.learned: list[bytes] = []

    def next(self, number: int) -> bytes:
        return text_frame(b'{"id":%d}' % number)

    def learn(self, text: bytes) -> None:
        self.learned.append(text)


def server_frame(payload: bytes) -> bytes:
    return bytes((0x81, len(payload))) + payload


@asynccontextmanager
async def served(talk: Talk) -> AsyncIterator[str]:
    """A server that says what `talk` does to its one client; it has hung up when the block ends."""
    over = asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
            await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client is gone
        finally:
            writer.close()
            over.set()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}"
        await over.wait()


async def test_requests_go_out_though_none_is_answered_and_their_latency_counts_from_the_plan() -> None:
    count, rate = 100, 500

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer nothing before everything has come: who waits for an answer waits for ever."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(GREETING)
        for _ in range(count):
            await reader.readexactly(len(text_frame(b'{"id":%d}' % FIRST)))
        writer.write(b"".join(server_frame(b'{"id":%d,"ok":true}' % (FIRST + place)) for place in range(count)))

    async with served(talk) as url:
        line = StreamLine(Numbered(), "127.0.0.1", "")
        await opened(url, [line])
        ran = await open_loop([line], rate, 0, count / rate)
        line.end()
    assert not ran.behind
    assert ran.latencies.answers == count
    planned_ms = 1000 * count / rate
    assert ran.latencies.most_ms >= planned_ms * 0.98
    assert planned_ms * 0.45 <= ran.latencies.p50_ms
    dues = [note.due_ns for note in line.notes]
    assert {later - earlier for earlier, later in pairwise(dues)} == {1_000_000_000 // rate}


async def test_a_server_that_does_not_keep_up_is_given_up() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(GREETING)

    async with served(talk) as url:
        line = StreamLine(Numbered(), "127.0.0.1", "")
        await opened(url, [line])
        ran = await open_loop([line], 200, 0, 0.05, behind_max_s=0.1)
        line.end()
    assert ran.behind
    assert ran.latencies.answers == 0


async def test_by_rest_what_is_due_waits_in_the_client_while_an_answer_is_out() -> None:
    seen: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readuntil(b"\r\n\r\n")).startswith(b"POST"):
            body = await reader.readexactly(10)
            seen.append(int(body[2:]))
            writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\n" + body)

    class Posts(Numbered):
        def next(self, number: int) -> bytes:
            return whole_request(b"POST /v1/asks HTTP/1.1\r\nContent-Length: ", b"%10d" % number)

    async with served(talk) as url:
        asking = Posts()
        line = RestLine(asking)
        await opened(url, [line])
        line.write(line.ask(0) + line.ask(0) + line.ask(0))
        done = asyncio.Event()
        line.answered = lambda line, _: done.set() if not line.open else None
        await done.wait()
        line.end()
    assert seen == [FIRST, FIRST + 1, FIRST + 2]
    assert len(asking.learned) == len(line.notes) == 3


async def test_a_server_that_closes_is_told_of_by_name() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")

    async with served(talk) as url:
        line = StreamLine(Numbered(), "127.0.0.1", "")
        with pytest.raises(Broken, match="no handshake"):
            await opened(url, [line])
        line.end()


def test_percentiles_are_exact() -> None:
    notes = [Note(0, number * MS) for number in range(1, 1001)]
    found = latencies_of(notes, 0, 500 * MS)
    assert (found.answers, found.p50_ms, found.p99_ms, found.p999_ms, found.most_ms) == (1000, 500, 990, 999, 1000)
    assert found.per_second == pytest.approx(499 / 0.5)
    assert latencies_of([], 0, 1).p99_ms == 0
    assert latencies_of(notes[:3], 0, MS).p50_ms == 2


@pytest.mark.parametrize("size", [1, 125, 126, 65_535, 65_536])
def test_frames_are_read_however_they_come(size: int) -> None:
    payload = b"x" * size
    sent = text_frame(payload)
    unmasked = bytes((0x81, sent[1] & 0x7F)) + sent[2 : -size - 4] + payload
    reader = FrameReader()
    whole = unmasked + b"\x89\x02hi" + unmasked
    texts: list[bytes] = []
    pings: list[bytes] = []
    for begin in range(0, len(whole), 1000):
        heard = reader.feed(whole[begin : begin + 1000])
        texts += heard.texts
        pings += heard.pings
    assert texts == [payload, payload]
    assert pings == [b"hi"]
    with pytest.raises(Broken, match="closed"):
        reader.feed(b"\x88\x00")


def test_responses_are_read_however_they_come() -> None:
    one = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
    reader = ResponseReader()
    found = [response for byte in one + one for response in reader.feed(bytes((byte,)))]
    assert [tuple(response) for response in found] == [(200, b"hello"), (200, b"hello")]
    with pytest.raises(Broken, match="without a length"):
        reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
