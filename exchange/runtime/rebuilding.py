"""Statements made again: the tables emptied, the journal replayed from nothing, and every page of it written."""

import time
from collections.abc import Callable

from exchange.core.digest import digest
from exchange.core.state_machine import RULES_VERSION
from exchange.language.snapshots import SnapshotBroken, SnapshotHead
from exchange.language.upkeep import Rebuilt
from exchange.runtime.checkpoints import KEPT
from exchange.runtime.parts import LAYOUT, save
from exchange.runtime.recovery import recover
from exchange.runtime.scribe import Scribe
from exchange.store.holding import holding
from exchange.store.reading import JournalReader
from exchange.store.snapshots import PostgresSnapshots
from exchange.store.statements import PostgresStatements


async def rebuild(dsn: str, progress: Callable[[int], None] | None = None) -> Rebuilt:
    """Make the statements again, and a snapshot. No server may have the journal open: JournalBusy when one has.

    Tables that PostgreSQL cannot read any more are made anew as well. Digests that were kept are compared on the way,
    the last of them always, those before as the time allows; `verify` compares all. Whatever ends it half-way, the next
    start or rebuild goes on.
    """
    began = time.perf_counter()
    statements = PostgresStatements(dsn)
    try:
        async with holding(dsn):
            await statements.clear()
            scribe = await Scribe.begin(statements)
            recovered = await recover(
                JournalReader(dsn), statements=statements, seen=scribe.look, rest=scribe.rest, progress=progress
            )
            await scribe.write()
            place = recovered.place
            head = SnapshotHead(place.seq, place.link, RULES_VERSION, LAYOUT, digest(place.machine.state))
            if place.seq:
                snapshots = PostgresSnapshots(dsn)
                try:
                    await snapshots.keep(head, save(place))
                    await snapshots.thin(KEPT)
                except SnapshotBroken:  # their tables are damaged, and this is how they are mended
                    await snapshots.clear()
                    await snapshots.keep(head, save(place))
    finally:
        await statements.aclose()
    return Rebuilt(
        seq=place.seq,
        checked_marks=recovered.recovery.checked_marks,
        digest=head.digest,
        seconds=time.perf_counter() - began,
    )
