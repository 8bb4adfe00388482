"""Voucher programmes over the wire: defined, listed, previewed, claimed and counted; and what is refused by name."""

from typing import Any

import msgspec
import pytest

from gateway.requests_money import ProgrammeBody
from tests.gateway.house import BODY, House, a_bid, an_ask, at

OPERATOR = "/v1/operator"

PROGRAMME: BODY = {
    "programme": "lake-2026",
    "name_en": "Lake vouchers",
    "name_zh": "湖算力券",
    "place": "hangzhou",
    "from": at(0),
    "until": at(24 * 30),
    "rates": [
        {"share": "0.3", "supply": "local", "chip": "domestic"},
        {"share": "0.25", "supply": "local"},
        {"share": "0.5", "use": "maas"},
    ],
    "caps": [
        {"scope": "contract", "amount": "5000.00", "only": ["sme"], "except": ["listed"]},
        {"scope": "year", "amount": "100.00"},
    ],
    "pool": "1000.00",
    "pool_is": "ceiling",
    "local_regions": ["shanghai"],
    "local_supplier_tags": ["lake-partner"],
    "claimants": [["sme", "startup"], ["ai"]],
    "places": ["hangzhou", "shanghai"],
    "barred": ["dishonest"],
    "unaffiliated": True,
    "excludes": ["sh-ai"],
}


def a_programme(**changes: Any) -> BODY:
    return {name: value for name, value in (PROGRAMME | changes).items() if value is not None}


async def defined(house: House, **changes: Any) -> BODY:
    answer: BODY = await house.post(f"{OPERATOR}/programmes", house.operator, a_programme(**changes))
    return answer


async def test_a_programme_is_listed_as_it_was_defined(house: House) -> None:
    answer = await defined(house)
    listed = {item["programme"]: item for item in (await house.get("/v1/programmes"))["items"]}
    assert listed["lake-2026"] == answer["programme"]
    assert answer["programme"]["definition"] == PROGRAMME
    assert (answer["programme"]["pool"], answer["programme"]["funded"], answer["programme"]["year"]) == (
        "1000.00",
        "1000.00",
        2026,
    )
    assert {"bj-2023", "hz-2025", "wx", "sd-2025"} <= set(listed), "those of the seeds, too"
    for item in listed.values():  # what is listed can be sent back
        msgspec.convert(item["definition"], ProgrammeBody)
        again = await house.post(f"{OPERATOR}/programmes", house.operator, item["definition"])
        assert again["programme"] == item


async def test_what_a_source_leaves_open_is_left_out(house: House) -> None:
    least = {"programme": "open", "name_en": "Open", "name_zh": "开"}
    answer = await house.post(f"{OPERATOR}/programmes", house.operator, least)
    assert answer["programme"]["definition"] == least


BAD: list[tuple[BODY, int, str, str]] = [
    ({"programme": "Lake"}, 422, "bad_format", "programme"),
    ({"programme": "a/pool"}, 422, "bad_format", "programme"),
    ({"programme": "auto"}, 422, "bad_value", "programme"),
    ({"programme": None}, 422, "missing_field", "programme"),
    ({"name_zh": None}, 422, "missing_field", "name_zh"),
    ({"name_en": ""}, 422, "bad_format", "name_en"),
    ({"colour": "red"}, 422, "unknown_field", "colour"),
    ({"from": "2026"}, 422, "bad_instant", "from"),
    ({"until": at(0)}, 422, "window_empty", "until"),
    ({"rates": [{}]}, 422, "missing_field", "rates[0].share"),
    ({"rates": [{"share": 0.3}]}, 422, "wrong_type", "rates[0].share"),
    ({"rates": [{"share": "0.1"}, {"share": "1.0001"}]}, 422, "share_out_of_range", "rates[1].share"),
    ({"rates": [{"share": "0.30001"}]}, 422, "bad_decimal", "rates[0].share"),
    ({"rates": [{"share": "0.3", "supply": "near"}]}, 422, "bad_value", "rates[0].supply"),
    ({"rates": [{"share": "0.3", "chip": "good"}]}, 422, "bad_value", "rates[0].chip"),
    ({"rates": [{"share": "0.3", "colour": "red"}]}, 422, "unknown_field", "rates[0].colour"),
    ({"rates": [{"share": "0.3"}] * 33}, 422, "bad_format", "rates"),
    ({"caps": [{"scope": "month", "amount": "1"}]}, 422, "bad_value", "caps[0].scope"),
    ({"caps": [{"scope": "year", "amount": "-1"}]}, 422, "bad_decimal", "caps[0].amount"),
    ({"caps": [{"scope": "year"}]}, 422, "missing_field", "caps[0].amount"),
    ({"caps": [{"scope": "year", "amount": "1", "only": ["x" * 41]}]}, 422, "bad_format", "caps[0].only[0]"),
    ({"pool": "1e6"}, 422, "bad_decimal", "pool"),
    ({"pool_is": "lake"}, 422, "bad_value", "pool_is"),
    ({"pool": None}, 422, "bad_value", "pool_is"),
    ({"local_regions": ["atlantis"]}, 422, "unknown_region", "local_regions[0]"),
    ({"claimants": [["sme"], []]}, 422, "bad_value", "claimants[1]"),
    ({"claimants": ["sme"]}, 422, "wrong_type", "claimants[0]"),
    ({"excludes": ["sh-ai", "sichuan-2026"]}, 422, "unknown_programme", "excludes[1]"),
    ({"unaffiliated": "no"}, 422, "wrong_type", "unaffiliated"),
]


async def test_a_bad_programme_leaves_no_trace(house: House) -> None:
    before = await house.everything(), await house.get("/v1/programmes")
    path = f"{OPERATOR}/programmes"
    got = {
        str(changes): (await house.call("POST", path, house.operator, a_programme(**changes))).refused
        for changes, *_ in BAD
    }
    assert got == {str(changes): tuple(answer) for changes, *answer in BAD}
    assert (await house.everything(), await house.get("/v1/programmes")) == before


async def claimed(house: House) -> tuple[str, str]:
    """A programme with a claimant of it, and what it can lease; keys of provider and claimant."""
    await defined(house)
    hz = await house.account("hz", ["provider"])
    alice = await house.account("alice", tags=["sme", "ai"], place="hangzhou")
    await house.post("/v1/asks", hz, an_ask())
    return hz, alice


async def test_a_quote_and_the_lease_say_who_pays_what_and_why_no_more(house: House) -> None:
    """A quarter of 336.00 is 84.00; of the second lease's 56.00 the year's cap leaves 16.00, and nothing afterwards."""
    _, alice = await claimed(house)
    order = a_bid("one", duration="PT6H", vouchers=["lake-2026"])
    quoted = await house.post("/v1/quotes", alice, order)
    (lease,) = quoted["leases"]
    assert (lease["programme"], lease["subsidy"], lease["subsidy_bound"]) == ("lake-2026", "84.00", "rate")
    assert quoted["subsidies"] == [{"programme": "lake-2026", "amount": "84.00"}]
    assert (quoted["cost"], quoted["buyer_fee"], quoted["total"]) == ("336.00", "1.68", "253.68")
    placed = await house.post("/v1/bids", alice, order)
    (lease,) = placed["leases"]
    assert (lease["programme"], lease["subsidy"], lease["subsidy_bound"]) == ("lake-2026", "84.00", "rate")
    assert (lease["cost"], lease["escrow"]) == ("336.00", "253.68")
    assert placed["bid"]["vouchers"] == ["lake-2026"]

    bounds = []
    for name in ("two", "three"):
        order = a_bid(name, quantity="1", duration="PT4H", vouchers=["sd-2025", "lake-2026"])
        (lease,) = (await house.post("/v1/bids", alice, order))["leases"]
        bounds.append((lease["programme"], lease["subsidy"], lease["subsidy_bound"]))
    assert bounds == [("lake-2026", "14.00", "rate"), ("lake-2026", "2.00", "year")]

    vouchers = {item["programme"]: item for item in (await house.get("/v1/account/vouchers", alice))["items"]}
    lake = vouchers["lake-2026"]
    assert (lake["eligible"], lake["why_not"], lake["granted_year"], lake["left_year"]) == (True, "", "100.00", "0.00")
    assert (lake["left_total"], lake["left_pool"], lake["redeemed"]) == (None, "900.00", "0.00")
    assert (vouchers["bj-2023"]["eligible"], bool(vouchers["bj-2023"]["why_not"])) == (False, True)
    listed = {item["programme"]: item for item in (await house.get("/v1/programmes"))["items"]}
    assert (listed["lake-2026"]["pool"], listed["lake-2026"]["committed"]) == ("900.00", "100.00")


async def test_what_the_compute_is_for_is_declared_with_the_bid(house: House) -> None:
    _, alice = await claimed(house)
    plain = await house.post("/v1/quotes", alice, a_bid(quantity="1", duration="PT4H", vouchers=["lake-2026"]))
    maas = await house.post(
        "/v1/quotes", alice, a_bid(quantity="1", duration="PT4H", vouchers=["lake-2026"], use="maas")
    )
    assert [found["leases"][0]["subsidy"] for found in (plain, maas)] == ["14.00", "28.00"]
    placed = await house.post("/v1/bids", alice, a_bid(quantity="1", duration="PT4H", vouchers="auto", use="maas"))
    assert (placed["bid"]["use"], placed["bid"]["vouchers"]) == ("maas", "auto")
    assert (placed["leases"][0]["use"], placed["leases"][0]["programme"]) == ("maas", "lake-2026")
    long = await house.call("POST", "/v1/bids", alice, a_bid("long", use="x" * 41))
    assert long.refused == (422, "bad_format", "use")


async def test_a_subsidy_is_drawn_and_returned_as_periods_settle(house: House) -> None:
    hz, alice = await claimed(house)
    await house.post("/v1/bids", alice, a_bid(quantity="4", duration="PT2H", vouchers=["lake-2026"]))
    await house.post("/v1/leases/lease-1/start", hz, {"access": {}})
    for hour, delivered in ((2, "4"), (3, "6")):
        await house.advance("PT2H" if hour == 2 else "PT1H")
        report = {"through": at(hour), "delivered": delivered, "used": delivered}
        await house.post("/v1/leases/lease-1/meter", hz, report)
    await house.advance("PT15M")
    lease = await house.get("/v1/leases/lease-1", alice)
    assert (lease["cost"], lease["earned"], lease["refunded"]) == ("112.00", "84.00", "28.00")
    assert (lease["subsidy"], lease["redeemed"], lease["returned"]) == ("28.00", "21.00", "7.00")
    assert sum(float(period["redeemed"]) for period in lease["periods"]) == 21
    found = await house.get("/v1/leases/lease-1/statement", alice)
    drawn = [item for item in found["items"] if item["reason"] == "subsidy_redeemed"]
    assert {item["debit"] for item in drawn} == {"programme:lake-2026/committed"}
    assert {item["programme"] for item in drawn} == {"lake-2026"}
    kpis = {(kpi["programme"], kpi["year"]): kpi for kpi in (await house.get("/v1/kpis"))["programmes"]}
    lake = kpis["lake-2026", 2026]
    assert (lake["granted"], lake["redeemed"], lake["returned"], lake["committed"]) == (
        "21.00",
        "21.00",
        "7.00",
        "0.00",
    )
    assert (lake["leases"], lake["claimants"], lake["pool"]) == (1, 1, "1000.00")
    assert (lake["domestic_share"], lake["redeemed_of_pool"]) == ("0", "0.021")
    assert (await house.get(f"{OPERATOR}/invariants", house.operator))["violations"] == []


async def test_related_groups_have_no_subsidy_and_are_flagged(house: House) -> None:
    _, alice = await claimed(house)
    relation: BODY = {"group": "hz", "other_group": "alice", "reason": "one owner behind both"}
    answer = await house.post(f"{OPERATOR}/relations", house.operator, relation)
    assert {name: answer[name] for name in ("group", "other_group", "related")} == {
        "group": "hz",
        "other_group": "alice",
        "related": True,
    }
    order = a_bid("one", quantity="1", duration="PT4H", vouchers=["lake-2026"])
    (lease,) = (await house.post("/v1/bids", alice, order))["leases"]
    assert (lease["programme"], lease["subsidy"]) == (None, "0.00")
    (flag,) = (await house.get(f"{OPERATOR}/alerts", house.operator))["items"]
    assert (flag["kind"], flag["lease_ids"], sorted(flag["groups"])) == ("related_party", ["lease-1"], ["alice", "hz"])
    assert flag["flag_id"].startswith("flag-")
    assert (await house.get(f"{OPERATOR}/alerts?kind=circular", house.operator))["items"] == []

    await house.post(f"{OPERATOR}/relations", house.operator, relation | {"related": False})
    (lease,) = (await house.post("/v1/bids", alice, order | {"client_order_id": "two"}))["leases"]
    assert (lease["programme"], lease["subsidy"]) == ("lake-2026", "14.00")
    assert len((await house.get(f"{OPERATOR}/alerts?kind=related_party", house.operator))["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"reason": ""}, (422, "bad_format", "reason")),
        ({"reason": None}, (422, "missing_field", "reason")),
        ({"group": None}, (422, "missing_field", "group")),
        ({"other_group": "hz"}, (422, "bad_value", "other_group")),
        ({"other_group": "x" * 41}, (422, "bad_format", "other_group")),
        ({"related": "no"}, (422, "wrong_type", "related")),
    ],
)
async def test_bad_relations(house: House, changes: BODY, answer: tuple[object, ...]) -> None:
    relation: BODY = {"group": "hz", "other_group": "alice", "reason": "one owner behind both"} | changes
    body = {name: value for name, value in relation.items() if value is not None}
    assert (await house.call("POST", f"{OPERATOR}/relations", house.operator, body)).refused == answer


async def test_alerts_are_asked_for_by_kind(house: House) -> None:
    bad = await house.call("GET", f"{OPERATOR}/alerts?kind=odd", house.operator)
    assert bad.refused == (422, "bad_value", "kind")
