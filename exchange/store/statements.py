"""Statements in PostgreSQL: pages written in one transaction each, together with the place that they reach.

Contract: a page begins where the tables end. The database moves the balances by the transfers itself, and refuses a
transaction after which they do not sum to zero; the balances that come with a page must be those. Whoever has taken the
journal over shuts earlier writers out of the tables, too. Commits are not waited for: what a crash loses is the end,
which is made again from the journal. Notices that another release kept in another form count as not there.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from typing import Any, Final

import msgspec

from exchange.language.codec import decode_notices, notices_layout
from exchange.language.journal import Fenced, JournalBroken
from exchange.language.statements import Page, Told
from exchange.language.texts import kept_text
from exchange.store import rows
from exchange.store.connecting import Session, statements_damaged
from exchange.store.migrate import Connection

_WRITE_S: Final = 300  # for one statement: as long as a slow disk needs for the largest page
_TURN: Final = 16  # rows that are made before commands have their turn: some tenths of a millisecond
_TOLD_AHEAD: Final = (
    256  # commands, and no more bytes than this and one command more: what bounds the memory of a reader
)
_TOLD_AHEAD_BYTES: Final = 4 << 20

_TABLES: Final = "position, orders, trades, leases, transfers, balances, told"
_CLEAR: Final = f"TRUNCATE {', '.join(f'statements.{name}' for name in _TABLES.split(', '))}"
_BEGIN: Final = "INSERT INTO statements.position (layout) VALUES ($1)"
# Rows that are new are copied where they belong. Those that may be there already come by way of a table of this
# session, as COPY only adds: quicker than arrays (5,000 orders: 162 and 308 ms). It is not made before it is needed, as
# each commit empties it from then on.
_STAGING: Final = "CREATE TEMPORARY TABLE IF NOT EXISTS {staging} (LIKE statements.{table}) ON COMMIT DELETE ROWS"
# Rows are found by their keys: what the planner believes of a table that has just begun to grow has it read 300,000
# balances to change 50 (175 ms a page, and 26 ms like this).
_WRITING: Final = {
    "synchronous_commit": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
}
_ADVANCE: Final = "UPDATE statements.position SET seq = $1, written_at = now()"
_EPOCH: Final = "SELECT epoch FROM journal_venue"
_OTHER_BALANCE: Final = """
    SELECT claimed.account, claimed.micros, coalesce(kept.balance_micros, 0) AS kept_micros
    FROM unnest($1::text[], $2::bigint[]) AS claimed (account, micros)
    LEFT JOIN statements.balances AS kept USING (account)
    WHERE claimed.micros <> coalesce(kept.balance_micros, 0) LIMIT 1
"""
_TOLD: Final = """
    SELECT seq, prev_seq, payload FROM (
        SELECT seq, prev_seq, payload, sum(length(payload)) OVER (ORDER BY seq) - length(payload) AS bytes_before FROM (
            SELECT seq, prev_seq, payload FROM statements.told WHERE account_id = $1 AND seq > $2 AND seq <= $3
            AND (SELECT layout FROM statements.position) = $4 ORDER BY seq LIMIT $5
        ) AS few
    ) AS counted WHERE bytes_before < $6 ORDER BY seq
"""
# From one account to the next by the index, so that it costs by the account and not by what all were ever told.
_TOLD_SEQ: Final = """
    WITH RECURSIVE latest AS (
        (SELECT account_id, seq FROM statements.told WHERE (SELECT layout FROM statements.position) = $1
         ORDER BY account_id DESC, seq DESC LIMIT 1)
        UNION ALL
        SELECT next.account_id, next.seq FROM latest CROSS JOIN LATERAL (
            SELECT account_id, seq FROM statements.told WHERE told.account_id < latest.account_id
            ORDER BY account_id DESC, seq DESC LIMIT 1
        ) AS next
    ) SELECT account_id, seq FROM latest
"""


class PostgresStatements:
    """The statements of one venue, beside its journal. Connects when first used; `aclose` lets go.

    `epoch` is that of the journal's writer; None takes the one in force when the position is first read.
    """

    def __init__(self, dsn: str, epoch: int | None = None) -> None:
        self._writing = Session(dsn, answer_s=_WRITE_S, damaged=statements_damaged, settings=_WRITING)
        self._reading = Session(dsn, damaged=statements_damaged)
        self._epoch = epoch

    async def position(self) -> int:
        async with self._reading.turn("The position of the statements could not be read") as connection:
            # Waits for a page that an earlier server has under way; the next would find itself fenced.
            found = await connection.fetchrow("SELECT seq, layout FROM statements.position FOR SHARE")
            epoch = await connection.fetchval(_EPOCH)
        if self._epoch is None:
            self._epoch = epoch
        seq, layout = found or (0, "")
        return int(seq) if layout == notices_layout() else 0

    async def write(self, page: Page) -> None:
        async with self._writing.turn("A page of statements was not written") as connection:
            await self._take_turn(connection, page.after_seq)
            await _write_standing(connection, "orders", "side, order_id", rows.ORDERS, rows.orders(page), page)
            await _write_standing(connection, "leases", "lease_id", rows.LEASES, rows.leases(page), page)
            if page.trades:
                await _copy(connection, "trades", rows.TRADES, rows.trades(page))
            if page.entries:
                await _copy(connection, "transfers", rows.TRANSFERS, rows.transfers(page))
            if page.told:
                await _copy(connection, "told", rows.TOLD, rows.told(page))
            if page.balances:
                await _check_balances(connection, page)
            await connection.execute(_ADVANCE, page.last_seq)

    async def _take_turn(self, connection: Connection, after_seq: int) -> None:
        """Hold the position for this transaction, and be sure to begin where it is."""
        seq, layout = await connection.fetchrow("SELECT seq, layout FROM statements.position FOR UPDATE") or (0, "")
        await self._check_epoch(connection)
        if layout != notices_layout():
            await _empty(connection)
            seq = 0
        if seq != after_seq:
            raise JournalBroken(
                f"The statements go to seq {seq}, and the page begins after {after_seq}. Nothing was written. The "
                "journal is not in doubt: start the server again, or make them again with `leasebook rebuild`."
            )

    async def _check_epoch(self, connection: Connection) -> None:
        epoch = await connection.fetchval(_EPOCH)
        if self._epoch is None:
            self._epoch = epoch
        if epoch != self._epoch:
            raise Fenced(
                f"Another server has taken over this market (its epoch is {epoch}, not {self._epoch}). "
                "This one wrote no statements and must stop; see that only one is started."
            )

    async def told(self, account_id: str, after_seq: int, until_seq: int) -> AsyncGenerator[Told, None]:
        while True:
            async with self._reading.turn("What an account was told could not be read") as connection:
                few = await connection.fetch(
                    _TOLD, kept_text(account_id), after_seq, until_seq, notices_layout(), _TOLD_AHEAD, _TOLD_AHEAD_BYTES
                )
            if not few:
                return
            for seq, prev_seq, payload in few:
                after_seq = seq
                yield _decode(account_id, seq, prev_seq, payload)

    async def told_seq(self) -> dict[str, int]:
        async with self._reading.turn("Where accounts were last told could not be read") as connection:
            records = await connection.fetch(_TOLD_SEQ, notices_layout())
        return {record["account_id"]: record["seq"] for record in records}

    async def clear(self) -> None:
        async with self._writing.turn("The statements were not cleared") as connection:
            await connection.execute("SET LOCAL synchronous_commit = on")
            await self._check_epoch(connection)
            await _empty(connection)

    async def aclose(self) -> None:
        """Let go of the connections. May be called twice."""
        await self._reading.close()
        await self._writing.close()


async def _empty(connection: Connection) -> None:
    """Also when the tables are damaged: their files are made anew, and none of the old is read."""
    await connection.execute(_CLEAR)
    await connection.execute(_BEGIN, notices_layout())


async def _copy(connection: Connection, table: str, columns: tuple[str, ...], records: Iterable[Any]) -> None:
    turns = _by_turns(records)
    await connection.copy_records_to_table(table, schema_name="statements", columns=columns, records=turns)


async def _by_turns(records: Iterable[rows.Row]) -> AsyncIterator[rows.Row]:
    """A page of some hundred rows takes milliseconds to make, for which no command is to wait as a whole."""
    for number, record in enumerate(records, 1):
        yield record
        if number % _TURN == 0:
            await asyncio.sleep(0)


async def _write_standing(
    connection: Connection, table: str, key: str, columns: tuple[str, ...], records: Iterable[rows.Row], page: Page
) -> None:
    """Rows that are replaced as they change. Those made after the page began cannot be there."""
    made_at, new, changed = columns.index("seq"), list[rows.Row](), list[rows.Row]()
    async for record in _by_turns(records):
        (new if record[made_at] > page.after_seq else changed).append(record)
    if new:
        await _copy(connection, table, columns, new)
    if changed:
        await _replace(connection, table, key, columns, changed)


async def _replace(
    connection: Connection, table: str, key: str, columns: tuple[str, ...], records: list[rows.Row]
) -> None:
    """Rows that are there, or may be: all of their columns."""
    staging, names = f"page_{table}", ", ".join(columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key.split(", "))
    await connection.execute(_STAGING.format(staging=staging, table=table))
    turns = _by_turns(records)
    await connection.copy_records_to_table(staging, schema_name="pg_temp", columns=columns, records=turns)
    await connection.execute(
        f"INSERT INTO statements.{table} ({names}) SELECT {names} FROM pg_temp.{staging} "
        f"ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )


async def _check_balances(connection: Connection, page: Page) -> None:
    accounts, micros = zip(*rows.balances(page), strict=True)
    other = await connection.fetchrow(_OTHER_BALANCE, accounts, micros)
    if other is not None:
        raise JournalBroken(
            f"The ledger has {other['micros']} micros in {other['account']} after seq {page.last_seq}, and the "
            f"transfers come to {other['kept_micros']}. Nothing was written. The journal is not in doubt: stop the "
            "server, make the statements again with `leasebook rebuild`, and report this."
        )


def _decode(account_id: str, seq: int, prev_seq: int, payload: bytes) -> Told:
    try:
        return Told(account_id, seq, prev_seq, decode_notices(payload))
    except msgspec.DecodeError as failure:
        raise JournalBroken(
            f"What {account_id} was told at seq {seq} is not as it was written ({failure}). The journal is not in "
            "doubt: make the statements again with `leasebook rebuild`."
        ) from failure
