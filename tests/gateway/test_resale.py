"""A buyer resells a part of its lease: who may offer it, who then uses, delivers and pays what, and what is refused."""

from decimal import Decimal

import pytest

from tests.gateway.house import BODY, House, Socket, a_bid, an_ask, at

LEASE = "/v1/leases/lease-1"


def a_resale(client_order_id: str = "resale", **changes: object) -> BODY:
    """Two of the four chips of lease-1, from its third hour on, at 15.00."""
    return an_ask(client_order_id, **{"lease_id": "lease-1", "quantity": "2", "start": at(3), "end": at(7),
                                      "price": "15.00", **changes})  # fmt: skip


async def a_lease(house: House) -> tuple[str, str, str]:
    """Four chips from 01:00 to 07:00 at 14.00, started; keys of provider, buyer and another buyer."""
    hz = await house.account("hz", ["provider"])
    await house.account("alice")
    alice = await house.key("alice", ["read", "trade"])
    await house.account("bob")
    bob = await house.key("bob", ["read", "trade"])
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT6H"))
    await house.post(f"{LEASE}/start", hz, {"access": {"token": "for alice"}})
    return hz, alice, bob


async def resold(house: House) -> tuple[str, str, str]:
    """The part of `a_resale` is bob's, as lease-2."""
    hz, alice, bob = await a_lease(house)
    await house.post("/v1/asks", alice, a_resale())
    await house.call("DELETE", "/v1/asks/ask-1", hz)  # which is cheaper
    wish = a_bid("from-alice", quantity="2", duration="PT4H", earliest_start=at(3), latest_start=at(3))
    (lease,) = (await house.post("/v1/bids", bob, wish))["leases"]
    assert (lease["lease_id"], lease["provider"], lease["deliverer"]) == ("lease-2", "alice", "hz")
    return hz, alice, bob


async def test_a_part_has_its_own_user_and_the_whole_its_own_contract(house: House) -> None:
    hz, alice, bob = await resold(house)
    part, whole = await house.get("/v1/leases/lease-2", bob), await house.get(LEASE, alice)
    assert (part["parent_id"], whole["parent_id"], whole["parts"], part["parts"]) == ("lease-1", None, ["lease-2"], [])
    assert (part["cost"], part["price"]) == ("120.00", "15.00")
    assert whole["shape"] == [
        {"start": at(1), "end": at(3), "chips": "4"},
        {"start": at(3), "end": at(7), "chips": "2"},
    ]
    assert part["shape"] == [{"start": at(3), "end": at(7), "chips": "2"}]
    ask = await house.get("/v1/asks/ask-2", alice)
    assert (ask["lease_id"], ask["bond"], ask["state"]) == ("lease-1", "0.00", "filled")
    assert await house.get("/v1/leases/lease-2", alice) == part
    assert await house.get("/v1/leases/lease-2", hz) == part, "who delivers it is a party, too"
    assert {lease["lease_id"] for lease in (await house.get("/v1/leases", hz))["items"]} == {"lease-1", "lease-2"}
    assert (await house.call("GET", LEASE, bob)).refused[1] == "unknown_lease"


async def test_access_goes_with_the_part(house: House) -> None:
    hz, alice, bob = await resold(house)
    path = "/v1/leases/lease-2"
    assert (await house.call("GET", f"{path}/access", bob)).refused == (404, "access_not_given", "lease_id")
    assert (await house.call("POST", f"{path}/start", alice, {"access": {}})).refused[1] == "scope_missing"
    reseller = await house.key("alice", ["provide"])
    assert (await house.call("POST", f"{path}/start", reseller, {"access": {}})).refused[1] == "role_missing"
    await house.post(f"{path}/start", hz, {"access": {"token": "for bob"}})
    assert (await house.get(f"{path}/access", bob))["access"] == {"token": "for bob"}
    assert (await house.call("GET", f"{path}/access", alice)).refused == (403, "forbidden", "lease_id")
    assert (await house.get(f"{LEASE}/access", alice))["access"] == {"token": "for alice"}, "of what it still has"


async def test_who_has_resold_all_has_no_access(house: House) -> None:
    hz, alice, bob = await a_lease(house)
    await house.post("/v1/asks", alice, a_resale(quantity="4", start=at(1), end=at(7), price="13.00"))
    await house.post("/v1/bids", bob, a_bid("all", quantity="4", duration="PT6H"))
    assert (await house.get(LEASE, alice))["shape"] == []
    assert (await house.call("GET", f"{LEASE}/access", alice)).refused == (404, "access_ended", "lease_id")
    await house.post("/v1/leases/lease-2/start", hz, {"access": {"token": "for bob"}})
    assert (await house.get("/v1/leases/lease-2/access", bob))["access"] == {"token": "for bob"}


async def test_money_goes_along_the_chain(house: House) -> None:
    """Alice earns 15.00 an hour and chip of bob and pays 14.00 of it on, an hour after the other."""
    hz, alice, bob = await resold(house)
    await house.post("/v1/leases/lease-2/start", hz, {"access": {}})
    for hour in range(2, 8):
        await house.advance("PT2H" if hour == 2 else "PT1H")
        own = str(4 * (hour - 1) if hour <= 3 else 8 + 2 * (hour - 3))
        await house.post(f"{LEASE}/meter", hz, {"through": at(hour), "delivered": own, "used": own})
        if hour > 3:
            sold = str(2 * (hour - 3))
            await house.post("/v1/leases/lease-2/meter", hz, {"through": at(hour), "delivered": sold, "used": sold})
    await house.advance("PT15M")
    part, whole = await house.get("/v1/leases/lease-2", bob), await house.get(LEASE, alice)
    assert [(lease["state"], lease["earned"], lease["escrow"]) for lease in (part, whole)] == [
        ("ended", "120.00", "0.00"),
        ("ended", "336.00", "0.00"),
    ]
    assert {period["lease_id"] for period in whole["periods"]} == {"lease-1", "lease-2"}
    found = await house.get(f"{LEASE}/statement", alice)
    onward = [item for item in found["items"] if item.get("part_id") == "lease-2" and item["reason"] == "lease_earned"]
    assert sum(Decimal(item["amount"]) for item in onward) == Decimal("112.00")
    assert (await house.get("/v1/operator/invariants", house.operator))["violations"] == []


RESALES: list[tuple[BODY, int, str, str]] = [
    ({"lease_id": "31"}, 404, "unknown_lease", "lease_id"),
    ({"lease_id": "lease-31"}, 404, "unknown_lease", "lease_id"),
    ({"lease_id": 1}, 422, "wrong_type", "lease_id"),
    ({"region": "hangzhou"}, 422, "bad_value", "region"),
    ({"chip": "a100-sxm-80"}, 422, "bad_value", "chip"),
    ({"quantity": "5"}, 422, "quantity_not_owned", "quantity"),
    ({"start": at(0.5)}, 422, "window_outside_lease", "start"),
    ({"end": at(7.25)}, 422, "window_outside_lease", "start"),
    ({"price": "15.005"}, 422, "price_off_tick", "price"),
]


async def test_a_bad_resale_leaves_no_trace(house: House) -> None:
    hz, alice, bob = await a_lease(house)
    before = await house.everything(hz, alice)
    got = {}
    for changes, *_ in RESALES:
        got[str(changes)] = (await house.call("POST", "/v1/asks", alice, a_resale("bad", **changes))).refused
    assert got == {str(changes): tuple(answer) for changes, *answer in RESALES}
    theirs = await house.call("POST", "/v1/asks", bob, a_resale())
    assert theirs.refused[:2] in ((404, "unknown_lease"), (403, "role_missing"))
    assert await house.everything(hz, alice) == before


async def test_what_is_offered_is_not_released_nor_offered_twice(house: House) -> None:
    _, alice, _ = await a_lease(house)
    await house.post("/v1/asks", alice, a_resale(quantity="3", price="25.00"))
    twice = await house.call("POST", "/v1/asks", alice, a_resale("twice", price="25.00"))
    assert twice.refused == (422, "quantity_not_owned", "quantity")
    assert (await house.call("POST", f"{LEASE}/release", alice, {})).refused == (409, "lease_offered", "lease_id")
    await house.call("DELETE", "/v1/asks/ask-2", alice)
    await house.post("/v1/asks", alice, a_resale("again", quantity="3", price="25.00"))


@pytest.mark.parametrize("edge", ["rest", "stream"])
async def test_a_resale_needs_the_right_to_trade_and_an_ask_of_own_chips_that_to_provide(
    house: House, edge: str
) -> None:
    """Of one account that is both; to place, to amend and to cancel."""
    await a_lease(house)
    both = await house.account("both", ["buyer", "provider"])
    keys = {scope: await house.key("both", ["read", scope]) for scope in ("trade", "provide")}
    sockets: dict[str, Socket] = {scope: await house.connect(key) for scope, key in keys.items()}
    (lease,) = (await house.post("/v1/bids", both, a_bid(duration="PT6H")))["leases"]
    resale, own = a_resale("r", lease_id=lease["lease_id"], price="25.00"), an_ask("o", region="wuxi")

    async def code(scope: str, op: str, method: str, path: str, body: BODY | None) -> str:
        """The code of a refusal, or nothing."""
        if edge == "stream":
            params = (body or {}) | ({"ask_id": path.rpartition("/")[2]} if "ask-" in path else {})
            reply = await sockets[scope].ask(op, **params)
            return "" if reply["ok"] else str(reply["error"]["code"])
        answer = await house.call(method, path, keys[scope], body)
        return "" if answer.status in (200, 201) else str(answer.refused[1])

    for number, order, right, wrong in ((2, resale, "trade", "provide"), (3, own, "provide", "trade")):
        path = f"/v1/asks/ask-{number}"
        assert await code(wrong, "ask.place", "POST", "/v1/asks", order) == "scope_missing"
        assert await code(right, "ask.place", "POST", "/v1/asks", order) == ""
        assert await code(wrong, "ask.amend", "PATCH", path, {"quantity": "1"}) == "scope_missing"
        assert await code(right, "ask.amend", "PATCH", path, {"quantity": "1"}) == ""
        assert await code(wrong, "ask.cancel", "DELETE", path, None) == "scope_missing"
        assert await code(right, "ask.cancel", "DELETE", path, None) == ""
