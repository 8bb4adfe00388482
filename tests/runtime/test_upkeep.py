"""The upkeep of a market in a real database: snapshots, the full check and what it finds, backup and restore."""

import asyncio
import errno
import os
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import asyncpg
import pytest

from exchange.core.state_machine import RULES_VERSION
from exchange.language.codec import encode_commands
from exchange.language.commands import AdvanceTime
from exchange.language.journal import DigestMark, JournalBroken, JournalBusy, JournalError
from exchange.language.snapshots import SnapshotBroken
from exchange.language.upkeep import Archived
from exchange.runtime import checkpoints
from exchange.runtime.archive import BackupBroken, back_up, restore
from exchange.runtime.checkpoints import KEPT
from exchange.runtime.past import market_at
from exchange.runtime.rebuilding import rebuild
from exchange.runtime.snapshotting import take_snapshot
from exchange.runtime.verifying import verify
from exchange.store.journal import PostgresJournal
from exchange.store.migrate import Connection
from exchange.store.reading import JournalReader
from exchange.store.restoring import NotEmpty
from exchange.store.snapshots import PostgresSnapshots
from tests.damage import damaged
from tests.projections.test_pages import a_history
from tests.properties.money_flavours import FLAVOURS
from tests.runtime.albums import fill


async def opened(dsn: str) -> PostgresJournal:
    return await PostgresJournal.open(dsn, sandbox=True, rules_version=RULES_VERSION)


@pytest.fixture
async def market(database_url: str) -> str:
    """A database with a journal, statements and a snapshot up to its end, and a digest there; its DSN."""
    journal = await opened(database_url)
    ends = await fill(journal, a_history(FLAVOURS[0], seed=7), Random(7))
    await journal.close()
    done = await rebuild(database_url)
    journal = await opened(database_url)
    await journal.mark_digest(DigestMark(ends[-1], done.digest))
    await journal.close()
    return database_url


@pytest.fixture
async def raw(market: str) -> AsyncIterator[Connection]:
    """A connection of somebody who keeps to no rules."""
    connection = await asyncpg.connect(market)
    await connection.execute("SET session_replication_role = replica")
    for table in ("journal", "journal_digest"):
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield connection
    await connection.close()


@pytest.fixture
async def elsewhere(postgres: str, database_url: str) -> AsyncIterator[str]:
    """An empty database beside the first."""
    name = f"{urlsplit(database_url).path[1:]}_b"
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"CREATE DATABASE {name}")
    yield urlsplit(postgres)._replace(path=f"/{name}").geturl()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_snapshots_keep_behind_the_statements_and_prove_those_before(market: str) -> None:
    assert not (await take_snapshot(market)).new
    for _ in range(KEPT):
        end_seq = await JournalReader(market).last_seq()
        now_s = (await market_at(market, end_seq)).reads.now_s
        journal = await opened(market)
        await journal.append(end_seq + 1, 1, encode_commands([AdvanceTime(to_s=now_s + 900)]))
        await journal.close()
        assert (await take_snapshot(market)).seq == end_seq, "the next start can use none that is ahead of the tables"
        done = await rebuild(market)
    verdict = await verify(market)
    assert (verdict.differences, verdict.checked_snapshots, verdict.checked_marks) == ((), KEPT, 1)
    assert (verdict.seq, verdict.digest, verdict.statements_seq) == (done.seq, done.digest, done.seq)
    assert verdict.audit_entries == len((await market_at(market, done.seq)).reads.audit_log(None, None, None, 500)) > 0
    assert all(verdict.tables.values())


async def test_no_snapshot_is_kept_of_books_that_do_not_add_up(
    market: str, raw: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await raw.execute("TRUNCATE snapshot_part, snapshot")
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "find_wrong", lambda *_: ["hz is 1, shown as 2"])
        with pytest.raises(JournalBroken, match=r"do not add up \(faults: 1, the first: hz is 1, shown as 2\)"):
            await take_snapshot(market)
    assert (await verify(market)).checked_snapshots == 0
    assert (await take_snapshot(market)).new


LAST_TOLD = "SELECT account_id, max(seq) FROM statements.told GROUP BY account_id ORDER BY account_id LIMIT 1"
CHANGES = (
    "UPDATE statements.transfers SET amount_micros = amount_micros + 1 WHERE transfer_id = 5",
    "UPDATE statements.balances SET balance_micros = balance_micros + 1 WHERE account = 'external'",
    "UPDATE statements.position SET surplus_micros = 1",
    "DELETE FROM statements.leases WHERE lease_id = 2",
    "INSERT INTO statements.trades VALUES (99999, 1, 1, 'hz', 'h800', 1, 1, 1, 2, 'ask')",
    "UPDATE statements.orders SET state = 'lost' WHERE (side, order_id) = ('ask', 1)",
    f"UPDATE statements.told SET payload = payload || '?' WHERE (account_id, seq) = ({LAST_TOLD})",
    "UPDATE journal_digest SET digest = '00'",
    "UPDATE snapshot_part SET payload = payload || '?' WHERE number = 2",
)
SAID = (
    "digest at seq",
    "snapshot of seq",
    "statements.position: the balances are said to sum to 1 micros",
    "statements.orders ask 1: state is lost, should be ",
    "statements.trades 99999 should not be there",
    "statements.leases 2 is missing",
    "statements.transfers 5: amount_micros is ",
    "statements.balances external: balance_micros is ",
    "statements.told ",
)


async def test_the_check_names_whatever_was_changed_and_rebuild_mends_it(market: str, raw: Connection) -> None:
    for change in CHANGES:
        await raw.execute(change)
    found = (await verify(market)).differences
    for number, said in enumerate(SAID):
        assert found[number].startswith(said), found
    assert len(found) == len(SAID)
    await raw.execute("DELETE FROM journal_digest")
    await rebuild(market)
    assert (await verify(market)).differences == ()

    row = await raw.fetchrow("SELECT first_seq, last_seq FROM journal ORDER BY first_seq DESC LIMIT 1 OFFSET 3")
    assert row is not None
    await raw.execute("UPDATE journal SET payload = payload || '?' WHERE first_seq = $1", row["first_seq"])
    verdict = await verify(market)
    assert verdict.seq == row["first_seq"] - 1
    assert f"The row of seq {row['first_seq']} to {row['last_seq']} is not as it was written" in verdict.differences[0]
    assert any(said.startswith("statements: they go to seq") for said in verdict.differences)


async def test_a_backup_is_the_same_market_again(market: str, elsewhere: str, tmp_path: Path) -> None:
    path, seen = tmp_path / "market.backup", list[int]()
    journal = await opened(market)  # a server may have it open
    made = await back_up(market, path, seen.append)
    with pytest.raises(JournalBusy):
        await rebuild(market)
    await journal.close()
    assert (made.sandbox, made.seq, made.marks, made.rows) == (True, seen[-1], 1, len(seen))
    assert os.listdir(tmp_path) == ["market.backup"]  # noqa: PTH208 - nothing of ours waits for it
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(JournalError, match="exists already"):
        await back_up(market, path)
    with pytest.raises(NotEmpty, match=f"{made.seq:,} commands"):
        await restore(market, path)

    whole = path.read_bytes()
    for torn, said in (
        (whole[:-1], f"is cut short after seq {made.seq}"),
        (whole[: len(whole) // 2], "is cut short after seq"),
        (whole[: len(whole) // 2] + b"?" + whole[len(whole) // 2 + 1 :], "is damaged after seq"),
        (whole[:-1] + b"?", "its end does not fit what is before"),
        (whole + b"?", "something follows its end"),
        (b"?" + whole[1:], "is no backup"),
        (b"", "is cut short"),
    ):
        path.write_bytes(torn)
        with pytest.raises(BackupBroken, match=said):
            await restore(elsewhere, path)
    path.write_bytes(whole)
    put_back = await restore(elsewhere, path)
    assert (put_back.seq, put_back.rows, put_back.marks, put_back.link) == (made.seq, made.rows, made.marks, made.link)
    await rebuild(elsewhere)
    before, after = await verify(market), await verify(elsewhere)
    assert (after.differences, after.digest, after.link, after.tables) == (
        (),
        before.digest,
        before.link,
        before.tables,
    )
    last = await JournalReader(market).last_seq()
    assert [row async for row in JournalReader(elsewhere).rows()] == [row async for row in JournalReader(market).rows()]
    journal = await opened(elsewhere)
    await journal.append(last + 1, 1, encode_commands([AdvanceTime(to_s=2_000_000_000)]))  # and it goes on
    await journal.close()


async def test_a_snapshot_that_goes_while_the_check_is_on_its_way_is_no_damage(
    market: str, raw: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = PostgresSnapshots.parts

    async def thinned(snapshots: PostgresSnapshots, seq: int) -> AsyncGenerator[bytes, None]:
        await snapshots.thin(0)
        async for part in parts(snapshots, seq):
            yield part

    monkeypatch.setattr(PostgresSnapshots, "parts", thinned)
    verdict = await verify(market)
    assert (verdict.differences, verdict.checked_snapshots) == ((), 0)


async def test_what_the_disk_damaged_is_named_and_rebuild_mends_it(market: str, postgres: str) -> None:
    spoilt = {"snapshot": 0, "snapshot_part": 0, "statements.orders": 0, "statements.told": 0}
    async with damaged(postgres, market, spoilt) as dsn:
        verdict = await verify(dsn)
        assert verdict.tables.keys() == {"trades", "leases", "transfers", "balances"}, "the others are compared"
        for said, begins in zip(
            verdict.differences, ("snapshots: ", "statements.orders cannot be read", "statements.told cannot be read"),
            strict=True,
        ):  # fmt: skip
            assert said.startswith(begins)
            assert "invalid page" in said
        with pytest.raises(SnapshotBroken, match="`leasebook rebuild`"):
            await take_snapshot(dsn)
        await rebuild(dsn)
        verdict = await verify(dsn)
        assert (verdict.differences, verdict.checked_snapshots) == ((), 1)


async def test_a_check_of_a_damaged_journal_comes_to_a_verdict(market: str, postgres: str) -> None:
    async with damaged(postgres, market, {"journal": 2, "journal_digest": 0, "statements.position": 0}) as dsn:
        verdict = await verify(dsn)
        assert verdict.seq > 0
        digests, journal, *_, statements = verdict.differences
        assert digests.startswith("digests: ")
        assert journal.startswith(f"journal: The journal cannot be read on after seq {verdict.seq}. ")
        assert journal.endswith("Restore the database from a backup.")
        assert statements.startswith("statements.position cannot be read")


async def test_of_two_backups_to_one_name_one_is_there_and_whole(market: str, elsewhere: str, tmp_path: Path) -> None:
    path = tmp_path / "market.backup"
    first, second = await asyncio.gather(back_up(market, path), back_up(market, path), return_exceptions=True)
    made, refused = (first, second) if isinstance(first, Archived) else (second, first)
    assert isinstance(made, Archived)
    assert isinstance(refused, JournalError)
    assert "exists already" in str(refused)
    assert os.listdir(tmp_path) == ["market.backup"]  # noqa: PTH208 - nothing of ours waits for it
    assert (await restore(elsewhere, path)).link == made.link


@pytest.mark.parametrize("links", [True, False])
async def test_a_backup_is_not_written_over_what_came_meanwhile(
    market: str, tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def comes(_seq: int) -> None:
        path.write_text("mine")

    def no_links(_path: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    made = await back_up(market, tmp_path / "first")
    path = tmp_path / "second"
    with pytest.raises(JournalError, match="second exists already"):
        await back_up(market, path, comes)
    assert path.read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["first", "second"]  # noqa: PTH208 - as above
    assert (tmp_path / "first").stat().st_size == made.size_bytes
    assert (tmp_path / "first").stat().st_mode & 0o777 == 0o600
