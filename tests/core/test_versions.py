"""What older rules decided otherwise: what was written under them leads where it led, and goes by the new rule now."""

import pytest
from msgspec.structs import replace

from exchange.core import versions
from exchange.core.conservation import audit
from exchange.core.hitting import hits_told
from exchange.core.previewing import preview
from exchange.language.commands import (
    HALTED,
    POST_ONLY,
    AdvanceTime,
    AmendBid,
    CancelLease,
    Command,
    ContestPeriod,
    Deposit,
    MeterLease,
    OpenAccount,
    ReleaseLease,
    SetMarketState,
    SetRules,
    StartLease,
)
from exchange.language.events import AskChanged, PeriodSettled
from exchange.language.events_money import LeaseCut
from exchange.language.hits import Hits
from exchange.language.rejects import Code
from exchange.language.units import HOUR_S, MICROS_PER_CNY
from tests.core.world import BUYER, RULES, World, ask, at, bid, wish

QUARTER_S = 900
DEPOSIT = Deposit(account_id="bob", amount_micros=10_000 * MICROS_PER_CNY)


def by_rules(before: int) -> pytest.MarkDecorator:
    """The rules before those that brought a decision, and those."""
    return pytest.mark.parametrize("rules", [before - 1, before])


def refusal(world: World, command: Command) -> Code | None:
    reject = world.attempt(command).reject
    return None if reject is None else reject.code


def cancel(lease_id: int, reason: str) -> CancelLease:
    return CancelLease(operator_id="venue", lease_id=lease_id, reason=reason)


def meter(lease_id: int, hour: int, chip_hours: int) -> MeterLease:
    """All that was delivered through an hour was used."""
    total = chip_hours * 10**6
    return MeterLease(account_id="p", lease_id=lease_id, through_s=at(hour), delivered_uch=total, used_uch=total)


def words(world: World) -> list[tuple[int, str]]:
    """What the last command cut, and the words that were given for it."""
    return [(event.lease_id, event.words) for event in world.events if isinstance(event, LeaseCut)]


@by_rules(versions.CANCELLED_ONCE)
def test_a_lease_is_cancelled_once(rules: int) -> None:
    world = World([ask("14", end=4), bid(wish("14", hours=4, latest=0))], rules)
    world.do(StartLease(account_id="p", lease_id=1, sealed_access=b"sealed"))
    world.do(AdvanceTime(to_s=at(1)))
    world.do(AdvanceTime(to_s=at(1) + 60))
    world.do(cancel(1, "one"))
    assert words(world) == [(1, "one")]
    code = refusal(world, cancel(1, "two"))
    if rules < versions.CANCELLED_ONCE:
        assert (code, words(world)) == (None, [(1, "two")])
    else:
        assert (code, world.events) == (Code.LEASE_OVER, ())


def resold(rules: int) -> World:
    """A lease of alice, half of which she has resold to bob, and the part is cancelled."""
    world = World([ask("14", end=4), bid(wish("14", hours=4, latest=0))], rules)
    world.do(OpenAccount(account_id="bob", roles=("buyer",), owner_group="bob"))
    world.do(DEPOSIT)
    world.do(ask("15", "4", end=4, by="alice", lease_id=1))
    world.do(replace(bid(wish("15", hours=4, latest=0), chips="4"), account_id="bob"))
    for lease_id in (1, 2):
        world.do(StartLease(account_id="p", lease_id=lease_id, sealed_access=b"sealed"))
    world.do(AdvanceTime(to_s=at(1) + 60))
    world.do(cancel(2, "one"))
    assert words(world) == [(1, "one"), (2, "one")]
    return world


@by_rules(versions.CANCELLED_ONCE)
def test_a_part_that_was_cancelled_is_not_cancelled_again_with_the_lease_it_is_of(rules: int) -> None:
    world = resold(rules)
    world.do(cancel(1, "two"))
    assert words(world) == ([(2, "two"), (1, "two")] if rules < versions.CANCELLED_ONCE else [(1, "two")])
    world.do(AdvanceTime(to_s=at(2)))
    assert not world.state.leases


@by_rules(versions.CANCELLED_ONCE)
def test_nor_is_it_told_that_it_would_be(rules: int) -> None:
    world = resold(rules)
    found = preview(world.state, cancel(1, "two"))
    assert isinstance(found, Hits)
    assert (found.leases.first, found.accounts.first) == (("lease-1",), ("alice", "p"))
    world.state.rules_version = rules  # as while a command of theirs is carried out
    told = hits_told(world.state, cancel(1, "two"))
    assert told.leases.first == (("lease-1", "lease-2") if rules < versions.CANCELLED_ONCE else ("lease-1",))


@by_rules(versions.OWN_LOOKED_PAST)
def test_an_order_rests_crossed_with_nobody_behind_its_own_group(rules: int) -> None:
    """Bids of alice and, less good, of bob in a market that is in post_only; alice's ask meets her own bid first."""
    world = World([], rules)
    world.do(OpenAccount(account_id="bob", roles=("buyer",), owner_group="bob"))
    world.do(DEPOSIT)
    world.do(bid(wish("15", latest=0)))
    world.do(replace(bid(wish("14", latest=0)), account_id="bob"))
    world.do(SetMarketState(operator_id="venue", state=POST_ONLY, reason="care"))
    code = refusal(world, ask("14", by="alice", post_only=True))
    assert code is (None if rules < versions.OWN_LOOKED_PAST else Code.WOULD_TRADE)


@by_rules(versions.OWN_LOOKED_PAST)
def test_a_bid_rests_crossed_with_nobody_behind_its_own_group(rules: int) -> None:
    world = World([ask("14", by="alice"), ask("15", by="p")], rules)
    world.do(SetMarketState(operator_id="venue", state=POST_ONLY, reason="care"))
    code = refusal(world, bid(wish("15", latest=0), self_trade="cancel_both"))
    assert code is (None if rules < versions.OWN_LOOKED_PAST else Code.WOULD_TRADE)


@by_rules(versions.ROOM_AGAIN)
def test_an_ask_that_ran_out_of_room_is_on_offer_again_once_a_lease_is_released(rules: int) -> None:
    """Of eight hours the last five are leased, and of the first three too little is left to host an hour."""
    world = World([ask("14", end=8), bid(wish("14", hours=5, earliest=3, latest=3))], rules)
    world.do(AdvanceTime(to_s=at(2) + QUARTER_S))
    assert world.state.asks[1].state == "expired"
    world.do(ReleaseLease(account_id=BUYER, lease_id=1))
    if rules < versions.ROOM_AGAIN:
        assert not world.state.asks
    else:
        assert (world.state.asks[1].state, world.state.asks[1].leaves_milli) == ("resting", 8000)


def test_an_ask_that_has_no_room_again_is_not_told_to_have_expired_twice() -> None:
    """What comes back is three hours, then another five: the ask leases four at least."""
    leased = [bid(wish("14", hours=4, earliest=start, latest=start)) for start in (4, 8)]
    world = World([ask("14", end=12, min_duration_s=4 * HOUR_S), *leased])
    world.do(AdvanceTime(to_s=at(4) + 60))
    assert world.state.asks[1].state == "expired"
    world.do(StartLease(account_id="p", lease_id=1, sealed_access=b"sealed"))
    world.do(ReleaseLease(account_id=BUYER, lease_id=1))
    assert [event for event in world.events if isinstance(event, AskChanged)] == []
    assert audit(world.state) == []
    world.do(ReleaseLease(account_id=BUYER, lease_id=2))
    assert world.state.asks[1].free.segments(at(5)) == ((at(5), at(12), 8000),)
    assert world.state.asks[1].state == "resting"


@by_rules(versions.SPREAD_BY_CHIPS)
def test_a_meter_grows_with_the_chips_that_are_in_hand(rules: int) -> None:
    """Of three hours alice resells the first two; in the third all eight chips are delivered to her."""
    world = World([ask("14", end=3), bid(wish("14", hours=3, latest=0))], rules)
    world.do(OpenAccount(account_id="bob", roles=("buyer",), owner_group="bob"))
    world.do(DEPOSIT)
    world.do(ask("15", "8", end=2, by="alice", lease_id=1))
    world.do(replace(bid(wish("15", hours=2, latest=0)), account_id="bob"))
    for lease_id in (1, 2):
        world.do(StartLease(account_id="p", lease_id=lease_id, sealed_access=b"sealed"))
    for hour in (1, 2):
        world.do(AdvanceTime(to_s=at(hour)))
        world.do(meter(2, hour, 8 * hour))
    world.do(AdvanceTime(to_s=at(3)))
    world.do(meter(1, 3, 8))
    world.do(AdvanceTime(to_s=at(3) + QUARTER_S))
    (delivered,) = [event.delivered_uch for event in world.events if isinstance(event, PeriodSettled)]
    assert delivered == (2_666_667 if rules < versions.SPREAD_BY_CHIPS else 8_000_000)
    assert not world.state.hands
    assert audit(world.state) == []


@by_rules(versions.UNPAID_CONTESTABLE)
def test_what_was_delivered_by_the_providers_word_can_be_contested_though_it_cost_nothing(rules: int) -> None:
    law = SetRules(rules=replace(RULES, contest_s=HOUR_S))
    world = World([law, ask("14", end=2, take_or_pay_bp=0), bid(wish("14", hours=2, latest=0))], rules)
    world.do(StartLease(account_id="p", lease_id=1, sealed_access=b"sealed"))
    world.do(AdvanceTime(to_s=at(1)))
    world.do(replace(meter(1, 1, 8), used_uch=0))
    world.do(AdvanceTime(to_s=at(1) + QUARTER_S))
    code = refusal(world, ContestPeriod(account_id=BUYER, lease_id=1, index=0, reason="there was nothing"))
    assert code is (Code.NOT_CONTESTABLE if rules < versions.UNPAID_CONTESTABLE else None)


@by_rules(versions.LAPSED_LOOKED_PAST)
def test_an_alternative_that_has_lapsed_stands_in_no_amendments_way(rules: int) -> None:
    later = replace(wish("14", latest=4), region="sh")
    world = World([bid(wish("14", latest=0), later)], rules)
    world.do(AdvanceTime(to_s=at(1)))
    world.do(SetMarketState(operator_id="venue", region="hz", state=HALTED, reason="care"))
    code = refusal(world, AmendBid(account_id=BUYER, bid_id=1, quantity_milli=7000))
    assert code is (Code.MARKET_NOT_OPEN if rules < versions.LAPSED_LOOKED_PAST else None)


@by_rules(versions.NOT_CANCELLED_AFTERWARDS)
def test_a_lease_that_has_come_to_its_end_is_not_cancelled(rules: int) -> None:
    world = World([ask("14", end=1), bid(wish("14", hours=1, latest=0))], rules)
    world.do(StartLease(account_id="p", lease_id=1, sealed_access=b"sealed"))
    world.do(AdvanceTime(to_s=at(1)))
    code = refusal(world, cancel(1, "late"))
    assert code is (None if rules < versions.NOT_CANCELLED_AFTERWARDS else Code.LEASE_OVER)
