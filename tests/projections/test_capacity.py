"""The capacity calendar: each chip-hour once, with the lease whose buyer has it in hand, for whoever delivers it."""

from exchange.language.events import RELEASED
from exchange.language.events_money import LeaseCut, PartResold, PartReturned
from exchange.language.units import HOUR_S, full_uch
from exchange.language.views_overview import CapacityView
from tests.projections.told import H800, Told, at, cny

DAYS = 4


def a_resale_of_half() -> Told:
    """hz leases 8 chips to bob for four days, who resells 4 of them to carol from the second day on."""
    told = Told(("hz", "hz"), ("bob", "bolt"), ("carol", "core"))
    told.trade("bob", "hz", (0, 96))
    kept = ((at(0), at(24), 8000), (at(24), at(96), 4000))
    told.happen(PartResold(lease_id=1, part_id=2, shape=kept, links=((1, cny(4032)), (2, cny(4320)))))
    told.trade("carol", "bob", (24, 96), chips=4, price=15, parent_id=1, deliverer="hz")
    return told


def cut(lease_id: int, hours: int) -> LeaseCut:
    """What a buyer still has is given back from an hour on, for nothing."""
    return LeaseCut(
        lease_id=lease_id, until_s=at(hours), paid_micros=0, refunded_micros=0, redeemed_micros=0, reason="by_buyer"
    )


def days_of(told: Told, chips: int = 8) -> list[tuple[int, int, int]]:
    """Chip-hours of each day of the one site: leased, for sale, idle."""
    [site] = told.views.capacity(DAYS, ("hangzhou", H800))
    assert (site.provider, site.chips_milli) == ("hz", chips * 1000)
    [market] = told.views.capacity(DAYS)
    assert market.days == site.days
    assert all(sum(_day(site, place)) == full_uch(chips * 1000, 24 * HOUR_S) for place in range(DAYS))
    return [tuple(uch // 1_000_000 for uch in _day(site, place)) for place in range(DAYS)]  # type: ignore[misc]


def _day(site: CapacityView, place: int) -> tuple[int, int, int]:
    day = site.days[place]
    return day.leased_uch, day.offered_uch, day.idle_uch


def test_a_part_that_was_resold_counts_once() -> None:
    assert days_of(a_resale_of_half()) == [(192, 0, 0)] * DAYS


def test_a_resold_part_is_leased_when_the_lease_that_it_is_out_of_has_been_released() -> None:
    told = a_resale_of_half()
    told.happen(cut(1, 12))
    assert days_of(told) == [(96, 0, 96)] * DAYS
    told.clock(at(24))
    told.happen(told.changed(1, state=RELEASED))
    assert days_of(told, chips=4) == [(96, 0, 0), (96, 0, 0), (96, 0, 0), (0, 0, 96)]


def test_a_part_that_came_back_is_leased_by_the_lease_that_it_was_out_of() -> None:
    told = a_resale_of_half()
    told.happen(cut(2, 24), PartReturned(lease_id=1, part_id=2, shape=((at(0), at(96), 8000),)))
    assert days_of(told) == [(192, 0, 0)] * DAYS
