"""Wire types as JSON Schema: one pass over all that a document speaks of, and pointers into what came of it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Final, get_args, get_type_hints

import msgspec
from msgspec import Struct

Schema = dict[str, Any]

_AT: Final = "#/components/schemas/"


class Shapes:
    """The schemas of some types. `components` has those that have a name, which `of` points to."""

    def __init__(self, types: Iterable[type[Struct]]) -> None:
        known = tuple(dict.fromkeys(types))
        schemas, self.components = msgspec.json.schema_components(known, ref_template=_AT + "{name}")
        self._of = dict(zip(known, schemas, strict=True))

    def of(self, *types: type[Struct]) -> Schema:
        """A pointer to the schema of a type, or to those of several of which it is one."""
        if len(types) == 1:
            return self._of[types[0]]
        return {"oneOf": [self._of[kind] for kind in types]}

    def whole(self, kind: type[Struct]) -> Schema:
        """The schema itself."""
        found: Schema = self.components[self._of[kind]["$ref"].removeprefix(_AT)]
        return found

    def used_by(self, *parts: Any) -> Schema:
        """The components that parts of a document point to, by whatever way."""
        wanted: dict[str, None] = {}
        waiting = [name for part in parts for name in _pointed_to(part)]
        while waiting:
            if (name := waiting.pop()) not in wanted:
                wanted[name] = None
                waiting.extend(_pointed_to(self.components[name]))
        return {name: self.components[name] for name in sorted(wanted)}


def results_of(call: Callable[..., Awaitable[Any]]) -> tuple[type[Struct], ...]:
    """The types that a call may answer with."""
    said = get_type_hints(call)["return"]
    return get_args(said) or (said,)


def _pointed_to(part: Any) -> Iterator[str]:
    match part:
        case {"$ref": str(place)} if place.startswith(_AT):
            yield place.removeprefix(_AT)
        case dict():
            for value in part.values():
                yield from _pointed_to(value)
        case list() | tuple():
            for value in part:
                yield from _pointed_to(value)
