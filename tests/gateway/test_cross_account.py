"""No call gives or changes anything of another account: every route and every op, asked by somebody else.

Whatever belongs to alice or hz is called xqz-something. Eve has every scope and every role but the operator's, and
sends to each call its documented example, with theirs in place of every id. She gets what she would for ids that are
nobody's. A new call is asked likewise without a word here; one that names others in its body does not pass.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from exchange.language.commands import SCOPES
from gateway.auth import OPERATE, PUBLIC, RIGHTS
from gateway.documents import examples
from gateway.rest.routes import ROUTES, Route
from gateway.ws.ops import OPS
from tests.gateway.house import BODY, START_S, Answer, House, Socket, a_bid, an_ask, at

THEIRS = {
    "bid_id": ("bid-1", "bid-2"),
    "ask_id": ("ask-1", "ask-2"),
    "lease_id": ("lease-1", "lease-2"),
    "client_order_id": ("xqz-bid", "xqz-ask"),
    "contest_id": ("contest-1-0",),
    "key_id": ("",),  # put in by the test, as it is made by chance
}
NOBODY_S = {
    "bid_id": "bid-888",
    "ask_id": "ask-888",
    "lease_id": "lease-888",
    "client_order_id": "nobody-s",
    "contest_id": "contest-888-0",
    "key_id": "key-888",
}
WHOSE = {"account_id", "buyer", "provider", "owner_group", "deliverer", "operator_id"}
OTHER_WISHES = {"regions": ["hangzhou"], "chips": ["l40s"], "price": "0.01", "vouchers": []}  # nothing is for sale
MOVES_EVERYBODY = "POST /v1/sandbox/clock"  # a sandbox has one clock, which is nobody's


class Asked(NamedTuple):
    """What somebody else asks: by which call, with whose thing."""

    call: str
    params: BODY
    named: str  # the field that says whose thing; empty for one that names none


def public_names(takes: type[Struct]) -> set[str]:
    """Every field that can be sent, however deep."""
    (_,), components = msgspec.json.schema_components([takes], ref_template="#/$defs/{name}")
    return {name for part in components.values() for name in part.get("properties", ())}


def asked_of(call: str, takes: type[Struct], key_id: str) -> Iterator[Asked]:
    """A call once for each of their things that it can name, else once."""
    shown = examples.requests_at(START_S)
    params = examples.as_sent(shown[call]) if call in shown else {}
    fields = [name for name in takes.__struct_fields__ if name in THEIRS]
    if takes.__name__ in ("BidBody", "QuoteBody", "AskBody"):  # an order's own name is its owner's to choose
        fields.remove("client_order_id")
        params |= {"client_order_id": call.replace(" ", "").replace("/", "-").replace(".", "-"), "chip": "l40s"}
        params = {name: value for name, value in (params | OTHER_WISHES).items() if name in takes.__struct_fields__}
    for field in fields:
        for thing in THEIRS[field]:
            yield Asked(call, {**params, field: thing or key_id}, field)
    if not fields or "AskBody" in takes.__name__:
        yield Asked(call, params, "")


async def ask(house: House, key: str, route: Route, params: BODY) -> Answer:
    """One request of REST, its params in the places that they belong to."""
    left = dict(params)
    path = re.sub(r"\{(\w+)\}", lambda found: str(left.pop(found[1])), route.path)
    if route.method in ("POST", "PATCH"):
        return await house.call(route.method, path, key, left)
    query = "&".join(f"{name}={value}" for name, value in left.items())
    return await house.call(route.method, f"{path}?{query}" if query else path, key)


def told(raw: bytes, asked: Asked, thing: str) -> str:
    """An answer without its request id and without the thing that was asked for."""
    text = re.sub(r'"request_id":"[^"]*"', "", raw.decode())
    return text.replace(str(asked.params.get(asked.named)), "*") if thing else text


class Theirs(NamedTuple):
    """The keys of those whom eve must not see, and hers."""

    alice: str
    hz: str
    key_id: str
    eve: str

    async def all_of_it(self, house: House) -> Any:
        """All that is alice's and hz's."""
        seen: dict[str, Any] = {}
        for name, key in (("alice", self.alice), ("hz", self.hz)):
            for path in ("account", "account/transfers", "account/keys", "account/vouchers", "bids", "asks", "leases"):
                seen[f"{name} {path}"] = await house.get(f"/v1/{path}", key)
        seen["statement"] = await house.get("/v1/leases/lease-1/statement", self.hz)
        seen["access"] = await house.get("/v1/leases/lease-1/access", self.alice)
        seen["contests"] = await house.get("/v1/operator/contests", house.operator)
        return seen


async def moved_in(house: House) -> Theirs:
    """Alice has leased of hz, resells a part, contests an hour, and has an order that waits; eve has only money."""
    hz = await house.account("xqz-hz", ["provider"], owner_group="xqz-group", tags=["xqz-tag"])
    alice = await house.account("xqz-alice", ["buyer", "provider"], owner_group="xqz-owner", deposit=None)
    money = {"account_id": "xqz-alice", "amount": "9000", "reference": "xqz-reference"}
    await house.post("/v1/operator/deposits", house.operator, money)
    await house.post("/v1/asks", hz, an_ask("xqz-ask", site="xqz-site", quantity="4"))
    await house.post("/v1/bids", alice, a_bid("xqz-bid", duration="PT6H", use="xqz-use"))
    await house.post("/v1/leases/lease-1/start", hz, {"access": {"token": "xqz-access"}})
    await house.advance("PT2H")
    await house.post("/v1/leases/lease-1/meter", hz, {"through": at(2), "delivered": "4", "used": "4"})
    await house.advance("PT30M")
    await house.post("/v1/leases/lease-1/contest", alice, {"period": 0, "reason": "xqz-reason"})
    resale = an_ask("xqz-resale", lease_id="lease-1", quantity="2", start=at(4), end=at(6), price="20.00")
    await house.post("/v1/asks", alice, resale)
    await house.post("/v1/bids", alice, a_bid("xqz-waiting", earliest_start=at(4), latest_start=at(5), price="1.00"))
    part = a_bid("xqz-part", quantity="1", duration="PT2H", earliest_start=at(4), latest_start=at(4), price="20.00")
    bob = await house.account("xqz-bob")
    assert (await house.post("/v1/bids", bob, part))["leases"][0]["lease_id"] == "lease-2"
    await house.account("eve", ["buyer", "provider"])
    key_id = (await house.get("/v1/account/keys", alice))["items"][0]["key_id"]
    return Theirs(alice, hz, key_id, await house.key("eve", list(SCOPES)))


def but_providers(call: str, raw: bytes) -> bytes:
    """An answer without the names of providers where the market tells everybody how their chips are used."""
    if call != "GET /v1/kpis":
        return raw
    body = msgspec.json.decode(raw)
    assert [kpi.pop("name") for kpi in body["providers"]] == ["xqz-hz"], "who delivers, and nobody who buys or resells"
    return msgspec.json.encode(body)


async def test_no_route_gives_or_changes_anything_of_another_account(house: House) -> None:
    world = await moved_in(house)
    before = await world.all_of_it(house)
    served = 0
    for route in ROUTES:
        call = f"{route.method} {route.path}"
        if call == MOVES_EVERYBODY:
            continue
        for asked in asked_of(call, route.takes, world.key_id):
            answer = await ask(house, world.eve, route, asked.params)
            shown = told(but_providers(call, answer.raw), asked, asked.named)
            assert "xqz" not in shown, asked
            assert answer.status < 500, answer.raw
            if RIGHTS[call] == OPERATE:
                assert answer.refused == (403, "forbidden", None), asked
            elif asked.named:
                assert answer.status in (403, 404), (asked, answer.raw)
                nobody_s = asked._replace(params=asked.params | {asked.named: NOBODY_S[asked.named]})
                other = await ask(house, world.eve, route, nobody_s.params)
                assert shown == told(other.raw, nobody_s, asked.named), "it tells that there is such a thing"
            elif RIGHTS[call] != PUBLIC:
                assert answer.status in (200, 201), (asked, answer.raw)
                served += 1
    assert await world.all_of_it(house) == before
    assert served > 10, "eve does have what is hers"


async def test_no_op_gives_or_changes_anything_of_another_account(house: House) -> None:
    world = await moved_in(house)
    before, socket = await world.all_of_it(house), await house.connect(world.eve)
    watching: Socket = await house.connect(world.eve)
    await watching.do("subscribe", channels=["account", "status"])
    for name, op in OPS.items():
        for asked in asked_of(name, op.takes, world.key_id):
            reply = await socket.ask(name, **asked.params)
            raw = msgspec.json.encode({**reply, "id": 0})
            assert "xqz" not in told(raw, asked, asked.named), asked
            if asked.named:
                assert reply["error"]["status"] in (403, 404), (asked, reply)
                nobody_s = asked._replace(params=asked.params | {asked.named: NOBODY_S[asked.named]})
                other = msgspec.json.encode({**await socket.ask(name, **nobody_s.params), "id": 0})
                assert told(raw, asked, asked.named) == told(other, nobody_s, asked.named)
            else:
                assert reply["ok"], (asked, reply)
    assert await world.all_of_it(house) == before
    await house.advance("PT1H")
    await watching.do("ping")
    assert "xqz" not in str(watching.pushes)


def test_whose_a_request_is_only_its_key_says() -> None:
    """What names an account is for operators alone."""
    for route in ROUTES:
        if RIGHTS[f"{route.method} {route.path}"] != OPERATE:
            assert not public_names(route.takes) & WHOSE, route.path
    for name, op in OPS.items():
        assert not public_names(op.takes) & WHOSE, name
    assert "account_id" in public_names(next(route for route in ROUTES if route.path.endswith("/deposits")).takes)
