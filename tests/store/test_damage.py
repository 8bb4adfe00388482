"""What PostgreSQL finds damaged in its own files is told by name, with what mends it; to start again would not."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from exchange.language.journal import JournalBroken, JournalError
from exchange.language.snapshots import SnapshotBroken, SnapshotHead
from exchange.store.connecting import naming_failures
from exchange.store.journal import PostgresJournal
from exchange.store.reading import JournalReader
from exchange.store.snapshots import PostgresSnapshots
from exchange.store.statements import PostgresStatements
from tests.damage import WHOLE_FILE, damaged
from tests.databases import database
from tests.store.conftest import Opener
from tests.store.pages import page, told

HEAD = SnapshotHead(seq=5, link=b"\x07" * 32, rules_version=3, layout="abc", digest="f0")


@pytest.fixture
async def database_url(postgres: str, schema: str) -> AsyncIterator[str]:
    """The DSN of a new database, whose pages nobody has written into before."""
    async with database(postgres, schema) as dsn:
        yield dsn


@pytest.mark.parametrize("state", ["XX000", "XX001", "XX002", "XX999", "58030", "58P01"])
def test_damage_has_its_own_remedy(state: str) -> None:
    for broken, says in ((JournalBroken, r"\(.*: no\)\. .*Restore the database"), (SnapshotBroken, "passed over")):
        given = () if broken is JournalBroken else (SnapshotBroken,)
        with pytest.raises(broken) as found, naming_failures("It is passed over", *given):
            raise asyncpg.PostgresError.new({"C": state, "M": "no"})
        assert found.match(says)
        assert "start the server again" not in str(found.value)


@pytest.mark.parametrize("state", ["53100", "57P01", "58000"])
def test_what_passes_by_itself_is_no_damage(state: str) -> None:
    with pytest.raises(JournalError, match="start the server again") as found, naming_failures("Nothing was read"):
        raise asyncpg.PostgresError.new({"C": state, "M": "no"})
    assert not isinstance(found.value, JournalBroken)


@pytest.mark.parametrize("at", [4, WHOLE_FILE])
async def test_a_damaged_journal_is_read_as_far_as_it_goes(
    open_journal: Opener, postgres: str, database_url: str, at: int
) -> None:
    journal = await open_journal()
    for seq in range(1, 301):
        await journal.append(seq, 1, b"x" * 100)
    await journal.close()
    async with damaged(postgres, database_url, {"journal": at}) as dsn:
        seqs = list[int]()
        with pytest.raises(JournalBroken) as found:
            await read(dsn, seqs)
        seq = seqs[-1] if seqs else 0
        assert found.match(f"cannot be read on after seq {seq}\\. .*Restore the database from a backup")
        assert (seq > 100) == (at != WHOLE_FILE), "what is before the damage is read"
        if at == WHOLE_FILE:
            with pytest.raises(JournalBroken, match="Restore"):
                await append_to(dsn)


async def read(dsn: str, seqs: list[int]) -> None:
    async for row in JournalReader(dsn).rows():
        seqs.append(row.last_seq)  # noqa: PERF401 - also those before it fails


async def append_to(dsn: str) -> None:
    journal = await PostgresJournal.open(dsn, sandbox=False, rules_version=1)
    try:
        await journal.append(301, 1, b"x")
    finally:
        await journal.close()


@pytest.mark.parametrize("at", [0, WHOLE_FILE])
async def test_damaged_snapshots_are_named_and_can_be_emptied(
    open_journal: Opener, postgres: str, database_url: str, at: int
) -> None:
    await (await open_journal()).close()
    await PostgresSnapshots(database_url).keep(HEAD, [b"one", b"two"])
    async with damaged(postgres, database_url, {"snapshot_part": at}) as dsn:
        assert [head.seq for head in await PostgresSnapshots(dsn).heads()] == [5]
        with pytest.raises(SnapshotBroken, match=r"Part 1 of the snapshot of seq 5 cannot be read.*passed over"):
            assert [part async for part in PostgresSnapshots(dsn).parts(5)] == []
    async with damaged(postgres, database_url, {"snapshot": at, "snapshot_part": at}) as dsn:
        snapshots = PostgresSnapshots(dsn)
        with pytest.raises(SnapshotBroken, match=r"list of snapshots .*Nothing is lost.*`leasebook rebuild`"):
            await snapshots.heads()
        with pytest.raises(SnapshotBroken, match="`leasebook rebuild`"):
            await snapshots.keep(HEAD, [b"one"])
        await snapshots.clear()
        assert await snapshots.heads() == []
        kept = await snapshots.keep(HEAD, [b"one"])
        assert await snapshots.heads() == [kept]


@pytest.mark.parametrize("at", [0, WHOLE_FILE])
async def test_damaged_statements_send_for_rebuild_which_mends_them(
    open_journal: Opener, postgres: str, database_url: str, at: int
) -> None:
    await (await open_journal()).close()
    whole = PostgresStatements(database_url)
    await whole.write(page(0, 4, told=[told("alice", 4, 0)]))
    await whole.aclose()
    async with damaged(postgres, database_url, {"statements.position": at, "statements.told": at}) as dsn:
        statements = PostgresStatements(dsn)
        for asked in (statements.position(), statements.told_seq(), statements.write(page(4, 5))):
            with pytest.raises(JournalBroken, match=r"not in doubt.*`leasebook rebuild`"):
                await asked
        await statements.clear()
        assert await statements.position() == 0
        await statements.write(page(0, 5, told=[told("alice", 5, 0)]))
        assert await statements.told_seq() == {"alice": 5}
        await statements.aclose()
