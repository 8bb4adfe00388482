"""A ladder agrees with a sorted list, and its bounds never rule out an order that could serve.

Runs and blocks are made tiny and bounds are drawn tight at the first waste, so that a few dozen orders split, melt and
tighten everything there is.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.books import ladder
from exchange.core.books.bounds import AskBound, AskProbe, BidBound, BidProbe
from exchange.core.books.capacity import Capacity
from exchange.core.books.ladder import Key, Ladder
from exchange.core.books.market import Wish, ask_key, price_end, wish_key
from exchange.core.books.matching import probe_of, serve
from exchange.core.books.order import Ask, Bid
from exchange.language.commands import Alternative
from exchange.language.units import DAY_S, HOUR_S

NOW_S = 500_000 * HOUR_S
PRICES = (10, 11, 12, 13, 17, 25)
STEPS = 120


@pytest.fixture(params=[(2, 2, 1, 1), (3, 4, 4, 8), (32, 64, 1, 1)], ids=["tiny", "small", "wide"], autouse=True)
def _sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and blocks of a few, and how much waste is borne."""
    for name, value in zip(("RUN_MAX", "BLOCK_MAX", "RUN_WASTE", "BLOCK_WASTE"), request.param, strict=True):
        monkeypatch.setattr(ladder, name, value)


def an_ask(chance: Random, number: int) -> Ask:
    lot = chance.choice((1000, 2000, 8000))
    quantity = lot * chance.randint(1, 8)
    start_s = NOW_S + chance.randint(-24, 48) * HOUR_S
    end_s = start_s + chance.choice((2, 6, 24, 72, 240)) * HOUR_S
    return Ask(
        ask_id=number,
        account_id="p",
        owner_group="p",
        priority=number,
        region="hangzhou",
        chip="h800",
        site="",
        quantity_milli=quantity,
        start_s=start_s,
        end_s=end_s,
        price_micros=chance.choice(PRICES),
        lot_milli=lot,
        min_duration_s=chance.choice((HOUR_S, 2 * HOUR_S)),
        take_or_pay_bp=chance.choice((0, 5_000, 10_000)),
        time_in_force="gtc",
        expires_s=None,
        self_trade="skip",
        post_only=False,
        free=Capacity(start_s, end_s, quantity),
        offered_area=quantity * (end_s - start_s),
        bond_micros=0,
        posted_micros=0,
        state="resting",
    )


def a_bid(chance: Random, number: int) -> Bid:
    quantity = chance.choice((500, 1000, 3000, 8000, 16_000))
    earliest = chance.choice((None, NOW_S + chance.randint(0, 96) * HOUR_S))
    wish = Alternative(
        region="hangzhou",
        chip="h800",
        duration_s=chance.choice((1, 2, 5, 24, 100, 300)) * HOUR_S,
        latest_start_s=(earliest or NOW_S) + chance.choice((0, 3, 24)) * HOUR_S,
        price_micros=chance.choice(PRICES),
        earliest_start_s=earliest,
        quantity_milli=chance.choice((None, None, None, 2000)),
    )
    return Bid(
        bid_id=number,
        account_id="b",
        owner_group="b",
        priority=number,
        quantity_milli=quantity,
        leaves_milli=quantity,
        min_quantity_milli=chance.choice((None, quantity, max(quantity // 2, 1))),
        alternatives=(wish,),
        open=(0,),
        time_in_force="gtc",
        expires_s=None,
        max_take_or_pay_bp=chance.choice((0, 6_000, 10_000)),
        self_trade="skip",
        post_only=False,
        require=None,
        state="resting",
    )


class AskTwin:
    """A ladder of asks beside a dict by key."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.ladder: Ladder[Ask, AskBound] = Ladder(AskBound)
        self.plain: dict[Key, Ask] = {}
        self.carved: list[tuple[Key, int, int, int]] = []
        self.away: list[Ask] = []  # removed, to come back with the age they had
        self.number = 0

    def step(self) -> None:
        match self.chance.choice(("add", "add", "add", "remove", "back", "carve", "carve", "restore", "walk", "walk")):
            case "add":
                self.number += 1
                self.add(an_ask(self.chance, self.number))
            case "back" if self.away:
                self.add(self.away.pop(self.chance.randrange(len(self.away))))
            case "remove" if self.plain:
                key = self.chance.choice(sorted(self.plain))
                self.carved = [rectangle for rectangle in self.carved if rectangle[0] != key]
                assert self.ladder.remove(key) is self.plain[key]
                self.away.append(self.plain.pop(key))
            case "carve" if self.plain:
                self.carve(self.chance.choice(sorted(self.plain)))
            case "restore" if self.carved:
                key, start_s, end_s, chips = self.carved.pop(self.chance.randrange(len(self.carved)))
                self.plain[key].free.restore(start_s, end_s, chips)
                self.ladder.gained(key, self.plain[key])
            case _:
                self.walk(probe_of(a_bid(self.chance, 0), 0, NOW_S))

    def add(self, ask: Ask) -> None:
        self.ladder.add(ask_key(ask), ask)
        self.plain[ask_key(ask)] = ask

    def carve(self, key: Key) -> None:
        ask = self.plain[key]
        start_s, end_s, chips = self.chance.choice(ask.free.segments(0))
        if chips >= ask.lot_milli:
            taken = self.chance.randint(1, chips // ask.lot_milli) * ask.lot_milli
            begin_s = start_s + self.chance.randrange((end_s - start_s) // HOUR_S) * HOUR_S
            ask.free.carve(begin_s, end_s, taken)
            self.carved.append((key, begin_s, end_s, taken))
            self.ladder.lost(key)

    def walk(self, probe: BidProbe) -> None:
        """All that could serve are met, in order, whether walked to the end, from a place, or only begun."""
        limit = price_end(self.chance.choice(PRICES))
        place = self.chance.choice((None, None, *sorted(self.plain)))
        could = [
            key
            for key in sorted(self.plain)
            if key < limit and (place is None or key >= place) and serve(self.plain[key], probe) is not None
        ]
        if self.chance.randrange(3) == 0:
            met = next((ask for ask in self.ladder.walk(probe, limit, place) if serve(ask, probe) is not None), None)
            assert met is (self.plain[could[0]] if could else None)
            return
        walked = [ask_key(ask) for ask in self.ladder.walk(probe, limit, place)]
        assert walked == sorted(walked)
        assert all(key < limit and (place is None or key >= place) for key in walked)
        assert set(could) <= set(walked)

    def check(self) -> None:
        self.ladder.check()
        keys = sorted(self.plain)
        assert [ask_key(ask) for ask in self.ladder.items()] == keys
        assert len(self.ladder) == len(keys)
        limit = price_end(self.chance.choice(PRICES))
        assert self.ladder.first(limit) is (self.plain[keys[0]] if keys and keys[0] < limit else None)


class WishTwin:
    """A ladder of wishes beside a dict by key."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.ladder: Ladder[Wish, BidBound] = Ladder(BidBound)
        self.plain: dict[Key, Bid] = {}
        self.number = 0

    def step(self) -> None:
        match self.chance.choice(("add", "add", "remove", "fill", "walk", "walk")):
            case "remove" if self.plain:
                key = self.chance.choice(sorted(self.plain))
                found, _ = self.ladder.remove(key)
                assert found is self.plain.pop(key)
            case "fill" if self.plain:
                key = self.chance.choice(sorted(self.plain))
                bid = self.plain[key]
                bid.leaves_milli -= self.chance.randrange(bid.leaves_milli)
                self.ladder.lost(key)
                if bid.leaves_milli < (bid.min_quantity_milli or 0):
                    self.ladder.gained(key, (bid, 0))
            case "walk":
                self.walk()
            case _:
                self.number += 1
                bid = a_bid(self.chance, self.number)
                self.ladder.add(wish_key(bid, 0), (bid, 0))
                self.plain[wish_key(bid, 0)] = bid

    def walk(self) -> None:
        ask = an_ask(self.chance, 0)
        probe = AskProbe(
            longest_s=ask.free.longest_s(ask.lot_milli, NOW_S),
            most_milli=ask.free.most(ask.min_duration_s, NOW_S),
            lot_milli=ask.lot_milli,
            min_duration_s=ask.min_duration_s,
            top_bp=ask.take_or_pay_bp,
            now_s=NOW_S,
            closes_s=ask.end_s,
        )
        limit = 1 - ask.price_micros << ladder.AGE_BITS
        could = [
            key
            for key in sorted(self.plain)
            if key < limit and serve(ask, probe_of(self.plain[key], 0, NOW_S)) is not None
        ]
        walked = [wish_key(bid, index) for bid, index in self.ladder.walk(probe, limit)]
        assert walked == sorted(walked)
        assert set(could) <= set(walked)

    def check(self) -> None:
        self.ladder.check()
        assert [wish_key(bid, index) for bid, index in self.ladder.items()] == sorted(self.plain)


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_a_ladder_of_asks_is_a_sorted_list_with_sound_bounds(seed: int) -> None:
    twin = AskTwin(seed)
    for _ in range(STEPS):
        twin.step()
        twin.check()


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_a_ladder_of_wishes_is_a_sorted_list_with_sound_bounds(seed: int) -> None:
    twin = WishTwin(seed)
    for _ in range(STEPS):
        twin.step()
        twin.check()


def test_a_walk_passes_over_what_cannot_serve() -> None:
    """Bounds rule out, also after what they promised has gone and walks have wasted their time on it."""
    asks: Ladder[Ask, AskBound] = Ladder(AskBound)
    chance = Random(1)
    orders = [an_ask(chance, number) for number in range(1, 200)]
    for ask in orders:
        asks.add(ask_key(ask), ask)
    bid = a_bid(chance, 1)
    probe = probe_of(bid, 0, NOW_S)
    wide = BidProbe(240 * HOUR_S, probe.length, 8000, 8000, NOW_S, NOW_S + 30 * DAY_S, 10_000, None, NOW_S)
    served = [ask for ask in orders if serve(ask, wide) is not None]
    assert served
    for ask in served:
        free = ask.free.segments(0)
        ask.free.carve(free[0][0], free[-1][1], ask.quantity_milli)
        asks.lost(ask_key(ask))
    everything = price_end(max(PRICES))
    walks = [sum(1 for _ in asks.walk(wide, everything)) for _ in range(600)]
    assert walks[0] > 0
    assert walks[-1] < walks[0]
