"""What is done to a document before schemathesis reads it.

For good requests fields are steered, see `steering`; what is wrong must be wrong by the whole document. And
schemathesis 4.32 rewrites the tuples of a response (`prefixItems`) in the way of an older dialect, to refuse its own
writing as no schema. They are shown to it as lists of so many of either kind;
the tests of the examples hold them to the real schema, place by place.
"""

import os
from typing import Any

import schemathesis

from tests.fuzz.steering import collect, steer, steered

SENT = "Sent"


@schemathesis.hook
def before_load_schema(_: Any, raw_schema: dict[str, Any]) -> None:
    """Steer and loosen OpenAPI's document in place."""
    if os.environ["FUZZ_MODE"] == "positive":
        steer_operations(raw_schema)
    loosen(raw_schema)


def steer_operations(document: dict[str, Any]) -> None:
    """Steer parameters and bodies, in place."""
    values: dict[str, list[Any]] = {}
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    for operation in operations:
        named = {one["name"]: one["example"] for one in operation["parameters"] if "example" in one}
        bodies = operation.get("requestBody", {}).get("content", {}).values()
        collect([named, *(body["example"] for body in bodies)], values)
    for operation in operations:
        for parameter in operation["parameters"]:
            parameter["schema"] = steered(parameter["name"], parameter["schema"], values)
    sent = {SENT + name: as_sent(schema) for name, schema in document["components"]["schemas"].items()}
    steer(sent, values)
    document["components"]["schemas"] |= sent
    for operation in operations:
        if "requestBody" in operation:
            operation["requestBody"] = as_sent(operation["requestBody"])


def as_sent(part: Any) -> Any:
    """A copy that refers to what is steered: answers have more than what the examples name."""
    if isinstance(part, dict):
        return {name: refer(value) if name == "$ref" else as_sent(value) for name, value in part.items()}
    return [as_sent(value) for value in part] if isinstance(part, list) else part


def refer(target: str) -> str:
    folder, _, name = target.rpartition("/")
    return f"{folder}/{SENT}{name}"


def loosen(part: Any) -> None:
    """Turn the tuples below into lists, in place."""
    if isinstance(part, dict):
        if isinstance(part.get("prefixItems"), list):
            part["items"] = {"anyOf": part.pop("prefixItems")}
        for value in part.values():
            loosen(value)
    elif isinstance(part, list):
        for value in part:
            loosen(value)
