"""Voucher programmes: their wording, where their money is, and what each owner group has had of them.

Granted is net of what has come back, by the calendar year of the grant; so caps are free again where the market says
so. What is left to a group is what its caps leave; the pool is shown as it stands, where it can bind.
"""

from collections.abc import Iterator

from exchange.language.claims import Claimant, caps, clash, why_not
from exchange.language.commands import FLOOR, IN_TOTAL, PER_YEAR, DefineProgramme
from exchange.language.events import LeaseChanged, Traded
from exchange.language.events_money import ProgrammeChanged, ProgrammeDefined, SubsidyMoved
from exchange.language.instants import year_of
from exchange.language.units import Micros, Seconds
from exchange.language.views import AccountView
from exchange.language.views_money import ProgrammeView, VoucherView
from exchange.projections.kpis import Kpis


class Programmes:
    """Every programme, and every grant of one."""

    def __init__(self) -> None:
        self.programmes: dict[str, ProgrammeView] = {}
        self.worded_at: dict[tuple[str, int], ProgrammeView] = {}  # programme, seq of the request that worded it
        self.granted: dict[tuple[str, str], dict[int, Micros]] = {}  # programme, group -> year -> net of what came back
        self.redeemed: dict[tuple[str, str], Micros] = {}
        self.grants: dict[int, tuple[str, str, int]] = {}  # lease -> programme, group, year
        self.drawn: dict[int, Micros] = {}  # lease -> redeemed so far
        self.kpis = Kpis()

    # -- writing ----------------------------------------------------------------------------------------------------

    def defined(self, event: ProgrammeDefined, now_s: Seconds) -> None:
        """A programme has been defined, or is worded otherwise from now on."""
        name, known = event.definition.programme, self.programmes.get(event.definition.programme)
        year = year_of(now_s)
        self.programmes[name] = (
            ProgrammeView(definition=event.definition, year=year)
            if known is None
            else known.but(definition=event.definition)
        )
        self.kpis.pool(name, year, event.definition.pool_micros)

    def paused(self, programme: str, paused: bool) -> None:
        """A programme commits nothing more, or does so again."""
        self.programmes[programme] = self.programmes[programme].but(paused=paused)

    def keep_worded(self, programme: str, seq: int) -> None:
        """A request that defines a programme is over: this is what its caller is told, now and on a repeat."""
        self.worded_at[programme, seq] = self.programmes[programme]

    def changed(self, event: ProgrammeChanged) -> None:
        """A programme's money has moved."""
        known = self.programmes[event.programme]
        self.programmes[event.programme] = known.but(
            year=event.year,
            pool_micros=event.pool_micros,
            committed_micros=event.committed_micros,
            redeemed_micros=event.redeemed_micros,
            funded_micros=event.funded_micros,
            lapsed_micros=event.lapsed_micros,
            granted_micros=event.granted_micros,
        )

    def traded(self, event: Traded, group: str, *, domestic: bool, now_s: Seconds) -> None:
        """A lease was made that a programme pays for."""
        if event.programme is not None:
            year = year_of(now_s)
            self.grants[event.lease_id] = (event.programme, group, year)
            self.kpis.pool(event.programme, year, self.programmes[event.programme].definition.pool_micros)
            chips_s = event.quantity_milli * (event.end_s - event.start_s)
            self.kpis.leased(event.programme, year, group, chips_s, domestic=domestic)

    def subsidy_moved(self, event: SubsidyMoved) -> None:
        """A subsidy was granted, or some of one has come back."""
        by_year = self.granted.setdefault((event.programme, event.group), {})
        by_year[event.year] = by_year.get(event.year, 0) + event.amount_micros
        self.kpis.granted(event.programme, event.year, event.amount_micros)

    def lease_changed(self, event: LeaseChanged) -> None:
        """More of a lease's subsidy has been redeemed, or, by a ruling, less."""
        more = event.redeemed_micros - self.drawn.get(event.lease_id, 0)
        if more:
            programme, group, year = self.grants[event.lease_id]
            self.drawn[event.lease_id] = event.redeemed_micros
            self.redeemed[programme, group] = self.redeemed.get((programme, group), 0) + more
            self.kpis.redeemed(programme, year, more)

    # -- reading ----------------------------------------------------------------------------------------------------

    def paying(self, lease_id: int) -> str | None:
        """The programme that pays its share of a lease, if one does."""
        grant = self.grants.get(lease_id)
        return None if grant is None else grant[0]

    def vouchers(self, account: AccountView, now_s: Seconds) -> list[VoucherView]:
        """What each programme has paid and may still pay to an account's owner group, in the order of definition."""
        claimant = Claimant(account.owner_group, account.tags, account.place, now_s)
        return [self._voucher(programme, claimant) for programme in self.programmes.values()]

    def least_cap(self, programme: str, claimant: Claimant, scope: str) -> Micros | None:
        """The smallest cap of a scope that applies to a claimant."""
        return min(caps(self.programmes[programme].definition, claimant, scope), default=None)

    def _voucher(self, programme: ProgrammeView, claimant: Claimant) -> VoucherView:
        terms, year = programme.definition, year_of(claimant.at_s)
        by_year = self.granted.get((terms.programme, claimant.group), {})
        in_year, in_total = by_year.get(year, 0), sum(by_year.values())
        excluded_by = next((other.programme for other in self._payers(claimant.group, year) if clash(terms, other)), "")
        refused = why_not(terms, claimant, excluded_by) or ("" if terms.rates else "rates")
        if programme.paused:
            refused = "paused"
        return VoucherView(
            programme=terms.programme,
            eligible=not refused,
            why_not=refused,
            granted_year_micros=in_year,
            granted_total_micros=in_total,
            redeemed_micros=self.redeemed.get((terms.programme, claimant.group), 0),
            left_year_micros=_left(caps(terms, claimant, PER_YEAR), in_year),
            left_total_micros=_left(caps(terms, claimant, IN_TOTAL), in_total),
            left_pool_micros=None if terms.pool_is in (FLOOR, "") else programme.pool_micros,
        )

    def _payers(self, group: str, year: int) -> Iterator[DefineProgramme]:
        """The programmes that have money out to a group in a year."""
        for name, programme in self.programmes.items():
            if self.granted.get((name, group), {}).get(year, 0) > 0:
                yield programme.definition


def _left(most_micros: Iterator[Micros], granted_micros: Micros) -> Micros | None:
    """What the smallest of some caps leaves; None without one."""
    return min((max(0, most - granted_micros) for most in most_micros), default=None)
