"""Whoever changes the journal behind the database's back is found out by the next reader, who names the row."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from exchange.language.journal import GENESIS, Follower, JournalBroken, MigrationMismatch, WrongMode, link
from exchange.store.migrate import MIGRATIONS, Connection
from exchange.store.reading import JournalReader
from tests.databases import database
from tests.store.conftest import Opener

# What somebody who may switch the triggers off does to rows of seq 1, 2 to 4, 5 and 6; and what a reader says
TAMPERING = {
    "UPDATE journal SET payload = 'other' WHERE first_seq = 2": "row of seq 2 to 4 is not as it was written",
    "UPDATE journal SET rules_version = 2 WHERE first_seq = 2": "row of seq 2 to 4 is not as it was written",
    "UPDATE journal SET epoch = 9 WHERE first_seq = 6": "row of seq 6 to 6 is not as it was written",
    "UPDATE journal SET link = sha256('x') WHERE first_seq = 1": "row of seq 1 to 1 is not as it was written",
    "UPDATE journal SET payload = 'other', link = journal_link(decode(repeat('00', 32), 'hex'), 1, 1, 1, 1, 'other') "
    "WHERE first_seq = 1": "row of seq 2 to 4 is not as it was written",
    "DELETE FROM journal WHERE first_seq = 2": "goes from seq 1 to a row of 5 to 5",
    "DELETE FROM journal WHERE first_seq = 1": "goes from seq 0 to a row of 2 to 4",
    "UPDATE journal SET first_seq = 3 WHERE first_seq = 2": "goes from seq 1 to a row of 3 to 4",
}


async def fill(open_journal: Opener) -> None:
    """A journal of four rows; the last is another server's."""
    journal = await open_journal()
    for first_seq, count in [(1, 1), (2, 3), (5, 1)]:
        await journal.append(first_seq, count, b"batch")
    await journal.close()
    journal = await open_journal()
    await journal.append(6, 1, b"last")
    await journal.close()


async def walk(reader: JournalReader, after_seq: int = 0, after_link: bytes | None = None) -> list[bytes]:
    return [row.link async for row in reader.rows(after_seq, after_link)]


async def tamper(raw: Connection, change: str) -> None:
    await raw.execute("ALTER TABLE journal DISABLE TRIGGER ALL")
    await raw.execute(change)
    await raw.execute("ALTER TABLE journal ENABLE TRIGGER ALL")


async def test_a_reader_takes_no_lock_and_proves_each_row(open_journal: Opener, database_url: str) -> None:
    await fill(open_journal)
    journal, reader = await open_journal(), JournalReader(database_url)
    links = await walk(reader)
    assert links[0] == link(GENESIS, 1, 1, 1, 1, b"batch")
    assert links[3] == link(links[2], 6, 6, 2, 1, b"last")
    assert await reader.last_seq() == 6
    await journal.append(7, 1, b"more")
    assert (await walk(reader))[:4] == links


@pytest.mark.parametrize("change", TAMPERING)
async def test_what_was_tampered_with_is_named(
    open_journal: Opener, raw: Connection, database_url: str, change: str
) -> None:
    await fill(open_journal)
    await tamper(raw, change)
    with pytest.raises(JournalBroken, match=re.escape(TAMPERING[change])):
        await walk(JournalReader(database_url))


async def test_a_reader_that_goes_on_from_a_link_goes_on_from_that_row(open_journal: Opener, database_url: str) -> None:
    await fill(open_journal)
    reader = JournalReader(database_url)
    links = await walk(reader)
    assert await walk(reader, 4, links[1]) == links[2:]
    assert await walk(reader, 6, links[3]) == []
    assert await walk(reader, 3) == links[1:]
    with pytest.raises(JournalBroken, match="row of seq 5 to 5 is not as it was written"):
        await walk(reader, 4, links[0])
    with pytest.raises(JournalBroken, match="goes from seq 3 to a row of 2 to 4"):
        await walk(reader, 3, links[1])
    with pytest.raises(JournalBroken, match="row that ends at seq 6 is not the one that its reader has read"):
        await walk(reader, 6, links[0])


async def test_a_last_row_that_was_taken_out_is_missed_by_who_has_read_it(
    open_journal: Opener, raw: Connection, database_url: str
) -> None:
    await fill(open_journal)
    reader = JournalReader(database_url)
    links = await walk(reader)
    await tamper(raw, "DELETE FROM journal WHERE first_seq = 6")
    with pytest.raises(JournalBroken, match="ends at seq 5, but its reader stands at 6"):
        await walk(reader, 6, links[3])


async def test_the_database_links_each_row_and_takes_no_other_link(open_journal: Opener, raw: Connection) -> None:
    await fill(open_journal)
    before = await raw.fetchval("SELECT link FROM journal WHERE first_seq = 6")
    right = link(before, 7, 7, 2, 1, b"x")
    insert = """
        INSERT INTO journal (first_seq, last_seq, epoch, rules_version, payload, link) VALUES (7, 7, 2, 1, 'x', $1)
    """
    with pytest.raises(asyncpg.PostgresError, match="link of the row of seq 7 to 7 does not follow") as refusal:
        await raw.execute(insert, link(GENESIS, 7, 7, 2, 1, b"x"))
    assert refusal.value.sqlstate == "LB002"
    await raw.execute(insert, right)
    assert await raw.fetchval("SELECT link FROM journal WHERE first_seq = 7") == right


async def test_rows_that_come_in_one_statement_are_linked_to_each_other(
    open_journal: Opener, raw: Connection, database_url: str
) -> None:
    await (await open_journal()).close()
    many = [(seq, seq, 1, 1, b"x") for seq in range(1, 1001)]
    columns = ("first_seq", "last_seq", "epoch", "rules_version", "payload")
    await raw.copy_records_to_table("journal", columns=columns, records=many)
    await raw.execute("INSERT INTO journal VALUES (1001, 1001, 1, 1, 'x'), (1002, 1002, 1, 1, 'x')")
    assert len(await walk(JournalReader(database_url))) == 1002


class TestWithoutTheSchema:
    @pytest.fixture
    async def database_url(self, postgres: str) -> AsyncIterator[str]:
        """The DSN of an empty database."""
        async with database(postgres) as dsn:
            yield dsn

    async def test_the_rows_of_an_older_release_are_linked_when_the_schema_comes_up_to_date(
        self, open_journal: Opener, raw: Connection, database_url: str, tmp_path: Path
    ) -> None:
        shutil.copy(MIGRATIONS / "0001_journal.sql", tmp_path)
        journal = await open_journal(migrations=tmp_path)
        for first_seq, last_seq in [(1, 1), (2, 4), (5, 6)]:  # as that release wrote them
            await raw.execute(
                "INSERT INTO journal (first_seq, last_seq, epoch, rules_version, payload) "
                "VALUES ($1, $2, 1, 1, 'batch')",
                first_seq,
                last_seq,
            )
        await journal.close()
        with pytest.raises(MigrationMismatch, match=r"0001_journal, older than .*Start this release's server once"):
            await JournalReader(database_url).last_seq()
        await (await open_journal()).close()
        follower = Follower()
        async for row in JournalReader(database_url).rows():
            follower.take(row)
        assert follower.seq == 6
        with pytest.raises(asyncpg.PostgresError, match="what is written stays as it is"):
            await raw.execute("UPDATE journal SET link = sha256('x')")

    async def test_a_reader_finds_no_market_where_there_is_none(self, database_url: str, raw: Connection) -> None:
        reader = JournalReader(database_url)
        for question in (reader.last_seq, reader.digest_marks, reader.sandbox):
            with pytest.raises(MigrationMismatch, match="holds no market yet"):
                await question()
        assert await raw.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


async def test_a_reader_says_whether_the_market_is_a_sandbox(open_journal: Opener, raw: Connection) -> None:
    journal = await open_journal(sandbox=True)
    assert await journal.sandbox() is True
    await raw.execute("ALTER TABLE journal_venue DISABLE TRIGGER ALL")
    await raw.execute("DELETE FROM journal_venue")
    with pytest.raises(WrongMode, match="neither a sandbox nor a live market"):
        await journal.sandbox()
