"""A ladder agrees with a sorted list, and its sieves never hold back an order that could serve.

Blocks are made tiny and sieves are filled at the first waste, so that a few dozen orders split, melt and sift all that
there is. Time goes on meanwhile.
"""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.books import ladder
from exchange.core.books.capacity import Capacity
from exchange.core.books.ladder import Key, Ladder
from exchange.core.books.market import Wish, ask_key, price_end, wish_key
from exchange.core.books.matching import probe_for, probe_of, serve
from exchange.core.books.order import Ask, Bid
from exchange.core.books.sieves import AskSieve, BidProbe, BidSieve
from exchange.language.commands import Alternative
from exchange.language.units import DAY_S, HOUR_S

NOW_S = 500_000 * HOUR_S
PRICES = (10, 11, 12, 13, 17, 25)
STEPS = 120


@pytest.fixture(
    params=[(4, 8, 1, 1, 0), (16, 24, 8, 4, 2), (64, 256, 8, 16, 64)], ids=["tiny", "small", "wide"], autouse=True
)
def _sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few, few bits for them, how much waste is borne, and when orders are found one by one."""
    for name, value in zip(("BLOCK_MAX", "SLOTS", "FRESH_MAX", "WASTE", "FEW"), request.param, strict=True):
        monkeypatch.setattr(ladder, name, value)


def an_ask(chance: Random, number: int, now_s: int = NOW_S) -> Ask:
    lot = chance.choice((1000, 2000, 8000))
    quantity = lot * chance.randint(1, 8)
    start_s = now_s + chance.randint(-24, 48) * HOUR_S
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


def a_bid(chance: Random, number: int, now_s: int = NOW_S) -> Bid:
    quantity = chance.choice((500, 1000, 3000, 8000, 16_000))
    earliest = chance.choice((None, now_s + chance.randint(0, 96) * HOUR_S))
    wish = Alternative(
        region="hangzhou",
        chip="h800",
        duration_s=chance.choice((1, 2, 5, 24, 100, 300)) * HOUR_S,
        latest_start_s=(earliest or now_s) + chance.choice((0, 3, 24)) * HOUR_S,
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
        self.ladder: Ladder[Ask, AskSieve] = Ladder(AskSieve)
        self.sifting = self.ladder.sift()
        self.plain: dict[Key, Ask] = {}
        self.carved: list[tuple[Key, int, int, int]] = []
        self.away: list[Ask] = []  # removed, to come back with the age they had
        self.number = 0
        self.now_s = self.ladder.now_s = NOW_S

    def step(self) -> None:
        match self.chance.choice(
            ("add",) * 6
            + ("remove", "back", "carve", "restore", "walk") * 2
            + ("carve", "walk") * 2
            + ("time", "sift", "load")
        ):
            case "sift":
                next(self.sifting, None)
            case "load":
                self.load()
            case "time":
                self.now_s += self.chance.choice((HOUR_S, DAY_S, 3 * DAY_S))
                self.ladder.now_s = self.now_s
            case "add":
                self.number += 1
                self.add(an_ask(self.chance, self.number, self.now_s))
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
                self.ladder.gained(key)
            case _:
                self.walk(probe_of(a_bid(self.chance, 0, self.now_s), 0, self.now_s).classed())

    def add(self, ask: Ask) -> None:
        self.ladder.add(ask_key(ask), ask)
        self.plain[ask_key(ask)] = ask

    def load(self) -> None:
        """The same orders in another ladder, filled at once; sifting begins, and goes on while orders come and go."""
        self.ladder = Ladder(AskSieve)
        self.ladder.now_s = self.now_s
        self.ladder.fill([(key, self.plain[key]) for key in sorted(self.plain, reverse=True)])
        self.sifting = self.ladder.sift()

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
        self.ladder: Ladder[Wish, BidSieve] = Ladder(BidSieve)
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
                    self.ladder.gained(key)
            case "walk":
                self.walk()
            case _:
                self.number += 1
                bid = a_bid(self.chance, self.number)
                self.ladder.add(wish_key(bid, 0), (bid, 0))
                self.plain[wish_key(bid, 0)] = bid

    def walk(self) -> None:
        ask = an_ask(self.chance, 0)
        probe = probe_for(ask, NOW_S)
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
def test_a_ladder_of_asks_is_a_sorted_list_with_sound_sieves(seed: int) -> None:
    twin = AskTwin(seed)
    for _ in range(STEPS):
        twin.step()
        twin.check()


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_a_ladder_of_wishes_is_a_sorted_list_with_sound_sieves(seed: int) -> None:
    twin = WishTwin(seed)
    for _ in range(STEPS):
        twin.step()
        twin.check()


def test_a_ladder_that_is_filled_at_once_is_sifted_block_by_block() -> None:
    """A step puts in the fresh orders of one block; afterwards there is nothing to sift, and nobody has to wait."""
    asks: Ladder[Ask, AskSieve] = Ladder(AskSieve)
    chance = Random(2)
    orders = [an_ask(chance, number) for number in range(1, 1000)]
    asks.fill([(ask_key(ask), ask) for ask in orders])
    sifted = [sum(len(block.slots) for block in asks._blocks) for _ in asks.sift()]
    steps = [after - before for before, after in pairwise((0, *sifted))]
    assert sifted[-1] == len(orders) - sum(len(block.fresh) for block in asks._blocks)
    assert all(0 < step <= ladder.BLOCK_MAX for step in steps)
    assert len(steps) > 3
    assert list(asks.sift()) == []
    assert [ask_key(ask) for ask in asks.items()] == sorted(ask_key(ask) for ask in orders)
    asks.check()


@pytest.mark.parametrize("loaded", [0, 1, 1000])
def test_an_order_that_comes_does_not_wait_for_those_that_were_there_at_once(loaded: int) -> None:
    """Only for orders that came one by one as it did, however many blocks it and others come to."""
    asks: Ladder[Ask, AskSieve] = Ladder(AskSieve)
    chance = Random(3)
    orders = [an_ask(chance, number) for number in range(1, 2000)]
    asks.fill([(ask_key(ask), ask) for ask in orders[:loaded]])
    for ask in orders[1000:1300]:
        before = sum(len(block.slots) for block in asks._blocks)
        asks.add(ask_key(ask), ask)
        assert sum(len(block.slots) for block in asks._blocks) - before <= ladder.FRESH_MAX + 1
    for _ in asks.sift():
        pass
    for ask in orders[1300:]:
        asks.add(ask_key(ask), ask)
        assert all(len(block.fresh) <= ladder.FRESH_MAX for block in asks._blocks)
    asks.check()


def test_a_walk_passes_over_what_cannot_serve() -> None:
    """Sieves hold back, also after what they knew has gone and walks have looked at it in vain."""
    asks: Ladder[Ask, AskSieve] = Ladder(AskSieve)
    chance = Random(1)
    orders = [an_ask(chance, number) for number in range(1, 1000)]
    for ask in orders:
        asks.add(ask_key(ask), ask)
    probe = probe_of(a_bid(chance, 1), 0, NOW_S)
    wide = probe.but(
        earliest_s=NOW_S,
        latest_s=NOW_S + 30 * DAY_S,
        duration_s=240 * HOUR_S,
        most_milli=8000,
        least_milli=8000,
        max_take_or_pay_bp=10_000,
    ).classed()
    everything = price_end(max(PRICES))
    served = [ask for ask in asks.walk(wide, everything) if serve(ask, wide) is not None]
    assert len(served) > 1
    for ask in served:
        free = ask.free.segments(0)
        ask.free.carve(free[0][0], free[-1][1], ask.quantity_milli)
        asks.lost(ask_key(ask))
    walks = [sum(1 for _ in asks.walk(wide, everything)) for _ in range(600)]
    assert len(served) <= walks[0]
    assert walks[-1] < walks[0] // 2
