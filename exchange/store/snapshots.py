"""Snapshots in PostgreSQL: parts as rows, each with its hash, and a head that comes with them in one transaction.

Contract: a snapshot is there whole or not at all. Neither keeping nor reading holds more than a few parts in memory.
Each call has a connection of its own, so that the process that keeps one and those that read need not be the same.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator
from hashlib import sha256
from typing import Final, NoReturn

from msgspec.structs import replace

from exchange.language.snapshots import SnapshotBroken, SnapshotHead
from exchange.store.connecting import FAILURES, close, connect_checked, is_damage, naming_failures
from exchange.store.migrate import Connection

_KEEP_S: Final = 3600  # as long as the largest state takes, also at the pace of one that a server takes

_PARTS_AHEAD: Final = 2  # parts fetched at a time: what bounds the memory of a reading

_HEADS: Final = "SELECT seq, link, rules_version, layout, digest, parts, size_bytes FROM snapshot ORDER BY seq DESC"
_HEAD: Final = """
    INSERT INTO snapshot (seq, link, rules_version, layout, digest, parts, size_bytes)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_PARTS: Final = "SELECT number, hash, payload FROM snapshot_part WHERE seq = $1 ORDER BY number"
_THIN: Final = """
    WITH those AS (
        SELECT seq FROM snapshot WHERE $2::bigint IS NULL OR seq <= $2
    ), gone AS (
        DELETE FROM snapshot WHERE seq IN (SELECT seq FROM those ORDER BY seq DESC OFFSET $1) RETURNING seq
    ) SELECT count(*) FROM gone
"""


class PostgresSnapshots:
    """The snapshots of one venue, beside its journal. Nothing stays open between calls."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def heads(self) -> list[SnapshotHead]:
        connection = await connect_checked(self._dsn)
        try:
            with naming_failures("The list of snapshots could not be read", _tables_damaged):
                return [SnapshotHead(*record) for record in await connection.fetch(_HEADS)]
        finally:
            await close(connection)

    async def parts(self, seq: int) -> AsyncGenerator[bytes, None]:
        connection = await connect_checked(self._dsn)
        try:
            with naming_failures(f"Reading the snapshot of seq {seq} stopped half-way", _tables_damaged):
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    async for part in _read(connection, seq):
                        yield part
        finally:
            await close(connection)

    async def keep(self, head: SnapshotHead, parts: Iterable[bytes]) -> SnapshotHead:
        hashed = _Hashed(head.seq, parts)
        connection = await connect_checked(self._dsn, answer_s=_KEEP_S)
        try:
            with naming_failures(f"The snapshot of seq {head.seq} was not kept", _tables_damaged):
                async with connection.transaction():
                    await connection.execute("DELETE FROM snapshot WHERE seq = $1", head.seq)
                    await connection.copy_records_to_table(
                        "snapshot_part", columns=("seq", "number", "hash", "payload"), records=hashed
                    )
                    kept = replace(head, parts=hashed.parts, size_bytes=hashed.size_bytes)
                    await connection.execute(
                        _HEAD,
                        *(kept.seq, kept.link, kept.rules_version, kept.layout, kept.digest),
                        *(kept.parts, kept.size_bytes),
                    )
        finally:
            await close(connection)
        return kept

    async def thin(self, kept: int, until_seq: int | None = None) -> int:
        assert kept >= 0
        connection = await connect_checked(self._dsn)
        try:
            with naming_failures("Old snapshots were not deleted", _tables_damaged):
                return int(await connection.fetchval(_THIN, kept, until_seq))
        finally:
            await close(connection)

    async def clear(self) -> None:
        """Empty the tables, also when they are damaged: their files are made anew."""
        connection = await connect_checked(self._dsn, answer_s=_KEEP_S)
        try:
            with naming_failures("The tables of snapshots were not emptied", _tables_damaged):
                await connection.execute("TRUNCATE snapshot, snapshot_part")
        finally:
            await close(connection)

    async def aclose(self) -> None:
        """Nothing to let go of."""


class _Hashed:
    """The rows of a snapshot's parts, made one at a time as they are written, and how much has gone by."""

    def __init__(self, seq: int, parts: Iterable[bytes]) -> None:
        self.parts = 0
        self.size_bytes = 0
        self._seq = seq
        self._source = parts

    def __iter__(self) -> Iterator[tuple[int, int, bytes, bytes]]:
        for part in self._source:
            self.parts += 1
            self.size_bytes += len(part)
            yield self._seq, self.parts, sha256(part).digest(), part


async def _read(connection: Connection, seq: int) -> AsyncGenerator[bytes, None]:
    number = 0
    try:
        parts = await connection.fetchval("SELECT parts FROM snapshot WHERE seq = $1", seq) or 0
        async for found, hashed, payload in connection.cursor(_PARTS, seq, prefetch=_PARTS_AHEAD):
            number += 1
            if found != number:
                _broken(seq, number, "is missing")
            if sha256(payload).digest() != hashed:
                _broken(seq, number, "is not as it was written")
            yield payload
    except FAILURES as failure:
        if not is_damage(failure):
            raise
        _broken(seq, number + 1, f"cannot be read ({failure})")
    if number < max(parts, 1):
        _broken(seq, number + 1, "is missing")


def _broken(seq: int, number: int, what: str) -> NoReturn:
    raise SnapshotBroken(
        f"Part {number} of the snapshot of seq {seq} {what}. Nothing is lost: the snapshot is passed over, and an "
        f"older one or the journal alone leads to the same state. Delete it: DELETE FROM snapshot WHERE seq = {seq}"
    )


def _tables_damaged(found: str) -> SnapshotBroken:
    return SnapshotBroken(
        f"{found} Nothing is lost: the journal alone leads to the same state. Stop the server and make the tables "
        "again with `leasebook rebuild`."
    )
