"""Requests, answers and attempts, without a connection."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway import answers, requests, schema
from gateway.client import calls, operator_calls, wire
from gateway.client.errors import ClientError, Doubt, Refused, Unreachable
from gateway.schema import Problem
from gateway.signing import Signer, bytes_of_text, parse, verify

SILENCE = Unreachable("http://x", "it took too long")


def problem(code: str, *, retryable: bool, outcome: str = "rejected", status: int = 503) -> Problem:
    return Problem(
        type=f"urn:leasebook:problem:{code}", title="No", status=status, detail="Not now.", code=code, param=None,
        request_id="req-1", retryable=retryable, outcome=outcome,
    )  # fmt: skip


BUSY = Refused(problem("busy", retryable=True))
STOPPED = Refused(problem("unavailable", retryable=True, outcome="unknown"))
NO = Refused(problem("unknown_order", retryable=False, status=404))
EXPIRED = Refused(problem("signature_expired", retryable=False, status=401))
BID = schema.BidBody(client_order_id="b-1", quantity="8")


@pytest.mark.parametrize(
    ("repeatable", "failure", "again"),
    [
        (True, SILENCE, True),
        (False, SILENCE, False),  # it may have been done
        (True, BUSY, True),
        (False, BUSY, True),  # it was not done
        (True, STOPPED, True),
        (False, STOPPED, False),
        (True, NO, False),
        (False, NO, False),
        (False, EXPIRED, True),  # it will be signed anew
        (True, Unreachable("x", "that is no URL", lasting=True), False),
        (True, Refused(BUSY.problem, 60_000), True),
        (True, Refused(BUSY.problem, 61_000), False),  # nobody waits that long
    ],
)
def test_what_is_sent_again(repeatable: bool, failure: ClientError, again: bool) -> None:
    assert (wire.pause_s(repeatable, failure, 0) is not None) is again


def test_pauses_double_up_to_a_bound_but_what_the_server_asks_for_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "_FIRST_S", 0.1)
    most = [wire.pause_s(True, SILENCE, attempt, lambda: 1.0) for attempt in (0, 1, 2, 5, 6, 10_000)]
    assert most == [0.1, 0.2, 0.4, 3.2, 5.0, 5.0]
    assert wire.pause_s(True, SILENCE, 3, lambda: 0.25) == 0.2
    assert wire.pause_s(True, Refused(BUSY.problem, 1500), 0, lambda: 0.0) == 1.5
    told = Refused(msgspec.structs.replace(BUSY.problem, retry_after_ms=250), 1000)
    assert wire.pause_s(True, told, 0) == 0.25  # the stream's own word is the finer one


@pytest.mark.parametrize(
    ("request_", "repeatable"),
    [
        (calls.account(), True),
        (calls.place_bid(BID), True),
        (calls.quote(requests.QuoteBody(quantity="8")), True),
        (calls.amend_bid("bid-1", requests.BidAmendBody(price="1")), False),
        (calls.cancel_bid("bid-1"), False),
        (calls.cancel_bids(), False),
        (calls.advance_clock("PT1H"), False),
        (wire.ready(calls.release("lease-1")), True),
        (wire.ready(calls.release("lease-1", "mine")), True),
    ],
)
def test_what_does_no_more_when_it_is_sent_twice(request_: wire.Request[object], repeatable: bool) -> None:
    assert request_.repeatable is repeatable


UNSENT = Unreachable("http://x", "connection refused", sent=False)
REVOKED = Refused(problem("key_revoked", retryable=False, status=401))
LOOK, RELEASE = requests.HaltBody(reason="x", preview=True), wire.ready(calls.release("lease-1", "mine"))


@pytest.mark.parametrize(
    ("request_", "attempts", "doubt"),
    [
        (calls.cancel_bid("bid-1"), [SILENCE], Doubt(repeatable=False)),
        (calls.cancel_bid("bid-1"), [STOPPED], Doubt(repeatable=False)),
        (calls.cancel_bid("bid-1"), [UNSENT], None),
        (calls.cancel_bid("bid-1"), [BUSY], None),
        (RELEASE, [SILENCE], Doubt(repeatable=True, idempotency_key="mine")),
        (RELEASE, [SILENCE, UNSENT], Doubt(repeatable=True, idempotency_key="mine")),  # the server went away meanwhile
        (RELEASE, [SILENCE, BUSY], Doubt(repeatable=True, idempotency_key="mine")),
        (RELEASE, [SILENCE, REVOKED], Doubt(repeatable=True, idempotency_key="mine")),
        (RELEASE, [SILENCE, NO], None),  # the market knows no first one
        (calls.place_bid(BID), [SILENCE], Doubt(repeatable=True)),
        (calls.account(), [SILENCE], None),
        (calls.quote(requests.QuoteBody(quantity="8")), [STOPPED], None),
        (wire.ready(operator_calls.halt(LOOK)), [SILENCE], None),
    ],
)
def test_whether_it_may_have_been_done(
    request_: wire.Request[object], attempts: list[ClientError], doubt: Doubt | None
) -> None:
    found = None
    for failure in attempts:
        found = wire.doubt_of(request_, failure, found)
    assert found == doubt


def test_a_keyed_request_gets_one_key_for_all_its_attempts() -> None:
    first, second = wire.ready(calls.release("lease-1")), wire.ready(calls.release("lease-1"))
    assert len(first.idempotency_key) == 32
    assert first.idempotency_key != second.idempotency_key
    assert wire.ready(first) == first
    assert wire.ready(calls.release("lease-1", "mine")).idempotency_key == "mine"
    assert wire.prepare(first, None, 0, "http://x").headers["Idempotency-Key"] == first.idempotency_key
    assert wire.ready(calls.place_bid(BID)).idempotency_key == ""


def test_what_goes_out() -> None:
    sent = wire.prepare(calls.book("shanghai", "h800 sxm/ä", "P1D", 5), wire.Bearer("lbk_1"), 0, "http://x/under/")
    assert sent.url == "http://x/under/v1/markets/shanghai/h800%20sxm%2F%C3%A4/book?tenor=P1D&depth=5"
    assert sent.headers == {"Authorization": "Bearer lbk_1"}
    assert sent.data is None
    sent = wire.prepare(calls.place_bid(BID), wire.credential_of(""), 0, "http://x")
    assert sent.headers == {"Content-Type": "application/json"}
    assert sent.data == b'{"client_order_id":"b-1","quantity":"8"}'


@pytest.mark.parametrize("url", ["", "x", "127.0.0.1:8080", "ftp://x", "http://", "http://x/?a=b", "http://x y"])
def test_what_is_no_url_is_given_up_at_once(url: str) -> None:
    with pytest.raises(Unreachable, match="that is no URL") as given_up:
        wire.prepare(calls.time(), None, 0, url)
    assert given_up.value.lasting
    assert not given_up.value.sent


def test_each_attempt_is_signed_anew_as_it_goes_out() -> None:
    private = Ed25519PrivateKey.generate()
    signer = Signer("key-1", private)
    public = bytes_of_text(signer.public_key, 32)
    assert public is not None
    nonces = []
    for now_ms in (1_796_083_200_000, 1_796_083_200_001):
        sent = wire.prepare(calls.place_bid(BID), signer, now_ms, "https://x:1/under")
        signed = parse(sent.headers["Authorization"].removeprefix("LB-Ed25519 "))
        assert signed is not None
        assert signed.time_ms == now_ms
        assert verify(public, signed, "POST", "/under/v1/bids", sent.data or b"")
        nonces.append(signed.nonce)
    assert nonces[0] != nonces[1]


def test_what_an_answer_means() -> None:
    time = calls.time()
    assert wire.take(time, 200, {}, b'{"now":"2026-12-01T00:00:00Z","more":1}', "x").now == "2026-12-01T00:00:00Z"
    for status, payload in ((200, b"<html>"), (502, b"<html>"), (200, b'{"now":1}')):
        with pytest.raises(Unreachable, match=rf"the answer \({status}\) is not Leasebook's"):
            wire.take(time, status, {}, payload, "x")
    payload = msgspec.json.encode(BUSY.problem)
    for header, after_ms in (({"Retry-After": "2"}, 2000), ({"Retry-After": "Wed, 21 Oct"}, None), ({}, None)):
        with pytest.raises(Refused, match="busy: Not now") as refused:
            wire.take(time, 503, header, payload, "x")
        assert refused.value.retry_after_ms == after_ms


@pytest.mark.parametrize(
    ("op", "failure", "doubt"),
    [
        ("lease.start", SILENCE, Doubt(repeatable=False)),
        ("lease.meter", SILENCE, Doubt(repeatable=True)),  # of running totals
        ("lease.meter", UNSENT, None),
        ("lease.meter", NO, None),
        ("lease.meter", STOPPED, Doubt(repeatable=True)),
        ("lease.list", SILENCE, None),
    ],
)
def test_whether_it_may_have_been_done_on_the_stream(op: str, failure: ClientError, doubt: Doubt | None) -> None:
    assert wire.doubt_on_stream(op, schema.NoParams(), failure) == doubt
    assert wire.doubt_on_stream("bid.place", BID, SILENCE) == Doubt(repeatable=True)


def test_frames_of_the_stream() -> None:
    assert (
        wire.frame(7, "bid.place", BID) == '{"id":7,"op":"bid.place","params":{"client_order_id":"b-1","quantity":"8"}}'
    )
    reply = wire.heard('{"id":7,"ok":true,"seq":12,"result":{"now":"2026-12-01T00:00:00Z"}}')
    assert isinstance(reply, wire.Reply)
    assert wire.result_of(reply, answers.ClockAdvanced) == answers.ClockAdvanced(seq=12, now="2026-12-01T00:00:00Z")
    refusal = wire.heard(b'{"id":7,"ok":false,"error":' + msgspec.json.encode(NO.problem) + b"}")
    assert isinstance(refusal, wire.Reply)
    with pytest.raises(Refused, match="unknown_order"):
        wire.result_of(refusal, answers.ClockAdvanced)
    push = wire.heard(
        '{"channel":"status","seq":3,"prev_seq":2,"type":"update","at":"2026-12-01T00:00:00Z","data":{"a":1}}'
    )
    assert isinstance(push, answers.Push)
    assert bytes(push.data) == b'{"a":1}'
