"""A client's end of HTTP and WebSocket in plain bytes: as little work per message as there can be.

Only what is needed to put load on a server of ours or on a bare echo: bodies with a Content-Length, whole text frames.
"""

from typing import NamedTuple

TEXT, CLOSE, PING = 0x1, 0x8, 0x9
_MASKED = 0x80
_NO_MASK = b"\0\0\0\0"


class Broken(Exception):
    """The connection cannot go on, or what came is not what a server here sends."""


def text_frame(payload: bytes) -> bytes:
    """A whole text message. RFC 6455, section 5.3, has clients mask; a mask of zeros leaves the bytes as they are."""
    return _head(0x80 | TEXT, len(payload)) + payload


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping."""
    return _head(0x8A, len(payload)) + payload


def _head(first: int, length: int) -> bytes:
    if length < 126:
        return bytes((first, _MASKED | length)) + _NO_MASK
    if length < 65_536:
        return bytes((first, _MASKED | 126)) + length.to_bytes(2, "big") + _NO_MASK
    return bytes((first, _MASKED | 127)) + length.to_bytes(8, "big") + _NO_MASK


def request_head(method: str, path: str, host: str, key: str) -> bytes:
    """All of a request but its Content-Length and its body."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    return ("\r\n".join(lines) + "\r\nContent-Length: ").encode()


def whole_request(head: bytes, body: bytes) -> bytes:
    return b"%b%d\r\n\r\n%b" % (head, len(body), body)


def handshake(path: str, host: str, key: str) -> bytes:
    """The request that makes a connection a WebSocket."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: bGVhc2Vib29rLWxvYWR0ZQ==",
    ]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Heard(NamedTuple):
    """What came in one read: texts of messages, and the payloads of pings that want their answer."""

    texts: list[bytes]
    pings: list[bytes]


class FrameReader:
    """Frames of a server, which masks nothing."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Heard:
        """Whatever is whole now. Raises Broken when the server says goodbye."""
        rest = self._rest + data if self._rest else data
        heard, place, size = Heard([], []), 0, len(rest)
        while size - place >= 2:
            length, begin = rest[place + 1], place + 2
            if length > 125:
                wide = 2 if length == 126 else 8
                begin += wide
                if size < begin:
                    break
                length = int.from_bytes(rest[begin - wide : begin], "big")
            if size < begin + length:
                break
            kind = rest[place] & 0x0F
            if kind == TEXT:
                heard.texts.append(rest[begin : begin + length])
            elif kind == PING:
                heard.pings.append(rest[begin : begin + length])
            elif kind == CLOSE:
                raise Broken(f"the server closed the socket: {rest[begin : begin + length]!r}")
            place = begin + length
        self._rest = rest[place:]
        return heard


class Response(NamedTuple):
    status: int
    body: bytes


class ResponseReader:
    """Responses of a server on a connection that is kept."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Response]:
        """Whatever is whole now."""
        rest = self._rest + data if self._rest else data
        found: list[Response] = []
        place = 0
        while (end := rest.find(b"\r\n\r\n", place)) >= 0:
            head = rest[place:end].lower()
            named = head.find(b"\r\ncontent-length:")
            if named < 0:
                raise Broken(f"a response without a length: {head!r}")
            stop = head.find(b"\r\n", named + 2)
            length = int(head[named + 17 : stop if stop >= 0 else len(head)])
            begin = end + 4
            if len(rest) < begin + length:
                break
            found.append(Response(int(head[9:12]), rest[begin : begin + length]))
            place = begin + length
        self._rest = rest[place:]
        return found
