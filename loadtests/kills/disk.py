"""A small disk that can be filled and grown: a tmpfs, for who may mount one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MIB = 1 << 20
_BALLAST = "ballast"
_FIRST_MIB = 192
_TRIES = 100  # to fill it, while others write


class NoDisk(Exception):
    """This user cannot mount a disk; the message says what mount said."""


class Disk:
    """Made by `mounted`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._size_mib = _FIRST_MIB
        self._ballast_bytes = 0

    def fill(self, but_bytes: int) -> None:
        """Leave no more than so many bytes free."""
        with (self.folder / _BALLAST).open("ab") as ballast:
            for _ in range(_TRIES):
                more_bytes = self._free_bytes() - but_bytes
                if more_bytes <= 0:
                    return
                with suppress(OSError):  # somebody was faster, so there is less by now
                    os.posix_fallocate(ballast.fileno(), self._ballast_bytes, more_bytes)
                    self._ballast_bytes += more_bytes

    def _free_bytes(self) -> int:
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize

    def grow(self, by_mib: int) -> None:
        """Make it larger, as an operator would."""
        self._size_mib += by_mib
        _run("mount", "-o", f"remount,size={self._size_mib}m", str(self.folder))


@contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    """A disk of its own at a folder, until the block ends. Raises NoDisk."""
    folder.mkdir(parents=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={_FIRST_MIB}m,mode=755", "leasebook-kills", str(folder))
    try:
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))  # what was killed may still be on its way out


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as failure:
        raise NoDisk(f"{command[0]}: {failure.strerror}") from failure
    if done.returncode != 0:
        raise NoDisk(done.stderr.strip() or f"{command[0]} failed with code {done.returncode}")
