"""What an object holds, laid bare as plain lists and tuples, so that two of them can be compared to the last field.

Dicts are lists of pairs, as their order counts. Ladders are the orders that rest in them, in order: their sieves are
filled as the need arises. An agenda is its appointments.
"""

from array import array
from collections import deque
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

from exchange.core.agenda import Agenda
from exchange.core.books.ladder import Ladder


def bare(value: Any, without: tuple[str, ...] = ()) -> Any:
    """The value laid bare, but for the attributes of these names."""
    match value:
        case int() | str() | bytes() | bytearray() | None:
            return value
        case Ladder():
            return [bare(item, without) for item in value.items()]
        case Agenda():
            return list(value.all())
        case dict():
            return [(bare(key, without), bare(each, without)) for key, each in value.items()]
        case list() | tuple() | deque() | array():
            return [bare(each, without) for each in value]
        case Struct():
            return (type(value).__name__, bare(astuple(value), without))
        case _:
            return (type(value).__name__, _attributes(value, without))


def _attributes(value: Any, without: tuple[str, ...]) -> list[tuple[str, Any]]:
    slots = (name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()))
    names = sorted(name for name in (*slots, *getattr(value, "__dict__", ())) if name not in without)
    return [(name, bare(getattr(value, name), without)) for name in names]
