"""Depth: what rests, by region, chip, tenor and price.

An ask counts in every tenor for which it could lease chips in one piece, with as many as that; a bid counts in the
tenors of its alternatives that can still start. Bids are counted as they change. Asks are only noted, and counted when
somebody looks: those that have changed, and those for which an hour has come at which time alone makes their widest
piece of some tenor narrower. So a look costs what has happened since the last one.
"""

from collections.abc import Sequence
from heapq import heappop, heappush

from sortedcontainers import SortedDict

from exchange.language.events import RESTING
from exchange.language.units import Micros, Milli, Seconds
from exchange.language.views import AskView, BidView, Level
from exchange.language.windows import last_start, most_chips, tenor_of


class Levels:
    """Chips and orders by price, kept by adding and taking away."""

    __slots__ = ("_by_price",)

    def __init__(self) -> None:
        self._by_price: SortedDict[Micros, tuple[Milli, int]] = SortedDict()

    def add(self, price_micros: Micros, chips_milli: Milli, orders: int) -> None:
        """Add to a price, or take away with negative numbers."""
        chips, count = self._by_price.get(price_micros, (0, 0))
        chips, count = chips + chips_milli, count + orders
        assert chips >= 0
        assert count >= 0
        if count:
            self._by_price[price_micros] = (chips, count)
        else:
            assert chips == 0
            del self._by_price[price_micros]

    def top(self, depth: int, highest_first: bool) -> tuple[Level, ...]:
        """The best prices."""
        prices = reversed(self._by_price) if highest_first else iter(self._by_price)
        found = []
        for price, _ in zip(prices, range(depth), strict=False):
            chips, orders = self._by_price[price]
            found.append(Level(price_micros=price, chips_milli=chips, orders=orders))
        return tuple(found)


class MarketDepth:
    """The levels of one region and chip."""

    __slots__ = ("asks", "bids", "changed", "counted", "resting", "shrinking")

    def __init__(self, tenors_s: Sequence[Seconds]) -> None:
        self.asks = {tenor_s: Levels() for tenor_s in tenors_s}
        self.bids = {tenor_s: Levels() for tenor_s in tenors_s}
        self.resting: dict[int, AskView] = {}
        self.changed: dict[int, None] = {}  # asks to be counted again
        self.counted: dict[int, tuple[Micros, dict[Seconds, Milli]]] = {}  # ask -> its price, chips by tenor
        self.shrinking: list[tuple[Seconds, int]] = []  # when time alone makes an ask's count stale; a heap


class Depth:
    """The depth of every market."""

    def __init__(self) -> None:
        self.tenors_s: tuple[Seconds, ...] = ()
        self.markets: dict[tuple[str, str], MarketDepth] = {}

    def bid(self, old: BidView | None, new: BidView) -> None:
        """A bid stands elsewhere; `old` is None when it was not in the books."""
        for view, sign in ((old, -1), (new, 1)):
            if view is None or view.state != RESTING:
                continue
            for index in view.open_alternatives:
                wish = view.alternatives[index]
                levels = self._market(wish.region, wish.chip).bids[tenor_of(wish.duration_s, self.tenors_s)]
                levels.add(wish.price_micros, sign * (wish.quantity_milli or view.leaves_milli), sign)

    def ask(self, ask: AskView) -> None:
        """An ask stands elsewhere."""
        market = self._market(ask.region, ask.chip)
        market.changed[ask.ask_id] = None
        if ask.state == RESTING:
            market.resting[ask.ask_id] = ask
        else:
            market.resting.pop(ask.ask_id, None)

    def top(
        self, region: str, chip: str, tenor_s: Seconds, depth: int, next_step_s: Seconds
    ) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
        """The best asks and the best bids of a tenor."""
        market = self.markets.get((region, chip))
        if market is None:
            return (), ()
        self._count(market, next_step_s)
        return market.asks[tenor_s].top(depth, False), market.bids[tenor_s].top(depth, True)

    def _market(self, region: str, chip: str) -> MarketDepth:
        found = self.markets.get((region, chip))
        if found is None:
            found = self.markets[region, chip] = MarketDepth(self.tenors_s)
        return found

    def _count(self, market: MarketDepth, next_step_s: Seconds) -> None:
        stale = market.changed
        while market.shrinking and market.shrinking[0][0] < next_step_s:
            stale[heappop(market.shrinking)[1]] = None
        market.changed = {}
        for ask_id in stale:
            price, hosted = market.counted.pop(ask_id, (0, {}))
            for tenor_s, chips in hosted.items():
                market.asks[tenor_s].add(price, -chips, -1)
            ask = market.resting.get(ask_id)
            if ask is None:
                continue
            hosts, good_until_s = self._hosts(ask, next_step_s)
            if not hosts:
                continue
            heappush(market.shrinking, (good_until_s, ask_id))
            market.counted[ask_id] = (ask.price_micros, hosts)
            for tenor_s, chips in hosts.items():
                market.asks[tenor_s].add(ask.price_micros, chips, 1)

    def _hosts(self, ask: AskView, next_step_s: Seconds) -> tuple[dict[Seconds, Milli], Seconds]:
        """The chips that an ask could lease for each tenor, where there are any, and until when that stays so."""
        hosts: dict[Seconds, Milli] = {}
        good_until_s = ask.end_s
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
