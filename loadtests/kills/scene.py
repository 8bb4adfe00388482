"""One market under load: a victim, a wire before it, a crowd, its notebook, and act after act a disturbance.

An act: the crowd works, something happens to the server, and it is brought back; then what is in doubt is sent again,
and everything with news is compared with what was told, before the crowd goes on.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

from msgspec import Struct

from exchange.language.instants import parse_instant
from exchange.language.units import DAY_S
from gateway import schema
from gateway.client.rest import Client
from loadtests.kills.compare import Comparison
from loadtests.kills.crowd import BuyerHand, Hand, ProviderHand, Stage
from loadtests.kills.door import Door
from loadtests.kills.notebook import Finding, Notebook
from loadtests.kills.settle import Settled, send_again, settle
from loadtests.kills.victim import GivenPostgres, Victim
from loadtests.kills.wire import HOST, Ends, Wire

_MONEY = "500000000"
_LATEST_S = 60 * DAY_S  # from the market's beginning to the last start that bids wish for
_FROM_SNAPSHOT = "a snapshot of seq"  # in what the server says of its history
_SNAPSHOT_S, _LOOK_S = 20, 0.1  # as long as a snapshot may take, and between two looks for it
_WORK_S = 20  # as long as an act may take to get its share of answers


class Size(Struct, frozen=True):
    """How big a crowd, how fast its market's clock, and how many answers an act waits for, from and to."""

    buyers: int = 4
    providers: int = 3
    hands: int = 32
    speed: int = 240
    answers: tuple[int, int] = (200, 1_200)
    snapshot_every: int = 500  # commands

    @property
    def options(self) -> tuple[str, ...]:
        """Those of the server."""
        return "--speed", str(self.speed), "--snapshot-every", str(self.snapshot_every)


class Act(Struct):
    """What one act came to."""

    kind: str
    restarts: list[float]  # seconds from starting the server until it traded
    from_snapshot: int  # of them, how many began from a snapshot
    answered: int
    settled: Settled
    findings: list[Finding]
    notes: list[str]
    verified: bool = False  # whether the server ended in order, and `leasebook verify` then found nothing


class Scene:
    """Made by `staged`."""

    def __init__(self, victim: Victim, size: Size, seed: str) -> None:
        self.victim = victim
        self.size = size
        self.draw = Random(f"{seed}:acts")
        self.notebook = Notebook()
        self.restarts: list[float] = []
        self.from_snapshot = 0
        self._snapshot_seen = False  # whether a restart has begun from one
        self.usual_restart_s = 0.0
        self.notes: list[str] = []
        self.wire = Wire(self._far)
        self._hands: list[asyncio.Task[None]] = []
        self._former: list[Victim] = []
        self._seed = seed
        self.doors: dict[str, Door] = {}
        self._stage = Stage(size.hands)
        self._comparison: Comparison | None = None
        self._operator: Client | None = None

    @property
    def operator(self) -> Client:
        """The operator's client."""
        assert self._operator is not None, "the scene is not open"
        return self._operator

    async def work(self) -> None:
        """Let the crowd work, until it has had some answers more, and then a moment longer.

        Every other time, and as long as no restart has begun from a snapshot, until the server has taken one, too: that
        takes longer than it mostly lives.
        """
        await self.notebook.reaches(self.notebook.answered + self.draw.randint(*self.size.answers), _WORK_S)
        if self.draw.random() < 0.5 or not self._snapshot_seen:
            await self._snapshot()
        await asyncio.sleep(self.draw.random() * 0.05)

    async def _snapshot(self) -> None:
        until = time.monotonic() + _SNAPSHOT_S
        while time.monotonic() < until and not self.victim.has_snapshot():
            await self.notebook.reaches(self.notebook.answered + 1, _WORK_S)
            await asyncio.sleep(_LOOK_S)

    async def restart(self, *options: str) -> None:
        """Start the server, and note how long it took."""
        self.restarts.append(await self.victim.start(*options))
        self.usual_restart_s = self.restarts[-1]
        if any(_FROM_SNAPSHOT in line for line in self.victim.said):
            self.from_snapshot += 1
            self._snapshot_seen = True

    def succeed(self, successor: Victim) -> None:
        """Another server has taken the market: from here on it is the victim."""
        self._former.append(self.victim)
        self.victim = successor

    async def close(self) -> None:
        """End every server that there has been."""
        for victim in (*self._former, self.victim):
            await victim.close()

    async def begin(self) -> None:
        """The crowd goes on."""
        for door in self.doors.values():
            await door.open()
        await self._stage.begin()

    async def finish(self, kind: str, answered_before: int, *, whole: bool = False) -> Act:
        """The crowd waits; what is in doubt is sent again; everything with news is compared."""
        answered = self.notebook.answered - answered_before
        await self._all_wait()
        for door in self.doors.values():
            await door.open()
        status = await self.operator.status()
        settled = await settle(self.doors, self.notebook, status.seq)
        await send_again(self.doors, self.notebook, self.draw)
        assert self._comparison is not None
        await (self._comparison.whole() if whole else self._comparison.compare())
        findings, self.notebook.findings = self.notebook.findings, []
        restarts, self.restarts = self.restarts, []
        from_snapshot, self.from_snapshot = self.from_snapshot, 0
        notes, self.notes = self.notes, []
        return Act(kind, restarts, from_snapshot, answered, settled, findings, notes)

    async def _all_wait(self) -> None:
        """Until no hand has anything on its way; raises what a hand died of."""
        waiting = asyncio.create_task(self._stage.finish(), name="the act's end")
        await asyncio.wait({waiting, *self._hands}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
        for task in (waiting, *self._hands):
            if task.done():
                await task

    async def enter(self, stack: AsyncExitStack) -> None:
        """Start the server, make the accounts, and put every hand in its place."""
        self.usual_restart_s = await self.victim.start()
        key = (self.victim.data_dir / "operator.key").read_text(encoding="utf-8")
        self._operator = await stack.enter_async_context(Client(f"http://{HOST}:{self.wire.port}", key, retries=0))
        latest_s = parse_instant((await self.operator.time()).now) // DAY_S * DAY_S + _LATEST_S
        for number in range(self.size.buyers):
            await self._account(stack, f"buyer-{number}", ("buyer",), ("read", "trade"))
        for number in range(self.size.providers):
            await self._account(stack, f"provider-{number}", ("provider",), ("read", "provide"))
        self._comparison = Comparison(self.notebook, self.doors, self.operator)
        doors = list(self.doors.values())
        for number in range(self.size.hands):
            door = doors[number % len(doors)]
            kind: type[Hand] = BuyerHand if door.account_id.startswith("buyer") else ProviderHand
            hand = kind(f"h{number}", door, self.notebook, self._stage, self._seed, latest_s)
            self._hands.append(asyncio.create_task(hand.run(), name=f"hand {number}"))
            stack.push_async_callback(_stopped, self._hands[-1])

    async def _account(
        self, stack: AsyncExitStack, name: str, roles: tuple[schema.Role, ...], scopes: tuple[schema.Scope, ...]
    ) -> None:
        await self.operator.open_account(schema.AccountBody(account_id=name, roles=roles))
        made = await self.operator.create_key(schema.KeyBody(account_id=name, scopes=scopes))
        client = await stack.enter_async_context(Client(f"http://{HOST}:{self.wire.port}", made.key or "", retries=0))
        door = Door(name, client, self.notebook, streams="provide" in scopes)
        stack.push_async_callback(door.close)
        self.doors[name] = door
        await door.pay_in(f"first-{name}", _MONEY)

    async def _far(self) -> Ends:
        return await asyncio.open_connection(HOST, self.victim.port)


async def _stopped(task: "asyncio.Task[None]") -> None:
    """End a hand."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def staged(
    folder: Path, size: Size, seed: str, *, given: bool = False, disk: Path | None = None
) -> AsyncIterator[Scene]:
    """A scene in a folder, with an embedded PostgreSQL or one beside the server; everything ends with it.

    `disk` is where the server's data go, if not to the folder.
    """
    async with AsyncExitStack() as stack:
        postgres = GivenPostgres(folder / "given") if given else None
        if postgres is not None:
            await postgres.open()
            stack.push_async_callback(postgres.close)
        scene = Scene(Victim(folder, disk or folder, size.options, postgres), size, seed)
        await scene.wire.open()
        stack.push_async_callback(scene.wire.close)
        stack.push_async_callback(scene.close)
        await scene.enter(stack)
        yield scene
