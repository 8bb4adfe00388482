"""Logs as data: one JSON object a line, or, in a terminal, lines to read; anything like a key is blotted out of both.

A line that is written while a request is carried out says which: by `request_id`, or on a stream by `session_id` and
`frame_id`. What operators do and what goes wrong is always logged; every request and command only when asked for, as
that takes as long as the rest of the edge. Of a command a line says what kind it is, whose, and its seq: never more.
"""

import logging
import re
from contextvars import ContextVar
from typing import Any, Final, TextIO

import structlog

from exchange.language.commands import Command, Propose
from exchange.language.port import Outcome
from gateway.auth import PREFIX

_SECRET: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]+")

REQUEST: Final[ContextVar[tuple[str, int | str] | str]] = ContextVar("request", default="")

log = structlog.get_logger()


class _Verbosity:
    """Whether every request is logged; one for the process, as its log is."""

    every = False


def log_to(stream: TextIO, *, every: bool = False) -> None:
    """Send the logs of the whole process to a stream, and with `every` a line for each request and command."""
    _Verbosity.every = every
    shared: list[Any] = [
        _with_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendered = [*_renderers(stream), _without_keys]
    structlog.configure(
        processors=[*shared, *rendered],
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, *rendered])  # of libraries
    )
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if type(other) is not logging.StreamHandler]
    root.addHandler(handler)


def _renderers(stream: TextIO) -> list[Any]:
    # Neither shows local variables: they would show secrets.
    if stream.isatty():
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(tracebacks),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def note_command(command: Command, outcome: Outcome) -> None:
    """Log what became of a command, if an operator gave it or everything is to be logged."""
    if isinstance(command, Propose):
        command = command.action
    operator_id = getattr(command, "operator_id", "")
    if operator_id or _Verbosity.every:
        said: dict[str, Any] = {"command": type(command).__name__, "seq": outcome.seq}
        account_id = operator_id or getattr(command, "account_id", "")
        if account_id:
            said["by"] = account_id
        if outcome.reject is not None:
            said |= {"code": outcome.reject.code.wire, "param": outcome.reject.param}
        log.info("command", **said)


def note_request(call: str, status: int, took_ns: int) -> None:
    """Log that a request was answered, if everything is to be logged."""
    if _Verbosity.every:
        log.info("request", call=call, status=status, ms=round(took_ns / 1e6, 3))


def note_op(op: str, code: str, took_ns: int) -> None:
    """Log that an op of a stream was answered, if everything is to be logged; `code` says why it was refused."""
    if _Verbosity.every:
        log.info("op", op=op, code=code, ms=round(took_ns / 1e6, 3))


def _with_request(_logger: Any, _method: str, event: Any) -> Any:
    """Say on behalf of which request something is logged."""
    request = REQUEST.get()
    if isinstance(request, str):
        if request:
            event.setdefault("request_id", request)
    else:
        event["session_id"], event["frame_id"] = request
    return event


def _without_keys(_logger: Any, _method: str, line: Any) -> str:
    return _SECRET.sub(f"{PREFIX}…", str(line))
