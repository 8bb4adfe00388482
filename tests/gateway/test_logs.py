"""The log: whose request a line is about and which seq came of it, as data for machines and as lines for people."""

import io
import logging

import structlog

from gateway.auth import new_key
from tests.gateway.house import House, a_bid, an_ask
from tests.gateway.logged import Logs, lines, of


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


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
