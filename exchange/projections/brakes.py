"""Which markets are open: the strictest of what operators have set for a market, its region, its chip and the venue."""

from exchange.language.commands import MARKET_STATES, OPEN
from exchange.language.events import MarketStateSet
from exchange.language.units import Seconds
from exchange.language.views_operator import BrakeView


class Brakes:
    """What has been set, the latest for each scope."""

    def __init__(self) -> None:
        self.latest: dict[tuple[str | None, str | None], BrakeView] = {}
        self.set_at: dict[tuple[str, str, int], str] = {}  # region, chip, seq of a request -> what then held there

    def set(self, event: MarketStateSet, now_s: Seconds) -> None:
        """An operator has opened or braked something."""
        self.latest[event.region, event.chip] = BrakeView(since_s=now_s, made=event)

    def keep_set(self, region: str, chip: str, seq: int) -> None:
        """A request about a market is over: this is what its caller is told, now and on a repeat."""
        self.set_at[region, chip, seq] = self.state(region, chip)

    def all(self) -> list[MarketStateSet]:
        """What holds for each scope, in the order in which scopes were first set."""
        return [brake.made for brake in self.latest.values()]

    def held(self) -> tuple[BrakeView, ...]:
        """What is not open, in the same order."""
        return tuple(brake for brake in self.latest.values() if brake.made.state != OPEN)

    def state(self, region: str, chip: str) -> str:
        """The state of a market."""
        scopes = ((region, chip), (region, None), (None, chip), (None, None))
        found = [self.latest[scope].made.state for scope in scopes if scope in self.latest]
        return max(found, key=MARKET_STATES.index, default=OPEN)
