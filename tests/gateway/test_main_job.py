"""The main job through the wire: ask, bid, lease, start, meter, settle, end; and the money adds up on the way."""

from decimal import Decimal
from typing import Any

from tests.gateway.house import BODY, House, Socket, a_bid, an_ask, at

ACCESS = {"host": "10.0.0.7", "user": "alice", "port": 22, "rate": 1.10}


async def traded(house: House) -> tuple[str, str, Socket, BODY]:
    """Keys of a provider and a buyer, the provider's socket, and the lease that they made for six hours."""
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    socket = await house.connect(hz)
    await socket.do("subscribe", channels=["account"])
    await socket.do("ask.place", **an_ask())
    placed = await house.post("/v1/bids", alice, a_bid(duration="PT6H", price_per_du=None))
    (lease,) = placed["leases"]
    return hz, alice, socket, lease


def total(transfers: list[Any], **wanted: str) -> Decimal:
    """The sum of the transfers that have these values."""
    chosen = [item for item in transfers if all(item[name] == value for name, value in wanted.items())]
    return sum((Decimal(item["amount"]) for item in chosen), Decimal(0))


async def test_a_lease_from_ask_to_end(house: House) -> None:
    hz, alice, socket, lease = await traded(house)
    assert (lease["cost"], lease["buyer_fee"], lease["escrow"]) == ("336.00", "1.68", "337.68")
    assert lease["price_per_du"] == "5.46875"
    lease_id = lease["lease_id"]

    await socket.do("lease.start", lease_id=lease_id, access=ACCESS)
    given = await house.get(f"/v1/leases/{lease_id}/access", alice)
    assert given == {"lease_id": lease_id, "given_at": at(0), "access": ACCESS}

    for hour in range(1, 7):  # all delivered in every hour but the third, of which half
        await house.advance("PT2H" if hour == 1 else "PT1H")
        delivered = Decimal(4 * hour) - (2 if hour >= 3 else 0)
        result = await socket.do(
            "lease.meter", lease_id=lease_id, through=at(1 + hour), delivered=str(delivered), used=str(delivered)
        )
        assert result["lease"]["state"] == "running"
    await house.advance("PT1H")

    over = await house.get(f"/v1/leases/{lease_id}", alice)
    assert (over["state"], over["reason"], over["escrow"]) == ("ended", "completed", "0.00")
    assert (over["earned"], over["refunded"]) == ("308.00", "28.00")
    assert Decimal(over["cost"]) == Decimal(over["earned"]) + Decimal(over["refunded"])
    assert [period["delivered"] for period in over["periods"]] == ["4", "4", "2", "4", "4", "4"]
    assert sum(Decimal(period["paid"]) for period in over["periods"]) == Decimal(over["earned"])
    assert Decimal(over["penalties"]) > 0
    assert (over["buyer_fee_taken"], over["provider_fee"]) == ("1.54", "3.08")

    for key in (hz, alice):
        statement = await house.get(f"/v1/leases/{lease_id}/statement", key)
        assert statement["lease"] == over
        items = statement["items"]
        assert total(items, reason="lease_escrow") == Decimal("337.68")
        assert total(items, reason="lease_earned") == Decimal(over["earned"])
        assert total(items, reason="penalty") == Decimal(over["penalties"])
        assert total(items, reason="buyer_fee") == Decimal(over["buyer_fee_taken"])
        assert total(items, reason="provider_fee") == Decimal(over["provider_fee"])
        assert total(items, debit="alice/escrow") == Decimal("337.68"), "all that went into escrow came out of it"
    await books_are_sound(house)


async def test_the_provider_hears_of_everything_in_order(house: House) -> None:
    _, _, socket, lease = await traded(house)
    await socket.do("lease.start", lease_id=lease["lease_id"], access={})
    await house.advance("PT2H")
    await socket.do("ping")
    types, last, more = [], None, False
    for push in socket.pushes:
        assert push["channel"] == "account"
        named = push["seq"] if more else push["prev_seq"]
        assert last is None or named == last, "each command names the one before, and all of it stands together"
        assert push["seq"] > push["prev_seq"]
        last, more = push["seq"], push.get("more", False)
        types.append(push["type"])
    assert not more
    for wanted in ("ask.placed", "transfer", "lease.scheduled", "lease.running"):
        assert wanted in types
    assert all("access" not in push["data"] for push in socket.pushes)


async def test_no_access_in_time_is_a_default_with_a_full_refund(house: House) -> None:
    _, alice, _, lease = await traded(house)
    await house.advance("PT1H15M")
    over = await house.get(f"/v1/leases/{lease['lease_id']}", alice)
    assert (over["state"], over["reason"]) == ("defaulted", "not_started")
    assert (over["earned"], over["refunded"], over["escrow"]) == ("0.00", "336.00", "0.00")
    account = await house.get("/v1/account", alice)
    assert Decimal(account["available"]) == Decimal(100_000) + Decimal(over["penalties"])
    await books_are_sound(house)


async def test_the_provider_may_use_rest_alone(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/bids", alice, a_bid(duration="PT1H", earliest_start="now"))
    placed = await house.post("/v1/asks", hz, an_ask(start="now"))
    (lease,) = placed["leases"]
    assert lease["price"] == "15.20", "the resting order's price is the price"
    path = f"/v1/leases/{lease['lease_id']}"
    started = await house.post(f"{path}/start", hz, {"access": ACCESS})
    assert started["lease"]["access_given_at"] == at(0)
    await house.advance("PT1H")
    metered = await house.post(f"{path}/meter", hz, {"through": lease["end"], "delivered": "4", "used": "1.5"})
    assert (metered["lease"]["delivered"], metered["lease"]["used"]) == ("4", "1.5")
    await house.advance("PT15M")
    assert (await house.get(path, hz))["state"] == "ended"
    canceled = await house.call("DELETE", "/v1/asks/ask-1", hz)
    assert (canceled.status, canceled.body["ask"]["state"]) == (200, "canceled")
    account = await house.get("/v1/account", hz)
    assert (account["bond"], account["available"]) == ("0.00", "100060.192"), "60.80 less one per cent"
    await books_are_sound(house)


async def books_are_sound(house: House) -> None:
    assert (await house.get("/v1/operator/invariants", house.operator))["violations"] == []
