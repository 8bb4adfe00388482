"""The keeper of a market that trades: after so many commands it has a process of its own take a snapshot.

One at a time. What comes of it is reported, and never hurts the market: a snapshot that fails is tried again after as
many commands more, and one that does not come to an end is ended.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from subprocess import DEVNULL, PIPE

import msgspec
from msgspec import Struct

from exchange.runtime.meters import Meters

LOOK_S = 1.0  # between two looks at how far the market is
TAKES_MOST_S = 4 * 3600.0  # a process; it may have to replay a large journal from nothing on a busy machine
_END_S = 3.0  # for the process to end by itself when it is told to
_SAID_BYTES = 2_000  # of what it said last, when it failed


class Keeping(Struct, frozen=True, kw_only=True):
    """How snapshots are taken: after how many commands, by which command line, and who is told of it."""

    every: int  # commands
    # Finds the database's DSN in DATABASE_URL: others could read it on its command line. Says a SnapshotTaken, as JSON.
    command: Sequence[str]
    report: Callable[[bool, str], None]  # whether it went well, and what was said: the whole of it, or its end


class _Taken(Struct):
    """What of a SnapshotTaken counts here."""

    seq: int  # how far the statements were then; the market may have been further when the process began


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
            taken_seq, said = await _try(keeping.command, environment)
            well = taken_seq is not None
            meters.note_snapshot(well, taken_seq or 0, time.perf_counter_ns() - began_ns)
            keeping.report(well, said)


async def _try(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int | None, str]:
    """What the newest snapshot is of, none when none could be taken, and what was said of it."""
    try:
        code, said, complained = await _run(command, environment)
    except TimeoutError:
        return None, f"it did not come to an end in {TAKES_MOST_S:g} s, so it was ended"
    except OSError as failure:
        return None, f"no process could be started ({failure})"
    if code:
        last = (complained or said)[-_SAID_BYTES:].decode(errors="replace").strip()
        return None, last or f"it ended with code {code}"
    try:
        return msgspec.json.decode(said, type=_Taken).seq, said.decode().strip()
    except ValueError:
        return None, f"it said what is no report: {said[-_SAID_BYTES:].decode(errors='replace').strip()}"


async def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int | None, bytes, bytes]:
    """How the process ended, what it said and what it complained of. It ends with the caller, or with TimeoutError."""
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(TAKES_MOST_S):
            said, complained = await process.communicate()
    finally:
        if process.returncode is None:
            await _end(process)
    return process.returncode, said, complained


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
