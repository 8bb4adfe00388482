"""How much one may ask: buckets against a plain one, what each call costs, and refusals over REST and the stream."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import throttle
from gateway.auth import RIGHTS
from gateway.costs import COSTS, READ, Cost, can_wait
from gateway.errors import Refusal
from gateway.settings import Settings
from gateway.throttle import Allowance, Buckets, party
from tests.gateway.house import PLENTY, Answer, House, a_bid, a_wish, an_ask

WITHIN = {"ask of own chips", "ask of a lease"}  # parts of calls, which are charged as wholes


class StoppedClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    """The clock of the buckets of a house."""
    clock = StoppedClock()
    monkeypatch.setattr("gateway.app.monotonic", clock)
    return clock


@pytest.fixture
def settings(tmp_path: Path, clock: StoppedClock) -> Settings:
    """Ten reads, four trades and twelve cancels; as many without a key as the operator's first steps do not need."""
    assert clock.now_s
    few = {"read_per_s": 5, "trade_per_s": 2, "cancel_per_s": 6, "anonymous_per_s": 10, "burst_s": 2}
    return Settings(
        port=0,
        data_dir=tmp_path,
        sandbox=True,
        **{**PLENTY, **few, "sockets_per_account_max": 2, "rate_limited_max": 10},
    )


# ----------------------------------------------------------------------------------------------------------- buckets


@given(
    st.integers(1, 4),
    st.integers(1, 5),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from("ab"), st.integers(1, 9)), max_size=60),
)
def test_a_bucket_is_a_bucket(per_s: int, burst_s: int, calls: list[tuple[int, str, int]]) -> None:
    """Against one that is filled step by step, with as many steps a second as make every figure exact."""
    clock, steps = StoppedClock(), 4 * 3
    buckets = Buckets("test", per_s, burst_s, clock)
    full = per_s * burst_s * steps
    plain = {"a": full, "b": full}
    now = 0
    for later, who, units in calls:
        now += later
        plain = {name: min(held + later * per_s, full) for name, held in plain.items()}
        clock.now_s = 1000 + now / steps
        wanted = min(units * steps, full)
        if wanted <= plain[who]:
            buckets.take(who, units)
            plain[who] -= wanted
        else:
            with pytest.raises(Refusal) as refused:
                buckets.take(who, units)
            exact_ms = 1000 * (wanted - plain[who]) / (per_s * steps)
            assert refused.value.retry_after_ms is not None
            assert -0.001 < refused.value.retry_after_ms - exact_ms < 1.001
        assert buckets.left(who)[0] == plain[who] // steps


def test_full_buckets_are_forgotten_and_a_crowd_shares_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "ENTRIES_MAX", 10)
    clock = StoppedClock()
    buckets = Buckets("test", 1, 2, clock)
    for number in range(10):
        buckets.take(str(number), 2)
    clock.now_s += 1.5
    buckets.take("late", 2)
    with pytest.raises(Refusal):
        buckets.take("later", 1)  # the same one as "late"
    assert len(buckets) == 11
    buckets.take("3", 1)  # its own
    clock.now_s += 3
    buckets.take("latest", 2)
    assert len(buckets) == 1, "the others are full again"


def test_an_address_of_ipv6_is_a_network() -> None:
    assert party("2001:db8::1") == party("2001:db8::ffff:1") != party("2001:db8:0:1::1")
    assert party("127.0.0.1") == "127.0.0.1" != party("127.0.0.2")
    assert party(None)


# ------------------------------------------------------------------------------------------------------------- costs


def test_every_call_has_a_cost_or_is_said_to_have_none() -> None:
    assert set(COSTS) == set(RIGHTS) - WITHIN


def test_what_never_waits() -> None:
    waiting = {call for call in COSTS if can_wait(call)}
    assert {"POST /v1/bids", "ask.place", "bid.quote", "GET /v1/markets", "lease.meter"} <= waiting
    assert not any("cancel" in call or "operator" in call or call.startswith("DELETE") for call in waiting)
    assert not waiting & {"POST /v1/sandbox/clock", "GET /healthz", "GET /v1/bids", "login"}
    free = {call for call, cost in COSTS.items() if cost is None}
    assert {"POST /v1/operator/halt", "DELETE /v1/operator/keys/{key_id}"} <= free


# -------------------------------------------------------------------------------------------------------------- REST


def rate(answer: Answer) -> tuple[str, str]:
    return answer.headers["RateLimit-Policy"], answer.headers["RateLimit"]


async def test_answers_say_what_is_left(house: House, clock: StoppedClock) -> None:
    alice = await house.account("alice")
    clock.now_s += 2
    bob = await house.account("bob")
    assert rate(await house.call("GET", "/v1/account", alice)) == ('"read";q=10;w=2', '"read";r=9;t=1')
    refused = await house.call("POST", "/v1/bids", alice, {"quantity": 1})
    assert refused.status == 422
    assert rate(refused) == ('"trade";q=4;w=2', '"trade";r=3;t=1')
    for number in range(3):
        assert (await house.call("POST", "/v1/bids", alice, a_bid(f"b-{number}"))).status == 201

    limited = await house.call("POST", "/v1/bids", alice, a_bid("b-4"))
    assert limited.refused == (429, "rate_limited", None)
    assert (limited.body["retryable"], limited.body["outcome"]) == (True, "rejected")
    assert limited.body["retry_after_ms"] == 500
    assert limited.headers["Retry-After"] == "1"
    assert rate(limited) == ('"trade";q=4;w=2', '"trade";r=0;t=1')
    assert (await house.call("GET", "/v1/orders/by-client-id/b-4", alice)).status == 404

    assert (await house.call("DELETE", "/v1/bids/bid-1", alice)).status == 200, "cancels have a bucket of their own"
    assert (await house.call("POST", "/v1/bids", bob, a_bid("b-4"))).status == 201, "and so has everybody"
    clock.now_s += 0.5
    assert (await house.call("POST", "/v1/bids", alice, a_bid("b-4"))).status == 201


async def test_what_is_larger_costs_more(house: House) -> None:
    alice = await house.account("alice")
    assert rate(await house.call("GET", "/v1/bids?limit=500", alice))[1] == '"read";r=4;t=2'
    wishes = [a_wish(earliest_start="now") for _ in range(16)]
    bid = {"client_order_id": "wide", "quantity": "1", "alternatives": wishes}
    assert rate(await house.call("POST", "/v1/bids", alice, bid))[1] == '"trade";r=1;t=2'
    assert (await house.call("POST", "/v1/bids", alice, bid)).refused[1] == "rate_limited"
    assert (await house.call("DELETE", "/v1/bids", alice)).status == 200
    assert (await house.call("DELETE", "/v1/bids", alice)).refused[1] == "rate_limited"
    assert (await house.call("GET", "/v1/account/transfers?limit=500", alice)).refused[1] == "rate_limited"
    assert (await house.call("GET", "/v1/account", alice)).status == 200


async def test_what_there_is_to_show_costs_more(house: House, clock: StoppedClock) -> None:
    """Seven bids of 32 alternatives are two units of them; a refusal says when the whole request fits."""
    alice = await house.account("alice")
    socket = await house.connect(alice)
    wishes = [a_wish(earliest_start="now", price=f"{number}.00") for number in range(1, 33)]
    for number in range(7):
        clock.now_s += 2
        bid = {"client_order_id": f"b-{number}", "quantity": "1", "alternatives": wishes, "vouchers": []}
        await house.post("/v1/bids", alice, bid)
    clock.now_s += 2
    for left in (7, 4, 1):
        assert len((await socket.do("bid.list", limit=20))["items"]) == 7
        assert _left(await house.get("/v1/account/limits", alice)) + 1 == left
        clock.now_s += 0.2  # for that look
    refused = (await socket.ask("bid.list", limit=20))["error"]
    assert refused["code"] == "rate_limited"
    assert 600 <= refused["retry_after_ms"] <= 601
    clock.now_s += refused["retry_after_ms"] / 1000
    assert (await socket.ask("bid.list", limit=20))["ok"], "and not refused for what was charged before"
    assert (await house.call("GET", "/v1/bids?limit=20", alice)).refused[1] == "rate_limited"


def _left(limits: dict[str, Any]) -> int:
    left: int = limits["buckets"][0]["remaining"]
    return left


def test_more_than_a_bucket_holds_is_a_full_one_however_it_is_charged() -> None:
    clock = StoppedClock()
    buckets = Buckets("test", 5, 2, clock)
    cost = Cost(READ, 1, lambda _: 5, "", len)
    allowance = Allowance(buckets, "a", cost, waits=False)
    found = range(1_000)
    for _ in range(3):
        buckets.take("a", cost.units)
        allowance.take_extra(None)
        allowance.take_shown(None, found)
        assert buckets.left("a")[0] == 0
        clock.now_s += 1.9
        buckets.take("a", cost.units)
        allowance.take_extra(None)
        with pytest.raises(Refusal) as refused:
            allowance.take_shown(None, found)
        assert refused.value.retry_after_ms is not None
        clock.now_s += refused.value.retry_after_ms / 1000


async def test_all_that_may_be_long_is_charged(
    house: House, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hz = await house.account("hz", ["provider"])
    clock.now_s += 2
    acme = await house.account("acme")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", acme, a_bid())
    charged: list[int] = []

    def take_shown(_: Allowance, params: Any, found: Any) -> None:
        charged.append(1)

    monkeypatch.setattr(Allowance, "take_shown", take_shown)
    calls = {call.removeprefix("GET ") for call, cost in COSTS.items() if cost is not None and cost.shown is not None}
    socket = await house.connect(acme)
    for number, call in enumerate(sorted(calls), 1):
        clock.now_s += 10
        if call.startswith("/"):
            key = house.operator if "operator" in call else acme
            await house.get(call.format(lease_id="lease-1"), key)
        else:
            await socket.do(call)
        assert len(charged) == number, call
    assert len(calls) == 11


def test_what_is_shown_is_counted() -> None:
    def units(call: str, found: Any) -> int:
        cost = COSTS[call]
        assert cost is not None
        assert cost.shown is not None
        return cost.shown(found)

    lease = SimpleNamespace(periods=range(4320), shape=range(3), parts=range(2))
    bid, ask = SimpleNamespace(alternatives=range(32)), SimpleNamespace(free=range(2))
    assert units("bid.list", [bid] * 500) == 160
    assert units("ask.list", [ask] * 500) == 20
    assert units("lease.list", [lease] * 500) == 50
    assert units("GET /v1/leases/{lease_id}", lease) == 86
    assert units("GET /v1/leases/{lease_id}/statement", SimpleNamespace(lease=lease, items=range(680))) == 100
    assert units("bid.list", [bid] * 3) == units("lease.list", [lease] * 9) == 0


async def test_who_has_no_key_is_charged_by_address(house: House, clock: StoppedClock) -> None:
    alice = await house.account("alice")
    clock.now_s += 10
    assert rate(await house.call("GET", "/v1/time"))[1] == '"anonymous";r=19;t=1'
    assert rate(await house.call("GET", "/v1/time", alice))[1] == '"read";r=9;t=1'
    bad = await house.call("GET", "/v1/account", "lbk_guess")
    assert bad.refused[:2] == (401, "unauthenticated")
    assert "RateLimit" not in bad.headers
    assert (await house.call("GET", "/v1/nowhere")).status == 404
    assert rate(await house.call("GET", "/v1/time"))[1] == '"anonymous";r=12;t=1', "5 for the key, 1 for the address"
    for _ in range(2):
        assert (await house.call("GET", "/v1/account", "lbk_guess")).status == 401
    assert (await house.call("GET", "/v1/account", "lbk_guess")).refused == (429, "rate_limited", None)
    for _ in range(2):
        assert (await house.call("GET", "/v1/nowhere")).status == 404
    assert (await house.call("GET", "/v1/nowhere")).refused[1] == "rate_limited"
    assert (await house.call("GET", "/v1/time")).refused[1] == "rate_limited"
    assert (await house.call("GET", "/healthz")).status == 200
    assert (await house.call("GET", "/v1/account", alice)).status == 200, "who has a key has an account"


async def test_what_is_free_costs_whoever_has_no_right_to_it(house: House, clock: StoppedClock) -> None:
    await house.account("alice")
    clock.now_s += 60
    keys = [await house.key("alice", scopes) for scopes in (["read"], ["trade"], ["operate"])]
    halt = {"reason": "because"}
    for left in range(9, -1, -1):
        answer = await house.call("POST", "/v1/operator/halt", keys[left % 3], halt)
        assert answer.refused[0] == 403
        assert answer.headers["RateLimit"].startswith(f'"read";r={left};')
    for key in keys:
        assert (await house.call("POST", "/v1/operator/halt", key, halt)).refused[:2] == (429, "rate_limited")
    clock.now_s += 1
    assert (await house.call("POST", "/v1/operator/halt", keys[0], halt)).refused[:2] == (403, "scope_missing")
    for _ in range(30):
        done = await house.call("POST", "/v1/operator/halt", house.operator, halt | {"preview": True})
        assert (done.status, "RateLimit" in done.headers) == (200, False), "it is free for operators"


async def test_the_limits_of_an_account(house: House) -> None:
    alice = await house.account("alice")
    await house.post("/v1/bids", alice, a_bid())
    socket = await house.connect(alice)
    found = await house.get("/v1/account/limits", alice)
    assert [(each["bucket"], each["quota"], each["window"], each["remaining"]) for each in found["buckets"]] == [
        ("read", 10, "PT2S", 7),
        ("trade", 4, "PT2S", 3),
        ("cancel", 12, "PT2S", 12),
    ]
    costs = {cost["call"]: cost for cost in found["costs"]}
    assert set(costs) == set(COSTS)
    assert costs["DELETE /v1/bids"] == {"call": "DELETE /v1/bids", "bucket": "cancel", "cost": 10, "more": ""}
    assert costs["GET /healthz"]["bucket"] is None
    assert costs["GET /v1/bids"]["more"] == "1 for each 100 of limit, 1 for each 100 alternatives shown"
    assert (found["sockets"], found["sockets_max"]) == (1, 2)
    assert found["frame_max_bytes"] == 65_536
    await socket.do("logout")
    assert (await house.get("/v1/account/limits", alice))["sockets"] == 0


# ------------------------------------------------------------------------------------------------------------ stream


async def test_a_stream_is_told_how_long_to_wait(house: House, clock: StoppedClock) -> None:
    alice = await house.account("alice")
    socket = await house.connect(alice)
    for number in range(4):
        await socket.do("bid.place", **a_bid(f"b-{number}"))
    problem = (await socket.ask("bid.place", **a_bid("b-4")))["error"]
    assert (problem["code"], problem["retry_after_ms"]) == ("rate_limited", 500)
    assert (await socket.do("bid.cancel", bid_id="bid-1"))["bid"]["state"] == "canceled"
    clock.now_s += problem["retry_after_ms"] / 1000
    assert (await socket.ask("bid.place", **a_bid("b-4")))["ok"]


async def test_a_handshake_says_what_is_left_as_every_answer_does(house: House, clock: StoppedClock) -> None:
    alice = await house.account("alice")
    clock.now_s += 2
    socket = await house.connect(alice)
    assert socket.raw._response.headers["RateLimit"] == '"read";r=8;t=1'
    for left, full_in_s in ((6, 1), (4, 2), (2, 2), (0, 2)):
        plain = await house.call("GET", "/v1/stream", alice)
        assert (plain.status, rate(plain)) == (426, ('"read";q=10;w=2', f'"read";r={left};t={full_in_s}'))
    hasty = await house.call("GET", "/v1/stream", alice)
    assert (hasty.refused[1], rate(hasty)[1], hasty.headers["Retry-After"]) == ("rate_limited", '"read";r=0;t=1', "1")


async def test_being_refused_for_haste_is_no_bad_input_but_must_end(house: House, settings: Settings) -> None:
    socket = await house.connect(await house.account("alice"))
    for _ in range(8):  # and two were for the handshake
        await socket.do("ping")
    for _ in range(settings.rate_limited_max - 1):
        assert (await socket.ask("ping"))["error"]["code"] == "rate_limited"
    assert (await socket.do("bid.cancel_all")) is not None
    for _ in range(settings.rate_limited_max):
        assert (await socket.ask("ping"))["error"]["code"] == "rate_limited"
    assert await socket.closed() == 1008


async def test_bad_frames_and_keys_on_a_stream_are_the_address_s(house: House, clock: StoppedClock) -> None:
    clock.now_s += 10
    socket = await house.connect()  # 2 of 20
    assert (await socket.ask("nonsense"))["error"]["code"] == "unknown_op"
    assert (await socket.ask("login", key="lbk_guess"))["error"]["code"] == "unauthenticated"  # 1 and 5
    for _ in range(11):
        await socket.do("ping")
    await socket.send("{")
    assert (await socket.reply())["error"]["code"] == "rate_limited"
    refused = await house.call("GET", "/v1/stream")
    assert refused.refused[1] == "rate_limited"


async def test_an_account_has_so_many_sockets(house: House) -> None:
    alice = await house.account("alice")
    first, second, third = await house.connect(alice), await house.connect(), await house.connect()
    await second.do("login", key=alice)
    await second.do("login", key=alice)
    refused = await third.ask("login", key=alice)
    assert (refused["error"]["code"], refused["error"]["status"]) == ("too_many_sockets", 429)
    head = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    head |= {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert (await house.call("GET", "/v1/stream", alice, headers=head)).refused[:2] == (429, "too_many_sockets")
    await first.do("logout")
    await third.do("login", key=alice)
