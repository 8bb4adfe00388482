"""The PostgreSQL that comes with the package, for who brings none.

Contract: one server per data directory, a direct child of this process that dies with it, reached by a Unix socket in a
private folder only. What was committed is on disk (fsync and synchronous_commit are on), so that killing it or its
owner loses nothing; the next start waits for what the last one left running. Every wait is bounded. Failures are
DatabaseUnavailable, or JournalBusy for a directory in use.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote

from exchange.language.journal import DatabaseUnavailable, JournalBusy
from exchange.store.binaries import HERE, MAJOR, Account, can_enter, choose_account, find_programs, servers_in, spawn

_USER: Final = "leasebook"
_PORT: Final = 5432  # which here is no more than a part of the socket's name
_SOCKET: Final = f".s.PGSQL.{_PORT}"
_SOCKET_BYTES: Final = 107  # the longest path of a Unix socket
_LOG_BYTES: Final = 1 << 20  # a longer log is begun anew
_LOG_TAIL_LINES: Final = 12

_INITDB_S: Final = 60
_ORPHAN_S: Final = 20
_READY_S: Final = 120  # as long as replaying the write-ahead log may take after a crash
_STOP_S: Final = ((signal.SIGINT, 3), (signal.SIGQUIT, 1), (signal.SIGKILL, 1))
_POLL_S: Final = 0.005

_INITDB: Final = (
    "--encoding=UTF8",
    "--locale=C",
    "--auth=trust",  # the folder of the socket says who may come in
    "--no-instructions",
    # A young cluster fills its segments with zeros: 16 MB at a time is felt in the slowest commits, 1 MB is not.
    "--wal-segsize=1",
    f"--username={_USER}",
)

SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "minimal",  # nobody replicates from here
    "max_wal_senders": "0",
    "min_wal_size": "64MB",  # segments are recycled rather than made
    "max_wal_size": "512MB",  # with segments of 1 MB the default would checkpoint every few seconds under load
    "max_connections": "32",
    "shared_buffers": "64MB",
    "io_method": "sync",  # the journal reads in order; workers would only be more processes
    "jit": "off",
    "backend_flush_after": "256kB",  # also what vacuums write; see `connect`
}


@asynccontextmanager
async def start_embedded(data_dir: Path) -> AsyncIterator[str]:
    """Start PostgreSQL on the cluster `data_dir`/postgres, made if need be, and stop it at the end. Gives its DSN.

    Call it from the main thread, or another that lives as long as the process: PostgreSQL stops when that thread ends.
    """
    async with AsyncExitStack() as stack:
        try:
            dsn = await _start(data_dir, stack)
        except OSError as failure:
            raise DatabaseUnavailable(
                f"{data_dir} cannot hold a database ({failure}). Name a --data-dir that you may write to."
            ) from failure
        yield dsn


@asynccontextmanager
async def reach_embedded(data_dir: Path) -> AsyncIterator[str]:
    """The DSN of the cluster `data_dir`/postgres, which must be there: of its running server, or of one for the while.

    Whoever runs it may stop it at any time.
    """
    if not (data_dir / "postgres").exists():
        raise DatabaseUnavailable(
            f"There is no market in {data_dir}. Name its --data-dir, or its PostgreSQL by --database-url."
        )
    async with AsyncExitStack() as stack:
        try:
            dsn = await stack.enter_async_context(start_embedded(data_dir))
        except JournalBusy as busy:
            dsn = _running(data_dir, busy)
        yield dsn


def _running(data_dir: Path, busy: JournalBusy) -> str:
    for scratch in _scratch_names(data_dir.resolve()):
        if (scratch / "socket" / _SOCKET).exists():
            return _dsn(scratch / "socket")
    raise DatabaseUnavailable(
        f"{data_dir} is in use, but its PostgreSQL is not to be found: it may just be starting, or run for another "
        "user or with another TMPDIR. Try again in a moment, as that user."
    ) from busy


async def _start(data_dir: Path, stack: AsyncExitStack) -> str:
    data_dir = _make_folder(data_dir)
    stack.enter_context(_owning(data_dir))
    cluster = data_dir / "postgres"
    account = choose_account(cluster)
    lock = stack.enter_context((data_dir / "postgres.lock").open("ab"))
    await _await_orphans(cluster, lock)
    scratch = stack.enter_context(_scratch(data_dir, account))
    programs = find_programs(account, scratch)
    log = stack.enter_context(_open_log(data_dir))
    if not cluster.exists():
        await _initialise(cluster, programs, account, log)
    _check_version(cluster)
    sockets = scratch / "socket"
    settings = {**SETTINGS, "unix_socket_directories": str(sockets), "port": str(_PORT)}
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    server = spawn([programs / "postgres", "-D", HERE, *options], folder=cluster, account=account, log=log, lock=lock)
    stack.push_async_callback(_stop, server)
    await _await_ready(server, cluster, log)
    return _dsn(sockets)


def _dsn(sockets: Path) -> str:
    """Says all that PGPORT, PGSSLMODE and their like would say otherwise, which are about somebody's other servers."""
    where = f"host={quote(str(sockets), safe='')}&port={_PORT}&target_session_attrs=any"
    return f"postgresql://{_USER}@/postgres?{where}&sslmode=disable&sslnegotiation=postgres"


def _make_folder(data_dir: Path) -> Path:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return data_dir.resolve()


@contextmanager
def _owning(data_dir: Path) -> Iterator[None]:
    """Hold the directory for this process. The kernel lets go when the process ends, in whatever way."""
    with (data_dir / "owner.lock").open("ab") as lock:
        if not _taken(lock):
            raise JournalBusy(
                f"Another Leasebook server runs on {data_dir}. Stop it first, or name another --data-dir."
            )
        yield


def _taken(lock: BinaryIO) -> bool:
    """Whether it is ours now; it may have been before."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _await_orphans(cluster: Path, lock: BinaryIO) -> None:
    """Wait until what a killed owner left behind is gone, then clear its mark. The `lock` is ours then.

    PostgreSQL would trust the mark's process number, which may by now belong to somebody else; here it is known that no
    PostgreSQL is left: all its processes inherit the lock, and to look for them finds those that were given none.
    """
    mark = cluster / "postmaster.pid"

    def alone() -> bool:
        return _taken(lock) and not (mark.exists() and servers_in(cluster))

    if not await _until(alone, within_s=_ORPHAN_S):
        marked = mark.read_text(encoding="utf-8").splitlines()[:1] if mark.exists() else []
        processes = servers_in(cluster) or marked
        raise DatabaseUnavailable(
            f"A PostgreSQL without an owner still runs on {cluster} (processes {', '.join(map(str, processes))}). "
            "Wait until it has ended, or end it with kill -INT and the first number; then start again."
        )
    mark.unlink(missing_ok=True)


@contextmanager
def _scratch(data_dir: Path, account: Account) -> Iterator[Path]:
    """A folder with a short name where `account` can go, for what cannot be in the data directory; gone at the end."""
    for scratch in _scratch_names(data_dir):
        if len(os.fsencode(scratch / "socket" / _SOCKET)) <= _SOCKET_BYTES and can_enter(account, scratch.parent):
            break
    else:
        raise DatabaseUnavailable(
            f"User {account.uid} cannot enter /tmp, where the database's socket has to be: chmod 1777 /tmp"
        )
    shutil.rmtree(scratch, ignore_errors=True)  # what a killed owner left behind
    try:
        scratch.mkdir(mode=0o711)
    except FileExistsError as failure:
        raise DatabaseUnavailable(f"{scratch} is in the way. Remove it, then start again.") from failure
    try:
        (scratch / "socket").mkdir(mode=0o700)
        scratch.chmod(0o711)  # whatever the umask: a lent account has to get through
        if account.lent:
            os.chown(scratch / "socket", account.uid, account.gid)
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _scratch_names(data_dir: Path) -> list[Path]:
    """Where that folder may be, the best first."""
    place = hashlib.blake2s(os.fsencode(data_dir), digest_size=6).hexdigest()
    bases = (Path(tempfile.gettempdir()).resolve(), Path("/tmp"))
    return [base / f"leasebook-{os.geteuid()}-{place}" for base in bases]


def _open_log(data_dir: Path) -> BinaryIO:
    path = data_dir / "postgres.log"
    fresh = not path.exists() or path.stat().st_size > _LOG_BYTES
    return path.open("w+b" if fresh else "a+b")


async def _initialise(cluster: Path, programs: Path, account: Account, log: BinaryIO) -> None:
    """Make the cluster under another name first, so that one that was cut short is never taken for whole."""
    draft = cluster.with_name("postgres.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if account.lent:
        os.chown(draft, account.uid, account.gid)
    initdb = spawn([programs / "initdb", "-D", HERE, *_INITDB], folder=draft, account=account, log=log)
    try:
        if not await _until(lambda: initdb.poll() is not None, within_s=_INITDB_S) or initdb.returncode != 0:
            raise DatabaseUnavailable(f"The database could not be made. {_last_words(log)}")
    finally:
        await _stop(initdb)
    draft.rename(cluster)
    _sync(cluster.parent)
    with suppress(PermissionError):  # where one may not look, one has made no data directory either
        _sync(cluster.parent.parent)


def _sync(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check_version(cluster: Path) -> None:
    version = (cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
    if version != MAJOR:
        raise DatabaseUnavailable(
            f"{cluster} was made by PostgreSQL {version}, and this release of Leasebook has PostgreSQL {MAJOR}. "
            "Run the release that made it, or carry it over with pg_upgrade."
        )


async def _await_ready(server: subprocess.Popen[bytes], cluster: Path, log: BinaryIO) -> None:
    mark = cluster / "postmaster.pid"

    def ready() -> bool:
        """Whether PostgreSQL has said so in its mark: its process on the first line, its state on the eighth."""
        lines = mark.read_text(encoding="utf-8").splitlines() if mark.exists() else []
        return len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].strip() == "ready"

    done = await _until(lambda: ready() or server.poll() is not None, within_s=_READY_S)
    if server.poll() is not None:
        raise DatabaseUnavailable(f"PostgreSQL stopped with code {server.returncode} as it started. {_last_words(log)}")
    if not done:
        raise DatabaseUnavailable(f"PostgreSQL was not ready after {_READY_S} s. {_last_words(log)}")


def _last_words(log: BinaryIO) -> str:
    log.seek(0)
    tail = log.read().decode(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
    return "\n".join([f"Mend what it says at the end of {log.name}, then start again:", *tail])


async def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end in order, then at once, then end it. Nothing is lost by any of them."""
    for request, within_s in _STOP_S:
        if process.poll() is not None:
            return
        process.send_signal(request)
        await _until(lambda: process.poll() is not None, within_s=within_s)


async def _until(condition: Callable[[], bool], *, within_s: int) -> bool:
    """Look again and again; False when it has not come true in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_POLL_S)
    return True
