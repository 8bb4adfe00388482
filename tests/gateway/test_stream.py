"""The stream: replies, order, news, and every kind of frame that is none."""

import msgspec
import pytest

from gateway import intake
from gateway.schema import AskBody
from tests.gateway.house import BODY, House, Socket, a_bid, a_wish, an_ask, at


async def test_who_is_logged_in(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    socket = await house.connect()
    assert (await socket.do("ping"))["now"] == at(0)
    assert (await socket.ask("ask.list"))["error"]["code"] == "unauthenticated"
    assert (await socket.ask("login", key="lbk_wrong"))["error"]["code"] == "unauthenticated"
    assert (await socket.do("login", key=hz))["account_id"] == "hz"
    assert (await socket.do("login", key=hz))["account_id"] == "hz"
    assert (await socket.ask("login", key=alice))["error"]["code"] == "already_logged_in"
    assert await socket.do("ask.list") == {"items": [], "cursor": None}
    await socket.do("subscribe", channels=["account"])
    await socket.do("logout")
    assert (await socket.ask("subscribe", channels=["account"]))["error"]["code"] == "unauthenticated"
    await socket.do("login", key=alice)
    await house.post("/v1/sandbox/deposits", hz, {"amount": "1"})
    assert await socket.do("bid.list") == {"items": [], "cursor": None}
    assert socket.pushes == [], "the news of whoever was logged in before ended with the logout"


async def test_a_bad_key_in_the_handshake_opens_nothing(house: House) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    nonce = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    answer = await house.call("GET", "/v1/stream", "lbk_wrong", headers=upgrade | nonce)
    assert answer.refused == (401, "unauthenticated", None)


FRAMES: list[tuple[str | bytes, object, str, str | None]] = [
    ("", None, "malformed_json", None),
    ("{", None, "malformed_json", None),
    ("nonsense", None, "malformed_json", None),
    ('{"id": 1, "op": "ping"} {}', None, "malformed_json", None),
    ('{"id": 1, "op": "ping", "params": {"a": NaN}}', None, "malformed_json", None),
    ("[]", None, "wrong_type", None),
    ("null", None, "wrong_type", None),
    ('{"op": "ping"}', None, "missing_field", "id"),
    ('{"id": 1}', 1, "missing_field", "op"),
    ('{"id": null, "op": "ping"}', None, "wrong_type", "id"),
    ('{"id": 1.5, "op": "ping"}', None, "wrong_type", "id"),
    ('{"id": "me", "op": 1}', "me", "wrong_type", "op"),
    ('{"id": 7, "op": "ping", "colour": "red"}', 7, "unknown_field", "colour"),
    ('{"id": 7, "op": "ping", "params": {"colour": "red"}}', 7, "unknown_field", "colour"),
    ('{"id": 7, "op": "ping", "params": []}', 7, "wrong_type", None),
    ('{"id": 7, "op": "ping", "params": "x"}', 7, "wrong_type", None),
    ('{"id": 7, "op": "dance"}', 7, "unknown_op", "op"),
    ('{"id": 7, "op": "login"}', 7, "missing_field", "key"),
    ('{"id": 7, "op": "ask.cancel", "params": {"ask_id": 7}}', 7, "wrong_type", "ask_id"),
    ('{"id": 7, "op": "ask.cancel", "params": {"ask_id": "7"}}', 7, "unknown_order", "ask_id"),
    ('{"id": 7, "op": "ask.cancel", "params": {"ask_id": "ask-7"}}', 7, "unknown_order", "ask_id"),
    ('{"id": 7, "op": "lease.start", "params": {"lease_id": "lease-7"}}', 7, "missing_field", "access"),
    ('{"id": 7, "op": "ask.list", "params": {"limit": "5"}}', 7, "wrong_type", "limit"),
    ('{"id": 7, "op": "subscribe", "params": {"channels": []}}', 7, "bad_format", "channels"),
    ('{"id": 7, "op": "subscribe", "params": {"channels": ["gossip"]}}', 7, "bad_value", "channels[0]"),
    ('{"id": 7, "op": "subscribe", "params": {"channels": ["status", "books"]}}', 7, "bad_value", "channels[1]"),
    ('{"id": 7, "op": "subscribe", "params": {"channels": ["book:a/b/P1D"]}}', 7, "unknown_market", "channels[0]"),
    ('{"id": 7, "op": "subscribe", "params": {"channels": ["trades:a"]}}', 7, "bad_value", "channels[0]"),
    *(
        (f'{{"id": 7, "op": "subscribe", "params": {{"channels": ["book:{book}"]}}}}', 7, code, "channels[0]")
        for book, code in (
            ("hangzhou/h800-sxm/P2D", "bad_value"),
            ("hangzhou/h800-sxm/week", "bad_duration"),
            ("hangzhou/h800-sxm", "bad_value"),
            ("hangzhou/h900/P1D", "unknown_market"),
        )
    ),
    *(
        (f'{{"id": 7, "op": "subscribe", "params": {{"channels": ["{channel}"], "from_seq": {seq}}}}}', 7, code, param)
        for channel, seq, code, param in (
            ("account", -1, "bad_value", "from_seq"),
            ("account", 1_000_000, "bad_value", "from_seq"),
            ("account", "1.5", "wrong_type", "from_seq"),
            ("status", 1, "bad_value", "from_seq"),
        )
    ),
    ('{"id": 7, "op": "ping", "params": {"a": ' + "[" * 5000 + "]" * 5000 + "}}", None, "too_deep", None),
    ('{"id": 7, "op": "ping", "params": ' + '{"a":' * 5000, None, "too_deep", None),
    ('{"id": 7, "op": "ping", "params": {"a": "' + "x" * 65_536 + '"}}', None, "too_large", None),
    (b'{"id": 7, "op": "ping"}', 7, "binary_frame", None),
]


async def test_the_socket_survives_every_bad_frame(house: House) -> None:
    hz = await house.account("hz", ["provider"])
    before = await house.everything(hz)
    socket = await house.connect(hz)
    got: BODY = {}
    for frame, *_ in FRAMES:
        await (socket.raw.send_bytes(frame) if isinstance(frame, bytes) else socket.raw.send_str(frame))
        reply = await socket.reply()
        assert not reply["ok"]
        got[str(frame)[:90]] = reply["id"], reply["error"]["code"], reply["error"]["param"]
        await socket.do("ping")
    assert got == {str(frame)[:90]: tuple(answer) for frame, *answer in FRAMES}
    await socket.raw._writer.send_frame(b'{"id": 1, "op": "\xff"}', 1)
    assert (await socket.reply())["error"]["code"] == "malformed_json"
    await socket.do("ask.place", **an_ask())
    await socket.do("ask.cancel", ask_id="ask-1")
    after = await house.everything(hz)
    assert {name: after[name] for name in ("accounts", "open_asks", "open_bids")} == {
        name: before[name] for name in ("accounts", "open_asks", "open_bids")
    }


async def test_ten_bad_frames_in_a_row_close_it(house: House) -> None:
    socket = await house.connect()
    for _ in range(9):
        await socket.send("{")
        assert (await socket.reply())["error"]["code"] == "malformed_json"
    await socket.do("ping")
    for _ in range(10):
        await socket.send("{")
        await socket.reply()
    assert await socket.closed() == 1008


async def test_orders_that_the_market_refuses_do_not_close_it(house: House) -> None:
    socket = await house.connect(await house.account("hz", ["provider"]))
    for _ in range(12):
        assert (await socket.ask("ask.cancel", ask_id="ask-1"))["error"]["code"] == "unknown_order"


async def test_requests_sent_together_are_carried_out_in_their_order(house: House) -> None:
    """More than may be under way at a time, of two kinds, none waiting for another's reply."""
    key = await house.account("both", ["buyer", "provider"], deposit="10000000")
    socket = await house.connect(key)
    count = 600
    for number in range(count):
        op, order = ("ask.place", an_ask) if number % 2 else ("bid.place", a_bid)
        params = order(f"o-{number}", region="hangzhou") if number % 2 else order(f"o-{number}", quantity="0.001")
        await socket.send({"id": number, "op": op, "params": params})
    replies = {reply["id"]: reply async for reply in replies_of(socket, count)}
    assert all(reply["ok"] for reply in replies.values())
    seqs = [replies[number]["seq"] for number in range(count)]
    assert seqs == list(range(seqs[0], seqs[0] + count))
    assert replies[599]["result"]["ask"]["ask_id"] == "ask-300"


async def replies_of(socket: Socket, count: int):  # type: ignore[no-untyped-def]
    for _ in range(count):
        yield await socket.reply()


async def test_news_name_their_predecessor_and_tell_what_the_lists_tell(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    socket = await house.connect(alice)
    subscribed = await socket.do("subscribe", channels=["account"])
    assert (await socket.do("subscribe", channels=["account"]))["channels"] == ["account"]
    placed = await socket.ask("bid.place", **a_bid(quantity="8"))
    assert "seq" not in placed["result"]
    await house.post("/v1/asks", hz, an_ask(quantity="6"))
    await house.post("/v1/asks", hz, an_ask("mine-too", region="hangzhou"))
    await socket.do("bid.cancel", bid_id="bid-1")
    await socket.do("ping")
    pushes = socket.pushes
    seqs = list(dict.fromkeys(push["seq"] for push in pushes))
    before = dict(zip(seqs, [pushes[0]["prev_seq"], *seqs], strict=False))
    assert [push["prev_seq"] for push in pushes] == [before[push["seq"]] for push in pushes]
    assert 0 < pushes[0]["prev_seq"] <= subscribed["seq"]
    assert [push["seq"] for push in pushes if "more" not in push] == seqs, "the last of each command"
    assert pushes[0]["seq"] == placed["seq"]
    last = {push["type"]: push["data"] for push in pushes}
    assert last["bid.canceled"] == (await house.get("/v1/bids/bid-1", alice))
    assert last["lease.scheduled"] == (await house.get("/v1/leases/lease-1", alice))
    told = [push["data"]["transfer_id"] for push in pushes if push["type"] == "transfer"]
    listed = [item["transfer_id"] for item in (await house.get("/v1/account/transfers", alice))["items"]]
    assert told == listed[-2::-1], "all but the deposit, which came before"

    await socket.do("unsubscribe", channels=["account"])
    socket.pushes.clear()
    await house.post("/v1/sandbox/deposits", alice, {"amount": "1"})
    await socket.do("ping")
    assert socket.pushes == []


async def test_bids_and_lists_over_the_stream(house: House) -> None:
    alice = await house.account("alice")
    socket = await house.connect(alice)
    wishes = [a_wish(price="10.00"), a_wish(region="hangzhou", price="11.00")]
    order = {"client_order_id": "long", "quantity": "2", "alternatives": wishes}
    placed = await socket.do("bid.place", **order)
    assert placed["bid"]["alternatives"] == wishes
    assert (await socket.do("bid.list", state="resting"))["items"] == [placed["bid"]]
    assert (await socket.do("lease.list", limit=1))["items"] == []
    assert await socket.do("bid.cancel_all", region="hangzhou") == {}
    assert (await socket.do("bid.list"))["items"][0]["state"] == "canceled"


@pytest.mark.parametrize("request_id", [0, -1, 2**60, "", "a b", "号"])
async def test_replies_bear_the_id_of_their_request(house: House, request_id: int | str) -> None:
    socket = await house.connect()
    await socket.send({"id": request_id, "op": "ping"})
    assert (await socket.reply())["id"] == request_id


async def test_a_message_beyond_all_bounds_closes_the_socket(house: House) -> None:
    socket = await house.connect()
    await socket.send("x" * (1024 * 1024 + 1))
    assert await socket.closed() == 1009
    raw = msgspec.json.encode({"id": 1, "op": "ping"}).decode()
    again = await house.connect()
    await again.send(raw)
    assert (await again.reply())["ok"]


async def test_what_gathers_leaves_together_and_whole(house: House) -> None:
    """Replies of every length of head, asked for in one go, so that many wait for one write."""
    hz = await house.account("hz", ["provider"], deposit="10000000")
    socket = await house.connect(hz, max_msg_size=0)
    for number in range(200):
        order = an_ask(f"a-{number}", tags=["x" * 40] * 16)
        await house.do(intake.ask_command("hz", msgspec.convert(order, AskBody)))
    for number in range(90):
        op, params = [("ping", {}), ("ask.list", {"limit": 1}), ("ask.list", {"limit": 200})][number % 3]
        await socket.send({"id": number, "op": op, "params": params})
    lengths = {}
    for _ in range(90):
        reply = await socket.reply()
        lengths[reply["id"]] = len(reply["result"].get("items", ()))
    assert lengths == {number: (0, 1, 200)[number % 3] for number in range(90)}
