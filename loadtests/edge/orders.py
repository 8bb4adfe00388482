"""What the lines of the edge's bench ask, as bytes, and what their answers say of each order.

    rest    an ask after the other, all of which rest
    turn    an ask that rests, then the cancel of one that rests, in turn; an ask again where none is known to rest
    trade   a bid after the other, each of which takes a chip for an hour and becomes a lease at once

All are for one market, at fifty prices.
"""

import re
from typing import Final, NamedTuple

import msgspec

from exchange.language.instants import format_instant
from exchange.language.units import DAY_S, HOUR_S, Seconds
from gateway import schema
from loadtests.openloop.lines import FIRST
from loadtests.openloop.wire import request_head, text_frame, whole_request

KINDS: Final = ("rest", "turn", "trade")
REGION, CHIP = "hangzhou", "h800-sxm"
LEVELS: Final = 50
_MARK = "%%%%%%%%"  # stands in a template for the number of the request
_PRICE = "99.99"

_SAID = re.compile(
    rb'"(?:ask|bid)_id":"(?P<order_id>(?:ask|bid)-\d+)".*?"client_order_id":"(?P<client_order_id>[^"]+)"'
    rb'.*?"state":"(?P<state>\w+)"'
)
_ORDER_ID = re.compile(rb'"ask_id":"(ask-\d+)"')
_ECHOED = b"ask-1"  # what to cancel where an ask is only given back


class Said(NamedTuple):
    """An order as an answer tells it."""

    client_order_id: str
    order_id: str
    state: str


def said(text: bytes) -> Said | None:
    """What the beginning of an answer says of an order."""
    found = _SAID.search(text)
    return found and Said(found["client_order_id"].decode(), found["order_id"].decode(), found["state"].decode())


def an_ask(client_order_id: str, now_s: Seconds, price: str, chips: str = "8") -> schema.AskBody:
    """A week of chips from tomorrow."""
    start_s = now_s // HOUR_S * HOUR_S + DAY_S
    return schema.AskBody(
        client_order_id=client_order_id,
        region=REGION,
        chip=CHIP,
        quantity=chips,
        start=format_instant(start_s),
        end=format_instant(start_s + 7 * DAY_S),
        price=price,
    )


def a_bid(client_order_id: str, now_s: Seconds, price: str) -> schema.BidBody:
    """One chip for an hour of tomorrow or the day after."""
    start_s = now_s // HOUR_S * HOUR_S + DAY_S
    return schema.BidBody(
        client_order_id=client_order_id,
        quantity="1",
        regions=(REGION,),
        chips=(CHIP,),
        duration="PT1H",
        earliest_start=format_instant(start_s),
        latest_start=format_instant(start_s + DAY_S),
        price=price,
        vouchers=(),
    )


class _Template:
    """A JSON text that is the same for every request but for the number in its client_order_id and the price."""

    def __init__(self, body: schema.AskBody | schema.BidBody) -> None:
        text = msgspec.json.encode(body)
        before, found, rest = text.partition(_MARK.encode())
        between, priced, after = rest.partition(_PRICE.encode())
        assert found and priced, "the number comes before the price"
        self._parts = before, between, after

    def text(self, number: int) -> bytes:
        before, between, after = self._parts
        return b"%b%d%b14.%02d%b" % (before, number, between, number % LEVELS, after)


class Orders:
    """One line's requests of one kind, by stream or by REST. `name` is unique among the lines."""

    def __init__(self, kind: str, name: str, now_s: Seconds, host: str, key: str, *, streams: bool) -> None:
        bids = kind == "trade"
        mark = f"{name}-{_MARK}"
        self._template = _Template(a_bid(mark, now_s, _PRICE) if bids else an_ask(mark, now_s, _PRICE))
        self._turns = kind == "turn"
        self._op = b"bid.place" if bids else b"ask.place"
        self._streams = streams
        self._head = request_head("POST", "/v1/bids" if bids else "/v1/asks", host, key)
        self._host, self._key = host, key
        self._resting: list[bytes] = []  # newest last

    def next(self, number: int) -> bytes:
        if self._turns and number % 2 and self._resting:
            return self._cancel(number, self._resting.pop())
        text = self._template.text(number)
        if self._streams:
            return text_frame(b'{"id":%d,"op":"%b","params":%b}' % (number, self._op, text))
        return whole_request(self._head, text)

    def learn(self, text: bytes) -> None:
        if not self._turns:
            return
        if b'"state":"resting"' in text and (found := _ORDER_ID.search(text)):
            self._resting.append(found[1])
        elif b'"state":' not in text and b'"client_order_id":' in text:
            self._resting.append(_ECHOED)

    def _cancel(self, number: int, ask_id: bytes) -> bytes:
        if self._streams:
            return text_frame(b'{"id":%d,"op":"ask.cancel","params":{"ask_id":"%b"}}' % (number, ask_id))
        return whole_request(request_head("DELETE", f"/v1/asks/{ask_id.decode()}", self._host, self._key), b"")


assert len(str(FIRST)) == len(_MARK), "numbers are as wide as their mark"
