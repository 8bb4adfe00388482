"""A sandbox to be fuzzed, in a process of its own: one account that may do everything, with a bit of all there is."""

import json
import urllib.request
from typing import Any

from msgspec import Struct

from exchange.language.instants import parse_instant
from gateway.documents import examples
from tests.cli.server import Server

ACCOUNT = "fuzz"
LIMITS = ("read_per_s", "trade_per_s", "cancel_per_s", "anonymous_per_s", "bad_frames_max")
SERVE = ("serve", "--sandbox", "--speed", "0", *(word for name in LIMITS for word in ("--limit", f"{name}=1000000")))


class Target(Struct, frozen=True):
    """Where the server is, and keys of its account: for all, for all but the operators' calls."""

    url: str
    operator: str
    key: str
    lesser_key: str
    now_s: int

    def call(self, method: str, path: str, key: str = "", body: Any = None) -> Any:
        """One call that must go well: what it answers."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Authorization": f"Bearer {key}"}, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def check(self) -> None:
        """Whatever was sent, all books are in order."""
        assert self.call("GET", "/v1/operator/invariants", self.operator)["violations"] == []


def furnished(server: Server) -> Target:
    """A target with asks and bids that rest, a lease that runs, a programme."""
    bare = Target(server.url, server.key(), "", "", 0)
    operator, now_s = bare.operator, parse_instant(bare.call("GET", "/v1/time")["now"])
    roles = ["buyer", "provider", "operator"]
    for name in (ACCOUNT, "someone"):
        bare.call("POST", "/v1/operator/accounts", operator, {"account_id": name, "roles": roles})
        bare.call("POST", "/v1/operator/deposits", operator, {"account_id": name, "amount": "1000000"})
    scopes = ["read", "trade", "provide", "operate"]
    keys = [new_key(bare, ACCOUNT, scopes), new_key(bare, ACCOUNT, scopes[:3]), new_key(bare, "someone", scopes)]
    # There are two operators by then, so that the third one's key waits for the second one's word.
    word = {"reason": "it may operate, too"}
    bare.call("POST", "/v1/operator/proposals/proposal-1/confirm", keys[0], word)
    target = Target(server.url, operator, keys[0], keys[1], now_s)
    ask, bid = examples.as_sent(examples.an_ask(now_s)), examples.as_sent(examples.a_bid(now_s))
    for seller, buyer, price in ((keys[0], keys[2], "14.00"), (keys[2], keys[0], "13.00")):
        target.call("POST", "/v1/asks", seller, ask | {"client_order_id": "sold", "price": price})
        target.call("POST", "/v1/bids", buyer, bid | {"client_order_id": "bought"})
    target.call("POST", "/v1/asks", keys[0], ask | {"client_order_id": "rests", "price": "20.00"})
    for wait in range(4):
        target.call("POST", "/v1/bids", keys[0], bid | {"client_order_id": f"waits-{wait}", "price": "10.00"})
    for lease_id, key in (("lease-1", keys[0]), ("lease-2", keys[2])):
        target.call("POST", f"/v1/leases/{lease_id}/start", key, {"access": {"ssh": "ssh fuzz@10.0.0.8"}})
    programme = examples.requests_at(now_s)["POST /v1/operator/programmes"]
    target.call("POST", "/v1/operator/programmes", keys[0], examples.as_sent(programme))
    return target


def new_key(target: Target, account_id: str, scopes: list[str]) -> str:
    """Another key of an account."""
    body = {"account_id": account_id, "scopes": scopes}
    made: str = target.call("POST", "/v1/operator/keys", target.operator, body)["key"]
    return made
