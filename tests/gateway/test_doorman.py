"""The doorman: how many connections there may be, and who is put out."""

import asyncio
from typing import Any

from gateway.doorman import Doorman
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


async def test_who_takes_nothing_is_put_out() -> None:
    server: Any = Server()
    doorman = Doorman(Limits(stall_s=20))
    async with doorman.posted(server):
        stuck, slow, idle = Transport("a"), Transport("a"), Transport("a")
        for transport in (stuck, slow, idle):
            server.connection_made(Handler(), transport)
        for second in range(20):
            stuck.waits_bytes = 1000 + second
            slow.waits_bytes = 1000 if second % 15 else 999
            doorman.look(float(second))
        assert [stuck.ended, slow.ended, idle.ended] == ["", "", ""]
        doorman.look(20.0)
        assert [stuck.ended, slow.ended, idle.ended] == ["aborted", "", ""]
