"""The network of a history: links that carry messages in order, late, and may be cut at any moment, on one side first.

A link never reorders, doubles or drops within itself, as TCP does not; what is under way when it is cut is lost. A peer
that is not heard of any more (killed, or behind a half-open link) is noticed late.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from tests.simulator.loop import Node
from tests.simulator.world import World

HALF_OPEN_S = 45.0  # until keep-alives notice a peer that is not there


class End:
    """One side of a link."""

    def __init__(self, world: World, node: Node) -> None:
        self.node = node
        self.broken = False  # this side knows
        self.stalled = False  # this side does not read
        self.peer: End | None = None
        self._world = world
        self._arrived: deque[Any] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._room: list[asyncio.Future[None]] = []
        self._last_s = 0.0
        self._cut = False
        self._under_way = 0

    def send(self, message: object) -> None:
        """Give a message to the link; ConnectionResetError when this side knows that it is broken."""
        if self.broken:
            raise ConnectionResetError("the link is broken")
        world = self._world
        if world.happens(world.plan.cuts):
            self.cut()
        peer = self.peer
        assert peer is not None
        if not self._cut:
            self._under_way += 1
            self._last_s = max(self._last_s, world.loop.time() + world.delay_s(world.plan.net_s))
            peer.node.call_later(self._last_s - world.loop.time(), peer.take, message)

    @property
    def full(self) -> bool:
        """Whether more waits for the other side than a link holds."""
        peer = self.peer
        assert peer is not None
        return not self.broken and self._under_way + len(peer._arrived) >= self._world.plan.window

    async def drain(self) -> None:
        """Wait until there is room again."""
        while self.full:
            room = self._world.loop.create_future()
            self._room.append(room)
            await room
        if self.broken:
            raise ConnectionResetError("the link is broken")

    async def receive(self) -> Any:
        """The next message; ConnectionResetError when there will be none."""
        while True:
            if self.stalled and not self.broken:
                await self._wait()
                continue
            if self._arrived:
                message = self._arrived.popleft()
                peer = self.peer
                if peer is not None:
                    peer.node.call(peer.make_room)
                return message
            if self.broken:
                raise ConnectionResetError("the link is broken")
            await self._wait()

    def take(self, message: object) -> None:
        """A message arrives."""
        peer = self.peer
        assert peer is not None
        peer._under_way -= 1
        if not self._cut and not self.broken:
            self._arrived.append(message)
            self._wake()

    def cut(self) -> None:
        """Break the link. Each side learns of it when it does."""
        if self._cut:
            return
        world, peer = self._world, self.peer
        assert peer is not None
        self._cut = peer._cut = True
        half_open = world.happens(world.plan.half_open)
        world.note("net.cut", self.node.name, peer.node.name, half_open)
        self.node.call_later(world.delay_s(world.plan.net_s), self.learn)
        peer.node.call_later(HALF_OPEN_S if half_open else world.delay_s(world.plan.net_s), peer.learn)

    def learn(self) -> None:
        """This side notices that the link is broken."""
        self.broken = True
        self._wake()
        self.make_room()

    def make_room(self) -> None:
        for room in self._room:
            if not room.done():
                room.set_result(None)
        self._room.clear()

    def resume(self) -> None:
        """Read on."""
        self.stalled = False
        self._wake()

    async def _wait(self) -> None:
        self._waiting = self._world.loop.create_future()
        await self._waiting

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class Network:
    """Who listens, and links to it. There is one address; of those who listen there, the last to begin answers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._listeners: list[tuple[Node, Callable[[End, object], None]]] = []

    def listen(self, node: Node, accept: Callable[[End, object], None]) -> None:
        """From now on this node answers: `accept` is called there with its side of each link, and a greeting."""
        self._listeners.append((node, accept))

    async def connect(self, node: Node, greeting: object) -> End:
        """A link to whoever listens; ConnectionRefusedError when nobody does."""
        world = self._world
        await asyncio.sleep(world.delay_s(world.plan.net_s))
        self._listeners = [listener for listener in self._listeners if listener[0].alive]
        if not self._listeners:
            raise ConnectionRefusedError("nobody listens")
        there, accept = self._listeners[-1]
        mine, theirs = End(world, node), End(world, there)
        mine.peer, theirs.peer = theirs, mine
        node.on_death.append(theirs.cut)
        there.on_death.append(mine.cut)
        there.call(accept, theirs, greeting)
        return mine
