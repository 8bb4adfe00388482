"""Bytes and query strings to request structs, or a Refusal that names the place.

What comes in is bounded before it is read: a frame in bytes, its nesting in brackets. msgspec does the rest; its
messages are the one place where its wording is relied upon, and the table tests hold every form of it. Then no text may
hold control characters but tabs and line breaks; bodies can have one only behind a backslash, so most are not searched.
And no object may have a field twice: of two prices msgspec takes the last, while whoever has checked the text on its
way may have read the first (RFC 8259, section 4).
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec.inspect import IntType, type_info

from exchange.language.limits import CLIENT_ORDER_ID_MAX_CHARS, FRAME_MAX_BYTES
from exchange.language.texts import texts
from gateway.errors import Refusal
from gateway.schema import CLIENT_ORDER_ID_PATTERN, CONTROLS, SLUG_PATTERN

S = TypeVar("S", bound=Struct)

DEPTH_MAX: Final = 32
ECHO_MAX_CHARS: Final = 200  # of what a client sent, in what it is told

_PLACE = re.compile(r"(?P<what>.*) - at `\$\.?(?P<path>[^`]*)`", re.DOTALL)
_FIELD = re.compile(r"Object (?P<how>contains unknown|missing required) field `(?P<field>.*)`", re.DOTALL)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,30})", re.ASCII)
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_CONTROL = re.compile(f"[{CONTROLS}]")
_REGEX: Final = "Expected `str` matching regex "
_SHAPES: Final = {
    repr(SLUG_PATTERN): "lower case letters, digits and dashes, no dash first",
    repr(CLIENT_ORDER_ID_PATTERN): f"1 to {CLIENT_ORDER_ID_MAX_CHARS} of A-Z a-z 0-9 _ -",
}
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


@cache
def _counts(wanted: type[Struct]) -> frozenset[str]:
    """The fields of a struct that are integers; in an address they are text like all the rest."""
    fields = msgspec.structs.fields(wanted)
    return frozenset(field.encode_name for field in fields if isinstance(type_info(field.type), IntType))


@cache
def _decoder(wanted: type[Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(wanted)


def decode(data: bytes, wanted: type[S], within: str = "") -> S:
    """The struct in a JSON text; Refusal when it is none, not of that shape, or has a field twice, at any depth.

    A field that is there twice in the one called `within` is named without that.
    """
    decoded = decode_part(data, wanted)
    try:
        _search(data.decode())
    except _Twice:
        place = (_twin(_keep_all(data.decode()), "") or "").removeprefix(f"{within}.")[:ECHO_MAX_CHARS]
        raise Refusal("bad_format", place, f"{place} is given more than once.") from None
    except ValueError:
        pass  # msgspec reads parts that are kept as they came less closely; whoever takes such a part refuses it
    return decoded


def decode_part(data: bytes, wanted: type[S]) -> S:
    """As `decode`, of a text that has been searched for fields given twice, or need not be."""
    if len(data) > FRAME_MAX_BYTES:
        raise Refusal("too_large", detail=f"A request has at most {FRAME_MAX_BYTES} bytes.")
    check_depth(data)
    try:
        decoded: S = _decoder(wanted).decode(data)
    except msgspec.ValidationError as error:
        raise misshapen(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal("malformed_json", detail=f"The JSON cannot be read: {error}.") from None
    if b"\\" in data:
        check_texts(texts(decoded))
    return decoded


class _Twice(Exception):
    """A field is given more than once."""


class _Object(list[tuple[str, Any]]):
    """The fields of a JSON object, those given twice as well."""


def _once(fields: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in fields}) != len(fields):
        raise _Twice


# Numbers stay texts: of a long one Python would make no integer.
_search: Final = json.JSONDecoder(object_pairs_hook=_once, parse_int=str, parse_float=str).decode
_keep_all: Final = json.JSONDecoder(object_pairs_hook=_Object, parse_int=str, parse_float=str).decode


def _twin(value: Any, place: str) -> str | None:
    """Where the first field is that its object has twice."""
    if isinstance(value, _Object):
        before = set()
        for name, inner in value:
            here = f"{place}.{name}" if place else name
            if name in before:
                return here
            before.add(name)
            if found := _twin(inner, here):
                return found
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if found := _twin(inner, f"{place}[{index}]"):
                return found
    return None


def convert(query: Iterable[tuple[str, str]], path: Mapping[str, str], wanted: type[S]) -> S:
    """The struct that a query string and the parts of a path make together; a Refusal when they do not."""
    values: dict[str, str | int] = {}
    for name, value in query:
        if name in values or name in path:
            raise Refusal("bad_format", name, f"{name} is given more than once.")
        values[name] = value
    for name in _counts(wanted) & values.keys():
        if _INTEGER.fullmatch(text := str(values[name])):
            values[name] = int(text)
    try:
        converted: S = msgspec.convert(values | dict(path), wanted)
    except msgspec.ValidationError as error:
        raise misshapen(str(error)) from None
    check_texts((name, str(value)) for name, value in (values | dict(path)).items())
    return converted


def check_texts(placed: Iterable[tuple[str, str]]) -> None:
    """Refuse texts, each given with its place, that hold control characters but tabs and line breaks."""
    for place, text in placed:
        if found := _CONTROL.search(text):
            raise Refusal("bad_format", place, f"{place} holds the control character U+{ord(found[0]):04X}.")


def check_depth(data: bytes) -> None:
    """Refuse nesting that no request has use for. Counting brackets clears every ordinary one at once."""
    if data.count(b"[") + data.count(b"{") <= DEPTH_MAX:
        return
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEPTH_MAX:
            raise Refusal("too_deep", detail=f"A request nests at most {DEPTH_MAX} levels.")


def misshapen(message: str) -> Refusal:
    """The refusal that a message of msgspec's amounts to."""
    placed = _PLACE.fullmatch(message)
    what, path = (placed["what"], placed["path"]) if placed else (message, "")
    if named := _FIELD.fullmatch(what):
        field = named["field"][:ECHO_MAX_CHARS]
        param = f"{path}.{field}" if path else field
        if named["how"] == "missing required":
            return Refusal("missing_field", param, f"{param} is required.")
        return Refusal("unknown_field", param, f"{param} is not a field of this request.")
    if shape := _SHAPES.get(what.removeprefix(_REGEX)):
        return Refusal("bad_format", path or None, f"{path or 'The request'} must be {shape}.")
    detail = f"{path or 'The request'}: {what[:1].lower()}{what[1:ECHO_MAX_CHARS]}."
    if what.startswith("Invalid enum value"):
        return Refusal("bad_value", path or None, detail)
    return Refusal("wrong_type" if ", got `" in what else "bad_format", path or None, detail)
