"""The books of one region and chip: a ladder of asks and a ladder of the alternatives of bids, by price, then age.

In which tenor an order counts is said by its own numbers (`Ask.tenor_s`, a wish's duration); the ladders' sieves know
the widest piece for every length, so that a bid passes over the asks of shorter books without a list for each.
"""

from collections.abc import Iterable, Iterator

from exchange.core.books.ladder import AGE_BITS, Key, Ladder
from exchange.core.books.order import Ask, Bid
from exchange.core.books.sieves import AskProbe, AskSieve, BidProbe, BidSieve
from exchange.language.limits import ALTERNATIVES_MAX, PRICE_MAX_MICROS
from exchange.language.units import Micros, Seconds, div_half_even

ALTERNATIVE_BITS = 8  # in a key, below the age
assert ALTERNATIVES_MAX <= 1 << ALTERNATIVE_BITS

Wish = tuple[Bid, int]  # a bid and the place of one of its alternatives


class Market:
    """All that rests in one region on one chip type."""

    __slots__ = ("_reference_micros", "asks", "bids", "last_prices", "state")

    def __init__(self, state: str) -> None:
        self.asks: Ladder[Ask, AskSieve] = Ladder(AskSieve)  # lowest price first, then oldest
        self.bids: Ladder[Wish, BidSieve] = Ladder(BidSieve)  # highest limit, oldest bid, earlier alternative first
        self.state = state
        self.last_prices: list[Micros] = []  # of the last trades, oldest first
        self._reference_micros: Micros | None = None  # while it is known

    @property
    def reference_micros(self) -> Micros | None:
        """The average price of the last trades; None before the first."""
        if self._reference_micros is None and self.last_prices:
            self._reference_micros = div_half_even(sum(self.last_prices), len(self.last_prices))
        return self._reference_micros

    def traded(self, price_micros: Micros, keep: int) -> None:
        """Note the price of a trade, and forget all but the last ones."""
        self.last_prices.append(price_micros)
        del self.last_prices[:-keep]
        self._reference_micros = None

    def add_ask(self, ask: Ask, now_s: Seconds) -> None:
        """Let an ask rest, from now on."""
        assert not ask.resting
        ask.resting = True
        self.asks.now_s = self.bids.now_s = now_s
        self.asks.add(ask_key(ask), ask)

    def remove_ask(self, ask: Ask) -> None:
        """Take an ask off the book."""
        found = self.asks.remove(ask_key(ask))
        assert found is ask
        ask.resting = False

    def add_wish(self, bid: Bid, alternative: int, now_s: Seconds) -> None:
        """Let one alternative of a bid rest, from now on."""
        self.asks.now_s = self.bids.now_s = now_s
        self.bids.add(wish_key(bid, alternative), (bid, alternative))

    def remove_wish(self, bid: Bid, alternative: int) -> None:
        """Take one alternative of a bid off the book."""
        found, _ = self.bids.remove(wish_key(bid, alternative))
        assert found is bid

    def fill(self, asks: Iterable[Ask], wishes: Iterable[Wish], now_s: Seconds) -> None:
        """Books that are empty have in them what rested before."""
        self.asks.now_s = self.bids.now_s = now_s
        self.asks.fill([(ask_key(ask), ask) for ask in asks])
        self.bids.fill([(wish_key(*wish), wish) for wish in wishes])

    def best_ask(self, limit_micros: Micros) -> Ask | None:
        """The first ask, if it stands at or below a limit."""
        return self.asks.first(limit_micros + 1 << AGE_BITS)

    def best_wish(self, price_micros: Micros) -> Wish | None:
        """The first alternative, if it stands at or above a price."""
        return self.bids.first(1 - price_micros << AGE_BITS)

    def asks_within(self, limit_micros: Micros, probe: BidProbe, place: Key | None = None) -> Iterator[Ask]:
        """Asks at or below a limit that may serve, lowest price first, then oldest; from a place in that order on."""
        return self.asks.walk(probe.classed(), price_end(limit_micros), place)

    def asks_above(self, limit_micros: Micros, probe: BidProbe) -> Iterator[Ask]:
        """Asks dearer than a limit that may serve, lowest price first, then oldest."""
        return self.asks.walk(probe.classed(), PRICE_MAX_MICROS + 1 << AGE_BITS, limit_micros + 1 << AGE_BITS)

    def bids_within(self, price_micros: Micros, probe: AskProbe, place: Key | None = None) -> Iterator[Wish]:
        """Alternatives at or above a price that an ask may serve, best first, from a place in that order on."""
        return self.bids.walk(probe, 1 - price_micros << AGE_BITS, place)


def price_end(price_micros: Micros) -> Key:
    """The place behind all asks of a price."""
    return price_micros + 1 << AGE_BITS


def ask_key(ask: Ask) -> Key:
    """Where an ask stands among all asks of its market."""
    return (ask.price_micros << AGE_BITS) + (ask.priority << ALTERNATIVE_BITS)


def wish_key(bid: Bid, alternative: int) -> Key:
    """Where an alternative of a bid stands among all of its market."""
    return (-bid.alternatives[alternative].price_micros << AGE_BITS) + (bid.priority << ALTERNATIVE_BITS) + alternative
