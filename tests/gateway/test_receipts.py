"""The same order twice gets the first answer twice, to the byte, whatever has happened in between."""

import asyncio

from tests.gateway.house import House, a_bid, an_ask, at


async def test_an_order_sent_again_gets_its_first_answer(house: House) -> None:
    hz, alice, bob = await house.account("hz", ["provider"]), await house.account("alice"), await house.account("bob")
    ask, bid = an_ask("one"), a_bid("two", quantity="6", max_take_or_pay="1.0")
    first_ask = await house.call("POST", "/v1/asks", hz, ask)
    first_bid = await house.call("POST", "/v1/bids", alice, bid)
    assert (first_ask.status, first_bid.status) == (201, 201)
    assert len(first_bid.body["leases"]) == 1

    await house.post("/v1/bids", bob, a_bid("three", quantity="2"))
    await house.post("/v1/leases/lease-1/start", hz, {"access": {}})
    await house.advance("PT2H")
    await house.call("DELETE", "/v1/asks/ask-1", hz)
    assert (await house.get("/v1/leases/lease-1", alice))["state"] == "running"
    before = await house.everything(hz, alice, bob)

    for path, key, order, first in [("/v1/asks", hz, ask, first_ask), ("/v1/bids", alice, bid, first_bid)]:
        again = await house.call("POST", path, key, order)
        assert (again.status, again.raw) == (201, first.raw)
        by_id = await house.call("GET", f"/v1/orders/by-client-id/{order['client_order_id']}", key)
        assert (by_id.status, by_id.raw) == (200, first.raw)
    socket = await house.connect(hz)
    reply = await socket.ask("ask.place", **ask)
    assert {"seq": reply["seq"], **reply["result"]} == first_ask.body
    assert await house.everything(hz, alice, bob) == before


async def test_the_same_order_in_other_words_is_the_same_order(house: House) -> None:
    alice = await house.account("alice")
    words = a_bid(quantity="4", price="15.2", earliest_start="now", vouchers=None)
    first = await house.call("POST", "/v1/bids", alice, words)
    other_words = a_bid(quantity="4.000", price="15.20", earliest_start="now", duration="PT24H", vouchers=["auto"])
    again = await house.call("POST", "/v1/bids", alice, other_words)
    assert again.raw == first.raw
    changed = await house.call("POST", "/v1/bids", alice, words | {"price": "15.21"})
    assert changed.refused == (422, "client_order_id_reused", "client_order_id")


async def test_one_order_sent_many_times_at_once_is_one_order(house: House) -> None:
    alice = await house.account("alice")
    answers = await asyncio.gather(*(house.call("POST", "/v1/bids", alice, a_bid()) for _ in range(20)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.raw for answer in answers}) == 1
    assert len((await house.get("/v1/bids", alice))["items"]) == 1


async def test_another_account_may_use_the_same_id(house: House) -> None:
    alice, bob = await house.account("alice"), await house.account("bob")
    ids = [(await house.post("/v1/bids", key, a_bid()))["bid"]["bid_id"] for key in (alice, bob)]
    assert ids == ["bid-1", "bid-2"]


async def test_an_id_is_for_one_kind_of_order(house: House) -> None:
    both = await house.account("both", ["buyer", "provider"])
    await house.post("/v1/bids", both, a_bid("mine", latest_start=at(2)))
    ask = await house.call("POST", "/v1/asks", both, an_ask("mine", region="hangzhou"))
    assert ask.refused == (422, "client_order_id_reused", "client_order_id")
