"""Whoever means harm: each attack is refused or bounded; afterwards the house is as it was, and serves the honest."""

import asyncio
import os
import socket as sockets
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
import pytest

from exchange.language.limits import FRAME_MAX_BYTES
from gateway.schema import Problem
from gateway.settings import Settings
from tests.gateway.house import PLENTY, House, a_bid

HEAD_S, BODY_S, STALL_S, HEARTBEAT_S, CONNECTIONS_MAX = 1.0, 0.4, 1.0, 1.5, 100
PATIENCE_S = 20
BEFORE_BODY = b"POST /v1/bids HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    limits = {"head_s": HEAD_S, "body_s": BODY_S, "connections_max": CONNECTIONS_MAX}
    limits |= {"stall_s": STALL_S, "heartbeat_s": HEARTBEAT_S}
    return Settings(port=0, data_dir=tmp_path, sandbox=True, **{**PLENTY, **limits})


class Line(NamedTuple):
    """A bare connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def rest(self) -> bytes:
        """Everything until the other side ends it."""
        heard = b""
        try:
            while chunk := await self.reader.read(65_536):
                heard += chunk
        except ConnectionError:
            pass
        return heard

    async def head(self) -> bytes:
        return await self.reader.readuntil(b"\r\n\r\n")

    async def close_frame(self) -> int:
        """The code of the next frame, which must be a close; pings before it are passed over."""
        while True:
            first, length = await self.reader.readexactly(2)
            payload = await self.reader.readexactly(length)
            if first == 0x88:
                return int(struct.unpack("!H", payload[:2])[0])
            assert first == 0x89, hex(first)


@asynccontextmanager
async def line(house: House, *, source: str = "127.0.0.1") -> AsyncIterator[Line]:
    port = int(house.url.rpartition(":")[2])
    async with asyncio.timeout(PATIENCE_S):
        opened = Line(*await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0)))
        try:
            yield opened
        finally:
            opened.writer.transport.abort()


@asynccontextmanager
async def bare_stream(house: House) -> AsyncIterator[Line]:
    """A WebSocket of which the frames are ours to forge."""
    async with line(house) as opened:
        await opened.say(
            b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        head = await opened.head()
        assert head.startswith(b"HTTP/1.1 101")
        assert b"deflate" not in head.lower(), "no compression is agreed on"
        yield opened


def frame(payload: bytes, first: int = 0x81) -> bytes:
    """A masked frame, whose mask changes nothing."""
    if len(payload) < 126:
        length = bytes([0x80 | len(payload)])
    elif len(payload) < 65_536:
        length = bytes([0x80 | 126]) + struct.pack("!H", len(payload))
    else:
        length = bytes([0x80 | 127]) + struct.pack("!Q", len(payload))
    return bytes([first]) + length + b"\0\0\0\0" + payload


Attack = Callable[[House, str], Awaitable[None]]


async def stood(house: House, *attacks: Attack, together: bool = False) -> None:
    """Make attacks, one after the other or all at once, and after each see that nothing is left of it."""
    alice = await house.account("alice")
    tasks = len(asyncio.all_tasks())
    for number, attack in enumerate([all_of(attacks)] if together else attacks):
        await attack(house, alice)
        order = await house.call("POST", "/v1/bids", alice, a_bid(f"honest-{number}"))
        assert order.status == 201, attack
        async with asyncio.timeout(PATIENCE_S):
            while len(asyncio.all_tasks()) > tasks + 1:  # the order may have opened another connection
                assert (await house.call("GET", "/healthz")).status == 200
    assert (await house.get("/v1/operator/invariants", house.operator))["violations"] == []


def all_of(attacks: Sequence[Attack]) -> Attack:
    async def attack(house: House, honest: str) -> None:
        await asyncio.gather(*(each(house, honest) for each in attacks))

    return attack


# -------------------------------------------------------------------------------------------------------------- REST


async def a_head_that_is_too_long(house: House, _: str) -> None:
    async with line(house) as opened:
        await opened.say(b"GET /v1/time HTTP/1.1\r\nHost: x\r\nX-A: " + b"b" * 10_000 + b"\r\n\r\n")
        assert b" 400 Bad Request\r\n" in await opened.rest()
    async with line(house) as opened:
        await opened.say(b"GET /v1/time HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 1000 + b"\r\n")
        assert b" 400 Bad Request\r\n" in await opened.rest()


HEADS = (
    b"GET /v1/time?" + b"b" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /v1/time HTTP/1.1\r\nHost: x\r\nX-A: <b>\0</b>\r\n\r\n",
    b"GET /v1/time HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"<b>\r\n\r\n",
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(200),  # TLS
)


async def a_head_that_cannot_be_read(house: House, _: str) -> None:
    for said in HEADS:
        async with line(house) as opened:
            await opened.say(said)
            before, body = (await opened.rest()).split(b"\r\n\r\n", 1)
        assert b" 400 Bad Request\r\n" in before
        assert b"Content-Type: application/problem+json" in before
        problem = msgspec.json.decode(body, type=Problem)
        assert b"X-Request-Id: " + problem.request_id.encode() in before
        assert (problem.code, problem.status, problem.outcome) == ("bad_request", 400, "rejected")
        assert b"<b>" not in body and b"bbbbbbbb" not in body, "nothing is echoed"


async def a_body_for_nobody(house: House, _: str) -> None:
    async with line(house) as opened:
        await opened.say(BEFORE_BODY % b"lbk_guess" + b"{")
        assert (await opened.head()).startswith(b"HTTP/1.1 401")


async def a_body_that_is_compressed(house: House, honest: str) -> None:
    bomb = zlib.compress(b'"' + b" " * 10_000_000 + b'"')
    for encoding in ("gzip", "deflate", "br", "identity, gzip"):
        answer = await house.call("POST", "/v1/bids", honest, data=bomb, headers={"Content-Encoding": encoding})
        assert answer.refused == (415, "unsupported_encoding", "Content-Encoding")
    answer = await house.call("POST", "/v1/bids", honest, data=b"{", headers={"Content-Encoding": "Identity"})
    assert answer.refused[1] == "malformed_json"


MONSTERS = (
    (b"[" * 5000 + b"]" * 5000, "too_deep"),
    (b'{"quantity": ' * 5000, "too_deep"),
    (b'{"client_order_id": "\xff\xfe"}', "malformed_json"),
    (b'{"client_order_id": "\xed\xa0\x80"}', "malformed_json"),
    (b'{"quantity": "' + b"9" * 60_000 + b'"}', "missing_field"),
    (b" " * (FRAME_MAX_BYTES + 1), "too_large"),
)


async def bodies_that_are_monstrous(house: House, honest: str) -> None:
    socket = await house.connect(honest)
    for body, code in MONSTERS:
        assert (await house.call("POST", "/v1/bids", honest, data=body)).refused[1] == code, body[:20]
        message = b'{"id": 1, "op": "bid.place", "params": ' + body + b"}"
        await socket.raw.send_frame(message, aiohttp.WSMsgType.TEXT)
        assert (await socket.reply())["error"]["code"] == code, body[:20]
        await socket.do("ping")
    await socket.raw.close()


async def ten_thousand_requests_at_once_on_one_line(house: House, honest: str) -> None:
    async with line(house) as opened:
        opened.writer.write(b"GET /v1/time HTTP/1.1\r\nHost: x\r\n\r\n" * 10_000)
        assert (await opened.head()).startswith(b"HTTP/1.1 200")
        assert (await house.call("GET", "/v1/time")).status == 200, "others have their turn"


# ------------------------------------------------------------------------------------------------------- connections


async def a_crowd_at_the_door(house: House, honest: str) -> None:
    async with AsyncExitStack() as crowd:
        lines = [await crowd.enter_async_context(line(house)) for _ in range(3 * CONNECTIONS_MAX)]
        for refused in lines[CONNECTIONS_MAX:]:
            answer = await refused.rest()
            assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            assert msgspec.json.decode(answer.partition(b"\r\n\r\n")[2])["code"] == "busy"
        await lines[0].say(b"GET /v1/time HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await lines[0].head()).startswith(b"HTTP/1.1 200"), "who is in is served"
        assert (await house.call("GET", "/healthz")).status == 200, "and so are the honest, who were in before"


async def test_attacks_over_rest(house: House) -> None:
    await stood(
        house,
        a_head_that_is_too_long,
        a_head_that_cannot_be_read,
        a_body_for_nobody,
        a_body_that_is_compressed,
        bodies_that_are_monstrous,
        ten_thousand_requests_at_once_on_one_line,
        a_crowd_at_the_door,
    )


# ------------------------------------------------------------------------------------------------------------ stream


async def a_message_in_seventy_thousand_pieces(house: House, _: str) -> None:
    async with bare_stream(house) as opened:
        piece = frame(b" ", 0x00)
        await opened.say(frame(b" ", 0x01) + piece * 70_000 + frame(b" ", 0x80))
        first, length, size = struct.unpack("!BBH", await opened.reader.readexactly(4))
        assert (first, length) == (0x81, 126)
        assert msgspec.json.decode(await opened.reader.readexactly(size))["error"]["code"] == "too_large"


async def a_message_that_is_too_large_to_keep(house: House, _: str) -> None:
    async with bare_stream(house) as opened:
        await opened.say(b"\x81\xff" + struct.pack("!Q", 1 << 40) + b"\0\0\0\0")
        assert await opened.close_frame() == 1009
    async with bare_stream(house) as opened:
        piece = frame(b" " * 60_000, 0x00)
        opened.writer.write(frame(b" ", 0x01) + piece * 20)
        assert await opened.close_frame() == 1009


async def a_bomb_in_a_frame(house: House, _: str) -> None:
    bomb = zlib.compressobj(wbits=-15)
    packed = bomb.compress(b" " * 50_000_000) + bomb.flush(zlib.Z_SYNC_FLUSH)
    async with bare_stream(house) as opened:
        opened.writer.write(frame(packed, 0xC1))
        assert await opened.close_frame() == 1002


async def a_flood_of_pings(house: House, honest: str) -> None:
    async with bare_stream(house) as opened:
        opened.writer.write(frame(os.urandom(100), 0x89) * 20_000)
        assert (await opened.reader.readexactly(1)) == b"\x8a"
        assert (await house.call("POST", "/v1/bids", honest, a_bid("meanwhile"))).status == 201


async def bytes_that_are_no_text(house: House, _: str) -> None:
    async with bare_stream(house) as opened:
        await opened.say(frame(b"\xff\xfe") * 10)
        heard = await opened.rest()
        assert heard.count(b'"malformed_json"') == 10
        assert heard.endswith(b"too many bad frames in a row")


async def test_attacks_over_the_stream(house: House) -> None:
    await stood(
        house,
        a_message_in_seventy_thousand_pieces,
        a_message_that_is_too_large_to_keep,
        a_bomb_in_a_frame,
        a_flood_of_pings,
        bytes_that_are_no_text,
    )


# ------------------------------------------------------------------------------------------------------------- waiting


async def a_head_that_never_ends(house: House, _: str) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with line(house) as silent, line(house) as slow:
        await slow.say(b"GET /v1/time HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await slow.head()).startswith(b"HTTP/1.1 200")

        async def drip() -> None:
            while not slow.writer.is_closing():
                await slow.say(b"X-A: b\r\n")
                await house.call("GET", "/healthz")

        dripping = asyncio.create_task(drip())
        assert await silent.rest() == b""
        await slow.rest()
        dripping.cancel()
        await asyncio.wait([dripping])
    assert loop.time() - began < 5 * HEAD_S


async def a_body_that_never_ends(house: House, honest: str) -> None:
    async with line(house) as opened:
        await opened.say(BEFORE_BODY % honest.encode() + b"{")
        answer = await opened.rest()
    assert answer.startswith(b"HTTP/1.1 408")
    problem = msgspec.json.decode(answer.partition(b"\r\n\r\n")[2])
    assert (problem["code"], problem["outcome"]) == ("request_timeout", "rejected")


async def half_a_frame_that_is_held_open(house: House, _: str) -> None:
    """Nobody can answer a ping within a frame."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with bare_stream(house) as opened:
        await opened.say(frame(b"x" * 1000)[:500])
        await opened.rest()
    assert loop.time() - began < 5 * HEARTBEAT_S


async def a_reader_that_is_stuck(house: House, _: str) -> None:
    narrow = sockets.socket()
    narrow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", int(house.url.rpartition(":")[2])))
    stuck = Line(*await asyncio.open_connection(sock=narrow))
    stuck.writer.transport.pause_reading()  # type: ignore[attr-defined]
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(PATIENCE_S):
        with suppress(ConnectionError):  # in the end it is put out
            while True:
                await stuck.say(b"GET /v1/catalog HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
    assert asyncio.get_running_loop().time() - began >= STALL_S
    stuck.writer.transport.abort()


async def test_attacks_that_take_their_time(house: House) -> None:
    await stood(
        house,
        a_head_that_never_ends,
        a_body_that_never_ends,
        half_a_frame_that_is_held_open,
        a_reader_that_is_stuck,
        together=True,
    )
