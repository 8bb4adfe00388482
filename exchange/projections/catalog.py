"""The catalogue as clients read it: regions, chips, tenors and rules, as last defined."""

from exchange.language.commands import Rules
from exchange.language.events import ChipDefined, RegionDefined, RulesSet, TenorsSet
from exchange.language.units import Seconds
from exchange.language.views import CatalogView


class Catalog:
    """What orders may name."""

    def __init__(self) -> None:
        self.regions: dict[str, RegionDefined] = {}
        self.chips: dict[str, ChipDefined] = {}
        self.tenors_s: tuple[Seconds, ...] = ()
        self.rules: Rules | None = None

    def take(self, event: RulesSet | TenorsSet | RegionDefined | ChipDefined) -> None:
        """The catalogue has changed."""
        match event:
            case RulesSet():
                self.rules = event.rules
            case TenorsSet():
                self.tenors_s = event.tenors_s
            case RegionDefined():
                self.regions[event.region] = event
            case ChipDefined():
                self.chips[event.chip] = event

    def view(self) -> CatalogView:
        """All of it."""
        return CatalogView(
            regions=tuple(self.regions.values()),
            chips=tuple(self.chips.values()),
            tenors_s=self.tenors_s,
            rules=self.rules,
        )
