"""The server under test, as users start it: a process of its own, which is killed, stopped and started again.

Everything it says is kept: its words on starting, and what it wrote to its standard error before it ended. Only
processes that are its own, or its database's, are ever sent a signal, by their numbers.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from exchange.store.binaries import servers_in
from exchange.store.embedded import start_embedded
from loadtests.kills.wire import HOST, Ends, Wire, free_port

_GREETING = "Leasebook "
_LIMITS = ("shed_lag_ms=600000", "read_per_s=100000", "trade_per_s=100000", "cancel_per_s=100000")
_SNAPSHOT = "snapshot taken"  # in its log
_START_S = 120  # as long as a start may take
_END_S = 60  # as long as an end may take that the server comes to by itself
_VERIFY_S = 300  # as long as the whole journal may take to be replayed and compared
_CLOSE_S = 15
_TAIL_LINES = 12


class Ended(Exception):
    """The server came to an end where it should have gone on; the message has its last words."""


class Victim:
    """One market: the server and its PostgreSQL, embedded or, with `given`, one beside it. `disk` holds its data.

    `options` are those of `leasebook serve --sandbox`.
    """

    def __init__(self, folder: Path, disk: Path, options: Sequence[str], given: "GivenPostgres | None" = None) -> None:
        self.data_dir = disk / "market"
        self.given = given
        self.port = free_port()
        self.said: list[str] = []  # since the last start
        self._folder, self._disk, self._options = folder, disk, options
        self._errors = folder / f"errors-{self.port}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._up = asyncio.Event()

    @property
    def cluster(self) -> Path:
        """The folder of its PostgreSQL."""
        return self.data_dir / "postgres" if self.given is None else self.given.cluster

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The server's process, running or ended."""
        assert self._process is not None, "start it first"
        return self._process

    def successor(self) -> "Victim":
        """Another server for the same market, at a port of its own, not started yet."""
        return Victim(self._folder, self._disk, self._options, self.given)

    async def spawn(self, *options: str) -> None:
        """Start the process; it is not up yet."""
        await self.tidy()
        self.said, self._up = [], asyncio.Event()
        # whoever was just stopped sheds load for a moment, and comparing reads more than one client should
        limits = [word for limit in _LIMITS for word in ("--limit", limit)]
        command = [sys.executable, "-m", "gateway", "serve", "--sandbox", *limits, *self._options]
        command += ["--port", str(self.port), "--data-dir", str(self.data_dir), *options]
        if self.given is not None:
            command += ["--database-url", self.given.url]
        with self._errors.open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=errors,
                env=_environment(), start_new_session=True,
            )  # fmt: skip
        self._listening = asyncio.create_task(self._listen(), name="server's words")

    async def start(self, *options: str) -> float:
        """Start it and wait until it trades; the seconds that took. Raises Ended."""
        began = time.monotonic()
        await self.spawn(*options)
        await self.up()
        return time.monotonic() - began

    async def up(self) -> None:
        """Wait until it has said where it listens, which it does once it trades."""
        waiting = [asyncio.create_task(self._up.wait()), asyncio.create_task(self.process.wait())]
        try:
            await asyncio.wait(waiting, timeout=_START_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        if not self._up.is_set():
            raise Ended(f"the server did not come up, exit code {self.process.returncode}: {self.last_words()}")

    def send(self, number: signal.Signals) -> None:
        """Signal the server, if it still runs."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def ended(self, within_s: float = _END_S) -> int:
        """Wait for its end; the exit code. Raises Ended when it does not come in time, having killed it."""
        try:
            async with asyncio.timeout(within_s):
                return await self.process.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self.process.wait()
            raise Ended(f"the server had not ended after {within_s:.0f} s: {self.last_words()}") from None

    def last_words(self) -> str:
        """The end of its standard error."""
        lines = self._errors.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_TAIL_LINES:])

    def has_snapshot(self) -> bool:
        """Whether it has taken a snapshot since its last start."""
        return _SNAPSHOT in self._errors.read_text(encoding="utf-8", errors="replace")

    def postgres(self) -> list[int]:
        """The processes of its PostgreSQL, the postmaster first."""
        found = servers_in(self.cluster)
        with suppress(OSError, ValueError, IndexError):
            first = int((self.cluster / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            if first in found:
                return [first, *(number for number in found if number != first)]
        return []

    async def tidy(self) -> None:
        """Let go of a process that has ended."""
        if self._listening is not None:
            await self._listening
            self._listening = None

    async def verify(self) -> str | None:
        """Run `leasebook verify` on what it left, once it has ended: what that found, or None when all is good."""
        where = ["--data-dir", str(self.data_dir)] if self.given is None else ["--database-url", self.given.url]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "verify", *where, env=_environment(), start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_VERIFY_S):
                said, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            return f"it had not ended after {_VERIFY_S} s"
        words = said.decode(errors="replace").strip()
        return None if process.returncode == 0 else f"it ended with code {process.returncode}: {words}"

    async def close(self) -> None:
        """End it in order, or else at once."""
        if self._process is not None and self._process.returncode is None:
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
            with suppress(Ended):
                await self.ended(_CLOSE_S)
        await self.tidy()

    async def _listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.said.append(line.decode(errors="replace").rstrip())
            if any(line.startswith(_GREETING) for line in self.said[:-1]):  # and then it tells its history
                self._up.set()


class GivenPostgres:
    """A PostgreSQL beside the server, reached through a wire that can be cut; it outlives the server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self._socket = ""
        self.wire = Wire(self._far)
        self.url = ""

    @property
    def cluster(self) -> Path:
        return self._folder / "postgres"

    async def open(self) -> None:
        """Start it, and the wire before it."""
        await self.wire.open()
        await self.start()

    async def start(self) -> None:
        """Start it, again if need be."""
        await self._stack.aclose()
        dsn = await self._stack.enter_async_context(start_embedded(self._folder))
        parts = urlsplit(dsn)
        self._socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self.url = f"postgresql://{parts.username}@{HOST}:{self.wire.port}{parts.path}?sslmode=disable"

    async def close(self) -> None:
        """Stop it."""
        await self.wire.close()
        await self._stack.aclose()

    async def _far(self) -> Ends:
        return await asyncio.open_unix_connection(self._socket)


def _environment() -> dict[str, str]:
    """This process's environment without anything that the server reads."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("LEASEBOOK_", "DATABASE_URL"))}
