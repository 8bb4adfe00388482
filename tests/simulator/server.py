"""A server of a history: the real exchange on a simulated journal, from its start to its death.

Whoever supervises it starts another when it is dead. Everything that it answers is checked as it leaves the market.
"""

import asyncio
from contextlib import suppress
from traceback import format_exception
from typing import Final

from exchange.language.commands import Command
from exchange.language.journal import JournalBroken, JournalError
from exchange.language.port import Busy, MarketStopped, Outcome
from exchange.runtime.clock import SystemClock
from exchange.runtime.exchange import Exchange
from tests.simulator.cast import seeds
from tests.simulator.checks import Checks
from tests.simulator.database import Database
from tests.simulator.edge import Edge
from tests.simulator.journal import SimJournal
from tests.simulator.keeping import SimSnapshots, SimStatements
from tests.simulator.network import End, Network
from tests.simulator.world import World

_SEEDS: Final = seeds()


class Server:
    """One process, from `start` until its node is dead."""

    def __init__(self, world: World, database: Database, network: Network, checks: Checks, number: int) -> None:
        self._world = world
        self._database = database
        self._network = network
        self._checks = checks
        self.node = world.loop.node(f"server-{number}")
        self.exchange: Exchange | None = None
        self.edge: Edge | None = None
        self.take_over = False
        self._epoch = 0
        self._leaving: asyncio.Future[None] = world.loop.create_future()

    def start(self, *, take_over: bool = False) -> None:
        self.take_over = take_over
        self._world.note("server.start", self.node.name, take_over)
        self.node.start(self._live(), "server")

    async def _live(self) -> None:
        try:
            await self._serve()
        except JournalError as error:
            if isinstance(error, JournalBroken) and self._in_office():
                self._world.fail(f"{self.node.name} found its journal broken: {''.join(format_exception(error))}")
            self._world.note("server.gave_up", self.node.name, type(error).__name__)
        except Exception as error:
            if self._in_office():
                self._world.fail(f"{self.node.name} died: {''.join(format_exception(error))}")
            self._world.note("server.died", self.node.name, type(error).__name__)
        self.node.kill()

    def _in_office(self) -> bool:
        """Whether nobody has taken its place: else what it finds may have changed under its hands."""
        return self._epoch == self._database.epoch

    async def _serve(self) -> None:
        journal = await SimJournal.open(self._database, self.node, take_over=self.take_over)
        self._epoch = journal.epoch
        self.exchange = await Exchange.open(
            journal,
            SystemClock(),
            seeds=_SEEDS,
            snapshots=SimSnapshots(self._database, self.node),
            statements=SimStatements(self._database, self.node, journal.epoch),
        )
        journal.when_lost(self.exchange.lost_journal)
        self.edge = Edge(self._world, self.exchange, self._checks)
        self._checks.recovered(self.exchange, len(self._database.tables.rotten))
        self._world.note("server.ready", self.node.name, self.exchange.reads.seq)
        self._network.listen(self.node, self._accept)
        stopped = asyncio.create_task(self.exchange.stopped())
        first: list[asyncio.Future[None]] = [stopped, self._leaving]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if self._leaving.done():
            await self.exchange.close()
        await stopped

    async def close(self) -> None:
        """End it in good order."""
        gone = self._world.loop.create_future()
        self.node.on_death.append(lambda: gone.set_result(None))
        self._leaving.set_result(None)
        await gone

    # ------------------------------------------------------------------------------------------------ what it serves

    def _accept(self, end: End, greeting: object) -> None:
        if isinstance(greeting, tuple):
            assert self.edge is not None
            self.node.start(self.edge.serve(end, greeting[1]), "socket")
        else:
            self.node.start(self._answer_all(end), "link")

    async def _answer_all(self, end: End) -> None:
        try:
            while True:
                number, command = await end.receive()
                self.node.start(self._answer(end, number, command), "request")
        except ConnectionResetError:
            pass

    async def _answer(self, end: End, number: int, command: Command) -> None:
        assert self.edge is not None
        answer: Outcome | None = None
        with suppress(Busy, MarketStopped):
            answer = await self.edge.submit(command)
        with suppress(ConnectionResetError):
            await end.drain()
            end.send((number, answer))
