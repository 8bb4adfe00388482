"""Programmes are defined and groups related: what is refused, by its place, and what a repeat does."""

from typing import Any

import pytest
from msgspec.structs import replace

from exchange.core.digest import digest
from exchange.core.quoting import quote
from exchange.language import limits
from exchange.language.commands import AdvanceTime, Cap, DefineProgramme, Rate, RelateGroups
from exchange.language.events_money import GroupsRelated
from exchange.language.rejects import Code, Reject
from exchange.language.units import DAY_S, HOUR_S, MICROS_PER_CNY
from tests.core.world import BUYER, T0, World, ask, bid, wish

CNY = MICROS_PER_CNY
PLAIN = DefineProgramme(
    programme="wx",
    name_en="Wuxi",
    name_zh="无锡",
    rates=(Rate(share_bp=3000, supply="local"),),
    caps=(Cap(scope="year", amount_micros=100 * CNY),),
    pool_micros=1000 * CNY,
    pool_is="ceiling",
    local_regions=("hz",),
    claimants=(("sme",),),
    operator_id="venue",
)
TOO_MANY = limits.RATES_MAX + 1
TAGS = ("sme",) * TOO_MANY

FAULTS: list[tuple[dict[str, Any], Code, str]] = [
    ({"programme": ""}, Code.BAD_VALUE, "programme"),
    ({"programme": "auto"}, Code.BAD_VALUE, "programme"),
    ({"programme": "a/b"}, Code.BAD_VALUE, "programme"),
    ({"programme": "w" * 41}, Code.BAD_VALUE, "programme"),
    ({"name_en": ""}, Code.BAD_VALUE, "name_en"),
    ({"name_zh": "无" * 201}, Code.BAD_VALUE, "name_zh"),
    ({"from_s": 20, "until_s": 20}, Code.WINDOW_EMPTY, "until"),
    ({"rates": (Rate(share_bp=10_001),)}, Code.SHARE_OUT_OF_RANGE, "rates[0].share"),
    ({"rates": (Rate(share_bp=1), Rate(share_bp=-1))}, Code.SHARE_OUT_OF_RANGE, "rates[1].share"),
    ({"rates": (Rate(share_bp=1, supply="near"),)}, Code.BAD_VALUE, "rates[0].supply"),
    ({"rates": (Rate(share_bp=1, chip="green"),)}, Code.BAD_VALUE, "rates[0].chip"),
    ({"rates": (Rate(share_bp=1),) * TOO_MANY}, Code.BAD_VALUE, "rates"),
    ({"caps": (Cap(scope="month", amount_micros=1),)}, Code.BAD_VALUE, "caps[0].scope"),
    ({"caps": (Cap(scope="year", amount_micros=0),)}, Code.AMOUNT_OUT_OF_RANGE, "caps[0].amount"),
    ({"caps": (Cap(scope="year", amount_micros=1, only_tags=TAGS),)}, Code.BAD_VALUE, "caps[0].only"),
    ({"caps": (Cap(scope="year", amount_micros=1, except_tags=TAGS),)}, Code.BAD_VALUE, "caps[0].except"),
    ({"pool_micros": None}, Code.BAD_VALUE, "pool_is"),
    ({"pool_is": ""}, Code.BAD_VALUE, "pool_is"),
    ({"pool_is": "well"}, Code.BAD_VALUE, "pool_is"),
    ({"pool_micros": 0}, Code.AMOUNT_OUT_OF_RANGE, "pool"),
    ({"pool_micros": limits.AMOUNT_MAX_MICROS + 1}, Code.AMOUNT_OUT_OF_RANGE, "pool"),
    ({"local_regions": ("hz", "atlantis")}, Code.UNKNOWN_REGION, "local_regions[1]"),
    ({"local_supplier_tags": TAGS}, Code.BAD_VALUE, "local_supplier_tags"),
    ({"claimants": (("sme",), ())}, Code.BAD_VALUE, "claimants[1]"),
    ({"claimants": (TAGS,)}, Code.BAD_VALUE, "claimants[0]"),
    ({"claimant_places": TAGS}, Code.BAD_VALUE, "places"),
    ({"barred_tags": TAGS}, Code.BAD_VALUE, "barred"),
    ({"excludes": ("wx",)}, Code.BAD_VALUE, "excludes[0]"),
    ({"excludes": ("*", "lf")}, Code.UNKNOWN_PROGRAMME, "excludes[1]"),
]


@pytest.mark.parametrize(("change", "code", "field"), FAULTS)
def test_what_is_wrong_with_a_wording_is_named(change: dict[str, Any], code: Code, field: str) -> None:
    world = World()
    before = digest(world.state)
    reject = world.attempt(replace(PLAIN, **change)).reject
    assert reject is not None
    assert (reject.code, reject.param) == (code, field)
    world.state.seq -= 1
    assert digest(world.state) == before


def test_of_several_faults_the_first_of_the_catalogue_is_told() -> None:
    reject = World().attempt(replace(PLAIN, pool_micros=0, name_en="", local_regions=("atlantis",))).reject
    assert reject is not None
    assert (reject.code, reject.param) == (Code.UNKNOWN_REGION, "local_regions[0]")


def test_there_are_only_so_many_programmes_and_each_can_be_worded_anew() -> None:
    world = World(replace(PLAIN, programme=f"p-{number}") for number in range(limits.ALL_PROGRAMMES_MAX))
    reject = world.attempt(PLAIN).reject
    assert reject is not None
    assert (reject.code, reject.param) == (Code.BAD_VALUE, "programme")
    world.do(replace(PLAIN, programme="p-0", name_en="anew"))
    assert next(iter(world.state.programmes.values())).definition.name_en == "anew"


def test_pools_take_in_no_more_money_than_the_market_can_carry() -> None:
    most = limits.AMOUNT_MAX_MICROS
    world = World(replace(PLAIN, programme=f"p-{number}", pool_micros=most) for number in range(7))
    reject = world.attempt(replace(PLAIN, pool_micros=most)).reject
    assert reject is not None
    assert (reject.code, reject.param) == (Code.AMOUNT_OUT_OF_RANGE, "pool")
    assert sum(world.state.ledger.balances.values()) == 0


def test_a_programme_defined_before_the_clock_begins_is_funded_when_it_does() -> None:
    world = World()
    world.machine.state.year = 0
    world.do(PLAIN)
    assert world.state.programmes["wx"].funded_micros == 0
    world.do(AdvanceTime(to_s=T0 + 1))
    assert world.state.programmes["wx"].funded_micros == 1000 * CNY


def relate(group: str, other: str, *, related: bool = True, reason: str = "one owner") -> RelateGroups:
    return RelateGroups(operator_id="venue", group=group, other_group=other, related=related, reason=reason)


def test_groups_are_related_either_way_round_once() -> None:
    world = World()
    assert not world.do(relate("q", "p")).repeated
    assert [event for event in world.events if isinstance(event, GroupsRelated)]
    assert world.do(relate("p", "q")).repeated
    assert world.events == ()
    assert not world.do(relate("p", "q", related=False)).repeated
    assert world.do(relate("q", "p", related=False)).repeated
    assert world.state.affiliated == {}


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (relate("", "p"), "group"),
        (relate("p", "q" * 41), "other_group"),
        (relate("p", "p"), "other_group"),
        (relate("p", "q", reason=""), "reason"),
    ],
)
def test_what_is_wrong_with_a_relation_is_named(command: RelateGroups, field: str) -> None:
    reject = World().attempt(command).reject
    assert reject is not None
    assert (reject.code, reject.param) == (Code.BAD_VALUE, field)


def test_a_quote_in_a_year_that_no_command_has_reached_knows_its_pool() -> None:
    terms = replace(PLAIN, claimants=(), caps=(), pool_micros=10 * CNY)
    new_year_s = 1_830_297_600  # 2028-01-01T00:00:00Z
    world = World([AdvanceTime(to_s=T0 + DAY_S * days) for days in range(30, 350, 30)])
    world.do(AdvanceTime(to_s=new_year_s - HOUR_S))
    hour = (new_year_s - T0) // HOUR_S
    world.do(terms)
    world.do(ask("14", start=hour, end=hour + 48))
    later = bid(wish(hours=1, earliest=hour, latest=hour), chips="4")
    world.do(later)
    assert world.state.programmes["wx"].granted_to(BUYER) == 10 * CNY
    for at_s, subsidies in ((0, ()), (new_year_s, (("wx", 10 * CNY),))):
        answer = quote(world.state, later, at_s)
        assert not isinstance(answer, Reject)
        assert answer.subsidies == subsidies
        assert answer.total_micros == answer.cost_micros + answer.buyer_fee_micros - sum(dict(subsidies).values())
