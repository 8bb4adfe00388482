"""A terminal in which a command runs, as wide and high as told, and a cable to the server that can be cut."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from tests.cli.server import environment

_HEEDED_S = 10.0
_CODES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """One command in a terminal; a context, at whose end it is gone."""

    def __init__(self, line: str, known: dict[str, str], columns: int = 80, rows: int = 24) -> None:
        self._mine, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        words = [sys.executable, "-m", "gateway", *line.split()]
        env = environment() | known | {"TERM": "xterm-256color"}
        with _heeding_interrupts():
            self._process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=env)
        os.close(theirs)
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._mine)

    def reads_until(self, words: str) -> str:
        """All that is printed until these words come, without colors; it must come."""
        sought = words.encode()
        while sought not in (text := _CODES.sub(b"", self._unread)):
            more = self._read()
            assert more, f"it ended, and said only {text.decode()}"
            self._unread += more
        said, _, self._unread = text.partition(sought)
        return (said + sought).decode().replace("\r\n", "\n")

    def types(self, text: str) -> None:
        os.write(self._mine, text.encode())

    def interrupt(self) -> None:
        """Ctrl-C, and again if nothing comes of it: one that comes just before a read begins waits until that ends."""
        self._process.send_signal(signal.SIGINT)
        while not select.select([self._mine], [], [], _HEEDED_S)[0]:
            self._process.send_signal(signal.SIGINT)

    def ends(self) -> int:
        """Wait for the end; the exit code."""
        while self._read():
            pass
        return self._process.wait()

    def _read(self) -> bytes:
        with contextlib.suppress(OSError):  # how Linux says that nobody writes any more
            return os.read(self._mine, 65536)
        return b""


@contextlib.contextmanager
def _heeding_interrupts() -> Iterator[None]:
    """As terminals do, for whom is started meanwhile: who runs the tests in the background may have them ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Cable:
    """A port that leads to a server while it is whole."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._server = (host, int(port))
        self._open: list[socket.socket] = []
        self._port = 0
        self.mend()
        self.url = f"http://127.0.0.1:{self._port}"

    def mend(self) -> None:
        """Lead to the server (again)."""
        self._door = socket.create_server(("127.0.0.1", self._port))
        self._port = self._door.getsockname()[1]
        threading.Thread(target=self._lead, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """Break all connections off, and take no new ones."""
        for one in (self._door, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _lead(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = door.accept()[0]
                far = socket.create_connection(self._server)
                self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=ends, daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for one in (source, sink):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
