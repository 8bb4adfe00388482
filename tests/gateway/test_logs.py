"""The log: whose request a line is about and which seq came of it, as data for machines and as lines for people."""

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import structlog

from gateway.auth import new_key
from gateway.logs import log_to
from tests.gateway.house import House, a_bid, an_ask

Logs = Callable[..., Any]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def logs() -> Iterator[Callable[..., io.StringIO]]:
    """Sends the logs to a new stream, and back where they were in the end."""
    root = logging.getLogger()
    before = list(root.handlers)

    def begin(*, every: bool, stream: io.StringIO | None = None) -> io.StringIO:
        stream = stream or io.StringIO()
        log_to(stream, every=every)
        structlog.configure(cache_logger_on_first_use=False)
        return stream

    yield begin
    log_to(io.StringIO())
    structlog.reset_defaults()
    root.handlers = before


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in stream.getvalue().splitlines()]


def of(stream: io.StringIO, event: str, **fields: Any) -> list[dict[str, Any]]:
    found = (line for line in lines(stream) if line["event"] == event)
    return [line for line in found if fields.items() <= line.items()]


async def test_every_request_op_and_command_can_be_followed(house: House, logs: Logs) -> None:
    provider, buyer = await house.account("hz", ["provider"]), await house.account("alice")
    stream = logs(every=True)
    socket = await house.connect(provider)
    placed = await socket.ask("ask.place", **an_ask())
    refused = await socket.ask("ask.place", **an_ask("ask-b", region="atlantis"))
    bid = await house.call("POST", "/v1/bids", buyer, a_bid())

    request_id = bid.headers["X-Request-Id"]
    (command,) = of(stream, "command", command="PlaceBid")
    assert (command["request_id"], command["seq"], command["by"]) == (request_id, bid.body["seq"], "alice")
    (request,) = of(stream, "request", call="POST /v1/bids")
    assert (request["request_id"], request["status"]) == (request_id, 201)
    first, second = of(stream, "command", command="PlaceAsk")
    assert (first["frame_id"], first["seq"], second["frame_id"]) == (1, placed["seq"], 2)
    assert (second["code"], second["param"]) == (refused["error"]["code"], "region")
    assert first["session_id"] == second["session_id"]
    assert [line["code"] for line in of(stream, "op")] == ["", refused["error"]["code"]]
    assert all(line["level"] == "info" and line["timestamp"].endswith("Z") for line in lines(stream))


async def test_what_operators_do_is_logged_and_others_are_not(house: House, logs: Logs) -> None:
    stream = logs(every=False)
    halt = {"state": "halted", "reason": "a drill"}
    halted = await house.call("POST", "/v1/operator/halt", house.operator, halt)
    await house.get("/v1/time")
    (line,) = lines(stream)
    assert (line["event"], line["command"], line["by"]) == ("command", "SetMarketState", "operator")
    assert (line["seq"], line["request_id"]) == (halted.body["seq"], halted.headers["X-Request-Id"])


def test_libraries_and_tracebacks_are_data_without_keys_and_local_variables(logs: Logs) -> None:
    stream = logs(every=False)
    secret = new_key()[1]
    logging.getLogger("a.library").warning("seen %s", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        structlog.get_logger().exception("failed")
    library, failed = lines(stream)
    assert (library["event"], library["level"]) == ("seen lbk_…", "warning")
    assert failed["exception"][0]["exc_value"] == "lbk_…"
    assert "locals" not in failed["exception"][0]["frames"][0]
    assert secret not in stream.getvalue()


def test_in_a_terminal_lines_are_to_be_read(logs: Logs) -> None:
    terminal = logs(every=False, stream=Terminal())
    structlog.get_logger().info("snapshot taken", seq=812, key=new_key()[1])
    assert not terminal.getvalue().startswith("{")
    assert "snapshot taken" in terminal.getvalue()
    assert "lbk_…" in terminal.getvalue()
