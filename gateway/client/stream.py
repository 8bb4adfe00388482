"""The stream as a client sees it: requests answered by number, and pushes in the order in which they came.

One task reads the socket, another writes it: so whoever asks may be cancelled at any time and nobody else is, while
aiohttp has all who wait for a full socket wait as one. Pushes wait in a queue without bound, so a reader should keep
up. When the connection ends, every open request and the iteration over pushes end with Unreachable; whoever wants to go
on opens another stream and resumes from the last `seq` that it saw.
"""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
import msgspec

from exchange.language.limits import FRAME_MAX_BYTES
from gateway import answers, schema
from gateway.client import wire
from gateway.client.errors import ClientError, Refused, Unreachable, problem_of
from gateway.client.silence import NO_ANSWER, no_answer

T = TypeVar("T")

_SILENCE_S = 40  # of a server that pings every 15 s: past this it is gone, whatever the connection looks like
_GOODBYE_S = 2  # for the server to say goodbye, too; as long again for ours to go out, where it does not read


class Stream:
    """An open socket, logged in by the handshake."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, url: str) -> None:
        self._socket = socket
        self._url = url
        self._last_id = 0
        self._waiting: dict[int, asyncio.Future[wire.Reply]] = {}
        self._unsent: asyncio.Queue[tuple[int, str]] = asyncio.Queue()
        self._pushes: asyncio.Queue[answers.Push | None] = asyncio.Queue()
        self._why = "the stream was closed"
        self._writer = asyncio.create_task(self._write(), name="stream writer")
        self._reader = asyncio.create_task(self._read(), name="stream reader")

    @classmethod
    async def open(
        cls, session: aiohttp.ClientSession, url: str, greeting: Callable[[], Mapping[str, str]] = dict
    ) -> Self:
        """Connect with the headers that `greeting` gives, new ones for each attempt.

        Refused when the key is not good, Unreachable when nobody is there.
        """
        patience = aiohttp.ClientWSTimeout(ws_receive=_SILENCE_S, ws_close=_GOODBYE_S)
        try:
            socket = await session.ws_connect(
                f"{url}{wire.STREAM}", max_msg_size=0, timeout=patience, headers=greeting()
            )
        except aiohttp.WSServerHandshakeError as error:
            raise await _refusal(session, url, greeting, error) from error
        except NO_ANSWER as error:
            raise no_answer(url, error) from error
        return cls(socket, url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._reader.done()

    async def request(self, op: str, params: schema.Body, answer: type[T]) -> T:
        """Send one request and wait for its reply; the seq of a change is that of the reply's head."""
        try:
            return wire.result_of(await self._reply(op, params), answer)
        except ClientError as failure:
            failure.doubt = wire.doubt_on_stream(op, params, failure)
            raise

    async def _reply(self, op: str, params: schema.Body) -> wire.Reply:
        self._last_id += 1
        number = self._last_id
        frame = wire.frame(number, op, params)  # what cannot be written has nothing to do with the connection
        if len(frame.encode()) > FRAME_MAX_BYTES:  # its refusal could not say what it is of: the id is in there, too
            raise Unreachable(self._url, f"a request has at most {FRAME_MAX_BYTES} bytes", lasting=True)
        future: asyncio.Future[wire.Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            if self.closed:
                raise Unreachable(self._url, self._why, sent=False)
            self._unsent.put_nowait((number, frame))
            async with asyncio.timeout(wire.ANSWER_S):
                return await future
        except NO_ANSWER as error:
            raise no_answer(self._url, error) from error
        finally:
            self._waiting.pop(number, None)
            if future.done() and not future.cancelled():
                future.exception()  # nobody asks when the connection and whoever asked ended at the same time

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
        self._writer.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * _GOODBYE_S):
                await self._socket.close()
        await asyncio.wait([self._reader], timeout=_GOODBYE_S)
        self._reader.cancel()  # it may wait to answer a ping
        await asyncio.wait([self._reader])

    async def _write(self) -> None:
        try:
            while True:
                number, frame = await self._unsent.get()
                if number in self._waiting:  # else nobody waits for the answer any more
                    await self._socket.send_str(frame)
        except NO_ANSWER:
            await self._socket.close()  # the reader learns of it, too

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
            self._why = f"the server closed the stream ({self._socket.close_code})"
        except (*NO_ANSWER, msgspec.DecodeError) as error:
            self._why = no_answer(self._url, error).why
        finally:
            self._writer.cancel()
            self._pushes.put_nowait(None)
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(Unreachable(self._url, self._why))

    def _take(self, text: str) -> None:
        message = wire.heard(text)
        if isinstance(message, answers.Push):
            self._pushes.put_nowait(message)
            return
        future = self._waiting.get(message.id) if isinstance(message.id, int) else None
        if future is not None and not future.done():
            future.set_result(message)


async def _refusal(
    session: aiohttp.ClientSession,
    url: str,
    greeting: Callable[[], Mapping[str, str]],
    error: aiohttp.WSServerHandshakeError,
) -> Refused | Unreachable:
    """Why a handshake was refused. Its body is hidden: it is made once more by hand, to get the same problem.

    As it was: a server that has no more room for a socket has no such reason to refuse what asks for none.
    """
    key = b64encode(secrets.token_bytes(16)).decode()
    asking = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
    try:
        async with session.get(f"{url}{wire.STREAM}", headers={**greeting(), **asking}) as response:
            if (status := response.status) == error.status:
                payload = await response.read()
            else:
                response.close()  # it may be a socket by now
    except NO_ANSWER as silence:
        return no_answer(url, silence)
    if status != error.status:
        return Unreachable(url, f"the handshake was refused ({error.status})")  # for what has passed by now
    return Refused(problem_of(payload, url, status), wire.retry_after_ms(response.headers))
