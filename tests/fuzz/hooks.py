"""What is done to a document before schemathesis reads it: nothing that changes which requests it allows.

Fields are steered, see `steering`. And schemathesis 4.32 rewrites the tuples of a response (`prefixItems`) in the way
of an older dialect, to refuse its own writing as no schema. They are shown to it as lists of so many of either kind;
the tests of the examples hold them to the real schema, place by place.
"""

from typing import Any

import schemathesis

from tests.fuzz.steering import collect, steer, steered


@schemathesis.hook
def before_load_schema(_: Any, raw_schema: dict[str, Any]) -> None:
    """Steer and loosen OpenAPI's document in place."""
    values: dict[str, list[Any]] = {}
    operations = [operation for path in raw_schema["paths"].values() for operation in path.values()]
    for operation in operations:
        named = {one["name"]: one["example"] for one in operation["parameters"] if "example" in one}
        bodies = operation.get("requestBody", {}).get("content", {}).values()
        collect([named, *(body["example"] for body in bodies)], values)
    for operation in operations:
        for parameter in operation["parameters"]:
            parameter["schema"] = steered(parameter["name"], parameter["schema"], values)
    steer(raw_schema["components"]["schemas"], values)
    loosen(raw_schema)


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
