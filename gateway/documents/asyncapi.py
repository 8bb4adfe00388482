"""The stream as AsyncAPI 3.0: made of the tables of ops, rights and news, and the types of the wire.

It is written from the client's side: what a client sends, what it is replied, and what it is told without asking.
"""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final

from msgspec import Struct

from gateway import answers, schema
from gateway.auth import PUBLIC, RIGHTS, scopes_of
from gateway.documents import codes, examples
from gateway.documents.pushes import OWN_ANSWERS, PUSHES, Channel
from gateway.documents.sentences import SENTENCES
from gateway.documents.shapes import Schema, Shapes, results_of
from gateway.ws.ops import OPS
from gateway.ws.session import OWN_OPS

_JSON: Final = "application/json"
_ABOUT: Final = """\
One socket, requests in the order in which they are sent, several under way at a time: up to 256 may wait for the
market. Replies come as they are ready and bear the request's `id`. A key in the handshake's header `Authorization`
does for `login`. News name their predecessor on the channel by `prev_seq`; a break means: subscribe again.
[The page](/docs/stream.md) tells it at length.
"""


def document(now_s: int) -> Schema:
    """The whole document, with examples that lie ahead of `now_s`."""
    ops = dict(_ops())
    shapes = Shapes([schema.Problem, answers.Answer, *_types(ops)])
    shapes.whole(schema.Problem)["properties"]["code"]["enum"] = [entry["code"] for entry in codes.catalogue()]
    shown = examples.requests_at(now_s)
    messages: Schema = {"refused": _refused(shapes)}
    operations: Schema = {}
    for op, (takes, results) in ops.items():
        example = examples.as_sent(shown[op]) if op in shown else {}
        messages[op] = _request(op, takes, shapes, example)
        messages[f"{op}.done"] = _done(op, results, shapes)
        operations[op] = _operation(op)
    for name, channel in PUSHES.items():
        told = {f"{name}.{kind}": _push(channel, kind, data, shapes) for kind, data in channel.news.items()}
        messages |= told
        operations[f"told.{name}"] = {
            "action": "receive",
            "summary": channel.about,
            "channel": _ref("channels/stream"),
            "messages": [_in_channel(message) for message in told],
        }
    return _whole(messages, operations, shapes)


def _whole(messages: Schema, operations: Schema, shapes: Shapes) -> Schema:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Leasebook's stream",
            "version": version("leasebook"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": _JSON,
        "servers": {
            "market": {
                "host": "{host}",
                "protocol": "ws",
                "variables": {"host": {"default": "127.0.0.1:8080", "description": "Where the server listens."}},
            }
        },
        "channels": {
            "stream": {
                "address": "/v1/stream",
                "description": "One WebSocket for all of it: text frames of JSON, at most 64 KiB each.",
                "messages": {name: _ref(f"components/messages/{name}") for name in messages},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": operations,
        "components": {"messages": messages, "schemas": _draft_7(shapes.used_by(messages))},
        "x-codes": codes.catalogue(),
    }


def _ops() -> Iterator[tuple[str, tuple[type[Struct], tuple[type[Struct], ...]]]]:
    """Every op with what it takes and what it may answer with."""
    for name, (takes, _) in OWN_OPS.items():
        yield name, (takes, (OWN_ANSWERS[name],))
    for name, op in OPS.items():
        yield name, (op.takes, results_of(op.call))


def _types(ops: dict[str, tuple[type[Struct], tuple[type[Struct], ...]]]) -> Iterator[type[Struct]]:
    for takes, results in ops.values():
        yield takes
        yield from results
    for channel in PUSHES.values():
        yield from channel.news.values()


def _operation(op: str) -> Schema:
    operation: Schema = {
        "action": "send",
        "summary": SENTENCES[op],
        "channel": _ref("channels/stream"),
        "messages": [_in_channel(op)],
        "reply": {
            "channel": _ref("channels/stream"),
            "messages": [_in_channel(f"{op}.done"), _in_channel("refused")],
        },
    }
    if RIGHTS[op] != PUBLIC:
        operation["x-scopes"] = list(scopes_of(RIGHTS[op]))
    return operation


_ID: Final[Schema] = {"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 64}]}


def _request(op: str, takes: type[Struct], shapes: Shapes, example: Schema) -> Schema:
    params = shapes.of(takes)
    required = ["id", "op", *(["params"] if shapes.whole(takes).get("required") else [])]
    payload = _object({"id": _ID, "op": {"const": op}, "params": params}, required)
    return {
        "summary": SENTENCES[op],
        "payload": payload | {"additionalProperties": False},
        "examples": [{"payload": {"id": 1, "op": op} | ({"params": example} if example else {})}],
    }


def _done(op: str, results: tuple[type[Struct], ...], shapes: Shapes) -> Schema:
    """A reply that it went well; of a change it says where in the journal."""
    fields = {"id": _ID, "ok": {"const": True}, "result": shapes.of(*results)}
    required = ["id", "ok", "result"]
    if all(issubclass(kind, answers.Answer) for kind in results):
        fields["seq"] = {"type": "integer", "minimum": 1}
        required.append("seq")
    return {"summary": f"{op} has been done.", "payload": _object(fields, required)}


def _refused(shapes: Shapes) -> Schema:
    fields = {
        "id": {"oneOf": [*_ID["oneOf"], {"type": "null"}]},
        "ok": {"const": False},
        "error": shapes.of(schema.Problem),
    }
    summary = "Why not; of a frame in which no id could be read, with null for an id."
    return {"summary": summary, "payload": _object(fields, ["id", "ok", "error"])}


def _push(channel: Channel, kind: str, data: type[Struct], shapes: Shapes) -> Schema:
    fields = {
        "channel": {"type": "string", "pattern": channel.pattern, "examples": [channel.example]},
        "seq": {"type": "integer", "minimum": 0},
        "prev_seq": {"type": "integer", "minimum": 0},
        "type": {"const": kind},
        "at": {"type": "string", "format": "date-time"},
        "data": shapes.of(data),
        "more": {"const": True},
    }
    required = [name for name in fields if name != "more"]
    return {"summary": f"{kind} on {channel.example}.", "payload": _object(fields, required)}


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required}


def _in_channel(message: str) -> Schema:
    return _ref(f"channels/stream/messages/{message}")


def _ref(place: str) -> Schema:
    return {"$ref": f"#/{place}"}


def _draft_7(part: Any) -> Any:
    """Schemas in the dialect that AsyncAPI assumes, which writes a tuple otherwise than OpenAPI's."""
    match part:
        case {"prefixItems": places, "items": rest}:
            others = {name: value for name, value in part.items() if name != "prefixItems"}
            return others | {"items": _draft_7(places), "additionalItems": rest}
        case dict():
            return {name: _draft_7(value) for name, value in part.items()}
        case list() | tuple():
            return [_draft_7(value) for value in part]
    return part
