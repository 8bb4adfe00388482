"""A server as users start it: a process of its own with a data directory of its own, at a free port.

Its output is read line by line, so nobody waits by the clock; the test's own timeout ends what never comes.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

STARTED = "Leasebook "


def environment() -> dict[str, str]:
    """This process's environment without anything that leasebook reads."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("LEASEBOOK_", "DATABASE_URL"))}


class Server:
    """A running `leasebook serve` or `leasebook demo`."""

    def __init__(self, data_dir: Path, *words: str) -> None:
        self.data_dir = data_dir
        command = [sys.executable, "-m", "gateway", *words, "--port", "0", "--data-dir", str(data_dir)]
        # no pipe: one that nobody reads fills up, and whoever writes into it waits
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._errors, text=True, env=environment()
        )
        self.url = self._wait_for(STARTED).split()[3].rstrip(",")
        self.history = self.line()

    def line(self) -> str:
        """The next line of the output; what went wrong, when there is none."""
        line = self._output.readline()
        assert line, f"the server ended with {self.process.wait()}: {self.errors()}"
        return line.rstrip("\n")

    def key(self) -> str:
        """The operator's key."""
        return (self.data_dir / "operator.key").read_text(encoding="utf-8")

    def end(self, number: signal.Signals, patience_s: float = 5) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(patience_s)

    def errors(self) -> str:
        """The standard error of a server that has ended."""
        self._errors.seek(0)
        return self._errors.read()

    def log(self) -> Iterator[str]:
        """What it writes to standard error, line by line, from the beginning on and as it comes."""
        with Path(f"/proc/{self.process.pid}/fd/2").open(encoding="utf-8") as lines:
            line = ""
            while self.process.poll() is None:
                line += lines.readline()
                if line.endswith("\n"):
                    yield line
                    line = ""

    def close(self) -> None:
        """End it, whatever it does, and let go of its output."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._output.close()
        self._errors.close()

    @property
    def _output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def _wait_for(self, beginning: str) -> str:
        while not (line := self.line()).startswith(beginning):
            pass
        return line


@contextmanager
def running(data_dir: Path, *words: str) -> Iterator[Server]:
    """A server while the context is open."""
    server = Server(data_dir, *words)
    try:
        yield server
    finally:
        server.close()


def leasebook(*words: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    command = [sys.executable, "-m", "gateway", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
