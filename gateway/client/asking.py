"""How requests of the client are put together: paths with names in them, queries, idempotency keys."""

from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from gateway import schema
from gateway.client.wire import Query, Request

T = TypeVar("T")


def get(path: str, answer: type[T], query: Query = None) -> Request[T]:
    """A look at something."""
    return Request("GET", path, answer, query=query)


def post(path: str, answer: type[T], body: schema.Body, idempotency_key: str) -> Request[T]:
    """One that takes an idempotency key."""
    return Request("POST", path, answer, body, idempotency_key=idempotency_key, keyed=True)


def query(fields: schema.Body | None) -> Query:
    """What a body asks for, as a query."""
    given: dict[str, Any] = {} if fields is None else msgspec.to_builtins(fields)
    return given


def at(noun: str, name: str) -> str:
    """The path of something by its name."""
    return f"/v1/{noun}/{quote(name, safe='')}"


def market(region: str, chip: str) -> str:
    """The path of a market."""
    return f"/v1/markets/{quote(region, safe='')}/{quote(chip, safe='')}"
