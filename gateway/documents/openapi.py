"""REST as OpenAPI 3.1: made of the table of routes, the table of rights, and the types that decode and encode the wire.

Nothing in it is written twice, so it cannot say what the server does not do. The examples lie ahead of an instant that
is given, so that they can be sent as they stand.
"""

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final

from msgspec import Struct

from gateway.auth import ANY, PUBLIC, RIGHTS, scopes_of
from gateway.desk import IDEMPOTENCY_KEY
from gateway.documents import codes, examples
from gateway.documents.pages import MEDIA, Sheet
from gateway.documents.sentences import SENTENCES
from gateway.documents.shapes import Schema, Shapes, results_of
from gateway.errors import CATALOGUE
from gateway.rest.routes import BODIED, ROUTES, Route
from gateway.schema import NoParams, Problem

_JSON: Final = "application/json"
_SHEETS: Final = {  # what an answer that is no JSON of ours is
    "/docs": ("text/html",),
    "/docs/{page}": tuple(MEDIA[suffix] for suffix in (".css", ".js", ".md", ".json")),
    "/llms.txt": ("text/plain",),
    "/metrics": ("text/plain",),
    "/": ("text/html",),
    "/console": ("text/html",),
    "/console/{file}": tuple(MEDIA[suffix] for suffix in (".css", ".js", ".svg")),
}
_ABOUT: Final = """\
An exchange for compute. JSON in UTF-8; whatever counts is a string: decimals without sign or exponent, instants in
RFC 3339 UTC, durations in ISO 8601. Clients ignore fields that they do not know; the server refuses them. The stream
has a document of its own, `/asyncapi.json`; [the pages](/docs/start.md) tell it at length, and
[every refusal](/docs/errors.md) is in `x-codes`.
"""
_HEADERS: Final[Schema] = {
    "X-Request-Id": {"description": "What to ask us about.", "required": True, "schema": {"type": "string"}},
    "RateLimit": {
        "description": "The bucket that this was taken from: what remains, and the seconds until it is full.",
        "schema": {"type": "string", "examples": ['"trade";r=1998;t=1']},
    },
    "RateLimit-Policy": {
        "description": "The bucket's quota, and the seconds in which it fills.",
        "schema": {"type": "string", "examples": ['"trade";q=2000;w=4']},
    },
    "Retry-After": {
        "description": "Seconds to wait before the same is sent again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Allow": {"description": "The methods that the address takes.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How a key is shown.", "schema": {"type": "string"}},
}
_HEADERS_OF: Final = {  # beyond those that any answer has
    401: ("WWW-Authenticate",),
    405: ("Allow",),
} | {entry.status: ("Retry-After",) for entry in CATALOGUE.values() if entry.retryable}
_SECURITY: Final[Schema] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key, such as `lbk_...`."},
    "signed": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`LB-Ed25519 key=...,time=...,nonce=...,signature=...`: [how to sign](/docs/auth.md).",
    },
}
_KEYED: Final[Schema] = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "description": "Sent again with the same key, the request is not carried out again, and gets its first answer.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,36}$"},
}
_PARAMETERS: Final = {
    "cursor": "What the stretch before ended with.",
    "limit": "How many at most.",
    "depth": "How many levels of each side.",
    "region": "A region of the catalogue.",
    "chip": "A chip type of the catalogue.",
    "tenor": "The lease length whose book or candles are meant, one of the catalogue's.",
    "interval": "The length of a candle.",
}


def document(now_s: int) -> Schema:
    """The whole document, with examples that lie ahead of `now_s`."""
    shapes = Shapes([Problem, *_types()])
    shapes.whole(Problem)["properties"]["code"]["enum"] = [entry["code"] for entry in codes.catalogue()]
    shown = examples.requests_at(now_s)
    paths: Schema = {}
    for route in ROUTES:
        example = examples.as_sent(shown.get(f"{route.method} {route.path}", NoParams()))
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, shapes, example)
    refusals = {f"Refused{status}": _refused(status, given, shapes) for status, given in codes.by_status().items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leasebook",
            "version": version("leasebook"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(_tag(route) for route in ROUTES)],
        "paths": paths,
        "components": {
            "schemas": shapes.used_by(paths, refusals),
            "responses": refusals,
            "headers": _HEADERS,
            "securitySchemes": _SECURITY,
        },
        "x-codes": codes.catalogue(),
    }


def _types() -> Iterator[type[Struct]]:
    """All that is said to and by the routes."""
    for route in ROUTES:
        yield route.takes
        if route.body is not None:
            yield route.body
        yield from (kind for kind in results_of(route.call) if kind is not Sheet)


def _operation(route: Route, shapes: Shapes, example: Schema) -> Schema:
    call = f"{route.method} {route.path}"
    right = RIGHTS[call]
    operation: Schema = {
        "operationId": f"{route.call.__module__.rpartition('.')[2]}_{route.call.__name__}",
        "summary": SENTENCES[call],
        "tags": [_tag(route)],
        "parameters": _parameters(route, shapes, example),
        "responses": {str(route.status): _answer(route, shapes)},
        "security": [] if right == PUBLIC else [{name: []} for name in _SECURITY],
    }
    if right != PUBLIC:
        operation["x-scopes"] = [] if right == ANY else list(scopes_of(right))
    if route.method in BODIED:
        operation["requestBody"] = _body(route, shapes, example)
    for status in _refusals(route):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/Refused{status}"}
    return operation


def _tag(route: Route) -> str:
    """Under which heading a route stands."""
    parts = route.path.split("/")
    if parts[1] != "v1":
        return "plumbing"
    if parts[2] in ("operator", "sandbox", "account", "leases"):
        return parts[2]
    return "market" if RIGHTS[f"{route.method} {route.path}"] == PUBLIC else "orders"


def _parameters(route: Route, shapes: Shapes, example: Schema) -> list[Schema]:
    """The parts of the path, and the query of what has no body."""
    properties = shapes.whole(route.takes)["properties"]
    required = shapes.whole(route.takes).get("required", ())
    in_path = re.findall(r"{(\w+)}", route.path)
    in_query = [] if route.method in BODIED else [name for name in properties if name not in in_path]
    found = []
    for name in (*in_path, *in_query):
        parameter: Schema = {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in in_path or name in required,
            "schema": _in_address(properties[name]),
        }
        if name in _PARAMETERS:
            parameter["description"] = _PARAMETERS[name]
        if name in example:
            parameter["example"] = example[name]
        found.append(parameter)
    return [*found, _KEYED] if route.keyed else found


def _in_address(schema: Schema) -> Schema:
    """A field's schema where it cannot be null: an address leaves out what it does not say."""
    if schema.get("default", ...) is None:
        schema = {name: value for name, value in schema.items() if name != "default"}
    if "anyOf" not in schema:
        return schema
    rest = [one for one in schema["anyOf"] if one != {"type": "null"}]
    return rest[0] if len(rest) == 1 else schema | {"anyOf": rest}


def _body(route: Route, shapes: Shapes, example: Schema) -> Schema:
    shape = route.body or route.takes
    fields = shapes.whole(shape)["properties"]
    sent = {name: value for name, value in example.items() if name in fields}
    return {"required": shape is not NoParams, "content": {_JSON: {"schema": shapes.of(shape), "example": sent}}}


def _answer(route: Route, shapes: Shapes) -> Schema:
    """What a request gets that goes well."""
    results = results_of(route.call)
    content: Schema
    if Sheet in results:
        media = _SHEETS.get(route.path, (_JSON,))
        content = {kind: {"schema": {} if kind == _JSON else {"type": "string"}} for kind in media}
    else:
        content = {_JSON: {"schema": shapes.of(*results)}}
    return {"description": "Done.", "headers": _headers("X-Request-Id", *_RATES), "content": content}


_RATES: Final = ("RateLimit", "RateLimit-Policy")


def _refusals(route: Route) -> list[int]:
    """The statuses with which a request of a route may be refused."""
    known = {400, 404, 405, 422, 429, 503}
    if route.method in BODIED:
        known |= {408, 413, 415}
    if RIGHTS[f"{route.method} {route.path}"] != PUBLIC:
        known |= {401, 403, 409}
    return sorted(known & codes.by_status().keys())


def _refused(status: int, given: list[str], shapes: Shapes) -> Schema:
    """The answer that bears one of the codes of a status."""
    narrowed: dict[str, Any] = {"code": {"enum": given}, "status": {"const": status}}
    schema = {"allOf": [shapes.of(Problem), {"type": "object", "properties": narrowed}]}
    headers = _headers("X-Request-Id", *_RATES, *_HEADERS_OF.get(status, ()))
    return {
        "description": f"Refused: {', '.join(given)}.",
        "headers": headers,
        "content": {"application/problem+json": {"schema": schema}},
    }


def _headers(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
