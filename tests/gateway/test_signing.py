"""Signed requests: what is signed, told by published vectors, and that a signature is good once, here, and not long."""

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from yarl import URL

from exchange.language.commands import Deposit
from exchange.runtime.exchange import Exchange
from gateway import signing
from gateway.auth import NOBODY, Caller
from gateway.desk import Call, Desk
from gateway.errors import Refusal
from gateway.nonces import Nonces, machine_ms
from gateway.schema import NoParams
from gateway.settings import Settings
from gateway.shedding import Load
from gateway.signing import Signed, Signer
from gateway.throttle import Gate
from gateway.vault import Vault
from tests.gateway.house import BODY, Answer, House, a_bid, an_ask, at

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(signing.__file__).parent / "docs" / "signing-vectors.json").read_text(encoding="utf-8")
)["vectors"]
RFC_8032_KEYS = {  # section 7.1, tests 1 to 3
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60":
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb":
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7":
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
}  # fmt: skip
MALFORMED = (
    "",
    "key=key-1",
    "key=key-1,time=1,nonce=short,signature=x",
    "key=,time=1,nonce=0123456789abcdef,signature=é",
)
AHEAD_MS = 1000  # just not too far ahead, and later than whatever the server's start excludes


def test_the_vectors_are_of_published_keys_and_of_every_kind() -> None:
    assert {vector["seed"] for vector in VECTORS} == set(RFC_8032_KEYS)
    assert {(vector["method"], bool(vector["body"])) for vector in VECTORS} == {
        ("GET", False), ("POST", True), ("DELETE", False),
    }  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['key_id'][-1]} {vector['name']}")
def test_a_vector_comes_out_as_it_is_published(vector: dict[str, Any]) -> None:
    public = bytes.fromhex(RFC_8032_KEYS[vector["seed"]])
    signer = Signer(vector["key_id"], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["seed"])))
    assert signing.bytes_of_text(vector["public_key"], 32) == public
    assert signer.public_key == vector["public_key"]
    time_ms, nonce, body = vector["time"], vector["nonce"], vector["body"].encode()
    asked = vector["method"], vector["target"], body
    assert signing.text_of(time_ms, nonce, *asked) == vector["text"].encode()
    assert signer.header(*asked, time_ms, nonce) == vector["header"]
    signed = signing.parse(vector["header"].removeprefix(f"{signing.SCHEME} "))
    assert signed == signer.sign(*asked, time_ms, nonce)
    assert signing.text_of_bytes(signed.signature) == vector["signature"]
    assert signing.verify(public, signed, *asked)


@pytest.mark.parametrize("line", range(1, 6))
def test_a_signature_is_of_every_line(line: int) -> None:
    vector = next(vector for vector in VECTORS if vector["body"])
    public = signing.bytes_of_text(vector["public_key"], 32)
    signed = signing.parse(vector["header"].removeprefix(f"{signing.SCHEME} "))
    assert public is not None
    assert signed is not None
    asked: list[Any] = [signed.time_ms, signed.nonce, vector["method"], vector["target"], vector["body"].encode()]
    other: list[Any] = [signed.time_ms + 1, signed.nonce + "x", "PUT", vector["target"] + "?", b"{}"]
    asked[line - 1] = other[line - 1]
    time_ms, nonce, *rest = asked
    assert not signing.verify(public, Signed(signed.key_id, time_ms, nonce, signed.signature), *rest)
    assert not signing.verify(bytes(31) + b"\1", signed, vector["method"], vector["target"], vector["body"].encode())


def test_a_private_key_is_kept_as_a_file_keeps_it() -> None:
    pem, public = signing.new_pair()
    assert Signer.from_pem("key-1", pem).public_key == public
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----")
    for wrong in (b"", b"lbk_secret", pem[:60], public.encode()):
        with pytest.raises(ValueError, match="private key"):
            Signer.from_pem("key-1", wrong)


# ------------------------------------------------------------------------------------------------ at a server


async def enrolled(house: House, name: str, *scopes: str, **limits: Any) -> Signer:
    """A signer for an account that is there."""
    pem, public = signing.new_pair()
    body = {"account_id": name, "scopes": scopes or ["read", "trade", "provide"], "public_key": public, **limits}
    made = await house.post("/v1/operator/keys", house.operator, body)
    assert made["key"] is None, "nobody else has the private half"
    return Signer.from_pem(made["key_id"], pem)


async def sent(house: House, header: str, method: str = "GET", path: str = "/v1/account", body: bytes = b"") -> Answer:
    """A request whose path goes out as it is written."""
    url, headers = URL(house.url + path, encoded=True), {"Authorization": header}
    async with house.http.request(method, url, data=body or None, headers=headers) as response:
        return Answer(response.status, response.headers, await response.read())


def now_ms() -> int:
    return machine_ms() + AHEAD_MS


async def test_whatever_a_bearer_may_a_signer_may(house: House) -> None:
    hz = await house.account("hz", ["provider"])
    await house.account("alice")
    alice = await enrolled(house, "alice")
    await house.post("/v1/asks", hz, an_ask())
    body = json.dumps(a_bid(), ensure_ascii=False).encode()
    placed = await sent(house, alice.header("POST", "/v1/bids", body, now_ms()), "POST", "/v1/bids", body)
    assert (placed.status, placed.body["bid"]["account_id"]) == (201, "alice")
    path = "/v1/bids?state=filled&limit=%31"
    listed = await sent(house, alice.header("GET", path, b"", now_ms()), path=path)
    assert [bid["bid_id"] for bid in listed.body["items"]] == ["bid-1"]
    gone = await sent(house, alice.header("DELETE", "/v1/bids/bid-1", b"", now_ms()), "DELETE", "/v1/bids/bid-1")
    assert gone.refused == (409, "order_done", "bid_id")
    keys = (await house.get("/v1/account/keys", await house.key("alice")))["items"]
    shown = [(key["kind"], key["public_key"]) for key in keys]
    assert shown == [("bearer", None), ("signed", alice.public_key), ("bearer", None)]


async def test_a_signature_is_good_once_and_not_long(house: House) -> None:
    await house.account("alice")
    alice = await enrolled(house, "alice")
    good = alice.header("GET", "/v1/account", b"", now_ms())
    for header, path, code, param in [
        (good.replace("key=key-", "key=kez-"), "/v1/account", "unauthenticated", None),
        (alice.header("GET", "/v1/account", b"", machine_ms() - 60_000), "/v1/account", "signature_expired", "time"),
        (alice.header("GET", "/v1/account", b"", machine_ms() + 60_000), "/v1/account", "signature_expired", "time"),
        (good, "/v1/account?limit=1", "bad_signature", "signature"),
        (good, "/v1/account/keys", "bad_signature", "signature"),
        (good.replace("nonce=", "nonce=x"), "/v1/account", "bad_signature", "signature"),
    ]:
        assert (await sent(house, header, path=path)).refused == (401, code, param), header
    assert (await sent(house, good)).status == 200, "what failed has not used the nonce up"
    again = await sent(house, good)
    assert again.refused == (401, "nonce_used", "nonce")
    assert again.headers["WWW-Authenticate"] == "Bearer, LB-Ed25519"
    for credentials in MALFORMED:
        assert (await sent(house, f"LB-Ed25519 {credentials}")).refused == (401, "unauthenticated", "Authorization")
    twice = [("Authorization", f"Bearer {house.operator}")] * 2
    async with house.http.get(house.url + "/v1/account", headers=twice) as response:
        assert response.status == 401, "two are none"


async def test_a_key_is_of_one_kind(house: House) -> None:
    """Neither can a public key be sent as a secret, nor a bearer's key id be signed for."""
    await house.account("alice")
    pem, public = signing.new_pair()
    bearer_id = (await house.get("/v1/account/keys", await house.key("alice")))["items"][0]["key_id"]
    header = Signer.from_pem(bearer_id, pem).header("GET", "/v1/account", b"", now_ms())
    assert (await sent(house, header)).refused == (401, "unauthenticated", None)
    for secret in (public, "lbk_", "lbk_" + public):
        assert (await house.call("GET", "/v1/account", secret)).refused[:2] == (401, "unauthenticated")
    alice = await enrolled(house, "alice")
    body = {"account_id": "alice", "scopes": ["read"]}
    wide = "_" * 43  # its last bits are no byte's
    for public, expected in [
        (alice.public_key, (409, "key_exists", "public_key")),
        (wide, (422, "bad_format", "public_key")),
        (alice.public_key + "=", (422, "bad_format", "public_key")),
        ("", (422, "bad_format", "public_key")),
    ]:
        answer = await house.call("POST", "/v1/operator/keys", house.operator, body | {"public_key": public})
        assert answer.refused == expected
    await house.call("DELETE", f"/v1/operator/keys/{alice.key_id}", house.operator)
    anew = await house.post("/v1/operator/keys", house.operator, body | {"public_key": alice.public_key})
    assert anew["key_id"] != alice.key_id, "a revoked one may come back under another id"


async def test_a_signed_key_ends_as_others_do(house: House) -> None:
    await house.account("alice")
    brief = await enrolled(house, "alice", "read", expires_at=at(1))
    far = await enrolled(house, "alice", "read", addresses=["10.0.0.0/8"])
    narrow = await enrolled(house, "alice", "trade")
    revoked = await enrolled(house, "alice", "read")
    await house.call("DELETE", f"/v1/operator/keys/{revoked.key_id}", house.operator)
    await house.advance("PT1H")
    for signer, status, code in [
        (brief, 401, "key_expired"),
        (far, 403, "address_not_allowed"),
        (narrow, 403, "scope_missing"),
        (revoked, 401, "key_revoked"),
    ]:
        header = signer.header("GET", "/v1/account", b"", now_ms())
        assert (await sent(house, header)).refused == (status, code, None)


async def test_a_stream_is_opened_or_logged_in_by_a_signature(house: House) -> None:
    await house.account("alice")
    alice = await enrolled(house, "alice")
    header = alice.header("GET", "/v1/stream", b"", now_ms())
    raw = await house.http.ws_connect(f"{house.url}/v1/stream", headers={"Authorization": header})
    await raw.close()
    socket = await house.connect()
    signed = alice.sign("GET", "/v1/stream", b"", now_ms())
    said: BODY = {"key_id": alice.key_id, "time": signed.time_ms, "nonce": signed.nonce}
    said["signature"] = signing.text_of_bytes(signed.signature)
    for params, code, param in [
        (said | {"key": "lbk_x"}, "ambiguous_form", "key_id"),
        ({name: said[name] for name in ("key_id", "time", "signature")}, "missing_field", "nonce"),
        ({}, "missing_field", "key"),
        (said | {"nonce": "other-" + signed.nonce}, "bad_signature", "signature"),
        (said | {"signature": "_" * 86}, "bad_format", "signature"),
    ]:
        error = (await socket.ask("login", **params))["error"]
        assert (error["code"], error["param"]) == (code, param)
    assert (await socket.do("login", **said))["account_id"] == "alice"
    assert (await socket.do("bid.list"))["items"] == []
    assert (await (await house.connect()).ask("login", **said))["error"]["code"] == "nonce_used"


async def test_a_key_that_was_revoked_while_the_body_came_does_nothing(house: House) -> None:
    alice, account = await house.account("alice"), ["alice"]
    key_id = (await house.get("/v1/account/keys", alice))["items"][0]["key_id"]
    other = await house.key(account[0])
    body = json.dumps(a_bid()).encode()
    head = f"POST /v1/bids HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice}\r\nContent-Length: {len(body)}\r\n\r\n"
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode() + body[:10])
    await writer.drain()
    await house.get("/v1/account", alice)  # whatever was sent before has been read by now, and the key was good
    await house.call("DELETE", f"/v1/operator/keys/{key_id}", house.operator)
    writer.write(body[10:])
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 10)
    writer.close()
    assert b" 401 " in answer.split(b"\r\n")[0]
    assert b'"key_revoked"' in answer
    assert (await house.get("/v1/bids", other))["items"] == []


# ------------------------------------------------------------------------------------------ by another clock


class Wrist:
    """A clock that is told."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


def used(nonces: Nonces, time_ms: int, nonce: str = "n") -> str:
    """What becomes of a request that was signed well."""
    try:
        nonces.check_time(time_ms)
        nonces.use(Signed("key-1", time_ms, nonce, bytes(64)))
    except Refusal as refusal:
        return refusal.code
    return "used"


def test_nonces_are_forgotten_when_they_cannot_come_again() -> None:
    watch = Wrist()
    nonces = Nonces(5000, 1000, watch)
    assert used(nonces, watch.ms) == "signature_expired", "the server before may have taken it"
    assert used(nonces, watch.ms + 1000) == "signature_expired"
    watch.ms += 1
    assert used(nonces, watch.ms + 1000) == "used"
    assert used(nonces, watch.ms + 1001) == "signature_expired"
    first_ms = watch.ms + 1000
    watch.ms += 6000
    assert used(nonces, first_ms) == "nonce_used", "in its last millisecond"
    watch.ms += 1
    assert used(nonces, first_ms) == "signature_expired"
    assert used(nonces, watch.ms, "m") == "used"
    assert len(nonces) == 1, "those of the past are gone"
    watch.ms -= 3000
    assert used(nonces, first_ms) == "signature_expired", "also when the machine's clock goes back"


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Wrist:
    """What the server takes for the machine's clock; name it before `house`."""
    watch = Wrist()
    monkeypatch.setattr("gateway.app.Nonces", lambda window_ms, ahead_ms: Nonces(window_ms, ahead_ms, watch))
    return watch


async def test_a_body_that_comes_late_brings_no_old_signature_in(watch: Wrist, house: House) -> None:
    await house.account("alice")
    alice = await enrolled(house, "alice")
    watch.ms += AHEAD_MS + 1
    body = json.dumps(a_bid()).encode()
    header = alice.header("POST", "/v1/quotes", body, watch.ms)
    quoted = await sent(house, header, "POST", "/v1/quotes", body)
    assert quoted.status == 200, quoted.raw
    head = f"POST /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: {header}\r\nContent-Length: {len(body)}\r\n\r\n"
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode() + body[:10])
    await writer.drain()
    await house.get("/v1/time")  # the head has been read by now, and its time was good
    watch.ms += 14_000
    writer.write(body[10:])
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b'"signature_expired"' in answer


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/account"), ("DELETE", "/v1/bids"), ("GET", "/v1/time")])
@pytest.mark.parametrize("length", ["Content-Length: 5", "Transfer-Encoding: chunked"])
async def test_a_body_that_nothing_is_said_by_is_not_waited_for(
    house: House, method: str, path: str, length: str
) -> None:
    await house.account("alice")
    alice = await enrolled(house, "alice")
    for header in (alice.header(method, path, b"", now_ms()), f"Bearer {house.operator}"):
        host, port = house.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {header}\r\n{length}\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.readuntil(b"}"), 10)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b'"bad_request"' in answer


async def test_what_has_no_body_has_no_encoding_either(house: House) -> None:
    await house.account("alice")
    alice = await enrolled(house, "alice")
    header = {"Authorization": alice.header("GET", "/v1/account", b"", now_ms()), "Content-Encoding": "gzip"}
    assert (await house.call("GET", "/v1/account", headers=header)).status == 200


async def test_a_signature_must_still_be_good_when_the_command_is_handed_over(
    market: Exchange, settings: Settings
) -> None:
    house = House("", market, cast(Any, None))  # nothing goes over the wire
    await house.appoint_operator()
    watch = Wrist()
    gate = Gate(settings, Load(market, settings), lambda: 0.0)
    desk = Desk(market=market, vault=Vault.at(settings.data_dir), gate=gate, nonces=Nonces(5000, 1000, watch))
    key_id = market.reads.keys("operator")[0].key_id
    caller = Caller(account_id="operator", key_id=key_id, scopes=("operate",), signed_ms=watch.ms)
    command = Deposit(account_id="operator", amount_micros=1)
    watch.ms += 5000
    assert (await Call(desk, caller, NoParams()).carry_out(command)).reject is None
    watch.ms += 1
    with pytest.raises(Refusal, match="signature_expired"):
        await Call(desk, caller, NoParams()).carry_out(command)
    with pytest.raises(Refusal, match="unauthenticated"):
        await Call(desk, NOBODY, NoParams()).carry_out(command)
    account = market.reads.account("operator")
    assert account is not None
    assert account.available_micros == 1
