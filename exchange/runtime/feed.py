"""The feed: what accounts are told, from any command on and then live, and the topics that everybody may follow.

An account's news are one list, told once: a subscription is no more than a place in it. The latest of it, of all
accounts together, are in memory (the ring), everything older is in the statements; the ring lets go only of what is
written there, so between the two there is no gap, and each place lies in one of them, so nothing comes twice. Whoever
has caught up and then falls too far behind again is let go, and resumes from its place. Nobody is waited for, and a
subscription holds next to no memory of its own.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import Any, Final, TypeVar

from exchange.language.news import BookNews, StatusNews, TradesNews
from exchange.language.port import CannotResume, FellBehind
from exchange.language.statements import Statements, Told
from exchange.language.units import Seconds
from exchange.projections.views import Views
from exchange.runtime.meters import Meters
from exchange.runtime.scribe import Scribe
from exchange.runtime.topics import BookTopic, StatusTopic, Topic, TopicSubscription, TradesTopic

RING_MAX: Final = 32_768  # commands and accounts; more while the statements are behind
CHUNK: Final = 64  # commands that are taken from the ring at a time
LAG_MAX: Final = 8_192  # notices that one who had caught up may be behind

N = TypeVar("N", bound=BookNews | TradesNews | StatusNews)


class Feed:
    """Who listens to what; `tell` after each command, `look` after each batch."""

    def __init__(
        self, views: Views, scribe: Scribe, statements: Statements | None = None, meters: Meters | None = None
    ) -> None:
        self._views = views
        self._scribe = scribe
        self._statements = statements
        self._overflows = (meters or Meters()).overflows
        self._ring: deque[Told] = deque()
        self._of: dict[str, deque[Told]] = {}  # the ring by account
        self._gone_seq = dict(scribe.told_seq)  # account -> the latest that it was told of before the ring
        self._listeners: dict[str, dict[AccountSubscription, None]] = {}
        self._topics: dict[tuple[object, ...], Topic[Any]] = {}
        self._closed = False

    # ------------------------------------------------------------------------------------------------------ the market

    def tell(self, told: Iterable[Told]) -> None:
        """Keep what one command had accounts be told, and wake who listens."""
        for each in told:
            self._ring.append(each)
            self._of.setdefault(each.account_id, deque()).append(each)
            for listener in self._listeners.get(each.account_id, ()):
                listener.wake(len(each.notices))
        while len(self._ring) > RING_MAX and self._kept(self._ring[0].seq):
            gone = self._ring.popleft()
            own = self._of[gone.account_id]
            own.popleft()
            if not own:
                del self._of[gone.account_id]
            self._gone_seq[gone.account_id] = gone.seq

    def look(self) -> None:
        """Tell the topics that somebody listens to what a batch has changed."""
        for topic in self._topics.values():
            topic.tell()

    def close(self) -> None:
        """Nothing more will happen."""
        self._closed = True
        for listeners in list(self._listeners.values()):
            for listener in tuple(listeners):
                listener.close()
        for topic in list(self._topics.values()):
            for reader in tuple(topic.listeners):
                reader.close()

    @property
    def ring_size(self) -> int:
        """How much of what accounts were told is in memory."""
        return len(self._ring)

    def subscriptions(self) -> dict[str, int]:
        """How many listen, by kind of channel."""
        found = {"account": sum(map(len, self._listeners.values())), **dict.fromkeys(self._overflows, 0)}
        for (kind, *_), topic in self._topics.items():
            found[str(kind)] += len(topic.listeners)
        return found

    def _kept(self, seq: int) -> bool:
        return self._statements is None or seq <= self._scribe.written_seq

    # -------------------------------------------------------------------------------------------------------- accounts

    def subscribe(self, account_id: str, from_seq: int | None = None) -> "AccountSubscription":
        """Listen to an account. Raises CannotResume."""
        now_seq = self._views.seq
        if from_seq is None:
            from_seq = now_seq
        elif not 0 <= from_seq <= now_seq:
            raise CannotResume(f"the market stands at seq {now_seq}, and {from_seq} is not between 0 and that")
        elif self._statements is None and self.gone_seq(account_id) > from_seq:
            raise CannotResume(f"without statements nothing before seq {self.gone_seq(account_id)} is kept")
        subscription = AccountSubscription(self, account_id, from_seq)
        if self._closed:
            subscription.close()
        else:
            self._listeners.setdefault(account_id, {})[subscription] = None
        return subscription

    def forget(self, account_id: str, subscription: "AccountSubscription") -> None:
        """Somebody listens no more."""
        listeners = self._listeners.get(account_id, {})
        listeners.pop(subscription, None)
        if not listeners:
            self._listeners.pop(account_id, None)

    def gone_seq(self, account_id: str) -> int:
        """The latest that an account was told of before the ring begins; 0 when all it was ever told is there."""
        return self._gone_seq.get(account_id, 0)

    def in_ring(self, account_id: str, after_seq: int) -> list[Told]:
        """What the ring has for an account after a place that is not before it, the next CHUNK of it at most."""
        own = self._of.get(account_id)
        if own is None or own[-1].seq <= after_seq:
            return []
        first = bisect_right(own, after_seq, key=lambda told: told.seq)
        return [own[place] for place in range(first, min(first + CHUNK, len(own)))]  # one by one: a slice walks to it

    async def written(self, account_id: str, after_seq: int) -> AsyncGenerator[Told, None]:
        """What the statements have for an account after a place."""
        if self._statements is None:
            raise FellBehind("too much was not read")
        told = self._statements.told(account_id, after_seq, self._scribe.written_seq)
        try:
            async for each in told:
                yield each
        finally:
            if isinstance(told, AsyncGenerator):  # let go of what it reads by, also half-way
                await told.aclose()

    # ---------------------------------------------------------------------------------------------------------- topics

    def subscribe_book(self, region: str, chip: str, tenor_s: Seconds) -> TopicSubscription[BookNews]:
        """Follow a book, of a tenor that there is."""
        return self._join(("book", region, chip, tenor_s), lambda: BookTopic(self._views, region, chip, tenor_s))

    def subscribe_trades(self, region: str, chip: str) -> TopicSubscription[TradesNews]:
        """Follow a market's trades."""
        return self._join(("trades", region, chip), lambda: TradesTopic(self._views, region, chip))

    def subscribe_status(self) -> TopicSubscription[StatusNews]:
        """Follow what operators set."""
        return self._join(("status",), lambda: StatusTopic(self._views))

    def _join(self, key: tuple[object, ...], make: Callable[[], Topic[N]]) -> TopicSubscription[N]:
        topic: Topic[N] | None = self._topics.get(key)
        if topic is None:
            topic = self._topics[key] = make()
        subscription = TopicSubscription(
            topic, lambda reader: self._leave(key, reader), lambda: self._overflowed(str(key[0]))
        )
        topic.listeners[subscription] = None
        if self._closed:
            subscription.close()
        return subscription

    def _overflowed(self, kind: str) -> None:
        self._overflows[kind] += 1

    def _leave(self, key: tuple[object, ...], reader: TopicSubscription[Any]) -> None:
        topic = self._topics[key]
        del topic.listeners[reader]
        if not topic.listeners:
            del self._topics[key]
            topic.end()


class AccountSubscription:
    """A place in what one account is told."""

    def __init__(self, feed: Feed, account_id: str, seq: int) -> None:
        self._feed = feed
        self._account_id = account_id
        self._seq = seq
        self._changed = asyncio.Event()
        self._live = False  # whether it has caught up once
        self._behind = 0  # notices, since then
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[Told]:
        while True:
            gone = self._seq < self._feed.gone_seq(self._account_id)
            if self._behind > LAG_MAX or (gone and self._live):
                raise FellBehind(f"what came after seq {self._seq} was not read in time")
            if gone:
                before_seq = self._seq
                async with aclosing(self._feed.written(self._account_id, before_seq)) as older:
                    async for told in older:
                        self._go_on(told)
                        yield told
                assert self._seq > before_seq, "the statements do not have what the ring let go of"
            elif newer := self._feed.in_ring(self._account_id, self._seq):
                for told in newer:
                    self._go_on(told)
                    yield told
            elif self._closed:
                return
            else:
                self._live = True
                self._changed.clear()
                await self._changed.wait()

    def _go_on(self, told: Told) -> None:
        """To the next place, which must be the next."""
        assert told.prev_seq <= self._seq < told.seq, (told.account_id, told.prev_seq, self._seq, told.seq)
        self._seq = told.seq
        if self._live:
            self._behind -= len(told.notices)

    def wake(self, notices: int) -> None:
        """There is so much more."""
        if self._live:
            self._behind += notices
        self._changed.set()

    def close(self) -> None:
        """Hear no more; what was told until now can still be read."""
        self._closed = True
        self._feed.forget(self._account_id, self)
        self._changed.set()
