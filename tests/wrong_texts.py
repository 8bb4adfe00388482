"""Every place of a request where a text may stand, with the least request around it: made from the types themselves."""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct, inspect

PATTERNED: Final = "a"  # what keeps to any pattern that a required field has


def filled(wanted: type[Struct], text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Requests of a type, each with `text` in one place, and that place; the rest is the least that is needed."""
    kind = inspect.type_info(wanted)
    assert isinstance(kind, inspect.StructType)
    yield from _with_text(kind, text, "")


def least(wanted: type[Struct]) -> Any:
    """The least request of a type."""
    return _least(inspect.type_info(wanted))


def _with_text(kind: inspect.Type, text: str, place: str) -> Iterator[tuple[str, Any]]:
    match kind:
        case inspect.Metadata(type=inner):
            yield from _with_text(inner, text, place)
        case inspect.StrType() | inspect.LiteralType():
            yield place, text
        case inspect.UnionType(types=types):
            known = set()
            for each in types:
                for found in _with_text(each, text, place):
                    if repr(found) not in known:
                        known.add(repr(found))
                        yield found
        case inspect.VarTupleType(item_type=item):
            for where, made in _with_text(item, text, f"{place}[0]"):
                yield where, [made]
        case inspect.StructType(fields=fields):
            rest = _least(kind)
            for field in fields:
                head = f"{place}.{field.encode_name}" if place else field.encode_name
                for where, made in _with_text(field.type, text, head):
                    yield where, rest | {field.encode_name: made}


def _least(kind: inspect.Type) -> Any:
    match kind:
        case inspect.Metadata(type=inner):
            return _least(inner)
        case inspect.StrType():
            return PATTERNED
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.IntType():
            return 1
        case inspect.BoolType():
            return False
        case inspect.NoneType():
            return None
        case inspect.BytesType():
            return ""
        case inspect.RawType():
            return {}
        case inspect.UnionType(types=types):
            return _least(types[0])
        case inspect.VarTupleType(item_type=item):
            return [_least(item)]
        case inspect.StructType(fields=fields):
            tag = {} if kind.tag_field is None else {kind.tag_field: kind.tag}
            return tag | {each.encode_name: _least(each.type) for each in fields if each.required}
    raise AssertionError(kind)
