"""Statements compared with what they should be: every row of every table, by the database itself.

Contract: looks at the tables as they were when it began, while the market trades on, and leaves nothing behind. What
they should be comes as pages from the first command on, and is written to tables of this session alone. A table that
PostgreSQL cannot read is a difference like others, and the rest are compared.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from exchange.language.codec import notices_layout
from exchange.language.statements import Page
from exchange.store import rows
from exchange.store.connecting import FAILURES, close, connect_checked, is_damage, naming_failures, statements_damaged
from exchange.store.migrate import Connection

KEYS: Final = {
    "orders": ("side", "order_id"),
    "trades": ("trade_id",),
    "leases": ("lease_id",),
    "transfers": ("transfer_id",),
    "balances": ("account",),
    "told": ("account_id", "seq"),
}
_CHANGING: Final = ("orders", "leases", "balances")  # whose rows a later page may have again
_SHOWN: Final = 100  # differences of one table that are spelled out
_VALUE_CHARS: Final = 60

_DIFFERENT: Final = """
    SELECT to_jsonb(kept) AS kept, to_jsonb(made) AS made, count(*) OVER () AS of
    FROM statements.{table} AS kept FULL JOIN pg_temp.made_{table} AS made USING ({key})
    WHERE kept IS DISTINCT FROM made ORDER BY {key} LIMIT {limit}
"""


class Comparison:
    """What is kept beside what should be.

    `seq` is how far the tables go; None when another release wrote them, or when `damage` says that nobody can tell.
    """

    def __init__(self, connection: Connection, seq: int | None, surplus_micros: int, damage: list[str]) -> None:
        self._connection = connection
        self._surplus_micros = surplus_micros
        self.seq = seq
        self.damage = damage
        self.compared: dict[str, int] = {}  # rows, by table

    async def add(self, page: Page) -> None:
        """Take in the next page of what should be."""
        with naming_failures("The statements could not be compared", statements_damaged):
            await self._put("orders", rows.ORDERS, rows.orders(page))
            await self._put("leases", rows.LEASES, rows.leases(page))
            await self._put("balances", rows.BALANCES, rows.balances(page))
            await self._put("trades", rows.TRADES, rows.trades(page))
            await self._put("transfers", rows.TRANSFERS, rows.transfers(page))
            await self._put("told", rows.TOLD, rows.told(page))

    async def differences(self) -> list[str]:
        """Every row that is missing, too much or other than it should be, by table and key."""
        found = []
        if self._surplus_micros:
            found.append(
                f"statements.position: the balances are said to sum to {self._surplus_micros} micros, not to 0"
            )
        with naming_failures("The statements could not be compared", statements_damaged):
            for table, key in KEYS.items():
                async with _noting_damage(self._connection, table, found):
                    count = await self._connection.fetchval(f"SELECT count(*) FROM statements.{table}")
                    query = _DIFFERENT.format(table=table, key=", ".join(key), limit=_SHOWN)
                    records = await self._connection.fetch(query)
                    self.compared[table] = count
                    found += [_told(table, key, record["kept"], record["made"]) for record in records]
                    if records and (more := records[0]["of"] - len(records)):
                        found.append(f"statements.{table}: {more:,} rows more differ")
        return found

    async def _put(self, table: str, columns: tuple[str, ...], records: Iterable[Any]) -> None:
        if table not in _CHANGING:
            await self._copy(f"made_{table}", columns, records)
            return
        key, names = KEYS[table], ", ".join(columns)
        changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
        await self._copy(f"page_{table}", columns, records)
        await self._connection.execute(
            f"INSERT INTO pg_temp.made_{table} ({names}) SELECT {names} FROM pg_temp.page_{table} "
            f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
        )
        await self._connection.execute(f"DELETE FROM pg_temp.page_{table}")

    async def _copy(self, table: str, columns: tuple[str, ...], records: Iterable[Any]) -> None:
        await self._connection.copy_records_to_table(table, schema_name="pg_temp", columns=columns, records=records)


@asynccontextmanager
async def comparing(dsn: str) -> AsyncIterator[Comparison]:
    """A comparison of the tables as they are now."""
    connection, position, damage = await connect_checked(dsn, answer_s=None), None, list[str]()
    try:
        with naming_failures("The statements could not be looked at", statements_damaged):
            transaction = connection.transaction(isolation="repeatable_read")
            await transaction.start()
            async with _noting_damage(connection, "position", damage):
                position = await connection.fetchrow("SELECT seq, layout, surplus_micros FROM statements.position")
            for table, key in KEYS.items():
                await connection.execute(f"CREATE TEMPORARY TABLE made_{table} (LIKE statements.{table})")
                await connection.execute(f"ALTER TABLE pg_temp.made_{table} ADD PRIMARY KEY ({', '.join(key)})")
                if table in _CHANGING:
                    await connection.execute(f"CREATE TEMPORARY TABLE page_{table} (LIKE statements.{table})")
        seq, layout, surplus_micros = position or (0, "", 0)
        known = not damage and (layout == notices_layout() or not seq)
        yield Comparison(connection, int(seq) if known else None, int(surplus_micros), damage)
    finally:
        await close(connection)  # which takes back everything


@asynccontextmanager
async def _noting_damage(connection: Connection, table: str, found: list[str]) -> AsyncIterator[None]:
    """While a table is read: add to `found` that PostgreSQL cannot, so that the others may be read after it."""
    try:
        async with connection.transaction():
            yield
    except FAILURES as failure:
        if not is_damage(failure):
            raise
        found.append(f"statements.{table} cannot be read ({type(failure).__name__}: {failure})")


def _told(table: str, key: tuple[str, ...], kept: str | None, made: str | None) -> str:
    """One row's difference in words."""
    is_: dict[str, Any] = msgspec.json.decode(kept or "{}")
    should_be: dict[str, Any] = msgspec.json.decode(made or "{}")
    row = f"statements.{table} {' '.join(str((is_ or should_be)[name]) for name in key)}"
    if not is_:
        return f"{row} is missing"
    if not should_be:
        return f"{row} should not be there"
    wrong = (name for name, value in should_be.items() if is_[name] != value)
    return (
        f"{row}: {'; '.join(f'{name} is {_short(is_[name])}, should be {_short(should_be[name])}' for name in wrong)}"
    )


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _VALUE_CHARS else f"{text[:_VALUE_CHARS]}…"
