"""The edge of a history's server, and the sockets on both ends: the real session and the real client, links between.

Text messages travel as they would on the wire. Nothing else of HTTP is here: a link's greeting bears the key.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from aiohttp import WSMsgType

from exchange.language.commands import Command
from exchange.language.port import Outcome
from exchange.runtime.exchange import Exchange
from gateway.auth import hash_secret, identify
from gateway.client.stream import Stream
from gateway.desk import Desk
from gateway.nonces import Nonces
from gateway.settings import Settings
from gateway.shedding import Load
from gateway.throttle import Gate
from gateway.vault import Vault
from gateway.ws.newsroom import Newsroom
from gateway.ws.session import Session
from tests.gateway.house import PLENTY
from tests.simulator.cast import secret_of
from tests.simulator.checks import Checks
from tests.simulator.loop import Node
from tests.simulator.network import End, Network
from tests.simulator.world import World

ADDRESS: Final = "127.0.0.1"


class Door:
    """The market as the edge sees it, with a check on every answer that comes out of it."""

    def __init__(self, exchange: Exchange, checks: Checks) -> None:
        self._exchange = exchange
        self._checks = checks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._exchange, name)

    async def submit(self, command: Command) -> Outcome:
        clock_s = self._exchange.clock_s
        outcome = await self._exchange.submit(command)
        self._checks.answered(command, outcome, clock_s)
        return outcome


class OpenVault(Vault):
    """Seals without chance."""

    def __init__(self) -> None:
        """No key."""

    def seal(self, plain: bytes) -> bytes:
        return b"sealed " + plain


class ServerSocket:
    """A link as a session sees it."""

    remote = ADDRESS

    def __init__(self, end: End) -> None:
        self._end = end

    async def __aiter__(self) -> AsyncIterator[Any]:
        with suppress(ConnectionResetError):
            while (text := await self._end.receive()) is not None:
                yield SimpleNamespace(type=WSMsgType.TEXT, data=text)

    async def send(self, frames: Sequence[bytes]) -> None:
        for frame in frames:
            self._end.send(frame)
        await self._end.drain()

    async def close(self, code: int, reason: str) -> None:
        with suppress(ConnectionResetError):
            self._end.send(code)

    def abort(self) -> None:
        self._end.cut()

    def linger(self, patience_s: float) -> None:
        self._end.node.call_later(patience_s, self._end.cut)


class ClientSocket:
    """A link as the client sees it: what of aiohttp's socket it uses."""

    def __init__(self, world: World, end: End) -> None:
        self._world = world
        self._end = end
        self.close_code: int | None = None

    async def send_str(self, text: str) -> None:
        self._end.send(text.encode())
        await self._end.drain()

    async def __aiter__(self) -> AsyncIterator[Any]:
        world = self._world
        with suppress(ConnectionResetError):
            while True:
                if world.happens(world.plan.stalls):
                    await asyncio.sleep(world.chance.choice((0.1, 5.0, 60.0)))
                frame = await self._end.receive()
                if isinstance(frame, int):
                    self.close_code = frame
                    return
                yield SimpleNamespace(type=WSMsgType.TEXT, data=frame.decode())

    async def close(self) -> None:
        self._end.cut()
        self._end.learn()


class Connector:
    """What of aiohttp's client session the client uses."""

    def __init__(self, world: World, network: Network, node: Node, account_id: str) -> None:
        self._world = world
        self._network = network
        self._node = node
        self._account_id = account_id

    async def ws_connect(self, _: str, **__: Any) -> ClientSocket:
        try:
            end = await self._network.connect(self._node, ("stream", secret_of(self._account_id)))
        except ConnectionError as error:
            raise aiohttp.ClientConnectionError(str(error)) from error
        return ClientSocket(self._world, end)

    async def stream(self) -> Stream:
        """An open stream; Unreachable when there is none."""
        connector: Any = self
        return await Stream.open(connector, "sim")


class Edge:
    """The sessions of one server."""

    def __init__(self, world: World, exchange: Exchange, checks: Checks) -> None:
        market: Any = Door(exchange, checks)
        self._settings = Settings(outbox_max_bytes=world.plan.outbox_bytes, **PLENTY)
        gate = Gate(self._settings, Load(market, self._settings), asyncio.get_running_loop().time)
        self._desk = Desk(
            market=market, vault=OpenVault(), gate=gate, nonces=Nonces(1, 1, lambda: 0)
        )  # nobody signs here
        self._newsroom = Newsroom(market)

    async def serve(self, end: End, secret: str) -> None:
        """One socket, from its handshake to its close."""
        caller = identify(self._desk.market, self._desk.market.reads.key(hash_secret(secret)), ADDRESS)
        session = Session(self._desk, self._settings, self._newsroom, ServerSocket(end), caller)
        try:
            await session.serve()
        finally:
            session.left()

    async def submit(self, command: Command) -> Outcome:
        """A command past the edge, for what the stream has no op for."""
        return await self._desk.market.submit(command)
