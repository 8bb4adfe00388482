"""The operators' brakes over REST: who is hit, what waits for a second operator, what the audit log says of it."""

import sys
from typing import Any

import asyncpg

from exchange.language.commands import OpenAccount, RegisterKey
from gateway.auth import hash_secret, new_key
from tests.gateway.house import BODY, House, a_bid, an_ask, at
from tests.gateway.logged import Logs, of, written_ms

OP = "/v1/operator"
DRILLS, EFFECTIVE_MS = 3, 100


async def second_operator(house: House) -> str:
    """Another operator's key."""
    key_id, secret = new_key()
    await house.do(OpenAccount(account_id="second", roles=("operator",), owner_group="second"))
    scopes = ("read", "operate")
    await house.do(RegisterKey(key_id=key_id, secret_hash=hash_secret(secret), account_id="second", scopes=scopes))
    return secret


async def brake(house: House, path: str, key: str = "", **body: Any) -> Any:
    """What a brake answers that goes well."""
    return await house.post(f"{OP}/{path}", key or house.operator, {"reason": "a drill", **body})


async def log(house: House, query: str = "") -> list[BODY]:
    """The audit log, newest first."""
    found: list[BODY] = (await house.get(f"{OP}/audit?{query}", house.operator))["items"]
    return found


async def settled(house: House, key: str) -> list[str]:
    """The states of an account's orders, once nothing is open any more."""
    while (await house.get("/v1/bids?state=resting", key))["items"]:
        await house.get("/v1/time")
    return [f"{bid['state']} {bid['reason']}" for bid in (await house.get("/v1/bids", key))["items"]]


async def test_a_blocked_account_begins_nothing_and_its_leases_go_on(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask())
    leased = await house.post("/v1/bids", alice, a_bid("leased"))
    await house.post("/v1/bids", alice, a_bid("rests", price="13.00"))
    before = await house.everything(hz, alice)
    seq = house.market.reads.seq
    looked = await brake(house, "accounts/alice/block", preview=True)
    assert looked == {
        "seq": seq,
        "outcome": "preview",
        "proposal_id": None,
        "expires_at": None,
        "hits": {
            "markets": {"count": 1, "first": ["shanghai/h800-sxm"]},
            "accounts": {"count": 2, "first": ["alice", "hz"]},
            "orders": {"count": 1, "first": ["bid-2"], "chips": "4"},
            "leases": {"count": 1, "first": ["lease-1"], "chips": "4"},
        },
        "action": "block_account",
        "subject": "alice",
        "reason": "a drill",
    }
    assert await house.everything(hz, alice) == before
    assert house.market.reads.seq == seq, "a preview leaves no trace"

    stream = await house.connect(alice)
    await stream.do("subscribe", channels=["account"])
    blocked = await brake(house, "accounts/alice/block")
    assert (blocked["outcome"], blocked["hits"]) == ("done", None)
    assert await settled(house, alice) == ["canceled blocked", "filled fill"]
    news = [(await stream.push())["type"] for _ in range(3)]
    assert news == ["account.blocked", "transfer", "bid.canceled"]
    assert (await house.get("/v1/account", alice))["blocked"] is True
    rows = [
        ("POST", "/v1/bids", a_bid("more")),
        ("POST", "/v1/quotes", a_bid("more")),
        ("POST", "/v1/asks", an_ask("resale", lease_id="lease-1", quantity="1", start=at(2), end=at(4))),
    ]
    for method, path, body in rows:
        assert (await house.call(method, path, alice, body)).refused == (403, "account_blocked", "account_id")
    again = await house.post("/v1/bids", alice, a_bid("leased"))
    assert again["bid"] == leased["bid"], "what was answered before the block is answered so again"
    released = await house.post("/v1/leases/lease-1/release", alice, {})
    assert released["lease"]["reason"] == "by_buyer"

    held = await house.get(f"{OP}/brakes", house.operator)
    assert [account["account_id"] for account in held["accounts"]] == ["alice"]
    assert (await brake(house, "accounts/alice/unblock"))["outcome"] == "done", "there is nobody else to ask"
    await house.post("/v1/bids", alice, a_bid("after", price="13.00"))
    unblocked, first = await log(house, "account_id=alice&limit=2")
    assert (unblocked["action"], unblocked["alone"]) == ("unblock_account", True)
    assert (first["action"], first["alone"]) == ("block_account", False)
    assert first["changes"] == [{"field": "blocked", "before": "no", "after": "yes"}]


async def test_what_is_large_waits_for_a_second_operator(house: House) -> None:
    first, second = house.operator, await second_operator(house)
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid())
    halted = await brake(house, "halt")
    assert halted["outcome"] == "done", "what tightens never waits"
    proposed = await brake(house, "halt", state="post_only")
    assert (proposed["outcome"], proposed["proposal_id"], proposed["expires_at"]) == ("proposed", "proposal-1", at(1))
    assert proposed["hits"]["markets"] == {"count": 1, "first": ["shanghai/h800-sxm"]}
    assert (await house.get("/v1/status"))["state"] == "halted"
    own = await house.call("POST", f"{OP}/proposals/proposal-1/confirm", first, {})
    assert own.refused == (403, "own_proposal", "proposal_id")
    confirmed = await house.post(f"{OP}/proposals/proposal-1/confirm", second, {"reason": "agreed"})
    shown = confirmed["proposal"]
    assert (shown["state"], shown["closed_by"], shown["closing_reason"]) == ("confirmed", "second", "agreed")
    assert (await house.get("/v1/status"))["state"] == "post_only"

    headers = {"Idempotency-Key": "end-it"}
    sent = {"reason": "a drill"}
    cancel = await house.call("POST", f"{OP}/leases/lease-1/cancel", first, sent, headers=headers)
    assert (cancel.body["outcome"], cancel.body["lease"]["state"]) == ("proposed", "scheduled")
    turned = await house.post(f"{OP}/proposals/proposal-2/reject", first, {"reason": "not yet"})
    assert turned["proposal"]["state"] == "rejected", "whoever proposed may take it back"
    closed = await house.call("POST", f"{OP}/proposals/proposal-2/confirm", second, {})
    assert closed.refused == (409, "proposal_closed", "proposal_id")
    repeat = await house.call("POST", f"{OP}/leases/lease-1/cancel", first, sent, headers=headers)
    assert repeat.body == cancel.body
    unknown = await house.call("POST", f"{OP}/proposals/proposal-9/confirm", second, {})
    assert unknown.refused == (404, "unknown_proposal", "proposal_id")

    await brake(house, "leases/lease-1/cancel")
    await house.advance("PT1H")
    states = [one["state"] for one in (await house.get(f"{OP}/proposals", first))["items"]]
    assert states == ["expired", "rejected", "confirmed"]
    assert [one["proposal_id"] for one in (await house.get(f"{OP}/proposals?state=expired", first))["items"]] == [
        "proposal-3"
    ]
    told = [(entry["action"], entry["operator_id"], entry["proposed"]) for entry in await log(house, "limit=6")]
    assert told == [
        ("cancel_lease", "operator", True),
        ("reject_proposal", "operator", False),
        ("cancel_lease", "operator", True),
        ("confirm_proposal", "second", False),
        ("set_market_state", "operator", True),
        ("set_market_state", "operator", False),
    ]


async def test_one_operator_is_not_two(house: House) -> None:
    first, second = house.operator, await second_operator(house)
    await house.account("alice")
    await brake(house, "accounts/alice/block")
    await house.post(f"{OP}/accounts", first, {"account_id": "third", "roles": ["operator"]})
    headers, body = {"Idempotency-Key": "third"}, {"account_id": "third", "scopes": ["operate"]}
    made = await house.call("POST", f"{OP}/keys", first, body, headers=headers)
    assert (made.body["outcome"], made.body["proposal_id"], made.body["expires_at"]) == (
        "proposed",
        "proposal-1",
        at(1),
    )
    assert made.body["hits"]["accounts"] == {"count": 1, "first": ["third"]}
    third = made.body["key"]
    of_second = await house.post(f"{OP}/keys", first, {"account_id": "second", "scopes": ["read", "operate"]})
    assert of_second["outcome"] == "proposed"
    assert (await brake(house, "accounts/alice/unblock"))["proposal_id"] == "proposal-3"
    for secret in (third, of_second["key"]):
        early = await house.call("POST", f"{OP}/proposals/proposal-3/confirm", secret, {})
        assert early.refused == (401, "unauthenticated", None), "it is of no use yet"

    key_id = house.market.reads.keys("second")[0].key_id
    assert (await brake(house, f"keys/{key_id}/revoke"))["outcome"] == "proposed"
    gone = await house.call("DELETE", f"{OP}/keys/{key_id}", first)
    assert (gone.body["outcome"], gone.body["proposal_id"]) == ("proposed", "proposal-5")
    assert (await brake(house, "accounts/second/block"))["outcome"] == "proposed"
    again = await brake(house, "accounts/alice/unblock")
    assert again["outcome"] == "proposed", "there are two yet"

    await house.post(f"{OP}/proposals/proposal-1/confirm", second, {})
    repeat = await house.call("POST", f"{OP}/keys", first, body, headers=headers)
    assert repeat.body == made.body
    await house.post(f"{OP}/proposals/proposal-3/confirm", third, {})
    assert (await brake(house, "accounts/second/block"))["outcome"] == "done", "two are left"
    for method, path in (("POST", "proposals/proposal-2/confirm"), ("GET", "audit"), ("POST", "halt")):
        blocked = await house.call(method, f"{OP}/{path}", second, None if method == "GET" else {"reason": "a drill"})
        assert blocked.refused == (403, "account_blocked", "account_id")


async def test_with_one_operator_keys_come_and_go_at_once(house: House) -> None:
    await house.post(f"{OP}/accounts", house.operator, {"account_id": "second", "roles": ["operator"]})
    made = await house.post(f"{OP}/keys", house.operator, {"account_id": "second", "scopes": ["operate"]})
    assert (made["outcome"], made["proposal_id"], made["hits"]) == ("done", None, None)
    assert (await log(house, "action=register_key&limit=1"))[0]["alone"] is True
    own = await house.call("DELETE", f"{OP}/keys/{made['key_id']}", made["key"])
    assert (own.body["outcome"], own.body["key_id"]) == ("done", made["key_id"]), "one may always go"
    itself = await house.call("POST", f"{OP}/accounts/operator/block", house.operator, {"reason": "a drill"})
    assert itself.refused == (422, "not_supported", "account_id")


async def test_a_proposal_tells_whom_it_hits_now_and_is_closed_by_what_comes_between(house: House) -> None:
    second = await second_operator(house)
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask())
    await brake(house, "accounts/alice/block")
    await brake(house, "halt", region="shanghai")
    assert (await brake(house, "halt", region="shanghai", state="post_only"))["hits"]["orders"]["count"] == 1
    for _ in range(2):
        await brake(house, "accounts/alice/unblock")
    await house.call("DELETE", "/v1/asks/ask-1", hz)
    listed = {one["proposal_id"]: one for one in (await house.get(f"{OP}/proposals", second))["items"]}
    assert listed["proposal-1"]["hits"]["orders"]["count"] == 0, "the ask is gone"
    await house.post(f"{OP}/proposals/proposal-2/confirm", second, {})
    await brake(house, "accounts/alice/block", reason="fraud found")
    stale = await house.call("POST", f"{OP}/proposals/proposal-3/confirm", second, {})
    assert stale.refused == (409, "proposal_closed", "proposal_id")
    assert (await house.get("/v1/account", alice))["blocked"] is True
    (closed,) = (await house.get(f"{OP}/proposals?state=superseded", second))["items"]
    assert (closed["proposal_id"], closed["closed_by"]) == ("proposal-3", "second")
    entry = (await log(house, "action=confirm_proposal"))[0]
    assert entry["changes"][-1] == {"field": "proposal-3", "before": "open", "after": "superseded"}
    await brake(house, "halt", reason="smoke")
    closed = (await house.get(f"{OP}/proposals?state=superseded", second))["items"][1]
    assert (closed["proposal_id"], closed["closing_reason"]) == ("proposal-1", "smoke")
    assert closed["hits"]["orders"]["count"] == 1, "as of when it was proposed"


async def test_bands_and_programmes_are_braked(house: House) -> None:
    second = await second_operator(house)
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice", tags=["startup"])
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(quantity="1"))  # the reference price is 14.00
    here = "markets/shanghai/h800-sxm/band"
    looked = (await brake(house, here, band="0.01", preview=True))["hits"]
    assert looked["markets"]["count"] == 1
    assert looked["orders"]["count"] == looked["accounts"]["count"] == 0, "what rests goes on resting"
    assert (await brake(house, here, band="0.1"))["outcome"] == "done", "it is narrower than none"
    far = await house.call("POST", "/v1/bids", alice, a_bid("far", price="16.00"))
    assert far.refused == (422, "price_outside_band", "price")
    assert "from 12.60 to 15.40 CNY" in far.body["detail"], "what would be taken, not a share to work it out from"
    assert (await brake(house, here, band="0.2"))["outcome"] == "proposed"
    await house.post(f"{OP}/proposals/proposal-1/confirm", second, {})
    await house.post("/v1/bids", alice, a_bid("far", price="16.00"))
    held = (await house.get(f"{OP}/brakes", second))["bands"]
    assert [(band["chip"], band["band"]) for band in held] == [("h800-sxm", "0.2")]

    programme = (await house.get("/v1/programmes"))["items"][0]["programme"]
    await brake(house, f"programmes/{programme}/pause")
    assert (await house.get("/v1/programmes"))["items"][0]["paused"] is True
    assert (await house.get("/v1/account/vouchers", alice))["items"][0]["why_not"] == "paused"
    await brake(house, f"programmes/{programme}/resume")
    assert (await house.get(f"{OP}/brakes", second))["programmes"] == []


async def test_every_entry_names_the_row_of_the_journal_that_proves_it(house: House, database_url: str) -> None:
    await house.account("alice")
    await brake(house, "accounts/alice/cancel-orders")
    entries = await log(house, "limit=500")
    assert [entry["seq"] for entry in entries] == sorted((entry["seq"] for entry in entries), reverse=True)
    raw = await asyncpg.connect(database_url)
    try:
        links = {row["first_seq"]: row["link"].hex() for row in await raw.fetch("SELECT first_seq, link FROM journal")}
    finally:
        await raw.close()
    for entry in entries:
        row = entry["row"]
        assert row["first_seq"] <= entry["seq"] <= row["last_seq"]
        assert links[row["first_seq"]] == row["link"]
    made = [entry["action"] for entry in entries[:4]]
    assert made == ["cancel_orders", "register_key", "deposit", "open_account"]
    deposit = entries[2]
    assert deposit["changes"] == [{"field": "available", "before": "0.00", "after": "100000.00"}]
    assert deposit["effects"] == {"orders": 0, "leases": 0, "trades": 0, "transfers": 1}


async def drilled(house: House, logs: Logs, name: str, hz: str) -> dict[str, float]:
    """Halt, block, cancel, reopen, as one would in earnest; how many ms each took, by what the server logged."""
    blocked = await house.account(name)
    await house.post("/v1/asks", hz, an_ask(f"ask-{name}"))
    for number in range(20):
        await house.post("/v1/bids", blocked, a_bid(f"bid-{number}", price="13.00"))
    logged = logs(every=True)
    await brake(house, "halt")
    await brake(house, f"accounts/{name}/block")
    refused = await house.call("POST", "/v1/bids", blocked, a_bid("new"))
    assert refused.refused == (403, "account_blocked", "account_id")
    assert set(await settled(house, blocked)) == {"canceled blocked"}
    await brake(house, "accounts/hz/cancel-orders")
    while (await house.get("/v1/asks?state=resting", hz))["items"]:
        await house.get("/v1/time")
    await brake(house, "halt", state="post_only")
    await brake(house, "halt", state="open")

    halted, reopened, opened = (line["ms"] for line in of(logged, "request", call=f"POST {OP}/halt"))
    (block,) = of(logged, "command", command="BlockAccount", by="operator")
    (block_asked,) = of(logged, "request", request_id=block["request_id"])
    (cancel,) = of(logged, "command", command="CancelOrders", by="operator")
    (cancel_asked,) = of(logged, "request", request_id=cancel["request_id"])
    (turned_away,) = of(logged, "command", command="PlaceBid", by=name, code="account_blocked")
    assert block["seq"] < turned_away["seq"]
    asked_ms = written_ms(block_asked) - block_asked["ms"]
    return {
        "halt": halted,
        "block": block_asked["ms"],
        "block effective": written_ms(turned_away) - asked_ms,  # an order is refused for it, its way here included
        "cancel": cancel_asked["ms"],
        "reopen": reopened,
        "open": opened,
    }


async def test_the_drill(house: House, logs: Logs) -> None:
    """Three times, so that a busy machine is not taken for a slow block; `pytest -rP` shows what each took."""
    hz = await house.account("hz", ["provider"])
    took: list[dict[str, float]] = []
    for number in range(DRILLS):
        took.append(await drilled(house, logs, f"alice-{number}", hz))
        for step, took_ms in took[-1].items():
            sys.stdout.write(f"{step}: {took_ms:.1f} ms\n")
        entries = {entry["action"]: entry for entry in await log(house, "limit=4")}
        assert list(entries) == ["set_market_state", "cancel_orders", "block_account"]
        blocked = entries["block_account"]
        assert blocked["effects"]["orders"] == 0, "the block answers before the cancels"
        news = house.market.subscribe(f"alice-{number}", blocked["seq"] - 1)
        told = await anext(aiter(news))
        assert (told.seq, told.notices[0].type) == (blocked["seq"], "account.blocked")
        first = await anext(aiter(news))
        news.close()
        assert first.seq > blocked["seq"]
        assert sum(notice.type == "bid.canceled" for notice in first.notices) == 20, "one command took them all"
        assert (await house.get("/v1/status"))["state"] == "open"
    assert all(min(drill.values()) > 0 for drill in took)
    assert min(drill["block effective"] for drill in took) < EFFECTIVE_MS


WRONG: tuple[tuple[str, BODY, tuple[int, str, str]], ...] = (
    ("accounts/nobody/block", {}, (404, "unknown_account", "account_id")),
    ("accounts/nobody/unblock", {"preview": True}, (404, "unknown_account", "account_id")),
    ("accounts/operator/cancel-orders", {"region": "atlantis"}, (422, "unknown_region", "region")),
    ("keys/key-0/revoke", {}, (404, "unknown_key", "key_id")),
    ("programmes/none/pause", {}, (422, "unknown_programme", "programme")),
    ("markets/shanghai/h800-sxm/band", {"band": "1.5"}, (422, "share_out_of_range", "band")),
    ("markets/shanghai/h800-sxm/band", {}, (422, "missing_field", "band")),
    ("leases/lease-9/cancel", {"preview": True}, (404, "unknown_lease", "lease_id")),
    ("contests/contest-1-0/ruling", {"delivered": "1", "used": "1"}, (404, "unknown_contest", "contest_id")),
    ("halt", {"state": "open", "region": "atlantis", "preview": True}, (422, "unknown_region", "region")),
    ("proposals/proposal-1/confirm", {}, (404, "unknown_proposal", "proposal_id")),
)


async def test_what_is_wrong_with_a_brake_is_named(house: House) -> None:
    for path, body, refused in WRONG:
        answer = await house.call("POST", f"{OP}/{path}", house.operator, {"reason": "a drill", **body})
        assert answer.refused == refused
