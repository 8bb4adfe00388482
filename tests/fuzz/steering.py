"""Generated requests that more often make sense, without a change to which requests there may be.

A generator is blind, so that next to no order would name a region that there is. Every field is therefore also given
the values that the document's own examples have for it, beside all that its schema allows.
"""

from typing import Any

from jsonschema_rs import Draft202012Validator

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
    """Let the fields of components take values that make sense more often."""
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            schema["properties"][name] = steered(name, field, values)


def steered(name: str, schema: dict[str, Any], values: dict[str, list[Any]]) -> dict[str, Any]:
    """The same schema, with known values of such a field set apart."""
    fitting = [value for value in values.get(name, []) if fits(value, schema)]
    return {"anyOf": [{"enum": fitting}, schema]} if fitting and "enum" not in schema else schema


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is also one of this field, which may be another one of the same name."""
    return "$ref" not in str(schema) and Draft202012Validator(schema).is_valid(value)
