"""Access data are planted in a market, and then looked for in everything that it writes, keeps, tells or logs.

What is planted is looked for as it is, as JSON escapes it, in hex, and in base64 at any of its three offsets. The one
place where it may be found is the answer to whoever uses the lease now and asks for its access.
"""

import io
import pickle
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import asyncpg
import msgspec
import pytest
import structlog

from exchange.runtime.exchange import Exchange
from gateway.auth import RIGHTS
from gateway.logs import log_to
from gateway.vault import Vault
from tests.gateway.house import BODY, Answer, House, Socket, a_bid, an_ask, at

Place = tuple[str, str]  # who reads, and which address

PLANTS = ("PLANTED-7f3c1e5a9b", "种下的秘密钥匙", "PLANTED-long-" + "x7Qz" * 40)
REPLANTED = ("REPLANTED-20c4e8d1", "又种下的秘密钥匙", "REPLANTED-long-" + "k9Wv" * 40)


def access_with(plants: tuple[str, ...]) -> BODY:
    """Access data as a provider might hand them over."""
    token, phrase, long = plants
    return {"token": token, "口令": phrase, "keys": [{"private": long}]}


def disguises(plant: str) -> Iterator[bytes]:
    """All forms in which text could be somewhere."""
    plain = plant.encode()
    yield plain
    yield plant.encode("unicode_escape")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield plain.hex(" ").encode()
    yield repr(plain)[2:-1].encode()
    for offset in range(3):  # what does not depend on the bytes around it
        whole = 3 * ((len(plain) - (3 - offset) % 3) // 3)
        middle = plain[(3 - offset) % 3 :][:whole]
        yield b64encode(middle)
        yield urlsafe_b64encode(middle)


NEEDLES = tuple({needle for plant in (*PLANTS, *REPLANTED) for needle in disguises(plant)})


def finds(data: bytes) -> bool:
    return any(needle in data for needle in NEEDLES)


@pytest.mark.parametrize("plant", [*PLANTS, *REPLANTED])
def test_a_plant_is_found_in_any_disguise(plant: str) -> None:
    """The search itself can fail."""
    for padding in ("", "a", "ab", "abc"):
        text = f"{padding}{plant} and more"
        assert finds(text.encode())
        assert finds(msgspec.json.encode({"access": text}))
        assert finds(text.encode().hex().encode())
        assert finds(b64encode(text.encode()))
        assert finds(str({"access": text.encode()}).encode())
        assert finds(ascii(text).encode())
    assert not finds(b"PLANTED REPLANTED x7Qz k9Wv")


class Ears:
    """What has come to each account's socket, and every problem that anybody was told."""

    def __init__(self) -> None:
        self.sockets: dict[str, Socket] = {}
        self.problems: list[bytes] = []

    async def listen(self, house: House, keys: dict[str, str]) -> None:
        for name, key in keys.items():
            self.sockets[name] = socket = await house.connect(key)
            await socket.do("subscribe", channels=["account"])

    def told(self, answer: Answer) -> Answer:
        assert answer.refused
        self.problems.append(answer.raw)
        return answer

    async def heard(self) -> bytes:
        """All pushes so far, of all sockets."""
        for socket in self.sockets.values():
            await socket.do("ping")
        return msgspec.json.encode({name: socket.pushes for name, socket in self.sockets.items()})


async def mishandled(house: House, ears: Ears, key: str, lease_id: str, plants: tuple[str, ...]) -> None:
    """Everything that a provider can get wrong with access data in its hands."""
    access, path = access_with(plants), f"/v1/leases/{lease_id}/start"
    text = msgspec.json.encode({"access": access})
    ears.told(await house.call("POST", "/v1/leases/lease-77/start", key, {"access": access}))
    ears.told(await house.call("POST", path, key, {"acess": access}))
    ears.told(await house.call("POST", path, key, {"access": plants[0]}))
    ears.told(await house.call("POST", path, key, {"access": [access]}))
    ears.told(await house.call("POST", path, key, {"access": access | {"more": plants[2] * 30}}))
    ears.told(await house.call("POST", path, key, data=text[:-2]))
    ears.told(await house.call("POST", path, key, data=text.replace(b'"token"', b"token")))
    ears.told(await house.call("POST", path, key, data=text + b"\xff"))
    ears.told(await house.call("POST", path, None, {"access": access}))
    ears.told(await house.call("POST", f"/v1/leases/{lease_id}/meter", key, {"through": at(2), "access": access}))
    socket = ears.sockets["hz"]
    for params in ({"lease_id": "lease-77", "access": access}, {"lease_id": lease_id, "acces": access}):
        reply = await socket.ask("lease.start", **params)
        ears.problems.append(msgspec.json.encode(reply["error"]))
    await socket.send(f'{{"id": 9, "op": "lease.start", "params": {{"access": {text.decode()}')
    ears.problems.append(msgspec.json.encode((await socket.reply())["error"]))


async def crashed(
    house: House, market: Exchange, ears: Ears, monkeypatch: pytest.MonkeyPatch, key: str, lease_id: str
) -> None:
    """A defect of ours while the access data are in its hands, before and after they are sealed."""

    def broken(*_: object) -> bytes:
        raise RuntimeError("a defect")

    for owner, name in ((Vault, "seal"), (market, "submit")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, broken)
            call = {"access": access_with(PLANTS)}
            answer = ears.told(await house.call("POST", f"/v1/leases/{lease_id}/start", key, call))
            assert answer.refused[1] == "internal"


async def everything_read(house: House, keys: dict[str, str], lease_ids: tuple[str, ...]) -> dict[Place, bytes]:
    """What everybody gets to every GET there is, right or not."""
    read: dict[Place, bytes] = {}
    for route in (call.removeprefix("GET ") for call in RIGHTS if call.startswith("GET ")):
        for lease_id in lease_ids:
            path = route.format(
                region="shanghai", chip="h800-sxm", bid_id="bid-1", ask_id="ask-1", lease_id=lease_id,
                client_order_id="bid-a", page="start.md", file="console.js", account_id="alice",
            )  # fmt: skip
            query = {"book": "?tenor=PT1H", "candles": "?tenor=PT1H&interval=PT1H"}.get(path.rpartition("/")[2], "")
            for name, key in {**keys, "nobody": ""}.items():
                answer = await house.call("GET", path + query, key)
                read[name, path] = answer.raw + str(answer.headers).encode()
    return read


async def database(url: str) -> dict[str, bytes]:
    """Every row of every table of ours, bytes as they are."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        found: dict[str, bytes] = {}
        for schema, name in tables:
            rows = await connection.fetch(f'SELECT * FROM "{schema}"."{name}"')
            cells: list[Any] = [cell for row in rows for cell in row.values()]
            found[name] = b"\0".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)
        return found
    finally:
        await connection.close()


async def a_life_with_a_secret(
    house: House, market: Exchange, ears: Ears, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started, mishandled, metered, settled, contested, ruled on, resold to bob, and started for bob."""
    hz, alice, bob = keys["hz"], keys["alice"], keys["bob"]
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT6H"))
    await mishandled(house, ears, hz, "lease-1", PLANTS)
    await crashed(house, market, ears, monkeypatch, hz, "lease-1")
    for _ in range(2):
        answer = await house.call(
            "POST", "/v1/leases/lease-1/start", hz, {"access": access_with(PLANTS)}, headers={"Idempotency-Key": "k-1"}
        )
        assert answer.status == 200
    ears.told(await house.call("POST", "/v1/leases/lease-1/start", hz, {"access": access_with(PLANTS)}))
    await house.advance("PT2H")
    await house.post("/v1/leases/lease-1/meter", hz, {"through": at(2), "delivered": "4", "used": "4"})
    await house.advance("PT15M")
    await house.post("/v1/leases/lease-1/contest", alice, {"period": 0, "reason": "slow"})
    ruling = {"delivered": "3", "used": "3", "reason": "it was"}
    await house.post("/v1/operator/contests/contest-1-0/ruling", house.operator, ruling)
    assert (await house.get("/v1/leases/lease-1/access", alice))["access"] == access_with(PLANTS)

    await house.call("DELETE", "/v1/asks/ask-1", hz)
    rest = an_ask("rest", lease_id="lease-1", quantity="4", start=at(3), end=at(7), price="15.00")
    await house.post("/v1/asks", alice, rest)
    wish = a_bid("bid-b", quantity="4", duration="PT4H", earliest_start=at(3), latest_start=at(3))
    await house.post("/v1/bids", bob, wish)
    await mishandled(house, ears, hz, "lease-2", REPLANTED)
    await house.advance("PT45M")
    await ears.sockets["hz"].do("lease.start", lease_id="lease-2", access=access_with(REPLANTED))


async def test_access_data_are_found_nowhere_but_with_their_user(
    house: House,
    market: Exchange,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    logged = io.StringIO()
    log_to(logged, every=True)
    structlog.configure(cache_logger_on_first_use=False)
    try:
        keys = {"hz": await house.account("hz", ["provider"])}
        keys |= {name: await house.account(name) for name in ("alice", "bob", "eve")}
        ears = Ears()
        await ears.listen(house, keys)
        await a_life_with_a_secret(house, market, ears, keys, monkeypatch)
        readers = keys | {"operator": house.operator, "watcher": await house.key("bob", ["read"])}
        read = await everything_read(house, readers, ("lease-1", "lease-2"))
        assert [place for place, raw in read.items() if finds(raw)] == [("bob", "/v1/leases/lease-2/access")]
        assert (await house.get("/v1/leases/lease-2/access", keys["bob"]))["access"] == access_with(REPLANTED)
        for lease_id in ("lease-1", "lease-2"):
            gone = await house.call("GET", f"/v1/leases/{lease_id}/access", keys["alice"])
            assert gone.refused[1] == {"lease-1": "access_ended", "lease-2": "forbidden"}[lease_id]

        heard = await ears.heard()
        assert b"lease.access_given" in heard
        assert not finds(heard)
        assert len(ears.problems) > 25
        assert [problem for problem in ears.problems if finds(problem)] == []
        held = pickle.dumps(market._machine.state), pickle.dumps(market._views)
        assert all(b"lease-" in part or b"alice" in part for part in held)
        assert not any(map(finds, held))
        await market.close()  # the last marks are written
        rows = await database(database_url)
        assert b"gAAAAA" in rows["journal"], "where they are, sealed"
        assert [name for name, cells in rows.items() if finds(cells)] == []
    finally:
        structlog.reset_defaults()
    printed = capfd.readouterr()
    assert logged.getvalue().count("a defect") >= 2
    assert logged.getvalue().count("StartLease") >= 2
    assert not finds(f"{logged.getvalue()}{printed.out}{printed.err}".encode())
