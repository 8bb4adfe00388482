"""What everybody may follow, live: books, trades and the market's state. One look after each batch, for all who listen.

A topic exists while somebody listens. Its news name the news before them. Who does not read fast enough loses what is
queued: where there is a whole to be told it is told that instead, else iterating ends with FellBehind.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final, Generic, TypeVar

from exchange.language.news import BookNews, StatusNews, TradesNews
from exchange.language.port import FellBehind
from exchange.language.units import Seconds
from exchange.projections.views import Views

QUEUE_MAX: Final = 256  # news of one topic that wait for one reader
BEST: Final = 10  # levels that are told as a book's best
ALL: Final = 1 << 62

N = TypeVar("N", bound=BookNews | TradesNews | StatusNews)


class Topic(ABC, Generic[N]):
    """One thing to follow, and who does. `seq` is that of its latest news."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self.seq = views.seq
        self.listeners: dict[TopicSubscription[N], None] = {}

    @abstractmethod
    def look(self) -> N | None:
        """What has changed since the last look, if anything."""

    @abstractmethod
    def whole(self) -> N | None:
        """How it stands at the latest news, if that can be told at once."""

    def end(self) -> None:
        """Nobody listens any more."""

    def tell(self) -> None:
        """Look, and tell all who listen."""
        news = self.look()
        if news is not None:
            self.seq = news.seq
            for listener in self.listeners:
                listener.push(news)


class TopicSubscription(Generic[N]):
    """One reader of a topic."""

    def __init__(
        self, topic: Topic[N], forget: Callable[["TopicSubscription[N]"], None], overflowed: Callable[[], None]
    ) -> None:
        self._topic = topic
        self._forget = forget
        self._overflowed = overflowed
        self._queue: deque[N] = deque()
        self._lost = False
        first = topic.whole()
        if first is not None:
            self._queue.append(first)
        self._changed = asyncio.Event()
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[N]:
        while True:
            if self._lost:
                self._lost = False
                whole = self._topic.whole()
                if whole is None:
                    raise FellBehind(f"more than {QUEUE_MAX} news were not read")
                yield whole
            elif self._queue:
                yield self._queue.popleft()
            elif self._closed:
                return
            else:
                self._changed.clear()
                await self._changed.wait()

    def close(self) -> None:
        """Hear no more; what is queued can still be read."""
        if not self._closed:
            self._closed = True
            self._forget(self)
            self._changed.set()

    def push(self, news: N) -> None:
        """Queue news; with no room for them, what is queued is lost, too."""
        if len(self._queue) >= QUEUE_MAX:
            self._lost = True
            self._queue.clear()
            self._overflowed()
        elif not self._lost:
            self._queue.append(news)
        self._changed.set()


class BookTopic(Topic[BookNews]):
    """One book."""

    def __init__(self, views: Views, region: str, chip: str, tenor_s: Seconds) -> None:
        super().__init__(views)
        self._book = region, chip, tenor_s
        views.watch_book(*self._book)

    def look(self) -> BookNews | None:
        asks, bids = self.views.book_changes(*self._book)
        if not asks and not bids:
            return None
        best = self.views.book(*self._book, depth=BEST)
        region, chip, tenor_s = self._book
        return BookNews(
            region=region,
            chip=chip,
            tenor_s=tenor_s,
            seq=self.views.seq,
            prev_seq=self.seq,
            at_s=self.views.now_s,
            whole=False,
            asks=asks,
            bids=bids,
            best_asks=best.asks,
            best_bids=best.bids,
        )

    def whole(self) -> BookNews:
        region, chip, tenor_s = self._book
        book = self.views.book(region, chip, tenor_s, ALL)
        return BookNews(
            region=region,
            chip=chip,
            tenor_s=tenor_s,
            seq=self.seq,
            prev_seq=0,
            at_s=self.views.now_s,
            whole=True,
            asks=book.asks,
            bids=book.bids,
            best_asks=book.asks[:BEST],
            best_bids=book.bids[:BEST],
        )

    def end(self) -> None:
        self.views.unwatch_book(*self._book)


class TradesTopic(Topic[TradesNews]):
    """The trades of one market. The first news name the trade before them, too, though nobody was told of it then."""

    def __init__(self, views: Views, region: str, chip: str) -> None:
        super().__init__(views)
        self._market = region, chip
        latest = views.trades(region, chip, None, 1)
        self.seq = latest[0].seq if latest else 0

    def look(self) -> TradesNews | None:
        trades = self.views.trades_after(*self._market, self.seq)
        if not trades:
            return None
        region, chip = self._market
        return TradesNews(
            region=region,
            chip=chip,
            seq=trades[-1].seq,
            prev_seq=self.seq,
            at_s=self.views.now_s,
            trades=tuple(trades),
        )

    def whole(self) -> None:
        return None


class StatusTopic(Topic[StatusNews]):
    """What operators have set."""

    def __init__(self, views: Views) -> None:
        super().__init__(views)
        self._brakes = tuple(views.brakes())

    def look(self) -> StatusNews | None:
        brakes = tuple(self.views.brakes())
        if brakes == self._brakes:
            return None
        self._brakes = brakes
        return StatusNews(seq=self.views.seq, prev_seq=self.seq, at_s=self.views.now_s, brakes=brakes)

    def whole(self) -> StatusNews:
        return StatusNews(seq=self.seq, prev_seq=0, at_s=self.views.now_s, brakes=self._brakes)
