"""Damage as a disk does it: a copy of a database in which pages of some tables are not as PostgreSQL wrote them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.databases import database

PAGE_BYTES = 8192
WHOLE_FILE = -1


@asynccontextmanager
async def damaged(postgres: str, dsn: str, pages: Mapping[str, int]) -> AsyncIterator[str]:
    """The DSN of a copy of a database that nobody has open, with a page of each table damaged; WHOLE_FILE: all gone.

    The copy is made file by file, so PostgreSQL has not looked into it yet, and reads what is on the disk.
    """
    source = await asyncpg.connect(dsn)
    nodes = {table: await source.fetchval("SELECT pg_relation_filenode($1::text::regclass)", table) for table in pages}
    await source.close()
    name = urlsplit(dsn).path.removeprefix("/")
    async with database(postgres, name, "file_copy") as copy:
        admin = await asyncpg.connect(postgres)
        query = "SELECT oid FROM pg_database WHERE datname = $1"
        oid = await admin.fetchval(query, urlsplit(copy).path.removeprefix("/"))
        folder = _folder(admin.get_server_pid()) / f"base/{oid}"
        await admin.close()
        for table, page in pages.items():
            _spoil(folder / str(nodes[table]), page)
        yield copy


def _folder(server_pid: int) -> Path:
    """Where all processes of PostgreSQL work; what it calls its folder itself may be true for itself alone."""
    try:
        return Path(f"/proc/{server_pid}/cwd").readlink()
    except OSError:
        pytest.skip("PostgreSQL is on another machine, or its files are not ours to damage")


def _spoil(path: Path, page: int) -> None:
    if page == WHOLE_FILE:
        path.unlink()
        return
    content = bytearray(path.read_bytes())
    assert len(content) > page * PAGE_BYTES, f"the table has no page {page}"
    content[page * PAGE_BYTES + PAGE_BYTES // 2] ^= 1
    with path.open("r+b") as file:  # as it is: whose file it is must not change
        file.write(content)
