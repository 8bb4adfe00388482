"""Generated requests that more often make sense: names of what there is are taken from the document's own examples.

A generator is blind, so that next to no request would name a region, an order or a channel that there is. The fields
that name something take only what the examples have; what is wrong there is made from the document all the same.
"""

from typing import Any

from jsonschema_rs import Draft202012Validator

NAMING = ("region", "chip", "regions", "chips", "channels", "tenor", "programme", "scopes", "roles", "state")
NAMING = ("region", "chip", "regions", "chips", "channels", "tenor", "programme", "scopes", "roles", "state")
OWN = ("client_order_id", "account_id", "key", "signature")  # an example's is taken, or nobody's


def collect(examples: Any, values: dict[str, list[Any]]) -> None:
    """What examples have, by the fields' names."""
    if isinstance(examples, dict):
        for name, value in examples.items():
            if name not in OWN and value not in values.setdefault(name, []):
                values[name].append(value)
            collect(value, values)
    elif isinstance(examples, list):
        for example in examples:
            collect(example, values)


def steer(schemas: dict[str, Any], values: dict[str, list[Any]]) -> None:
    """Let the fields of components that name something name what there is."""
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            schema["properties"][name] = steered(name, field, values)


def steered(name: str, schema: dict[str, Any], values: dict[str, list[Any]]) -> dict[str, Any]:
    """The same schema, or of a field that names something the known values."""
    if name not in NAMING and not name.endswith("_id"):
        return schema
    fitting = [value for value in values.get(name, []) if fits(value, schema)]
    return {"enum": fitting} if fitting and "enum" not in schema else schema


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is also one of this field, which may be another one of the same name."""
    return "$ref" not in str(schema) and Draft202012Validator(schema).is_valid(value)
