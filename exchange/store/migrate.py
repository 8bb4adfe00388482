"""Bring a database to the schema that this release was written for, or refuse by name.

The numbered SQL files in `migrations/` are run by pogo-core: forward only, in order, all of them in one transaction.
pogo-core knows which have run but not what was in them, so a SHA-256 of each is kept beside its record, in the same
transaction.
"""

import hashlib
import logging
import re
from pathlib import Path
from typing import TypeAlias

import asyncpg
from pogo_core.error import BadMigrationError
from pogo_core.util import migrate as pogo
from pogo_core.util import sql as pogo_records

from exchange.language.journal import DatabaseUnavailable, JournalError, MigrationMismatch

MIGRATIONS = Path(__file__).parents[2] / "migrations"

_NAME = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")
_SCHEMA = "public"
_ENCODINGS = ("UTF8", "SQL_ASCII")  # the second keeps bytes as they come

# pogo-core warns of each migration it runs, which on a first start is nothing to warn of
_QUIET = logging.getLogger(__name__)
_QUIET.setLevel(logging.ERROR)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"  # asyncpg itself has no type parameters


async def migrate(connection: Connection, directory: Path = MIGRATIONS) -> None:
    """Run what has not been run yet. Nothing changes when it raises.

    Raises DatabaseUnavailable when there are texts that this database cannot keep, MigrationMismatch when the files are
    not those that made it, JournalError when one of them fails. The caller makes sure that nobody else migrates at the
    same time.
    """
    _check_encoding(connection)
    files = read_migrations(directory)
    async with connection.transaction():
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migration_content (migration_id text PRIMARY KEY, sha256 text NOT NULL)"
        )
        await pogo_records.ensure_pogo_sync(connection)
        kept = {
            record["migration_id"]: record["sha256"]
            for record in await connection.fetch("SELECT migration_id, sha256 FROM migration_content")
        }
        compare(files, kept, await pogo_records.get_applied_migrations(connection, schema_name=_SCHEMA))
        if len(kept) == len(files):
            return
        try:
            await pogo.apply(connection, directory, schema_name=_SCHEMA, logger=_QUIET)
        except BadMigrationError as failure:
            raise JournalError(
                f"{failure}: {failure.__cause__ or 'no reason given'}. The database is as it was; "
                "report this with the PostgreSQL version, and go back to the release that made the database."
            ) from failure
        await connection.executemany(
            "INSERT INTO migration_content VALUES ($1, $2)",
            [(name, digest) for name, digest in files.items() if name not in kept],
        )


def _check_encoding(connection: Connection) -> None:
    """Refuse what has no room for some characters: the first of them would be in the journal, and end every start."""
    encoding = connection.get_settings().server_encoding
    if encoding not in _ENCODINGS:
        raise DatabaseUnavailable(
            f"The database is encoded in {encoding}, which does not have every character that a text may hold. Name "
            "another one, made with TEMPLATE template0 ENCODING 'UTF8'; a market that is in this one comes there by "
            "`leasebook backup` and `leasebook restore`."
        )


async def check_schema(connection: Connection, directory: Path = MIGRATIONS) -> None:
    """Change nothing; raise MigrationMismatch unless every migration of this release, and no other, has been run."""
    files = read_migrations(directory)
    if await connection.fetchval("SELECT to_regclass('migration_content')") is None:
        raise MigrationMismatch(
            "The database holds no market yet. See that --database-url or DATABASE_URL names the right one; "
            "`leasebook serve` makes a market in it."
        )
    records = await connection.fetch("SELECT migration_id, sha256 FROM migration_content")
    kept = {record["migration_id"]: record["sha256"] for record in records}
    compare(files, kept, set(kept))
    if len(kept) < len(files):
        raise MigrationMismatch(
            f"The database has migration {max(kept, default='none')}, older than {max(files)}, which this release "
            "needs. Start this release's server once: it brings the schema up to date."
        )


def read_migrations(directory: Path) -> dict[str, str]:
    """The SHA-256 of each migration by its name without suffix, in order.

    Raises MigrationMismatch unless they are numbered 1, 2, 3 and so on.
    """
    paths = sorted(path for path in directory.glob("*") if path.suffix in {".sql", ".py"})
    numbers = [int(match["number"]) if (match := _NAME.fullmatch(path.name)) else None for path in paths]
    if not paths or numbers != list(range(1, len(paths) + 1)):
        raise MigrationMismatch(
            f"{directory} should hold migrations numbered 0001_name.sql, 0002_name.sql and so on, and holds "
            f"{', '.join(path.name for path in paths) or 'none'}. Install this release of Leasebook again."
        )
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def compare(files: dict[str, str], kept: dict[str, str], applied: set[str]) -> None:
    """Raise MigrationMismatch unless what has been applied is, to the byte, the first of the files."""
    newest = max(files)
    for name in sorted(kept):
        if name not in files and name > newest:
            raise MigrationMismatch(
                f"The database has migration {name}, newer than {newest}, the last this release knows. "
                "Run the newer release that made it."
            )
        if name not in files:
            raise MigrationMismatch(
                f"The database has migration {name}, which this release does not have. "
                "Run the release that made the database."
            )
        if files[name] != kept[name]:
            raise MigrationMismatch(
                f"Migration {name} has changed since it was applied. Restore the file as it was released; "
                "a change to the schema is a new migration."
            )
    if applied != kept.keys():
        names = ", ".join(sorted(applied ^ kept.keys()))
        raise MigrationMismatch(
            f"The records of migration {names} contradict each other: the database was migrated by other means than "
            "Leasebook. Restore it from a backup."
        )
    for name in list(files)[: len(kept)]:
        if name not in kept:
            raise MigrationMismatch(
                f"Migration {name} was left out when later ones were applied. Run the release that made the database."
            )
