"""A text with U+0000 is refused wherever one may stand, and the market that was sent it opens again."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import pytest

from exchange.runtime.opening import open_market
from gateway.app import build_app, serving
from gateway.decode import convert, decode
from gateway.errors import Refusal
from gateway.rest.routes import ROUTES, Route
from gateway.schema import AskBody, MoneyBody, Page, StartBody
from gateway.settings import Settings
from gateway.vault import Vault
from gateway.ws.ops import OPS
from gateway.ws.session import OWN_OPS
from tests.gateway.house import House
from tests.wrong_texts import PATTERNED, filled, least

NUL = "a\0b"
REFUSED_AS = ("bad_format", "bad_value")  # the latter for one of a few words


@asynccontextmanager
async def opened(database_url: str, settings: Settings) -> AsyncIterator[House]:
    """The market as it is served, tables and all, as often as one likes."""
    async with open_market(data_dir=settings.data_dir, database_url=database_url, sandbox=True, speed=0) as market:
        app = build_app(market, settings, Vault.at(settings.data_dir))
        async with serving(app, settings) as url, aiohttp.ClientSession() as http:
            house = House(url, market, http)
            yield house
            await house.hang_up()


def requests(route: Route) -> Iterator[tuple[str, str, object]]:
    """Every place of a request where a text may stand, with the address and the body that have U+0000 there."""
    in_path, takes = [part[1:-1] for part in route.path.split("/") if part.startswith("{")], route.body or route.takes

    def written(fields: dict[str, Any], **parts: str) -> tuple[str, object]:
        path = route.path.format(**dict.fromkeys(in_path, PATTERNED) | parts)
        if route.method in ("POST", "PATCH"):
            return path, fields
        return f"{path}?{urlencode({name: fields[name] for name in fields if name not in in_path})}", None

    for name in in_path:
        yield name, *written(least(takes), **{name: quote(NUL)})
    for place, fields in filled(takes, NUL):
        if place not in in_path:
            yield place, *written(fields)


async def test_no_text_with_a_nul_comes_by_the_edge(database_url: str, settings: Settings) -> None:
    async with opened(database_url, settings) as house:
        await house.appoint_operator()
        await house.account("all", ["buyer", "provider", "operator"])
        key = await house.key("all", ["read", "trade", "provide", "operate"])
        seq, tried = house.market.reads.seq, 0
        for route in ROUTES:
            for place, path, body in requests(route):
                answer = await house.call(route.method, path, key, body)
                status, code, param = answer.refused
                assert (status, param) == (422, place) and code in REFUSED_AS, (route.path, place, answer.raw)
                tried += 1
        socket = await house.connect(key)
        own = {name: takes for name, (takes, _) in OWN_OPS.items()}
        for op, takes in {**own, **{name: op.takes for name, op in OPS.items()}}.items():
            for place, params in filled(takes, NUL):
                error = (await socket.ask(op, **params))["error"]
                assert error["param"] == place and error["code"] in REFUSED_AS, (op, error)
                await socket.do("ping")
                tried += 1
        for frame in ({"id": NUL, "op": "ping"}, {"id": 1, "op": NUL}):
            await socket.send(frame)
            assert (await socket.reply())["error"]["code"] == "bad_format"
        assert tried > 250
        assert house.market.reads.seq == seq, "nothing of it came as far as the market"
        words = {"account_id": "all", "amount": "1", "reference": "two\tcolumns,\r\ntwo lines, \\u0000 in letters"}
        await house.post("/v1/operator/deposits", house.operator, words)
    async with opened(database_url, settings) as house:
        assert house.market.audit().violations == ()


@pytest.mark.parametrize("number", [*range(9), 11, 12, *range(14, 32)])
def test_control_characters_are_refused_by_number(number: int) -> None:
    with pytest.raises(Refusal, match=f"bad_format.*tags.1.*U.00{number:02X}"):
        decode(_ask(f'"tags": ["a", "\\u00{number:02x}"]'), AskBody)
    with pytest.raises(Refusal, match=f"bad_format.*cursor.*U.00{number:02X}"):
        convert([("cursor", f"1{chr(number)}")], {}, Page)


@pytest.mark.parametrize("text", ["\t\n\r", '"quoted"', "\\u0000", "\x7f", "上海"])
def test_what_else_may_stand_in_a_text(text: str) -> None:
    written = text.translate({9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\"})
    body = decode(f'{{"account_id": "a", "amount": "1", "reference": "{written}"}}'.encode(), MoneyBody)
    assert body.reference == text


def test_access_data_are_the_buyers_own_and_kept_sealed() -> None:
    assert bytes(decode(b'{"access": {"key": "\\u0000"}}', StartBody).access) == b'{"key": "\\u0000"}'


def _ask(field: str) -> bytes:
    rest = {"region": "a", "chip": "a", "quantity": "1", "start": "now", "end": "a", "price": "1"}
    fields = ", ".join(f'"{name}": "{value}"' for name, value in rest.items())
    return f'{{"client_order_id": "a", {fields}, {field}}}'.encode()
