"""Who holds which chips when: open leases and resting asks as chips over time, by site, summed up by day.

A site's chips are a sum of rectangles: what is leased out of an ask stands in the lease, what is left in the ask's free
segments, so nothing counts twice. Every lease counts with what its buyer has in its own hands, for whoever delivers it:
a part that was resold counts in its own lease, which goes on when the one that it is out of is given back, and a
resale's ask offers nothing new. The work is that of sorting the edges.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from exchange.language.units import DAY_S, HOUR_S, Milli, Seconds, div_half_even
from exchange.language.views import AskView, LeaseView
from exchange.language.views_overview import CapacityView, DayView

UCH_PER_CH = 1_000_000
MILLI_PER_CHIP = 1_000


class Site(NamedTuple):
    """Where one provider has chips of one kind: who delivers them, whoever leases them out again."""

    region: str
    chip: str
    provider: str
    site: str


Edge = tuple[Seconds, Milli, Milli]  # from when on, so many more leased, so many more for sale


def by_site(leases: Iterable[LeaseView], asks: Iterable[AskView], now_s: Seconds, days: int) -> list[CapacityView]:
    """Every site with a lease or an ask in the days from now on, in order of its names."""
    end_s = now_s // DAY_S * DAY_S + days * DAY_S
    edges: dict[Site, list[Edge]] = {}

    def hold(site: Site, start_s: Seconds, until_s: Seconds, leased: Milli, offered: Milli) -> None:
        start_s, until_s = max(start_s, now_s), min(until_s, end_s)
        if start_s < until_s:
            found = edges.setdefault(site, [])
            found.append((start_s, leased, offered))
            found.append((until_s, -leased, -offered))

    for lease in leases:
        site = Site(lease.region, lease.chip, lease.deliverer, lease.site)
        for start_s, until_s, chips in lease.shape:
            hold(site, start_s, until_s, chips, 0)
    for ask in asks:
        if ask.lease_id is None:
            site = Site(ask.region, ask.chip, ask.account_id, ask.site)
            for start_s, until_s, chips in ask.free:
                hold(site, start_s, until_s, 0, chips)
    return [_site(site, sorted(edges[site]), now_s, days) for site in sorted(edges)]


def by_market(sites: Iterable[CapacityView]) -> list[CapacityView]:
    """Every market, its sites summed up; in order of its names."""
    found: dict[tuple[str, str], CapacityView] = {}
    for site in sites:
        market = (site.region, site.chip)
        known = found.get(market)
        found[market] = site.but(provider="", site="") if known is None else _sum(known, site)
    return list(found.values())


def _site(site: Site, edges: Sequence[Edge], now_s: Seconds, days: int) -> CapacityView:
    """Walk along the edges, day after day: milli-chips × seconds of each, and the most chips at any one time."""
    first_s = now_s // DAY_S * DAY_S
    held = [[0, 0] for _ in range(days)]
    leased = offered = most = place = 0
    now_held = (0, 0)
    for day in range(days):
        at_s, day_end_s = max(now_s, first_s + day * DAY_S), first_s + (day + 1) * DAY_S
        while at_s < day_end_s:
            while place < len(edges) and edges[place][0] <= at_s:
                leased, offered = leased + edges[place][1], offered + edges[place][2]
                place += 1
            most = max(most, leased + offered)
            if at_s == now_s:
                now_held = (leased, offered)
            until_s = min(day_end_s, edges[place][0]) if place < len(edges) else day_end_s
            held[day][0] += leased * (until_s - at_s)
            held[day][1] += offered * (until_s - at_s)
            at_s = until_s
    rows = []
    for day, (leased_s, offered_s) in enumerate(held):
        start_s = first_s + day * DAY_S
        idle_s = most * (start_s + DAY_S - max(now_s, start_s)) - leased_s - offered_s
        rows.append(_day(start_s, leased_s, offered_s, idle_s))
    return CapacityView(
        **site._asdict(), chips_milli=most, leased_milli=now_held[0], offered_milli=now_held[1], days=tuple(rows)
    )


def _day(start_s: Seconds, leased: int, offered: int, idle: int) -> DayView:
    """A day out of milli-chips × seconds."""
    leased_uch, offered_uch, idle_uch = (
        div_half_even(amount * UCH_PER_CH, MILLI_PER_CHIP * HOUR_S) for amount in (leased, offered, idle)
    )
    return DayView(start_s=start_s, leased_uch=leased_uch, offered_uch=offered_uch, idle_uch=idle_uch)


def _sum(one: CapacityView, other: CapacityView) -> CapacityView:
    return one.but(
        chips_milli=one.chips_milli + other.chips_milli,
        leased_milli=one.leased_milli + other.leased_milli,
        offered_milli=one.offered_milli + other.offered_milli,
        days=tuple(
            DayView(
                start_s=day.start_s,
                leased_uch=day.leased_uch + more.leased_uch,
                offered_uch=day.offered_uch + more.offered_uch,
                idle_uch=day.idle_uch + more.idle_uch,
            )
            for day, more in zip(one.days, other.days, strict=True)
        ),
    )
