"""A server that reads each request whole and then does what it was told to: answers, refuses, or breaks off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec

from gateway.schema import Problem

TIME = b'{"now":"2026-12-01T00:00:00Z"}'
BREAK = b""  # the request is read, and never answered


class Seen(NamedTuple):
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


def answer(payload: bytes = TIME, status: int = 200, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(payload)}\r\n\r\n".encode() + payload


def refusal(code: str, status: int, *, retryable: bool, outcome: str = "rejected", after_s: int | None = 0) -> bytes:
    problem = Problem(
        type="x", title="No", status=status, detail="No.", code=code, param=None, request_id="req-1",
        retryable=retryable, outcome=outcome,
    )  # fmt: skip
    return answer(msgspec.json.encode(problem), status, "" if after_s is None else f"Retry-After: {after_s}\r\n")


class Shaky:
    """`acts` are what it does, one a request; after the last one it answers well. `seen` is what it was asked."""

    def __init__(self) -> None:
        self.acts: list[bytes] = []
        self.seen: list[Seen] = []
        self.connections = 0
        self.url = ""

    def will(self, *acts: bytes) -> None:
        """Begin anew, with these."""
        self.acts, self.seen = list(acts), []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                line, *rest = head.split("\r\n")
                headers = dict(field.split(": ", 1) for field in rest if field)
                body = await reader.readexactly(int(headers.get("Content-Length", "0")))
                self.seen.append(Seen(line, headers, body))
                act = self.acts.pop(0) if self.acts else answer()
                if act == BREAK:
                    break
                writer.write(act)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def a_shaky_server() -> AsyncIterator[Shaky]:
    shaky = Shaky()
    server = await asyncio.start_server(shaky.serve, "127.0.0.1", 0)
    shaky.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield shaky
    server.close()
