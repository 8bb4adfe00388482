"""The asks that come close to serving a bid: those that would, if it were another in one field. Reads only.

For each question and alternative a bounded number of asks is looked at, in order of price, then age, passing over what
the ladders' sieves hold back; `cut` says that there were more.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Any, NamedTuple

from exchange.core.books.market import Market
from exchange.core.books.matching import probe_of, serve
from exchange.core.books.order import Ask, Bid, meets
from exchange.core.books.sieves import BidProbe
from exchange.core.state import State
from exchange.language.commands import OPEN, Alternative, PlaceBid
from exchange.language.limits import QUANTITY_MAX_MILLI
from exchange.language.units import Milli, Seconds

LOOKS_MAX = 2_000  # asks for one question, shared out evenly over the alternatives
WIDTHS_MAX = 8  # numbers of chips for which an ask's free stretches are looked at


class Place(NamedTuple):
    """One alternative of an order, in a market that is open, and what it looks for there."""

    at: int
    number: int  # under which it is known outside
    wish: Alternative
    market: Market
    probe: BidProbe


class Survey:
    """What rests around an order, for the rest of it that cannot be filled. `numbers` are its alternatives' outside."""

    def __init__(self, state: State, order: PlaceBid, rest: Bid, numbers: Sequence[int]) -> None:
        self.order = order
        self.step_s = state.catalog.law.step_s
        self.tick_micros = state.catalog.law.tick_micros
        self.now_s = state.catalog.next_step_s(state.now_s)
        self.rest = rest
        self.cut = False
        self.places = [
            Place(at, numbers[at], wish, market, probe_of(rest, at, self.now_s))
            for at, wish in enumerate(order.alternatives)
            if (market := state.markets.get((wish.region, wish.chip))) is not None and market.state == OPEN
        ]

    def dearer(self, place: Place) -> Iterator[Ask]:
        """Asks above the limit that would serve at their own price, the cheapest first."""
        asks = place.market.asks_above(place.wish.price_micros, place.probe)
        return (ask for ask in self._look(asks) if serve(ask, place.probe) is not None)

    def starting(self, place: Place, earliest_s: Seconds, latest_s: Seconds) -> Iterator[Ask]:
        """Asks that may serve from a start in another range."""
        return self._near(place, place.probe.but(earliest_s=earliest_s, latest_s=latest_s))

    def sized(self, place: Place) -> Iterator[Ask]:
        """Asks that may serve another number of chips."""
        return self._near(place, place.probe.but(most_milli=QUANTITY_MAX_MILLI, least_milli=1))

    def lasting(self, place: Place) -> Iterator[Ask]:
        """Asks that may serve for longer or shorter. No sieve helps here, so this looks at one after the other."""
        asks = takewhile(lambda ask: ask.price_micros <= place.wish.price_micros, place.market.asks.items())
        return (ask for ask in self._look(asks) if self._on_terms(ask))

    def serving(self, **terms: Any) -> Iterator[Ask]:
        """Asks that would serve any alternative on other terms."""
        for place in self.places:
            probe = place.probe.but(**terms)
            asks = self._look(place.market.asks_within(place.wish.price_micros, probe))
            yield from (ask for ask in asks if serve(ask, probe) is not None)

    def stretches(self, ask: Ask, place: Place) -> Iterator[tuple[Seconds, Seconds]]:
        """From when to when an ask has chips enough, for each number of chips up to those wanted that it has."""
        free = ask.free.segments(self.now_s)
        lots = {min(chips, place.probe.most_milli) // ask.lot_milli for _, _, chips in free}
        widths = (count * ask.lot_milli for count in sorted(lots, reverse=True)[:WIDTHS_MAX])
        for width in widths:
            if width < max(place.probe.least_milli, 1):
                return
            since_s: Seconds | None = None
            for start_s, _, chips in (*free, (ask.end_s, ask.end_s, 0)):
                if chips >= width:
                    since_s = start_s if since_s is None else since_s
                elif since_s is not None:
                    yield since_s, start_s
                    since_s = None

    def widest(self, ask: Ask, place: Place) -> Milli:
        """The most chips that an ask could lease at once as the alternative wants them."""
        wish, probe = place.wish, place.probe
        fit = ask.free.best_start(
            wish.duration_s,
            earliest_s=probe.earliest_s,
            latest_s=probe.latest_s,
            chips_milli=QUANTITY_MAX_MILLI,
            least_milli=1,
            lot_milli=ask.lot_milli,
        )
        return 0 if fit is None or wish.duration_s < ask.min_duration_s else fit.chips_milli

    def _near(self, place: Place, probe: BidProbe) -> Iterator[Ask]:
        asks = self._look(place.market.asks_within(place.wish.price_micros, probe))
        return (ask for ask in asks if self._on_terms(ask) and place.wish.duration_s >= ask.min_duration_s)

    def _on_terms(self, ask: Ask) -> bool:
        rest = self.rest
        return ask.take_or_pay_bp <= rest.max_take_or_pay_bp and (rest.require is None or meets(ask, rest.require))

    def _look(self, asks: Iterable[Ask]) -> Iterator[Ask]:
        """As many as may be looked at, but for those of the order's own owner group."""
        most = LOOKS_MAX // len(self.places)
        for count, ask in enumerate(islice(asks, most + 1)):
            if count == most:
                self.cut = True
            elif ask.owner_group != self.rest.owner_group:
                yield ask
