"""At most five frames a second: news that come faster are merged, and nothing of them is lost.

A console follows a market by two such channels, its book and its trades, and so gets ten frames a second at most.
After a quiet spell news go on at once; what comes within the next fifth of a second waits for its end and goes on as
one. So between two frames lies a fifth of a second at least, and the latest state is told within that time. What waits
has not been told to anybody: who opens the channel meanwhile gets the book as the last frame left it, and then the same
frame as all others.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Final, Generic, Protocol, TypeVar

from exchange.language.news import BookNews, TradesNews
from exchange.language.units import Micros
from exchange.language.views import Level

PAUSE_S: Final = 0.2

N = TypeVar("N")


class Alarm(Protocol):
    """A call that is to come."""

    def cancel(self) -> None: ...


class Timer(Protocol):
    """What of an event loop is needed."""

    def time(self) -> float: ...

    def call_at(self, when: float, callback: Callable[[], Any], /) -> Alarm: ...


class Pace(Generic[N]):
    """Gives news to `tell`, merged by `merge` where they come faster than it may be called.

    An error of `tell` is raised to whoever called `take` or `flush`; one of a later call is given to `failed`.
    """

    def __init__(
        self,
        tell: Callable[[N], None],
        merge: Callable[[Sequence[N]], N],
        failed: Callable[[Exception], None],
        timer: Timer | None = None,
    ) -> None:
        self._tell = tell
        self._merge = merge
        self._failed = failed
        self._timer: Timer = timer or asyncio.get_running_loop()
        self._waiting: list[N] = []
        self._due: Alarm | None = None
        self._next_s = 0.0

    def take(self, news: N) -> None:
        """Tell these news, now or when it is time."""
        self._waiting.append(news)
        if self._due is not None:
            return
        if self._timer.time() >= self._next_s:
            self.flush()
        else:
            self._due = self._timer.call_at(self._next_s, self._ring)

    def flush(self) -> None:
        """Tell what waits, whether it is time or not."""
        self.close()
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            # A timer may ring a little early, by its clock's grain; that must not add up.
            self._next_s = max(self._timer.time(), self._next_s) + PAUSE_S
            self._tell(waiting[0] if len(waiting) == 1 else self._merge(waiting))

    def close(self) -> None:
        """Tell nothing more by itself."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _ring(self) -> None:
        self._due = None
        try:
            self.flush()
        except Exception as error:
            self._failed(error)


def merged_books(news: Sequence[BookNews]) -> BookNews:
    """Consecutive news of one book as one: each level that changed, as it is in the end."""
    since = max((place for place, each in enumerate(news) if each.whole), default=0)
    first, last, rest = news[since], news[-1], news[since:]
    asks, bids = _levels(each.asks for each in rest), _levels(each.bids for each in rest)
    if first.whole:
        asks, bids = ({price: level for price, level in side.items() if level.orders} for side in (asks, bids))
    return last.but(
        prev_seq=first.prev_seq,
        whole=first.whole,
        asks=tuple(asks[price] for price in sorted(asks)),
        bids=tuple(bids[price] for price in sorted(bids, reverse=True)),
    )


def merged_trades(news: Sequence[TradesNews]) -> TradesNews:
    """Consecutive news of one market's trades as one."""
    return news[-1].but(prev_seq=news[0].prev_seq, trades=tuple(chain.from_iterable(each.trades for each in news)))


def _levels(changes: Iterable[tuple[Level, ...]]) -> dict[Micros, Level]:
    return {level.price_micros: level for levels in changes for level in levels}
