"""The texts within what is asked and what is kept, and the characters that a database cannot keep in any.

PostgreSQL knows no U+0000, in text as in jsonb, and half of a surrogate pair is no character at all. What asks for
one of them to be kept is turned away before the journal has it; what a journal has all the same is kept otherwise.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

INSTEAD: Final = "\ufffd"  # of U+0000, where it cannot be kept

_NEVER_KEPT: Final = re.compile("[\0\ud800-\udfff]")
_encode: Final = msgspec.json.Encoder().encode


def texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a struct or tuple, with its place, such as `alternatives[0].region`, by the names of the wire."""
    match value:
        case str():
            yield place, value
        case tuple():
            for index, each in enumerate(value):
                yield from texts(each, f"{place}[{index}]")
        case Struct():
            head = f"{place}." if place else ""
            for name, wire_name in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
                yield from texts(getattr(value, name), head + wire_name)


def unkept(value: Any) -> str | None:
    """Where a text is that cannot be kept, or None. Half a microsecond for an order."""
    try:
        if b"\\" not in _encode(value):  # as JSON would write U+0000; quicker than to look at one text after the other
            return None
    except UnicodeEncodeError:
        pass
    return next((place for place, text in texts(value) if _NEVER_KEPT.search(text)), None)


def kept(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of values as it can be kept: with U+FFFD for U+0000, in texts and in tuples of them."""
    return row if b"\\" not in _encode(row) else tuple(map(_kept, row))


def kept_text(text: str) -> str:
    """A text as it can be kept."""
    return text.replace("\0", INSTEAD)


def _kept(value: Any) -> Any:
    match value:
        case str():
            return kept_text(value)
        case tuple():
            return tuple(map(_kept, value))
    return value
