"""A snapshot is there whole or not at all, and what is wrong with one is named by its seq and part."""

from collections.abc import Iterator

import pytest

from exchange.language.journal import MigrationMismatch
from exchange.language.snapshots import SnapshotBroken, SnapshotHead
from exchange.store.migrate import Connection
from exchange.store.snapshots import PostgresSnapshots
from tests.databases import database
from tests.store.conftest import Opener

PARTS = [b"one", b"\x00" * 100_000, b"three"]


def head(seq: int) -> SnapshotHead:
    return SnapshotHead(seq=seq, link=b"\x07" * 32, rules_version=3, layout="abc", digest="f0")


@pytest.fixture
async def snapshots(open_journal: Opener, database_url: str) -> PostgresSnapshots:
    await (await open_journal()).close()
    return PostgresSnapshots(database_url)


async def read(snapshots: PostgresSnapshots, seq: int) -> list[bytes]:
    return [part async for part in snapshots.parts(seq)]


async def test_what_is_kept_comes_back_newest_first(snapshots: PostgresSnapshots) -> None:
    assert await snapshots.heads() == []
    older = await snapshots.keep(head(5), iter(PARTS))
    newer = await snapshots.keep(head(9), [b"alone"])
    assert (older.parts, older.size_bytes) == (3, 100_008)
    assert await snapshots.heads() == [newer, older]
    assert await read(snapshots, 5) == PARTS
    assert await read(snapshots, 9) == [b"alone"]


async def test_the_same_seq_again_replaces_it(snapshots: PostgresSnapshots) -> None:
    await snapshots.keep(head(5), PARTS)
    again = await snapshots.keep(head(5), [b"other"])
    assert await snapshots.heads() == [again]
    assert await read(snapshots, 5) == [b"other"]


async def test_one_that_is_cut_short_leaves_what_was_there(snapshots: PostgresSnapshots) -> None:
    def torn() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("no more")

    kept = await snapshots.keep(head(5), PARTS)
    for seq in (5, 6):
        with pytest.raises(RuntimeError, match="no more"):
            await snapshots.keep(head(seq), torn())
    assert await snapshots.heads() == [kept]
    assert await read(snapshots, 5) == PARTS


async def test_all_but_the_newest_are_dropped_with_their_parts(snapshots: PostgresSnapshots, raw: Connection) -> None:
    for seq in (2, 9, 4, 7):
        await snapshots.keep(head(seq), PARTS)
    assert await snapshots.thin(3) == 1
    assert [kept.seq for kept in await snapshots.heads()] == [9, 7, 4]
    assert await snapshots.thin(3) == 0
    assert await raw.fetchval("SELECT count(*) FROM snapshot_part") == 9
    assert await snapshots.thin(1, until_seq=8) == 1
    assert [kept.seq for kept in await snapshots.heads()] == [9, 7]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE snapshot_part SET payload = 'otherwise' WHERE number = 2", r"Part 2 .*seq 5 is not as it was written"),
        ("UPDATE snapshot_part SET hash = sha256('x') WHERE number = 3", r"Part 3 .*seq 5 is not as it was written"),
        ("DELETE FROM snapshot_part WHERE number = 1", r"Part 1 .*seq 5 is missing"),
        ("DELETE FROM snapshot_part WHERE number = 3", r"Part 3 .*seq 5 is missing"),
        ("DELETE FROM snapshot", r"Part 1 .*seq 5 is missing"),
    ],
)
async def test_damage_is_named_and_says_what_to_do(
    snapshots: PostgresSnapshots, raw: Connection, damage: str, says: str
) -> None:
    await snapshots.keep(head(5), PARTS)
    await raw.execute(damage)
    with pytest.raises(SnapshotBroken, match=says + r".*passed over.*DELETE FROM snapshot WHERE seq = 5"):
        await read(snapshots, 5)


async def test_what_postgresql_cannot_read_is_damage_too(snapshots: PostgresSnapshots, raw: Connection) -> None:
    await snapshots.keep(head(5), PARTS)
    toast = await raw.fetchval("SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'snapshot_part'")
    await raw.execute("SET allow_system_table_mods = on")  # no other way to lose what PostgreSQL keeps out of line
    await raw.execute("UPDATE pg_class SET relkind = 'r' WHERE oid = $1::text::regclass", toast)
    await raw.execute(f"TRUNCATE {toast}")  # what is deleted there may be read until a vacuum
    await raw.execute("UPDATE pg_class SET relkind = 't' WHERE oid = $1::text::regclass", toast)
    with pytest.raises(SnapshotBroken, match=r"Part \d .*cannot be read \(.*missing chunk"):
        await read(snapshots, 5)


async def test_a_database_of_another_schema_is_refused(postgres: str) -> None:
    async with database(postgres) as dsn:
        with pytest.raises(MigrationMismatch, match="holds no market yet"):
            await PostgresSnapshots(dsn).heads()
