"""What a bid would get: the same leases and costs as when it then comes, and no trace of the question."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from exchange.core.digest import digest
from exchange.core.explaining import explain, order_of
from exchange.core.ledger.chart import AVAILABLE, BOND, purse
from exchange.core.quoting import quote
from exchange.language import events
from exchange.language.commands import (
    CANCEL_TAKER,
    FOK,
    GTC,
    HALTED,
    IOC,
    SELF_TRADE_MODES,
    SKIP,
    Alternative,
    CancelAsk,
    PlaceAsk,
    PlaceBid,
    Require,
    SetMarketState,
)
from exchange.language.rejects import Code, Reject
from exchange.language.units import HOUR_S
from exchange.language.views import Quote
from tests.core.world import BUYER, World, ask, at, bid, changed, micros, milli, wish


def quoted(world: World, order: PlaceBid) -> Quote:
    """The quote of an order, which leaves no trace."""
    before = digest(world.state)
    answer = quote(world.state, order)
    assert digest(world.state) == before
    assert isinstance(answer, Quote), answer
    return answer


def free_money(world: World) -> int:
    """What the buyer has that no bid or lease of its own binds; a bond comes back when an ask is done."""
    return sum(world.state.ledger.balance(purse(BUYER, kind)) for kind in (AVAILABLE, BOND))


def assert_comes_true(world: World, order: PlaceBid, answer: Quote) -> None:
    """Placed at once, the order gets what the quote says; the world is not to be used any more."""
    before = free_money(world)
    number = world.do(order).subject
    traded = [event for event in world.events if isinstance(event, events.Traded)]
    assert len(traded) == len(answer.leases)
    for event, lease in zip(traded, answer.leases, strict=True):
        for field in lease.__struct_fields__:
            assert getattr(event, field) == getattr(lease, field), field
    last = next(e for e in reversed(world.events) if isinstance(e, events.BidChanged) and e.bid_id == number)
    assert (last.state, last.reason, last.held_micros) == (answer.state, answer.reason, answer.held_micros)
    assert last.filled_milli == answer.filled_milli
    assert last.leaves_milli + last.canceled_milli == answer.missing_milli
    assert before - free_money(world) == answer.total_micros + answer.held_micros


def test_a_quote_tells_leases_costs_and_what_is_missing() -> None:
    world = World([ask("14", "4", site="west", take_or_pay_bp=8000), ask("14.50", "3", start=2), ask("15.10")])
    order = bid(chips="10")
    answer = quoted(world, order)
    assert [(one.price_micros, one.quantity_milli, one.start_s) for one in answer.leases] == [
        (micros("14"), milli("4"), at(0)),
        (micros("14.50"), milli("3"), at(2)),
    ]
    first = answer.leases[0]
    assert (first.site, first.take_or_pay_bp, first.end_s) == ("west", 8000, at(24))
    assert (first.cost_micros, first.buyer_fee_micros) == (micros("1344"), micros("6.72"))
    assert (answer.cost_micros, answer.buyer_fee_micros) == (micros("2388"), micros("11.94"))
    assert (answer.total_micros, answer.subsidies) == (micros("2399.94"), ())
    assert (answer.state, answer.filled_milli, answer.missing_milli) == ("resting", milli("7"), milli("3"))
    assert answer.held_micros == micros("1085.4")  # 3 × 24 at 15 with half a per cent
    assert answer.needed_micros == micros("3618")
    assert answer.covered
    assert answer.rest is not None
    assert (answer.rest.bid_id, answer.rest.leaves_milli) == (None, milli("3"))
    (hurdles,) = answer.rest.alternatives
    assert (hurdles.duration, hurdles.start, hurdles.price) == (1, 1, 1)  # what it takes itself it cannot take again
    assert [(change.field, change.value) for change in answer.rest.changes] == [
        ("alternatives[0].latest_start", at(24)),
        ("quantity", milli("7")),
        ("alternatives[0].duration", 6 * HOUR_S),  # short enough for the first ask to be had twice
        ("alternatives[0].price", micros("15.10")),
    ]
    assert_comes_true(world, order, answer)


@pytest.mark.parametrize(
    ("order", "state", "reason", "filled"),
    [
        (bid(chips="4"), "filled", "fill", "4"),
        (bid(chips="12"), "resting", "", "8"),
        (bid(chips="12", time_in_force=IOC), "canceled", "time_in_force", "8"),
        (bid(chips="12", time_in_force=FOK), "canceled", "time_in_force", "0"),
        (bid(chips="8", time_in_force=FOK), "filled", "fill", "8"),
        (bid(wish("16"), chips="12", self_trade=SKIP), "resting", "", "8"),
        (bid(wish("16"), chips="12", self_trade=CANCEL_TAKER), "canceled", "self_trade", "8"),
    ],
)
def test_a_quote_tells_what_becomes_of_the_bid(order: PlaceBid, state: str, reason: str, filled: str) -> None:
    world = World([ask("14"), ask("15.50", by=BUYER)])
    answer = quoted(world, order)
    assert (answer.state, answer.reason, answer.filled_milli) == (state, reason, milli(filled))
    assert (answer.rest is None) == (state == "filled")
    assert_comes_true(world, order, answer)


def test_a_bid_that_meets_its_own_asks_may_look_past_them() -> None:
    world = World([ask("13", by=BUYER), ask("14")])
    answer = quoted(world, bid())
    assert answer.rest is not None
    (hurdles,) = answer.rest.alternatives
    assert (hurdles.owner, hurdles.fits) == (1, 1)
    (change,) = answer.rest.changes
    assert (change.kind, change.field, change.value, change.extra_micros) == ("self_trade", "self_trade", SKIP, 0)
    assert quoted(world, changed(bid(), change)).state == "filled"


def test_want_of_money_is_told_and_not_refused() -> None:
    world = World([ask("14", "90000")])
    answer = quoted(world, bid(wish("1000"), chips="90000"))
    assert answer.needed_micros > answer.available_micros
    assert not answer.covered
    assert answer.missing_milli == 0


@pytest.mark.parametrize(
    ("order", "code", "param"),
    [
        (replace(bid(), account_id="nobody"), Code.UNKNOWN_ACCOUNT, "account_id"),
        (replace(bid(), account_id="p"), Code.ROLE_MISSING, "account_id"),
        (bid(wish("15.005")), Code.PRICE_OFF_TICK, "alternatives[0].price"),
        (bid(post_only=True), Code.WOULD_TRADE, "post_only"),
        (bid(wish(region="sh")), Code.MARKET_NOT_OPEN, "alternatives[0].region"),
    ],
)
def test_a_quote_is_refused_as_the_bid_would_be(order: PlaceBid, code: Code, param: str) -> None:
    world = World([ask("14"), SetMarketState(operator_id="operator", state=HALTED, reason="drill", region="sh")])
    before = digest(world.state)
    answer = quote(world.state, order)
    assert isinstance(answer, Reject)
    assert (answer.code, answer.param) == (code, param)
    assert digest(world.state) == before


def test_a_quote_is_as_of_the_time_given() -> None:
    world = World([ask("14")])
    answer = quote(world.state, bid(wish(earliest=None)), at(3) + 1)
    assert isinstance(answer, Quote)
    assert answer.at_s == at(3) + 1
    assert answer.leases[0].start_s == at(3) + 900
    assert world.state.now_s == at(0)


def test_what_a_plan_looked_at_in_vain_can_still_be_had() -> None:
    """A walk draws bounds tight around what is left; what a plan puts back must be within them again."""
    world = World([ask("14"), ask("14")])
    world.do(CancelAsk(account_id="p", ask_id=2))
    assert quoted(world, bid(chips="16")).missing_milli == milli("8")
    assert world.do(bid(chips="16", time_in_force=FOK)).subject == 1
    world.do(bid(chips="8"))
    assert [event.quantity_milli for event in world.events if isinstance(event, events.Traded)] == [milli("8")]


HOURS = st.integers(0, 12)
PRICES = st.sampled_from(["13", "14", "14.50", "15", "15.40", "16"])
CHIPS = st.sampled_from(["1", "2", "3", "4", "6", "8"])
SHARES = st.sampled_from([0, 5000, 10_000])
TAGS = st.lists(st.sampled_from(["cuda", "roce"]), unique=True, max_size=2).map(tuple)


@st.composite
def asks(draw: st.DrawFn) -> PlaceAsk:
    lot = draw(st.sampled_from(["0.5", "1", "2", "4"]))
    chips = milli(lot) * draw(st.integers(1, 4))
    start, length = draw(HOURS), draw(st.integers(2, 14))
    order = ask(draw(PRICES), start=start, end=start + length, by=draw(st.sampled_from(["p", "q", BUYER])))
    return replace(
        order,
        region=draw(st.sampled_from(["hz", "hz", "sh"])),
        quantity_milli=chips,
        lot_milli=milli(lot),
        min_duration_s=draw(st.sampled_from([1, 1, 2, 6])) * HOUR_S if length >= 6 else HOUR_S,
        take_or_pay_bp=draw(SHARES),
        tags=draw(TAGS),
        pue_milli=draw(st.sampled_from([None, 1200, 1400])),
        green_bp=draw(st.sampled_from([None, 3000, 8000])),
        self_trade=draw(st.sampled_from(SELF_TRADE_MODES)),
    )


@st.composite
def wishes(draw: st.DrawFn) -> Alternative:
    earliest = draw(st.one_of(st.none(), HOURS))
    latest = (earliest or 0) + draw(st.integers(0, 4))
    region = draw(st.sampled_from(["hz", "hz", "sh"]))
    return wish(draw(PRICES), draw(st.integers(1, 8)), earliest, latest, region=region)


@st.composite
def bids(draw: st.DrawFn) -> PlaceBid:
    chips, found = draw(CHIPS), draw(st.lists(wishes(), min_size=1, max_size=3))
    least = draw(st.sampled_from([None, None, "0.5", "2", chips]))
    terms: dict[str, Any] = {}
    if least == chips and draw(st.booleans()):
        found[0] = replace(found[0], quantity_milli=milli(draw(CHIPS)))
    if draw(st.booleans()):
        terms["require"] = Require(
            tags=draw(TAGS),
            pue_max_milli=draw(st.sampled_from([None, 1300])),
            green_min_bp=draw(st.sampled_from([None, 5000])),
        )
    return bid(
        *found,
        chips=chips,
        least=least if least is None or milli(least) <= milli(chips) else None,
        max_take_or_pay_bp=draw(st.sampled_from([0, 5000, 10_000, 10_000])),
        self_trade=draw(st.sampled_from(SELF_TRADE_MODES)),
        time_in_force=draw(st.sampled_from([GTC, GTC, IOC, FOK])),
        post_only=False,
        **terms,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(asks(), bids()), min_size=1, max_size=14), bids())
def test_quotes_come_true_and_every_change_fills(orders: list[PlaceAsk | PlaceBid], order: PlaceBid) -> None:
    world = World()
    for one in orders:
        world.attempt(one)
    answer = quoted(world, order)
    for change in answer.rest.changes if answer.rest is not None else ():
        assert quoted(world, changed(order, change)).state == "filled", change
    assert_comes_true(world.again(), order, answer)
    for number, resting in list(world.state.bids.items()):
        before = digest(world.state)
        explanation = explain(world.state, number)
        assert digest(world.state) == before
        assert explanation is not None
        assert explanation.searched
        assert all(hurdles.complete and not hurdles.fits for hurdles in explanation.alternatives)
        for change in explanation.changes:
            rest = changed(order_of(resting), change, resting.open, resting.quantity_milli - resting.leaves_milli)
            again = world.again()
            subject = again.do(rest).subject
            done = [e.state for e in again.events if isinstance(e, events.BidChanged) and e.bid_id == subject]
            assert done[-1:] == ["filled"], change
