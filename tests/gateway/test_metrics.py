"""/metrics of a market that has traded: what it counts is what has happened, and it tells of nobody."""

from prometheus_client.parser import text_string_to_metric_families

from tests.gateway.house import House, a_bid, an_ask

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scraped(house: House) -> Samples:
    """Every sample of one scrape, by its name and labels."""
    answer = await house.call("GET", "/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(answer.raw.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def told(samples: Samples, name: str, **labels: str) -> float:
    return samples[f"leasebook_{name}", tuple(sorted(labels.items()))]


async def test_a_market_that_has_traded_tells_of_every_stage_and_of_nobody(house: House) -> None:
    provider = await house.account("hz-cloud", roles=("provider",))
    buyer = await house.account("acme-ai")
    socket = await house.connect(provider)
    await socket.do("subscribe", channels=["account", "status", "book:shanghai/h800-sxm/P1D"])
    await socket.do("ask.place", **an_ask())
    assert not (await socket.ask("ask.place", **an_ask("ask-b", price="0.005")))["ok"]
    await house.post("/v1/bids", buyer, a_bid())
    await house.post("/v1/bids", buyer, a_bid("bid-b", price="13.00"))
    assert (await house.call("GET", "/v1/nothing")).status == 404
    await house.get("/v1/operator/invariants", house.operator)
    seen = await scraped(house)

    assert told(seen, "http_requests_total", method="POST", route="/v1/bids", status="2xx") == 2
    assert told(seen, "http_request_duration_seconds_count", method="POST", route="/v1/bids") == 2
    assert told(seen, "http_requests_total", method="GET", route="unmatched", status="4xx") == 1
    assert told(seen, "stream_requests_total", op="ask.place", outcome="ok") == 1
    assert told(seen, "stream_requests_total", op="ask.place", outcome="refused") == 1
    assert told(seen, "stream_request_duration_seconds_count", op="ask.place") == 2
    assert told(seen, "stream_sockets") == told(seen, "stream_sockets_opened_total") == 1
    assert told(seen, "stream_subscriptions", channel="book") == told(seen, "feed_subscriptions", channel="book") == 1
    assert told(seen, "stream_frames_total", direction="in") == 3
    assert told(seen, "stream_frames_total", direction="out") > 3
    assert told(seen, "stream_bytes_total", direction="out") > 1000
    assert told(seen, "refusals_total", code="not_found") == 1
    assert told(seen, "throttled_total", bucket="anonymous") == told(seen, "shed_total", bucket="trade") == 0

    assert told(seen, "commands_total", command="place_bid") == 2
    assert told(seen, "commands_total", command="cancel_bid") == 0
    assert told(seen, "command_apply_seconds_total", command="place_bid") > 0
    assert told(seen, "rejects_total", code="price_off_tick") + told(seen, "refusals_total", code="price_off_tick") == 2
    seq = house.market.reads.seq
    assert told(seen, "journal_seq") == told(seen, "journal_commands_total") == seq
    assert 0 < told(seen, "journal_commit_duration_seconds_count") <= seq
    assert told(seen, "snapshot_lag_commands") == seq
    assert told(seen, "inbox_commands") == 0
    assert told(seen, "invariant_checks_total") == 1
    assert told(seen, "invariant_violations") == 0

    assert told(seen, "markets", state="open") == told(seen, "leases", state="scheduled") == 1
    assert told(seen, "markets", state="halted") == told(seen, "leases", state="running") == 0
    assert told(seen, "open_orders", side="bid") == told(seen, "open_orders", side="ask") == 1
    assert told(seen, "index_price_cny_per_du", grade="high") == 14 / 2.56
    values = {value for _, labels in seen for _, value in labels}
    assert not values & {"hz-cloud", "acme-ai", "operator", "ask-a", "bid-a", "bid-1", "lease-1", provider, buyer}


async def test_what_the_market_refuses_is_counted_by_its_code(house: House) -> None:
    await house.account("hz-cloud", roles=("provider",))
    await house.post("/v1/operator/halt", house.operator, {"state": "halted", "reason": "a drill"})
    provider = await house.key("hz-cloud")
    assert (await house.call("POST", "/v1/asks", provider, an_ask())).status == 409
    seen = await scraped(house)
    assert told(seen, "rejects_total", code="market_not_open") == 1
    assert told(seen, "commands_total", command="place_ask") == 1
    assert told(seen, "open_orders", side="ask") == 0
