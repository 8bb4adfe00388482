"""What supervision flags: each table says what was leased by whom, and what an operator is then shown.

acme and bolt, hz and sh are owner groups; alice and ann are of acme. Amounts are in CNY; a lease is 8 chips for 2 h at
14.00, which is 224.00, unless it says otherwise.
"""

from typing import Any

import pytest

from exchange.language.events_money import GroupsRelated
from exchange.language.units import DAY_S
from exchange.language.views_money import FlagView
from tests.projections.told import Told, at, cap, cny, programme

ACCOUNTS = (("alice", "acme"), ("ann", "acme"), ("bob", "bolt"), ("hz", "hz"), ("sh", "sh"))


@pytest.fixture
def told() -> Told:
    told = Told(*ACCOUNTS)
    told.define(programme("wx"), programme("bj"), programme("cd", caps=(cap("contract", 50),)))
    return told


def relate(told: Told, group: str, other: str, *, related: bool = True) -> None:
    told.happen(GroupsRelated(group=group, other_group=other, related=related, reason="", operator_id="venue"))


def flags(told: Told) -> list[tuple[str, tuple[str, ...], tuple[int, ...], int]]:
    """Kind, groups, leases, and the amount in CNY: oldest first."""
    found = told.views.flags(None, None, 100)[::-1]
    assert [flag.flag_id for flag in found] == list(range(1, len(found) + 1))
    assert all(flag.amount_micros % cny(1) == 0 for flag in found)
    return [(flag.kind, flag.groups, flag.lease_ids, flag.amount_micros // cny(1)) for flag in found]


def only(told: Told) -> FlagView:
    [flag] = told.views.flags(None, None, 100)
    return flag


# -- related parties --


def test_a_lease_between_related_groups(told: Told) -> None:
    told.trade("alice", "hz")
    assert flags(told) == []
    relate(told, "sh", "bolt")
    told.trade("bob", "sh")
    assert flags(told) == [("related_party", ("bolt", "sh"), (2,), 224)]
    assert (only(told).at_s, only(told).seq, only(told).programme) == (at(0), told.views.seq, None)
    assert only(told).detail == "bob leases from sh, which is affiliated"
    relate(told, "bolt", "sh", related=False)
    told.trade("bob", "sh")
    assert len(flags(told)) == 1


def test_open_leases_of_groups_that_turn_out_to_be_related(told: Told) -> None:
    told.trade("alice", "hz")
    told.trade("ann", "hz", region="shanghai")
    told.trade("alice", "sh")
    over = told.trade("alice", "hz")
    told.happen(told.changed(over, state="ended", reason="completed"))
    told.trade("hz", "ann", region="wuxi")
    relate(told, "hz", "acme")
    assert flags(told) == [("related_party", ("acme", "hz"), (1, 2, 5), 672)]


def test_a_resale_of_what_a_related_group_delivers(told: Told) -> None:
    relate(told, "acme", "hz")
    told.trade("bob", "hz")
    told.trade("alice", "bob", parent_id=1, deliverer="hz")
    assert flags(told) == [("related_party", ("acme", "hz"), (2,), 224)]
    assert "delivered by hz" in only(told).detail


# -- circles --


def test_a_chain_of_resales_that_comes_back(told: Told) -> None:
    told.trade("alice", "hz")
    told.trade("bob", "alice", parent_id=1, deliverer="hz")
    assert flags(told) == []
    told.trade("hz", "bob", parent_id=2, deliverer="hz")
    assert flags(told) == [("circular", ("hz", "acme", "bolt"), (1, 2, 3), 672)]


def test_a_chain_that_comes_back_to_the_group_of_a_reseller(told: Told) -> None:
    told.trade("alice", "hz")
    told.trade("bob", "alice", parent_id=1, deliverer="hz")
    told.trade("ann", "bob", parent_id=2, deliverer="hz")
    assert flags(told) == [("circular", ("hz", "acme", "bolt"), (1, 2, 3), 672)]


@pytest.mark.parametrize(
    ("terms", "flagged"),
    [
        ({}, True),
        ({"hours": (1, 3)}, True),
        ({"hours": (2, 4)}, False),
        ({"region": "shanghai"}, False),
        ({"chip": "ascend"}, False),
    ],
)
def test_two_groups_that_lease_from_each_other(told: Told, terms: dict[str, Any], flagged: bool) -> None:
    told.trade("alice", "bob")
    told.trade("bob", "ann", **terms)
    assert flags(told) == ([("circular", ("acme", "bolt"), (1, 2), 448)] if flagged else [])


def test_no_circle_with_what_is_over_or_cut_short(told: Told) -> None:
    over, cut = told.trade("alice", "bob"), told.trade("alice", "bob", (0, 9))
    told.happen(told.changed(over, state="cancelled", reason="by_operator"), told.changed(cut, until_s=at(5)))
    told.trade("bob", "alice", (5, 6))
    told.trade("alice", "bob", (6, 7))
    assert flags(told) == []
    told.trade("bob", "alice", (4, 6))
    assert [numbers for _, _, numbers, _ in flags(told)] == [(2, 5)]
    told.trade("alice", "bob", (3, 5))
    assert [numbers for _, _, numbers, _ in flags(told)][1:] == [(5, 6)]


# -- subsidies --


@pytest.mark.parametrize(
    ("second", "flagged"),
    [
        ({"programme": "bj"}, True),
        ({"programme": "bj", "hours": (1, 9)}, True),
        ({"programme": "bj", "hours": (2, 4)}, False),
        ({"programme": "bj", "region": "shanghai"}, False),
        ({"programme": "bj", "region": "shanghai", "bid_id": 1}, True),
        ({"programme": "wx"}, False),
        ({}, False),
    ],
)
def test_two_programmes_for_one_need(told: Told, second: dict[str, Any], flagged: bool) -> None:
    told.trade("alice", "hz", programme="wx", subsidy=40, bid_id=1)
    told.trade("ann", "sh", subsidy=30, **{"bid_id": 2, **second})
    assert flags(told) == ([("double_subsidy", ("acme",), (1, 2), 70)] if flagged else [])


def test_two_programmes_for_two_groups_or_one_after_the_other(told: Told) -> None:
    first = told.trade("alice", "hz", programme="wx", subsidy=40)
    told.trade("bob", "hz", programme="bj", subsidy=40)
    told.happen(told.changed(first, state="released", reason="by_buyer"))
    told.trade("alice", "hz", programme="bj", subsidy=40)
    assert flags(told) == []


@pytest.mark.parametrize(
    # chips used of 8 in the one hour that was settled, what was paid, what of it the programme paid
    ("used", "paid", "redeemed", "idle"),
    [
        (8, 112, 20, None),
        (2, 112, 20, None),  # worth 28.00: a quarter
        (1, 112, 24, 21),  # worth 14.00: an eighth
        (0, 112, 20, 20),
        (0, 112, 0, None),  # nobody's money but the buyer's
        (1, 14, 8, None),  # paid for what was used
    ],
)
def test_a_subsidised_lease_that_was_hardly_used(
    told: Told, used: int, paid: int, redeemed: int, idle: int | None
) -> None:
    lease = told.trade("alice", "hz", (0, 1), programme="wx", subsidy=40)
    told.happen(
        told.settled(lease, used=used, paid=paid),
        told.changed(lease, state="running", earned_micros=cny(paid), redeemed_micros=cny(redeemed)),
    )
    assert flags(told) == []
    told.happen(told.changed(lease, state="ended", reason="completed"))
    assert flags(told) == ([] if idle is None else [("underused", ("acme",), (lease,), idle)])
    told.happen(told.changed(lease, frozen_micros=1))  # a contest of the last period
    assert len(flags(told)) == (idle is not None)


@pytest.mark.parametrize(("used", "by_customer", "flagged"), [(2, 0, False), (1, 8, True)])
def test_what_a_reseller_s_customer_used_is_neither_here_nor_there(
    told: Told, used: int, by_customer: int, flagged: bool
) -> None:
    lease = told.trade("alice", "hz", programme="wx", subsidy=40)
    told.trade("bob", "alice", (1, 2), parent_id=lease, deliverer="hz")
    told.happen(
        told.settled(lease, used=used, paid=112),
        told.settled(lease, 1, part_id=2, used=by_customer, paid=112),
        told.changed(lease, state="ended", earned_micros=cny(224), redeemed_micros=cny(40)),
    )
    assert [kind for kind, *_ in flags(told)] == ["underused"] * flagged


def test_a_subsidised_lease_that_was_paid_for_and_given_back(told: Told) -> None:
    lease = told.trade("alice", "hz", programme="wx", subsidy=40)
    told.happen(told.changed(lease, state="released", earned_micros=cny(224), redeemed_micros=cny(40)))
    assert flags(told) == [("underused", ("acme",), (lease,), 40)]
    assert only(told).detail == "224.00 CNY was paid for use that is worth 0.00"


def test_one_need_split_into_several_contracts(told: Told) -> None:
    told.trade("alice", "hz", programme="cd", subsidy=30)
    told.trade("bob", "hz", programme="cd", subsidy=50)
    assert flags(told) == []  # each within the cap of 50.00
    told.trade("ann", "sh", programme="cd", subsidy=30)
    assert flags(told) == [("split_contract", ("acme",), (1, 3), 60)]
    assert only(told).programme == "cd"
    told.trade("ann", "sh", programme="cd", subsidy=30)
    assert len(flags(told)) == 1  # said once a day


def test_contracts_of_different_days_or_together_within_the_cap(told: Told) -> None:
    told.trade("alice", "hz", programme="cd", subsidy=30)
    told.trade("alice", "hz", programme="cd", subsidy=20)
    told.clock(at(0) + DAY_S)
    told.trade("alice", "hz", programme="cd", subsidy=30)
    assert flags(told) == []
    told.trade("alice", "hz", programme="cd", subsidy=21)
    told.clock(at(0) + 2 * DAY_S)
    told.trade("alice", "hz", programme="cd", subsidy=50)
    told.trade("alice", "hz", programme="cd", subsidy=50)
    assert [numbers for _, _, numbers, _ in flags(told)] == [(3, 4), (5, 6)]


def test_leases_without_a_cap_for_one_are_never_too_many(told: Told) -> None:
    for _ in range(3):
        told.trade("alice", "hz", programme="wx", subsidy=40)
    assert flags(told) == []


# -- the list --


def test_flags_are_listed_newest_first_and_by_kind(told: Told) -> None:
    relate(told, "acme", "hz")
    told.trade("alice", "hz")
    told.trade("hz", "alice")
    assert [kind for kind, *_ in flags(told)] == ["related_party", "related_party", "circular"]
    assert [flag.flag_id for flag in told.views.flags(None, None, 2)] == [3, 2]
    assert [flag.flag_id for flag in told.views.flags(None, 2, 2)] == [1]
    assert [flag.flag_id for flag in told.views.flags("related_party", None, 1)] == [2]
    assert [flag.flag_id for flag in told.views.flags("related_party", 2, 9)] == [1]
    assert told.views.flags("underused", None, 9) == []
