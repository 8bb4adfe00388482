"""The embedded PostgreSQL starts wherever it is put, loses nothing and leaves nothing behind."""

import asyncio
import os
import pwd
import select
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from exchange.language.journal import DatabaseUnavailable, JournalBusy, JournalError
from exchange.store import binaries, embedded
from exchange.store.binaries import Account, can_enter, choose_account, find_programs, servers_in
from exchange.store.embedded import start_embedded
from exchange.store.journal import PostgresJournal

ROOT = Path(__file__).parents[2]

# A process that owns a database until it is killed, as another user if one is named; it says so by printing the DSN.
OWNER = """
import asyncio, contextlib, os, signal, sys
from pathlib import Path
from exchange.store.embedded import start_embedded

async def own():
    async with start_embedded(Path(sys.argv[1])) as dsn:
        print(dsn, flush=True)
        await asyncio.Event().wait()

signal.signal(signal.SIGINT, signal.default_int_handler)  # which what runs in the background has been told to ignore
if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[3]))
    os.setuid(int(sys.argv[2]))
with contextlib.suppress(KeyboardInterrupt):
    asyncio.run(own())
"""

NOBODY = Account(pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid, lent=True)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process as somebody else")


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def sockets(dsn: str) -> Path:
    return Path(parse_qs(urlsplit(dsn).query)["host"][0])


def program(pid: int) -> Path:
    return Path(f"/proc/{pid}/exe").readlink()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def owner_uid(path: Path) -> int:
    return path.stat().st_uid


def await_exit(handle: int) -> None:
    """Wait for the process behind a pidfd."""
    assert select.select([handle], [], [], 20)[0], "the process is still there"
    os.close(handle)


async def spawn_owner(data_dir: Path, *user: int) -> tuple[asyncio.subprocess.Process, str]:
    """A process of its own that has the database open, as `user` (uid and gid) if given; and the DSN."""
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(data_dir), *map(str, user), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    dsn = await asyncio.wait_for(owner.stdout.readline(), 60)
    assert dsn, "it ended before it had the database open"
    return owner, dsn.decode().strip()


async def append(dsn: str, payload: bytes) -> int:
    """Write one command after the last; how many there are now."""
    journal = await PostgresJournal.open(dsn, sandbox=True, rules_version=1)
    try:
        seq = await journal.last_seq() + 1
        await journal.append(seq, 1, payload)
        return seq
    finally:
        await journal.close()


async def test_what_was_written_is_there_at_the_next_start_and_nothing_else_stays(tmp_path: Path) -> None:
    for seq in (1, 2):
        async with start_embedded(tmp_path / "market") as dsn:
            assert await append(dsn, b"batch") == seq
            assert mode(sockets(dsn)) == 0o700
        assert servers_in(tmp_path / "market" / "postgres") == []
        assert not sockets(dsn).parent.exists()


async def test_it_does_not_listen_to_the_network_and_flushes_what_it_commits(tmp_path: Path) -> None:
    async with start_embedded(tmp_path) as dsn:
        connection = await asyncpg.connect(dsn)
        expected = {"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
        expected |= {"server_encoding": "UTF8", "wal_segment_size": "1MB", "backend_flush_after": "256kB"}
        for name, value in expected.items():
            assert await connection.fetchval("SELECT current_setting($1)", name) == value, name
        assert await connection.fetchval("SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C"
        await connection.close()


async def test_it_is_found_whatever_the_environment_says_of_other_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {"PGHOST": "/nowhere", "PGPORT": "5433", "PGDATABASE": "other", "PGUSER": "other", "PGSERVICE": "other"}
    others |= {"PGSSLMODE": "verify-full", "PGSSLNEGOTIATION": "direct", "PGTARGETSESSIONATTRS": "standby"}
    for name, value in others.items():
        monkeypatch.setenv(name, value)
    async with start_embedded(tmp_path) as dsn:
        assert await append(dsn, b"batch") == 1


async def fill(journal: PostgresJournal, seq: int, answered: list[int]) -> None:
    """Append batch after batch, for as long as that goes well."""
    while True:
        await journal.append(seq, 1, b"batch")
        answered.append(seq)
        seq += 1


async def test_killing_postgres_loses_nothing(tmp_path: Path) -> None:
    async with start_embedded(tmp_path) as dsn:
        journal = await PostgresJournal.open(dsn, sandbox=True, rules_version=1)
        await journal.append(1, 1, b"batch")
        handle = os.pidfd_open(server_pid(tmp_path))
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        await_exit(handle)
        answered: list[int] = []
        with pytest.raises(JournalError, match="start the server again"):
            await fill(journal, 2, answered)  # its sessions end a moment after it
        await journal.close()
    async with start_embedded(tmp_path) as dsn:
        assert await append(dsn, b"batch") - len(answered) in (2, 3), "one more may have been kept and not answered"


async def test_it_dies_with_an_owner_that_is_killed_and_starts_again_at_once(tmp_path: Path) -> None:
    owner, dsn = await spawn_owner(tmp_path)
    assert await append(dsn, b"batch") == 1
    handle = os.pidfd_open(server_pid(tmp_path))
    owner.kill()
    await owner.wait()
    async with start_embedded(tmp_path) as dsn:
        await_exit(handle)
        assert await append(dsn, b"batch") == 2


async def test_it_starts_only_when_the_one_that_was_left_behind_has_ended_seen_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container keeps root from looking at the processes of others; one that is stopped ends when it goes on."""
    monkeypatch.setattr(embedded, "servers_in", lambda _: [])
    monkeypatch.setattr(embedded, "_ORPHAN_S", 0.1)
    owner, _ = await spawn_owner(tmp_path)
    pid = server_pid(tmp_path)
    handle = os.pidfd_open(pid)
    signal.pidfd_send_signal(handle, signal.SIGSTOP)
    owner.kill()
    await owner.wait()
    try:
        with pytest.raises(DatabaseUnavailable, match=rf"without an owner still runs .*\(processes {pid}\)"):
            async with start_embedded(tmp_path):
                pass
    finally:
        signal.pidfd_send_signal(handle, signal.SIGCONT)
    monkeypatch.undo()
    async with start_embedded(tmp_path) as dsn:
        await_exit(handle)
        assert await append(dsn, b"batch") == 1


async def test_a_directory_in_use_is_refused_at_once(tmp_path: Path) -> None:
    async with start_embedded(tmp_path):
        with pytest.raises(JournalBusy, match="Stop it first, or name another --data-dir"):
            async with start_embedded(tmp_path):
                pass


async def test_ctrl_c_in_the_terminal_does_not_reach_it(tmp_path: Path) -> None:
    async with start_embedded(tmp_path):
        assert os.getsid(server_pid(tmp_path)) != os.getsid(0)


async def test_a_long_path_behind_a_closed_door_will_do(tmp_path: Path) -> None:
    assert not mode(tmp_path) & 0o011
    data_dir = tmp_path / ("long-" * 20) / ("longer-" * 20)
    async with start_embedded(data_dir) as dsn:
        assert await append(dsn, b"batch") == 1


async def test_programs_that_cannot_be_reached_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "can_enter", lambda account, path: False)
    async with start_embedded(tmp_path) as dsn:
        assert program(server_pid(tmp_path)).is_relative_to(sockets(dsn).parent)
        assert await append(dsn, b"batch") == 1


@as_root
async def test_root_runs_it_as_nobody(tmp_path: Path) -> None:
    async with start_embedded(tmp_path):
        assert owner_uid(Path("/proc") / str(server_pid(tmp_path))) == NOBODY.uid
        assert owner_uid(tmp_path / "postgres") == NOBODY.uid


@pytest.fixture
def nobodys_dir() -> Iterator[Path]:
    """A directory that belongs to an ordinary user, where that user can go."""
    programs = find_programs(Account(os.getuid(), os.getgid(), lent=False), Path("/nowhere"))
    if not can_enter(NOBODY, programs / "postgres"):
        pytest.skip("an ordinary user cannot reach this checkout")
    path = Path(tempfile.mkdtemp(dir="/tmp"))
    shutil.chown(path, NOBODY.uid)
    yield path
    shutil.rmtree(path)


@as_root
async def test_an_ordinary_user_runs_it_as_himself_and_root_takes_it_on(nobodys_dir: Path) -> None:
    owner, dsn = await spawn_owner(nobodys_dir / "market", NOBODY.uid, NOBODY.gid)
    assert await append(dsn, b"batch") == 1
    owner.send_signal(signal.SIGINT)
    await owner.wait()
    async with start_embedded(nobodys_dir / "market") as dsn:
        assert await append(dsn, b"batch") == 2


def made_within(folder: Path) -> Path:
    """A data directory of an ordinary user, in a folder that is root's from now on."""
    data_dir = folder / "market"
    data_dir.mkdir()
    os.chown(data_dir, NOBODY.uid, NOBODY.gid)
    os.chown(folder, 0, 0)
    folder.chmod(0o711)
    return data_dir


@as_root
async def test_a_folder_above_that_may_be_entered_and_not_read_will_do(nobodys_dir: Path) -> None:
    owner, dsn = await spawn_owner(made_within(nobodys_dir), NOBODY.uid, NOBODY.gid)
    assert await append(dsn, b"batch") == 1
    owner.send_signal(signal.SIGINT)
    await owner.wait()


@as_root
def test_a_cluster_of_roots_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="chown -R nobody"):
        choose_account(tmp_path)


def test_a_cluster_of_somebody_elses_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 1000, 1000)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    with pytest.raises(DatabaseUnavailable, match=r"you are user 4711.*name another --data-dir"):
        choose_account(tmp_path)


async def test_a_mark_with_the_number_of_another_process_is_cleared(tmp_path: Path) -> None:
    async with start_embedded(tmp_path):
        mark = (tmp_path / "postgres" / "postmaster.pid").read_text()
    other, _ = await spawn_owner(tmp_path / "other")
    lines = [str(other.pid), *mark.splitlines()[1:]]
    (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join(lines))
    async with start_embedded(tmp_path) as dsn:
        assert await append(dsn, b"batch") == 1
    other.send_signal(signal.SIGINT)
    await other.wait()


async def test_a_cluster_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.draft").mkdir()
    (tmp_path / "postgres.draft" / "PG_VERSION").write_text("18\n")
    async with start_embedded(tmp_path) as dsn:
        assert await append(dsn, b"batch") == 1
    assert not (tmp_path / "postgres.draft").exists()


async def test_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    async with start_embedded(tmp_path):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(DatabaseUnavailable, match=r"made by PostgreSQL 16.*PostgreSQL 18.*pg_upgrade"):
        async with start_embedded(tmp_path):
            pass


async def test_the_end_of_the_log_says_why_it_does_not_start(tmp_path: Path) -> None:
    async with start_embedded(tmp_path):
        pass
    (tmp_path / "postgres" / "postgresql.conf").write_text("no_such_setting = on\n")
    with pytest.raises(DatabaseUnavailable, match=r"(?s)stopped with code 1.*postgres\.log.*no_such_setting"):
        async with start_embedded(tmp_path):
            pass


async def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnavailable, match="Name a --data-dir that you may write to"):
        async with start_embedded(tmp_path / "file"):
            pass


async def test_a_folder_that_is_in_the_way_is_named(tmp_path: Path) -> None:
    async with start_embedded(tmp_path) as dsn:
        scratch = sockets(dsn).parent
    scratch.symlink_to(tmp_path)
    try:
        with pytest.raises(DatabaseUnavailable, match=f"{scratch} is in the way. Remove it"):
            async with start_embedded(tmp_path):
                pass
    finally:
        scratch.unlink()


async def test_a_failure_of_the_one_who_uses_it_stays_his_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        async with start_embedded(tmp_path):
            raise FileNotFoundError
    assert servers_in(tmp_path / "postgres") == []
