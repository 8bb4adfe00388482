"""What happens to the server: every kind of disturbance, and the plan that draws them from one seed.

Each leaves the server running again, or raises Ended when it does not come back or does not end by name.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from os import kill
from random import Random

from loadtests.kills.disk import MIB, Disk
from loadtests.kills.scene import Scene
from loadtests.kills.victim import Ended, Victim

_STOP_PATIENCE_S = 10  # for a clean end, which is promised within five seconds, on a busy machine
# What the server's last words say when its database is gone, or another server has it
_NAMED = ("start the server again", "Another server has taken over")
_REFUSED = "Another Leasebook server has this database open"
_GROWN_MIB = 64
_HELD_S = (0.1, 1.5)  # how long something is stopped


async def kill_server(scene: Scene) -> None:
    """kill -9 of the server; an embedded PostgreSQL dies with it."""
    scene.victim.send(signal.SIGKILL)
    await scene.victim.ended()
    await scene.restart()


async def kill_postgres(scene: Scene) -> None:
    """kill -9 of PostgreSQL; the server has to end by itself, and to say why."""
    first = scene.victim.postgres()[0]
    kill(first, signal.SIGKILL)
    await ends_by_name(scene.victim)
    if scene.victim.given is not None:
        await scene.victim.given.start()
    await scene.restart()


async def kill_twice(scene: Scene) -> None:
    """kill -9 of the server, and of its successor while that recovers."""
    scene.victim.send(signal.SIGKILL)
    await scene.victim.ended()
    began = time.monotonic()
    await scene.victim.spawn()
    usual_s = scene.usual_restart_s
    coming = asyncio.create_task(scene.victim.up())
    await asyncio.wait({coming}, timeout=usual_s * (0.3 + 0.7 * scene.draw.random()))
    scene.victim.send(signal.SIGKILL)
    with suppress(Ended):
        await coming
    await scene.victim.ended()
    scene.notes.append(f"killed {time.monotonic() - began:.2f} s into a start")
    await scene.restart()


async def terminate(scene: Scene) -> None:
    """SIGTERM: a clean end, exit code 0."""
    await stop(scene.victim)
    await scene.restart()


async def stop(victim: Victim) -> None:
    """End a server in order."""
    victim.send(signal.SIGTERM)
    code = await victim.ended(_STOP_PATIENCE_S)
    if code != 0:
        raise Ended(f"SIGTERM ended the server with code {code}: {victim.last_words()}")


async def pause_server(scene: Scene) -> None:
    """SIGSTOP and SIGCONT of the server."""
    scene.victim.send(signal.SIGSTOP)
    await asyncio.sleep(scene.draw.uniform(*_HELD_S))
    scene.victim.send(signal.SIGCONT)


async def pause_postgres(scene: Scene) -> None:
    """SIGSTOP and SIGCONT of every process of PostgreSQL."""
    processes = scene.victim.postgres()
    for number in processes:
        kill(number, signal.SIGSTOP)
    await asyncio.sleep(scene.draw.uniform(*_HELD_S))
    for number in processes:
        with suppress(ProcessLookupError):
            kill(number, signal.SIGCONT)


async def reset_clients(scene: Scene) -> None:
    """Every client's connection is reset; the server stays."""
    scene.wire.cut()


async def reset_postgres(scene: Scene) -> None:
    """The server's connection to its PostgreSQL is reset; the server has to end by itself, and to say why."""
    assert scene.victim.given is not None, "an embedded PostgreSQL has no wire before it"
    scene.victim.given.wire.cut()
    await ends_by_name(scene.victim)
    await scene.restart()


async def fill_disk(scene: Scene, disk: Disk) -> None:
    """The disk is full; the server ends by name, refuses by name to start, and starts once the disk has grown."""
    disk.fill(but_bytes=scene.draw.randint(0, 2 * MIB))
    await ends_by_name(scene.victim)
    disk.fill(but_bytes=0)
    try:
        await scene.restart()
        scene.notes.append("started on a full disk")
        await ends_by_name(scene.victim)
    except Ended:
        words = scene.victim.last_words()
        if scene.victim.process.returncode != 1 or "Traceback" in words:
            raise
        scene.notes.append(f"refused to start on a full disk: {words.splitlines()[-1]}")
    disk.grow(_GROWN_MIB)
    await scene.restart()


async def replace_paused(scene: Scene) -> None:
    """A second server is refused; the first is stopped, a third takes over, the first wakes up and ends by name."""
    first, second = scene.victim, scene.victim.successor()
    with suppress(Ended):
        await second.start()
    if second.process.returncode != 1 or _REFUSED not in second.last_words():
        raise Ended(f"a second server was not refused by name: {second.last_words()}")
    await second.tidy()
    await scene.work()
    first.send(signal.SIGSTOP)
    scene.succeed(scene.victim.successor())
    await scene.restart("--take-over")
    first.send(signal.SIGCONT)
    await ends_by_name(first)


async def ends_by_name(victim: Victim) -> None:
    """Wait until a server has ended with exit code 1 and one line that says why and what to do."""
    code = await victim.ended()
    words = victim.last_words()
    if code != 1 or "Traceback" in words or not any(named in words for named in _NAMED):
        raise Ended(f"the server ended with code {code}, not by name: {words}")


Disturbance = Callable[[Scene], Awaitable[None]]

KINDS: dict[str, Disturbance] = {
    "kill -9 server": kill_server,
    "kill -9 PostgreSQL": kill_postgres,
    "kill -9 twice": kill_twice,
    "SIGTERM": terminate,
    "SIGSTOP server": pause_server,
    "SIGSTOP PostgreSQL": pause_postgres,
    "reset clients": reset_clients,
    "reset PostgreSQL": reset_postgres,
    "SIGSTOP, replaced": replace_paused,
}
KILLS = {"kill -9 server": 1, "kill -9 PostgreSQL": 1, "kill -9 twice": 2}
_OTHERS = ("SIGTERM", "SIGSTOP server", "SIGSTOP PostgreSQL", "reset clients")
_BESIDE = ("reset PostgreSQL", "SIGSTOP, replaced")  # where the database outlives the server


def plan(kills: int, draw: Random, *, given: bool) -> list[str]:
    """So many kills of all kinds, and for every ten of them one of each other disturbance, in an order by chance."""
    kinds: list[str] = []
    while (left := kills - sum(KILLS[kind] for kind in kinds)) > 0:
        kinds.append(draw.choice([kind for kind in (*KILLS, "kill -9 server") if KILLS[kind] <= left]))
    others = (*_OTHERS, *_BESIDE) if given else _OTHERS
    kinds += others * max(kills // 10, 1)
    draw.shuffle(kinds)
    return kinds
