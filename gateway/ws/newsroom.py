"""The newsroom: public channels, each followed once and written once for all the sockets that have it open.

A channel is followed while some socket has it open; the paced form of a channel is a channel of its own. A socket
whose outbox is full is passed over and not waited for: when what it had waiting has gone out, it gets a book (or the
status) whole again; of trades the next one's `prev_seq` shows that some are missing.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from exchange.language.news import BookNews, StatusNews, TradesNews
from exchange.language.port import FellBehind, Market, Subscription
from exchange.language.units import Micros
from exchange.language.views import Level
from gateway.errors import new_request_id, refusal_of
from gateway.metrics.counts import Counts
from gateway.ws.channels import Channel, book_frame, status_frame, trades_frame
from gateway.ws.endings import BROKEN, RESTARTING, TRY_AGAIN, Ending
from gateway.ws.outbox import Outbox
from gateway.ws.pacing import Pace, merged_books, merged_trades


class BookBoard:
    """A book as its news have made it, so that who comes later gets it whole at the same place in the channel."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._news: BookNews | None = None
        self._asks: dict[Micros, Level] = {}
        self._bids: dict[Micros, Level] = {}
        self._whole: bytes | None = None

    def take(self, news: BookNews) -> bytes:
        """The frame for all who have the channel open."""
        for side, levels in ((self._asks, news.asks), (self._bids, news.bids)):
            if news.whole:
                side.clear()
            for level in levels:
                if level.orders:
                    side[level.price_micros] = level
                else:
                    side.pop(level.price_micros, None)
        self._news, self._whole = news, None
        return book_frame(self._name, news)

    def whole(self) -> bytes | None:
        """The frame for who comes now, once there is one."""
        if self._news is not None and self._whole is None:
            asks = tuple(self._asks[price] for price in sorted(self._asks))
            bids = tuple(self._bids[price] for price in sorted(self._bids, reverse=True))
            self._whole = book_frame(self._name, self._news.but(prev_seq=0, whole=True, asks=asks, bids=bids))
        return self._whole


class TradesBoard:
    """Trades are told once."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def take(self, news: TradesNews) -> bytes:
        return trades_frame(self._channel.name, news, self._channel.rate_milli)

    def whole(self) -> None:
        return None


class StatusBoard:
    """What operators have set, always told whole."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._news: StatusNews | None = None

    def take(self, news: StatusNews) -> bytes:
        self._news = news
        return status_frame(self._name, news)

    def whole(self) -> bytes | None:
        return None if self._news is None else status_frame(self._name, self._news.but(prev_seq=0))


Board = BookBoard | TradesBoard | StatusBoard


class Listener:
    """A public channel that one socket has open."""

    def __init__(
        self, topic: "Topic", outbox: Outbox, ended: Callable[[Ending], None], conflated: Callable[[], None]
    ) -> None:
        self._topic = topic
        self._conflated = conflated
        self._outbox = outbox
        self._behind = False
        self.ended = ended

    def begin(self) -> None:
        """Hear how things stand, if that is known already, and what comes from now on."""
        self._topic.listeners[self] = None
        self._catch_up()

    def hear(self, frame: bytes) -> None:
        """Pass a frame on, unless the socket is behind."""
        if not self._behind and not self._outbox.offer(frame, self._catch_up):
            self._behind = True
            self._conflated()

    def close(self) -> None:
        """Hear no more."""
        self._topic.leave(self)

    def _catch_up(self) -> None:
        self._behind = False
        if self in self._topic.listeners and (frame := self._topic.board.whole()) is not None:
            self.hear(frame)


class Topic:
    """A public channel that somebody has open; a paced one has what makes one of several news."""

    def __init__(
        self, news: Subscription[Any], board: Any, merge: Callable[[Any], Any] | None, forget: Callable[[], None]
    ) -> None:
        self.board: Board = board
        self.listeners: dict[Listener, None] = {}
        self._news = news
        self._forget = forget
        self._pace = None if merge is None else Pace(self._tell, merge, self._failed_late)
        self._task = asyncio.create_task(self._follow(), name="public channel")

    def leave(self, listener: Listener) -> None:
        """Somebody has closed it."""
        self.listeners.pop(listener, None)
        if not self.listeners:
            self._close()
            self._task.cancel()

    async def _follow(self) -> None:
        take = self._tell if self._pace is None else self._pace.take
        try:
            async for news in self._news:
                take(news)
            if self._pace is not None:
                self._pace.flush()
        except FellBehind:
            self._end(Ending(TRY_AGAIN, "fell behind; connect and subscribe again"))
        except Exception as error:
            self._failed(error)
        else:
            self._end(Ending(RESTARTING, "the market has stopped"))

    def _tell(self, news: Any) -> None:
        frame = self.board.take(news)
        for listener in self.listeners:
            listener.hear(frame)

    def _failed(self, error: Exception) -> None:
        self._end(Ending(BROKEN, refusal_of(error, new_request_id()).code))

    def _failed_late(self, error: Exception) -> None:
        self._task.cancel()
        self._failed(error)

    def _end(self, ending: Ending) -> None:
        self._close()
        for listener in tuple(self.listeners):
            listener.ended(ending)

    def _close(self) -> None:
        self._forget()
        self._news.close()
        if self._pace is not None:
            self._pace.close()


class Newsroom:
    """The public channels of one server."""

    def __init__(self, market: Market, counts: Counts | None = None) -> None:
        self._market = market
        self._conflations = (counts or Counts()).conflations
        self._topics: dict[str, Topic] = {}

    def open(self, channel: Channel, outbox: Outbox, ended: Callable[[Ending], None]) -> Listener:
        """Have a socket hear a public channel; `ended` says how the socket is to be closed when the channel ends."""
        topic = self._topics.get(channel.name)
        if topic is None:
            topic = self._topics[channel.name] = self._follow(channel)
        listener = Listener(topic, outbox, ended, lambda: self._conflated(channel.kind))
        listener.begin()
        return listener

    def _conflated(self, kind: str) -> None:
        self._conflations[kind] += 1

    def _follow(self, channel: Channel) -> Topic:
        def forget() -> None:
            if self._topics.get(channel.name) is topic:
                del self._topics[channel.name]

        topic = Topic(*self._sources(channel), forget)
        return topic

    def _sources(self, channel: Channel) -> tuple[Subscription[Any], Board, Callable[[Any], Any] | None]:
        match channel.kind:
            case "book":
                news = self._market.subscribe_book(channel.region, channel.chip, channel.tenor_s)
                return news, BookBoard(channel.name), merged_books if channel.paced else None
            case "trades":
                trades = self._market.subscribe_trades(channel.region, channel.chip)
                return trades, TradesBoard(channel), merged_trades if channel.paced else None
        return self._market.subscribe_status(), StatusBoard(channel.name), None
