"""Who asks, and whether they may: bearer keys, signed requests, and one table of rights that denies by default.

The account always comes from the key: a bearer's is known by the hash of its secret, a signer's by its public half. A
key is looked up anew for every request, and again when its command is handed over, so that one which was revoked or has
expired is refused from then on, on open sockets, too.
"""

import secrets
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from exchange.language.commands import OPERATOR
from exchange.language.port import Market
from exchange.language.views import KeyView
from gateway import signing
from gateway.errors import Refusal
from gateway.nonces import Nonces
from gateway.schema import LoginParams

PREFIX: Final = "lbk_"
STREAM: Final = "/v1/stream"

PUBLIC: Final = "public"  # no key
ANY: Final = "any"  # a key, whatever its scopes
READ: Final = "read"
TRADE: Final = "trade"
PROVIDE: Final = "provide"
OPERATE: Final = "operate"
OFFER: Final = "trade or provide"  # the call asks for the one that the ask needs: see "ask of a lease"
CHANGE: Final = "trade, provide or operate"  # whatever the key may change

# What each call needs: routes of REST and ops of the stream. What is not listed here cannot be served.
RIGHTS: Final[dict[str, str]] = {
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /openapi.json": PUBLIC,
    "GET /asyncapi.json": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /docs/{page}": PUBLIC,
    "GET /llms.txt": PUBLIC,
    "GET /metrics": PUBLIC,  # it tells of nobody
    "GET /": PUBLIC,
    "GET /console": PUBLIC,
    "GET /console/{file}": PUBLIC,
    "GET /v1/time": PUBLIC,
    "GET /v1/status": PUBLIC,
    "GET /v1/catalog": PUBLIC,
    "GET /v1/markets": PUBLIC,
    "GET /v1/markets/{region}/{chip}": PUBLIC,
    "GET /v1/markets/{region}/{chip}/book": PUBLIC,
    "GET /v1/markets/{region}/{chip}/trades": PUBLIC,
    "GET /v1/markets/{region}/{chip}/candles": PUBLIC,
    "GET /v1/index": PUBLIC,
    "GET /v1/programmes": PUBLIC,
    "GET /v1/kpis": PUBLIC,
    "GET /v1/stream": PUBLIC,
    "POST /v1/quotes": READ,  # it changes nothing
    "POST /v1/bids": TRADE,
    "GET /v1/bids": READ,
    "GET /v1/bids/{bid_id}": READ,
    "GET /v1/bids/{bid_id}/explain": READ,
    "PATCH /v1/bids/{bid_id}": TRADE,
    "DELETE /v1/bids/{bid_id}": TRADE,
    "DELETE /v1/bids": TRADE,
    "POST /v1/asks": OFFER,
    "GET /v1/asks": READ,
    "GET /v1/asks/{ask_id}": READ,
    "PATCH /v1/asks/{ask_id}": OFFER,
    "DELETE /v1/asks/{ask_id}": OFFER,
    "DELETE /v1/asks": PROVIDE,  # resales, too
    "GET /v1/orders/by-client-id/{client_order_id}": READ,
    "GET /v1/leases": READ,
    "GET /v1/leases/{lease_id}": READ,
    "GET /v1/leases/{lease_id}/statement": READ,
    "GET /v1/leases/{lease_id}/access": TRADE,  # who may spend may use what was bought; who only watches may not
    "POST /v1/leases/{lease_id}/start": PROVIDE,
    "POST /v1/leases/{lease_id}/meter": PROVIDE,
    "POST /v1/leases/{lease_id}/release": TRADE,
    "POST /v1/leases/{lease_id}/contest": TRADE,
    "GET /v1/account": READ,
    "GET /v1/account/transfers": READ,
    "GET /v1/account/vouchers": READ,
    "GET /v1/account/keys": READ,
    "GET /v1/account/limits": ANY,
    "POST /v1/operator/accounts": OPERATE,
    "POST /v1/operator/keys": OPERATE,
    "DELETE /v1/operator/keys/{key_id}": OPERATE,
    "POST /v1/operator/deposits": OPERATE,
    "POST /v1/operator/withdrawals": OPERATE,
    "POST /v1/operator/programmes": OPERATE,
    "POST /v1/operator/relations": OPERATE,
    "POST /v1/operator/leases/{lease_id}/cancel": OPERATE,
    "GET /v1/operator/contests": OPERATE,
    "POST /v1/operator/contests/{contest_id}/ruling": OPERATE,
    "GET /v1/operator/alerts": OPERATE,
    "GET /v1/operator/sessions": OPERATE,
    "POST /v1/operator/markets/{region}/{chip}/state": OPERATE,
    "POST /v1/operator/halt": OPERATE,
    "POST /v1/operator/markets/{region}/{chip}/band": OPERATE,
    "POST /v1/operator/accounts/{account_id}/block": OPERATE,
    "POST /v1/operator/accounts/{account_id}/unblock": OPERATE,
    "POST /v1/operator/accounts/{account_id}/cancel-orders": OPERATE,
    "POST /v1/operator/keys/{key_id}/revoke": OPERATE,
    "POST /v1/operator/programmes/{programme}/pause": OPERATE,
    "POST /v1/operator/programmes/{programme}/resume": OPERATE,
    "GET /v1/operator/brakes": OPERATE,
    "GET /v1/operator/proposals": OPERATE,
    "POST /v1/operator/proposals/{proposal_id}/confirm": OPERATE,
    "POST /v1/operator/proposals/{proposal_id}/reject": OPERATE,
    "GET /v1/operator/audit": OPERATE,
    "GET /v1/operator/invariants": OPERATE,
    "GET /v1/operator/accounts": OPERATE,
    "GET /v1/operator/accounts/{account_id}": OPERATE,
    "GET /v1/operator/accounts/{account_id}/transfers": OPERATE,
    "GET /v1/operator/leases": OPERATE,
    "GET /v1/operator/leases/{lease_id}": OPERATE,
    "GET /v1/operator/leases/{lease_id}/statement": OPERATE,
    "GET /v1/operator/capacity": OPERATE,
    "GET /v1/operator/capacity/{region}/{chip}": OPERATE,
    "GET /v1/operator/programmes": OPERATE,
    "GET /v1/operator/past/book": OPERATE,
    "POST /v1/sandbox/clock": CHANGE,
    "POST /v1/sandbox/deposits": CHANGE,
    "login": PUBLIC,
    "logout": PUBLIC,
    "ping": PUBLIC,
    "subscribe": PUBLIC,
    "unsubscribe": PUBLIC,
    "channel account": READ,
    "channel book": PUBLIC,
    "channel trades": PUBLIC,
    "channel status": PUBLIC,
    "ask of own chips": PROVIDE,
    "ask of a lease": TRADE,
    "ask.place": OFFER,
    "ask.amend": OFFER,
    "ask.cancel": OFFER,
    "ask.cancel_all": PROVIDE,
    "ask.list": READ,
    "bid.place": TRADE,
    "bid.amend": TRADE,
    "bid.cancel": TRADE,
    "bid.cancel_all": TRADE,
    "bid.quote": READ,
    "bid.explain": READ,
    "bid.list": READ,
    "lease.start": PROVIDE,
    "lease.meter": PROVIDE,
    "lease.list": READ,
    "session.cancel_on_disconnect": OFFER,
    "session.dead_man": OFFER,
}


class Caller(Struct, frozen=True, kw_only=True):
    """Whoever holds a key, for the length of one request."""

    account_id: str
    key_id: str
    scopes: tuple[str, ...]
    address: str | None = None
    signed_ms: int = 0  # when the request was signed; 0 for one that was not


NOBODY: Final = Caller(account_id="", key_id="", scopes=())


class Claim(Struct, frozen=True):
    """Who says to have signed a request; whether it is so, its body will tell."""

    signed: signing.Signed
    public_key: bytes


_SEVERAL: Final = {OFFER: (TRADE, PROVIDE), CHANGE: (TRADE, PROVIDE, OPERATE)}


def scopes_of(right: str) -> tuple[str, ...]:
    """The scopes of which a key needs one for a right that is neither public nor any key's."""
    return _SEVERAL.get(right, (right,))


_ONE_OF: Final = {right: frozenset(scopes_of(right)) for right in RIGHTS.values()}  # asked at every request


def new_key() -> tuple[str, str]:
    """A new key's id and its secret. The secret is shown once; only its hash is kept."""
    return key_of(secrets.token_bytes(8), secrets.token_bytes(32))


def key_of(name: bytes, secret: bytes) -> tuple[str, str]:
    """The id and the secret of the key that is made of these, 8 and 32 random bytes."""
    return f"key-{name.hex()}", PREFIX + signing.text_of_bytes(secret)


def hash_secret(secret: str) -> str:
    """What the market knows a key by. The secret is 256 random bits, so a fast hash without salt hides it.

    Any text has one: a header's bytes that are no UTF-8 come as halves of surrogate pairs.
    """
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def claim_of(market: Market, nonces: Nonces, header: str | None, address: str | None) -> Caller | Claim:
    """Whoever an Authorization header names: the holder of a good bearer key, or who says to have signed the request.

    Refuses what is of no form, a key that is not known or of the other kind, and what was signed too long ago.
    """
    scheme, _, rest = (header or "").partition(" ")
    if scheme.lower() == signing.SCHEME.lower():
        signed = signing.parse(rest)
        if signed is None:
            form = f"{signing.SCHEME} key=...,time=...,nonce=...,signature=..."
            raise Refusal("unauthenticated", "Authorization", f'Send the header "Authorization: {form}".')
        return _claim(market, nonces, signed)
    if scheme.lower() != "bearer" or not rest.startswith(PREFIX):
        raise Refusal("unauthenticated", "Authorization", f'Send the header "Authorization: Bearer {PREFIX}...".')
    return identify(market, market.reads.key(hash_secret(rest)), address)


def prove(
    market: Market, nonces: Nonces, claim: Claim, method: str, target: str, body: bytes, address: str | None
) -> Caller:
    """The holder of the key by which just this request was signed, or a Refusal. Its nonce is used up."""
    signed = claim.signed
    if not signing.verify(claim.public_key, signed, method, target, body):
        detail = "The signature is not of this request by this key; see docs/signing-vectors.json for what is signed."
        raise Refusal("bad_signature", "signature", detail)
    nonces.check_time(signed.time_ms)  # again: the body may have been waited for, and nonces are soon forgotten
    nonces.use(signed)
    caller = identify(market, market.reads.key_by_id(signed.key_id), address)
    return replace(caller, signed_ms=signed.time_ms)


def caller_of(market: Market, nonces: Nonces, header: str | None, address: str | None, target: str) -> Caller:
    """The holder of the key in the Authorization header of a GET without a body, or a Refusal."""
    claim = claim_of(market, nonces, header, address)
    return claim if isinstance(claim, Caller) else prove(market, nonces, claim, "GET", target, b"", address)


def caller_by_login(market: Market, nonces: Nonces, params: LoginParams, address: str | None) -> Caller:
    """The holder of the key that a stream's login names or is signed by, or a Refusal."""
    parts = {name: getattr(params, name) for name in ("key_id", "time", "nonce", "signature")}
    if params.key is not None:
        for name, given in parts.items():
            if given is not None:
                raise Refusal("ambiguous_form", name, f"{name} is for a signed login; a bearer sends key alone.")
        return identify(market, market.reads.key(hash_secret(params.key)), address)
    if not any(given is not None for given in parts.values()):
        raise Refusal("missing_field", "key", "key is required, unless the login is signed.")
    for name, given in parts.items():
        if given is None:
            raise Refusal("missing_field", name, f"{name} is required, unless key is given.")
    signature = signing.bytes_of_text(parts["signature"], 64)
    if signature is None:
        raise Refusal("bad_format", "signature", "signature must be 64 bytes in URL-safe base64 without padding.")
    signed = signing.Signed(parts["key_id"], parts["time"], parts["nonce"], signature)
    return prove(market, nonces, _claim(market, nonces, signed), "GET", STREAM, b"", address)


def identify(market: Market, key: KeyView | None, address: str | None) -> Caller:
    """The holder of a key that is good now and from this address, or a Refusal."""
    if key is None:
        raise Refusal("unauthenticated", detail="The key is not known here.")
    if key.revoked:
        raise Refusal("key_revoked")
    if key.expires_s is not None and key.expires_s <= market.clock_s:
        raise Refusal("key_expired")
    if key.addresses and not _within(address, key.addresses):
        raise Refusal("address_not_allowed")
    return Caller(account_id=key.account_id, key_id=key.key_id, scopes=key.scopes, address=address)


def check_still_good(market: Market, nonces: Nonces, caller: Caller) -> None:
    """Refuse a caller whose key or signature has come to its end since it was looked at."""
    identify(market, market.reads.key_by_id(caller.key_id), caller.address)
    if caller.signed_ms:
        nonces.check_age(caller.signed_ms)


def authorise(market: Market, caller: Caller, call: str) -> None:
    """Refuse unless the table gives the caller a right to `call`, a route or an op."""
    right = RIGHTS[call]
    if right == PUBLIC:
        return
    if caller is NOBODY:
        raise Refusal("unauthenticated", detail=f"{call} needs a key.")
    if right != ANY and _ONE_OF[right].isdisjoint(caller.scopes):
        raise Refusal("scope_missing", detail=f"{call} needs the scope {right}.")
    if right == OPERATE:
        account = market.reads.account(caller.account_id)
        if account is None or OPERATOR not in account.roles:
            raise Refusal("forbidden", detail=f"{call} is for operators.")
        if market.reads.blocked(caller.account_id):
            raise Refusal("account_blocked", "account_id", f"{caller.account_id} is blocked; it operates no more.")


def _claim(market: Market, nonces: Nonces, signed: signing.Signed) -> Claim:
    key = market.reads.key_by_id(signed.key_id)
    if key is None or not key.public_key:
        raise Refusal("unauthenticated", detail="The key is not known here, or requests are not signed by it.")
    nonces.check_time(signed.time_ms)
    return Claim(signed, key.public_key)


def _within(address: str | None, allowed: tuple[str, ...]) -> bool:
    if address is None:
        return False
    peer = ip_address(address)
    return any(peer in ip_network(network, strict=False) for network in allowed)
