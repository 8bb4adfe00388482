"""What operators can read of the whole venue: who holds which chips when, and how fast programmes are used up."""

from exchange.language.units import MicroChipHours, Micros, Milli, Seconds
from exchange.language.views import View


class DayView(View, frozen=True, kw_only=True):
    """Chip-hours of one day, from now on where it is today: leased, for sale, and neither."""

    start_s: Seconds
    leased_uch: MicroChipHours
    offered_uch: MicroChipHours
    idle_uch: MicroChipHours


class CapacityView(View, frozen=True, kw_only=True):
    """The chips of one market, or of one provider's site in it: how many there are, and what becomes of them by day.

    `chips_milli` is the most that were ever leased and for sale at one time within the days looked at, site by site:
    so many there are. What of them is neither leased nor for sale is idle.
    """

    region: str
    chip: str
    provider: str  # empty for a whole market
    site: str
    chips_milli: Milli
    leased_milli: Milli  # now
    offered_milli: Milli  # now
    days: tuple[DayView, ...]


class UseView(View, frozen=True, kw_only=True):
    """What a programme has granted since some instant, which is at most a week ago."""

    programme: str
    since_s: Seconds
    granted_micros: Micros
