"""One attack, in a process of its own: `python -m loadtests.hostile.attacker NAME PORT KEY SECONDS`.

It comes from several addresses of the machine itself. It prints a line when it begins, and then what became of its
connections.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Final, cast

import msgspec
import uvloop

from gateway.doorman import files_allowed
from loadtests.hostile.attacks import Attack, attacks

SOURCES: Final = tuple(f"127.0.0.{number}" for number in range(2, 7))
_AT_ONCE: Final = 100  # connections that are being made
_AGAIN_S: Final = 0.05
_FULL_BYTES: Final = 256 * 1024


class Became(msgspec.Struct):
    """What became of an attack: connections that were made, that the server ended, and that were open at the end."""

    made: int = 0
    ended: int = 0
    open: int = 0
    sent_bytes: int = 0
    heard_bytes: int = 0


class _Nuisance(asyncio.Protocol):
    """One connection."""

    def __init__(self, attack: Attack, became: Became, over: Callable[[], None]) -> None:
        self._attack, self._became, self._over = attack, became, over
        self._transport: asyncio.Transport | None = None
        self._full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(_FULL_BYTES)
        self._became.made += 1
        self._became.open += 1
        if self._attack.deaf:
            self._transport.pause_reading()
        self._say(self._attack.first)
        self._later()

    def data_received(self, data: bytes) -> None:
        self._became.heard_bytes += len(data)

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._later()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._became.open -= 1
        self._became.ended += 1
        self._over()

    def _say(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing() and data:
            self._transport.write(data)
            self._became.sent_bytes += len(data)

    def _later(self) -> None:
        if self._attack.again and not self._full:
            asyncio.get_running_loop().call_later(self._attack.every_s, self._again)

    def _again(self) -> None:
        if self._transport is not None and not self._transport.is_closing() and not self._full:
            self._say(self._attack.again)
            self._later()


async def make(attack: Attack, port: int, for_s: float) -> Became:
    """Attack for so long, then leave everything as it stands."""
    loop, became, turn = asyncio.get_running_loop(), Became(), asyncio.Semaphore(_AT_ONCE)
    until = loop.time() + for_s

    async def one(number: int) -> None:
        while loop.time() < until:
            over = asyncio.Event()
            try:
                async with turn:
                    await loop.create_connection(
                        lambda over=over: _Nuisance(attack, became, over.set),  # type: ignore[misc]
                        "127.0.0.1",
                        port,
                        local_addr=(SOURCES[number % len(SOURCES)], 0),
                    )
                await over.wait()
            except OSError:
                became.ended += 1
            if not attack.reconnects:
                return
            await asyncio.sleep(_AGAIN_S)

    ones = [asyncio.create_task(one(number)) for number in range(attack.connections)]
    await asyncio.wait(ones, timeout=for_s)
    found = msgspec.structs.replace(became)
    for task in ones:
        task.cancel()
    await asyncio.wait(ones)
    return found


def main() -> None:
    name, port, key, for_s = sys.argv[1:]
    files_allowed()
    attack = attacks(key)[name]
    sys.stdout.write("up\n")
    sys.stdout.flush()
    became = uvloop.run(make(attack, int(port), float(for_s)))
    sys.stdout.buffer.write(msgspec.json.encode(became) + b"\n")


if __name__ == "__main__":
    main()
