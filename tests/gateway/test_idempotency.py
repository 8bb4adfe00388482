"""The same request for money twice is one request: Idempotency-Key, with the rules of client_order_id."""

import asyncio

import pytest

from tests.gateway.house import BODY, Answer, House, a_bid, an_ask, at

MONEY = {"account_id": "alice", "amount": "12.50", "reference": "bank-7"}


async def sent(house: House, path: str, key: str, body: BODY, idempotency_key: str = "k-1") -> Answer:
    return await house.call("POST", path, key, body, headers={"Idempotency-Key": idempotency_key})


@pytest.mark.parametrize(("noun", "available"), [("deposits", "112.50"), ("withdrawals", "87.50")])
async def test_money_moves_once(house: House, noun: str, available: str) -> None:
    """Many at once, and again after other money has moved: the first answer, to the byte."""
    alice, path = await house.account("alice", deposit="100"), f"/v1/operator/{noun}"
    answers = await asyncio.gather(*(sent(house, path, house.operator, MONEY) for _ in range(10)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.raw for answer in answers}) == 1
    assert answers[0].body["account"]["available"] == available
    await house.post("/v1/operator/deposits", house.operator, {"account_id": "alice", "amount": "1"})
    again = await sent(house, path, house.operator, MONEY | {"amount": "12.500000"})
    assert again.raw == answers[0].raw, "in other words, too"
    assert len((await house.get("/v1/account/transfers", alice))["items"]) == 3


async def test_two_without_a_key_are_two(house: House) -> None:
    alice = await house.account("alice", deposit=None)
    for _ in range(2):
        await house.post("/v1/operator/deposits", house.operator, MONEY)
    assert (await house.get("/v1/account", alice))["available"] == "25.00"


async def test_a_key_is_for_one_content_for_ever(house: House) -> None:
    alice = await house.account("alice", deposit="100")
    await house.account("bob", deposit=None)
    await sent(house, "/v1/operator/deposits", house.operator, MONEY)
    before = await house.everything(alice)
    for path, body in [
        ("/v1/operator/deposits", MONEY | {"amount": "12.51"}),
        ("/v1/operator/deposits", MONEY | {"reference": "bank-8"}),
        ("/v1/operator/deposits", MONEY | {"account_id": "bob"}),
        ("/v1/operator/withdrawals", MONEY),
    ]:
        reused = await sent(house, path, house.operator, body)
        assert reused.refused == (422, "idempotency_key_reused", "Idempotency-Key"), body
    assert await house.everything(alice) == before


async def test_a_refused_request_leaves_its_key_free(house: House) -> None:
    await house.account("alice", deposit="10")
    poor = await sent(house, "/v1/operator/withdrawals", house.operator, MONEY)
    assert poor.refused == (422, "insufficient_funds", "amount")
    paid = await sent(house, "/v1/operator/deposits", house.operator, MONEY)
    assert (paid.status, paid.body["account"]["available"]) == (201, "22.50")


async def test_keys_are_their_callers_own(house: House) -> None:
    alice, bob = await house.account("alice", deposit=None), await house.account("bob", deposit=None)
    for key in (alice, bob, alice, bob):
        own = await sent(house, "/v1/sandbox/deposits", key, {"amount": "5"})
        assert (own.status, own.body["account"]["available"]) == (201, "5.00")
    operators = await sent(house, "/v1/operator/deposits", house.operator, MONEY)
    assert operators.body["account"]["available"] == "17.50"


@pytest.mark.parametrize("key", ["", "a b", "k" * 37, "k;1", "é", "{}"])
async def test_a_key_has_a_form(house: House, key: str) -> None:
    alice = await house.account("alice")
    refused = await sent(house, "/v1/operator/deposits", house.operator, MONEY, key)
    assert refused.refused == (422, "bad_format", "Idempotency-Key")
    assert (await house.get("/v1/account", alice))["available"] == "100000.00"


async def test_a_release_sent_again_is_answered_as_it_was(house: House) -> None:
    """Also when the lease has gone on since."""
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT6H"))
    await house.post("/v1/leases/lease-1/start", hz, {"access": {}})
    await house.advance("PT2H")
    await house.post("/v1/leases/lease-1/meter", hz, {"through": at(2), "delivered": "4", "used": "4"})
    first = await sent(house, "/v1/leases/lease-1/release", alice, {})
    assert (first.status, first.body["lease"]["state"], first.body["lease"]["until"]) == (200, "running", at(2))
    await house.advance("PT1H")
    assert (await house.get("/v1/leases/lease-1", alice))["state"] == "released"
    again = await sent(house, "/v1/leases/lease-1/release", alice, {})
    assert (again.status, again.raw) == (200, first.raw)
    assert (await house.call("POST", "/v1/leases/lease-1/release", alice, {})).refused == (
        409,
        "lease_over",
        "lease_id",
    )


async def test_whatever_else_is_posted_is_answered_once(house: House) -> None:
    """To the byte, whatever has come since; and with another body the key is refused."""
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT6H"))
    await house.advance("PT1H")
    by, word = house.operator, {"programme": "sd", "name_en": "Shandong", "name_zh": "山东"}
    requests: list[tuple[str, str, BODY, BODY]] = [
        ("/v1/operator/accounts", by, {"account_id": "zoe", "roles": ["buyer"]}, {"place": "beijing"}),
        ("/v1/operator/keys", by, {"account_id": "zoe", "scopes": ["read"]}, {"scopes": ["trade"]}),
        ("/v1/operator/programmes", by, word, {"place": "shandong"}),
        ("/v1/operator/relations", by, {"group": "hz", "other_group": "alice", "reason": "r"}, {"related": False}),
        ("/v1/operator/markets/shanghai/h800-sxm/state", by, {"state": "post_only", "reason": "r"}, {"reason": "s"}),
        ("/v1/operator/halt", by, {"state": "post_only", "reason": "r"}, {"state": "halted"}),
        ("/v1/leases/lease-1/start", hz, {"access": {"user": "甲", "port": 22}}, {"access": {"user": "乙"}}),
        ("/v1/leases/lease-1/meter", hz, {"through": at(1.5), "delivered": "2", "used": "1"}, {"used": "0"}),
    ]
    first: list[Answer] = []
    for place, (path, key, body, _) in enumerate(requests):
        if path.endswith("/meter"):
            await house.advance("PT30M")
        first.append(await sent(house, path, key, body, f"k-{place}"))
    assert [answer.status for answer in first] == [201, 201, 200, 200, 200, 200, 200, 200]
    await house.post("/v1/operator/deposits", by, {"account_id": "zoe", "amount": "5"})
    await house.post("/v1/operator/programmes", by, word | {"name_en": "Other"})
    for path in ("/v1/operator/markets/shanghai/h800-sxm/state", "/v1/operator/halt"):
        await house.post(path, by, {"state": "open", "reason": "again"})
    await house.advance("PT1H")
    before = await house.everything(hz, alice)
    for place, (path, key, body, other) in enumerate(requests):
        again = await sent(house, path, key, body, f"k-{place}")
        assert (again.status, again.raw) == (first[place].status, first[place].raw)
        reused = await sent(house, path, key, body | other, f"k-{place}")
        assert reused.refused == (422, "idempotency_key_reused", "Idempotency-Key"), path
    after = await house.everything(hz, alice)
    assert after == before
    secret = first[1].body["key"]
    assert (await house.get("/v1/account", secret))["account_id"] == "zoe"
    assert len((await house.get("/v1/account/keys", secret))["items"]) == 1, "one key, however often it was asked for"
    assert (await house.get("/v1/leases/lease-1/access", alice))["access"] == {"user": "甲", "port": 22}


async def test_a_key_that_is_asked_for_again_is_nobody_else_s(house: House) -> None:
    """Its secret comes of who asks and of the idempotency key, under the installation's own."""
    await house.account("alice")
    other = await house.account("venue", ["operator"], deposit=None)
    other = await house.key("venue", ["operate"])
    body = {"account_id": "alice", "scopes": ["read"]}
    answers = [
        await sent(house, "/v1/operator/keys", key, body, name) for key in (house.operator, other) for name in "kl"
    ]
    assert len({answer.body["key"] for answer in answers}) == len({answer.body["key_id"] for answer in answers}) == 4
    signed = body | {"public_key": "A" * 43}
    first = await sent(house, "/v1/operator/keys", other, signed, "m")
    assert (first.status, first.body["key"]) == (201, None)
    assert (await sent(house, "/v1/operator/keys", other, signed, "m")).raw == first.raw
