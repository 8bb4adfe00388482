"""The stream as a client sees it: requests answered by number, and pushes in the order in which they came.

One task reads the socket. Pushes wait in a queue without bound, so a reader should keep up. When the connection ends,
every open request and the iteration over pushes end with Unreachable; whoever wants to go on opens another stream
and resumes from the last `seq` that it saw.
"""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
import msgspec

from gateway import answers, schema
from gateway.client.errors import NO_ANSWER, Refused, Unreachable, problem_of, why

T = TypeVar("T")

_ANSWER_S = 30


class _Message(msgspec.Struct, frozen=True):
    """What tells a push from a reply."""

    channel: str = ""


class _Reply(msgspec.Struct, frozen=True):
    """A reply whose result is decoded by whoever asked."""

    id: int | str | None
    seq: int = 0
    result: msgspec.Raw = msgspec.Raw(b"{}")
    error: schema.Problem | None = None


class Stream:
    """An open socket, logged in by the handshake."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, url: str) -> None:
        self._socket = socket
        self._url = url
        self._last_id = 0
        self._waiting: dict[int, asyncio.Future[_Reply]] = {}
        self._pushes: asyncio.Queue[answers.Push | None] = asyncio.Queue()
        self._why = "the stream was closed"
        self._reader = asyncio.create_task(self._read(), name="stream reader")

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, url: str) -> Self:
        """Connect with the session's headers. Refused when the key is not good, Unreachable when nobody is there."""
        try:
            socket = await session.ws_connect(
                f"{url}/v1/stream", max_msg_size=0, timeout=aiohttp.ClientWSTimeout(ws_close=2)
            )
        except aiohttp.WSServerHandshakeError as error:
            # The handshake hides the body: the same request without it is refused with the same problem.
            async with session.get(f"{url}/v1/stream") as response:
                raise Refused(problem_of(await response.read(), url, error.status)) from error
        except NO_ANSWER as error:
            raise Unreachable(url, why(error)) from error
        return cls(socket, url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def request(self, op: str, params: schema.Body, answer: type[T]) -> T:
        """Send one request and wait for its reply; the seq of a change is that of the reply's head."""
        self._last_id += 1
        number = self._last_id
        frame = schema.Frame(id=number, op=op, params=msgspec.Raw(msgspec.json.encode(params)))
        future: asyncio.Future[_Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            if self._reader.done():
                raise Unreachable(self._url, self._why)
            await self._socket.send_str(msgspec.json.encode(frame).decode())
            async with asyncio.timeout(_ANSWER_S):
                reply = await future
        except NO_ANSWER as error:
            raise Unreachable(self._url, why(error)) from error
        finally:
            self._waiting.pop(number, None)
            if future.done() and not future.cancelled():
                future.exception()  # nobody asks when the request could not even be sent
        return self._unpack(reply, answer)

    def _unpack(self, reply: _Reply, answer: type[T]) -> T:
        if reply.error is not None:
            raise Refused(reply.error)
        result = msgspec.json.decode(reply.result, type=answer)
        if isinstance(result, answers.Answer):
            return msgspec.structs.replace(result, seq=reply.seq)
        return result

    async def subscribe(self, *channels: str, from_seq: int | None = None) -> answers.Subscribed:
        """Open channels; `from_seq` has the account's news after it told again."""
        return await self.request(
            "subscribe", schema.SubscribeParams(channels=channels, from_seq=from_seq), answers.Subscribed
        )

    async def pushes(self) -> AsyncIterator[answers.Push]:
        """News of all open channels. Ends with Unreachable when the connection does."""
        while (push := await self._pushes.get()) is not None:
            yield push
        raise Unreachable(self._url, self._why)

    async def close(self) -> None:
        """Close the socket and end everything that waits on it."""
        await self._socket.close()
        await self._reader

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
            self._why = f"the server closed the stream ({self._socket.close_code})"
        except (*NO_ANSWER, msgspec.DecodeError) as error:
            self._why = why(error)
        finally:
            self._pushes.put_nowait(None)
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(Unreachable(self._url, self._why))

    def _take(self, text: str) -> None:
        if msgspec.json.decode(text, type=_Message).channel:
            self._pushes.put_nowait(msgspec.json.decode(text, type=answers.Push))
            return
        reply = msgspec.json.decode(text, type=_Reply)
        future = self._waiting.get(reply.id) if isinstance(reply.id, int) else None
        if future is not None and not future.done():
            future.set_result(reply)
