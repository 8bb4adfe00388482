"""Telling accounts what happens to them, live: a bounded queue for each subscriber, and no waiting for anyone.

Whoever does not read falls behind, is let go, and hears so. Order within a queue is the order of the journal.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable

from exchange.language.port import FellBehind
from exchange.language.views import Notice

QUEUE_MAX = 8_192


class FeedSubscription:
    """One account's notices from now on."""

    def __init__(self, feed: "Feed", account_id: str, queue_max: int) -> None:
        self._feed = feed
        self._account_id = account_id
        self._queue: deque[Notice] = deque()
        self._queue_max = queue_max
        self._changed = asyncio.Event()
        self._behind = False
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[Notice]:
        while True:
            if self._behind:
                raise FellBehind(f"more than {self._queue_max} notices were not read")
            if self._queue:
                yield self._queue.popleft()
            elif self._closed:
                return
            else:
                self._changed.clear()
                await self._changed.wait()

    def close(self) -> None:
        """Hear no more; what is queued can still be read."""
        self._closed = True
        self._feed.forget(self._account_id, self)
        self._changed.set()

    def push(self, notice: Notice) -> None:
        """Queue a notice, or note that there is no room."""
        if len(self._queue) >= self._queue_max:
            self._behind = True
            self._feed.forget(self._account_id, self)
        else:
            self._queue.append(notice)
        self._changed.set()


class Feed:
    """Who listens to which account."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[FeedSubscription]] = {}

    def subscribe(self, account_id: str, queue_max: int = QUEUE_MAX) -> FeedSubscription:
        """Listen to an account from now on."""
        subscription = FeedSubscription(self, account_id, queue_max)
        self._listeners.setdefault(account_id, []).append(subscription)
        return subscription

    def forget(self, account_id: str, subscription: FeedSubscription) -> None:
        """Somebody listens no more."""
        listeners = self._listeners.get(account_id, [])
        if subscription in listeners:
            listeners.remove(subscription)
        if not listeners:
            self._listeners.pop(account_id, None)

    def tell(self, notices: Iterable[Notice]) -> None:
        """Give each notice to all who listen to its account."""
        for notice in notices:
            for subscription in tuple(self._listeners.get(notice.account_id, ())):
                subscription.push(notice)

    def close(self) -> None:
        """Nothing more will happen."""
        for listeners in list(self._listeners.values()):
            for subscription in tuple(listeners):
                subscription.close()
