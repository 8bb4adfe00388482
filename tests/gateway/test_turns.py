"""Leases that do not run as agreed: contested and ruled on, released, cancelled; and access data that end with them."""

from decimal import Decimal

from tests.gateway.house import BODY, House, a_bid, an_ask, at

LEASE = "/v1/leases/lease-1"
OPERATOR = "/v1/operator"
BAD_NETWORK = {"period": 0, "reason": "no network"}


async def a_running_lease(house: House, hours: int = 6, **terms: str) -> tuple[str, str]:
    """Four chips from 01:00 at 14.00, started, the first hour settled as delivered and used; keys of both parties."""
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask(**terms))
    await house.post("/v1/bids", alice, a_bid(duration=f"PT{hours}H"))
    await house.post(f"{LEASE}/start", hz, {"access": {"token": "s3cret"}})
    await house.advance("PT2H")
    await house.post(f"{LEASE}/meter", hz, {"through": at(2), "delivered": "4", "used": "4"})
    await house.advance("PT15M")
    return hz, alice


async def sound(house: House) -> None:
    assert (await house.get(f"{OPERATOR}/invariants", house.operator))["violations"] == []


async def test_a_contest_freezes_and_a_ruling_pays_back(house: House) -> None:
    hz, alice = await a_running_lease(house)
    before = await house.get("/v1/account", hz)
    contested = await house.call("POST", f"{LEASE}/contest", alice, BAD_NETWORK)
    assert (contested.status, contested.body["contest_id"]) == (201, "contest-1-0")
    assert contested.body["lease"] == await house.get(LEASE, hz)
    assert (contested.body["lease"]["frozen"], contested.body["lease"]["periods"][0]["state"]) == ("55.44", "contested")
    frozen = await house.get("/v1/account", hz)
    assert Decimal(before["available"]) - Decimal(frozen["available"]) == Decimal("55.44")
    assert (frozen["escrow"], frozen["contestable"]) == ("55.44", "0.00")

    (waiting,) = (await house.get(f"{OPERATOR}/contests", house.operator))["items"]
    assert (waiting["contest_id"], waiting["account_id"], waiting["reason"]) == ("contest-1-0", "alice", "no network")
    assert (waiting["frozen"], waiting["ruled_at"], waiting["at"]) == ("55.44", None, at(2.25))
    assert (waiting["period"]["delivered"], waiting["period"]["paid"]) == ("4", "56.00")

    ruling = {"delivered": "2", "used": "1", "reason": "two chips were down"}
    ruled = await house.call("POST", f"{OPERATOR}/contests/contest-1-0/ruling", house.operator, ruling)
    assert (ruled.status, ruled.body["contest_id"]) == (200, "contest-1-0")
    lease = ruled.body["lease"]
    assert (lease["earned"], lease["refunded"], lease["frozen"]) == ("28.00", "28.00", "0.00")
    assert lease["periods"][0]["state"] == "ruled"
    assert lease["penalties"] == "6.986", "a quarter of the half that was not delivered, beyond the allowance"
    (done,) = (await house.get(f"{OPERATOR}/contests", house.operator))["items"]
    assert (done["ruling"], done["refunded"], done["ruled_at"]) == ("two chips were down", "28.00", at(2.25))
    paid = await house.get("/v1/account", hz)
    assert Decimal(paid["available"]) - Decimal(frozen["available"]) == Decimal("27.72")
    reasons = {item["reason"] for item in (await house.get(f"{LEASE}/statement", alice))["items"]}
    assert {"contest_freeze", "contest_refund", "contest_release", "provider_fee_refund"} <= reasons
    await sound(house)


async def test_a_period_is_named_by_its_beginning_too(house: House) -> None:
    _, alice = await a_running_lease(house)
    answer = await house.post(f"{LEASE}/contest", alice, {"period": at(1), "reason": "no network"})
    assert answer["contest_id"] == "contest-1-0"


async def test_contests_that_are_none(house: House) -> None:
    hz, alice = await a_running_lease(house)
    eve = await house.account("eve")
    before = await house.everything(hz, alice)

    async def check(*rows: tuple[str, object, int, str, str | None]) -> None:
        got = {str(body): (await house.call("POST", f"{LEASE}/contest", key, body)).refused for key, body, *_ in rows}
        assert got == {str(body): tuple(answer) for _, body, *answer in rows}

    await check(
        (alice, {"reason": "x"}, 422, "missing_field", "period"),
        (alice, {"period": 0}, 422, "missing_field", "reason"),
        (alice, BAD_NETWORK | {"reason": ""}, 422, "bad_format", "reason"),
        (alice, BAD_NETWORK | {"reason": "x" * 201}, 422, "bad_format", "reason"),
        (alice, BAD_NETWORK | {"colour": "red"}, 422, "unknown_field", "colour"),
        (alice, BAD_NETWORK | {"period": 1.5}, 422, "wrong_type", "period"),
        (alice, BAD_NETWORK | {"period": -1}, 422, "bad_format", "period"),
        (alice, BAD_NETWORK | {"period": "first"}, 422, "bad_instant", "period"),
        (alice, BAD_NETWORK | {"period": at(1.5)}, 422, "bad_value", "period"),
        (alice, BAD_NETWORK | {"period": at(2)}, 422, "bad_value", "period"),
        (alice, BAD_NETWORK | {"period": 1}, 409, "not_contestable", "period"),
        (alice, BAD_NETWORK | {"period": 99}, 409, "not_contestable", "period"),
        (eve, BAD_NETWORK | {"reason": "nosy"}, 404, "unknown_lease", "lease_id"),
        (hz, BAD_NETWORK | {"reason": "of my own"}, 403, "role_missing", "lease_id"),
    )
    assert await house.everything(hz, alice) == before
    await house.post(f"{LEASE}/contest", alice, BAD_NETWORK)
    await check((alice, BAD_NETWORK, 409, "contest_open", "period"))


async def test_the_time_for_a_contest_ends(house: House) -> None:
    _, alice = await a_running_lease(house)
    await house.advance("PT1H")
    late = await house.call("POST", f"{LEASE}/contest", alice, BAD_NETWORK)
    assert late.refused == (409, "not_contestable", "period")


async def test_rulings_that_are_none(house: House) -> None:
    _, alice = await a_running_lease(house)
    ruling: BODY = {"delivered": "2", "used": "1", "reason": "two chips were down"}

    async def refused(contest_id: str, **changes: object) -> tuple[int, str, str | None]:
        body = {name: value for name, value in (ruling | changes).items() if value is not None}
        path = f"{OPERATOR}/contests/{contest_id}/ruling"
        return (await house.call("POST", path, house.operator, body)).refused

    for contest_id in ("contest-1-0", "contest-1-1", "contest-9-0", "1-0", "contest-01-0", "contest-1", "contest-1-00"):
        assert await refused(contest_id) == (404, "unknown_contest", "contest_id"), contest_id
    await house.post(f"{LEASE}/contest", alice, BAD_NETWORK)
    rows: list[tuple[BODY, int, str, str]] = [
        ({"delivered": None}, 422, "missing_field", "delivered"),
        ({"reason": None}, 422, "missing_field", "reason"),
        ({"delivered": 2}, 422, "wrong_type", "delivered"),
        ({"used": "1.0000001"}, 422, "bad_decimal", "used"),
        ({"delivered": "-2"}, 422, "bad_decimal", "delivered"),
        ({"delivered": "4.000001"}, 422, "bad_value", "delivered"),
        ({"used": "2.1"}, 422, "bad_value", "used"),
    ]
    for changes, *answer in rows:
        assert await refused("contest-1-0", **changes) == tuple(answer), changes
    await house.post(f"{OPERATOR}/contests/contest-1-0/ruling", house.operator, ruling)
    assert await refused("contest-1-0") == (409, "contest_ruled", "contest_id")
    again = await house.call("POST", f"{LEASE}/contest", alice, BAD_NETWORK)
    assert again.refused == (409, "contest_ruled", "period")


async def test_contests_are_listed_in_stretches(house: House) -> None:
    hz, alice = await a_running_lease(house)
    await house.post(f"{LEASE}/contest", alice, BAD_NETWORK)
    await house.advance("PT45M")
    await house.post(f"{LEASE}/meter", hz, {"through": at(3), "delivered": "8", "used": "8"})
    await house.advance("PT15M")
    await house.post(f"{LEASE}/contest", alice, BAD_NETWORK | {"period": 1})
    first = await house.get(f"{OPERATOR}/contests?limit=1", house.operator)
    assert [contest["contest_id"] for contest in first["items"]] == ["contest-1-1"]
    second = await house.get(f"{OPERATOR}/contests?limit=1&cursor={first['cursor']}", house.operator)
    assert ([contest["contest_id"] for contest in second["items"]], second["cursor"]) == (["contest-1-0"], None)


async def test_a_release_pays_what_is_owed_for_the_rest(house: House) -> None:
    """Five hours are left at a take-or-pay of 0.5; the chips are on offer again."""
    hz, alice = await a_running_lease(house, take_or_pay="0.5")
    await house.advance("PT15M")
    released = await house.call("POST", f"{LEASE}/release", alice, data=b"")
    lease = released.body["lease"]
    assert (released.status, lease["state"], lease["until"]) == (200, "running", at(2.5))
    assert lease == await house.get(LEASE, alice)
    assert (lease["earned"], lease["refunded"]) == ("182.00", "126.00"), "56.00 + 4.5 h × 28.00, and as much back"
    await house.post(f"{LEASE}/meter", hz, {"through": at(2.5), "delivered": "6", "used": "6"})
    await house.advance("PT15M")
    over = await house.get(LEASE, hz)
    assert (over["state"], over["reason"], over["escrow"]) == ("released", "by_buyer", "0.00")
    assert (over["earned"], over["refunded"], over["cost"]) == ("210.00", "126.00", "336.00")
    assert [lease["lease_id"] for lease in (await house.get("/v1/leases?state=released", alice))["items"]] == [
        "lease-1"
    ]
    ask = await house.get("/v1/asks/ask-1", hz)
    assert {free["chips"] for free in ask["free"]} == {"8"}
    await sound(house)


async def test_releases_that_are_none(house: House) -> None:
    hz, alice = await a_running_lease(house)
    eve = await house.account("eve")
    before = await house.everything(hz, alice)
    assert (await house.call("POST", f"{LEASE}/release", eve, {})).refused == (404, "unknown_lease", "lease_id")
    assert (await house.call("POST", f"{LEASE}/release", hz, {})).refused == (403, "role_missing", "lease_id")
    colour = await house.call("POST", f"{LEASE}/release", alice, {"colour": "red"})
    assert colour.refused == (422, "unknown_field", "colour")
    broken = await house.call("POST", f"{LEASE}/release", alice, data=b"{")
    assert broken.refused == (400, "malformed_json", None)
    for lease_id in ("lease-9", "1", "lease-x"):
        none = await house.call("POST", f"/v1/leases/{lease_id}/release", alice, {})
        assert none.refused == (404, "unknown_lease", "lease_id")
    assert await house.everything(hz, alice) == before
    await house.post(f"{LEASE}/release", alice, {})
    assert (await house.call("POST", f"{LEASE}/release", alice, {})).refused == (409, "lease_over", "lease_id")


async def test_an_operator_ends_a_lease(house: House) -> None:
    hz, alice = await a_running_lease(house)
    path = f"{OPERATOR}/leases/lease-1/cancel"
    assert (await house.call("POST", path, house.operator, {})).refused == (422, "missing_field", "reason")
    assert (await house.call("POST", path, house.operator, {"reason": ""})).refused == (422, "bad_format", "reason")
    nowhere = await house.call("POST", f"{OPERATOR}/leases/lease-9/cancel", house.operator, {"reason": "fire"})
    assert nowhere.refused == (404, "unknown_lease", "lease_id")
    headers = {"Idempotency-Key": "fire-1"}
    first, again = [
        await house.call("POST", path, house.operator, {"reason": "fire"}, headers=headers) for _ in range(2)
    ]
    assert (first.status, first.raw) == (200, again.raw)
    assert first.body["lease"]["penalties"] == "0.00"
    await house.advance("PT30M")
    over = await house.get(LEASE, alice)
    assert (over["state"], over["reason"], over["words"]) == ("cancelled", "by_operator", "fire")
    assert over["escrow"] == "0.00"
    assert Decimal(over["earned"]) + Decimal(over["refunded"]) == Decimal(over["cost"])
    late = await house.call("POST", path, house.operator, {"reason": "fire"})
    assert late.refused == (409, "lease_over", "lease_id")
    assert (await house.get(LEASE, hz)) == over
    await sound(house)


async def test_access_ends_with_the_use_of_the_lease(house: House) -> None:
    _, alice = await a_running_lease(house)
    path = f"{LEASE}/access"
    assert (await house.get(path, alice))["access"] == {"token": "s3cret"}
    await house.post(f"{LEASE}/release", alice, {})
    assert (await house.call("GET", path, alice)).refused == (404, "access_ended", "lease_id"), "from 02:15 on"


async def test_access_ends_with_the_last_hour(house: House) -> None:
    _, alice = await a_running_lease(house, hours=2)
    assert (await house.get(f"{LEASE}/access", alice))["access"] == {"token": "s3cret"}
    await house.advance("PT45M")
    assert (await house.get(LEASE, alice))["state"] == "running", "its last period is not closed"
    assert (await house.call("GET", f"{LEASE}/access", alice)).refused == (404, "access_ended", "lease_id")
