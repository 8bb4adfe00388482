"""One socket from its opening to its close: requests in the order of their arrival, several under way at a time.

The reader decodes and authorises each frame and starts its call as a task; tasks run first in, first out until they
reach the market, so commands are submitted in the order in which they arrived. Replies come as they are ready. What
only reads is answered once the outbox has room: of the replies to a peer that does not take them, few are ever made. A
bad frame gets a problem and the socket lives on; ten in a row close it, as do a hundred requests that are too many.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final

import msgspec
from aiohttp import WSMsgType
from msgspec import Struct

from exchange.language.commands_sessions import ArmSession
from exchange.language.instants import format_instant
from exchange.language.rejects import Code
from gateway import answers, schema
from gateway.answers_operator import SessionOut
from gateway.auth import NOBODY, PUBLIC, RIGHTS, Caller, authorise, caller_by_login, identify
from gateway.costs import BAD_KEY, COSTS, READ
from gateway.decode import decode, decode_part
from gateway.desk import Call, Desk, Sitting
from gateway.errors import WIRE, Refusal, new_request_id, refusal_of
from gateway.logs import REQUEST, note_op
from gateway.metrics.counts import FAILED, OK, REFUSED, UNMATCHED, now_ns
from gateway.settings import Settings
from gateway.throttle import Allowance
from gateway.wire import maybe_instant
from gateway.ws.channels import ACCOUNT, read_channels, shutting_down
from gateway.ws.endings import BROKEN, GONE_AWAY, POLICY, Ending
from gateway.ws.listening import Listening
from gateway.ws.newsroom import Newsroom
from gateway.ws.ops import OPS
from gateway.ws.outbox import Outbox
from gateway.ws.socket import Socket

_encode: Final = msgspec.json.Encoder().encode
_PAUSE_MAX_MS: Final = 50
_READS: Final = frozenset(op for op in OPS if (cost := COSTS[op]) is not None and cost.bucket == READ)
AT_ONCE_S: Final = 0.3  # for a peer to say goodbye whose key has ended; with the sweep before it less than a second


class _Named(Struct):
    """The one thing that is looked for in a frame that is otherwise wrong."""

    id: schema.RequestId | None = None


class Session:
    """Use as `await Session(...).serve()`, then `left()`; `say_goodbye()` ends it from outside.

    Refusal when the caller's account has as many as it may.
    """

    def __init__(self, desk: Desk, settings: Settings, newsroom: Newsroom, socket: Socket, caller: Caller) -> None:
        self._desk = desk
        self._settings = settings
        self._socket = socket
        self.sitting = Sitting(f"s-{secrets.token_hex(8)}")
        self._since_s = desk.market.clock_s
        self._note_heard()
        self._caller = NOBODY
        self._is_now(caller)
        self._outbox = Outbox(socket, settings.outbox_max_bytes, desk.counts)
        self._listening = Listening(desk.market, newsroom, self._outbox, self._end)
        self._room = asyncio.Semaphore(settings.in_flight_max)
        self._calls: set[asyncio.Task[None]] = set()
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._leaving = False
        self._bad_in_a_row = 0
        self._limited_in_a_row = 0

    async def serve(self) -> None:
        """Until the socket is closed, by whichever side."""
        writer = asyncio.create_task(self._outbox.write(), name="outbox")
        reader = asyncio.create_task(self._read(), name="reader")
        try:
            first: list[asyncio.Future[Any]] = [reader, self._ending]
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            reader.cancel()
            await asyncio.wait([reader])
            if self._ending.done():
                await self._finish(self._ending.result())
        finally:
            self._listening.close_all()
            reader.cancel()
            writer.cancel()
            await asyncio.wait([reader, writer, *self._calls])
            self._socket.linger(self._settings.close_patience_s)
            self._over.set()

    def left(self) -> None:
        """The socket is gone."""
        self._is_now(NOBODY)

    def shown(self) -> SessionOut:
        """What operators see of it."""
        reads = self._desk.market.reads
        return SessionOut(
            session_id=self.sitting.session_id,
            account_id=self._caller.account_id or None,
            key_id=self._caller.key_id or None,
            address=self._socket.remote,
            since=format_instant(self._since_s),
            heard_at=format_instant(self._heard_s),
            silent_s=int(monotonic() - self._heard),
            in_flight=len(self._calls),
            outbox_bytes=self._outbox.held_bytes,
            channels=self._listening.names,
            cancel_on_disconnect=self.sitting.session_id in reads.armed(),
            dead_man_until=maybe_instant(reads.dead_man_until_s(self._caller.account_id)),
        )

    def check_key(self) -> None:
        """End the session if whoever is logged in may not be any more."""
        if self._caller is NOBODY:
            return
        try:
            self._identify_again()
        except Refusal as refusal:
            self._end(Ending(POLICY, refusal.code, at_once=True))
        except Exception as error:  # a defect of ours, which must not keep anybody in
            self._end(Ending(BROKEN, refusal_of(error, new_request_id()).code, at_once=True))

    async def say_goodbye(self) -> None:
        """Announce the end, finish what is under way, close: within three times the settings' patience."""
        self._leaving = True
        self._listening.close_all()
        try:
            async with asyncio.timeout(self._settings.close_patience_s):
                await self._outbox.put(shutting_down(self._desk.market))
                if self._calls:
                    await asyncio.wait(self._calls)
        except TimeoutError:
            pass  # the peer does not read, so nobody would see the rest
        self._end(Ending(GONE_AWAY, "shutting down"))
        await self._over.wait()

    def _note_heard(self) -> None:
        """Something has come just now, by the market's clock and by one that no market turns."""
        self._heard_s, self._heard = self._desk.market.clock_s, monotonic()

    # ------------------------------------------------------------------------------------------------- requests

    async def _read(self) -> None:
        async for message in self._socket:
            self._note_heard()
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                await self._hear(message.type, message.data)

    async def _hear(self, kind: WSMsgType, data: bytes) -> None:
        """Take one frame; whatever is wrong with it is answered here."""
        request_id: schema.RequestId | None = None
        counts, began_ns, name = self._desk.counts, now_ns(), UNMATCHED
        REQUEST.set((self.sitting.session_id, ""))
        counts.frames_in += 1
        counts.bytes_in += len(data)
        try:
            frame = self._unpacked(kind, data)
            name = frame.op
            REQUEST.set((self.sitting.session_id, frame.id))
            request_id = frame.id
            if self._leaving:
                raise Refusal("shutting_down")
            allowance = self._admit(frame.op)
            if frame.op in OWN_OPS:
                takes, own = OWN_OPS[frame.op]
                await own(self, frame.id, decode_part(bytes(frame.params), takes))
                self._bad_in_a_row = self._limited_in_a_row = 0
                self._note_done(name, began_ns)
                return
            params = decode_part(bytes(frame.params), OPS[name].takes)
            if allowance is not None:
                allowance.take_extra(params)
            call = Call(self._desk, self._caller, params, sitting=self.sitting, allowance=allowance)
        except Exception as error:
            await self._refuse(request_id if request_id is not None else _id_within(data), error, name, began_ns)
            if self._limited_in_a_row:  # who goes on regardless is read more and more slowly
                await asyncio.sleep(min(self._limited_in_a_row, _PAUSE_MAX_MS) / 1000)
            return
        await self._outbox.relief()
        await self._room.acquire()
        task = asyncio.create_task(self._carry_out(frame.id, name, call, began_ns), name=name)
        self._calls.add(task)
        task.add_done_callback(self._carried_out)

    def _unpacked(self, kind: WSMsgType, data: bytes) -> schema.Frame:
        try:
            if kind is WSMsgType.BINARY:
                raise Refusal("binary_frame")
            frame = decode(data, schema.Frame, within="params")
            if frame.op not in OWN_OPS and frame.op not in OPS:
                raise Refusal("unknown_op", "op", f"There is no op {frame.op}.")
        except Refusal:
            self._desk.gate.blame(self._socket.remote)
            raise
        return frame

    def _admit(self, name: str) -> Allowance | None:
        """Look the key up again, charge for an op or channel, and look up the right to it. Refuses."""
        if RIGHTS[name] != PUBLIC and self._caller is not NOBODY:
            self._caller = self._identify_again()
        allowance = self._desk.gate.allowance(self._caller, self._socket.remote, name)
        self._desk.gate.admit(allowance)
        authorise(self._desk.market, self._caller, name)
        return allowance

    def _identify_again(self) -> Caller:
        """Whoever is logged in, as their key says now. Refuses."""
        market = self._desk.market
        return identify(market, market.reads.key_by_id(self._caller.key_id), self._socket.remote)

    def _is_now(self, caller: Caller) -> None:
        """Somebody is logged in, or nobody any more. Refuses when the account has as many sockets as it may."""
        before, after = self._caller.account_id, caller.account_id
        if before != after:
            if after:
                self._desk.gate.enter(after)
            if before:
                self._desk.gate.leave(before)
        self._caller = caller

    async def _carry_out(self, request_id: schema.RequestId, name: str, call: Call[Any], began_ns: int) -> None:
        if name in _READS and not await self._outbox.room():
            return  # an answer is only made once it can be put: a peer that does not read gets none to keep
        try:
            answer = await OPS[name].call(call)
        except Exception as error:
            await self._refuse(request_id, error, name, began_ns)
            return
        self._bad_in_a_row = self._limited_in_a_row = 0
        seq = 0
        if isinstance(answer, answers.Answer):
            seq, answer = answer.seq, msgspec.structs.replace(answer, seq=0)
        self._note_done(name, began_ns)
        await self._reply(request_id, answer, seq)

    def _note_done(self, op: str, began_ns: int) -> None:
        took_ns = now_ns() - began_ns
        self._desk.counts.op(op).note(OK, took_ns)
        note_op(op, "", took_ns)

    def _carried_out(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._room.release()

    async def _reply(self, request_id: schema.RequestId, result: Struct, seq: int = 0) -> None:
        await self._outbox.put(
            _encode(answers.Reply(id=request_id, ok=True, seq=seq, result=msgspec.Raw(_encode(result))))
        )

    async def _refuse(self, request_id: schema.RequestId | None, error: Exception, op: str, began_ns: int) -> None:
        reference, counts = new_request_id(), self._desk.counts
        refusal = refusal_of(error, reference)
        counts.refusals[refusal.code] += 1
        took_ns = now_ns() - began_ns
        counts.op(op).note(FAILED if refusal.entry.status >= 500 else REFUSED, took_ns)
        note_op(op, refusal.code, took_ns)
        await self._outbox.put(_encode(answers.Reply(id=request_id, ok=False, error=refusal.problem(reference))))
        if refusal.entry.status >= 500:
            return  # not the client's doing
        if refusal.code == "rate_limited":
            self._limited_in_a_row += 1
            if self._limited_in_a_row >= self._settings.rate_limited_max:
                self._end(Ending(POLICY, "too many requests in a row that were too many"))
            return
        self._bad_in_a_row = self._bad_in_a_row + 1 if refusal.code in WIRE else 0
        if self._bad_in_a_row >= self._settings.bad_frames_max:
            self._end(Ending(POLICY, "too many bad frames in a row"))

    # ------------------------------------------------------------------------------------------------- own ops

    async def _login(self, request_id: schema.RequestId, params: schema.LoginParams) -> None:
        try:
            caller = caller_by_login(self._desk.market, self._desk.nonces, params, self._socket.remote)
        except Refusal:
            self._desk.gate.blame(self._socket.remote, BAD_KEY)
            raise
        if self._caller is not NOBODY and self._caller.key_id != caller.key_id:
            raise Refusal("already_logged_in", "key", "Log out first.")
        self._is_now(caller)
        result = answers.LoggedIn(account_id=caller.account_id, key_id=caller.key_id, scopes=caller.scopes)
        await self._reply(request_id, result)

    async def _logout(self, request_id: schema.RequestId, _: schema.NoParams) -> None:
        """Whoever says so is not cut off: once all that was asked before has been done, nothing comes of the end.

        A key that has been revoked meanwhile cannot say so any more: the session ends as one that is cut off.
        """
        if self._calls:
            await asyncio.wait(self._calls)
        if self._caller is not NOBODY:
            self._caller = self._identify_again()
        if self.sitting.may_be_armed and self._caller is not NOBODY:
            account_id, session_id = self._caller.account_id, self.sitting.session_id
            await self._desk.carry_out(ArmSession(account_id=account_id, session_id=session_id, armed=False))
        self._listening.close_account()
        self._is_now(NOBODY)
        await self._reply(request_id, answers.LoggedOut())

    async def _ping(self, request_id: schema.RequestId, _: schema.NoParams) -> None:
        await self._reply(request_id, answers.Pong(now=format_instant(self._desk.market.clock_s)))

    async def _subscribe(self, request_id: schema.RequestId, params: schema.SubscribeParams) -> None:
        market, listening = self._desk.market, self._listening
        channels = read_channels(params.channels, market.reads)
        for channel in channels:
            self._admit(f"channel {channel.kind}")
        account = any(channel.kind == ACCOUNT for channel in channels)
        if params.from_seq is not None and not account:
            raise Refusal(Code.BAD_VALUE.wire, "from_seq", "Only the channel account can be resumed.")
        names = tuple(dict.fromkeys((*listening.names, *(channel.name for channel in channels))))
        if len(names) > self._settings.channels_max:
            raise Refusal("too_many_channels", "channels", f"At most {self._settings.channels_max} at a time.")
        news = None
        if account and (ACCOUNT not in listening.names or params.from_seq is not None):
            news = listening.account_news(self._caller, params.from_seq)
        try:
            await self._reply(request_id, answers.Subscribed(channels=names, seq=market.reads.seq))
        except asyncio.CancelledError:
            if news is not None:
                news.close()
            raise
        if news is not None:
            listening.open_account(self._caller, self._socket.remote, news)
        for channel in channels:
            if channel.kind != ACCOUNT:
                listening.open(channel)

    async def _unsubscribe(self, request_id: schema.RequestId, params: schema.UnsubscribeParams) -> None:
        for channel in read_channels(params.channels, self._desk.market.reads):
            self._listening.close(channel)
        seq = self._desk.market.reads.seq
        await self._reply(request_id, answers.Subscribed(channels=self._listening.names, seq=seq))

    # --------------------------------------------------------------------------------------------------- endings

    def _end(self, ending: Ending) -> None:
        """Let `serve` close the socket; of several reasons the first is given."""
        if not self._ending.done():
            self._ending.set_result(ending)
        if ending.at_once:
            self._listening.close_all()
            self._outbox.drop()

    async def _finish(self, ending: Ending) -> None:
        """Send what waits, unless it ends at once, then close; a peer that does not take it in time is cut off."""
        patience_s = self._settings.close_patience_s
        if self._outbox.dropped:
            patience_s = min(AT_ONCE_S, patience_s)
        else:
            try:
                async with asyncio.timeout(patience_s):
                    await self._outbox.flushed()
            except TimeoutError:
                pass
        try:
            async with asyncio.timeout(patience_s):
                await self._socket.close(ending.code, ending.reason)
        except TimeoutError:
            self._socket.abort()


OWN_OPS: Final[dict[str, tuple[type[Struct], Callable[[Session, Any, Any], Awaitable[None]]]]] = {
    "login": (schema.LoginParams, Session._login),
    "logout": (schema.NoParams, Session._logout),
    "ping": (schema.NoParams, Session._ping),
    "subscribe": (schema.SubscribeParams, Session._subscribe),
    "unsubscribe": (schema.UnsubscribeParams, Session._unsubscribe),
}


def _id_within(data: bytes) -> schema.RequestId | None:
    """The id of a frame that is otherwise wrong, when one can be read."""
    try:
        return decode_part(data, _Named).id
    except Refusal:
        return None
