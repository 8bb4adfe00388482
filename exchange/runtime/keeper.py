"""The keeper of a market that trades: after so many commands it has a process of its own take a snapshot.

One at a time. What comes of it is reported, and never hurts the market: a snapshot that fails is tried again after as
many commands more.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from subprocess import DEVNULL, PIPE

from msgspec import Struct

from exchange.runtime.meters import Meters

LOOK_S = 1.0  # between two looks at how far the market is
_END_S = 3.0  # for the process to end by itself when it is told to
_SAID_BYTES = 2_000  # of what it said last, when it failed


class Keeping(Struct, frozen=True, kw_only=True):
    """How snapshots are taken: after how many commands, by which command line, and who is told of it."""

    every: int  # commands
    command: Sequence[str]  # finds the database's DSN in DATABASE_URL: others could read it on its command line
    report: Callable[[bool, str], None]  # whether it went well, and the last that was said


@asynccontextmanager
async def keeping_snapshots(keeping: Keeping, dsn: str, seq: Callable[[], int], meters: Meters) -> AsyncIterator[None]:
    """Take snapshots while the context is open. `seq` tells how far the market is, `meters` where the newest is."""
    environment = {**os.environ, "DATABASE_URL": dsn}
    task = asyncio.create_task(_keep(keeping, environment, seq, meters), name="keeper")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep(keeping: Keeping, environment: Mapping[str, str], seq: Callable[[], int], meters: Meters) -> None:
    tried_seq = meters.snapshot_seq
    while True:
        await asyncio.sleep(LOOK_S)
        if seq() - tried_seq >= keeping.every:
            tried_seq, began_ns = seq(), time.perf_counter_ns()
            try:
                well, said = await _run(keeping.command, environment)
            except OSError as failure:
                well, said = False, f"no process could be started ({failure})"
            meters.note_snapshot(well, tried_seq, time.perf_counter_ns() - began_ns)
            keeping.report(well, said)


async def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[bool, str]:
    """Whether the process went well, and what it said last. It ends with the caller."""
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    try:
        said, complained = await process.communicate()
    finally:
        if process.returncode is None:
            await _end(process)
    well = process.returncode == 0
    last = (said if well else complained or said)[-_SAID_BYTES:].decode(errors="replace").strip()
    return well, last or f"it ended with code {process.returncode}"


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask it to end, then end it; nothing of a snapshot that is not whole is kept."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _END_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
