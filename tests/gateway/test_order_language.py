"""All that an order can say beyond what and when: how long it stands, whether it may trade, what an ask must state."""

import pytest

from tests.gateway.house import BODY, House, a_bid, a_wish, an_ask


async def test_all_of_it_now_or_nothing(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask("one", quantity="2", price="14.00"))
    await house.post("/v1/asks", hz, an_ask("two", quantity="2", price="14.50"))
    before = await house.get("/v1/account", alice)
    nothing = await house.post("/v1/bids", alice, a_bid("five", quantity="5", time_in_force="fok"))
    assert (nothing["bid"]["state"], nothing["bid"]["reason"], nothing["leases"]) == ("canceled", "time_in_force", [])
    assert await house.get("/v1/account", alice) == before
    socket = await house.connect(alice)
    all_of_it = await socket.do("bid.place", **a_bid("four", quantity="4", time_in_force="fok"))
    assert (all_of_it["bid"]["state"], all_of_it["bid"]["time_in_force"]) == ("filled", "fok")
    assert [(lease["quantity"], lease["price"]) for lease in all_of_it["leases"]] == [("2", "14.00"), ("2", "14.50")]


async def test_an_order_that_is_only_to_rest(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    resting = await house.post("/v1/asks", hz, an_ask("one", post_only=True))
    assert (resting["ask"]["post_only"], resting["ask"]["state"]) == (True, "resting")
    crossing = await house.call("POST", "/v1/bids", alice, a_bid("no", post_only=True))
    assert crossing.refused == (409, "would_trade", "post_only")
    below = await house.post("/v1/bids", alice, a_bid("yes", post_only=True, price="13.99"))
    assert (below["bid"]["post_only"], below["bid"]["state"], below["leases"]) == (True, "resting", [])
    under = an_ask("no", post_only=True, price="13.99")
    assert (await house.call("POST", "/v1/asks", hz, under)).refused == (409, "would_trade", "post_only")
    socket = await house.connect(hz)
    error = (await socket.ask("ask.place", **under))["error"]
    assert (error["status"], error["code"], error["param"]) == (409, "would_trade", "post_only")
    assert len((await house.get("/v1/asks", hz))["items"]) == 1


async def test_so_many_of_this_or_so_many_of_that(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    wishes = [a_wish(price="15.20"), a_wish(chip="a100-sxm-80", price="6.00", quantity="20")]
    order = {"client_order_id": "gang", "quantity": "8", "min_quantity": "8", "alternatives": wishes}
    placed = await house.post("/v1/bids", alice, order)
    assert placed["bid"]["alternatives"] == wishes, "and what was not said is not shown"
    assert placed["bid"]["held"] == "2932.992", "8 × 15.20 × 24 h is 2918.40 and more than 20 × 6.00 × 24 h; 0.5 % fee"
    too_few = await house.post("/v1/asks", hz, an_ask("few", chip="a100-sxm-80", quantity="19", price="5.00"))
    assert too_few["leases"] == []
    enough = await house.post("/v1/asks", hz, an_ask("enough", chip="a100-sxm-80", quantity="24", price="5.00"))
    (lease,) = enough["leases"]
    assert (lease["chip"], lease["quantity"], lease["price"]) == ("a100-sxm-80", "20", "6.00")
    bid = await house.get("/v1/bids/bid-1", alice)
    assert (bid["state"], bid["filled"], bid["leaves"], bid["held"]) == ("filled", "8", "0", "0.00")


ASKS: dict[str, BODY] = {
    "plain": {"price": "10.00"},
    "tagged": {"price": "11.00", "tags": ["ib-400", "slurm"]},
    "lean": {"price": "12.00", "pue": "1.25"},
    "leaner": {"price": "12.50", "pue": "1.1", "green_share": "0.8"},
    "all": {"price": "13.00", "pue": "1.08", "green_share": "1", "tags": ["slurm", "ib-400", "nvme"]},
    "domestic": {"price": "14.00", "chip": "asc-910b"},
}


@pytest.mark.parametrize(
    ("require", "served_by"),
    [
        ({}, "plain"),
        ({"tags": []}, "plain"),
        ({"domestic": False}, "plain"),
        ({"tags": ["ib-400"]}, "tagged"),
        ({"tags": ["nvme", "ib-400"]}, "all"),
        ({"pue_at_most": "1.25"}, "lean"),
        ({"pue_at_most": "1.249"}, "leaner"),
        ({"green_share_at_least": "0.8"}, "leaner"),
        ({"green_share_at_least": "0.8001"}, "all"),
        ({"pue_at_most": "1.1", "green_share_at_least": "0.5", "tags": ["ib-400"]}, "all"),
        ({"domestic": True}, "domestic"),
        ({"domestic": True, "tags": ["slurm"]}, None),
        ({"tags": ["nvlink"]}, None),
    ],
)
async def test_what_an_ask_must_state(house: House, require: BODY, served_by: str | None) -> None:
    """The cheapest ask that states it, and none that says nothing of it."""
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    sites = {}
    for name, terms in ASKS.items():
        placed = await house.post("/v1/asks", hz, an_ask(name, site=name, **terms))
        sites[name] = placed["ask"]["pue"], placed["ask"]["green_share"], placed["ask"]["tags"]
    assert (sites["plain"], sites["lean"]) == ((None, None, []), ("1.25", None, []))
    assert sites["leaner"] == ("1.1", "0.8", [])
    order = a_bid(chips=["h800-sxm", "asc-910b"], require=require, time_in_force="ioc")
    placed = await house.post("/v1/bids", alice, order)
    asked = {name: value for name, value in require.items() if value}
    assert placed["bid"]["require"] == (asked or None), "what asks for nothing is as good as none"
    assert [lease["site"] for lease in placed["leases"]] == ([served_by] if served_by else [])


async def test_the_same_requirement_in_other_words_is_the_same_order(house: House) -> None:
    alice = await house.account("alice")
    first = await house.call("POST", "/v1/bids", alice, a_bid(require={"pue_at_most": "1.2"}))
    again = await house.call("POST", "/v1/bids", alice, a_bid(require={"pue_at_most": "1.200", "domestic": False}))
    assert again.raw == first.raw
    without = await house.call("POST", "/v1/bids", alice, a_bid())
    assert without.refused == (422, "client_order_id_reused", "client_order_id")
    plain = await house.call("POST", "/v1/bids", alice, a_bid("plain"))
    assert (await house.call("POST", "/v1/bids", alice, a_bid("plain", require={}))).raw == plain.raw


async def test_cancelling_by_filter_and_all_on_both_edges(house: House) -> None:
    both = await house.account("both", ["buyer", "provider"])
    socket = await house.connect(both)
    for region in ("shanghai", "hangzhou", "beijing"):
        await socket.do("ask.place", **an_ask(f"a-{region}", region=region))
        await socket.do("ask.place", **an_ask(f"t-{region}", region=region, chip="t4"))
        await socket.do("bid.place", **a_bid(f"b-{region}", regions=[region], price="1.00"))

    async def resting(kind: str) -> list[str]:
        found = (await house.get(f"/v1/{kind}?state=resting", both))["items"]
        return sorted(order["client_order_id"] for order in found)

    assert await socket.do("ask.cancel_all", region="hangzhou") == {}
    assert await resting("asks") == ["a-beijing", "a-shanghai", "t-beijing", "t-shanghai"]
    assert (await house.call("DELETE", "/v1/asks?chip=t4&region=beijing", both)).status == 200
    assert await resting("asks") == ["a-beijing", "a-shanghai", "t-shanghai"]
    await socket.do("bid.cancel_all", chip="t4")
    await socket.do("bid.cancel_all", region="beijing", chip="h800-sxm")
    assert await resting("bids") == ["b-hangzhou", "b-shanghai"]
    await socket.do("bid.cancel_all")
    await house.call("DELETE", "/v1/asks", both)
    assert (await resting("asks"), await resting("bids")) == ([], [])
    account = await house.get("/v1/account", both)
    assert (account["available"], account["held"], account["bond"]) == ("100000.00", "0.00", "0.00")
