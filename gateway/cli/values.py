"""What people type and what they like to read: short durations in, grouped numbers and plain times out.

The wire's own spelling is always accepted. Nothing is rounded here, and what is no short form goes to the market as it
is, which refuses it by name.
"""

import re
import secrets
from typing import Any

import click

from exchange.language.instants import format_instant, parse_duration, parse_instant
from exchange.language.units import UnitError
from exchange.language.windows import ceil_to_step
from gateway.client.rest import Client

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_SHORT = re.compile(r"(\d{1,6})([mhdw])", re.ASCII)


class DurationType(click.ParamType[str]):
    """A duration: ISO 8601 ("PT24H"), or short ("90m", "24h", "7d", "2w")."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The ISO 8601 spelling, or a usage error that says what would do."""
        text = str(value)
        if short := _SHORT.fullmatch(text.lower()):
            unit = short[2].upper()
            text = f"P{short[1]}{unit}" if unit in "DW" else f"PT{short[1]}{unit}"
        try:
            parse_duration(text)
        except UnitError as error:
            self.fail(f'{error}, or a short form such as "24h" or "7d"', param, ctx)
        return text


class ListType(click.ParamType[tuple[str, ...]]):
    """Names with commas between them."""

    name = "name[,name…]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names, in order."""
        return value if isinstance(value, tuple) else tuple(part for part in str(value).split(",") if part)


ONCE = click.option("--id", "once", default="", help="A key of one's own; with the same one it is never done twice.")
DURATION = DurationType()
NAMES = ListType()


def new_order_id() -> str:
    """A client_order_id that nobody has used."""
    return f"cli-{secrets.token_hex(8)}"


async def instant_after(client: Client, start: str, length: str) -> str:
    """A length of time after an instant, or after the market's next step when that is "now"."""
    if start != "now":
        try:
            return format_instant(parse_instant(start) + parse_duration(length))
        except UnitError as error:
            raise click.UsageError(f"{start}: {error}") from error
    rules = (await client.catalog()).rules
    now_s = parse_instant((await client.time()).now)
    step_s = parse_duration(rules.step) if rules else 1
    return format_instant(ceil_to_step(now_s, step_s) + parse_duration(length))


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


def short_time(instant: str) -> str:
    """The same without the year, for tables: "12-01 00:15"."""
    return plain_time(instant).partition("-")[2]


def short_duration(length: str) -> str:
    """An ISO 8601 duration in lower case without its letters P and T: "P1DT6H" is "1d6h"."""
    return length.removeprefix("P").replace("T", "").lower()
