"""The client's calls against the server's routes: each has one, with the same form, and both faces have them all."""

import inspect
import re
from typing import Any

import pytest

from gateway import schema
from gateway.client import calls, operator_calls
from gateway.client.rest import Client
from gateway.client.sync import SyncClient
from gateway.client.wire import Request
from gateway.rest.routes import ROUTES, Route

CALLS = {
    name: call
    for module in (calls, operator_calls)
    for name, call in vars(module).items()
    if inspect.isfunction(call) and call.__module__ == module.__name__ and not name.startswith("_")
}


def made(name: str) -> Request[Any]:
    """The request of a call, with some argument for each of its parameters."""
    taken = [one for one in inspect.signature(CALLS[name]).parameters.values() if one.default is one.empty]
    request: Request[Any] = CALLS[name](*(schema.NoParams() if _is_body(one.annotation) else "x" for one in taken))
    return request


def _is_body(annotation: Any) -> bool:
    return inspect.isclass(annotation) and issubclass(annotation, schema.Body)


def route_of(request: Request[Any]) -> Route:
    fitting = [
        route
        for route in ROUTES
        if route.method == request.method and re.fullmatch(re.sub(r"\{\w+\}", "x", route.path), request.path)
    ]
    assert len(fitting) == 1, request
    return fitting[0]


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_a_route(name: str) -> None:
    request = made(name)
    route = route_of(request)
    assert request.keyed is route.keyed
    assert request.harmless is (route.path == "/v1/quotes")


def test_every_route_of_the_market_has_a_call() -> None:
    called = {route_of(made(name)).call for name in CALLS}
    assert [route.path for route in ROUTES if route.path.startswith("/v1/") and route.call not in called] == []


@pytest.mark.parametrize("face", [Client, SyncClient])
def test_both_faces_have_every_call(face: type) -> None:
    assert [name for name in CALLS if not callable(getattr(face, name, None))] == []
