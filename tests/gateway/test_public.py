"""What everybody may see, and lists in stretches."""

from zlib import crc32

from tests.gateway.house import House, a_bid, an_ask, at


async def test_the_catalogue(house: House) -> None:
    catalog = await house.get("/v1/catalog")
    chips = {chip["chip"]: chip["du_rate"] for chip in catalog["chips"]}
    assert (chips["h800-sxm"], chips["a100-sxm-80"], chips["enf-t20"]) == ("2.56", "1", None)
    regions = {region["region"]: region["name_zh"] for region in catalog["regions"]}
    assert regions["shanghai"] == "上海"
    assert catalog["tenors"] == ["PT1H", "PT6H", "P1D", "P7D", "P30D", "P90D", "P180D"]
    rules = catalog["rules"]
    assert (rules["step"], rules["tick"], rules["buyer_fee"]) == ("PT15M", "0.01", "0.005")


async def test_time_status_health(house: House) -> None:
    assert await house.get("/v1/time") == {"now": at(0)}
    status = await house.get("/v1/status")
    seq = house.market.reads.seq
    assert status == {"state": "open", "brakes": [], "sandbox": True, "seq": seq, "now": at(0)}
    assert await house.get("/healthz") == {"status": "ok"}
    assert await house.get("/readyz") == {"status": "ok"}


async def test_a_book_and_its_checksum(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask("a1", price="14.00"))
    await house.post("/v1/asks", hz, an_ask("a2", price="14.50", quantity="2"))
    await house.post("/v1/asks", hz, an_ask("a3", price="14.50", quantity="1"))
    await house.post("/v1/bids", alice, a_bid("b1", price="12.80"))
    path = "/v1/markets/shanghai/h800-sxm"
    book = await house.get(f"{path}/book?tenor=P1D")
    assert book["asks"] == [["14.00", "8", 1], ["14.50", "3", 2]]
    assert book["bids"] == [["12.80", "4", 1]]
    assert book["checksum"] == crc32(b"14.00:8:1|14.50:3:2|12.80:4:1")
    assert (book["best_ask_per_du"], book["best_bid_per_du"]) == ("5.46875", "5.00")
    top = await house.get(f"{path}/book?tenor=P1D&depth=1")
    assert (len(top["asks"]), top["checksum"]) == (1, book["checksum"]), "of ten levels, however few are shown"
    summary = await house.get(path)
    tops = {entry["tenor"]: (entry["best_ask"], entry["best_bid"]) for entry in summary["tenors"]}
    assert tops["P1D"] == (["14.00", "8", 1], ["12.80", "4", 1])
    assert tops["P7D"] == (None, None)
    per_du = {entry["tenor"]: (entry["best_ask_per_du"], entry["best_bid_per_du"]) for entry in summary["tenors"]}
    assert (per_du["P1D"], per_du["P7D"]) == (("5.46875", "5.00"), (None, None))
    assert summary["last_trade"] is None

    placed = await house.post("/v1/bids", alice, a_bid("b2", quantity="3"))
    trades = (await house.get(f"{path}/trades"))["items"]
    assert [(trade["trade_id"], trade["price"], trade["quantity"]) for trade in trades] == [("trade-1", "14.00", "3")]
    assert (await house.get(path))["last_trade"] == trades[0]
    assert placed["leases"][0]["lease_id"] == "lease-1"
    assert (await house.get("/v1/markets"))["items"] == [await house.get(path)]


async def test_a_chip_without_a_rate_has_no_price_per_du(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask(chip="enf-t20"))
    placed = await house.post("/v1/bids", alice, a_bid(chips=["enf-t20"]))
    assert placed["leases"][0]["price_per_du"] is None
    book = await house.get("/v1/markets/shanghai/enf-t20/book?tenor=PT1H")
    assert (book["du_rate"], book["best_ask_per_du"]) == (None, None)


async def test_lists_come_in_stretches_newest_first(house: House) -> None:
    alice = await house.account("alice")
    for number in range(5):
        await house.post("/v1/bids", alice, a_bid(f"b{number}", quantity="0.5"))
    await house.call("DELETE", "/v1/bids/bid-2", alice)
    stretches, path = [], "/v1/bids?limit=2"
    while path:
        page = await house.get(path, alice)
        stretches.append([bid["bid_id"] for bid in page["items"]])
        path = page["cursor"] and f"/v1/bids?limit=2&cursor={page['cursor']}"
    assert stretches == [["bid-5", "bid-4"], ["bid-3", "bid-2"], ["bid-1"]]
    resting = (await house.get("/v1/bids?state=resting&limit=500", alice))["items"]
    assert [bid["bid_id"] for bid in resting] == ["bid-5", "bid-4", "bid-3", "bid-1"]
    transfers = await house.get("/v1/account/transfers?limit=3", alice)
    rest = await house.get(f"/v1/account/transfers?cursor={transfers['cursor']}", alice)
    numbers = [int(item["transfer_id"].removeprefix("transfer-")) for item in transfers["items"] + rest["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 7, "a deposit, five holds, one release"


async def test_cancelling_by_filter(house: House) -> None:
    alice = await house.account("alice")
    for region in ("shanghai", "hangzhou", "beijing"):
        await house.post("/v1/bids", alice, a_bid(region, regions=[region]))
    await house.call("DELETE", "/v1/bids?region=hangzhou", alice)
    await house.call("DELETE", "/v1/bids?region=beijing&chip=t4", alice)
    states = {bid["client_order_id"]: bid["state"] for bid in (await house.get("/v1/bids", alice))["items"]}
    assert states == {"shanghai": "resting", "hangzhou": "canceled", "beijing": "resting"}
    assert (await house.call("DELETE", "/v1/bids", alice)).body["seq"] > 0
    assert (await house.get("/v1/account", alice))["held"] == "0.00"
    done = await house.call("DELETE", "/v1/bids/bid-1", alice)
    assert done.refused == (409, "order_done", "bid_id")


async def test_keys_are_listed_without_their_secrets(house: House) -> None:
    alice = await house.account("alice")
    answer = await house.call("GET", "/v1/account/keys", alice)
    assert len(answer.body["items"]) == 1
    assert b"lbk_" not in answer.raw
    assert answer.headers["Cache-Control"] == "no-store"
