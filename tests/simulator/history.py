"""One history: a seed's plan carried out, first with faults, then without, and checked throughout and at the end."""

import asyncio
import gc
import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from msgspec import Struct

from exchange.runtime.clock import LOOK_S
from tests.simulator import keeper
from tests.simulator.cast import PLACES, TENORS, TRADERS, VENUE
from tests.simulator.checks import Checks
from tests.simulator.client import Client
from tests.simulator.database import Database
from tests.simulator.ending import Ending
from tests.simulator.loop import Violation
from tests.simulator.network import Network
from tests.simulator.plan import Plan, draw
from tests.simulator.server import Server
from tests.simulator.taming import tamed
from tests.simulator.truth import Truth
from tests.simulator.watchers import AccountWatcher, BookWatcher, PastWatcher
from tests.simulator.workload import Workload
from tests.simulator.world import World

QUIET_S = 600.0  # within which everything must be answered once faults have stopped
SETTLED_S = 60.0  # within which what was under way when they stopped has come to its end
SUPERVISOR_S = 0.2


class Told(Struct, frozen=True):
    """How a history went."""

    seed: int
    trace: str  # the hash of all that happened
    commands: int
    span_s: float
    counts: dict[str, int]
    failure: str | None = None


def tell(seed: int, show: Callable[[str], None] | None = None) -> Told:
    """Run a seed's history from beginning to end."""
    world = World(draw(seed), show)
    history = History(world)
    failure = None
    gc.freeze()  # so that what the history leaves behind is found soon
    with tamed(world, history.database):
        try:
            world.loop.run(history.root, history.live())
        except Violation as violation:
            failure = str(violation)
        finally:
            _forget(world)
    return Told(
        seed=seed,
        trace=world.trace_hash(),
        commands=history.truth.seq,
        span_s=world.loop.time(),
        counts=world.counts,
        failure=failure,
    )


def _forget(world: World) -> None:
    """Let go of a history. What dies half-way may complain, and nobody listens."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        world.loop.end()
        gc.collect()
    finally:
        sys.unraisablehook = hook
        gc.unfreeze()


class History:
    """Everything that takes part."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.root = world.loop.node("history")
        self.truth = Truth(world)
        self.checks = Checks(world, self.truth)
        self.database = Database(world, self.truth.take)
        self.network = Network(world)
        self.servers: list[Server] = []
        self.clients: list[Client] = []
        self.watchers: list[AccountWatcher | BookWatcher] = []
        follows = world.chance.choice(TRADERS[: world.plan.traders])
        self.past = PastWatcher(world, self.network, self.truth, follows)
        self._vacant = asyncio.Event()

    async def live(self) -> None:
        """First whatever may go wrong, then nothing does."""
        plan = self.world.plan
        supervisor = asyncio.create_task(self._supervise(), name="supervisor")
        names = [*TRADERS[: plan.traders], VENUE]
        for number, name in enumerate(names):
            workload = Workload(self.truth, name, Random(f"{plan.seed} {name} asks"))
            self.clients.append(Client(self.world, self.network, self.checks, workload, name))
            self.clients[-1].start(plan.commands // len(names) + (number < plan.commands % len(names)))
        self._watch(plan)
        faults = [asyncio.create_task(work) for work in self._faults(plan)]
        everyone = asyncio.gather(*(client.done for client in self.clients))
        await asyncio.wait([everyone], timeout=plan.span_s * 1.5 + 5)
        self.world.note("calm")
        self.world.faults = False
        for fault in faults:
            fault.cancel()
        await asyncio.gather(*faults, return_exceptions=True)
        for node in self.world.loop.nodes:
            node.thaw()
            node.dies_at = -1
        self._end_shut_out()
        await asyncio.wait([everyone], timeout=QUIET_S + plan.span_s * 20)
        self.world.expect(everyone.done(), "still not answered", [(c.name, c.open) for c in self.clients])
        await self._catch_up()
        await asyncio.sleep(SETTLED_S)
        server = await self._in_office()
        supervisor.cancel()
        await self._rest(server)

    def _watch(self, plan: Plan) -> None:
        world, chance = self.world, self.world.chance
        for account_id in chance.sample(TRADERS[: plan.traders], 2):
            self.watchers.append(AccountWatcher(world, self.network, self.truth, account_id))
        self.watchers.append(self.past)
        for place in dict.fromkeys(chance.choices(PLACES, k=2)):
            book = (*place, chance.choice(TENORS))
            self.truth.books[book] = []
            for trader in chance.sample(TRADERS, chance.choice((1, 2))):
                self.watchers.append(BookWatcher(world, self.network, self.truth, trader, book))
        for watcher in self.watchers:
            watcher.start()

    async def _catch_up(self) -> None:
        """Everybody who follows something comes to know all of it, soon."""
        until_s = self.world.loop.time() + QUIET_S
        while not all(watcher.caught_up() for watcher in self.watchers):
            if self.world.loop.time() > until_s:
                behind = [watcher.node.name for watcher in self.watchers if not watcher.caught_up()]
                self.world.fail(f"still behind: {behind}")
            await asyncio.sleep(1.0)

    async def _rest(self, server: Server) -> None:
        """The end: the server is at rest, and so must be what it holds."""
        if self.world.plan.clock_steps:  # once more, while nobody asks for anything
            server.node.skew_s += self.world.chance.choice((0.0, 3600.0))
        await asyncio.sleep(LOOK_S + 1)
        assert server.exchange is not None
        server.node.context.copy().run(self.checks.at_rest, server.exchange)  # by its own clock
        await server.close()
        await Ending(self.world, self.database, self.truth).check(self.root)

    async def _in_office(self) -> Server:
        """The server that holds the journal and answers; there must be one, soon."""
        until_s = self.world.loop.time() + QUIET_S
        while True:
            holder = self.database.holder
            for server in self.servers:
                if holder is not None and server.node is holder.node and server.edge is not None:
                    return server
            if self.world.loop.time() > until_s:
                self.world.fail("no server is left")
            await asyncio.sleep(SUPERVISOR_S)

    def _end_shut_out(self) -> None:
        """Somebody ends the servers whose place another has taken: those that nobody asks to write do not notice."""
        holder = self.database.holder
        for server in self.servers:
            if holder is None or server.node is not holder.node:
                server.node.kill()

    async def _supervise(self) -> None:
        """Start a server whenever there is none."""
        while True:
            if not any(server.node.alive for server in self.servers):
                self._start_server(take_over=False)
            await self._vacant.wait()
            self._vacant.clear()
            await asyncio.sleep(SUPERVISOR_S)

    def _start_server(self, *, take_over: bool) -> None:
        plan, chance = self.world.plan, self.world.chance
        server = Server(self.world, self.database, self.network, self.checks, len(self.servers) + 1)
        if len(self.servers) < plan.kills and self.world.faults:
            server.node.dies_at = chance.randrange(1, plan.kill_steps)
        if self.servers:
            server.node.skew_s = self.servers[-1].node.skew_s
        server.node.on_death.append(lambda: self.root.call(self._vacant.set))
        self.servers.append(server)
        server.start(take_over=take_over)

    # ---------------------------------------------------------------------------------------------------- faults

    def _faults(self, plan: Plan) -> Iterator[Any]:
        for _ in range(plan.takeovers):
            yield self._take_over(self._moment_s())
        for _ in range(plan.clock_steps):
            yield self._step_clock(self._moment_s())
        for _ in range(plan.outages):
            yield self._fell_database(self._moment_s())
        for _ in range(plan.rewinds):
            yield self._rewind(self._moment_s())
        for _ in range(plan.snapshots):
            yield self._take_snapshot(self._moment_s())

    def _moment_s(self) -> float:
        return self.world.chance.random() * self.world.plan.span_s

    async def _take_over(self, at_s: float) -> None:
        """The server stops for a while, another takes its place, and the first wakes up again."""
        await asyncio.sleep(at_s)
        if not self.servers:
            return
        old = self.servers[-1]
        self.world.note("server.frozen", old.node.name)
        old.node.freeze()
        await asyncio.sleep(self.world.chance.choice((0.001, 0.05, 3.0)))
        self._start_server(take_over=True)
        await asyncio.sleep(self.world.chance.choice((0.0, 0.01, 1.0, 60.0)))
        self.world.note("server.thawed", old.node.name)
        old.node.thaw()

    async def _step_clock(self, at_s: float) -> None:
        await asyncio.sleep(at_s)
        step_s = self.world.plan.clock_step_s * self.world.chance.choice((1, 1, -1, -0.3))
        self.world.note("clock.step", step_s)
        for server in self.servers[-1:]:
            server.node.skew_s += step_s

    async def _take_snapshot(self, at_s: float) -> None:
        await asyncio.sleep(at_s)
        node = self.world.loop.node("keeper")
        if self.world.happens(0.1):
            node.dies_at = self.world.chance.randrange(1, 100)
        node.start(keeper.take(self.world), "keeper")

    async def _rewind(self, at_s: float) -> None:
        await asyncio.sleep(at_s)
        self.past.rewind()

    async def _fell_database(self, at_s: float) -> None:
        await asyncio.sleep(at_s)
        fall = self.world.chance.choice((self.database.fall, self.database.fall_after_page))
        fall(self.world.chance.choice((0.01, 1.0, 20.0)))
