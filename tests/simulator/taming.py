"""No chance but the seed's: while a history runs, whoever asks for time, randomness or the database gets the history's.

Every module of ours that holds one of these by name is given a stand-in, and its own back in the end.
"""

import gc
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any

from exchange.runtime import feed, scribe, snapshotting, topics
from gateway import errors
from tests.simulator.database import Database
from tests.simulator.journal import SimJournal
from tests.simulator.keeping import SimSnapshots, SimStatements
from tests.simulator.loop import NODE
from tests.simulator.plan import Plan
from tests.simulator.world import World

OURS = ("exchange.", "gateway.")


@contextmanager
def tamed(world: World, database: Database) -> Iterator[None]:
    """While this is open, nothing of the machine shows through."""
    before: list[tuple[Any, str, object]] = []
    real, fake = {"time": time, "gc": gc, "secrets": secrets}, _stand_ins(world)
    try:
        for module in [module for name, module in list(sys.modules.items()) if name.startswith(OURS)]:
            for name, machines in real.items():
                if getattr(module, name, None) is machines:
                    before.append((module, name, machines))
                    setattr(module, name, fake[name])
        for module, name, stand_in in (*_ports(database), *_bounds(world.plan), (errors, "log", _Log(world))):
            before.append((module, name, getattr(module, name)))
            setattr(module, name, stand_in)
        gc.disable()  # what is let go of when must not depend on what ran before
        yield
    finally:
        gc.enable()
        for module, name, old in before:
            setattr(module, name, old)


class _Log:
    """Where the edge writes down defects of ours."""

    def __init__(self, world: World) -> None:
        self._world = world

    def error(self, event: str, **details: object) -> None:
        self._world.fail(f"{event}: {details.get('trace')}")


def _stand_ins(world: World) -> dict[str, object]:
    chance = Random(world.plan.seed)
    return {
        "time": SimpleNamespace(
            time=lambda: world.wall_s(NODE.get()), monotonic=world.loop.time, perf_counter=world.loop.time,
            perf_counter_ns=lambda: int(world.loop.time() * 1_000_000_000),
        ),
        "gc": SimpleNamespace(isenabled=bool, disable=int, enable=int, collect=int, freeze=int),
        "secrets": SimpleNamespace(
            token_hex=lambda size: chance.randbytes(size).hex(), token_bytes=chance.randbytes,
            token_urlsafe=lambda size: chance.randbytes(size).hex(),
        ),
    }  # fmt: skip


def _ports(database: Database) -> Iterator[tuple[Any, str, object]]:
    """What stands in for the PostgreSQL that the replica opens, each on the node that asks."""
    yield snapshotting, "JournalReader", lambda _: SimJournal.reader(database, NODE.get())
    yield snapshotting, "PostgresSnapshots", lambda _: SimSnapshots(database, NODE.get())
    yield snapshotting, "PostgresStatements", lambda _: SimStatements(database, NODE.get())


def _bounds(plan: Plan) -> Iterator[tuple[Any, str, object]]:
    """Bounds that a short history comes near."""
    yield feed, "RING_MAX", plan.ring
    yield feed, "LAG_MAX", plan.lag
    yield feed, "CHUNK", plan.chunk
    yield topics, "QUEUE_MAX", plan.queue
    yield scribe, "GATHERED_MAX", plan.gathered
