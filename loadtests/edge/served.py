"""A server under load, in a process of its own: Leasebook as users start it, on an empty database, or an echo.

What a process and its children have used of the processor is read from the system. Only processes of our own are ended.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Final, NamedTuple

import click

from gateway.settings import Settings

_GREETING: Final = "Leasebook "
_NO_LIMIT: Final = 100_000_000
_LIMITS: Final = ("read_per_s", "trade_per_s", "cancel_per_s", "anonymous_per_s", "shed_waiting", "shed_lag_ms")
_END_S: Final = 20
_LOG_LINES: Final = 20  # of a server that failed


class Spent(NamedTuple):
    """Seconds of processor time, of the server itself and of the processes that it has started."""

    server_s: float
    children_s: float


class Served:
    """A server that runs: where, and for Leasebook its operator's key."""

    def __init__(self, process: subprocess.Popen[str], url: str, operator: str = "") -> None:
        self.process = process
        self.url = url
        self.operator = operator

    def spent(self) -> Spent:
        """Processor time so far."""
        running = dict(_running())
        family, size = {self.process.pid}, 0
        while size < len(family):
            size = len(family)
            family |= {number for number, (parent, _) in running.items() if parent in family}
        return Spent(
            server_s=running[self.process.pid][1],
            children_s=sum(running[number][1] for number in family if number != self.process.pid),
        )

    def rss_bytes(self) -> int:
        """Memory that the server holds now."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _running() -> Iterator[tuple[int, tuple[int, float]]]:
    """Every process with its parent and the processor time that it has used; see proc(5)."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it may have ended meanwhile
            words = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            ticks = int(words[11]) + int(words[12])
            yield int(path.parent.name), (int(words[1]), ticks / os.sysconf("SC_CLK_TCK"))


def unlimited() -> list[str]:
    """The options that keep limits, which are for clients who share a market, out of what is measured."""
    known = set(Settings.__struct_fields__)
    return [word for name in _LIMITS if name in known for word in ("--limit", f"{name}={_NO_LIMIT}")]


@contextmanager
def leasebook(words: Sequence[str] = (), speed: int = 1) -> Iterator[Served]:
    """A sandbox by `leasebook serve` on a new database in a temporary folder."""
    with TemporaryDirectory(prefix="leasebook-edge-") as folder:
        command = [sys.executable, "-m", "gateway", "serve", "--sandbox", "--speed", str(speed)]
        with _process([*command, "--port", "0", "--data-dir", folder, *unlimited(), *words]) as process:
            greeting = _line(process)
            while not greeting.startswith(_GREETING):
                greeting = _line(process)
            _line(process)  # what became of its history: it trades from now on
            key = (Path(folder) / "operator.key").read_text(encoding="utf-8")
            yield Served(process, greeting.split()[3].rstrip(","), key)


@contextmanager
def echo(name: str, answer_bytes: int = 0) -> Iterator[Served]:
    """An echo on aiohttp or FastAPI."""
    words = [sys.executable, "-m", "loadtests.edge.echoes", name, str(answer_bytes)]
    with _process(words) as process:
        yield Served(process, _line(process).strip())


@contextmanager
def _process(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    names = ("LEASEBOOK_", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    with TemporaryFile(mode="w+", encoding="utf-8") as log:  # it tells of every key that a scene makes
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process:
            try:
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(_END_S)
                except subprocess.TimeoutExpired:
                    process.kill()
        if process.returncode not in (0, -signal.SIGTERM):
            log.seek(0)
            click.echo("".join(log.readlines()[-_LOG_LINES:]), err=True)


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the server ended with {process.wait()}")
    return line
