"""The examples in the documents are sent as they stand, one after the other, and do what the documents say."""

import re
from typing import Any

from jsonschema_rs import Draft7Validator, Draft202012Validator

from exchange.language.commands import OpenAccount, Propose, RegisterKey, RevokeKey
from exchange.language.commands_operator import SetBand
from gateway.auth import OPERATE, PUBLIC, RIGHTS
from gateway.documents import asyncapi, examples, openapi
from gateway.documents.pushes import PUSHES
from gateway.rest.routes import ROUTES, Route
from gateway.ws.ops import OPS
from tests.gateway.house import START_S, House, Socket

REST = openapi.document(START_S)
STREAM = asyncapi.document(START_S)
BY_PROVIDER = ("asks", "start", "meter")


class Teller:
    """Sends examples by whoever they are for, and holds every answer against the documents."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.keys: dict[str, str] = {"operator": house.operator}
        self.told: set[str] = set()

    async def send(self, route: Route, **other: Any) -> Any:
        """One call of REST with its example, some of it replaced: the answer's body."""
        call = f"{route.method} {route.path}"
        operation = REST["paths"][route.path][route.method.lower()]
        given = {one["name"]: one["example"] for one in operation["parameters"] if "example" in one} | other
        path = route.path.format(**given)
        query = {one["name"] for one in operation["parameters"] if one["in"] == "query"} & given.keys()
        if query:
            path += "?" + "&".join(f"{name}={given[name]}" for name in sorted(query))
        body = None
        if "requestBody" in operation:
            body = operation["requestBody"]["content"]["application/json"]["example"] | {
                name: value for name, value in other.items() if f"{{{name}}}" not in route.path
            }
        answer = await self.house.call(route.method, path, self._key(route), body)
        assert answer.status == route.status, (call, answer.raw)
        described = operation["responses"][str(route.status)]
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert set(described["headers"]) >= {name for name in answer.headers if name in REST["components"]["headers"]}
        check(described["content"][kind]["schema"], answer.body if kind == "application/json" else answer.raw.decode())
        return answer.body if kind == "application/json" else None

    async def ask(self, socket: Socket, op: str) -> None:
        """One op of the stream with its example."""
        message = STREAM["components"]["messages"][op]
        request = message["examples"][0]["payload"]
        validate(message["payload"], request)
        reply = await socket.ask(op, **request.get("params", {}))
        done = "done" if reply["ok"] else reply
        assert done == "done", (op, reply)
        validate(STREAM["components"]["messages"][f"{op}.done"]["payload"], reply)

    def hear(self, socket: Socket) -> None:
        """Everything that was pushed is described."""
        for push in socket.pushes:
            kind = f"{push['channel'].partition(':')[0]}.{push['type']}"
            validate(STREAM["components"]["messages"][kind]["payload"], push)
            self.told.add(kind)
        socket.pushes.clear()

    def _key(self, route: Route) -> str | None:
        right = RIGHTS[f"{route.method} {route.path}"]
        if right == PUBLIC:
            return None
        if right == OPERATE:
            return self.keys["operator"]
        return self.keys["provider" if any(word in route.path for word in BY_PROVIDER) else "buyer"]


def check(schema: Any, body: Any) -> None:
    Draft202012Validator({**schema, "components": REST["components"]}).validate(body)


def validate(payload: Any, message: Any) -> None:
    Draft7Validator({**payload, "components": STREAM["components"]}).validate(message)


async def test_the_examples_tell_a_story(house: House) -> None:
    teller = Teller(house)
    teller.keys["provider"] = await house.account(examples.PROVIDER, ["provider"], place=examples.REGION)
    routes = {f"{route.method} {route.path}": route for route in ROUTES}
    story = [call for call in examples.requests_at(START_S) if call in routes]
    story += [call for call in routes if call not in story]
    sockets: dict[str, Socket] = {}
    for call in story:
        if "/operator/keys/{key_id}" in call:
            doomed = await house.post(
                "/v1/operator/keys", house.operator, {"account_id": "acme-ai", "scopes": ["read"]}
            )
            await teller.send(routes[call], key_id=doomed["key_id"])
            continue
        if call == "POST /v1/bids":
            for who in ("buyer", "provider"):
                sockets[who] = await house.connect(teller.keys[who])
                await sockets[who].do("subscribe", channels=["account", "status", "trades:hangzhou/h800-sxm"])
        if call == "POST /v1/operator/proposals/{proposal_id}/confirm":
            await two_proposals(house)
        if call == "POST /v1/leases/{lease_id}/contest":  # the first hour has closed
            await house.advance("PT15M")
        answer = await teller.send(routes[call])
        if call == "POST /v1/operator/accounts":
            teller.keys["buyer"] = await house.key(examples.BUYER, ["read", "trade"])
        if call == "POST /v1/bids":
            assert answer["leases"], "the example is one that trades"
            await more_bids(teller)
            await house.post("/v1/leases/lease-2/start", teller.keys["provider"], {"access": {}})
    for socket in sockets.values():
        await socket.do("ping")
        teller.hear(socket)
    assert {"account.lease.scheduled", "account.lease.contested", "status.snapshot"} <= teller.told
    assert (await house.get("/v1/operator/invariants", house.operator))["violations"] == []


async def more_bids(teller: Teller) -> None:
    """A longer lease for an operator to cancel, and two bids that rest."""
    bid = examples.as_sent(examples.a_bid(START_S)) | {"vouchers": []}
    for client_order_id, changes in (
        ("train-43", {"duration": "P1D"}),
        ("train-44", {"price": "1.00"}),
        ("train-45", {"price": "1.00"}),
    ):
        await teller.house.post("/v1/bids", teller.keys["buyer"], bid | {"client_order_id": client_order_id} | changes)


async def two_proposals(house: House) -> None:
    """Another operator comes, would widen the price band that the story has set, and make a key; and goes."""
    await house.do(OpenAccount(account_id="second", roles=("operator",), owner_group="second"))
    await house.do(RegisterKey(key_id="key-2", secret_hash="00", account_id="second", scopes=("operate",)))
    band = SetBand(operator_id="second", region=examples.REGION, chip=examples.CHIP, band_bp=5_000, reason="calm")
    key = RegisterKey(
        operator_id="second", key_id="key-3", secret_hash="01", account_id="operator", scopes=("operate",)
    )
    for action in (band, key):
        await house.do(Propose(action=action))
    await house.do(RevokeKey(key_id="key-2"))


async def test_the_ops_do_what_they_say(house: House) -> None:
    teller = Teller(house)
    provider = await house.account(examples.PROVIDER, ["provider"], place=examples.REGION)
    buyer = await house.account(examples.BUYER, place=examples.REGION)
    teller.keys["buyer"] = buyer
    selling, buying, watching = [await house.connect(key) for key in (provider, buyer, None)]
    await selling.do("subscribe", channels=["account"])
    await watching.do(
        "subscribe", channels=["book:hangzhou/h800-sxm/P1D", "book:hangzhou/h800-sxm/PT1H", "trades:hangzhou/h800-sxm"]
    )
    await house.post("/v1/asks", provider, examples.as_sent(examples.an_ask(START_S)) | {"client_order_id": "other"})
    story = [op for op in examples.requests_at(START_S) if op in OPS]
    for op in (*story, *(op for op in OPS if op not in story)):
        if op == "bid.amend":
            await more_bids(teller)
        if op == "lease.meter":
            await house.advance("PT1H")
        await teller.ask(selling if re.match(r"ask\.|lease\.(start|meter)", op) else buying, op)
    for op in ("subscribe", "unsubscribe", "ping", "logout"):
        await teller.ask(buying, op)
    for socket in (selling, buying, watching):
        await socket.do("ping")
        teller.hear(socket)
    assert {"book.snapshot", "book.update", "trades.update", "account.ask.placed"} <= teller.told


async def test_pushes_of_every_kind_have_a_message() -> None:
    messages = STREAM["components"]["messages"]
    for name, channel in PUSHES.items():
        assert re.fullmatch(channel.pattern, channel.example)
        for kind in channel.news:
            assert messages[f"{name}.{kind}"]["payload"]["properties"]["type"] == {"const": kind}
