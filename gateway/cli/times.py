"""Times as people type them: a strict grammar, read by the market's clock, and never a guess.

    a moment   now | +6h | DAY | [DAY] HH:MM[:SS][Z|±HH:MM]
    DAY        yesterday | today | tomorrow | mon … sun | YYYY-MM-DD
    a length   24h | 7d | 1d12h | 90m | 2w | ISO 8601, such as PT6H, in either case

A day alone is its midnight, a time alone today's; a weekday is the next one after today. Between day and time is a
space or a T, so RFC 3339 is one of the forms. Today is the market's, in the zone of the offset; without an offset in
the terminal's own, where a time that a change of the clocks skips or repeats is refused.
"""

import asyncio
import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec import Struct

from exchange.language.instants import format_instant, parse_duration, parse_instant
from exchange.language.units import Seconds, UnitError
from exchange.language.windows import ceil_to_step

if TYPE_CHECKING:
    from gateway.client.rest import Client

NOW: Final = "now"

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEAR: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_SHORT: Final = re.compile(r"(?:\d{1,5}w)?(?:\d{1,5}d)?(?P<time>(?:\d{1,6}h)?(?:\d{1,7}m)?(?:\d{1,9}s)?)", re.ASCII)
_MOMENT: Final = re.compile(
    rf"(?:(?P<day>{'|'.join((*_NEAR, *_WEEKDAYS))}|\d{{4}}-\d\d-\d\d)(?:[ t](?=\d)|$))?"
    r"(?:(?P<clock>\d{1,2}:\d\d(?::\d\d)?)(?:\.0{1,9})?(?P<zone>z|[+-]\d\d:[0-5]\d)?)?",
    re.ASCII,
)
_FORMS: Final = 'say now, +6h, 09:00, tomorrow, "tomorrow 09:00+08:00", "mon 18:00", 2026-12-01 or 2026-12-01T01:00:00Z'


class Moment(Struct, frozen=True):
    """A time as it was typed, and for which option; it is read once the market's time is known."""

    text: str
    where: str

    def at_s(self, now_s: Seconds) -> Seconds:
        """The instant that is meant when it is `now_s`; a usage error when there is none, or more than one."""
        if self.relative:
            return now_s + parse_duration(iso_length(self.text[1:])) if self.text != NOW else now_s
        try:
            return _read(self.text, now_s)
        except UnitError as error:
            raise click.UsageError(f"{self.where}: {self.text} {error}") from error
        except (ValueError, OverflowError, OSError) as error:
            raise click.UsageError(f"{self.where}: {self.text} is in no calendar") from error

    @property
    def relative(self) -> bool:
        """Whether it is counted from now."""
        return self.text == NOW or self.text.startswith("+")


class Clock(Struct, frozen=True):
    """The market's time, and the step that leases begin and end on."""

    now_s: Seconds
    step_s: Seconds

    def instant(self, moment: Moment) -> str:
        """An instant, as the wire writes it."""
        return _written(moment.at_s(self.now_s))

    def step(self, moment: Moment) -> str:
        """The same for what begins or ends a lease: `now` and `+6h` count from the next step."""
        return _written(moment.at_s(self.next_step_s if moment.relative else self.now_s))

    def start(self, moment: Moment) -> str:
        """The same for where a lease may begin; now stays "now", for the market to say when the order comes."""
        return NOW if moment.text == NOW else self.step(moment)

    def after(self, start: str, length: str) -> str:
        """So long after a start."""
        start_s = self.next_step_s if start == NOW else parse_instant(start)
        return _written(start_s + parse_duration(length))

    @property
    def next_step_s(self) -> Seconds:
        """The first instant at which a lease can start."""
        return ceil_to_step(self.now_s, self.step_s)


async def clock_of(client: "Client") -> Clock:
    """The market's clock."""
    now, catalog = await asyncio.gather(client.time(), client.catalog())
    step_s = parse_duration(catalog.rules.step) if catalog.rules else 1
    return Clock(parse_instant(now.now), step_s)


def _written(at_s: Seconds) -> str:
    try:
        return format_instant(at_s)
    except (ValueError, OverflowError) as error:
        raise click.UsageError("that is past the end of the calendar") from error


def iso_length(text: str) -> str:
    """A length in ISO 8601; UnitError when it is none."""
    small = text.lower()
    if small and (short := _SHORT.fullmatch(small)):
        days, hours = small[: short.start("time")].upper(), short["time"].upper()
        text = f"P{days}T{hours}" if hours else f"P{days}"
    elif text.isascii():  # some letters of other scripts have ours for their capitals
        text = text.upper()
    parse_duration(text)
    return text


class DurationType(click.ParamType[str]):
    """A length of time; the ISO 8601 spelling of it."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The length, or a usage error that says what would do."""
        try:
            return iso_length(str(value))
        except UnitError as error:
            self.fail(f'{error}, or a short form such as "24h" or "7d"', param, ctx)


class MomentType(click.ParamType[Moment]):
    """A point in time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        """What was typed, if it is of the grammar, or a usage error that says what would do."""
        if isinstance(value, Moment):
            return value
        text = str(value).strip().lower()
        try:
            known = bool(iso_length(text[1:])) if text.startswith("+") else text == NOW or _is_moment(text)
        except UnitError:
            known = False
        if not known:
            self.fail(f"{value!r} is no time that is certain: {_FORMS}.", param, ctx)
        return Moment(text, param.opts[0] if param is not None else name_of(text))


def name_of(text: str) -> str:
    """What a time is called that belongs to no option."""
    return f'"{text}"'


def _is_moment(text: str) -> bool:
    found = _MOMENT.fullmatch(text)
    return found is not None and bool(found["day"] or found["clock"])


def _read(text: str, now_s: Seconds) -> Seconds:
    found = _MOMENT.fullmatch(text)
    assert found is not None, "it was looked at when it was typed"
    zone = _zone(found["zone"])
    today = datetime.fromtimestamp(now_s, zone).date()
    wall = datetime.combine(_day(found["day"], today), _clock(found["clock"] or "0:00"))
    return _local_s(wall) if zone is None else int(wall.replace(tzinfo=zone).timestamp())


def _zone(text: str | None) -> timezone | None:
    if text is None or text == "z":
        return None if text is None else UTC
    hours, minutes = map(int, text[1:].split(":"))
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _clock(text: str) -> time:
    hour, minute, second = (*map(int, text.split(":")), 0)[:3]
    return time(hour, minute, second)


def _day(text: str | None, today: date) -> date:
    if text is None or text in _NEAR:
        return today + timedelta(days=_NEAR[text or "today"])
    if text in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS.index(text) - today.weekday() - 1) % 7 + 1)
    return date.fromisoformat(text)


def _local_s(wall: datetime) -> Seconds:
    """The one instant at which the terminal's clock shows this; UnitError when there is none, or when there are two."""
    first_s, second_s = (int(wall.replace(fold=fold).timestamp()) for fold in (0, 1))
    if first_s == second_s:
        return first_s
    if datetime.fromtimestamp(first_s).astimezone().replace(tzinfo=None) != wall:
        raise UnitError("does not exist here, as the clocks are put forward then: add an offset such as +02:00")
    raise UnitError("comes twice here, as the clocks are put back then: add an offset such as +02:00")


DURATION: Final = DurationType()
MOMENT: Final = MomentType()
