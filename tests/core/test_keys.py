"""Keys: each known by one of two things, and by nobody else's; and what is kept of the requests that make them."""

import pytest
from msgspec.structs import replace

from exchange.core.digest import digest
from exchange.language.commands import (
    AdvanceTime,
    Command,
    DefineProgramme,
    MeterLease,
    OpenAccount,
    RegisterKey,
    RelateGroups,
    RevokeKey,
    SetMarketState,
    StartLease,
)
from exchange.language.events import AnswerKept, KeyRegistered
from exchange.language.rejects import Code
from tests.core.world import BUYER, World, ask, at, bid, wish

BEARER = RegisterKey(key_id="key-1", secret_hash="ab", account_id=BUYER, scopes=("read",))
SIGNED = RegisterKey(key_id="key-2", public_key=bytes(32), account_id=BUYER, scopes=("read",))


def test_a_signed_key_is_known_by_its_public_half() -> None:
    world = World([BEARER, SIGNED])
    assert world.events[0] == KeyRegistered(
        key_id="key-2", secret_hash="", account_id=BUYER, scopes=("read",), expires_s=None, addresses=(),
        public_key=bytes(32),
    )  # fmt: skip
    assert digest(world.again().state) == digest(world.state)


@pytest.mark.parametrize(
    ("key", "code", "param"),
    [
        (replace(SIGNED, key_id="key-3"), Code.KEY_EXISTS, "public_key"),
        (replace(SIGNED, public_key=bytes(31) + b"1"), Code.KEY_EXISTS, "key_id"),
        (replace(SIGNED, key_id="key-3", public_key=bytes(31)), Code.BAD_VALUE, "public_key"),
        (replace(SIGNED, key_id="key-3", public_key=b""), Code.BAD_VALUE, "public_key"),
        (replace(BEARER, key_id="key-3", public_key=bytes(31) + b"1"), Code.BAD_VALUE, "public_key"),
    ],
)
def test_a_key_has_one_of_the_two_and_has_it_alone(key: RegisterKey, code: Code, param: str) -> None:
    world = World([BEARER, SIGNED])
    reject = world.attempt(key).reject
    assert reject is not None
    assert (reject.code, reject.param) == (code, param)


def test_a_revoked_key_leaves_its_public_half_to_another() -> None:
    world = World([SIGNED, RevokeKey(key_id="key-2")])
    assert not world.do(replace(SIGNED, key_id="key-3")).repeated


def asked(key: str) -> list[tuple[Command, AnswerKept | None]]:
    """A request of each kind that is kept with its key alone, and what else is kept then."""
    return [
        (
            OpenAccount(
                account_id="zoe", roles=("buyer",), owner_group="zoe", operator_id="venue", idempotency_key=key
            ),
            AnswerKept(account_id="zoe"),
        ),
        (replace(BEARER, operator_id="venue", idempotency_key=key), None),
        (
            RelateGroups(operator_id="venue", group="a", other_group="b", reason="one owner", idempotency_key=key),
            None,
        ),
        (
            SetMarketState(
                operator_id="venue", state="post_only", reason="x", region="hz", chip="h800", idempotency_key=key
            ),
            AnswerKept(market=("hz", "h800")),
        ),
        (SetMarketState(operator_id="venue", state="post_only", reason="x", region="hz", idempotency_key=key), None),
        (
            DefineProgramme(programme="hz", name_en="hz", name_zh="hz", operator_id="venue", idempotency_key=key),
            AnswerKept(programme="hz"),
        ),
        (
            StartLease(account_id="p", lease_id=1, sealed_access=b"sealed", access_mac=b"mac", idempotency_key=key),
            AnswerKept(lease_id=1),
        ),
    ]


@pytest.mark.parametrize("place", range(len(asked(""))))
def test_a_request_that_is_sent_again_is_known(place: int) -> None:
    (request, kept), (plain, _) = asked("k1")[place], asked("")[place]
    world = World([ask("14"), bid(wish(hours=4, latest=0))])
    first = world.do(request)
    assert [event for event in world.events if isinstance(event, AnswerKept)] == ([] if kept is None else [kept])
    before = world.state.answers
    for _ in range(2):
        again = world.do(request)
        assert (again.seq, again.subject, again.repeated, world.events) == (first.seq, first.subject, True, ())
    assert world.state.answers == before
    assert digest(world.again().state) == digest(world.state)
    bare = World([ask("14"), bid(wish(hours=4, latest=0)), plain])
    assert bare.state.answers == {}
    assert not any(isinstance(event, AnswerKept) for event in bare.events)
    other = replace(asked("k1")[(place + 1) % 6][0], idempotency_key="k1")
    if place < 6:
        reject = world.attempt(other).reject
        assert reject is not None
        assert reject.code is Code.IDEMPOTENCY_KEY_REUSED


def test_access_is_the_same_however_it_is_sealed() -> None:
    world = World([ask("14"), bid(wish(hours=4, latest=0))])
    start = StartLease(account_id="p", lease_id=1, sealed_access=b"one", access_mac=b"mac", idempotency_key="k1")
    world.do(start)
    assert world.do(replace(start, sealed_access=b"other")).repeated
    reject = world.attempt(replace(start, access_mac=b"another")).reject
    assert reject is not None
    assert reject.code is Code.IDEMPOTENCY_KEY_REUSED


def test_a_meter_is_known_when_the_lease_has_gone_on() -> None:
    world = World([ask("14"), bid(wish(hours=4, latest=0)), StartLease(account_id="p", lease_id=1, sealed_access=b"s")])
    world.do(AdvanceTime(to_s=at(1)))
    plain = MeterLease(account_id="p", lease_id=1, through_s=at(1), delivered_uch=0, used_uch=0)
    world.do(plain)
    meter = replace(plain, idempotency_key="k1")
    first = world.do(meter)
    assert AnswerKept(lease_id=1) in world.events, "though it tells nothing new"
    world.do(AdvanceTime(to_s=at(9)))
    assert (world.do(meter).seq, world.events) == (first.seq, ())


def test_an_account_that_is_there_is_answered_as_it_is() -> None:
    world = World()
    request = OpenAccount(
        account_id=BUYER, roles=("buyer", "provider"), owner_group=BUYER, operator_id="venue", idempotency_key="k1"
    )
    first = world.do(request)
    assert (first.repeated, first.seq) == (True, world.state.seq)
    assert world.events == (AnswerKept(account_id=BUYER),)
    assert world.do(request).seq == first.seq
