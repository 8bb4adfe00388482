"""A journal put back into an empty database, row by row as it was, from whatever kept it.

Contract: all of it or nothing, in one transaction; the triggers that guard every append check each row's epoch, place
and link again. Nobody else can open the journal meanwhile.
"""

from collections.abc import AsyncIterator
from typing import Final

from exchange.language.journal import DigestMark, JournalError, JournalRow
from exchange.store.connecting import naming_failures
from exchange.store.holding import holding
from exchange.store.migrate import Connection

_CHUNK_ROWS: Final = 1_000
_COLUMNS: Final = ("first_seq", "last_seq", "epoch", "rules_version", "payload", "link")


class NotEmpty(JournalError):
    """The database holds a market already."""


async def restore_journal(
    dsn: str,
    *,
    sandbox: bool,
    rows: AsyncIterator[JournalRow],
    marks: AsyncIterator[DigestMark],
) -> None:
    """Write a whole journal; `marks` is read after `rows`. What either raises leaves the database without a market.

    Raises NotEmpty, JournalBusy, or JournalBroken for a row that does not follow from the one before.
    """
    async with holding(dsn) as connection:
        await _check_empty(connection)
        with naming_failures("The backup could not be written; the database is as it was"):
            async with connection.transaction():
                await _write_rows(connection, sandbox, rows)
                records = [(mark.seq, mark.digest) async for mark in marks]
                await connection.copy_records_to_table("journal_digest", columns=("seq", "digest"), records=records)


async def _check_empty(connection: Connection) -> None:
    with naming_failures("The database could not be looked at"):
        last_seq = await connection.fetchval("SELECT max(last_seq) FROM journal")
        opened = await connection.fetchval("SELECT count(*) FROM journal_venue")
    if last_seq or opened:
        raise NotEmpty(
            f"The database holds a market already, with {last_seq or 0:,} commands, and a backup is restored into an "
            "empty one only. Name another --data-dir or --database-url."
        )


async def _write_rows(connection: Connection, sandbox: bool, rows: AsyncIterator[JournalRow]) -> None:
    """The venue takes the epoch of each row before it is written, as it did then."""
    epoch, chunk = 0, list[JournalRow]()
    async for row in rows:
        if row.epoch != epoch or len(chunk) >= _CHUNK_ROWS:
            await _copy(connection, chunk)
            chunk.clear()
        if not epoch:
            await connection.execute("INSERT INTO journal_venue (sandbox, epoch) VALUES ($1, $2)", sandbox, row.epoch)
        elif row.epoch != epoch:
            await connection.execute("UPDATE journal_venue SET epoch = $1", row.epoch)
        epoch = row.epoch
        chunk.append(row)
    await _copy(connection, chunk)


async def _copy(connection: Connection, chunk: list[JournalRow]) -> None:
    records = [(row.first_seq, row.last_seq, row.epoch, row.rules_version, row.payload, row.link) for row in chunk]
    if records:
        await connection.copy_records_to_table("journal", columns=_COLUMNS, records=records)
