"""Amended orders: what keeps its place in the queue, what loses it, what is refused and then changes nothing."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.gateway.house import BODY, House, Socket, a_bid, a_wish, an_ask, at

Row = tuple[str, BODY, int, str, str | None]

# bid-1 rests with two alternatives, bid-2 has got 2 of 8 chips, bid-3 is only to rest, bid-4 is done, bid-5 is bob's
BIDS: list[Row] = [
    ("bid-1", {"colour": "red"}, 422, "unknown_field", "colour"),
    ("bid-1", {"time_in_force": "ioc"}, 422, "unknown_field", "time_in_force"),
    ("bid-1", {"quantity": 4}, 422, "wrong_type", "quantity"),
    ("bid-1", {"prices": "9.00"}, 422, "wrong_type", "prices"),
    ("bid-1", {"prices": ["9.00", 9]}, 422, "wrong_type", "prices[1]"),
    ("bid-1", {"prices": []}, 422, "bad_format", "prices"),
    ("bid-1", {"prices": ["9.00"] * 33}, 422, "bad_format", "prices"),
    ("bid-1", {"price": "9.00", "prices": ["9.00", "9.00"]}, 422, "ambiguous_form", "prices"),
    ("bid-1", {"quantity": "0.0001"}, 422, "bad_decimal", "quantity"),
    ("bid-1", {"quantity": "-1"}, 422, "bad_decimal", "quantity"),
    ("bid-1", {"price": "1e1"}, 422, "bad_decimal", "price"),
    ("bid-1", {"prices": ["9.00", "9,00"]}, 422, "bad_decimal", "prices[1]"),
    ("bid-1", {}, 422, "bad_value", "quantity"),
    ("bid-1", {"prices": ["9.00"]}, 422, "bad_value", "prices"),
    ("bid-1", {"prices": ["9.00"] * 3}, 422, "bad_value", "prices"),
    ("bid-1", {"quantity": "0"}, 422, "quantity_out_of_range", "quantity"),
    ("bid-1", {"quantity": "100000.001"}, 422, "quantity_out_of_range", "quantity"),
    ("bid-1", {"price": "0"}, 422, "price_out_of_range", "price"),
    ("bid-1", {"price": "10000.01"}, 422, "price_out_of_range", "price"),
    ("bid-1", {"price": "9.005"}, 422, "price_off_tick", "price"),
    ("bid-1", {"quantity": "2", "price": "9.005"}, 422, "price_off_tick", "price"),
    ("bid-1", {"prices": ["9.00", "9.005"]}, 422, "price_off_tick", "prices[1]"),
    ("bid-1", {"quantity": "1000"}, 422, "insufficient_funds", "quantity"),
    ("bid-1", {"quantity": "1000", "price": "9.00"}, 422, "insufficient_funds", "quantity"),
    ("bid-1", {"price": "9000.00"}, 422, "insufficient_funds", "price"),
    ("bid-1", {"prices": ["9.00", "9000.00"]}, 422, "insufficient_funds", "prices"),
    ("bid-2", {"quantity": "2"}, 422, "quantity_out_of_range", "quantity"),
    ("bid-2", {"quantity": "1"}, 422, "quantity_out_of_range", "quantity"),
    ("bid-3", {"price": "20.00"}, 409, "would_trade", "post_only"),
    ("bid-4", {"quantity": "1"}, 409, "order_done", "bid_id"),
    ("bid-5", {"quantity": "1"}, 404, "unknown_order", "bid_id"),
    ("bid-77", {"quantity": "1"}, 404, "unknown_order", "bid_id"),
    ("ask-1", {"quantity": "1"}, 404, "unknown_order", "bid_id"),
]

# ask-1 has leased 2 of 8 chips in lots of 2, ask-2 is only to rest, ask-3 is done, ask-4 is dear
ASKS: list[Row] = [
    ("ask-1", {"colour": "red"}, 422, "unknown_field", "colour"),
    ("ask-1", {"prices": ["9.00"]}, 422, "unknown_field", "prices"),
    ("ask-1", {"price": 9}, 422, "wrong_type", "price"),
    ("ask-1", {"price": "9.0000001"}, 422, "bad_decimal", "price"),
    ("ask-1", {}, 422, "bad_value", "quantity"),
    ("ask-1", {"quantity": "0"}, 422, "quantity_out_of_range", "quantity"),
    ("ask-1", {"quantity": "100002"}, 422, "quantity_out_of_range", "quantity"),
    ("ask-1", {"quantity": "7"}, 422, "quantity_not_in_lots", "quantity"),
    ("ask-1", {"price": "9.005"}, 422, "price_off_tick", "price"),
    ("ask-1", {"price": "0.00"}, 422, "price_out_of_range", "price"),
    ("ask-1", {"quantity": "100000"}, 422, "insufficient_funds", "quantity"),
    ("ask-1", {"price": "10000.00"}, 422, "price_outside_band", "price"),
    ("ask-2", {"price": "5.00"}, 409, "would_trade", "post_only"),
    ("ask-3", {"quantity": "1"}, 409, "order_done", "ask_id"),
    ("ask-77", {"quantity": "1"}, 404, "unknown_order", "ask_id"),
    ("bid-1", {"quantity": "1"}, 404, "unknown_order", "ask_id"),
]


async def furnished(house: House) -> tuple[str, str, str]:
    """A provider, a buyer and another one, with the orders that the tables are about."""
    hz, alice = await house.account("hz", ["provider"], "2000"), await house.account("alice", deposit="8000")
    bob = await house.account("bob")
    wishes = [a_wish(price="9.00"), a_wish(region="hangzhou", price="9.50")]
    await house.post("/v1/bids", alice, {"client_order_id": "one", "quantity": "4", "alternatives": wishes})
    await house.post("/v1/bids", alice, a_bid("two", quantity="8", price="9.00", regions=["beijing"]))
    await house.post("/v1/bids", alice, a_bid("three", quantity="1", price="9.00", post_only=True))
    await house.post("/v1/bids", alice, a_bid("four", quantity="1", price="9.00"))
    await house.call("DELETE", "/v1/bids/bid-4", alice)
    await house.post("/v1/bids", bob, a_bid("five", price="9.00"))
    partly = an_ask("one", region="beijing", quantity="2", lot="2", price="9.00")
    await house.post("/v1/asks", hz, partly)
    more = await house.call("PATCH", "/v1/asks/ask-1", hz, {"quantity": "8", "price": "14.00"})
    assert (more.body["kept_priority"], more.body["ask"]["quantity"]) == (False, "8")
    await house.post("/v1/asks", hz, an_ask("two", quantity="1", post_only=True))
    await house.post("/v1/asks", hz, an_ask("three", quantity="1"))
    await house.call("DELETE", "/v1/asks/ask-3", hz)
    return hz, alice, bob


def expected(rows: Sequence[Row]) -> dict[str, Any]:
    return {f"{order} {body}": tuple(answer) for order, body, *answer in rows}


@pytest.mark.parametrize("kind", ["bid", "ask"])
async def test_a_refused_amendment_changes_nothing(house: House, kind: str) -> None:
    hz, alice, bob = await furnished(house)
    key, rows = (alice, BIDS) if kind == "bid" else (hz, ASKS)
    before = await house.everything(hz, alice, bob)
    got, told = {}, {}
    socket = await house.connect(key)
    for order, body, *_ in rows:
        got[f"{order} {body}"] = (await house.call("PATCH", f"/v1/{kind}s/{order}", key, body)).refused
        error = (await socket.ask(f"{kind}.amend", **{f"{kind}_id": order}, **body))["error"]
        told[f"{order} {body}"] = error["status"], error["code"], error["param"]
        await socket.do("ping")  # bad frames are counted in a row
    assert got == expected(rows)
    assert told == expected(rows)
    assert await house.everything(hz, alice, bob) == before


async def test_the_order_is_named_in_the_address_and_nowhere_else(house: House) -> None:
    hz, alice, _ = await furnished(house)
    twice = await house.call("PATCH", "/v1/bids/bid-1", alice, {"bid_id": "bid-2", "quantity": "1"})
    assert twice.refused == (422, "unknown_field", "bid_id")
    query = await house.call("PATCH", "/v1/asks/ask-1?quantity=2", hz, {})
    assert query.refused == (422, "unknown_field", "quantity")
    socket = await house.connect(alice)
    error = (await socket.ask("bid.amend", quantity="1"))["error"]
    assert (error["code"], error["param"]) == ("missing_field", "bid_id")


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"quantity": "3"}, True),
        ({"quantity": "4"}, True),
        ({"price": "9.00"}, True),
        ({"prices": ["9.00"]}, True),
        ({"quantity": "2.5", "price": "9.00"}, True),
        ({"quantity": "5"}, False),
        ({"price": "9.01"}, False),
        ({"prices": ["8.99"]}, False),
        ({"quantity": "3", "price": "9.01"}, False),
    ],
)
async def test_a_bid_keeps_its_place_or_loses_it(house: House, changes: BODY, kept: bool) -> None:
    """The second bid stands at the limit that the first comes to; then an ask for one of them says who is first."""
    hz, alice, bob = await house.account("hz", ["provider"]), await house.account("alice"), await house.account("bob")
    (price,) = changes.get("prices", [changes.get("price", "9.00")])
    await house.post("/v1/bids", alice, a_bid("first", price="9.00"))
    await house.post("/v1/bids", bob, a_bid("second", price=price))
    amended = await house.call("PATCH", "/v1/bids/bid-1", alice, changes)
    assert (amended.status, amended.body["kept_priority"], amended.body["leases"]) == (200, kept, [])
    bid = amended.body["bid"]
    assert bid["quantity"] == bid["leaves"] == changes.get("quantity", "4")
    assert bid == await house.get("/v1/bids/bid-1", alice)
    assert bid["alternatives"][0]["price"] == price
    placed = await house.post("/v1/asks", hz, an_ask(quantity="1", price="8.00"))
    assert [lease["buyer"] for lease in placed["leases"]] == ["alice" if kept else "bob"]


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"quantity": "7"}, True),
        ({"price": "14.00"}, True),
        ({"quantity": "9"}, False),
        ({"price": "14.01"}, False),
        ({"price": "13.99", "quantity": "2"}, False),
    ],
)
async def test_an_ask_keeps_its_place_or_loses_it(house: House, changes: BODY, kept: bool) -> None:
    hz, gz = await house.account("hz", ["provider"]), await house.account("gz", ["provider"])
    alice = await house.account("alice")
    await house.post("/v1/asks", hz, an_ask("first"))
    price = changes.get("price", "14.00")
    await house.post("/v1/asks", gz, an_ask("second", price=price))
    socket = await house.connect(hz)
    reply = await socket.ask("ask.amend", ask_id="ask-1", **changes)
    amended = reply["result"]
    assert reply["seq"] == house.market.reads.seq
    assert (amended["kept_priority"], amended["leases"]) == (kept, [])
    assert (amended["ask"]["quantity"], amended["ask"]["leaves"]) == (changes.get("quantity", "8"),) * 2
    assert amended["ask"]["free"] == [{"start": at(1), "end": at(49), "chips": amended["ask"]["quantity"]}]
    assert amended["ask"]["price"] == price
    placed = await house.post("/v1/bids", alice, a_bid(quantity="1"))
    assert [lease["provider"] for lease in placed["leases"]] == ["hz" if kept else "gz"]


async def test_an_amendment_that_trades_tells_of_its_leases(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    for name, price in (("one", "14.00"), ("two", "14.50"), ("three", "16.00")):
        await house.post("/v1/asks", hz, an_ask(name, quantity="2", price=price))
    await house.post("/v1/bids", alice, a_bid(quantity="6", price="13.00"))
    amended = await house.call("PATCH", "/v1/bids/bid-1", alice, {"price": "15.00"})
    assert [(lease["quantity"], lease["price"]) for lease in amended.body["leases"]] == [("2", "14.00"), ("2", "14.50")]
    assert {lease["seq"] for lease in amended.body["leases"]} == {amended.body["seq"]}
    assert (amended.body["bid"]["filled"], amended.body["bid"]["leaves"]) == ("4", "2")

    cheaper = await house.call("PATCH", "/v1/asks/ask-3", hz, {"price": "15.00"})
    (lease,) = cheaper.body["leases"]
    assert (lease["lease_id"], lease["bid_id"], lease["price"]) == ("lease-3", "bid-1", "15.00")
    assert (await house.get("/v1/bids/bid-1", alice))["state"] == "filled"
    bigger = await house.call("PATCH", "/v1/asks/ask-1", hz, {"quantity": "4"})
    assert (bigger.body["leases"], bigger.body["ask"]["leaves"]) == ([], "4"), "leases of before are not told again"


async def test_news_of_an_amendment(house: House) -> None:
    alice = await house.account("alice")
    socket: Socket = await house.connect(alice)
    await socket.do("subscribe", channels=["account"])
    await socket.do("bid.place", **a_bid(price="9.00"))
    socket.pushes.clear()
    amended = await socket.do("bid.amend", bid_id="bid-1", quantity="2")
    await socket.do("ping")
    assert [push["type"] for push in socket.pushes] == ["bid.amended", "transfer", "bid.resting"]
    assert socket.pushes[-1]["data"] == amended["bid"]


async def test_a_gang_stays_a_gang(house: House) -> None:
    alice = await house.account("alice")
    await house.post("/v1/bids", alice, a_bid(quantity="8", min_quantity="8"))
    amended = await house.call("PATCH", "/v1/bids/bid-1", alice, {"quantity": "6"})
    assert (amended.body["bid"]["quantity"], amended.body["bid"]["min_quantity"]) == ("6", "6")
