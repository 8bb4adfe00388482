"""How voucher programmes do: of each and every calendar year, what was granted and drawn, by how many, on whose chips.

Sums of integers as events bring them; shares are taken when somebody looks. A year is that of the grant.
"""

from dataclasses import dataclass, field

from exchange.language.units import BP_PER_ONE, BasisPoints, Micros, div_half_even
from exchange.language.views_money import ProgrammeKpi


@dataclass(slots=True)
class Year:
    """One programme in one year. Leases and claimants count once a subsidy was granted, whatever became of it."""

    pool_micros: Micros | None = None
    granted_micros: Micros = 0  # less what came back
    returned_micros: Micros = 0
    redeemed_micros: Micros = 0
    leases: int = 0
    claimants: dict[str, None] = field(default_factory=dict)
    chips_s: int = 0  # milli-chips × seconds that are subsidised
    domestic_chips_s: int = 0


class Kpis:
    """Every programme's years."""

    def __init__(self) -> None:
        self.years: dict[tuple[str, int], Year] = {}

    def pool(self, programme: str, year: int, pool_micros: Micros | None) -> None:
        """A programme has this figure for its pool in a year."""
        self._year(programme, year).pool_micros = pool_micros

    def leased(self, programme: str, year: int, group: str, chips_s: int, *, domestic: bool) -> None:
        """A subsidised lease was made."""
        sums = self._year(programme, year)
        sums.leases += 1
        sums.claimants[group] = None
        sums.chips_s += chips_s
        sums.domestic_chips_s += chips_s if domestic else 0

    def granted(self, programme: str, year: int, amount_micros: Micros) -> None:
        """A subsidy was granted, or, when negative, came back."""
        sums = self._year(programme, year)
        sums.granted_micros += amount_micros
        sums.returned_micros -= min(0, amount_micros)

    def redeemed(self, programme: str, year: int, amount_micros: Micros) -> None:
        """So much more was drawn of the grants of a year."""
        self._year(programme, year).redeemed_micros += amount_micros

    def view(self, programmes: dict[str, Micros | None], this_year: int) -> list[ProgrammeKpi]:
        """All years of these programmes in which there was a grant, and this one; by programme, the latest first.

        `programmes` have the figures of their pools as worded now.
        """
        found: list[ProgrammeKpi] = []
        for programme, figure in programmes.items():
            years = [year for name, year in self.years if name == programme and self.years[name, year].leases]
            none = Year(pool_micros=figure)
            found.extend(
                _row(programme, year, self.years.get((programme, year), none))
                for year in sorted({*years, this_year}, reverse=True)
            )
        return found

    def _year(self, programme: str, year: int) -> Year:
        found = self.years.get((programme, year))
        if found is None:
            found = self.years[programme, year] = Year()
        return found


def _row(programme: str, year: int, sums: Year) -> ProgrammeKpi:
    return ProgrammeKpi(
        programme=programme,
        year=year,
        pool_micros=sums.pool_micros,
        granted_micros=sums.granted_micros,
        committed_micros=sums.granted_micros - sums.redeemed_micros,
        redeemed_micros=sums.redeemed_micros,
        returned_micros=sums.returned_micros,
        leases=sums.leases,
        claimants=len(sums.claimants),
        domestic_bp=_share(sums.domestic_chips_s, sums.chips_s),
        redeemed_of_granted_bp=_share(sums.redeemed_micros, sums.granted_micros),
        redeemed_of_pool_bp=_share(sums.redeemed_micros, sums.pool_micros or 0),
    )


def _share(part: int, whole: int) -> BasisPoints | None:
    """A part of a whole, rounded half to even; None of nothing."""
    return div_half_even(part * BP_PER_ONE, whole) if whole else None
