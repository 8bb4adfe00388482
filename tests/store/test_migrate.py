"""A database is migrated forward by the files it was made with, or left as it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from exchange.language.journal import DatabaseUnavailable, JournalError, MigrationMismatch
from exchange.store.migrate import MIGRATIONS, Connection, migrate, read_migrations
from tests.databases import database

FIRST = "-- why\n-- depends:\n\n-- migrate: apply\nCREATE TABLE one (x int);\n-- migrate: rollback\n"
SECOND = "-- why\n-- depends: 0001_one\n\n-- migrate: apply\nCREATE TABLE two (x int);\n-- migrate: rollback\n"


@pytest.fixture
async def database_url(postgres: str) -> AsyncIterator[str]:
    """The DSN of an empty database."""
    async with database(postgres) as dsn:
        yield dsn


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "0001_one.sql").write_text(FIRST)
    (tmp_path / "0002_two.sql").write_text(SECOND)
    return tmp_path


async def tables(raw: Connection) -> list[str]:
    query = "SELECT relname FROM pg_class WHERE relname IN ('one', 'two', 'three') ORDER BY relname"
    return [record["relname"] for record in await raw.fetch(query)]


async def test_an_empty_database_gets_everything_once(raw: Connection, directory: Path) -> None:
    await migrate(raw, directory)
    await migrate(raw, directory)
    assert await tables(raw) == ["one", "two"]


@pytest.mark.parametrize(
    ("encoding", "taken"), [("UTF8", True), ("SQL_ASCII", True), ("LATIN1", False), ("EUC_CN", False)]
)
async def test_a_database_that_has_not_every_character_is_refused(postgres: str, encoding: str, taken: bool) -> None:
    async with database(postgres, f"template0 ENCODING '{encoding}' LOCALE 'C'") as dsn:
        connection = await asyncpg.connect(dsn)
        if taken:
            await migrate(connection)
        else:
            with pytest.raises(DatabaseUnavailable, match=f"encoded in {encoding}.*ENCODING 'UTF8'.*leasebook backup"):
                await migrate(connection)
        assert await connection.fetchval("SELECT count(*) FROM pg_class WHERE relname = 'journal'") == taken
        await connection.close()


async def test_a_database_gets_what_it_lacks(raw: Connection, directory: Path) -> None:
    second = directory / "0002_two.sql"
    second.unlink()
    await migrate(raw, directory)
    assert await tables(raw) == ["one"]
    second.write_text(SECOND)
    await migrate(raw, directory)
    assert await tables(raw) == ["one", "two"]


async def test_a_migration_that_has_changed_is_refused(raw: Connection, directory: Path) -> None:
    await migrate(raw, directory)
    (directory / "0001_one.sql").write_text(FIRST + "-- and more\n")
    with pytest.raises(MigrationMismatch, match=r"0001_one has changed since it was applied\. Restore the file"):
        await migrate(raw, directory)


async def test_a_database_that_is_newer_than_the_code_is_refused(raw: Connection, directory: Path) -> None:
    await migrate(raw, directory)
    (directory / "0002_two.sql").unlink()
    with pytest.raises(MigrationMismatch, match=r"0002_two, newer than 0001_one.*Run the newer release"):
        await migrate(raw, directory)


async def test_a_migration_that_is_missing_is_refused(raw: Connection, directory: Path) -> None:
    await migrate(raw, directory)
    (directory / "0001_one.sql").rename(directory / "0001_other.sql")
    with pytest.raises(MigrationMismatch, match="0001_one, which this release does not have"):
        await migrate(raw, directory)


async def test_a_migration_that_was_left_out_is_refused(raw: Connection, directory: Path) -> None:
    await migrate(raw, directory)
    await raw.execute("DELETE FROM migration_content WHERE migration_id = '0001_one'")
    await raw.execute("DELETE FROM _pogo_migration WHERE migration_id = '0001_one'")
    with pytest.raises(MigrationMismatch, match="0001_one was left out"):
        await migrate(raw, directory)


async def test_a_database_migrated_by_other_means_is_refused(raw: Connection, directory: Path) -> None:
    await migrate(raw, directory)
    await raw.execute("DELETE FROM _pogo_migration WHERE migration_id = '0002_two'")
    with pytest.raises(MigrationMismatch, match=r"0002_two contradict each other.*Restore it from a backup"):
        await migrate(raw, directory)


async def test_a_migration_that_fails_leaves_nothing_behind(raw: Connection, directory: Path) -> None:
    (directory / "0003_three.sql").write_text(SECOND.replace("0001_one", "0002_two").replace("TABLE two", "TABLE one"))
    with pytest.raises(JournalError, match=r"0003_three: relation \"one\" already exists\. The database is as it was"):
        await migrate(raw, directory)
    assert await tables(raw) == []
    assert await raw.fetchval("SELECT to_regclass('migration_content')") is None


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["0002_two.sql"],
        ["0001_one.sql", "0003_three.sql"],
        ["0001_a.sql", "0001_b.sql"],
        ["1_one.sql"],
        ["0001_one.py"],
    ],
)
def test_files_that_are_not_numbered_one_by_one_are_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(MigrationMismatch, match=r"numbered 0001_name\.sql.*Install this release"):
        read_migrations(tmp_path)


def test_each_migration_says_on_its_first_line_why_it_is() -> None:
    for name in read_migrations(MIGRATIONS):
        why, depends, *_ = (MIGRATIONS / f"{name}.sql").read_text(encoding="ascii").splitlines()
        assert why.startswith("-- "), name
        assert len(why) > 20, name
        assert depends.startswith("-- depends:"), name
