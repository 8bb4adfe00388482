"""A field given twice is refused, wherever it stands: of two prices nobody takes one by chance."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct, json

from gateway import schema
from gateway.decode import decode
from gateway.errors import Refusal
from gateway.rest.routes import BODIED, ROUTES
from gateway.ws.ops import OPS
from tests.gateway.house import House, a_bid, an_ask
from tests.wrong_texts import PATTERNED, filled, least

BODIES = {route.body or route.takes for route in ROUTES if route.method in BODIED}
TAKEN = sorted(BODIES | {op.takes for op in OPS.values()}, key=lambda each: each.__name__)


def twice(fields: Any, place: str = "") -> Iterator[tuple[str, bytes]]:
    """The text of a request once for each of its fields, with that one given a second time, and its place."""
    if isinstance(fields, list):
        for index, each in enumerate(fields):
            for where, text in twice(each, f"{place}[{index}]"):
                yield where, b"[" + b",".join([*map(json.encode, fields[:index]), text]) + b"]"
    if isinstance(fields, dict):
        for name, value in fields.items():
            here = f"{place}.{name}" if place else name
            rest = [_pair(each, json.encode(fields[each])) for each in fields if each != name]
            one = _pair(name, json.encode(value))
            yield here, _object([one, *rest, one])
            for where, text in twice(value, here):
                yield where, _object([*rest, _pair(name, text)])


def _pair(name: str, text: bytes) -> bytes:
    return json.encode(name) + b":" + text


def _object(pairs: list[bytes]) -> bytes:
    return b"{" + b",".join(pairs) + b"}"


@pytest.mark.parametrize("wanted", TAKEN, ids=lambda each: each.__name__)
def test_every_field_of_every_request(wanted: type[Struct]) -> None:
    """At any depth, whatever its value; the same request with each field once is read."""
    plain, tried = least(wanted), 0
    for fields in (plain, *(fields for _, fields in filled(wanted, PATTERNED))):
        try:
            decode(json.encode(fields), wanted)
        except Refusal:
            continue  # a text of which more is asked: told of that first
        for place, text in twice(fields):
            with pytest.raises(Refusal) as refused:
                decode(text, wanted)
            assert (refused.value.code, refused.value.param) == ("bad_format", place), text
            tried += 1
    assert tried >= len(plain)


def test_a_name_is_the_same_however_it_is_written() -> None:
    text = b'{"alternatives": [{"price": "1"}, {"price": "1", "pr\\u0069ce": "2"}]}'
    with pytest.raises(Refusal, match=r"alternatives\[1\]\.price is given more than once"):
        decode(text, _Loose)


def test_the_same_name_in_objects_that_stand_beside_each_other() -> None:
    wishes = [{"region": "a", "price": "1"}, {"region": "a", "price": "1"}]
    assert decode(json.encode({"alternatives": wishes}), _Loose).alternatives == wishes


def test_in_access_data_which_are_the_buyers_own() -> None:
    with pytest.raises(Refusal, match=r"access\.ssh is given more than once"):
        decode(b'{"access": {"ssh": "a", "ssh": "b"}}', schema.StartBody)
    digits = "9" * 5000  # more than Python makes an integer of
    text = f'{{"access": {{"big": {digits}, "small": -0.5e-3}}}}'.encode()
    assert bytes(decode(text, schema.StartBody).access) == text[11:-1]


async def test_by_rest_nothing_comes_of_it(house: House) -> None:
    key = await house.account("acme")
    text = json.encode(a_bid())[:-1] + b',"price":"99.00"}'
    answer = await house.call("POST", "/v1/bids", key, data=text)
    assert answer.refused == (422, "bad_format", "price")
    assert (await house.get("/v1/bids", key))["items"] == []


async def test_by_stream_the_socket_lives_on(house: House) -> None:
    socket = await house.connect(await house.account("town", ["provider"]))
    params = json.encode(an_ask()).decode()[:-1] + ',"price":"1.00"}'
    for frame, place in (
        (f'{{"id": 7, "op": "ask.place", "params": {params}}}', "price"),
        ('{"id": 7, "op": "ping", "params": {}, "op": "logout"}', "op"),
    ):
        await socket.send(frame)
        reply = await socket.reply()
        assert (reply["id"], reply["error"]["code"], reply["error"]["param"]) == (7, "bad_format", place)
    assert (await socket.do("ask.list"))["items"] == []


class _Loose(Struct):
    alternatives: list[dict[str, str]]
