"""Quotes and explanations: what a bid would get, why one does not get it, and that what is advised is true."""

from copy import deepcopy
from typing import Any

import pytest

from tests.gateway.house import BODY, House, a_bid, a_wish, an_ask, at
from tests.gateway.test_refused_orders import BIDS

NOT_OF_QUOTES = {"insufficient_funds", "client_order_id_reused"}


def anonymous(bid: BODY) -> BODY:
    """The same bid without an id."""
    return {name: value for name, value in bid.items() if name != "client_order_id"}


async def test_a_quote_is_what_the_bid_then_gets(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask("one", quantity="2", price="14.00", site="a"))
    await house.post("/v1/asks", hz, an_ask("two", quantity="2", price="14.50", take_or_pay="0.5"))
    bid = a_bid(quantity="5", price="15.00")
    before = await house.everything(hz, alice)
    quoted = await house.post("/v1/quotes", alice, anonymous(bid))
    assert quoted == await house.post("/v1/quotes", alice, bid)
    socket = await house.connect(alice)
    assert quoted == await socket.do("bid.quote", **anonymous(bid))
    assert await house.everything(hz, alice) == before
    assert (quoted["seq"], quoted["at"]) == (house.market.reads.seq, at(0))
    assert (quoted["state"], quoted["filled"], quoted["missing"]) == ("resting", "4", "1")
    assert quoted["leases"][1] == {
        "alternative": 0,
        "region": "shanghai",
        "chip": "h800-sxm",
        "site": "",
        "quantity": "2",
        "start": at(1),
        "end": at(25),
        "price": "14.50",
        "price_per_du": "5.664062",
        "cost": "696.00",
        "buyer_fee": "3.48",
        "programme": None,
        "subsidy": "0.00",
        "subsidy_bound": "",
        "take_or_pay": "0.5",
    }
    assert (quoted["cost"], quoted["buyer_fee"], quoted["subsidies"]) == ("1368.00", "6.84", [])
    assert (quoted["total"], quoted["held"], quoted["needed"]) == ("1374.84", "361.80", "1809.00")
    assert (quoted["available"], quoted["covered"]) == ("100000.00", True)

    placed = await house.post("/v1/bids", alice, bid)
    assert quoted["alternatives"] == placed["bid"]["alternatives"]
    seen = ("region", "chip", "site", "quantity", "start", "end", "price", "price_per_du", "cost", "buyer_fee")
    assert [[lease[name] for name in seen] for lease in quoted["leases"]] == [
        [lease[name] for name in seen] for lease in placed["leases"]
    ]
    account = await house.get("/v1/account", alice)
    assert (account["escrow"], account["held"]) == (quoted["total"], quoted["held"])
    explained = await house.get("/v1/bids/bid-1/explain", alice)
    rest = quoted["rest"]
    assert rest["bid_id"] is None
    assert (explained["bid_id"], explained["leaves"]) == ("bid-1", rest["leaves"])
    assert explained["alternatives"] == rest["alternatives"], "and for what is missing the reason"


async def test_a_quote_in_the_short_form_and_beyond_ones_means(house: House) -> None:
    hz, poor = await house.account("hz", ["provider"]), await house.account("poor", deposit="10")
    await house.post("/v1/asks", hz, an_ask(region="hangzhou", price="12.80"))
    order = a_bid(regions=["shanghai", "hangzhou"], price=None, price_per_du="5.2", time_in_force="fok")
    quoted = await house.post("/v1/quotes", poor, anonymous(order))
    assert [(wish["region"], wish["price"]) for wish in quoted["alternatives"]] == [
        ("shanghai", "13.31"),
        ("hangzhou", "13.31"),
    ]
    (lease,) = quoted["leases"]
    assert (lease["alternative"], lease["region"], lease["price_per_du"]) == (1, "hangzhou", "5.00")
    assert (quoted["state"], quoted["missing"], quoted["held"], quoted["rest"]) == ("filled", "0", "0.00", None)
    assert (quoted["available"], quoted["covered"]) == ("10.00", False)
    assert (await house.call("POST", "/v1/bids", poor, order)).refused[1] == "insufficient_funds"


async def test_a_bad_quote_is_refused_as_the_bid_would_be(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice", deposit="1000")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid("bid-taken", quantity="1", price="1.00"))
    before = await house.everything(hz, alice)
    socket = await house.connect(alice)
    for changes, *answer in BIDS:
        status, code, param = answer
        order = a_bid(**{"client_order_id": "bid-bad", **changes})
        quoted = await house.call("POST", "/v1/quotes", alice, order)
        reply = await socket.ask("bid.quote", **order)
        await socket.do("ping")
        if code in NOT_OF_QUOTES or (code, param) == ("missing_field", "client_order_id"):
            assert (quoted.status, reply["ok"]) == (200, True), changes
            continue
        assert quoted.refused == (status, code, param), changes
        error = reply["error"]
        assert (error["status"], error["code"], error["param"]) == (status, code, param), changes
    assert await house.everything(hz, alice) == before
    assert (await house.call("POST", "/v1/quotes", hz, a_bid())).refused == (403, "role_missing", "account_id")


# What the one ask says beside 8 chips at 14.00 from 01:00 for two days, what the bid says, the test that the ask fails,
# the field to change, its value, how that is told, and what it costs beyond the bid's limits.
CHANGES: list[tuple[BODY, BODY, BODY, str, str, Any, str, str]] = [
    ({}, {}, {"price": "13.60"}, "price", "alternatives[0].price", "14.00", "+0.40 CNY per chip-hour", "38.592"),
    ({}, {}, {"latest_start": at(0.5), "earliest_start": "now"}, "start", "alternatives[0].latest_start", at(1),
     "start 30 min later", "0.00"),
    ({}, {}, {"earliest_start": at(30), "latest_start": at(31)}, "start", "alternatives[0].earliest_start", at(25),
     "start 5 h earlier", "0.00"),
    ({}, {}, {"duration": "P3D"}, "duration", "alternatives[0].duration", "P2D", "1 d shorter", "0.00"),
    ({"min_duration": "P2D"}, {}, {}, "duration", "alternatives[0].duration", "P2D", "1 d longer", "1234.944"),
    ({"quantity": "3"}, {"min_quantity": "4"}, {}, "quantity", "quantity", "3", "1 chip fewer", "0.00"),
    ({"lot": "8"}, {}, {}, "lot", "quantity", "8", "4 chips more", "1234.944"),
    ({}, {"max_take_or_pay": "0.5"}, {}, "take_or_pay", "max_take_or_pay", "1", "accept take-or-pay of 1", "0.00"),
    ({"pue": "1.3"}, {"require": {"pue_at_most": "1.25"}}, {}, "require", "require.pue_at_most", "1.3",
     "accept a PUE of 1.3", "0.00"),
    ({"green_share": "0.25"}, {"require": {"green_share_at_least": "0.5"}}, {}, "require",
     "require.green_share_at_least", "0.25", "accept a green share of 0.25", "0.00"),
    ({"tags": ["a"]}, {"require": {"tags": ["a", "b"]}}, {}, "require", "require.tags", ["a"], "do without b", "0.00"),
    ({}, {"require": {"domestic": True}}, {}, "require", "require.domestic", False, "accept foreign chips", "0.00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "terms", "wish", "fails", "field", "value", "detail", "extra"), CHANGES, ids=lambda value: str(value)[:30]
)
async def test_what_is_advised_is_true(
    house: House, ask: BODY, terms: BODY, wish: BODY, fails: str, field: str, value: Any, detail: str, extra: str
) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask(**ask))
    order = {"client_order_id": "a", "quantity": "4", "alternatives": [a_wish(**wish)], "vouchers": [], **terms}
    placed = await house.post("/v1/bids", alice, order)
    assert placed["bid"]["state"] == "resting"
    before = await house.everything(hz, alice)
    explained = await house.get("/v1/bids/bid-1/explain", alice)
    socket = await house.connect(alice)
    assert await socket.do("bid.explain", bid_id="bid-1") == explained
    assert await house.everything(hz, alice) == before
    (hurdles,) = explained["alternatives"]
    assert hurdles["fails"] == dict.fromkeys(hurdles["fails"], 0) | {fails: 1}
    assert (hurdles["asks"], hurdles["examined"], hurdles["complete"], hurdles["fits"]) == (1, 1, True, 0)
    changes = {change["field"]: change for change in explained["changes"]}
    told = changes[field]
    assert (told["value"], told["detail"], told["extra"], told["covered"]) == (value, detail, extra, True)
    extras = [float(change["extra"]) for change in explained["changes"]]
    assert extras == sorted(extras), "the cheapest first"

    await house.call("DELETE", "/v1/bids/bid-1", alice)
    for change in explained["changes"]:
        changed = applied(order, change)
        quoted = await house.post("/v1/quotes", alice, changed)
        assert (quoted["state"], quoted["total"]) == ("filled", change["total"]), change
    then = await house.post("/v1/bids", alice, applied(order, told) | {"client_order_id": "then"})
    assert then["bid"]["state"] == "filled"


def applied(order: BODY, change: BODY) -> BODY:
    """An order in the long form with one change made to it."""
    changed = deepcopy(order)
    holder: Any = changed
    *way, last = change["field"].replace("[0]", ".0").split(".")
    for step in way:
        holder = holder[int(step) if step.isdigit() else step]
    if change["value"] is None:
        del holder[last]
    else:
        holder[last] = change["value"]
    if last == "quantity" and "min_quantity" in changed:
        changed["min_quantity"] = min(changed["min_quantity"], change["value"])
    return changed


async def test_a_braked_market_and_ones_own_asks_are_told_apart(house: House) -> None:
    hz, both = await house.account("hz", ["provider"]), await house.account("both", ["buyer", "provider"])
    await house.post("/v1/asks", both, an_ask("mine"))
    await house.post("/v1/asks", hz, an_ask("theirs", region="hangzhou"))
    await house.post("/v1/asks", hz, an_ask("dear", region="hangzhou", price="99.00"))
    braked = {"state": "post_only", "reason": "a drill"}
    await house.post("/v1/operator/markets/hangzhou/h800-sxm/state", house.operator, braked)
    socket = await house.connect(both)
    order = a_bid(regions=["shanghai", "hangzhou", "beijing"], self_trade="skip", time_in_force="ioc")
    refused = await socket.ask("bid.quote", **order)
    assert (refused["error"]["code"], refused["error"]["param"]) == ("would_trade", "price")
    order = a_bid(regions=["shanghai", "beijing"], self_trade="skip")
    await socket.do("bid.place", **order)
    own, nothing = (await socket.do("bid.explain", bid_id="bid-1"))["alternatives"]
    assert (own["region"], own["state"], own["asks"], own["fails"]["owner"]) == ("shanghai", "open", 1, 1)
    assert (nothing["region"], nothing["asks"], nothing["complete"]) == ("beijing", 0, True)
    halt = {"state": "halted", "reason": "a drill"}
    await house.post("/v1/operator/halt", house.operator, halt)
    own, _ = (await socket.do("bid.explain", bid_id="bid-1"))["alternatives"]
    assert own["state"] == "halted"


async def test_only_ones_own_open_bids_are_explained(house: House) -> None:
    alice, bob = await house.account("alice"), await house.account("bob")
    await house.post("/v1/bids", alice, a_bid())
    assert (await house.call("GET", "/v1/bids/bid-1/explain", bob)).refused == (404, "unknown_order", "bid_id")
    assert (await house.get("/v1/bids/bid-1/explain", alice))["changes"] == []
    await house.call("DELETE", "/v1/bids/bid-1", alice)
    assert (await house.call("GET", "/v1/bids/bid-1/explain", alice)).refused == (409, "order_done", "bid_id")
    socket = await house.connect(alice)
    for bid_id, code in [("bid-1", "order_done"), ("bid-2", "unknown_order"), ("ask-1", "unknown_order")]:
        assert (await socket.ask("bid.explain", bid_id=bid_id))["error"]["code"] == code
