"""Requests that are wrong before they mean anything: bytes, addresses, methods, headers, queries, and other bodies."""

import msgspec

from gateway.rest.routes import ROUTES
from tests.gateway.house import House, a_bid, an_ask, at

BYTES: list[tuple[bytes, int, str, str | None]] = [
    (b"", 400, "malformed_json", None),
    (b"{", 400, "malformed_json", None),
    (b"price=15.20", 400, "malformed_json", None),
    (b'{"quantity": NaN}', 400, "malformed_json", None),
    (b"{'quantity': '4'}", 400, "malformed_json", None),
    (b'{"client_order_id": "\xff"}', 400, "malformed_json", None),
    (b'{"client_order_id": "\\ud800"}', 400, "malformed_json", None),
    (b'\xef\xbb\xbf{"client_order_id": "a"}', 400, "malformed_json", None),
    (b"null", 422, "wrong_type", None),
    (b"[]", 422, "wrong_type", None),
    (b'{"regions": ' + b"[" * 20 + b"]" * 20 + b"}", 422, "wrong_type", "regions[0]"),
    (b'{"regions": ' + b"[" * 100_00 + b"]" * 100_00 + b"}", 400, "too_deep", None),
    (b'{"a": ' * 10_000, 400, "too_deep", None),
    (b'{"client_order_id": "' + b"[" * 40 + b'", "quantity": 4}', 422, "bad_format", "client_order_id"),
    (b'{"client_order_id": "' + b"a" * 65_600 + b'"}', 413, "too_large", None),
    (b" " * 900_000, 413, "too_large", None),
]


async def test_bytes_that_are_no_order(house: House) -> None:
    alice = await house.account("alice")
    before = await house.everything(alice)
    got = {data[:60]: (await house.call("POST", "/v1/bids", alice, data=data)).refused for data, *_ in BYTES}
    assert got == {data[:60]: tuple(answer) for data, *answer in BYTES}
    assert await house.everything(alice) == before


async def test_a_compressed_body_is_not_unpacked(house: House) -> None:
    alice = await house.account("alice")
    bomb = await house.call("POST", "/v1/bids", alice, data=b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"})
    assert bomb.refused == (415, "unsupported_encoding", "Content-Encoding")


ADDRESSES: list[tuple[str, str, int, str, str | None]] = [
    ("POST", "/", 405, "method_not_allowed", None),
    ("GET", "/v1", 404, "not_found", None),
    ("GET", "/v1/bids/", 404, "not_found", None),
    ("GET", "/v2/bids", 404, "not_found", None),
    ("GET", "/v1/quotes", 405, "method_not_allowed", None),
    ("POST", "/v1/quotes?quantity=4", 422, "unknown_field", "quantity"),
    ("GET", "/v1/bids/bid-1/explain", 404, "unknown_order", "bid_id"),
    ("GET", "/v1/bids/bid-1/explain?depth=2", 422, "unknown_field", "depth"),
    ("PATCH", "/v1/bids", 405, "method_not_allowed", None),
    ("POST", "/v1/time", 405, "method_not_allowed", None),
    ("GET", "/v1/stream", 426, "upgrade_required", "Upgrade"),
    ("GET", "/v1/time?zone=utc", 422, "unknown_field", "zone"),
    ("GET", "/v1/bids?limit=0", 422, "bad_format", "limit"),
    ("GET", "/v1/bids?limit=501", 422, "bad_format", "limit"),
    ("GET", "/v1/bids?limit=ten", 422, "wrong_type", "limit"),
    ("GET", "/v1/bids?limit=5&limit=6", 422, "bad_format", "limit"),
    ("GET", "/v1/bids?state=open", 422, "bad_value", "state"),
    ("GET", "/v1/bids?cursor=0x1", 422, "bad_format", "cursor"),
    ("GET", f"/v1/bids?cursor={'f' * 41}", 422, "bad_format", "cursor"),
    ("GET", "/v1/leases?state=resting", 422, "bad_value", "state"),
    ("GET", "/v1/bids/bid-1?bid_id=bid-2", 422, "bad_format", "bid_id"),
    ("GET", "/v1/bids/1", 404, "unknown_order", "bid_id"),
    ("GET", "/v1/bids/ask-1", 404, "unknown_order", "bid_id"),
    ("GET", "/v1/bids/bid-01", 404, "unknown_order", "bid_id"),
    ("GET", "/v1/bids/bid-1", 404, "unknown_order", "bid_id"),
    ("GET", f"/v1/bids/bid-{'9' * 30}", 404, "unknown_order", "bid_id"),
    ("DELETE", "/v1/bids/bid-1", 404, "unknown_order", "bid_id"),
    ("GET", "/v1/asks/ask-1", 404, "unknown_order", "ask_id"),
    ("GET", "/v1/leases/lease-1", 404, "unknown_lease", "lease_id"),
    ("GET", "/v1/leases/lease-1/statement", 404, "unknown_lease", "lease_id"),
    ("GET", "/v1/orders/by-client-id/nothing", 404, "unknown_order", "client_order_id"),
    ("GET", "/v1/orders/by-client-id/a%20b", 422, "bad_format", "client_order_id"),
    ("GET", "/v1/markets/atlantis/h800-sxm", 404, "unknown_market", "region"),
    ("GET", "/v1/markets/shanghai/abacus/trades", 404, "unknown_market", "chip"),
    ("GET", "/v1/markets/shanghai/h800-sxm/book", 422, "missing_field", "tenor"),
    ("GET", "/v1/markets/shanghai/h800-sxm/book?tenor=P2D", 422, "bad_value", "tenor"),
    ("GET", "/v1/markets/shanghai/h800-sxm/book?tenor=day", 422, "bad_duration", "tenor"),
    ("GET", "/v1/markets/shanghai/h800-sxm/book?tenor=P1D&depth=101", 422, "bad_format", "depth"),
]


async def test_addresses(house: House) -> None:
    alice = await house.account("alice")
    got = {(method, path): (await house.call(method, path, alice)).refused for method, path, *_ in ADDRESSES}
    assert got == {(method, path): tuple(answer) for method, path, *answer in ADDRESSES}


async def test_a_wrong_method_says_which_are_right(house: House) -> None:
    assert (await house.call("PUT", "/v1/bids")).headers["Allow"] == "DELETE, GET, HEAD, POST"


async def test_what_is_not_offered_yet_is_refused_by_name(house: House) -> None:
    alice = await house.account("alice")
    answer = await house.call("POST", "/v1/bids", alice, a_bid(), headers={"Idempotency-Key": "k1"})
    assert answer.refused == (422, "not_supported", "Idempotency-Key")
    assert (await house.call("POST", "/v1/bids?dry_run=1", alice, a_bid())).refused == (
        422,
        "unknown_field",
        "dry_run",
    )
    for method, path in [("PATCH", "/v1/bids/bid-1"), ("DELETE", "/v1/bids/bid-1"), ("POST", "/v1/sandbox/clock")]:
        body = None if method == "DELETE" else {"quantity": "1"}
        answer = await house.call(method, path, alice, body, headers={"Idempotency-Key": "k1"})
        assert answer.refused == (422, "not_supported", "Idempotency-Key"), "where it means nothing"
    assert (await house.get("/v1/bids", alice))["items"] == []


async def test_a_name_that_cannot_be_one_is_told_what_would_be(house: House) -> None:
    alice = await house.account("alice")
    named = await house.call("POST", "/v1/operator/accounts", house.operator, {"account_id": "Bob", "roles": ["buyer"]})
    assert named.body["detail"] == "account_id must be lower case letters, digits and dashes, no dash first."
    asked = await house.call("GET", "/v1/orders/by-client-id/a%20b", alice)
    assert asked.body["detail"] == "client_order_id must be 1 to 36 of A-Z a-z 0-9 _ -."


async def test_bad_bodies_of_operators(house: House) -> None:
    alice = await house.account("alice")
    before = await house.everything(alice)
    account = {"account_id": "bob", "roles": ["buyer"]}
    key = {"account_id": "alice", "scopes": ["read"]}
    money = {"account_id": "alice", "amount": "5"}
    rows = [
        ("accounts", account | {"account_id": "Bob"}, 422, "bad_format", "account_id"),
        ("accounts", account | {"account_id": "bob/held"}, 422, "bad_format", "account_id"),
        ("accounts", account | {"roles": ["king"]}, 422, "bad_value", "roles[0]"),
        ("accounts", account | {"roles": []}, 422, "bad_format", "roles"),
        ("accounts", account | {"account_id": "alice", "roles": ["provider"]}, 409, "account_exists", "account_id"),
        ("keys", key | {"account_id": "nobody"}, 404, "unknown_account", "account_id"),
        ("keys", key | {"scopes": ["all"]}, 422, "bad_value", "scopes[0]"),
        ("keys", key | {"addresses": ["localhost"]}, 422, "bad_format", "addresses[0]"),
        ("keys", key | {"expires_at": "tomorrow"}, 422, "bad_instant", "expires_at"),
        ("keys", key | {"expires_at": at(0)}, 422, "window_past", "expires_at"),
        ("deposits", money | {"amount": 5}, 422, "wrong_type", "amount"),
        ("deposits", money | {"amount": "0.0000001"}, 422, "bad_decimal", "amount"),
        ("deposits", money | {"amount": "0"}, 422, "amount_out_of_range", "amount"),
        ("deposits", money | {"amount": "1000000000000.01"}, 422, "amount_out_of_range", "amount"),
        ("deposits", money | {"account_id": "nobody"}, 404, "unknown_account", "account_id"),
        ("deposits", money | {"reference": "x" * 201}, 422, "bad_format", "reference"),
        ("withdrawals", money | {"amount": "100000.000001"}, 422, "insufficient_funds", "amount"),
    ]
    got = {
        str((noun, body)): (await house.call("POST", f"/v1/operator/{noun}", house.operator, body)).refused
        for noun, body, *_ in rows
    }
    assert got == {str((noun, body)): tuple(answer) for noun, body, *answer in rows}
    assert await house.everything(alice) == before


async def test_bad_deliveries(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT6H"))
    start, meter = "/v1/leases/lease-1/start", "/v1/leases/lease-1/meter"
    big = {"token": "x" * 4096}
    deep = msgspec.Raw(b'{"a":' * 40 + b"1" + b"}" * 40)

    async def check(*rows: tuple[str, object, int, str, str | None]) -> None:
        before = await house.everything(hz, alice)
        got = {str(body)[:80]: (await house.call("POST", path, hz, body)).refused for path, body, *_ in rows}
        assert got == {str(body)[:80]: tuple(answer) for _, body, *answer in rows}
        assert await house.everything(hz, alice) == before

    report = {"through": at(0), "delivered": "0", "used": "0"}
    await check(
        (start, {}, 422, "missing_field", "access"),
        (start, {"access": "ssh"}, 422, "wrong_type", "access"),
        (start, {"access": None}, 422, "wrong_type", "access"),
        (start, {"access": big}, 413, "too_large", "access"),
        (start, {"access": deep}, 400, "too_deep", None),
        (start, {"access": {}, "lease_id": "lease-2"}, 422, "unknown_field", "lease_id"),
        (meter, report, 409, "lease_not_running", "lease_id"),
    )
    broken = await house.call("POST", start, hz, data=b'{"access": {"a": "\xff"}}')
    assert broken.refused == (400, "malformed_json", "access")
    await house.post(start, hz, {"access": {}})
    await house.advance("PT2H")
    await house.post(meter, hz, {"through": at(1.5), "delivered": "2", "used": "1"})
    good = {"through": at(2), "delivered": "4", "used": "2"}
    await check(
        (start, {"access": {"again": 1}}, 409, "lease_started", "lease_id"),
        (meter, good | {"through": "now"}, 422, "bad_instant", "through"),
        (meter, good | {"delivered": 4}, 422, "wrong_type", "delivered"),
        (meter, good | {"delivered": "0.0000001"}, 422, "bad_decimal", "delivered"),
        (meter, good | {"used": "-1"}, 422, "bad_decimal", "used"),
        (meter, good | {"through": at(3)}, 422, "meter_in_future", "through"),
        (meter, good | {"through": at(1)}, 422, "meter_outside_lease", "through"),
        (meter, good | {"delivered": "1", "used": "1"}, 422, "meter_shrinks", "delivered"),
        (meter, good | {"delivered": "4.000001"}, 422, "meter_exceeds_capacity", "delivered"),
        (meter, good | {"used": "4.1"}, 422, "meter_exceeds_delivered", "used"),
    )
    await house.post(meter, hz, good)


async def test_a_sandbox_moves_its_clock_within_bounds(house: House) -> None:
    alice = await house.account("alice", deposit=None)
    rows = [
        ({"advance": "PT0S"}, 422, "time_not_forward", "advance"),
        ({"advance": "P99999W"}, 422, "time_not_forward", "advance"),
        ({"advance": "-PT1H"}, 422, "bad_duration", "advance"),
        ({"advance": 3600}, 422, "wrong_type", "advance"),
    ]
    for body, *expected in rows:
        assert list((await house.call("POST", "/v1/sandbox/clock", alice, body)).refused) == expected
    moved = await house.post("/v1/sandbox/clock", alice, {"advance": "PT1H"})
    assert moved["now"] == at(1)
    assert await house.get("/v1/time") == {"now": at(1)}
    paid = await house.post("/v1/sandbox/deposits", alice, {"amount": "12.5"})
    assert paid["account"]["available"] == "12.50"


async def test_a_head_is_a_get_without_its_body(house: House) -> None:
    alice = await house.account("alice")
    paths = [route.path for route in ROUTES if route.method == "GET" and "{" not in route.path]
    assert len(paths) > 20
    for path in (*paths, "/v1/bids/bid-1", "/v1/bids?limit=0", "/v1/operator/accounts", "/v1/nowhere"):
        whole, head = await house.call("GET", path, alice), await house.call("HEAD", path, alice)
        assert (head.status, head.raw) == (whole.status, b""), path
        assert head.headers["Content-Type"] == whole.headers["Content-Type"], path
        assert set(head.headers) == set(whole.headers), path
    assert (await house.call("HEAD", "/v1/quotes", alice)).status == 405
    posted = await house.call("POST", "/v1/time", alice)
    assert posted.headers["Allow"] == "GET, HEAD"


async def test_all_orders_of_a_place_that_there_is_not_are_no_orders_that_could_be_canceled(house: House) -> None:
    """A name that is mistyped by somebody in haste must not be answered as if all were gone."""
    alice = await house.account("alice", ["buyer", "provider"])
    socket = await house.connect(alice)
    await house.post("/v1/bids", alice, a_bid())
    for side, op in (("bids", "bid.cancel_all"), ("asks", "ask.cancel_all")):
        for param, code in (("region", "unknown_region"), ("chip", "unknown_chip")):
            answer = await house.call("DELETE", f"/v1/{side}?{param}=shangai", alice)
            assert answer.refused == (422, code, param)
            assert (await socket.ask(op, **{param: "shangai"}))["error"]["code"] == code
    assert [bid["state"] for bid in (await house.get("/v1/bids", alice))["items"]] == ["resting"]
