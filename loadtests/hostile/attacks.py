"""The attacks as data: how many connections, what each says first, and what it says again and again."""

import zlib
from typing import Final, NamedTuple

from loadtests.openloop.lines import STREAM_PATH
from loadtests.openloop.wire import handshake, request_head, text_frame, whole_request

HOST: Final = "hostile"
_MASK: Final = b"\0\0\0\0"


class Attack(NamedTuple):
    """`again` every so many seconds on each connection; 0: as fast as it is taken. `deaf`: it reads nothing."""

    what: str
    connections: int
    first: bytes
    again: bytes = b""
    every_s: float = 0.0
    deaf: bool = False
    reconnects: bool = True


def attacks(key: str) -> dict[str, Attack]:
    """All of them by name; some have a key of their own, as anybody can have."""
    stream, mine = handshake(STREAM_PATH, HOST, ""), handshake(STREAM_PATH, HOST, key)
    get = whole_request(request_head("GET", "/v1/time", HOST, ""), b"")
    guess = whole_request(request_head("GET", "/v1/account", HOST, "lbk_" + "g" * 43), b"")
    bids = request_head("POST", "/v1/bids", HOST, key)
    bid = text_frame(b'{"id":1,"op":"bid.place","params":{}}')
    slow_body = bids + b"60000\r\n\r\n{"
    packed = _packed(50_000_000)
    return {
        "idle": Attack("10,000 connections that say nothing", 10_000, b"", reconnects=False),
        "streams": Attack("10,000 idle streams, each with a book", 10_000, stream + _BOOK, reconnects=False),
        "heads": Attack("heads a line a second", 1_000, b"GET /v1/time HTTP/1.1\r\n", b"X-A: b\r\n", 1.0),
        "bodies": Attack("bodies a byte a second", 1_000, slow_body, b" ", 1.0),
        "reads": Attack("GET, pipelined", 32, get * 50, get * 50),
        "guesses": Attack("keys that are guessed", 32, guess * 50, guess * 50),
        "orders": Attack("orders of one account", 8, mine, bid * 50),
        "pieces": Attack("messages in 70,000 pieces", 16, stream, _pieces()),
        "large": Attack("messages of 1 MiB", 16, stream, text_frame(b" " * (1 << 20))),
        "pings": Attack("pings of WebSocket", 16, stream, b"\x89\x84" + _MASK + b"ping"),
        "bombs": Attack("50 MB deflated into a frame", 16, stream + b"\xc1" + text_frame(packed)[1:]),
        "gzip": Attack("50 MB compressed into a body", 16, whole_request(_gzipped(bids), packed)),
        "deep": Attack("JSON 30,000 deep", 16, stream, text_frame(b"[" * 30_000 + b"]" * 30_000)),
        "text": Attack("bytes that are no UTF-8", 16, stream, text_frame(b"\xff" * 1000)),
        "deaf": Attack("streams that never read", 64, stream + _BOOK, text_frame(b'{"id":1,"op":"ping"}'), deaf=True),
    }


_BOOK: Final = text_frame(b'{"id":1,"op":"subscribe","params":{"channels":["book:hangzhou/h800-sxm/P1D"]}}')


def _pieces() -> bytes:
    piece = b"\x00\x81" + _MASK + b" "
    return b"\x01\x81" + _MASK + b" " + piece * 69_998 + b"\x80\x81" + _MASK + b" "


def _packed(size: int) -> bytes:
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(b" " * size) + packing.flush(zlib.Z_SYNC_FLUSH)


def _gzipped(head: bytes) -> bytes:
    return head.replace(b"\r\nContent-Length", b"\r\nContent-Encoding: gzip\r\nContent-Length")
