"""The edge's bench in small: rows run and are checked, and a server that had forgotten an order would be found out."""

from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from exchange.language.units import DAY_S
from gateway import schema
from loadtests.edge import __main__ as command
from loadtests.edge import fanout, plans
from loadtests.edge.orders import Orders, Said, said
from loadtests.edge.rows import LEASEBOOK, REST, STREAM, Figures, Row, Span, Wrong, compare, run_row
from loadtests.openloop.latencies import Latencies
from loadtests.openloop.lines import FIRST
from loadtests.openloop.running import Ran

pytestmark = pytest.mark.rehearsal

SHORT = Span(warm_s=0, run_s=0.3, behind_max_s=30)
NOW_S = 20_000 * DAY_S


@pytest.mark.parametrize(
    "row",
    [
        Row(LEASEBOOK, STREAM, "turn", 2, rate=100),
        Row("fastapi", REST, "rest", 2),
    ],
    ids=command.name_of,
)
def test_a_row_has_figures_once_its_orders_were_found(row: Row) -> None:
    figures = run_row(row, SHORT)
    assert figures.ran.latencies.answers > 0
    assert figures.ran.latencies.p50_ms > 0
    assert figures.refused == 0
    assert (figures.checked > 0) == (row.system == LEASEBOOK)


@pytest.mark.parametrize(("kind", "shape"), [("rest", schema.AskBody), ("trade", schema.BidBody)])
def test_orders_are_what_the_server_takes(kind: str, shape: type[schema.AskBody | schema.BidBody]) -> None:
    posted = Orders(kind, "c7", NOW_S, "127.0.0.1", "lbk_k", streams=False).next(FIRST)
    body = msgspec.json.decode(posted.partition(b"\r\n\r\n")[2], type=shape)
    assert body.client_order_id == f"c7-{FIRST}"
    assert body.price == "14.00"
    assert b"Authorization: Bearer lbk_k\r\n" in posted
    framed = Orders(kind, "c7", NOW_S, "127.0.0.1", "", streams=True).next(FIRST)
    frame = msgspec.json.decode(framed[framed.index(b"{") :], type=schema.Frame)
    assert frame.id == FIRST
    assert msgspec.json.decode(frame.params, type=shape) == body


def test_what_rests_is_canceled_in_turn() -> None:
    orders = Orders("turn", "c", NOW_S, "", "", streams=True)
    assert b"ask.place" in orders.next(FIRST)
    assert b"ask.place" in orders.next(FIRST + 1), "no answer yet"
    orders.learn(b'{"id":10000000,"ok":true,"result":{"ask":{"ask_id":"ask-31","state":"resting"')
    assert b'"ask.cancel","params":{"ask_id":"ask-31"}' in orders.next(FIRST + 1)


def test_what_an_answer_says_is_read() -> None:
    text = (
        b'{"seq":5,"ask":{"ask_id":"ask-7","lease_id":null,"client_order_id":"c-1","account_id":"a","state":"resting"'
    )
    assert said(text) == Said("c-1", "ask-7", "resting")
    assert said(b'{"seq":5') is None


def test_a_state_that_is_not_as_answered_is_found() -> None:
    given: Any = {"ask_id": "ask-7", "client_order_id": "c-1", "state": "resting"}
    ask = schema.Ask(**{name: given.get(name) for name in schema.Ask.__struct_fields__})
    told = {"c-1": Said("c-1", "ask-7", "resting")}
    compare(told, {"c-1": ask}, exact=True)
    with pytest.raises(Wrong, match="is not there"):
        compare(told, {}, exact=True)
    with pytest.raises(Wrong, match="was answered as"):
        compare({"c-1": Said("c-1", "ask-7", "canceled")}, {"c-1": ask}, exact=True)
    with pytest.raises(Wrong, match="0 orders were answered, 1 are there"):
        compare({}, {"c-1": ask}, exact=True)
    compare({}, {"c-1": ask}, exact=False)


def figures_of(row: Row, per_second: float, p99_ms: float = 5) -> Figures:
    times = Latencies(100, per_second, 1, p99_ms, 9, 10)
    return Figures(row, Ran(times, False, 0, 1), 1, 1, 100, 0)


def test_promises_are_of_the_busiest_closed_loop() -> None:
    found = [
        figures_of(Row("aiohttp", REST, "rest", 64), 1000),
        figures_of(Row("aiohttp", REST, "rest", 64, answer_bytes=900), 10),
        figures_of(Row("fastapi", REST, "rest", 64), 600),
        figures_of(Row(LEASEBOOK, REST, "rest", 1), 5000),
        figures_of(Row(LEASEBOOK, REST, "rest", 64), 500),
        figures_of(Row(LEASEBOOK, STREAM, "rest", 64, rate=5000), 5000, p99_ms=11),
    ]
    kept = [(promise.found, promise.kept) for promise in plans.promises(found)]
    assert kept == [("0.50", True), ("500", False), ("1.00 ms, 11.00 ms", False)]


def test_one_who_never_reads_is_not_in_the_others_way() -> None:
    heard = fanout.listen(fanout.Crowd(3, (fanout.ACCOUNT, fanout.BOOK), 50, 0.4, stuck=1))
    assert heard.changes == 20
    assert heard.frames_per_second > 0
    slow = heard._replace(p99_ms=13, crowd=heard.crowd)
    fast = heard._replace(p99_ms=10, crowd=heard.crowd._replace(stuck=0))
    (promise,) = plans.listening_promises([fast, slow])
    assert not promise.kept
    assert [promise.kept for promise in plans.listening_promises([fast, fast._replace(crowd=slow.crowd)])] == [True]


def test_the_command_prints_a_table_of_the_rows_that_were_named() -> None:
    ran = CliRunner().invoke(command.main, ["--quick", "--only", "aiohttp stream rest 4 × 16", "--json"])
    assert ran.exit_code == 0, ran.output
    shown = msgspec.json.decode(ran.stdout)["results"][0]
    assert [row[0] for row in shown["rows"]] == ["aiohttp"]
    assert CliRunner().invoke(command.main, ["--quick", "--only", "nothing"]).exit_code == 2
