"""Who asks, and whether they may: bearer keys, known by a hash alone, and one table of rights that denies by default.

The account always comes from the key. A key is looked up anew for every request, so that one which was revoked or has
expired is refused from then on, on open sockets, too.
"""

import secrets
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Final

from msgspec import Struct

from exchange.language.commands import OPERATOR
from exchange.language.port import Market
from gateway.errors import Refusal

PREFIX: Final = "lbk_"

PUBLIC: Final = "public"  # no key
ANY: Final = "any"  # a key, whatever its scopes
READ: Final = "read"
TRADE: Final = "trade"
PROVIDE: Final = "provide"
OPERATE: Final = "operate"
OFFER: Final = "trade or provide"  # the call asks for the one that the ask needs: see "ask of a lease"

# What each call needs: routes of REST and ops of the stream. What is not listed here cannot be served.
RIGHTS: Final[dict[str, str]] = {
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
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
    "POST /v1/operator/markets/{region}/{chip}/state": OPERATE,
    "POST /v1/operator/halt": OPERATE,
    "GET /v1/operator/invariants": OPERATE,
    "POST /v1/sandbox/clock": ANY,
    "POST /v1/sandbox/deposits": ANY,
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
}


class Caller(Struct, frozen=True, kw_only=True):
    """Whoever holds a key, for the length of one request."""

    account_id: str
    key_id: str
    scopes: tuple[str, ...]
    secret_hash: str


NOBODY: Final = Caller(account_id="", key_id="", scopes=(), secret_hash="")


def scopes_of(right: str) -> tuple[str, ...]:
    """The scopes of which a key needs one for a right that is neither public nor any key's."""
    return (TRADE, PROVIDE) if right == OFFER else (right,)


def new_key() -> tuple[str, str]:
    """A new key's id and its secret. The secret is shown once; only its hash is kept."""
    return f"key-{secrets.token_hex(8)}", PREFIX + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What the market knows a key by. The secret is 256 random bits, so a fast hash without salt hides it."""
    return sha256(secret.encode()).hexdigest()


def caller_of(market: Market, header: str | None, address: str | None) -> Caller:
    """The holder of the key in an Authorization header."""
    scheme, _, secret = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not secret.startswith(PREFIX):
        raise Refusal("unauthenticated", "Authorization", f'Send the header "Authorization: Bearer {PREFIX}...".')
    return identify(market, hash_secret(secret), address)


def identify(market: Market, secret_hash: str, address: str | None) -> Caller:
    """The holder of a key that is good now and from this address, or a Refusal."""
    key = market.reads.key(secret_hash)
    if key is None:
        raise Refusal("unauthenticated", detail="The key is not known here.")
    if key.revoked:
        raise Refusal("key_revoked")
    if key.expires_s is not None and key.expires_s <= market.clock_s:
        raise Refusal("key_expired")
    if key.addresses and not _within(address, key.addresses):
        raise Refusal("address_not_allowed")
    return Caller(account_id=key.account_id, key_id=key.key_id, scopes=key.scopes, secret_hash=secret_hash)


def authorise(market: Market, caller: Caller, call: str) -> None:
    """Refuse unless the table gives the caller a right to `call`, a route or an op."""
    right = RIGHTS[call]
    if right == PUBLIC:
        return
    if caller is NOBODY:
        raise Refusal("unauthenticated", detail=f"{call} needs a key.")
    if right != ANY and not any(scope in caller.scopes for scope in scopes_of(right)):
        raise Refusal("scope_missing", detail=f"{call} needs the scope {right}.")
    if right == OPERATE:
        account = market.reads.account(caller.account_id)
        if account is None or OPERATOR not in account.roles:
            raise Refusal("forbidden", detail=f"{call} is for operators.")


def _within(address: str | None, allowed: tuple[str, ...]) -> bool:
    if address is None:
        return False
    peer = ip_address(address)
    return any(peer in ip_network(network, strict=False) for network in allowed)
