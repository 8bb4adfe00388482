"""A campaign: acts in three scenes, with the embedded PostgreSQL, with one beside the server, and on a small disk."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from msgspec import Struct

from gateway.client.errors import Unreachable
from loadtests.kills.disk import NoDisk, mounted
from loadtests.kills.disturbances import KINDS, Disturbance, fill_disk, plan, stop
from loadtests.kills.door import Gone
from loadtests.kills.notebook import Finding
from loadtests.kills.scene import Act, Scene, Size, staged
from loadtests.kills.settle import Settled
from loadtests.kills.victim import Ended

DISK_FULL = "disk full"
AT_THE_END = "all of it, at the end"
_COMPARING_MIB = 2_048  # `leasebook verify` lays tables of its own beside those that it compares
EMBEDDED, BESIDE, SMALL_DISK = "embedded", "beside", "embedded, on tmpfs"


class Campaign(Struct, frozen=True):
    """How many kills, how often a disk fills, and how large the crowd is."""

    kills: int = 100
    full_disks: int = 3
    size: Size = Size()
    seed: str = "1"


QUICK = Campaign(kills=4, full_disks=0, size=Size(buyers=2, providers=2, hands=12, answers=(60, 150)))


class Played(Struct, frozen=True):
    """An act, and where it was played."""

    where: str
    act: Act


class Skipped(Struct, frozen=True):
    """A scene that could not be played here, and why."""

    where: str
    why: str


async def play(campaign: Campaign, folder: Path) -> AsyncIterator[Played | Skipped]:
    """Play everything, act by act. Stops at the first act with a finding."""
    halves = {EMBEDDED: campaign.kills - campaign.kills // 2, BESIDE: campaign.kills // 2}
    for where, kills in halves.items():
        seed, given = f"{campaign.seed}:{where}", where == BESIDE
        kinds = plan(kills, Random(f"{seed}:plan"), given=given)
        (folder / where).mkdir()
        async with staged(folder / where, campaign.size, seed, given=given) as scene:
            for kind in kinds:
                yield Played(where, act := await _act(scene, kind))
                if act.findings:
                    return
            yield Played(where, act := await _last(scene))
            if act.findings:
                return
    if campaign.full_disks:
        async for played in _on_small_disk(campaign, folder):
            yield played


async def _on_small_disk(campaign: Campaign, folder: Path) -> AsyncIterator[Played | Skipped]:
    async with AsyncExitStack() as stack:
        try:
            disk = stack.enter_context(mounted(folder / "disk"))
        except NoDisk as reason:
            yield Skipped(SMALL_DISK, str(reason))
            return
        (folder / "small").mkdir()
        opened = staged(folder / "small", campaign.size, f"{campaign.seed}:disk", disk=disk.folder)
        scene = await stack.enter_async_context(opened)
        for _ in range(campaign.full_disks):
            yield Played(SMALL_DISK, act := await _act(scene, DISK_FULL, lambda it: fill_disk(it, disk)))
            if act.findings:
                return
        disk.grow(_COMPARING_MIB)
        yield Played(SMALL_DISK, await _last(scene))


async def _act(scene: Scene, kind: str, disturb: Disturbance | None = None) -> Act:
    """The crowd works, the disturbance comes, and everything is compared."""
    before = scene.notebook.answered
    try:
        await scene.begin()
        await scene.work()
        await (KINDS[kind] if disturb is None else disturb)(scene)
        return await scene.finish(kind, before)
    except (Ended, Gone, Unreachable) as end:
        words = f"{str(end) or type(end).__name__}; the server's last words: {scene.victim.last_words()}"
        return Act(kind, [], 0, scene.notebook.answered - before, Settled(), [Finding("wrong", words)], [])


async def _last(scene: Scene) -> Act:
    """The crowd works once more, everything from the beginning is compared, and what the server leaves is verified."""
    before = scene.notebook.answered
    await scene.begin()
    await scene.work()
    return await _verified(scene, await scene.finish(AT_THE_END, before, whole=True))


async def _verified(scene: Scene, act: Act) -> Act:
    """The server is stopped in order, and what `leasebook verify` then finds is one finding more."""
    try:
        await stop(scene.victim)
        found = await scene.victim.verify()
    except Ended as end:
        found = str(end)
    if found is not None:
        act.findings.append(Finding("wrong", f"leasebook verify, at the end: {found}"))
    act.verified = found is None
    return act
