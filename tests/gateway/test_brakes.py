"""Operators brake a market, a region, a chip type or the venue, and reopen through post_only; prices keep a band."""

from msgspec.structs import replace

from exchange.language.commands import SetRules
from tests.gateway.house import BODY, House, a_bid, a_wish, an_ask, at

HERE = "/v1/operator/markets/shanghai/h800-sxm/state"
HALT = "/v1/operator/halt"
DONE = {"outcome": "done", "proposal_id": None, "expires_at": None, "hits": None}


async def states(house: House) -> BODY:
    """The state of each market that has orders."""
    found = (await house.get("/v1/markets"))["items"]
    return {f"{market['region']}/{market['chip']}": market["state"] for market in found}


async def test_one_market_is_braked_and_opened(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask("here"))
    await house.post("/v1/asks", hz, an_ask("there", region="hangzhou"))
    halted = await house.post(HERE, house.operator, {"state": "halted", "reason": "a fire at the site"})
    assert halted == {
        "seq": house.market.reads.seq,
        "region": "shanghai",
        "chip": "h800-sxm",
        "state": "halted",
        "reason": "a fire at the site",
        "effective": "halted",
        **DONE,
    }
    assert await states(house) == {"shanghai/h800-sxm": "halted", "hangzhou/h800-sxm": "open"}
    assert (await house.get("/v1/markets/shanghai/h800-sxm"))["state"] == "halted"
    status = await house.get("/v1/status")
    brake = {"region": "shanghai", "chip": "h800-sxm", "state": "halted", "reason": "a fire at the site"}
    assert (status["state"], status["brakes"]) == ("open", [brake])

    before = await house.everything(hz, alice)
    rows = [
        ("POST", "/v1/bids", alice, a_bid(), "regions[0]"),
        ("POST", "/v1/bids", alice, a_bid(regions=["hangzhou", "shanghai"]), "regions[1]"),
        ("POST", "/v1/asks", hz, an_ask("more"), "region"),
        ("PATCH", "/v1/asks/ask-1", hz, {"price": "13.00"}, "region"),
    ]
    for method, path, key, body, param in rows:
        assert (await house.call(method, path, key, body)).refused == (409, "market_not_open", param)
    at_once = await house.call("POST", HERE, house.operator, {"state": "open", "reason": "it is out"})
    assert at_once.refused == (409, "not_through_post_only", "state")
    assert await house.everything(hz, alice) == before
    canceled = await house.call("DELETE", "/v1/asks/ask-1", hz)
    assert canceled.body["ask"]["state"] == "canceled", "a cancel is always allowed"

    await house.post(HERE, house.operator, {"state": "post_only", "reason": "it is out"})
    await house.post("/v1/asks", hz, an_ask("again"))
    assert (await house.call("POST", "/v1/bids", alice, a_bid())).refused == (409, "would_trade", "price")
    long_form = {"client_order_id": "long", "quantity": "1", "alternatives": [a_wish(price="1.00"), a_wish()]}
    refused = await house.call("POST", "/v1/bids", alice, long_form)
    assert refused.refused == (409, "would_trade", "alternatives[1].price")
    await house.post("/v1/bids", alice, a_bid("rests", price="13.00"))
    lifted = await house.call("PATCH", "/v1/bids/bid-1", alice, {"price": "14.00"})
    assert lifted.refused == (409, "would_trade", "price")
    opened = await house.post(HERE, house.operator, {"state": "open", "reason": "all is well"})
    assert opened["effective"] == "open"
    assert (await house.get("/v1/status"))["brakes"] == []
    assert len((await house.post("/v1/bids", alice, a_bid()))["leases"]) == 1


async def test_the_strictest_of_all_scopes_holds(house: House) -> None:
    hz = await house.account("hz", ["provider"])
    for region in ("shanghai", "hangzhou"):
        for chip in ("h800-sxm", "t4"):
            await house.post("/v1/asks", hz, an_ask(f"{region}-{chip}", region=region, chip=chip))

    async def set_to(**body: str) -> BODY:
        answer: BODY = await house.post(HALT, house.operator, {"reason": "a drill", **body})
        return answer

    wide = await set_to()
    assert (wide["state"], wide["region"], wide["chip"], wide["effective"]) == ("halted", None, None, None)
    assert set((await states(house)).values()) == {"halted"}
    assert (await house.get("/v1/status"))["state"] == "halted"
    await set_to(region="shanghai", state="cancel_only")
    await house.advance("PT1H")
    await set_to(chip="t4", state="post_only")
    held = (await house.get("/v1/operator/brakes", house.operator))["markets"]
    assert [(brake["region"], brake["chip"], brake["since"]) for brake in held] == [
        (None, None, at(0)),
        ("shanghai", None, at(0)),
        (None, "t4", at(1)),
    ]
    await set_to(state="post_only")
    await set_to(state="open")
    assert await states(house) == {
        "hangzhou/h800-sxm": "open",
        "hangzhou/t4": "post_only",
        "shanghai/h800-sxm": "cancel_only",
        "shanghai/t4": "cancel_only",
    }
    one = await set_to(region="shanghai", chip="t4", state="post_only")
    assert (one["state"], one["effective"]) == ("post_only", "cancel_only"), "its region is stricter"
    status = await house.get("/v1/status")
    assert status["state"] == "open"
    assert [(brake["region"], brake["chip"], brake["state"]) for brake in status["brakes"]] == [
        ("shanghai", None, "cancel_only"),
        (None, "t4", "post_only"),
        ("shanghai", "t4", "post_only"),
    ]


async def test_what_came_to_cross_meanwhile_trades_when_the_market_opens(house: House) -> None:
    """A lease defaults while the market is halted, and its capacity waits with the bid that it would serve."""
    hz, alice, bob = await house.account("hz", ["provider"]), await house.account("alice"), await house.account("bob")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT6H"))
    later = a_bid(quantity="8", min_quantity="8", duration="PT6H", earliest_start=at(2), latest_start=at(3))
    assert (await house.post("/v1/bids", bob, later))["leases"] == []
    await house.post(HALT, house.operator, {"reason": "a drill"})
    await house.advance("PT1H15M")
    assert (await house.get("/v1/leases/lease-1", alice))["state"] == "defaulted"
    for state, then in [("post_only", "resting"), ("open", "filled")]:
        assert (await house.get("/v1/bids/bid-2", bob))["state"] == "resting"
        await house.post(HALT, house.operator, {"state": state, "reason": "it is over"})
        assert (await house.get("/v1/bids/bid-2", bob))["state"] == then
    (lease,) = (await house.get("/v1/leases", bob))["items"]
    assert (lease["start"], lease["price"]) == (at(2), "14.00")


async def test_bad_brakes_leave_no_trace(house: House) -> None:
    alice = await house.account("alice")
    before = await house.everything(alice)
    why = {"reason": "a drill"}
    atlantis, abacus = HERE.replace("shanghai", "atlantis"), HERE.replace("h800-sxm", "abacus")
    rows: list[tuple[str, BODY, int, str, str | None]] = [
        (HERE, why, 422, "missing_field", "state"),
        (HERE, {"state": "halted"}, 422, "missing_field", "reason"),
        (HERE, why | {"state": "shut"}, 422, "bad_value", "state"),
        (HERE, why | {"state": 1}, 422, "wrong_type", "state"),
        (HERE, {"state": "halted", "reason": ""}, 422, "bad_format", "reason"),
        (HERE, {"state": "halted", "reason": "x" * 201}, 422, "bad_format", "reason"),
        (HERE, why | {"state": "halted", "region": "beijing"}, 422, "unknown_field", "region"),
        (atlantis, why | {"state": "halted"}, 404, "unknown_market", "region"),
        (abacus, why | {"state": "halted"}, 404, "unknown_market", "chip"),
        (HALT, {}, 422, "missing_field", "reason"),
        (HALT, why | {"state": "shut"}, 422, "bad_value", "state"),
        (HALT, why | {"region": "atlantis"}, 422, "unknown_region", "region"),
        (HALT, why | {"chip": "abacus"}, 422, "unknown_chip", "chip"),
        (HALT, why | {"site": "one"}, 422, "unknown_field", "site"),
    ]
    got = {f"{path} {body}": (await house.call("POST", path, house.operator, body)).refused for path, body, *_ in rows}
    assert got == {f"{path} {body}": tuple(answer) for path, body, *answer in rows}
    assert await house.everything(alice) == before


async def test_prices_stay_within_the_band(house: House) -> None:
    rules = house.market.reads.catalog().rules
    assert rules is not None
    await house.do(SetRules(rules=replace(rules, band_bp=2_500, band_trades=2)))
    shown = (await house.get("/v1/catalog"))["rules"]
    assert (shown["band"], shown["band_trades"]) == ("0.25", 2)
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask("any", price="1.00", quantity="1"))
    await house.post("/v1/bids", alice, a_bid("any", quantity="1", price="20.00", latest_start=at(2)))
    await house.post("/v1/asks", hz, an_ask("wide", price="9.00", quantity="1", region="hangzhou"))
    before = await house.everything(hz, alice)
    prices = ["0.75", "1.25", "0.74", "1.26"]
    refused = []
    for price in prices[2:]:
        refused.append((await house.call("POST", "/v1/bids", alice, a_bid("b", quantity="1", price=price))).refused)
        refused.append((await house.call("POST", "/v1/asks", hz, an_ask("a", price=price))).refused)
    assert refused == [(422, "price_outside_band", "price")] * 4
    assert await house.everything(hz, alice) == before
    for name, price in zip("cd", prices[:2], strict=True):
        await house.post("/v1/bids", alice, a_bid(name, quantity="1", price=price))
    for body, param in [({"price": "1.26"}, "price"), ({"prices": ["1.26"]}, "prices[0]")]:
        amended = await house.call("PATCH", "/v1/bids/bid-2", alice, body)
        assert amended.refused == (422, "price_outside_band", param)


async def test_only_what_brakes_a_market_is_explained_to_everybody(house: House) -> None:
    alice = await house.account("alice")
    for path, body in (
        (HERE, {"state": "post_only"}),
        ("/v1/operator/markets/shanghai/l40s/band", {"band": "0.2"}),
        ("/v1/operator/programmes/wx/pause", {}),
        ("/v1/operator/accounts/alice/block", {}),
    ):
        await house.post(path, house.operator, body | {"reason": f"said of {path}"})
    seen = await house.everything(alice)
    assert [brake["reason"] for brake in seen.pop("brakes")] == [f"said of {HERE}"]
    told = [await house.get(path, alice) for path in ("/v1/programmes", "/v1/markets", "/v1/account/vouchers")]
    assert "said of" not in str([seen, *told])
    assert (await house.call("POST", "/v1/bids", alice, a_bid())).body["code"] == "account_blocked"
    assert len((await house.get("/v1/operator/audit", house.operator))["items"]) >= 4, "operators read all of them"
