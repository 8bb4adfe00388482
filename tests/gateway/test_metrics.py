"""/metrics of a market that has traded: what it counts is what has happened, it tells of nobody, and what dashboard and
alert rules ask for is there.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from gateway.__main__ import leasebook
from tests.gateway.house import House, a_bid, an_ask

DEPLOY = Path(__file__).parents[2] / "deploy"
OF_PROMETHEUS = {"up"}  # what it makes by itself

POOLS: dict[str, dict[str, str]] = {
    "ceiling": {"pool": "1000.00", "pool_is": "ceiling"},
    "total": {"pool": "1000.00", "pool_is": "total"},
    "floor": {"pool": "1000.00", "pool_is": "floor"},
    "plain": {},
}

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
    assert told(seen, "invariant_violations") == told(seen, "walks_skipped_total", walk="check") == 0

    assert told(seen, "markets", state="open") == told(seen, "leases", state="scheduled") == 1
    assert told(seen, "markets", state="halted") == told(seen, "leases", state="running") == 0
    assert told(seen, "open_orders", side="bid") == told(seen, "open_orders", side="ask") == 1
    assert told(seen, "index_price_cny_per_du", grade="high") == 14 / 2.56
    assert told(seen, "chip_hours", of="registered", region="shanghai") == 0, "it begins in an hour"
    assert used_names() - {name for name, _ in seen} == OF_PROMETHEUS
    await house.advance("PT3H")
    kpis = await house.get("/v1/kpis")
    assert [kpi["name"] for kpi in (kpis["usage"], *kpis["regions"], *kpis["providers"])] == [
        "",
        "shanghai",
        "hz-cloud",
    ]
    shares = {name: kpis["usage"][name] for name in ("registered", "leased", "leased_share", "fault_rate", "pue")}
    # Four chips were leased and not handed over in a quarter of an hour; the bond, and so the ask, went with them.
    wanted = {"registered": "1", "leased": "0", "leased_share": "0", "fault_rate": "1", "pue": None}
    assert shares == wanted
    assert told(await scraped(house), "chip_hours", of="lost", region="shanghai") == 96
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


async def test_only_pools_that_can_run_out_are_told_of_with_what_they_may_grant_in_that_time(house: House) -> None:
    await house.account("hz", ["provider"])
    await house.account("alice", tags=["startup"])
    rates = {"rates": [{"share": "0.5"}]}
    for name, pool in POOLS.items():
        body = {"programme": name, "name_en": name, "name_zh": name, **rates, **pool}
        await house.post("/v1/operator/programmes", house.operator, body)
    await house.post("/v1/asks", await house.key("hz"), an_ask())
    for name in POOLS:
        bid = a_bid(name, quantity="1", duration="PT6H", vouchers=[name])
        assert (await house.post("/v1/bids", await house.key("alice"), bid))["leases"][0]["subsidy"] == "42.00"
    seen = await scraped(house)
    names = {dict(labels)["programme"] for name, labels in seen if name == "leasebook_voucher_pool_figure_cny"}
    assert names & POOLS.keys() == {"ceiling", "total"}
    for name in names & POOLS.keys():
        assert told(seen, "voucher_pool_figure_cny", programme=name) == 1000
        assert told(seen, "voucher_cny", programme=name, state="pool") == 958
    shown = {dict(labels)["programme"] for name, labels in seen if ("state", "pool") in labels}
    assert shown == names
    assert all(told(seen, "voucher_cny", programme=name, state="committed") == 42 for name in POOLS)


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression of the dashboard's panels and of the alert rules, with its place."""
    dashboard = msgspec.json.decode((DEPLOY / "grafana/leasebook.json").read_bytes())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m")
    for rule in rules():
        yield rule["alert"], rule["expr"]


def rules() -> list[Any]:
    groups = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def used_names() -> set[str]:
    """The metrics that any expression asks for."""
    found: set[str] = set()

    def visit(part: Any) -> None:
        if isinstance(part, promql_parser.MatrixSelector):
            part = part.vector_selector
        if isinstance(part, promql_parser.VectorSelector) and part.name is not None:
            found.add(part.name)

    for place, text in expressions():
        try:
            promql_parser.walk(promql_parser.parse(text), visit)
        except ValueError as fault:
            pytest.fail(f"{place}: {text}: {fault}")
    assert len(found) > 40
    return found


def test_an_expression_that_prometheus_would_not_read_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(used_names.__globals__, "expressions", lambda: [("a panel", "sum by (le (rate(x[5m]))")])
    with pytest.raises(pytest.fail.Exception, match="a panel"):
        used_names()


def test_every_alert_says_what_to_do_by_commands_that_there_are() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) >= 15
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket", "info"), rule
        assert set(rule["annotations"]) == {"summary", "do"}, rule
        assert all(text.endswith(".") for text in rule["annotations"].values()), rule
        for typed in re.findall(r"`leasebook ([a-z -]+)`", rule["annotations"]["do"]):
            command: Any = leasebook
            for word in typed.split():
                command = command.get_command(click.Context(command), word)
                assert command is not None, (rule["alert"], typed)


def test_what_the_rules_are_held_against_are_rules() -> None:
    """`promtool test rules` evaluates these; here they must at least be about rules as they stand."""
    cases = yaml.safe_load((DEPLOY / "prometheus/rules_test.yml").read_text(encoding="utf-8"))
    by_name = {rule["alert"]: rule for rule in rules()}
    for case in cases["tests"]:
        for expected in case["alert_rule_test"]:
            for alert in expected["exp_alerts"]:
                worded = by_name[expected["alertname"]]["annotations"]
                assert alert["exp_annotations"]["do"] == worded["do"]
