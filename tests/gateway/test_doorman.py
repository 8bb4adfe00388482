"""The doorman: how many connections there may be, and who is put out."""

import asyncio
from collections.abc import Callable
from typing import Any

from gateway.doorman import LEAST_BYTES, Doorman
from gateway.settings import Limits


class Handler:
    """What aiohttp knows a connection by."""


class Transport:
    """A connection's, of which as much waits as a test says."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.waits_bytes = 0
        self.said = b""
        self.ended = ""

    def get_extra_info(self, name: str) -> object:
        return self if name == "socket" else (self.address, 1)

    def setsockopt(self, *_: int) -> None:
        """Nothing of interest."""

    def get_write_buffer_size(self) -> int:
        return self.waits_bytes

    def write(self, data: bytes) -> None:
        self.said += data

    def close(self) -> None:
        self.ended = "closed"

    def abort(self) -> None:
        self.ended = "aborted"


class Server:
    """aiohttp's, as far as a doorman is concerned."""

    def connection_made(self, handler: Any, transport: Any) -> None:
        """Nothing of interest."""

    def connection_lost(self, handler: Any, error: BaseException | None = None) -> None:
        """Nothing of interest."""


async def test_an_address_has_so_many_connections() -> None:
    server: Any = Server()
    doorman = Doorman(Limits(connections_max=5, connections_per_address_max=2))
    async with doorman.posted(server):
        guests = [(Handler(), Transport(address)) for address in "aaabbbcd"]
        for handler, transport in guests:
            server.connection_made(handler, transport)
        await asyncio.sleep(0)
        assert [transport.said[9:12] for _, transport in guests] == [
            *(b"", b"", b"429"), *(b"", b"", b"429"), *(b"", b"503"),
        ]  # fmt: skip
        for handler, _ in guests:
            server.connection_lost(handler)
        assert len(doorman) == 0
        again = Transport("a")
        server.connection_made(Handler(), again)
        await asyncio.sleep(0)
        assert again.said == b""


async def test_who_takes_next_to_nothing_is_put_out() -> None:
    """A byte at a time is as good as nothing; the least rate, or the whole of little, is enough."""
    server: Any = Server()
    doorman = Doorman(Limits(stall_s=20))
    async with doorman.posted(server):
        waiting: dict[Transport, Callable[[int], int]] = {
            (stuck := Transport("a")): lambda second: 1000 + second,
            (drop := Transport("a")): lambda second: 10_000_000 - second,
            (slow := Transport("a")): lambda second: 10_000_000 - second * (LEAST_BYTES // 20 + 1),
            (refilled := Transport("a")): lambda second: 50_000 + second % 2 * 30_000,
            (small := Transport("a")): lambda second: 10 if second % 15 else 0,
            (idle := Transport("a")): lambda second: 0,
        }
        for transport in waiting:
            server.connection_made(Handler(), transport)
        put_out: dict[Transport, int] = {}
        for second in range(100):
            for transport, waits in waiting.items():
                transport.waits_bytes = waits(second)
            doorman.look(float(second))
            put_out |= {each: second for each in waiting if each.ended and each not in put_out}
        assert put_out == {stuck: 20, drop: 20}
        assert [each.ended for each in (slow, refilled, small, idle)] == [""] * 4
