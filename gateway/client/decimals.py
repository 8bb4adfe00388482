"""Numbers and times in the exact types that Python has for them, to and from the strings of the wire.

A float is a TypeError: 15.2 is not 15.20 in binary, and nothing here rounds. What the wire can write but the market
does not take, such as too many decimals, the market itself refuses.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from exchange.language.instants import format_duration, format_instant, parse_duration, parse_instant

Number = Decimal | int | str
Moment = datetime | str  # a str is RFC 3339, or "now" where a start is meant
Length = timedelta | str  # a str is ISO 8601

_EXACT: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_SECOND: Final = timedelta(seconds=1)


def exact(text: str) -> Decimal:
    """The number that an answer holds; ValueError when it is none."""
    if not _EXACT.fullmatch(text):
        raise ValueError(f"{text!r} is no decimal number")
    return Decimal(text)


def moment(text: str) -> datetime:
    """The instant that an answer holds, in UTC; ValueError when it is none."""
    return datetime.fromtimestamp(parse_instant(text), UTC)


def length(text: str) -> timedelta:
    """The length of time that an answer holds; ValueError when it is none."""
    return timedelta(seconds=parse_duration(text))


def written(value: object, name: str) -> str:
    """As it goes over the wire. TypeError for a float, ValueError for what is not exact; both name the field."""
    match value:
        case str():
            return value
        case bool():
            pass
        case int():
            return str(value)
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{name} must be a number, not {value}")
            return format(value, "f")
        case datetime():
            return _written_moment(value, name)
        case timedelta():
            if value % _SECOND or value < timedelta():
                raise ValueError(f"{name} must be whole seconds, not {value}")
            return format_duration(value // _SECOND)
        case float():
            raise TypeError(f"{name} must be exact, a Decimal, an int or a str, not the float {value!r}")
    raise TypeError(f"{name} cannot be written from a {type(value).__name__}")


def _written_moment(value: datetime, name: str) -> str:
    if value.tzinfo is None:
        raise ValueError(f"{name} needs a time zone: {value}")
    if value.microsecond:
        raise ValueError(f"{name} must be whole seconds: {value}")
    return format_instant(int(value.timestamp()))
