"""Who may do what: keys, scopes, roles, addresses, and other people's affairs."""

import time

import pytest

from exchange.language.commands import SCOPES
from exchange.runtime.exchange import Exchange
from gateway.auth import ANY, CHANGE, OFFER, OPERATE, PUBLIC, RIGHTS, scopes_of
from gateway.desk import Desk
from gateway.nonces import Nonces
from gateway.rest.handler import endpoint
from gateway.rest.routes import ROUTES
from gateway.settings import Settings
from gateway.shedding import Load
from gateway.throttle import Gate
from gateway.vault import Vault
from gateway.ws.ops import OPS
from tests.gateway.house import House, a_bid, an_ask, at

CHANNELS = {"channel account", "channel book", "channel trades", "channel status"}
OWN_OPS = {"login", "logout", "ping", "subscribe", "unsubscribe", *CHANNELS}
WITHIN = {"ask of own chips", "ask of a lease"}  # what calls ask for that are one or the other


def test_the_table_names_what_is_served_and_nothing_else() -> None:
    routes = {f"{route.method} {route.path}" for route in ROUTES}
    assert set(RIGHTS) == routes | {"GET /v1/stream"} | set(OPS) | OWN_OPS | WITHIN
    assert set(RIGHTS.values()) == {PUBLIC, ANY, OFFER, CHANGE, *SCOPES}


async def test_what_the_table_does_not_name_cannot_be_served(market: Exchange, settings: Settings) -> None:
    gate = Gate(settings, Load(market, settings), time.monotonic)
    desk = Desk(market=market, vault=Vault.at(settings.data_dir), gate=gate, nonces=Nonces(5000, 1000))
    with pytest.raises(KeyError):
        endpoint(desk, ROUTES[0]._replace(path="/v1/back-door"))


async def test_every_route_asks_for_its_right(house: House) -> None:
    """Without a key, with every scope but the right one, and with that one alone."""
    await house.account("alice", ["buyer", "provider"])
    keys = {scope: await house.key("alice", [scope]) for scope in SCOPES}
    for route in ROUTES:
        call = f"{route.method} {route.path}"
        path = route.path.format(
            region="shanghai", chip="h800-sxm", bid_id="bid-9", ask_id="ask-9", lease_id="lease-9",
            client_order_id="none", key_id="key-none", contest_id="contest-9-0", page="start.md", file="console.js",
            account_id="nobody", programme="none", proposal_id="proposal-9",
        )  # fmt: skip
        right = RIGHTS[call]
        bare = await house.call(route.method, path)
        if right == PUBLIC:
            assert bare.status != 401, call
            continue
        assert bare.refused == (401, "unauthenticated", "Authorization"), call
        assert bare.headers["WWW-Authenticate"] == "Bearer, LB-Ed25519"
        for scope, key in keys.items():
            answer = await house.call(route.method, path, key, data=b"")
            if right != ANY and scope not in scopes_of(right):
                assert answer.refused == (403, "scope_missing", None), (call, scope)
            elif right == OPERATE:
                assert answer.refused == (403, "forbidden", None), "the scope without the role"
            else:
                assert answer.status not in (401, 403), (call, scope)


async def test_every_op_asks_for_its_right(house: House) -> None:
    await house.account("alice", ["buyer", "provider"])
    bare = await house.connect()
    for op in OPS:
        assert (await bare.ask(op))["error"]["code"] == "unauthenticated"
        await bare.do("ping")
    for scope in SCOPES:
        socket = await house.connect(await house.key("alice", [scope]))
        for op in OPS:
            reply = await socket.ask(op)
            refused = not reply["ok"] and reply["error"]["code"] == "scope_missing"
            assert refused == (scope not in scopes_of(RIGHTS[op])), (op, scope)
            await socket.do("ping")
        subscribed = await socket.ask("subscribe", channels=["account"])
        assert subscribed["ok"] == (scope == "read")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic bGJrXw==", "lbk_x", "Bearer lbk_unknown", "Bearer other", "Bearer lbk_é"]
)
async def test_bad_credentials(house: House, header: str) -> None:
    answer = await house.call("GET", "/v1/account", headers={"Authorization": header})
    assert answer.refused[:2] == (401, "unauthenticated")


async def test_a_key_ends_by_being_revoked_and_by_its_time(house: House) -> None:
    await house.account("alice")
    brief = await house.key("alice", ["read"], expires_at=at(1))
    made = await house.post("/v1/operator/keys", house.operator, {"account_id": "alice", "scopes": ["read"]})
    socket, revoked = await house.connect(brief), await house.connect(made["key"])
    await socket.do("bid.list")
    await revoked.do("subscribe", channels=["account"])

    gone = await house.call("DELETE", f"/v1/operator/keys/{made['key_id']}", house.operator)
    assert gone.body["key_id"] == made["key_id"]
    assert (await house.call("GET", "/v1/account", made["key"])).refused == (401, "key_revoked", None)
    assert (await revoked.ask("bid.list"))["error"]["code"] == "key_revoked"
    await house.post("/v1/operator/deposits", house.operator, {"account_id": "alice", "amount": "1"})
    assert await revoked.closed() == 1008, "no news for a revoked key"

    await house.advance("PT1H")
    assert (await house.call("GET", "/v1/account", brief)).refused == (401, "key_expired", None)
    assert (await socket.ask("bid.list"))["error"]["code"] == "key_expired"
    assert (await house.call("DELETE", "/v1/operator/keys/key-none", house.operator)).refused[:2] == (
        404,
        "unknown_key",
    )


async def test_a_key_may_be_bound_to_addresses(house: House) -> None:
    await house.account("alice")
    here = await house.key("alice", ["read"], addresses=["10.0.0.0/8", "127.0.0.1"])
    there = await house.key("alice", ["read"], addresses=["10.0.0.0/8", "::1"])
    assert (await house.call("GET", "/v1/account", here)).status == 200
    assert (await house.call("GET", "/v1/account", there)).refused == (403, "address_not_allowed", None)


async def test_nobody_sees_the_affairs_of_others(house: House) -> None:
    hz, alice, eve = await house.account("hz", ["provider"]), await house.account("alice"), await house.account("eve")
    nosy = await house.account("nosy", ["provider"])
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid())
    await house.post("/v1/bids", alice, a_bid("resting", price="1.00"))
    before = await house.everything(hz, alice)
    for path, code in [
        ("/v1/bids/bid-1", "unknown_order"),
        ("/v1/asks/ask-1", "unknown_order"),
        ("/v1/orders/by-client-id/bid-a", "unknown_order"),
        ("/v1/leases/lease-1", "unknown_lease"),
        ("/v1/leases/lease-1/statement", "unknown_lease"),
        ("/v1/leases/lease-1/access", "unknown_lease"),
    ]:
        theirs = await house.call("GET", path, eve)
        assert theirs.refused[:2] == (404, code), path
        none = await house.call("GET", path.replace("-1", "-77").replace("bid-a", "none"), eve)
        assert none.refused[:2] == (404, code), "as unknown as what does not exist"
    for path in ("bids", "asks", "leases"):
        assert (await house.get(f"/v1/{path}", eve))["items"] == []
    assert (await house.call("DELETE", "/v1/bids/bid-2", eve)).refused[:2] == (404, "unknown_order")
    assert (await house.call("DELETE", "/v1/asks/ask-1", nosy)).refused[:2] == (404, "unknown_order")
    assert (await house.call("DELETE", "/v1/bids", eve)).status == 200
    start = await house.call("POST", "/v1/leases/lease-1/start", nosy, {"access": {}})
    assert start.refused[:2] == (404, "unknown_lease")
    assert await house.everything(hz, alice) == before


async def test_access_is_for_the_buyer_alone(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid())
    path = "/v1/leases/lease-1/access"
    assert (await house.call("GET", path, alice)).refused == (404, "access_not_given", "lease_id")
    await house.post("/v1/leases/lease-1/start", hz, {"access": {"token": "s3cret"}})
    assert (await house.get(path, alice))["access"] == {"token": "s3cret"}
    assert (await house.call("GET", path, hz)).refused == (403, "forbidden", "lease_id")
    watcher = await house.key("alice", ["read"])
    assert (await house.call("GET", path, watcher)).refused[:2] == (403, "scope_missing")
    started = await house.call("POST", "/v1/leases/lease-1/start", alice, {"access": {}})
    assert started.refused[:2] == (403, "role_missing"), "and only the provider gives it"


async def test_an_account_acts_in_its_roles(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    assert (await house.call("POST", "/v1/bids", hz, a_bid())).refused == (403, "role_missing", "account_id")
    refused = await house.call("POST", "/v1/asks", alice, an_ask())
    assert refused.refused == (403, "role_missing", "account_id")
    assert refused.body["detail"] == "alice is no provider, and an account has the roles that it was opened with"
    both = {"account_id": "alice", "roles": ["buyer", "provider"]}
    again = await house.call("POST", "/v1/operator/accounts", house.operator, both)
    assert again.refused == (409, "account_exists", "account_id"), "nobody is told that an operator could give it more"
