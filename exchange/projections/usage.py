"""How the venue's chips are used, by region and by who delivers: what was on offer, leased, due, delivered and used.

Registered is what was on offer and not leased (idle), and what was leased, up to now. Due is what should have been
delivered: closed periods in full, and what a default gave up; what of it was not delivered is lost. Lost per chip-hour
leased, the fault rate, is taken of those that have come due: of a lease that is over these are all. Of a period that
runs nobody knows yet; and what a default gave up is leased no longer, so whoever never started a lease would have lost
something of nothing. Every physical chip-hour counts once, with the lease whose buyer has the use of it: resold parts
with their own leases, and a resale's ask offers nothing new. Sums of what is over are kept, what is open is added when
somebody looks.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from exchange.language.events import CANCELLED, DEFAULTED, ENDED, RELEASED, RESTING
from exchange.language.units import BP_PER_ONE, BasisPoints, Seconds, div_half_even, full_uch
from exchange.language.views import AskView, LeaseView
from exchange.language.views_money import UsageKpi
from exchange.language.windows import Segment

OVER = (ENDED, DEFAULTED, RELEASED, CANCELLED)

Whose = tuple[str, str]  # region, deliverer


@dataclass(slots=True)
class Sums:
    """Of some asks and leases: chips × seconds in thousandths of a chip, and chip-hours in millionths."""

    idle_milli_s: int = 0
    leased_milli_s: int = 0
    domestic_milli_s: int = 0  # of what was leased
    due_uch: int = 0
    delivered_uch: int = 0
    used_uch: int = 0
    du_used: int = 0  # used at sites that state their PUE, times the chip's 度 rate
    du_drawn: int = 0  # the same, times the PUE

    def add(self, other: "Sums", sign: int = 1) -> None:
        """Add others, or take them away."""
        self.idle_milli_s += sign * other.idle_milli_s
        self.leased_milli_s += sign * other.leased_milli_s
        self.domestic_milli_s += sign * other.domestic_milli_s
        self.due_uch += sign * other.due_uch
        self.delivered_uch += sign * other.delivered_uch
        self.used_uch += sign * other.used_uch
        self.du_used += sign * other.du_used
        self.du_drawn += sign * other.du_drawn


class Usage:
    """Every ask of own chips and every lease."""

    def __init__(self) -> None:
        self.over: dict[Whose, Sums] = {}
        self.asks: dict[int, AskView] = {}  # on offer
        self.leases: dict[int, LeaseView] = {}  # open

    # -- writing ----------------------------------------------------------------------------------------------------

    def ask(self, before: AskView | None, after: AskView) -> None:
        """An ask stands elsewhere; one that was filled may rest again."""
        if after.lease_id is not None:
            return
        if before is not None and before.state != RESTING:
            self._over(before.region, before.account_id).add(Sums(idle_milli_s=before.idle_milli_s), -1)
        if after.state == RESTING:
            self.asks[after.ask_id] = after
        else:
            self.asks.pop(after.ask_id, None)
            self._over(after.region, after.account_id).add(Sums(idle_milli_s=after.idle_milli_s))

    def lease(self, after: LeaseView) -> None:
        """A lease is new, or stands elsewhere."""
        if after.state not in OVER:
            self.leases[after.lease_id] = after
        elif self.leases.pop(after.lease_id, None) is not None:
            self.ended(after)

    def resume(self, asks: Iterable[AskView], leases: Iterable[LeaseView]) -> None:
        """Take back what is open; the sums of what is over are the caller's to bring."""
        self.asks = {ask.ask_id: ask for ask in asks if ask.lease_id is None}
        self.leases = {lease.lease_id: lease for lease in leases}

    def ended(self, lease: LeaseView, sign: int = 1) -> None:
        """A lease is over; or, with -1, it is to be counted anew."""
        self._over(lease.region, lease.deliverer).add(_of_lease(lease, lease.end_s), sign)

    def _over(self, region: str, deliverer: str) -> Sums:
        found = self.over.get((region, deliverer))
        if found is None:
            found = self.over[region, deliverer] = Sums()
        return found

    # -- reading ----------------------------------------------------------------------------------------------------

    def sums(self, now_s: Seconds) -> dict[Whose, Sums]:
        """What everything comes to at an instant, by region and deliverer, in that order."""
        found: dict[Whose, Sums] = {}
        for whose, sums in self.over.items():
            found[whose] = Sums(*astuple(sums))
        for ask in self.asks.values():
            idle = Sums(idle_milli_s=ask.idle_milli_s + area_until(ask.free, now_s))
            found.setdefault((ask.region, ask.account_id), Sums()).add(idle)
        for lease in self.leases.values():
            found.setdefault((lease.region, lease.deliverer), Sums()).add(_of_lease(lease, now_s))
        return dict(sorted(found.items()))

    def kpis(self, now_s: Seconds) -> tuple[UsageKpi, list[UsageKpi], list[UsageKpi]]:
        """The venue's figures, each region's, and each provider's."""
        venue, regions, providers = Sums(), dict[str, Sums](), dict[str, Sums]()
        for (region, provider), sums in self.sums(now_s).items():
            venue.add(sums)
            regions.setdefault(region, Sums()).add(sums)
            providers.setdefault(provider, Sums()).add(sums)
        return (
            _kpi("", venue),
            [_kpi(region, sums) for region, sums in regions.items()],
            [_kpi(provider, providers[provider]) for provider in sorted(providers)],
        )


def area_until(shape: Iterable[Segment], until_s: Seconds) -> int:
    """The chips × seconds of a shape that lie before an instant."""
    found = 0
    for start_s, end_s, chips in shape:
        if start_s >= until_s:
            break
        found += chips * (min(end_s, until_s) - start_s)
    return found


def _of_lease(lease: LeaseView, now_s: Seconds) -> Sums:
    leased = area_until(lease.shape, now_s)
    used, du_milli, pue_milli = lease.due_used_uch, lease.du_milli, lease.pue_milli
    du_used = used * du_milli if du_milli is not None and pue_milli is not None else 0
    return Sums(
        leased_milli_s=leased,
        domestic_milli_s=leased if lease.domestic else 0,
        due_uch=lease.due_uch,
        delivered_uch=lease.due_delivered_uch,
        used_uch=used,
        du_used=du_used,
        du_drawn=du_used * (pue_milli or 0),
    )


def _kpi(name: str, sums: Sums) -> UsageKpi:
    registered, lost = sums.idle_milli_s + sums.leased_milli_s, sums.due_uch - sums.delivered_uch
    return UsageKpi(
        name=name,
        registered_uch=full_uch(registered, 1),
        leased_uch=full_uch(sums.leased_milli_s, 1),
        due_uch=sums.due_uch,
        lost_uch=lost,
        used_uch=sums.used_uch,
        leased_bp=_share(sums.leased_milli_s, registered),
        used_bp=_share(sums.used_uch, full_uch(registered, 1)),
        used_of_due_bp=_share(sums.used_uch, sums.due_uch),
        fault_bp=_share(lost, sums.due_uch),
        domestic_bp=_share(sums.domestic_milli_s, sums.leased_milli_s),
        pue_milli=div_half_even(sums.du_drawn, sums.du_used) if sums.du_used else None,
    )


def _share(part: int, whole: int) -> BasisPoints | None:
    """A part of a whole, rounded half to even; None of nothing."""
    return div_half_even(part * BP_PER_ONE, whole) if whole else None
