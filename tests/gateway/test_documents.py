"""What describes the edge against the edge itself: the two documents, the examples in them, and the pages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft7Validator, Draft202012Validator

from exchange.language.commands import MARKET_STATES, SELF_TRADE_MODES, TIMES_IN_FORCE
from exchange.language.events import (
    CANCELED,
    CANCELLED,
    DEFAULTED,
    ENDED,
    EXPIRED,
    FILLED,
    RELEASED,
    RESTING,
    RUNNING,
    SCHEDULED,
)
from exchange.language.instants import parse_duration, parse_instant
from exchange.language.units import DAY_S, UnitError, parse_decimal
from exchange.projections.leases import PERIOD_STATES
from gateway import schema
from gateway.auth import PUBLIC, RIGHTS
from gateway.documents import asyncapi, codes, examples, openapi, pages
from gateway.documents.pushes import OWN_ANSWERS, PUSHES
from gateway.documents.sentences import SENTENCES
from gateway.errors import CATALOGUE
from gateway.rest.routes import ROUTES
from gateway.ws.ops import OPS
from gateway.ws.session import OWN_OPS
from tests.gateway.house import START_S, House

ROOT = Path(__file__).parents[2]
CALLS = [f"{route.method} {route.path}" for route in ROUTES]


@pytest.fixture(scope="module")
def rest() -> Any:
    return openapi.document(START_S)


@pytest.fixture(scope="module")
def stream() -> Any:
    return asyncapi.document(START_S)


def pointers(part: Any) -> Iterator[str]:
    """Every `$ref` in a document."""
    match part:
        case {"$ref": str(place)}:
            yield place
        case dict():
            for value in part.values():
                yield from pointers(value)
        case list():
            for value in part:
                yield from pointers(value)


def at(document: Any, pointer: str) -> Any:
    """What a pointer points to; KeyError when there is nothing."""
    for step in pointer.removeprefix("#/").split("/"):
        document = document[step]
    return document


def test_every_route_is_described_and_nothing_else(rest: Any) -> None:
    described = {f"{method.upper()} {path}": op for path, ops in rest["paths"].items() for method, op in ops.items()}
    assert set(described) == set(CALLS)
    assert len({op["operationId"] for op in described.values()}) == len(CALLS)
    for route, call in zip(ROUTES, CALLS, strict=True):
        operation = described[call]
        assert (operation["security"] == []) == (RIGHTS[call] == PUBLIC), call
        assert ("requestBody" in operation) == (route.method in ("POST", "PATCH")), call
        names = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert names == set(re.findall(r"{(\w+)}", route.path)), call
        keyed = any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
        assert keyed == route.keyed, call
        assert "default" not in operation["responses"], call


def test_every_op_is_described_and_nothing_else(stream: Any) -> None:
    sent = {name for name, operation in stream["operations"].items() if operation["action"] == "send"}
    assert sent == set(OPS) | set(OWN_OPS)
    assert set(OWN_ANSWERS) == set(OWN_OPS)
    told = {name for name, operation in stream["operations"].items() if operation["action"] == "receive"}
    assert told == {f"told.{channel}" for channel in PUSHES}
    pointed = set(pointers(stream["operations"]))
    assert pointed >= {f"#/channels/stream/messages/{name}" for name in stream["components"]["messages"]}


def test_every_call_has_a_sentence_and_an_example() -> None:
    calls = {*CALLS, *OPS, *OWN_OPS}
    assert calls <= set(SENTENCES)
    assert all(sentence.endswith(".") and len(sentence) <= 120 for sentence in SENTENCES.values())
    shown = examples.requests_at(START_S)
    assert set(shown) <= set(SENTENCES)
    takers = dict(zip(CALLS, (route.takes for route in ROUTES), strict=True))
    takers |= {name: op.takes for name, op in OPS.items()} | {name: takes for name, (takes, _) in OWN_OPS.items()}
    for call, takes in takers.items():
        if takes.__struct_fields__ and not issubclass(takes, schema.CancelAllBody):
            assert type(shown.get(call)) is takes, call


def test_pointers_lead_somewhere_and_schemas_are_schemas(rest: Any, stream: Any) -> None:
    for document, dialect in ((rest, Draft202012Validator), (stream, Draft7Validator)):
        for pointer in pointers(document):
            at(document, pointer)
        for name in document["components"]["schemas"]:
            dialect({"$ref": f"#/components/schemas/{name}", "components": document["components"]})
    assert set(pointers(rest)) >= {f"#/components/schemas/{name}" for name in rest["components"]["schemas"]}
    for message in stream["components"]["messages"].values():
        Draft7Validator({**message["payload"], "components": stream["components"]})


def test_the_whole_catalogue_is_told(rest: Any, stream: Any) -> None:
    for document in (rest, stream):
        assert [entry["code"] for entry in document["x-codes"]] == list(CATALOGUE)
        assert document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == list(CATALOGUE)
    told = {code for given in codes.by_status().values() for code in given}
    assert told == set(CATALOGUE) - codes.STREAM_ONLY
    answers = {status for ops in rest["paths"].values() for op in ops.values() for status in op["responses"]}
    assert {str(status) for status in codes.by_status() if status != 500} <= answers
    assert "500" not in answers, "a defect is not documented"


async def test_what_a_refusal_bears_beyond_a_problem_is_told(house: House, rest: Any) -> None:
    special = {"Allow", "Retry-After", "WWW-Authenticate"}
    for status, name in (
        (401, "WWW-Authenticate"),
        (405, "Allow"),
        *((status, "Retry-After") for status in (408, 429, 503)),
    ):
        told = set(rest["components"]["responses"][f"Refused{status}"]["headers"])
        assert told & special == {name}
    for method, path in (("GET", "/v1/account"), ("PUT", "/v1/bids"), ("GET", "/v1/time?x=1"), ("GET", "/nothing")):
        answer = await house.call(method, path)
        told = rest["components"]["responses"][f"Refused{answer.status}"]["headers"]
        assert special & set(answer.headers) == special & set(told), answer.status


def test_words_of_a_closed_list_are_listed(rest: Any) -> None:
    """Also where a client that meets a new one goes on."""

    def listed(of: str, name: str) -> Any:
        found = rest["components"]["schemas"][of]["properties"][name]
        return found.get("enum")

    for of in ("BidBody", "AskBody", "Bid", "Ask"):
        assert listed(of, "time_in_force") == list(TIMES_IN_FORCE)
        assert listed(of, "self_trade") == list(SELF_TRADE_MODES)
    for of in ("Bid", "Ask", "Quote"):
        assert set(listed(of, "state")) == {RESTING, FILLED, CANCELED, EXPIRED}
    assert set(listed("Lease", "state")) == {SCHEDULED, RUNNING, ENDED, DEFAULTED, RELEASED, CANCELLED}
    assert set(listed("Period", "state")) == set(PERIOD_STATES)
    for of in ("Brake", "MarketSummary", "MarketBraked", "MarketStateSet", "Hurdles", "PastBook"):
        assert set(listed(of, "state")) == set(MARKET_STATES)
    assert set(listed("Status", "state")) == {*MARKET_STATES, "stopped"}
    assert set(listed("Problem", "outcome")) == {entry.outcome for entry in CATALOGUE.values()}


def test_the_page_of_refusals_is_the_catalogue() -> None:
    assert (pages.FOLDER / "errors.md").read_text(encoding="utf-8") == codes.page()


def test_all_that_accounts_are_told_is_described() -> None:
    """The words stand in the projections as they are told; those of an order's or lease's state come of the state."""
    source = (ROOT / "exchange/projections/views.py").read_text(encoding="utf-8")
    told = {"transfer", *re.findall(r'"((?:bid|ask|lease|account|dead_man)\.[a-z_]+)"', source)}
    for kind, states in (("bid", schema.OrderState), ("ask", schema.OrderState), ("lease", schema.LeaseState)):
        assert f'f"{kind}.{{' in source
        told |= {f"{kind}.{state}" for state in get_args(states)}
    assert told == set(PUSHES["account"].news)


# ----------------------------------------------------------------------------------------- how things are written


def pattern_of(alias: Any) -> str:
    found: str = get_args(alias)[1].extra_json_schema["pattern"]
    return found


def is_decimal(text: str) -> bool:
    try:
        parse_decimal(text, 18)
    except UnitError:
        return False
    return True


def is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except UnitError:
        return False
    return True


FAULTS = st.text(alphabet="PT0123456789.WDHMSZ:-+e \n٣", max_size=12)


@pytest.mark.parametrize(
    ("alias", "holds"), [(schema.Decimal, is_decimal), (schema.Duration, is_duration)], ids=["decimal", "duration"]
)
def test_the_patterns_are_what_is_read(alias: Any, holds: Any) -> None:
    pattern = pattern_of(alias)

    @given(st.from_regex(pattern, fullmatch=True) | FAULTS)
    def agree(text: str) -> None:
        assert holds(text) == bool(re.fullmatch(pattern[1:-1], text)), text

    agree()


@given(st.from_regex(pattern_of(schema.Instant), fullmatch=True) | FAULTS)
def test_instants_are_read_as_their_pattern_says_unless_there_is_no_such_day(text: str) -> None:
    written = bool(re.fullmatch(pattern_of(schema.Instant)[1:-1], text))
    assert written == bool(re.fullmatch(pattern_of(schema.Start)[1:-1], text))
    try:
        parse_instant(text)
    except UnitError:
        assert not written or text[8:10] in ("29", "30", "31") or text.startswith("0000")
    else:
        assert written


# ------------------------------------------------------------------------------------------------------- the pages


async def test_the_pages_are_served_and_ask_nobody_else(house: House) -> None:
    for path, name in [("/docs", "index.html"), ("/llms.txt", "llms.txt"), *((f"/docs/{p}", p) for p in pages.PAGES)]:
        got = await house.call("GET", path)
        assert got.status == 200, path
        assert got.headers["Content-Type"] == f"{pages.MEDIA[Path(name).suffix]}; charset=utf-8"
        assert got.headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        if name in pages.ASSETS:
            assert got.headers["Cache-Control"] == "public, max-age=86400"
            continue
        assert got.headers["Cache-Control"] == "no-store"
        elsewhere = re.sub(r"http://127\.0\.0\.1:\d+", "", got.raw.decode())
        assert "://" not in elsewhere, f"{path} names another host"
    for path in ("/docs/swagger-ui.js", "/docs/..%2Fauth.py", "/docs/index.html", "/docs/"):
        assert (await house.call("GET", path)).status == 404, path


async def test_every_link_leads_somewhere(house: House) -> None:
    found: set[str] = set()
    for path in ("/docs", "/llms.txt", *(f"/docs/{name}" for name in pages.TOLD)):
        text = (await house.call("GET", path)).raw.decode()
        found |= set(re.findall(r'(?:\]\(|href="|src=")(/[^")#]+)', text))
    found |= set(re.findall(r"\]\((/[^)]+)\)", str(openapi.document(START_S)["info"])))
    assert {"/openapi.json", "/asyncapi.json", "/docs/start.md", "/docs/start.js"} <= found
    for link in found:
        assert (await house.call("GET", link)).status == 200, link


async def test_every_page_is_linked_from_the_page_of_calls_and_for_programs(house: House) -> None:
    for path in ("/docs", "/llms.txt"):
        text = (await house.call("GET", path)).raw.decode()
        assert [name for name in pages.TOLD if f"/docs/{name}" not in text] == [], path


async def test_the_documents_are_served_with_examples_of_the_day(house: House) -> None:
    tomorrow_s = START_S + DAY_S
    for path, made in (("/openapi.json", openapi.document), ("/asyncapi.json", asyncapi.document)):
        got = await house.call("GET", path)
        assert got.headers["Content-Type"] == "application/json; charset=utf-8"
        assert got.raw == msgspec.json.encode(made(tomorrow_s))
    await house.advance("P1D")
    tomorrow = (await house.call("GET", "/openapi.json")).raw
    assert tomorrow == msgspec.json.encode(openapi.document(tomorrow_s + DAY_S))
