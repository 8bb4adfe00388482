"""A stream that outlives its connections: what is lost is opened again, until who uses it has had enough.

News come as if the connection had never broken: an account's a command at a time, none left out and none twice; books
built, and built anew after whatever was missed; the status from where it stands. Trades made while there was no
connection are left out, which the `prev_seq` of the next ones tells. News wait in a queue without bound.

Requests wait for a connection. One whose reply was lost is sent again where that does no more than sending it once:
what only reads, and orders, by their client_order_id. Any other raises Unreachable, and may have been done.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, TypeVar

from msgspec import Struct

from exchange.language.instants import parse_instant
from gateway import answers, answers_sessions, schema
from gateway.client import wire
from gateway.client.errors import ClientError, Refused, Unreachable
from gateway.client.following import SNAPSHOT, AccountFollower, BookBuilder, Gap
from gateway.client.stream import Stream
from gateway.client.winding import Winding

T = TypeVar("T")

ACCOUNT: Final = "account"
_BOOK: Final = "book:"
_STATUS: Final = "status"
_AT_ONCE: Final = 16  # channels, in one request

_STOOD_S: Final = 10.0  # a connection that stood so long was a good one: the next is tried at once


class News(Struct, frozen=True):
    """What has come on a channel: of the account all that one command brought, of others one push.

    `book` is the book as it then is, on a book's channel.
    """

    channel: str
    pushes: tuple[answers.Push, ...]
    book: BookBuilder | None = None


class Live:
    """Made by `Client.follow`; an async context, in which it is iterated over.

    Entering raises what the first connection fails by; after that only a refusal that lasts ends it, such as of a key
    that was revoked, and is raised by the iteration and by requests. With `dead_man_s` all orders of the account are
    canceled when neither this program nor its connection has been heard of for so many seconds of the market's clock;
    with `cancel_on_disconnect` when a connection ends. Whoever leaves the context is not heard of any more, either.
    """

    def __init__(
        self,
        opening: Callable[[], Awaitable[Stream]],
        channels: Sequence[str],
        *,
        from_seq: int | None = None,
        dead_man_s: int = 0,
        cancel_on_disconnect: bool = False,
    ) -> None:
        self._opening = opening
        self._channels = tuple(channels)
        self._follower = None if from_seq is None else AccountFollower(from_seq)
        self._dead_man_s = dead_man_s
        self._winding = Winding(dead_man_s)
        self._cancel_on_disconnect = cancel_on_disconnect
        self._books: dict[str, BookBuilder] = {}
        self._news: asyncio.Queue[News | Exception] = asyncio.Queue()
        self._stream: asyncio.Future[Stream] = asyncio.get_running_loop().create_future()
        self._keeper: asyncio.Task[None] | None = None
        self._heard = False  # anything, on the connection that is open
        self.why = ""

    async def __aenter__(self) -> Self:
        stream = await self._connect()
        self._keeper = asyncio.create_task(self._keep(stream), name="live stream")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if self.connected:  # the keeper was cancelled before it began
            await self._stream.result().close()
        self._end(Unreachable("the market", "the stream was closed"))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> News:
        news = await self._news.get()
        if isinstance(news, Exception):
            self._news.put_nowait(news)  # for whoever asks again
            raise news
        return news

    @property
    def connected(self) -> bool:
        """Whether there is a connection now; `why` says what became of the last one that was lost."""
        return self._stream.done() and self._stream.exception() is None

    @property
    def seq(self) -> int:
        """The last command of which all has come on the account's channel: what `from_seq` goes on from."""
        return 0 if self._follower is None else self._follower.seq

    async def request(self, op: str, params: schema.Body, answer: type[T]) -> T:
        """Ask on whatever connection there is, as often as it takes and may be. Raises Refused and Unreachable."""
        repeatable = wire.repeatable_on_stream(op, params)
        for attempt in itertools.count():
            stream = await self._connection()
            try:
                return await stream.request(op, params, answer)
            except Unreachable as failure:
                if failure.lasting:
                    raise
                await stream.close()
                self._lost(stream)
                if not repeatable:
                    raise
            except Refused as refusal:
                pause_s = wire.pause_s(repeatable, refusal, attempt) if attempt < wire.RETRIES else None
                if pause_s is None:
                    raise
                await asyncio.sleep(pause_s)
        raise AssertionError("counting has no end")

    # --------------------------------------------------------------------------------------------------- connections

    async def _connection(self) -> Stream:
        """The one that stands, or the next; raises what ended them all."""
        while (stream := await asyncio.shield(self._stream)).closed:
            self._lost(stream)
        return stream

    async def _keep(self, stream: Stream) -> None:
        """Listen, and connect again whenever a connection is lost; what cannot be mended is raised to everybody."""
        loop, attempt = asyncio.get_running_loop(), 0
        try:
            while True:
                since_s = loop.time()
                try:
                    await self._listen(stream)
                except (ClientError, Gap) as failure:
                    self.why = str(failure)
                finally:
                    self._lost(stream)
                    await stream.close()
                attempt = 0 if self._heard or loop.time() - since_s > _STOOD_S else attempt + 1
                stream = await self._connect_again(attempt)
        except Exception as error:
            self._end(error)

    async def _connect_again(self, attempt: int) -> Stream:
        failure: ClientError = Unreachable("", "")
        while True:
            pause_s = wire.pause_s(True, failure, attempt)
            if pause_s is None:
                raise failure
            await asyncio.sleep(pause_s)
            try:
                return await self._connect()
            except ClientError as error:
                failure, attempt = error, attempt + 1

    async def _connect(self) -> Stream:
        """A new connection with everything open and armed that is wanted."""
        stream = await self._opening()
        try:
            await self._arm(stream)
            await self._subscribe(stream)
        except BaseException:
            await stream.close()
            raise
        self._heard = False
        self._stream.set_result(stream)
        return stream

    async def _arm(self, stream: Stream) -> None:
        self._winding = Winding(self._dead_man_s)  # the server may be another, with another clock
        if self._cancel_on_disconnect:
            await stream.request("session.cancel_on_disconnect", schema.CancelOnDisconnectParams(), answers.Answer)
        if self._dead_man_s:
            await self._wind(stream)

    async def _subscribe(self, stream: Stream) -> None:
        for book in self._books.values():
            book.restart()
        public = [channel for channel in self._channels if channel != ACCOUNT]
        for first in range(0, len(public), _AT_ONCE):
            await stream.subscribe(*public[first : first + _AT_ONCE])
        if ACCOUNT in self._channels:
            opened = await stream.subscribe(ACCOUNT, from_seq=None if self._follower is None else self._follower.seq)
            if self._follower is None:
                self._follower = AccountFollower(opened.seq)
            self._follower.restart()

    def _lost(self, stream: Stream) -> None:
        """Have requests wait for another connection than this one."""
        if self.connected and self._stream.result() is stream:
            self._stream = asyncio.get_running_loop().create_future()

    def _end(self, error: Exception) -> None:
        """Raise this to whoever waits, and whoever asks from now on."""
        if self._stream.done():
            self._stream = asyncio.get_running_loop().create_future()
        self._stream.set_exception(error)
        self._stream.exception()  # it is known, even if nobody asks
        self._news.put_nowait(error)

    async def _wind(self, stream: Stream) -> None:
        params = schema.DeadManParams(seconds=self._dead_man_s)
        told = await stream.request("session.dead_man", params, answers_sessions.DeadManSet)
        if told.until is not None:
            self._winding.wound(asyncio.get_running_loop().time(), parse_instant(told.until))

    async def _wind_up(self, stream: Stream) -> None:
        """Wind the dead man up as often as the market's clock asks for."""
        while self._dead_man_s:
            await asyncio.sleep(self._winding.pause_s)
            with suppress(ClientError):
                await self._wind(stream)

    # ---------------------------------------------------------------------------------------------------------- news

    async def _listen(self, stream: Stream) -> None:
        """Hear one connection out. Raises Unreachable at its end, and Gap when an account's news are not whole."""
        winding = asyncio.create_task(self._wind_up(stream), name="dead man")
        try:
            async for push in stream.pushes():
                if push.channel == ACCOUNT:
                    self._take(push)
                elif push.channel.startswith(_BOOK):
                    await self._build(stream, push)
                elif push.channel != _STATUS or _STATUS in self._channels:
                    self._news.put_nowait(News(push.channel, (push,)))
                self._heard = True
        finally:
            winding.cancel()
            await asyncio.wait([winding])

    def _take(self, push: answers.Push) -> None:
        assert self._follower is not None, "the channel was opened"
        if whole := self._follower.take(push):
            self._news.put_nowait(News(ACCOUNT, whole))

    async def _build(self, stream: Stream, push: answers.Push) -> None:
        """Take a book's push; one that does not fit has the channel opened again, whose snapshot must fit."""
        book = self._books.setdefault(push.channel, BookBuilder())
        if not book.whole and push.type != SNAPSHOT:
            return
        try:
            book.take(push)
        except Gap:
            if push.type == SNAPSHOT:
                raise
            params = schema.UnsubscribeParams(channels=(push.channel,))
            await stream.request("unsubscribe", params, answers.Subscribed)
            await stream.subscribe(push.channel)
            return
        self._news.put_nowait(News(push.channel, (push,), book))
