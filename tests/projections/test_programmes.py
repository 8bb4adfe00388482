"""What programmes have paid and may still pay, and how they do by calendar year."""

import pytest

from exchange.language.commands import DefineProgramme
from exchange.language.events_money import ProgrammeChanged
from exchange.language.instants import parse_instant
from exchange.language.views_money import ProgrammeKpi, VoucherView
from tests.projections.told import ASCEND, Told, cap, cny, programme

NEW_YEAR_S = parse_instant("2026-01-01T00:00:00Z")


def market(*wordings: DefineProgramme) -> Told:
    """alice is an SME of Hangzhou and shares a group with ann; bob is alone, of Beijing; hz provides."""
    told = Told(("hz", "hz"))
    told.open("alice", "acme", "sme", place="hangzhou")
    told.open("ann", "acme", place="shanghai")
    told.open("bob", "bolt", place="beijing")
    told.define(*wordings)
    return told


def voucher(told: Told, account_id: str, name: str) -> VoucherView:
    return next(view for view in told.views.vouchers(account_id) if view.programme == name)


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        (programme("x"), ""),
        (programme("x", share=0), "rates"),
        (programme("x", until_s=NEW_YEAR_S), ""),
        (programme("x", from_s=NEW_YEAR_S), "from"),
        (programme("x", until_s=1), "until"),
        (programme("x", claimants=(("sme", "startup"),)), ""),
        (programme("x", claimants=(("sme",), ("research",))), "claimants"),
        (programme("x", claimant_places=("beijing",)), "places"),
        (programme("x", barred_tags=("sme",)), "barred"),
        (programme("x", share=0, claimant_places=("beijing",)), "places"),
    ],
)
def test_who_may_not_claim_is_told_why(wording: DefineProgramme, expected: str) -> None:
    view = voucher(market(wording), "alice", "x")
    assert (view.eligible, view.why_not) == (not expected, expected)


@pytest.mark.parametrize(("excludes", "expected"), [((), ""), (("wx",), "excludes"), (("*",), "excludes")])
def test_a_programme_that_another_shuts_out(excludes: tuple[str, ...], expected: str) -> None:
    told = market(programme("bj", excludes=excludes), programme("wx"), programme("sh"))
    told.trade("ann", "hz", programme="wx", subsidy=10)
    assert voucher(told, "alice", "bj").why_not == expected
    assert voucher(told, "bob", "bj").why_not == ""
    assert voucher(told, "alice", "wx").why_not == ""  # it keeps no other from paying the group
    told.happen(told.granted("ann", "wx", -cny(10)))
    assert voucher(told, "alice", "bj").why_not == ""
    told.trade("ann", "hz", programme="wx", subsidy=10)
    told.clock(NEW_YEAR_S)
    assert voucher(told, "alice", "bj").why_not == ""


def test_what_caps_leave_counts_by_group_and_year() -> None:
    limits = (cap("year", 100), cap("year", 80, only_tags=("sme",)), cap("total", 150, except_tags=("sme",)))
    told = market(programme("x", caps=limits))
    told.trade("alice", "hz", programme="x", subsidy=60)
    lease = told.trade("ann", "hz", programme="x", subsidy=15)
    sme, other = voucher(told, "alice", "x"), voucher(told, "ann", "x")
    assert (sme.granted_year_micros, sme.granted_total_micros) == (cny(75), cny(75))
    assert (sme.left_year_micros, sme.left_total_micros) == (cny(5), None)
    assert (other.left_year_micros, other.left_total_micros) == (cny(25), cny(75))
    told.happen(told.granted("ann", "x", -cny(5)), told.changed(lease, redeemed_micros=cny(10)))
    assert voucher(told, "alice", "x").left_year_micros == cny(10)
    assert voucher(told, "alice", "x").redeemed_micros == cny(10)
    told.clock(NEW_YEAR_S)
    anew = voucher(told, "ann", "x")
    assert (anew.granted_year_micros, anew.granted_total_micros) == (0, cny(70))
    assert (anew.left_year_micros, anew.left_total_micros) == (cny(100), cny(80))
    assert voucher(told, "bob", "x").left_year_micros == cny(100)


def test_a_cap_below_what_was_granted_leaves_nothing() -> None:
    told = market(programme("x"))
    told.trade("alice", "hz", programme="x", subsidy=60)
    told.define(programme("x", caps=(cap("year", 50),)))
    assert voucher(told, "alice", "x").left_year_micros == 0


@pytest.mark.parametrize(("pool_is", "expected"), [("ceiling", 70), ("total", 70), ("floor", None), ("", None)])
def test_a_pool_is_shown_where_it_can_bind(pool_is: str, expected: int | None) -> None:
    told = market(programme("x", pool=100, pool_is=pool_is))
    told.happen(
        ProgrammeChanged(
            programme="x",
            year=2025,
            pool_micros=cny(70),
            committed_micros=cny(20),
            redeemed_micros=cny(10),
            funded_micros=cny(100),
            lapsed_micros=0,
            granted_micros=cny(30),
        )
    )
    left = voucher(told, "alice", "x").left_pool_micros
    assert left == (None if expected is None else cny(expected))
    [view] = told.views.programmes()
    assert (view.pool_micros, view.committed_micros, view.redeemed_micros) == (cny(70), cny(20), cny(10))
    assert (view.funded_micros, view.lapsed_micros, view.granted_micros) == (cny(100), 0, cny(30))


def test_another_wording_keeps_where_the_money_is() -> None:
    told = market(programme("x", pool=100), programme("y"))
    told.trade("alice", "hz", programme="x", subsidy=60)
    told.define(programme("x", pool=200, place="wuxi"))
    x, y = told.views.programmes()
    assert (x.definition.place, x.year, y.definition.programme) == ("wuxi", 2025, "y")
    assert voucher(told, "alice", "x").granted_year_micros == cny(60)


def test_nobody_has_no_vouchers() -> None:
    assert market(programme("x")).views.vouchers("nobody") == []


def row(kpi: ProgrammeKpi) -> tuple[str, int, int | None, int, int, int, int, int, int]:
    return (
        kpi.programme, kpi.year, kpi.pool_micros, kpi.granted_micros, kpi.committed_micros, kpi.redeemed_micros,
        kpi.returned_micros, kpi.leases, kpi.claimants,
    )  # fmt: skip


def test_figures_by_programme_and_year() -> None:
    told = market(programme("x", pool=200), programme("y"))
    first = told.trade("alice", "hz", (0, 3), programme="x", subsidy=60)  # 24 chip-hours
    told.happen(told.granted("alice", "x", -cny(12)), told.changed(first, redeemed_micros=cny(36)))
    told.trade("ann", "hz", (0, 1), chip=ASCEND, programme="x", subsidy=22)  # 8 chip-hours, domestic
    told.trade("bob", "hz", (0, 1), programme="x", subsidy=10)  # 8 chip-hours
    told.clock(NEW_YEAR_S)
    second = told.trade("bob", "hz", programme="x", subsidy=50)
    told.happen(told.changed(second, redeemed_micros=cny(50)))
    told.happen(told.changed(second, redeemed_micros=cny(40)))  # a ruling took some back
    told.happen(told.changed(first, redeemed_micros=cny(40)))  # of the year in which it was granted
    assert [row(kpi) for kpi in told.views.kpis()] == [
        ("x", 2026, cny(200), cny(50), cny(10), cny(40), 0, 1, 1),
        ("x", 2025, cny(200), cny(80), cny(40), cny(40), cny(12), 3, 2),
        ("y", 2026, None, 0, 0, 0, 0, 0, 0),
    ]
    shares = [(kpi.domestic_bp, kpi.redeemed_of_granted_bp, kpi.redeemed_of_pool_bp) for kpi in told.views.kpis()]
    assert shares == [(0, 8000, 2000), (2000, 5000, 2000), (None, None, None)]
