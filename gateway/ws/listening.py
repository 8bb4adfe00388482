"""What one session listens to: its account, followed by a task of its own, and public channels out of the newsroom.

An account's news wait for the socket and are never left out in the middle: a socket that does not take them falls
behind, and is closed. The key is looked up again before each, so that one which was revoked hears no more.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from exchange.language.journal import JournalError
from exchange.language.port import CannotResume, FellBehind, Market, Subscription
from exchange.language.rejects import Code
from exchange.language.statements import Told
from gateway.auth import Caller, identify
from gateway.errors import Refusal, new_request_id, refusal_of
from gateway.ws.channels import ACCOUNT, Channel, account_frames
from gateway.ws.endings import BROKEN, POLICY, RESTARTING, TRY_AGAIN, Ending
from gateway.ws.newsroom import Listener, Newsroom
from gateway.ws.outbox import Outbox


class Listening:
    """The channels that one socket has open; `ended` is told how to close the socket when one of them ends."""

    def __init__(self, market: Market, newsroom: Newsroom, outbox: Outbox, ended: Callable[[Ending], None]) -> None:
        self._market = market
        self._newsroom = newsroom
        self._outbox = outbox
        self._ended = ended
        self._public: dict[str, Listener] = {}
        self._account: asyncio.Task[None] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The open channels."""
        return (*((ACCOUNT,) if self._account is not None else ()), *self._public)

    def account_news(self, caller: Caller, from_seq: int | None) -> Subscription[Told]:
        """A caller's news, to be given to `open_account`. Refuses a place that there is no resuming from."""
        try:
            return self._market.subscribe(caller.account_id, from_seq)
        except CannotResume as error:
            raise Refusal(Code.BAD_VALUE.wire, "from_seq", f"No resuming from there: {error}.") from None

    def open_account(self, caller: Caller, address: str | None, news: Subscription[Told]) -> None:
        """Push an account's news, in place of what was followed before."""
        self.close_account()
        self._account = asyncio.create_task(self._follow(caller, address, news), name="account channel")
        self._account.add_done_callback(lambda _: news.close())

    def open(self, channel: Channel) -> None:
        """Push a public channel's news, if it is not open already."""
        if channel.name not in self._public:
            self._public[channel.name] = self._newsroom.open(channel, self._outbox, self._ended)

    def close(self, channel: Channel) -> None:
        """Push no more of a channel."""
        if channel.name == ACCOUNT:
            self.close_account()
        elif (listener := self._public.pop(channel.name, None)) is not None:
            listener.close()

    def close_account(self) -> None:
        if self._account is not None:
            self._account.cancel()
            self._account = None

    def close_all(self) -> None:
        self.close_account()
        for listener in self._public.values():
            listener.close()
        self._public.clear()

    async def _follow(self, caller: Caller, address: str | None, news: Subscription[Told]) -> None:
        try:
            ending = await self._push(caller, address, news)
        except Exception as error:
            ending = Ending(BROKEN, refusal_of(error, new_request_id()).code)
        self._ended(ending)

    async def _push(self, caller: Caller, address: str | None, news: Subscription[Told]) -> Ending:
        reader: Any = aiter(news)
        try:
            async with aclosing(reader):
                async for told in reader:
                    identify(self._market, self._market.reads.key_by_id(caller.key_id), address)
                    for frame in account_frames(told):
                        await self._outbox.put(frame)
        except (FellBehind, JournalError):  # old news come from the database
            return Ending(TRY_AGAIN, "fell behind; connect again and resume")
        except Refusal as refusal:
            return Ending(POLICY, refusal.code, at_once=True)
        return Ending(RESTARTING, "the market has stopped")
