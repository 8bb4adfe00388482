"""A log as it was written: its lines, found by what they say."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

Logs = Callable[..., io.StringIO]
Line = dict[str, Any]


def lines(stream: io.StringIO) -> list[Line]:
    return [msgspec.json.decode(line) for line in stream.getvalue().splitlines()]


def of(stream: io.StringIO, event: str, **fields: Any) -> list[Line]:
    """The lines of an event that say all of this."""
    found = (line for line in lines(stream) if line["event"] == event)
    return [line for line in found if fields.items() <= line.items()]


def written_ms(line: Line) -> float:
    """When a line was written."""
    return datetime.fromisoformat(line["timestamp"]).timestamp() * 1_000
