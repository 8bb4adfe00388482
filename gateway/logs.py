"""Logs as data: one JSON object a line, from which anything that looks like a key is blotted out."""

import re
from typing import Any, TextIO

import structlog

from gateway.auth import PREFIX

_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]+")


def log_to(stream: TextIO) -> None:
    """Send the logs of the whole process to a stream."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
            _without_keys,
        ],
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )


def _without_keys(_logger: Any, _method: str, line: Any) -> str:
    return _SECRET.sub(f"{PREFIX}…", str(line))
