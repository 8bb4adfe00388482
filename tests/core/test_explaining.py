"""Why a bid rests, reason by reason: the asks counted at the first test they fail, and the change that fills it."""

from typing import Any

import pytest
from msgspec.structs import replace

from exchange.core import explaining, mending
from exchange.core.digest import digest
from exchange.core.explaining import HURDLES, explain, order_of
from exchange.language import events
from exchange.language.commands import (
    HALTED,
    OPEN,
    POST_ONLY,
    SKIP,
    AdvanceTime,
    AmendBid,
    PlaceAsk,
    PlaceBid,
    Require,
    SetMarketState,
)
from exchange.language.units import HOUR_S
from exchange.language.views import Change, Explanation, Hurdles
from tests.core.world import BUYER, World, ask, at, bid, changed, micros, milli, wish


def explained(world: World, bid_id: int) -> Explanation:
    """The explanation of a bid, which leaves no trace."""
    before = digest(world.state)
    explanation = explain(world.state, bid_id)
    assert digest(world.state) == before
    assert explanation is not None
    return explanation


def counts(hurdles: Hurdles) -> dict[str, int]:
    """The tests that asks fail, and how many."""
    return {name: count for name in HURDLES if (count := getattr(hurdles, name))}


def fills(world: World, bid_id: int, change: Change) -> bool:
    """Whether what is left of a bid is filled whole when it comes again with a change, in a world like this one."""
    resting = world.state.bids[bid_id]
    order = changed(order_of(resting), change, resting.open, resting.quantity_milli - resting.leaves_milli)
    again = world.again()
    number = again.do(order).subject
    return next(e.state for e in again.events if isinstance(e, events.BidChanged) and e.bid_id == number) == "filled"


# Asks; a bid; the counts of its explanation; field, value and sentence of the first change.
Case = tuple[list[PlaceAsk], PlaceBid, dict[str, int], tuple[str, Any, str]]
H = HOUR_S
CASES: dict[str, Case] = {
    "price": (
        [ask("16"), ask("15.40"), ask("15.20", end=12)],
        bid(),
        {"price": 3},
        ("alternatives[0].price", micros("15.40"), "+0.40 CNY per chip-hour"),
    ),
    "price of several": (
        [ask("15.10", "3"), ask("15.30", "3"), ask("15.20", "3")],
        bid(),
        {"price": 3},
        ("alternatives[0].price", micros("15.30"), "+0.30 CNY per chip-hour"),
    ),
    "too long": (
        [ask("14", end=20), ask("13", end=18)],
        bid(),
        {"duration": 2},
        ("alternatives[0].duration", 20 * H, "4 h shorter"),
    ),
    "too short": (
        [ask("14", end=72, min_duration_s=36 * H), ask("14", end=72, min_duration_s=30 * H)],
        bid(),
        {"duration": 2},
        ("alternatives[0].duration", 30 * H, "6 h longer"),
    ),
    "too early": (
        [ask("14", start=9), ask("14", start=12)],
        bid(),
        {"start": 2},
        ("alternatives[0].latest_start", at(9), "start 3 h later"),
    ),
    "too late": (
        [ask("14", end=30)],
        bid(wish(earliest=10, latest=12)),
        {"start": 1},
        ("alternatives[0].earliest_start", at(6), "start 4 h earlier"),
    ),
    "a gang too large": (
        [ask("14", "6")],
        bid(least="8"),
        {"quantity": 1},
        ("quantity", milli("6"), "2 chips fewer"),
    ),
    "a gang of its own size": (
        [ask("14", "4", region="sh")],
        bid(wish(), wish(region="sh", quantity_milli=milli("5")), least="8"),
        {},
        ("alternatives[1].quantity", milli("4"), "1 chip fewer"),
    ),
    "leases too small": (
        [ask("14", "4"), ask("14", "3"), ask("14", "4")],
        bid(least="6"),
        {"quantity": 3},
        ("min_quantity", milli("4"), "accept leases of 4 chips"),
    ),
    "less than a lot": (
        [ask("14", "16", lot_milli=milli("8"))],
        bid(chips="4"),
        {"lot": 1},
        ("quantity", milli("8"), "4 chips more"),
    ),
    "take-or-pay": (
        [ask("14"), ask("14", take_or_pay_bp=8000)],
        bid(max_take_or_pay_bp=5000),
        {"take_or_pay": 2},
        ("max_take_or_pay", 8000, "accept take-or-pay of 0.8"),
    ),
    "tags": (
        [ask("14", tags=("roce",)), ask("14", tags=("cuda",))],
        bid(require=Require(tags=("cuda", "infiniband"))),
        {"requirements": 2},
        ("require.tags", ("cuda",), "do without infiniband"),
    ),
    "pue": (
        [ask("14"), ask("14", pue_milli=1500), ask("14", pue_milli=1350)],
        bid(require=Require(pue_max_milli=1300)),
        {"requirements": 3},
        ("require.pue_at_most", 1350, "accept a PUE of 1.35"),
    ),
    "pue that nobody states": (
        [ask("14")],
        bid(require=Require(pue_max_milli=1300)),
        {"requirements": 1},
        ("require.pue_at_most", None, "accept any PUE"),
    ),
    "green": (
        [ask("14", green_bp=2000), ask("14", green_bp=4000)],
        bid(require=Require(green_min_bp=5000)),
        {"requirements": 2},
        ("require.green_share_at_least", 4000, "accept a green share of 0.4"),
    ),
    "domestic": (
        [ask("14")],
        bid(require=Require(domestic=True)),
        {"requirements": 1},
        ("require.domestic", False, "accept foreign chips"),
    ),
    "several requirements": (
        [ask("14")],
        bid(require=Require(domestic=True, green_min_bp=1)),
        {"requirements": 1},
        ("require", None, "require nothing"),
    ),
    "owner": (
        [ask("14", by=BUYER), ask("15.40")],
        bid(self_trade=SKIP),
        {"price": 1, "owner": 1},
        ("alternatives[0].price", micros("15.40"), "+0.40 CNY per chip-hour"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_reason_is_counted_and_its_cheapest_change_fills_the_bid(name: str) -> None:
    asks, order, reasons, (field, value, detail) = CASES[name]
    world = World(asks)
    number = world.do(order).subject
    explanation = explained(world, number)
    hurdles = explanation.alternatives[0]
    assert counts(hurdles) == reasons
    assert hurdles.complete
    assert hurdles.examined == hurdles.asks == sum(reasons.values())
    assert explanation.searched
    first = explanation.changes[0]
    assert (first.field, first.value, first.detail) == (field, value, detail)
    assert first.covered
    assert all(fills(world, number, change) for change in explanation.changes)
    assert [change.extra_micros for change in explanation.changes] == sorted(
        change.extra_micros for change in explanation.changes
    )


def test_a_change_says_what_it_costs_beyond_the_limits() -> None:
    world = World([ask("15.40")])
    (change,) = explained(world, world.do(bid()).subject).changes
    assert change.extra_micros == micros("77.184")  # 0.40 × 8 × 24 with half a per cent
    assert change.total_micros == micros("2971.584")


def test_what_costs_nothing_more_comes_before_what_does() -> None:
    world = World([ask("15.10"), ask("14", start=9), ask("14.50", end=20)])
    explanation = explained(world, world.do(bid()).subject)
    assert [change.kind for change in explanation.changes] == ["start", "duration", "price"]


def test_an_ask_is_counted_at_the_first_test_it_fails() -> None:
    world = World([ask("16", "1", end=3, take_or_pay_bp=10_000), ask("14", "1", start=10, take_or_pay_bp=10_000)])
    (hurdles,) = explained(world, world.do(bid(least="4", max_take_or_pay_bp=0)).subject).alternatives
    assert counts(hurdles) == {"price": 1, "start": 1}


def test_when_no_single_change_does_there_is_none() -> None:
    world = World([ask("16", end=20)])
    explanation = explained(world, world.do(bid()).subject)
    assert explanation.changes == ()
    assert explanation.searched


def test_alternatives_keep_their_numbers_when_others_have_lapsed() -> None:
    world = World([ask("15.50", region="sh")])
    number = world.do(bid(wish(latest=1), wish(region="sh"))).subject
    world.do(AdvanceTime(to_s=at(2)))
    explanation = explained(world, number)
    assert [hurdles.alternative for hurdles in explanation.alternatives] == [1]
    assert [change.field for change in explanation.changes] == ["alternatives[1].price"]
    assert fills(world, number, explanation.changes[0])


def test_a_quantity_counts_what_has_been_filled() -> None:
    world = World([ask("14", "16", lot_milli=milli("8"))])
    number = world.do(bid(chips="12")).subject
    explanation = explained(world, number)
    assert explanation.leaves_milli == milli("4")
    assert counts(explanation.alternatives[0]) == {"lot": 1}
    assert (explanation.changes[0].field, explanation.changes[0].value) == ("quantity", milli("16"))
    world.do(AmendBid(account_id=BUYER, bid_id=number, quantity_milli=milli("16")))
    assert number not in world.state.bids


def test_a_brake_is_the_last_hurdle_and_no_change_lifts_it() -> None:
    world = World([ask("14", end=36)])
    world.do(bid(wish(hours=1, earliest=12, latest=12)))
    number = world.do(bid(replace(wish(latest=14), duration_s=at(23) - at(0) + 900))).subject
    world.do(SetMarketState(operator_id="operator", state=HALTED, reason="drill"))
    world.do(AdvanceTime(to_s=at(12) + 900))  # the provider fails the first, and what it had is free again
    explanation = explained(world, number)
    assert counts(explanation.alternatives[0]) == {"market": 1}
    assert explanation.alternatives[0].market_state == HALTED
    assert explanation.changes == ()
    for state in (POST_ONLY, OPEN):
        assert explained(world, number).changes == ()
        world.do(SetMarketState(operator_id="operator", state=state, reason="drill"))
    assert number not in world.state.bids


def test_what_only_rests_is_filled_by_no_change() -> None:
    world = World([ask("15.40")])
    assert explained(world, world.do(bid(post_only=True)).subject).changes == ()


def test_a_change_beyond_the_means_says_so() -> None:
    world = World([ask("9000")])
    order = bid(wish("1", hours=168, latest=6), chips="10000")
    asked = World([ask("9000", "10000", end=200)])
    (change,) = explained(asked, asked.do(order).subject).changes
    assert not change.covered
    assert explain(world.state, 1) is None


def test_asks_beyond_the_bounds_are_said_to_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World([ask("14", end=20) for _ in range(5)] + [ask("16")])
    number = world.do(bid()).subject
    monkeypatch.setattr(explaining, "EXAMINED_MAX", 3)
    monkeypatch.setattr(mending, "LOOKS_MAX", 1)
    explanation = explained(world, number)
    hurdles = explanation.alternatives[0]
    assert (hurdles.asks, hurdles.examined, hurdles.complete) == (6, 3, False)
    assert counts(hurdles) == {"duration": 3}
    assert not explanation.searched


def test_time_that_has_passed_without_a_command_counts() -> None:
    world = World([ask("15.20", end=28)])
    number = world.do(bid(wish(earliest=None))).subject
    early, late = explained(world, number), explain(world.state, number, at(5) - 1)
    assert late is not None
    assert (early.at_s, late.at_s, world.state.now_s) == (at(0), at(5) - 1, at(0))
    assert [change.kind for change in early.changes] == ["price"]
    assert late.changes == ()  # by the next step it is too late for a whole day
