"""Statements go with their position, follow from their transfers, sum to zero and say what people can read."""

import asyncio
import os
import re
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import gateway
from exchange.language.codec import notices_layout
from exchange.language.journal import Fenced, JournalBroken, JournalError
from exchange.language.statements import Page, Told
from exchange.language.views import AccountView, TransferView
from exchange.store import connecting
from exchange.store import rows as makers
from exchange.store import statements as module
from exchange.store.embedded import start_embedded
from exchange.store.journal import PostgresJournal
from exchange.store.migrate import Connection
from exchange.store.statements import PostgresStatements
from tests.store.conftest import Opener
from tests.store.pages import NOON_S, ask, bid, entry, lease, page, period, told, trade, wish

NOON = datetime.fromtimestamp(NOON_S, UTC)
DEPOSIT = page(0, 3, entries=[entry(1, "external", "alice/available", 5)], balances=[("alice/available", 5)])


@pytest.fixture
async def statements(open_journal: Opener, database_url: str) -> AsyncIterator[PostgresStatements]:
    await (await open_journal()).close()
    made = PostgresStatements(database_url)
    yield made
    await made.aclose()


async def read_told(statements: PostgresStatements, account_id: str, after_seq: int, until_seq: int) -> list[Told]:
    return [told async for told in statements.told(account_id, after_seq, until_seq)]


async def rows(raw: Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(record) for record in await raw.fetch(query)]


async def test_the_position_goes_with_the_pages(statements: PostgresStatements) -> None:
    assert await statements.position() == 0
    await statements.write(page(0, 4))
    await statements.write(page(4, 9))
    assert await statements.position() == 9


@pytest.mark.parametrize("after_seq", [0, 3, 5])
async def test_a_page_that_does_not_follow_is_refused(statements: PostgresStatements, after_seq: int) -> None:
    await statements.write(page(0, 4))
    with pytest.raises(JournalBroken, match=rf"go to seq 4, and the page begins after {after_seq}\..*rebuild"):
        await statements.write(page(after_seq, 9))
    assert await statements.position() == 4


async def test_orders_are_shown_in_units_of_people(statements: PostgresStatements, raw: Connection) -> None:
    await statements.write(page(0, 5, bids=[bid()], asks=[ask()]))
    shared = "side, order_id, account_id, quantity, region, chip, price_cny, expires_at, created_at, take_or_pay"
    assert await rows(raw, f"SELECT {shared}, min_quantity, held_cny FROM report.orders WHERE side = 'bid'") == [
        ("bid", 1, "alice", 8, "hangzhou", "h800", Decimal("15.25"), NOON + timedelta(minutes=1), NOON, 1,
         Decimal("0.125"), Decimal("122.61")),
    ]  # fmt: skip
    own = "site, tags, pue, green_share, start_at, end_at, min_duration, bond_cny, min_quantity"
    assert await rows(raw, f"SELECT {shared}, {own} FROM report.orders WHERE side = 'ask'") == [
        ("ask", 1, "hz", 8, "hangzhou", "h800", 14, None, NOON, 1, "hz-1", ["ib", "ecc"], Decimal("1.25"),
         Decimal("0.5"), NOON, NOON + timedelta(days=1), timedelta(hours=1), Decimal("134.4"), None),
    ]  # fmt: skip


async def test_what_the_alternatives_of_a_bid_differ_in_is_in_them_alone(
    statements: PostgresStatements, raw: Connection
) -> None:
    await statements.write(page(0, 5, bids=[bid(alternatives=(wish(), wish(chip="910b", price_micros=9_000_000)))]))
    found = "region, chip, price_micros, alternatives -> 1 ->> 'chip', (alternatives -> 1 -> 'price_micros')::int"
    assert await rows(raw, f"SELECT {found}, require -> 'tags' ->> 0 FROM statements.orders") == [
        ("hangzhou", None, None, "910b", 9_000_000, "ib")
    ]


async def test_orders_and_leases_are_replaced_as_they_change(statements: PostgresStatements, raw: Connection) -> None:
    await statements.write(page(0, 5, bids=[bid(1), bid(2)], leases=[lease(1), lease(2)]))
    filled = bid(2, state="filled", leaves_milli=0, filled_milli=8000)
    running = lease(2, state="running", periods=())
    await statements.write(page(5, 8, bids=[filled], asks=[ask(2, seq=6)], leases=[running, lease(3, seq=7)]))
    assert await rows(raw, "SELECT side, order_id, state, filled_milli FROM statements.orders ORDER BY 1, 2") == [
        ("ask", 2, "resting", 0),
        ("bid", 1, "resting", 0),
        ("bid", 2, "filled", 8000),
    ]
    shown = "lease_id, state, periods, parts, cost_cny, delivered_chip_hours, du_per_chip_hour, until_at"
    assert await rows(raw, f"SELECT {shown} FROM report.leases ORDER BY lease_id") == [
        (1, "scheduled", 1, [3, 4], 224, Decimal("1.5"), Decimal("2.56"), NOON + timedelta(hours=2)),
        (2, "running", 0, [3, 4], 224, Decimal("1.5"), Decimal("2.56"), NOON + timedelta(hours=2)),
        (3, "scheduled", 1, [3, 4], 224, Decimal("1.5"), Decimal("2.56"), NOON + timedelta(hours=2)),
    ]


async def test_a_reader_of_the_reports_reads_all_that_the_documents_name_and_nothing_else(
    statements: PostgresStatements, raw: Connection
) -> None:
    """As told under "The books by SQL"."""
    await statements.write(DEPOSIT)
    text = (Path(gateway.__file__).parent / "docs" / "operator.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `report\.(\w+)`", text, re.MULTILINE)
    views = "SELECT table_name FROM information_schema.views WHERE table_schema = 'report'"
    assert sorted(named) == sorted(str(name) for (name,) in await rows(raw, views))
    role = f"reader_{uuid.uuid4().hex}"
    await raw.execute(f"CREATE ROLE {role}")
    try:
        for grant in re.findall(r"`(GRANT [^`]*) TO reader`", text):
            await raw.execute(f"{grant} TO {role}")
        await raw.execute(f"SET ROLE {role}")
        for view in named:
            await raw.fetch(f"TABLE report.{view}")
        for table in ("public.journal", "statements.told", "public.snapshot_part"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await raw.fetch(f"TABLE {table}")
    finally:
        await raw.execute(f"RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}")


async def test_an_order_whose_quantities_do_not_add_up_is_refused(statements: PostgresStatements) -> None:
    with pytest.raises(JournalError, match=r"page of statements was not written.*violates check constraint"):
        await statements.write(page(0, 5, bids=[bid(leaves_milli=7999)]))
    assert await statements.position() == 0


async def test_trades_and_transfers_are_kept_one_by_one(statements: PostgresStatements, raw: Connection) -> None:
    entries = [
        entry(1, "external", "alice/available", 7_000_001),
        entry(2, "alice/available", "alice/held", 2_000_000, reason="bid_hold", bid_id=9, reference="x"),
    ]
    balances = [("external", -7_000_001), ("alice/available", 5_000_001), ("alice/held", 2_000_000)]
    await statements.write(page(0, 5, trades=[trade(1), trade(2)], entries=entries, balances=balances))
    assert await rows(raw, "SELECT trade_id, at, price_cny, quantity, taker FROM report.trades") == [
        (1, NOON, 14, 8, "bid"),
        (2, NOON, 14, 8, "bid"),
    ]
    assert await rows(raw, "SELECT transfer_id, debit, credit, amount_cny, reason, bid_id FROM report.transfers") == [
        (1, "external", "alice/available", Decimal("7.000001"), "deposit", None),
        (2, "alice/available", "alice/held", 2, "bid_hold", 9),
    ]
    assert await rows(raw, "SELECT * FROM report.balances ORDER BY account") == [
        ("alice/available", Decimal("5.000001")),
        ("alice/held", 2),
        ("external", Decimal("-7.000001")),
    ]


@pytest.mark.parametrize("claimed", [("alice/available", 6), ("external", 5), ("bob/held", 1)])
async def test_balances_that_do_not_follow_from_the_transfers_are_refused_whole(
    statements: PostgresStatements, raw: Connection, claimed: tuple[str, int]
) -> None:
    await statements.write(DEPOSIT)
    moved = [entry(2, "external", "alice/held", 5)]
    with pytest.raises(JournalBroken, match=rf"has {claimed[1]} micros in {claimed[0]} after seq 9.*rebuild"):
        await statements.write(page(3, 9, entries=moved, balances=[("alice/held", 5), claimed], bids=[bid()]))
    assert await statements.position() == 3
    assert await rows(raw, "SELECT account, balance_micros FROM statements.balances ORDER BY 1") == [
        ("alice/available", 5),
        ("external", -5),
    ]
    assert await rows(raw, "SELECT count(*) FROM statements.transfers") == [(1,)]
    assert await rows(raw, "SELECT count(*) FROM statements.orders") == [(0,)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE statements.balances SET balance_micros = balance_micros + 1 WHERE account = 'alice/available'",
        "INSERT INTO statements.balances VALUES ('mallory/available', 1)",
        "DELETE FROM statements.balances WHERE account = 'external'",
        "UPDATE statements.position SET surplus_micros = 1",
        "DELETE FROM statements.position",
    ],
)
async def test_the_database_refuses_a_transaction_that_leaves_balances_unbalanced(
    statements: PostgresStatements, raw: Connection, change: str
) -> None:
    await statements.write(DEPOSIT)
    under_way = raw.transaction()
    await under_way.start()
    await raw.execute(change)
    with pytest.raises(asyncpg.PostgresError, match="all balances together come to") as refusal:
        await under_way.commit()
    assert refusal.value.sqlstate == "LB004"


async def test_what_is_put_right_in_the_same_transaction_passes(
    statements: PostgresStatements, raw: Connection
) -> None:
    await statements.write(DEPOSIT)
    async with raw.transaction():
        await raw.execute("UPDATE statements.balances SET balance_micros = 4 WHERE account = 'alice/available'")
        await raw.execute("INSERT INTO statements.balances VALUES ('bob/available', 1)")
    assert await raw.fetchval("SELECT sum(balance_micros) FROM statements.balances") == 0


async def test_no_account_but_external_goes_below_zero(statements: PostgresStatements) -> None:
    with pytest.raises(JournalError, match="violates check constraint"):
        await statements.write(page(0, 3, entries=[entry(1, "alice/held", "fees", 1)]))


async def test_notices_of_every_kind_come_back_as_they_were(statements: PostgresStatements) -> None:
    account = AccountView(account_id="alice", roles=("buyer",), owner_group="a", tags=(), place="")
    moved = TransferView(seq=7, at_s=NOON_S, transfer=entry(1, "external", "alice/available", 5).transfer)
    about = [told("alice", 5, 0, bid(), ask()), told("alice", 9, 5, lease()), told("alice", 12, 9, account, moved)]
    await statements.write(page(0, 12, told=[*about, told("bob", 7, 0, bid())]))
    assert await read_told(statements, "alice", 0, 12) == about
    assert await read_told(statements, "alice", 5, 11) == about[1:2]
    assert await read_told(statements, "alice", 12, 99) == []
    assert await read_told(statements, "nobody", 0, 99) == []
    assert await statements.told_seq() == {"alice": 12, "bob": 7}


async def test_of_a_long_lease_the_last_periods_are_told(statements: PostgresStatements) -> None:
    long = lease(periods=tuple(period(index) for index in range(30)))
    await statements.write(page(0, 5, told=[told("alice", 5, 0, long)]))
    (kept,) = await read_told(statements, "alice", 0, 5)
    assert [each.index for each in kept.notices[0].data.periods] == list(range(6, 30))  # type: ignore[union-attr]


@pytest.mark.parametrize(("few", "few_bytes"), [(3, 1 << 20), (256, 1), (256, 1500)])
async def test_much_that_was_told_is_read_in_bounded_batches(
    statements: PostgresStatements, monkeypatch: pytest.MonkeyPatch, few: int, few_bytes: int
) -> None:
    monkeypatch.setattr(module, "_TOLD_AHEAD", few)
    monkeypatch.setattr(module, "_TOLD_AHEAD_BYTES", few_bytes)
    everything = [told("alice", seq, seq - 1, bid(seq)) for seq in range(1, 21)]
    await statements.write(page(0, 20, told=everything))
    assert await read_told(statements, "alice", 0, 20) == everything


@pytest.mark.parametrize("kind", ["orders", "told"])
async def test_no_page_has_commands_wait_for_all_of_its_rows(
    statements: PostgresStatements, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    made, at_once, making = 0, 0, getattr(makers, kind)

    def counted(whole: Page) -> Iterator[makers.Row]:
        nonlocal made
        for row in making(whole):
            made += 1
            yield row

    async def look() -> None:
        nonlocal at_once
        seen = made
        while True:
            await asyncio.sleep(0)
            at_once, seen = max(at_once, made - seen), made

    monkeypatch.setattr(makers, kind, counted)
    looking = asyncio.create_task(look())
    many = range(1, 301)
    await statements.write(page(0, 300, asks=[ask(n, seq=n) for n in many], told=[told("hz", n, n - 1) for n in many]))
    looking.cancel()
    assert made == 300
    assert 0 < at_once <= 16


@pytest.mark.parametrize("cut", ["BEGIN;", "SELECT", "COMMIT;"])
async def test_a_reader_who_leaves_half_way_leaves_the_others_a_good_connection(
    statements: PostgresStatements, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    """Wherever that is: while its transaction begins, before what it asked for has come, or while that ends."""
    await statements.write(page(0, 2, told=[told("alice", 1, 0), told("alice", 2, 1)]))
    leaving = asyncio.create_task(read_told(statements, "alice", 0, 2))
    asking = asyncpg.Connection.fetch if cut == "SELECT" else asyncpg.Connection.execute
    left: list[str] = []

    async def left_in(connection: Connection, query: str, *args: Any, **options: Any) -> Any:
        if asyncio.current_task() is leaving and query.strip().startswith(cut):
            left.append(query)
            asyncio.get_running_loop().call_soon(leaving.cancel)
        return await asking(connection, query, *args, **options)

    monkeypatch.setattr(asyncpg.Connection, asking.__name__, left_in)
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert left
    for _ in range(2):
        assert [each.seq for each in await read_told(statements, "alice", 0, 2)] == [1, 2]
    await asyncio.wait_for(statements.clear(), 10)  # which waits for whoever holds on to what was read


async def test_a_notice_that_was_changed_is_named(statements: PostgresStatements, raw: Connection) -> None:
    await statements.write(page(0, 5, told=[told("alice", 5, 0, bid())]))
    await raw.execute("UPDATE statements.told SET payload = 'x'")
    with pytest.raises(JournalBroken, match=r"alice was told at seq 5 is not as it was written.*rebuild"):
        await read_told(statements, "alice", 0, 5)


async def test_cleared_tables_begin_again(statements: PostgresStatements, raw: Connection) -> None:
    await statements.write(DEPOSIT)
    await statements.write(page(3, 5, told=[told("alice", 5, 0, bid())], bids=[bid()], leases=[lease()]))
    await statements.clear()
    assert (await statements.position(), await statements.told_seq()) == (0, {})
    for table in ("orders", "trades", "leases", "transfers", "balances", "told"):
        assert await raw.fetchval(f"SELECT count(*) FROM statements.{table}") == 0
    await statements.write(DEPOSIT)
    assert await statements.position() == 3


async def test_tables_with_notices_of_another_layout_count_as_empty_and_are_made_again(
    statements: PostgresStatements, raw: Connection
) -> None:
    await statements.write(page(0, 5, told=[told("alice", 5, 0, bid())], bids=[bid()]))
    await raw.execute("UPDATE statements.position SET layout = 'other'")
    assert (await statements.position(), await statements.told_seq()) == (0, {})
    assert await read_told(statements, "alice", 0, 5) == []
    await statements.write(page(0, 4, bids=[bid(2)]))
    assert await statements.position() == 4
    assert await rows(raw, "SELECT order_id FROM statements.orders") == [(2,)]


async def test_who_was_taken_over_writes_no_statements(
    statements: PostgresStatements, open_journal: Opener, database_url: str
) -> None:
    assert await statements.position() == 0
    journal = await open_journal()
    with pytest.raises(Fenced, match="its epoch is 2, not 1"):
        await statements.write(page(0, 5))
    successor = PostgresStatements(database_url, journal.epoch)
    await successor.write(page(0, 4))
    with pytest.raises(Fenced):
        await statements.clear()
    assert await successor.position() == 4
    await successor.aclose()


async def test_a_new_server_waits_for_the_page_that_the_old_one_has_under_way(
    statements: PostgresStatements, raw: Connection
) -> None:
    under_way = raw.transaction()
    await under_way.start()
    await raw.execute("UPDATE statements.position SET seq = 7, layout = $1", notices_layout())
    position = asyncio.ensure_future(statements.position())
    async with asyncio.timeout(10):
        while not await raw.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not position.done()
    await under_way.commit()
    assert await position == 7


async def test_sessions_that_were_ended_while_nobody_used_them_are_made_anew(
    statements: PostgresStatements, raw: Connection
) -> None:
    await statements.write(page(0, 4))
    assert await statements.position() == 4
    for session in (statements._reading, statements._writing):
        connection, ended = session._connection, asyncio.Event()
        assert connection is not None
        connection.add_termination_listener(lambda _, ended=ended: ended.set())
        await raw.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
        async with asyncio.timeout(10):
            await ended.wait()
    await statements.write(page(4, 9))
    assert await statements.position() == 9


async def test_who_gives_a_page_up_does_not_wait_for_a_database_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "_CLOSE_S", 0.1)
    async with start_embedded(tmp_path) as dsn:
        await (await PostgresJournal.open(dsn, sandbox=True, rules_version=1)).close()
        statements, raw = PostgresStatements(dsn), await asyncpg.connect(dsn)
        await statements.write(page(0, 4))
        assert statements._writing._connection is not None
        session = statements._writing._connection.get_server_pid()
        await raw.execute("BEGIN; SELECT FROM statements.position FOR UPDATE")
        writing = asyncio.create_task(statements.write(page(4, 9)))
        async with asyncio.timeout(10):
            while not await raw.fetchval("SELECT count(*) FROM pg_locks WHERE pid = $1 AND NOT granted", session):
                assert not writing.done()
        os.kill(session, signal.SIGSTOP)
        try:
            writing.cancel()
            done, _ = await asyncio.wait([writing], timeout=10)
            assert done, "a page may take five minutes, and as long was waited for its being taken back"
        finally:
            os.kill(session, signal.SIGCONT)
        await raw.close()
        assert await statements.position() == 4
        await statements.aclose()
