"""A voucher programme as the market keeps it: its wording, and what it has granted to whom, by calendar year.

Granted is net: what comes back frees the caps and the pool of the year in which it was granted. At every moment
pool + committed + redeemed = funded − lapsed, and what has been granted in all is committed + redeemed.
"""

from msgspec import Struct, field

from exchange.language.commands import FLOOR, IN_TOTAL, DefineProgramme
from exchange.language.units import Micros


class Programme(Struct, kw_only=True, gc=False):
    """The wording that holds now, and sums of all time but for those by year."""

    definition: DefineProgramme
    groups: dict[str, dict[int, Micros]] = field(default_factory=dict)  # owner group -> year -> granted
    years: dict[int, Micros] = field(default_factory=dict)  # granted to all of them
    funded_micros: Micros = 0
    lapsed_micros: Micros = 0
    committed_micros: Micros = 0
    redeemed_micros: Micros = 0

    @property
    def id(self) -> str:
        """Its name in the market."""
        return self.definition.programme

    @property
    def in_total(self) -> bool:
        """Whether its pool is one sum for good; any other is a calendar year's, and what is left of it lapses."""
        return self.definition.pool_is == IN_TOTAL

    @property
    def grows(self) -> bool:
        """Whether its pool is filled up as it is used: a floor, or no figure at all."""
        return self.definition.pool_is in (FLOOR, "")

    def granted_to(self, group: str, year: int | None = None) -> Micros:
        """What an owner group has been granted, in a year or in all."""
        by_year = self.groups.get(group)
        if by_year is None:
            return 0
        return sum(by_year.values()) if year is None else by_year.get(year, 0)

    def granted_micros(self, year: int) -> Micros:
        """What its pool has granted: in a year, or, of a total, ever."""
        return self.committed_micros + self.redeemed_micros if self.in_total else self.years.get(year, 0)

    def unused_micros(self, year: int) -> Micros:
        """What of the figure of its pool has not been granted."""
        figure, granted = self.definition.pool_micros or 0, self.granted_micros(year)
        assert granted <= figure or self.grows, self.id
        return max(0, figure - granted)

    def count(self, group: str, year: int, amount_micros: Micros) -> None:
        """Note a grant, or, when negative, what came back of one."""
        by_year = self.groups.setdefault(group, {})
        by_year[year] = by_year.get(year, 0) + amount_micros
        self.years[year] = self.years.get(year, 0) + amount_micros
        self.committed_micros += amount_micros
        assert by_year[year] >= 0, (self.id, group, year)
        assert self.committed_micros >= 0, self.id
