"""Depth: what rests, by region, chip, tenor and price.

An ask counts in every tenor for which it could lease chips in one piece, with as many as that; a bid counts in the
tenors of its alternatives that can still start. Orders are only noted, and counted when somebody looks: those that have
changed, and asks for which an hour has come at which time alone makes their widest piece of some tenor narrower. So a
look costs what has happened since the last one, and that is bounded: when much is noted, the oldest of it is counted
unasked, little by little. A book that is watched remembers which of its levels have changed since it was last asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import NamedTuple, TypeVar

from sortedcontainers import SortedDict

from exchange.language.events import RESTING
from exchange.language.units import Micros, Milli, Seconds
from exchange.language.views import AskView, BidView, Level
from exchange.language.windows import last_start, most_chips, tenor_of

N = TypeVar("N")

NOTED_MAX = 1_024  # changed orders that wait to be counted: to whoever looks about 20 ms
SOME = 8  # are counted unasked when it is more: commands wait for that
NONE = (0, 0)  # chips and orders where there is no level


class Levels:
    """Chips and orders by price, kept by adding and taking away."""

    __slots__ = ("_before", "_by_price")

    def __init__(self) -> None:
        self._by_price: SortedDict[Micros, tuple[Milli, int]] = SortedDict()
        self._before: dict[Micros, tuple[Milli, int]] | None = None  # of changed levels, while watched

    def add(self, price_micros: Micros, chips_milli: Milli, orders: int) -> None:
        """Add to a price, or take away with negative numbers."""
        before = self._by_price.get(price_micros, NONE)
        if self._before is not None:
            self._before.setdefault(price_micros, before)
        chips, count = before[0] + chips_milli, before[1] + orders
        assert chips >= 0
        assert count >= 0
        if count:
            self._by_price[price_micros] = (chips, count)
        else:
            assert chips == 0
            del self._by_price[price_micros]

    def resume(self, levels: Iterable[Level]) -> None:
        """Take all at once where there were none."""
        assert not self._by_price
        self._by_price.update((level.price_micros, (level.chips_milli, level.orders)) for level in levels)

    def watch(self, watched: bool) -> None:
        """Begin or end to remember what changes."""
        self._before = {} if watched else None

    def changes(self) -> tuple[Level, ...]:
        """Levels that are not as they were at the last call, as they are now."""
        assert self._before is not None
        before, self._before = self._before, {}
        now = self._by_price
        return tuple(
            Level(price_micros=price, chips_milli=now.get(price, NONE)[0], orders=now.get(price, NONE)[1])
            for price, was in before.items()
            if now.get(price, NONE) != was
        )

    def top(self, depth: int, highest_first: bool) -> tuple[Level, ...]:
        """The best prices."""
        prices = reversed(self._by_price) if highest_first else iter(self._by_price)
        found = []
        for price, _ in zip(prices, range(depth), strict=False):
            chips, orders = self._by_price[price]
            found.append(Level(price_micros=price, chips_milli=chips, orders=orders))
        return tuple(found)


class Counted(NamedTuple):
    """What an ask counts for, and the instant after which time alone has made that stale."""

    price_micros: Micros
    hosts: dict[Seconds, Milli]  # tenor -> chips
    good_until_s: Seconds


class MarketDepth:
    """The levels of one region and chip."""

    __slots__ = ("asks", "bids", "changed", "counted", "resting", "shrinking")

    def __init__(self, tenors_s: Sequence[Seconds]) -> None:
        self.asks = {tenor_s: Levels() for tenor_s in tenors_s}
        self.bids = {tenor_s: Levels() for tenor_s in tenors_s}
        self.resting: dict[int, AskView] = {}
        self.changed: dict[int, None] = {}  # asks to be counted again
        self.counted: dict[int, Counted] = {}
        self.shrinking: list[tuple[Seconds, int]] = []  # when time alone makes an ask's count stale; a heap


class Depth:
    """The depth of every market."""

    def __init__(self) -> None:
        self.tenors_s: tuple[Seconds, ...] = ()
        self._markets: dict[tuple[str, str], MarketDepth] = {}
        self._watched: dict[tuple[str, str], dict[Seconds, None]] = {}
        self._changed: dict[int, BidView] = {}  # bids to be counted again
        self._counted: dict[int, BidView] = {}  # bids that rest, as they count

    @property
    def markets(self) -> dict[tuple[str, str], MarketDepth]:
        """Where anything has ever rested; the bids are counted."""
        self._count_bids()
        return self._markets

    def bid(self, bid: BidView) -> None:
        """A bid stands elsewhere."""
        if bid.bid_id not in self._changed and bid.bid_id not in self._counted and bid.state == RESTING:
            for index in bid.open_alternatives:
                self.market(bid.alternatives[index].region, bid.alternatives[index].chip)
        self._changed[bid.bid_id] = bid
        if len(self._changed) > NOTED_MAX:
            self._count_bids(SOME)

    def ask(self, ask: AskView, next_step_s: Seconds) -> None:
        """An ask stands elsewhere."""
        market = self.market(ask.region, ask.chip)
        market.changed[ask.ask_id] = None
        if ask.state == RESTING:
            market.resting[ask.ask_id] = ask
        else:
            market.resting.pop(ask.ask_id, None)
        if len(market.changed) > NOTED_MAX:
            self._count(market, next_step_s, SOME)

    def top(
        self, region: str, chip: str, tenor_s: Seconds, depth: int, next_step_s: Seconds
    ) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
        """The best asks and the best bids of a tenor."""
        market = self.markets.get((region, chip))
        if market is None:
            return (), ()
        self._count(market, next_step_s)
        return market.asks[tenor_s].top(depth, False), market.bids[tenor_s].top(depth, True)

    def watch(self, region: str, chip: str, tenor_s: Seconds, next_step_s: Seconds) -> None:
        """Remember from here on what changes in a book."""
        assert tenor_s in self.tenors_s
        self._watched.setdefault((region, chip), {})[tenor_s] = None
        if (market := self.markets.get((region, chip))) is not None:
            self._count(market, next_step_s)
            market.asks[tenor_s].watch(True)
            market.bids[tenor_s].watch(True)

    def unwatch(self, region: str, chip: str, tenor_s: Seconds) -> None:
        """Remember no more."""
        del self._watched[region, chip][tenor_s]
        if (market := self.markets.get((region, chip))) is not None:
            market.asks[tenor_s].watch(False)
            market.bids[tenor_s].watch(False)

    def changes(
        self, region: str, chip: str, tenor_s: Seconds, next_step_s: Seconds
    ) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
        """The asks' and bids' levels of a watched book that have changed since the last call."""
        market = self.markets.get((region, chip))
        if market is None:
            return (), ()
        self._count(market, next_step_s)
        return market.asks[tenor_s].changes(), market.bids[tenor_s].changes()

    def counts(self, next_step_s: Seconds) -> Iterator[tuple[int, Counted]]:
        """What every ask counts for now, by its number, so that it need not be counted again."""
        for market in self.markets.values():
            self._count(market, next_step_s)
            yield from sorted(market.counted.items())

    def resume(self, bids: Iterable[BidView], asks: Iterable[AskView], counts: Iterable[tuple[int, Counted]]) -> None:
        """Take back all orders that rest, with the asks' counts; the levels themselves are the caller's to bring."""
        self._counted = {bid.bid_id: bid for bid in bids}
        homes: dict[int, MarketDepth] = {}
        for ask in asks:
            home = homes[ask.ask_id] = self.market(ask.region, ask.chip)
            home.resting[ask.ask_id] = ask
        for ask_id, counted in counts:
            home = homes[ask_id]
            home.counted[ask_id] = counted
            home.shrinking.append((counted.good_until_s, ask_id))
        for market in self._markets.values():
            heapify(market.shrinking)

    def market(self, region: str, chip: str) -> MarketDepth:
        """The levels of a market, which is new if need be."""
        found = self._markets.get((region, chip))
        if found is None:
            found = self._markets[region, chip] = MarketDepth(self.tenors_s)
            for tenor_s in self._watched.get((region, chip), ()):
                found.asks[tenor_s].watch(True)
                found.bids[tenor_s].watch(True)
        return found

    def _count_bids(self, most: int | None = None) -> None:
        for bid_id, bid in _oldest(self._changed, most):
            before = self._counted.pop(bid_id, None)
            if before is not None:
                self._add(before, -1)
            if bid.state == RESTING:
                self._counted[bid_id] = bid
                self._add(bid, 1)

    def _add(self, bid: BidView, sign: int) -> None:
        for index in bid.open_alternatives:
            wish = bid.alternatives[index]
            levels = self.market(wish.region, wish.chip).bids[tenor_of(wish.duration_s, self.tenors_s)]
            levels.add(wish.price_micros, sign * (wish.quantity_milli or bid.leaves_milli), sign)

    def _count(self, market: MarketDepth, next_step_s: Seconds, most: int | None = None) -> None:
        while market.shrinking and market.shrinking[0][0] < next_step_s:
            market.changed[heappop(market.shrinking)[1]] = None
        for ask_id, _ in _oldest(market.changed, most):
            before = market.counted.pop(ask_id, None)
            if before is not None:
                for tenor_s, chips in before.hosts.items():
                    market.asks[tenor_s].add(before.price_micros, -chips, -1)
            ask = market.resting.get(ask_id)
            if ask is None:
                continue
            hosts, good_until_s = self._hosts(ask, next_step_s)
            if not hosts:
                continue
            heappush(market.shrinking, (good_until_s, ask_id))
            market.counted[ask_id] = Counted(ask.price_micros, hosts, good_until_s)
            for tenor_s, chips in hosts.items():
                market.asks[tenor_s].add(ask.price_micros, chips, 1)

    def _hosts(self, ask: AskView, next_step_s: Seconds) -> tuple[dict[Seconds, Milli], Seconds]:
        """The chips that an ask could lease for each tenor, where there are any, and until when that stays so."""
        hosts: dict[Seconds, Milli] = {}
        good_until_s = ask.end_s
        if len(ask.free) == 1:  # as most have it: no need to look for the widest piece
            ((start_s, end_s, free_milli),) = ask.free
            chips, most_s = free_milli // ask.lot_milli * ask.lot_milli, end_s - max(start_s, next_step_s)
            if chips:
                hosts = {tenor_s: chips for tenor_s in self.tenors_s if ask.min_duration_s <= tenor_s <= most_s}
            return hosts, end_s - max(hosts, default=0)
        for tenor_s in self.tenors_s:
            if tenor_s < ask.min_duration_s:
                continue
            chips = most_chips(ask.free, tenor_s, next_step_s) // ask.lot_milli * ask.lot_milli
            if not chips:
                break  # nor for any longer tenor
            hosts[tenor_s] = chips
            last_s = last_start(ask.free, tenor_s, chips)
            assert last_s is not None
            good_until_s = min(good_until_s, last_s)
        return hosts, good_until_s


def _oldest(noted: dict[int, N], most: int | None) -> list[tuple[int, N]]:
    """Take so many that were noted first, or all."""
    some = list(islice(noted.items(), most))
    if most is None:
        noted.clear()
    else:
        for number, _ in some:
            del noted[number]
    return some
