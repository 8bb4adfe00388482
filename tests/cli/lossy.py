"""A way to the server on which answers get lost: all requests arrive, and some connections break before the answer."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Loses = Callable[[str], bool]


class Lossy:
    """`loses` says of a request's first line whether its answer is lost; of the stream's, whether its first reply."""

    def __init__(self, port: int, loses: Loses) -> None:
        self._port = port
        self._loses = loses
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, and one to the server for it."""
        there = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while True:
                head, body = await _message(reader)
                there[1].write(head + body)
                answer = await _message(there[0])
                line = head.split(b"\r\n", 1)[0].decode()
                if answer[0].startswith(b"HTTP/1.1 101"):
                    writer.write(answer[0])
                    await self._tunnel(line, (reader, writer), there)
                    break
                if self._loses(line):
                    break
                writer.write(answer[0] + answer[1])
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            there[1].close()

    async def _tunnel(
        self,
        line: str,
        here: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        there[1].write(await here[0].read(65_536))
        reply = await there[0].read(65_536)
        if self._loses(line):
            return
        here[1].write(reply)
        await asyncio.gather(_pipe(here[0], there[1]), _pipe(there[0], here[1]))


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """A request or an answer: its head and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
    return head, await reader.readexactly(int(fields.get(b"content-length", b"0")))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


@contextmanager
def lossy(url: str, loses: Loses) -> Iterator[Lossy]:
    """Such a way, in a thread of its own, while the context is open."""
    way, loop = Lossy(int(url.rpartition(":")[2]), loses), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="lossy")
    thread.start()

    async def begin() -> asyncio.Server:
        return await asyncio.start_server(way.serve, "127.0.0.1", 0)

    async def end() -> None:
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    way.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield way
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
