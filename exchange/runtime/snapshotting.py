"""Taking a snapshot, in a process of its own: a second replica of the market reads the journal and keeps what it sees.

The server is not disturbed: this one only reads the journal, and writes nothing but the snapshot. It begins at the
snapshot before, so each one made proves that one, by the last digest that was kept since and by others as the time
allows; and it checks all the books, which a large market's server leaves to it. A snapshot never goes further than the
statements do, so that the next start can use it. It is written no faster than PACE_BYTES_PER_S, as the server's commits
wait for the same log and the same disk.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Final

from exchange.core.digest import digest
from exchange.core.state_machine import RULES_VERSION
from exchange.language.snapshots import SnapshotHead
from exchange.language.upkeep import SnapshotTaken
from exchange.runtime.checkpoints import Checkpoints, keep_reached
from exchange.runtime.parts import LAYOUT
from exchange.runtime.recovery import recover
from exchange.store.reading import JournalReader
from exchange.store.snapshots import PostgresSnapshots
from exchange.store.statements import PostgresStatements

PACE_BYTES_PER_S: Final = 4_000_000
AHEAD_MAX_S: Final = 0.1  # of the pace: a small snapshot knows no pauses


async def take_snapshot(dsn: str, progress: Callable[[int], None] | None = None) -> SnapshotTaken:
    """Keep a snapshot of the market in a database, and the newest few of those before. Raises errors of the journal."""
    began = time.perf_counter()
    async with aclosing(PostgresSnapshots(dsn)) as snapshots, aclosing(PostgresStatements(dsn)) as statements:
        until_seq = await statements.position()
        recovered = await recover(
            JournalReader(dsn),
            snapshots=snapshots,
            until_seq=until_seq,
            progress=progress,
            checkpoints=Checkpoints(snapshots),
        )
        place, recovery = recovered.place, recovered.recovery
        new = place.seq > recovery.snapshot_seq
        if new:
            head = await keep_reached(place, snapshots, at_a_pace)
        else:
            head = SnapshotHead(place.seq, place.link, RULES_VERSION, LAYOUT, digest(place.machine.state))
    return SnapshotTaken(
        seq=place.seq,
        new=new,
        replayed=recovery.replayed,
        parts=head.parts,
        size_bytes=head.size_bytes,
        seconds=time.perf_counter() - began,
        digest=head.digest,
        warnings=recovery.warnings,
    )


def at_a_pace(
    parts: Iterator[bytes],
    *,
    clock: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[bytes]:
    """The parts, with pauses between them: this process has nothing else to do. What took long is not made good."""
    due_s = clock()
    for part in parts:
        yield part
        due_s = max(due_s, clock()) + len(part) / PACE_BYTES_PER_S
        ahead_s = due_s - clock()
        if ahead_s > AHEAD_MAX_S:
            sleep(ahead_s)
