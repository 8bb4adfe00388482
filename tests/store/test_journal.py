"""What is appended is there, in order, once, for good; and nobody but the one writer adds to it."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from exchange.language.journal import (
    GENESIS,
    DatabaseUnavailable,
    DigestMark,
    Fenced,
    Journal,
    JournalBroken,
    JournalBusy,
    JournalError,
    JournalRow,
    WrongMode,
    link,
)
from exchange.store import embedded
from exchange.store import journal as module
from exchange.store.connecting import close, connect
from exchange.store.journal import PostgresJournal
from exchange.store.migrate import Connection
from tests.store.conftest import Opener, blocked_session

TURN = "SELECT pg_advisory_lock(1818389354, 2)"
TIMEOUTS = "SELECT name FROM pg_settings WHERE category LIKE 'Client Connection Defaults%' AND name LIKE '%timeout'"

# What nobody may do to a journal whose only row is of seq 1 and epoch 1, and the SQLSTATE it is refused with
CHANGES = {
    "UPDATE journal SET payload = 'other'": "LB003",
    "DELETE FROM journal": "LB003",
    "TRUNCATE journal": "LB003",
    "UPDATE journal_digest SET digest = 'bb'": "LB003",
    "DELETE FROM journal_digest": "LB003",
    "TRUNCATE journal_digest": "LB003",
    "UPDATE journal_venue SET sandbox = true, epoch = epoch + 1": "LB003",
    "UPDATE journal_venue SET epoch = 1": "LB003",
    "DELETE FROM journal_venue": "LB003",
    "TRUNCATE journal_venue": "LB003",
    "INSERT INTO journal VALUES (3, 3, 1, 1, 'x')": "LB002",
    "INSERT INTO journal VALUES (2, 2, 9, 1, 'x')": "LB001",
}


async def read(journal: Journal, after_seq: int = 0) -> list[tuple[int, int, bytes]]:
    return [(row.first_seq, row.last_seq, row.payload) async for row in journal.rows(after_seq)]


async def test_a_new_journal_is_empty(open_journal: Opener) -> None:
    journal = await open_journal()
    assert await journal.last_seq() == 0
    assert await read(journal) == []


async def test_batches_come_back_in_order_as_they_were_written(open_journal: Opener) -> None:
    journal = await open_journal(rules_version=7)
    await journal.append(1, 1, b"\x00first\xff")
    await journal.append(2, 3, b"three")
    await journal.append(5, 1, b"last")
    assert await journal.last_seq() == 5
    first = link(GENESIS, 1, 1, 1, 7, b"\x00first\xff")
    three = link(first, 2, 4, 1, 7, b"three")
    last = link(three, 5, 5, 1, 7, b"last")
    assert [row async for row in journal.rows()] == [
        JournalRow(1, 1, 1, 7, b"\x00first\xff", first),
        JournalRow(2, 4, 1, 7, b"three", three),
        JournalRow(5, 5, 1, 7, b"last", last),
    ]


async def test_reading_begins_with_the_row_that_holds_the_next_command(open_journal: Opener) -> None:
    journal = await open_journal()
    for first_seq, count in [(1, 1), (2, 3), (5, 1)]:
        await journal.append(first_seq, count, b"batch")
    for after_seq, first_seqs in [(0, [1, 2, 5]), (1, [2, 5]), (2, [2, 5]), (3, [2, 5]), (4, [5]), (5, [])]:
        assert [first_seq for first_seq, _, _ in await read(journal, after_seq)] == first_seqs, after_seq


async def test_a_journal_that_ends_before_its_reader_stands_is_broken(open_journal: Opener) -> None:
    journal = await open_journal()
    await journal.append(1, 4, b"batch")
    with pytest.raises(JournalBroken, match=r"ends at seq 4, but its reader stands at 5.*restore"):
        await read(journal, after_seq=5)


async def test_many_rows_are_read_beside_appends_as_they_were_when_reading_began(open_journal: Opener) -> None:
    journal = await open_journal()
    for seq in range(1, 101):
        await journal.append(seq, 1, b"%d" % seq)
    seen: list[bytes] = []
    async for row in journal.rows():
        if not seen:
            await journal.append(101, 1, b"late")
        seen.append(row.payload)
    assert seen == [b"%d" % seq for seq in range(1, 101)]
    assert await read(journal, after_seq=100) == [(101, 101, b"late")]


@pytest.mark.parametrize("rows", [[(2, 2)], [(1, 1), (3, 4)], [(1, 3), (5, 5)]])
async def test_rows_with_a_gap_are_not_handed_out(
    open_journal: Opener, raw: Connection, rows: list[tuple[int, int]]
) -> None:
    journal = await open_journal()
    await raw.execute("ALTER TABLE journal DISABLE TRIGGER journal_append")
    before = GENESIS
    for first_seq, last_seq in rows:
        before = link(before, first_seq, last_seq, 1, 1, b"x")
        columns = ("first_seq", "last_seq", "epoch", "rules_version", "payload", "link")
        await raw.copy_records_to_table("journal", columns=columns, records=[(first_seq, last_seq, 1, 1, b"x", before)])
    with pytest.raises(JournalBroken, match="missing or out of order: restore the database"):
        await read(journal)


@pytest.mark.parametrize("first_seq", [1, 3, 5, 100])
async def test_a_batch_that_does_not_follow_is_refused_and_stops_the_writer(
    open_journal: Opener, first_seq: int
) -> None:
    journal = await open_journal()
    await journal.append(1, 3, b"batch")
    with pytest.raises(
        JournalBroken, match=f"ends at seq 3, so seq {first_seq} cannot come next.*start the server again"
    ):
        await journal.append(first_seq, 1, b"stray")
    with pytest.raises(JournalError, match="must stop"):
        await journal.append(4, 1, b"next")
    assert await read(journal) == [(1, 3, b"batch")]


@pytest.mark.parametrize(("first_seq", "count", "payload"), [(0, 1, b"x"), (1, 0, b"x"), (1, 1, b"")])
async def test_what_is_no_batch_is_our_defect(open_journal: Opener, first_seq: int, count: int, payload: bytes) -> None:
    journal = await open_journal()
    with pytest.raises(AssertionError):
        await journal.append(first_seq, count, payload)


async def test_a_second_server_is_turned_away_at_once_and_the_first_goes_on(open_journal: Opener) -> None:
    journal = await open_journal()
    with pytest.raises(JournalBusy, match=r"PostgreSQL session \d+, since .*Stop it first"):
        await open_journal()
    await journal.append(1, 1, b"batch")
    await journal.close()
    await journal.close()
    assert await (await open_journal()).last_seq() == 1


async def test_a_writer_that_was_taken_over_writes_nothing_more(open_journal: Opener, raw: Connection) -> None:
    journal = await open_journal()
    await journal.append(1, 1, b"mine")
    await raw.execute("UPDATE journal_venue SET epoch = epoch + 1")
    with pytest.raises(Fenced, match="see that only one is started"):
        await journal.append(2, 1, b"too late")
    assert await read(journal) == [(1, 1, b"mine")]


async def test_a_new_writer_waits_for_what_the_old_one_has_under_way(open_journal: Opener, raw: Connection) -> None:
    await (await open_journal()).close()
    under_way = raw.transaction()
    await under_way.start()
    await raw.execute("INSERT INTO journal VALUES (1, 1, 1, 1, 'x')")
    opening = asyncio.ensure_future(open_journal())
    await blocked_session(raw)
    await under_way.commit()
    journal = await opening
    assert await journal.last_seq() == 1


async def test_a_server_that_hangs_can_be_taken_over_and_never_writes_again(open_journal: Opener) -> None:
    hanging = await open_journal()
    await hanging.append(1, 1, b"mine")
    successor = await open_journal(take_over=True)
    await successor.append(2, 1, b"ours")
    with pytest.raises(Fenced, match=r"has taken over this journal \(its epoch is 2, this one's was 1\)"):
        await hanging.append(3, 1, b"too late")
    assert await read(successor) == [(1, 1, b"mine"), (2, 2, b"ours")]
    await hanging.close()


async def test_a_take_over_of_what_nobody_holds_is_an_ordinary_start(open_journal: Opener) -> None:
    journal = await open_journal(take_over=True)
    await journal.append(1, 1, b"batch")


async def test_a_take_over_ends_no_session_but_the_one_that_holds_the_journal(
    open_journal: Opener, raw: Connection
) -> None:
    await open_journal()
    await raw.execute(TURN)  # the other lock of ours
    opening = asyncio.ensure_future(open_journal(take_over=True))
    await blocked_session(raw)
    assert await raw.fetchval("SELECT pg_advisory_unlock(1818389354, 2)")
    await opening


async def test_a_server_that_cannot_be_shut_out_in_time_is_named(
    open_journal: Opener, raw: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await (await open_journal()).close()
    monkeypatch.setattr(module, "_HOLDER", "SELECT NULL WHERE ($1::int8, $2::int8) IS NULL")
    monkeypatch.setattr(module, "_TAKE_OVER_S", 0.05)
    await raw.execute("SELECT pg_advisory_lock(1818389354, 1)")
    with pytest.raises(JournalBusy, match=r"could not be shut out in 0.05 s\. Stop it"):
        await open_journal(take_over=True)


@pytest.mark.parametrize(("first", "says"), [(True, "Start with --sandbox"), (False, "Start without --sandbox")])
async def test_a_database_keeps_its_mode_for_ever(open_journal: Opener, first: bool, says: str) -> None:
    await (await open_journal(sandbox=first)).close()
    with pytest.raises(WrongMode, match=says):
        await open_journal(sandbox=not first)
    await open_journal(sandbox=first)


@pytest.mark.parametrize("role", ["origin", "replica"])
async def test_the_database_itself_refuses_to_change_what_is_written(
    open_journal: Opener, raw: Connection, role: str
) -> None:
    journal = await open_journal()
    await journal.append(1, 1, b"batch")
    await journal.mark_digest(DigestMark(1, "aa"))
    await raw.execute(f"SET session_replication_role = {role}")
    for change, refused_as in CHANGES.items():
        with pytest.raises(asyncpg.PostgresError) as refusal:
            await raw.execute(change)
        assert refusal.value.sqlstate == refused_as, change
    await journal.append(2, 1, b"next")
    assert await read(journal) == [(1, 1, b"batch"), (2, 2, b"next")]


async def test_digest_marks_are_kept_and_one_state_has_one_digest(open_journal: Opener) -> None:
    journal = await open_journal()
    marks = [DigestMark(0, "00"), DigestMark(5, "ab12"), DigestMark(9, "ff")]
    for mark in reversed(marks):
        await journal.mark_digest(mark)
    await journal.mark_digest(marks[1])
    assert await journal.digest_marks(after_seq=-1) == marks
    assert await journal.digest_marks(after_seq=5) == marks[2:]
    with pytest.raises(JournalBroken, match="after seq 5 hashed to ab12 before and to cd now"):
        await journal.mark_digest(DigestMark(5, "cd"))
    assert await journal.digest_marks() == marks[1:]


async def test_a_connection_lost_in_an_append_leaves_the_outcome_unknown(open_journal: Opener, raw: Connection) -> None:
    journal = await open_journal()
    await raw.execute(TURN)
    append = asyncio.create_task(journal.append(1, 1, b"batch"))
    await raw.execute("SELECT pg_terminate_backend($1)", await blocked_session(raw))
    with pytest.raises(JournalError, match=r"may or may not have been written.*start the server again"):
        await append
    with pytest.raises(JournalError, match="must stop"):
        await journal.append(1, 1, b"batch")


async def test_after_an_append_that_was_given_up_no_other_is_tried(open_journal: Opener, raw: Connection) -> None:
    journal = await open_journal()
    await raw.execute(TURN)
    append = asyncio.create_task(journal.append(1, 1, b"batch"))
    await blocked_session(raw)
    append.cancel()
    with pytest.raises(asyncio.CancelledError):
        await append
    with pytest.raises(JournalError, match="must stop"):
        await journal.append(1, 1, b"batch")


async def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnavailable, match="--database-url") as refusal:
        await PostgresJournal.open("postgresql://me:secret@127.0.0.1:1/none", sandbox=False, rules_version=1)
    assert "secret" not in str(refusal.value)


async def test_no_session_is_ended_for_resting_or_taking_long(database_url: str, raw: Connection) -> None:
    """Whatever the database has for others."""
    timeouts = [str(name) for (name,) in await raw.fetch(TIMEOUTS)]
    assert {"statement_timeout", "lock_timeout", "idle_session_timeout"} < set(timeouts)
    name = await raw.fetchval("SELECT current_database()")
    for timeout in timeouts:
        await raw.execute(f"ALTER DATABASE {name} SET {timeout} = '1s'")
    other, own = await asyncpg.connect(database_url), await connect(database_url)
    for timeout in timeouts:
        query = f"SELECT current_setting('{timeout}')"
        assert (await other.fetchval(query), await own.fetchval(query)) == ("1s", "0")
    await other.close()
    await close(own)


async def test_a_server_whose_machine_is_gone_holds_the_journal_for_a_minute_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    """PostgreSQL asks after it, over the network; by itself after two hours for the first time."""
    monkeypatch.setattr(embedded, "_PORT", unused_tcp_port)
    monkeypatch.setattr(embedded, "_SOCKET", f".s.PGSQL.{unused_tcp_port}")
    monkeypatch.setitem(embedded.SETTINGS, "listen_addresses", "127.0.0.1")
    async with embedded.start_embedded(tmp_path):
        connection = await connect(f"postgresql://leasebook@127.0.0.1:{unused_tcp_port}/postgres")
        names = (*(f"tcp_keepalives_{name}" for name in ("idle", "interval", "count")), "tcp_user_timeout")
        found = [await connection.fetchval("SELECT current_setting($1)", name) for name in names]
        idle_s, interval_s, count, unanswered_ms = map(int, found)
        assert 0 < idle_s + interval_s * count <= 60
        assert 0 < unanswered_ms <= 60_000
        await close(connection)


async def test_an_idle_writer_hears_that_its_session_was_ended(open_journal: Opener, raw: Connection) -> None:
    journal = await open_journal()
    told: asyncio.Future[JournalError] = asyncio.get_running_loop().create_future()
    journal.when_lost(told.set_result)
    await raw.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'leasebook' AND datname = current_database()"
    )
    async with asyncio.timeout(10):
        assert "start the server again" in str(await told)


async def test_who_begins_to_listen_after_the_session_has_ended_hears_it_at_once(
    open_journal: Opener, raw: Connection
) -> None:
    journal = await open_journal()
    ended = asyncio.Event()
    journal._writer.add_termination_listener(lambda _: ended.set())
    await raw.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'leasebook' AND datname = current_database()"
    )
    told: asyncio.Future[JournalError] = asyncio.get_running_loop().create_future()
    async with asyncio.timeout(10):
        await ended.wait()
        journal.when_lost(told.set_result)
        assert "start the server again" in str(await told)


async def test_an_idle_writer_hears_who_took_over(open_journal: Opener, database_url: str) -> None:
    journal = await open_journal()
    told: asyncio.Future[JournalError] = asyncio.get_running_loop().create_future()
    journal.when_lost(told.set_result)
    successor = await PostgresJournal.open(database_url, sandbox=False, rules_version=1, take_over=True)
    try:
        async with asyncio.timeout(10):
            failure = await told
    finally:
        await successor.close()
    assert isinstance(failure, Fenced) or "start the server again" in str(failure)  # its epoch may not be raised yet


async def test_who_asks_after_the_session_has_ended_hears_of_it_at_once(open_journal: Opener, raw: Connection) -> None:
    journal = await open_journal()
    first, late = (asyncio.get_running_loop().create_future() for _ in range(2))
    journal.when_lost(first.set_result)
    await raw.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'leasebook' AND datname = current_database()"
    )
    async with asyncio.timeout(10):
        await first
        journal.when_lost(late.set_result)
        assert "start the server again" in str(await late)
