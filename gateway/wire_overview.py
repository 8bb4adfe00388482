"""Views to the wire, continued: what operators see of the whole venue."""

from typing import Final

from exchange.language.commands import CEILING, FLOOR
from exchange.language.instants import format_instant, year_of
from exchange.language.units import Seconds, format_chips, format_money
from exchange.language.views_money import ProgrammeView
from exchange.language.views_overview import CapacityView, DayView, UseView
from gateway import answers_overview
from gateway.wire import chip_hours
from gateway.wire_money import programme

_LATEST_S: Final = 253_402_300_800  # 10000-01-01: instants have years of four digits


def capacity(view: CapacityView) -> answers_overview.Capacity:
    return answers_overview.Capacity(
        region=view.region,
        chip=view.chip,
        provider=view.provider,
        site=view.site,
        chips=format_chips(view.chips_milli),
        leased=format_chips(view.leased_milli),
        offered=format_chips(view.offered_milli),
        days=tuple(map(_day, view.days)),
    )


def use(view: UseView, known: ProgrammeView, now_s: Seconds) -> answers_overview.ProgrammeUse:
    """A programme with how long its pool lasts at the pace of late; the last instant that fits stands for any later.

    A year's pool that lasts beyond its year is never empty: what is left of it lapses, and the next one is full.
    """
    kind, runs_out_at = known.definition.pool_is, None
    if view.granted_micros > 0 and kind not in (FLOOR, ""):
        lasts_s = known.pool_micros * max(1, now_s - view.since_s) // view.granted_micros
        empty_s = min(now_s + lasts_s, _LATEST_S - 1)
        if kind != CEILING or year_of(empty_s) == year_of(now_s):
            runs_out_at = format_instant(empty_s)
    return answers_overview.ProgrammeUse(
        programme=programme(known),
        since=format_instant(view.since_s),
        granted=format_money(view.granted_micros),
        runs_out_at=runs_out_at,
    )


def _day(view: DayView) -> answers_overview.Day:
    return answers_overview.Day(
        start=format_instant(view.start_s),
        leased=chip_hours(view.leased_uch),
        offered=chip_hours(view.offered_uch),
        idle=chip_hours(view.idle_uch),
    )
