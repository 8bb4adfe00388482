"""Statements that add up: of an account between two instants, stretch by stretch, and of a lease to the micro."""

from decimal import Decimal
from typing import Any

import pytest

from tests.gateway.house import BODY, House, a_bid, an_ask, at

PURSES = ("available", "held", "escrow", "bond")


async def a_day_of_money(house: House) -> tuple[str, str]:
    """Three hours of a lease: one used, one half used under a take-or-pay of 0.5, one not delivered."""
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask(take_or_pay="0.5"))
    await house.post("/v1/bids", alice, a_bid(duration="PT3H"))
    await house.post("/v1/bids", alice, a_bid("resting", price="1.00"))
    await house.post("/v1/leases/lease-1/start", hz, {"access": {}})
    for hour, delivered, used in ((2, "4", "4"), (3, "8", "4"), (4, "8", "4")):
        await house.advance("PT2H" if hour == 2 else "PT1H")
        await house.post("/v1/leases/lease-1/meter", hz, {"through": at(hour), "delivered": delivered, "used": used})
    await house.advance("PT1H")
    return hz, alice


def changes(account_id: str, transfers: list[Any]) -> dict[str, Decimal]:
    """What transfers did to each purse of an account."""
    sums = dict.fromkeys(PURSES, Decimal(0))
    for transfer in transfers:
        for side, sign in (("debit", -1), ("credit", 1)):
            owner, _, purse = transfer[side].partition("/")
            if owner == account_id:
                sums[purse] += sign * Decimal(transfer["amount"])
    return sums


def balances(found: BODY) -> dict[str, Decimal]:
    return {purse: Decimal(found[purse]) for purse in PURSES}


async def test_stretches_of_an_account_join_and_add_up(house: House) -> None:
    for name, key in zip(("hz", "alice"), await a_day_of_money(house), strict=True):
        account = await house.get("/v1/account", key)
        whole = await house.get("/v1/account/transfers?limit=500", key)
        assert whole["closing"] == {purse: account[purse] for purse in PURSES}
        assert set(whole["opening"].values()) == {"0.00"}
        seen: list[Any] = []
        path, later = "/v1/account/transfers?limit=3", whole["closing"]
        while path:
            part = await house.get(path, key)
            assert part["closing"] == later, "each stretch ends where the one after it begins"
            moved = changes(name, part["items"])
            assert {p: balances(part["opening"])[p] + moved[p] for p in PURSES} == balances(part["closing"])
            for item in part["items"]:
                assert item["after"].keys() == set(PURSES)
            assert part["items"][0]["after"] == part["closing"]
            seen, later = seen + part["items"], part["opening"]
            path = part["cursor"] and f"/v1/account/transfers?limit=3&cursor={part['cursor']}"
        assert seen == whole["items"]
        assert later == whole["opening"]


async def test_a_statement_between_two_instants(house: House) -> None:
    _, alice = await a_day_of_money(house)
    before = await house.get(f"/v1/account/transfers?until={at(2.25)}", alice)
    between = await house.get(f"/v1/account/transfers?from={at(2.25)}&until={at(3.25)}", alice)
    after = await house.get(f"/v1/account/transfers?from={at(3.25)}", alice)
    assert before["closing"] == between["opening"]
    assert between["closing"] == after["opening"]
    assert {item["at"] for item in between["items"]} == {at(2.25)}
    assert [item["reason"] for item in between["items"]]
    whole = await house.get("/v1/account/transfers?limit=500", alice)
    assert after["items"] + between["items"] + before["items"] == whole["items"]
    nothing = await house.get(f"/v1/account/transfers?from={at(2.5)}&until={at(2.75)}", alice)
    assert (nothing["items"], nothing["opening"]) == ([], nothing["closing"])
    assert nothing["opening"] == between["closing"]
    part = await house.get(f"/v1/account/transfers?until={at(3.25)}&limit=2", alice)
    assert part["closing"] == between["closing"]
    rest = await house.get(f"/v1/account/transfers?until={at(3.25)}&limit=500&cursor={part['cursor']}", alice)
    assert part["items"] + rest["items"] == between["items"] + before["items"]


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("from=yesterday", (422, "bad_instant", "from")),
        ("until=2026-12-01", (422, "bad_instant", "until")),
        (f"from={at(2)}&until={at(2)}", (422, "window_empty", "until")),
        (f"from={at(2)}&until={at(1)}", (422, "window_empty", "until")),
        (f"since={at(2)}", (422, "unknown_field", "since")),
        ("limit=501", (422, "bad_format", "limit")),
        ("cursor=x", (422, "bad_format", "cursor")),
    ],
)
async def test_a_statement_that_cannot_be_made(house: House, query: str, refused: tuple[object, ...]) -> None:
    alice = await house.account("alice")
    assert (await house.call("GET", f"/v1/account/transfers?{query}", alice)).refused == refused


async def test_the_statement_of_a_lease_adds_up(house: House) -> None:
    hz, alice = await a_day_of_money(house)
    found = await house.get("/v1/leases/lease-1/statement", alice)
    assert found == await house.get("/v1/leases/lease-1/statement", hz), "both parties read the same"
    lease, totals = found["lease"], {total["reason"]: total["amount"] for total in found["totals"]}
    assert (lease["cost"], lease["earned"], lease["refunded"]) == ("168.00", "84.00", "84.00")
    assert [(period["index"], period["paid"]) for period in lease["periods"]] == [
        (0, "56.00"),
        (1, "28.00"),
        (2, "0.00"),
    ]
    assert totals == {
        "lease_escrow": "168.84",
        "lease_earned": "84.00",
        "lease_refund": "84.00",
        "buyer_fee_refund": "0.42",
        "penalty": "13.986",
        "buyer_fee": "0.42",
        "provider_fee": "0.84",
    }
    assert (found["opening"], found["closing"]) == ("0.00", "0.00")
    numbers = [int(item["transfer_id"].removeprefix("transfer-")) for item in found["items"]]
    assert numbers == sorted(numbers)
    by_reason = {item["reason"]: Decimal(0) for item in found["items"]}
    for item in found["items"]:
        by_reason[item["reason"]] += Decimal(item["amount"])
        assert "after" not in item, "what the other party holds is its own affair"
    assert by_reason == {reason: Decimal(amount) for reason, amount in totals.items()}


async def test_a_long_lease_is_told_in_brief_and_shown_in_full(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    socket = await house.connect(alice)
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT30H"))
    await house.post("/v1/leases/lease-1/start", hz, {"access": {}})
    await socket.do("subscribe", channels=["account"])
    for hour in range(2, 32):
        await house.advance("PT2H" if hour == 2 else "PT1H")
        total = str(4 * (hour - 1))
        report = {"through": at(hour), "delivered": total, "used": total}
        answer = await house.post("/v1/leases/lease-1/meter", hz, report)
    await house.advance("PT15M")
    whole = await house.get("/v1/leases/lease-1", alice)
    assert [period["index"] for period in whole["periods"]] == list(range(30))
    assert (await house.get("/v1/leases/lease-1/statement", hz))["lease"] == whole
    (listed,) = (await house.get("/v1/leases", hz))["items"]
    assert listed == whole | {"periods": whole["periods"][-24:]}
    assert [period["index"] for period in answer["lease"]["periods"]] == list(range(5, 29))
    await socket.do("ping")
    told = [push["data"] for push in socket.pushes if push["type"].startswith("lease.")]
    assert told[-1] == listed


async def test_what_can_still_be_contested_is_shown(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT1H"))
    await house.post("/v1/leases/lease-1/start", hz, {"access": {}})
    await house.advance("PT2H")
    await house.post("/v1/leases/lease-1/meter", hz, {"through": at(2), "delivered": "4", "used": "4"})
    await house.advance("PT15M")
    account = await house.get("/v1/account", hz)
    assert account["contestable"] == "55.44", "56.00 less one per cent"
    too_much = {"account_id": "hz", "amount": account["available"]}
    refused = await house.call("POST", "/v1/operator/withdrawals", house.operator, too_much)
    assert refused.refused == (422, "insufficient_funds", "amount")
    await house.advance("PT1H")
    assert (await house.get("/v1/account", hz))["contestable"] == "0.00"
    await house.post("/v1/operator/withdrawals", house.operator, too_much)
