"""Instants and lengths of time on the wire: RFC 3339 in UTC and ISO 8601, to and from integer seconds.

Pure text work: nothing here knows what time it is.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache

from exchange.language.units import DAY_S, HOUR_S, Seconds, UnitError, remembered

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.0{1,9})?Z", re.ASCII)
_DURATION = re.compile(
    r"P(?=[\dT])(?:(?P<w>\d{1,5})W)?(?:(?P<d>\d{1,5})D)?(?:T(?=\d)(?:(?P<h>\d{1,6})H)?(?:(?P<m>\d{1,7})M)?(?:(?P<s>\d{1,9})S)?)?",
    re.ASCII,
)


@remembered
def parse_instant(text: str) -> Seconds:
    """Whole seconds since the epoch of an RFC 3339 instant in UTC; UnitError for anything else."""
    if _INSTANT.fullmatch(text):
        try:
            return int(datetime.fromisoformat(text).timestamp())
        except ValueError:
            pass  # well-formed but no such day or hour
    raise UnitError('must be an RFC 3339 instant in UTC with whole seconds, such as "2026-12-01T00:00:00Z"')


@remembered
def format_instant(at_s: Seconds) -> str:
    """RFC 3339, UTC, whole seconds: "2026-12-01T00:00:00Z"."""
    return datetime.fromtimestamp(at_s, UTC).isoformat()[:19] + "Z"


@remembered
def parse_duration(text: str) -> Seconds:
    """Seconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds; UnitError for anything else."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise UnitError('must be an ISO 8601 duration in weeks or less, such as "PT6H" or "P7D"')
    weeks, days, hours, minutes, seconds = (int(found[part] or 0) for part in "wdhms")
    return (weeks * 7 + days) * DAY_S + hours * HOUR_S + minutes * 60 + seconds


@remembered
def format_duration(length_s: Seconds) -> str:
    """ISO 8601 in days, hours, minutes and seconds: "P1D", "PT6H", "P1DT30M"."""
    days, rest = divmod(length_s, DAY_S)
    hours, rest = divmod(rest, HOUR_S)
    minutes, seconds = divmod(rest, 60)
    time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    date = f"{days}D" if days else ""
    return f"P{date}T{time}" if time else f"P{date or 'T0S'}"


@lru_cache(maxsize=64)  # asked of the same instant by all that happens at it
def year_of(at_s: Seconds) -> int:
    """The calendar year, in UTC, in which an instant lies: what voucher programmes count by."""
    return datetime.fromtimestamp(at_s, UTC).year
