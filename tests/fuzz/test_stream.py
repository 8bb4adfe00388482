"""The same idea for the stream: requests made from the AsyncAPI document, and every frame that comes held against it.

schemathesis knows HTTP alone, so each op is shown to it as a path whose body is the op's params; what it makes of that
is sent over one socket per op.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
import websocket
from hypothesis import HealthCheck, Phase, given, seed, settings
from jsonschema_rs import Draft7Validator
from schemathesis import GenerationMode
from schemathesis.core import NotSet

from tests.fuzz.steering import collect, steer
from tests.fuzz.target import Target

ANSWER_S = 60  # a machine that has much else to do
CHANNELS = ["account", "status", "book:hangzhou/h800-sxm/P1D/paced", "trades:hangzhou/h800-sxm"]
HEALTH = list(HealthCheck)  # slow or picky generation is no fault of ours


class Line:
    """A socket on which one request is under way at a time, and whatever comes is checked."""

    def __init__(self, target: Target, messages: dict[str, Draft7Validator]) -> None:
        url = target.url.replace("http", "ws", 1) + "/v1/stream"
        self._socket = websocket.create_connection(
            url, timeout=ANSWER_S, header={"Authorization": f"Bearer {target.key}"}
        )
        self._messages = messages
        self._asked = 0

    def ask(self, op: str, params: Any) -> Any:
        """Send a request: its reply, which is one that the document names."""
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "op": op, "params": params}))
        while "id" not in (frame := json.loads(self._socket.recv())):
            self._check(f"{frame['channel'].partition(':')[0]}.{frame['type']}", frame)
        assert frame["id"] == self._asked, frame
        self._check(f"{op}.done" if frame["ok"] else "refused", frame)
        if not frame["ok"]:
            assert frame["error"]["status"] < 500, (params, frame)
        return frame

    def close(self) -> None:
        self._socket.close()

    def _check(self, name: str, frame: Any) -> None:
        error = next(iter(self._messages[name].iter_errors(frame)), None)
        assert error is None, (name, frame, error)


def as_paths(document: Any, *, steered: bool) -> Any:
    """An OpenAPI document in which each op is a path, and its params are the body."""
    described, schemas = document["components"]["messages"], document["components"]["schemas"]
    values: dict[str, list[Any]] = {}
    collect([described[op]["examples"][0]["payload"].get("params", {}) for op in ops_of(document)], values)
    if steered:
        steer(schemas, values)
    params = {op: {"schema": described[op]["payload"]["properties"]["params"]} for op in ops_of(document)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "ops", "version": "0"},
        "paths": {
            f"/{op}": {
                "post": {
                    "requestBody": {"required": True, "content": {"application/json": body}},
                    "responses": {"default": {"description": "any"}},
                }
            }
            for op, body in params.items()
        },
        "components": {"schemas": schemas},
    }


def ops_of(document: Any) -> Iterator[str]:
    """The ops of the document, in its order; those that end all orders have their turn last."""
    ops = [name for name, operation in document["operations"].items() if operation["action"] == "send"]
    yield from sorted(ops, key=lambda name: name.endswith("cancel_all"))


def generated(strategy: Any, count: int) -> list[Any]:
    """So many params, the same ones in every run; those that are no JSON are left out.

    All are made before the first is sent: a socket that is not read meanwhile would miss its heartbeat.
    """
    made: list[Any] = []

    @seed(1)
    @settings(max_examples=count, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=HEALTH)
    @given(strategy)
    def make(case: Any) -> None:
        if not isinstance(case.body, bytes | NotSet):
            made.append(case.body)

    make()
    return made


def converse(target: Target, document: Any, count: int) -> dict[str, int]:
    """Send what is generated for every op, over a socket each: how many were done, refused and wrong."""
    components = document["components"]
    messages = {
        name: Draft7Validator({**message["payload"], "components": deepcopy(components)})
        for name, message in components["messages"].items()
    }
    requests = {
        mode: schemathesis.openapi.from_dict(as_paths(deepcopy(document), steered=mode is GenerationMode.POSITIVE))
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    }
    tally = {"done": 0, "refused": 0, "wrong": 0}
    for op in ops_of(document):
        good, wrong = (
            generated(ops[f"/{op}"]["POST"].as_strategy(generation_mode=mode), several)
            for (mode, ops), several in zip(requests.items(), (count, count // 2), strict=True)
        )
        with closing(Line(target, messages)) as line:
            line.ask("subscribe", {"channels": CHANNELS})
            for params in good:
                tally["done" if line.ask(op, params)["ok"] else "refused"] += 1
            for params in wrong:
                tally["wrong"] += 1
                assert not line.ask(op, params)["ok"], (op, params)
            line.ask("ping", {})
    return tally


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("default")  # schemathesis's own
def test_hundreds_of_messages(target: Target) -> None:
    """Of every op some that the document allows, and some that it forbids, which are all refused."""
    tally = converse(target, target.call("GET", "/asyncapi.json"), 26)
    assert sum(tally.values()) >= 500
    assert tally["done"] >= 60
    assert tally["wrong"] >= 100
    target.check()


@pytest.mark.soak
@pytest.mark.filterwarnings("default")
def test_ten_thousand_messages(target: Target) -> None:
    tally = converse(target, target.call("GET", "/asyncapi.json"), 500)
    assert sum(tally.values()) >= 10_000
    target.check()
