"""Of several reasons to refuse a request the wire gives the one that stands earlier in the catalogue."""

from itertools import combinations
from typing import Any

import msgspec

from gateway.errors import WIRE
from tests.gateway.house import House, a_bid

# What makes a POST /v1/bids wrong in one way, by the code that says so.
FAULTS: dict[str, dict[str, Any]] = {
    "not_found": {"path": "/v1/bit"},
    "unauthenticated": {"key": "lbk_unknown"},
    "scope_missing": {"key": "watcher"},
    "malformed_json": {"data": b"{"},
    "too_deep": {"data": b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}"},
    "too_large": {"data": b" " * 70_000},
    "unsupported_encoding": {"headers": {"Content-Encoding": "gzip"}},
    "unknown_field": {"body": {"colour": "red"}},
}


def both(first: str, second: str) -> dict[str, Any] | None:
    """A request with two faults; None where they exclude each other."""
    one, other = FAULTS[first], FAULTS[second]
    made = one | other
    return None if one.keys() & other.keys() or {"data", "body"} <= made.keys() else made


async def test_the_earlier_of_two_reasons_is_given(house: House) -> None:
    await house.account("alice")
    keys = {"watcher": await house.key("alice", ["read"]), "good": await house.key("alice", ["trade"])}
    order = list(WIRE)
    given = {}
    wanted = {}
    for first, second in combinations(FAULTS, 2):
        if (wrong := both(first, second)) is None:
            continue
        name = wrong.get("key", "good")
        data = wrong.get("data", msgspec.json.encode(a_bid() | wrong.get("body", {})))
        answer = await house.call(
            "POST", wrong.get("path", "/v1/bids"), keys.get(name, name), data=data, headers=wrong.get("headers")
        )
        given[first, second] = answer.refused[1]
        wanted[first, second] = min(first, second, key=order.index)
    assert len(given) >= 15
    assert given == wanted
