"""What trades become for those who look: markets at a glance, candles, and the index per grade of chips."""

from typing import Any

from tests.gateway.house import House, a_bid, an_ask, at

MARKET = "/v1/markets/shanghai/h800-sxm"


async def sold(house: House, hz: str, alice: str, name: str, price: str, **terms: Any) -> None:
    """One trade at a price: an ask, and a bid that takes all of it."""
    chip, quantity = terms.get("chip", "h800-sxm"), terms.get("quantity", "1")
    duration = terms.get("duration", "P1D")
    start, end = at(48), at(48 + 24 * {"P1D": 1, "P7D": 7}[duration])
    await house.post("/v1/asks", hz, an_ask(name, chip=chip, quantity=quantity, price=price, start=start, end=end))
    bid = a_bid(name, chips=[chip], quantity=quantity, price=price, duration=duration, earliest_start=start)
    placed = await house.post("/v1/bids", alice, bid | {"latest_start": start, "time_in_force": "fok"})
    assert placed["bid"]["state"] == "filled"


async def test_candles(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    for name, price in (("a", "14.00"), ("b", "13.50"), ("c", "14.50")):
        await sold(house, hz, alice, name, price)
    await house.advance("PT1H")
    await sold(house, hz, alice, "d", "15.00", quantity="2")
    await sold(house, hz, alice, "e", "10.00", duration="P7D")
    hourly = await house.get(f"{MARKET}/candles?tenor=P1D&interval=PT1H")
    first = {"start": at(0), "open": "14.00", "high": "14.50", "low": "13.50", "close": "14.50"}
    second = {"start": at(1), "open": "15.00", "high": "15.00", "low": "15.00", "close": "15.00"}
    assert hourly == {
        "region": "shanghai",
        "chip": "h800-sxm",
        "tenor": "P1D",
        "interval": "PT1H",
        "du_rate": "2.56",
        "items": [first | {"volume": "72", "trades": 3}, second | {"volume": "48", "trades": 1}],
        "cursor": None,
    }
    assert (await house.get(f"{MARKET}/candles?tenor=P1D&interval=PT60M&limit=1"))["items"] == hourly["items"][1:]
    (daily,) = (await house.get(f"{MARKET}/candles?tenor=P1D&interval=P1D"))["items"]
    assert (daily["open"], daily["low"], daily["close"], daily["volume"]) == ("14.00", "13.50", "15.00", "120")
    (week,) = (await house.get(f"{MARKET}/candles?tenor=P7D&interval=PT15M"))["items"]
    assert (week["start"], week["open"], week["volume"]) == (at(1), "10.00", "168")
    assert (await house.get(f"{MARKET}/candles?tenor=P30D&interval=PT1H"))["items"] == []


async def test_candles_of_what_there_is_none(house: House) -> None:
    rows = [
        ("/v1/markets/atlantis/h800-sxm/candles?tenor=P1D&interval=PT1H", 404, "unknown_market", "region"),
        (f"{MARKET}/candles?interval=PT1H", 422, "missing_field", "tenor"),
        (f"{MARKET}/candles?tenor=P1D", 422, "missing_field", "interval"),
        (f"{MARKET}/candles?tenor=P2D&interval=PT1H", 422, "bad_value", "tenor"),
        (f"{MARKET}/candles?tenor=P1D&interval=PT2H", 422, "bad_value", "interval"),
        (f"{MARKET}/candles?tenor=P1D&interval=hour", 422, "bad_duration", "interval"),
        (f"{MARKET}/candles?tenor=P1D&interval=PT1H&limit=501", 422, "bad_format", "limit"),
        (f"{MARKET}/candles?tenor=P1D&interval=PT1H&from=now", 422, "unknown_field", "from"),
        ("/v1/index?grade=high", 422, "unknown_field", "grade"),
    ]
    assert [(path, *(await house.call("GET", path)).refused) for path, *_ in rows] == rows


async def test_the_index_is_by_grade_and_weighted_by_du(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    none = {"price_per_du": None, "volume_du": "0", "since": None, "until": None}
    assert (await house.get("/v1/index"))["items"] == [
        {"grade": "high", "du_from": "2"} | none,
        {"grade": "middle", "du_from": "0.8"} | none,
        {"grade": "light", "du_from": "0.001"} | none,
    ]
    await sold(house, hz, alice, "a", "12.80")  # 24 × 2.56 度 at 5.00
    await house.advance("PT1H")
    await sold(house, hz, alice, "b", "20.48", quantity="3")  # three times as many at 8.00
    await sold(house, hz, alice, "c", "5.50", chip="a100-sxm-80")
    await sold(house, hz, alice, "d", "9.99", chip="enf-t20")  # no rate, so of no grade
    high, middle, light = (await house.get("/v1/index"))["items"]
    seen = {"since": at(0), "until": at(1)}
    assert high == {"grade": "high", "du_from": "2", "price_per_du": "7.25", "volume_du": "245.76"} | seen
    assert (middle["price_per_du"], middle["volume_du"], middle["since"]) == ("5.50", "24", at(1))
    assert light["price_per_du"] is None


async def test_markets_at_a_glance(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await sold(house, hz, alice, "a", "12.80")
    await house.post("/v1/asks", hz, an_ask("b", price="25.60", end=at(7)))
    await house.post("/v1/bids", alice, a_bid("c", price="6.40", quantity="2"))
    await house.post("/v1/asks", hz, an_ask("d", chip="enf-t20"))
    without_rate, market = (await house.get("/v1/markets"))["items"]
    assert (market["region"], market["chip"], market["state"], market["du_rate"]) == (
        "shanghai", "h800-sxm", "open", "2.56",
    )  # fmt: skip
    assert (market["last_trade"]["price"], market["last_trade"]["price_per_du"]) == ("12.80", "5.00")
    tenors = {entry.pop("tenor"): entry for entry in market["tenors"]}
    assert list(tenors) == (await house.get("/v1/catalog"))["tenors"]
    nothing = {"best_ask": None, "best_bid": None, "best_ask_per_du": None, "best_bid_per_du": None}
    assert tenors["PT6H"] == nothing | {"best_ask": ["25.60", "8", 1], "best_ask_per_du": "10.00"}
    assert tenors["P1D"] == nothing | {"best_bid": ["6.40", "2", 1], "best_bid_per_du": "2.50"}
    assert tenors["P7D"] == nothing
    assert (without_rate["chip"], without_rate["du_rate"], without_rate["last_trade"]) == ("enf-t20", None, None)
    assert without_rate["tenors"][0]["best_ask"] == ["14.00", "8", 1]
    assert without_rate["tenors"][0]["best_ask_per_du"] is None
