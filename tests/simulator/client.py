"""A client of a history: it asks, is not answered, asks again with the same ids, and remembers what it was told.

Some speak to the stream, as the real client does; for what the stream has no op for, and for those who do not use it,
commands go to the market past the edge.
"""

import asyncio
from random import Random

from exchange.language.commands import Command
from exchange.language.port import Outcome
from gateway import answers
from gateway.client.errors import Refused, Unreachable
from gateway.client.stream import Stream
from tests.simulator.checks import Checks
from tests.simulator.edge import Connector
from tests.simulator.network import End, Network
from tests.simulator.wording import Wording, worded
from tests.simulator.workload import Workload
from tests.simulator.world import World

ANSWER_S = 30.0
AGAIN_S = 0.2


class Lost(Exception):
    """No answer: it may have been done, or not."""


class Client:
    """One account, several requests at a time."""

    def __init__(self, world: World, network: Network, checks: Checks, workload: Workload, name: str) -> None:
        self._world = world
        self._network = network
        self._checks = checks
        self._workload = workload
        self._chance = Random(f"{world.plan.seed} {name}")
        self.name = name
        self.node = world.loop.node(name)
        self.open = 0  # requests without an answer
        self.done = world.loop.create_future()
        self._last = 0
        self._waiting: dict[int, asyncio.Future[Outcome | None]] = {}
        self._link: End | None = None
        self._connecting = asyncio.Lock()
        self._connector = Connector(world, network, self.node, name)
        self._stream: Stream | None = None
        self._streams = self._chance.random() < 0.7

    def start(self, requests: int) -> None:
        self.node.start(self._live(requests), "client")

    async def _live(self, requests: int) -> None:
        lanes = self._world.plan.in_flight
        shares = [requests // lanes + (lane < requests % lanes) for lane in range(lanes)]
        await asyncio.gather(*(self._ask_all(share) for share in shares))
        self.done.set_result(None)

    async def _ask_all(self, requests: int) -> None:
        for _ in range(requests):
            await asyncio.sleep(self._chance.expovariate(1 / self._world.plan.think_s))
            command = self._workload.next()
            if command is not None:
                self.open += 1
                await self._settle(command)
                self.open -= 1

    async def _settle(self, command: Command) -> None:
        """Ask until there is an answer."""
        wording = worded(command) if self._streams else None
        pause_s = AGAIN_S
        while True:
            try:
                if wording is None:
                    told = await self._ask(command)
                else:
                    told = await self._request(command, wording)
                break
            except Lost:
                self._world.note("client.lost", self.name)
                await asyncio.sleep(pause_s * (0.5 + self._chance.random()))
                pause_s = min(pause_s * 2, 5.0)
        self._world.note("client.told", self.name, type(command).__name__, told)

    # ------------------------------------------------------------------------------------------------- by the stream

    async def _request(self, command: Command, wording: Wording) -> str:
        """Ask on the stream, and hold the answer to the truth."""
        try:
            async with self._connecting:
                if self._stream is None:
                    self._stream = await self._connector.stream()
                stream = self._stream
            if self._world.happens(self._world.plan.repeats):
                self.node.start(self._repeat_request(wording), "proxy")
            answer = await stream.request(wording.op, wording.params, wording.answer)
        except Refused as refused:
            if refused.problem.outcome == "unknown" or refused.problem.retryable:
                raise Lost from refused
            return refused.problem.code
        except Unreachable as error:
            stale, self._stream = self._stream, None
            if stale is not None:
                await stale.close()
            raise Lost from error
        assert isinstance(answer, answers.Answer)
        self._checks.told(command, answer)
        return f"ok {answer.seq}"

    async def _repeat_request(self, wording: Wording) -> None:
        """The same again, by another way."""
        world = self._world
        await asyncio.sleep(world.chance.choice((0.0, 0.01, 1.0, 40.0)))
        try:
            async with await self._connector.stream() as stream:
                world.note("net.repeated", self.name, wording.op)
                await stream.request(wording.op, wording.params, wording.answer)
        except (Refused, Unreachable):
            pass

    # --------------------------------------------------------------------------------------------------- past the edge

    async def _ask(self, command: Command) -> str:
        link = await self._linked()
        self._last += 1
        number = self._last
        future: asyncio.Future[Outcome | None] = self._world.loop.create_future()
        self._waiting[number] = future
        try:
            link.send((number, command))
            if self._world.happens(self._world.plan.repeats):
                self.node.start(self._repeat(command), "proxy")
            async with asyncio.timeout(ANSWER_S):
                answer = await future
        except (ConnectionError, TimeoutError) as error:
            raise Lost from error
        finally:
            self._waiting.pop(number, None)
        if answer is None:
            raise Lost
        return f"{'ok' if answer.reject is None else answer.reject.code.wire} {answer.seq}"

    async def _repeat(self, command: Command) -> None:
        """Something on the way sends the request a second time, by another way, and nobody waits for the answer."""
        world = self._world
        await asyncio.sleep(world.chance.choice((0.0, 0.01, 1.0, 40.0)))
        try:
            link = await self._network.connect(self.node, None)
            world.note("net.repeated", self.name, type(command).__name__)
            link.send((0, command))
            await link.receive()
            link.cut()
        except ConnectionError:
            pass

    async def _linked(self) -> End:
        async with self._connecting:
            if self._link is None or self._link.broken:
                try:
                    self._link = await self._network.connect(self.node, None)
                except ConnectionError as error:
                    raise Lost from error
                self.node.start(self._read(self._link), "reader")
            return self._link

    async def _read(self, link: End) -> None:
        try:
            while True:
                number, answer = await link.receive()
                future = self._waiting.get(number)
                if future is not None and not future.done():
                    future.set_result(answer)
        except ConnectionResetError:
            if self._link is link:
                for future in self._waiting.values():
                    if not future.done():
                        future.set_exception(ConnectionResetError("the link broke"))
