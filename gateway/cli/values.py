"""What people like to read: grouped numbers, plain times; and what several commands are told in the same words.

Nothing is rounded here.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from exchange.language.instants import parse_instant
from exchange.language.units import UnitError

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


def new_id() -> str:
    """A client_order_id, or an idempotency key, that nobody has used."""
    return f"cli-{secrets.token_hex(8)}"


# made here where none is said, so that it can be told whatever becomes of the request
ONCE = click.option(
    "--id", "once", default=new_id, help="A key of one's own; with the same one it is never done twice."
)
FOLDER = click.Path(file_okay=False, path_type=Path)


def key_in(options: Mapping[str, object]) -> str:
    """The key among a command's options; empty for a command that has none."""
    once = options.get("once")
    return once if isinstance(once, str) else ""  # it is a flag of `book`


def grouped(number: str) -> str:
    """A decimal string with its thousands apart: "1234567.50" is "1,234,567.50"."""
    whole, point, fraction = number.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-')):,}{point}{fraction}"


def month_of(name: str) -> tuple[str, str]:
    """The first instant of a month such as "2026-12", and that of the next; UnitError when there is no such month."""
    found = _MONTH.fullmatch(name)
    if found is None:
        raise UnitError('must be a month such as "2026-12"')
    year, month = int(found[1]), int(found[2])
    after = f"{year + 1:04d}-01" if month == 12 else f"{year:04d}-{month + 1:02d}"
    return f"{name}-01T00:00:00Z", f"{after}-01T00:00:00Z"


def plain_time(instant: str | None) -> str:
    """An RFC 3339 instant as people write it, in UTC: "2026-12-01 00:15"; a dash for none."""
    if instant is None:
        return "–"
    day, _, time = instant.rstrip("Z").partition("T")
    return f"{day} {time.removesuffix(':00')}"


def utc(instant: str | None) -> str:
    """The same with its zone; a dash for none."""
    return "–" if instant is None else f"{plain_time(instant)} UTC"


def short_time(instant: str) -> str:
    """An instant in UTC without the year, for tables: "12-01 00:15"."""
    return plain_time(instant).partition("-")[2]


def short_duration(length: str) -> str:
    """An ISO 8601 duration in lower case without its letters P and T: "P1DT6H" is "1d6h"."""
    return length.removeprefix("P").replace("T", "").lower()


def two_clocks(instant: str) -> str:
    """An instant in UTC, and by the terminal's clock where that shows another time; "now" as it is."""
    if instant == "now":
        return instant
    local = datetime.fromtimestamp(parse_instant(instant)).astimezone()
    here = f" ({local:%a %Y-%m-%d %H:%M} {local.tzname()})" if local.utcoffset() else ""
    return f"{plain_time(instant)} UTC{here}"
