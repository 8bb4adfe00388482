"""Requests sent again: the first answer, once and for all; and a key that is used for something else is refused."""

import pytest
from msgspec.structs import replace

from exchange.core.digest import digest
from exchange.core.ledger.chart import AVAILABLE, purse
from exchange.language.commands import (
    AdvanceTime,
    CancelLease,
    Command,
    ContestPeriod,
    Deposit,
    MeterLease,
    OpenAccount,
    ReleaseLease,
    RuleContest,
    SetRules,
    StartLease,
    Withdraw,
)
from exchange.language.events import Transferred
from exchange.language.events_money import MoneyMoved
from exchange.language.events_operator import OperatorActed
from exchange.language.rejects import Code
from exchange.language.units import HOUR_S, MICROS_PER_CNY, full_uch
from tests.core.world import BUYER, RULES, World, ask, at, bid, milli, wish

HAD_MICROS = 10**9 * MICROS_PER_CNY


def deposit(amount: int = 5, key: str = "k1", by: str = "venue", account_id: str = BUYER) -> Deposit:
    return Deposit(account_id=account_id, amount_micros=amount, operator_id=by, idempotency_key=key)


def withdraw(amount: int = 5, key: str = "k1", by: str = "venue") -> Withdraw:
    return Withdraw(account_id=BUYER, amount_micros=amount, operator_id=by, idempotency_key=key)


def has(world: World) -> int:
    return world.state.ledger.balance(purse(BUYER, AVAILABLE)) - HAD_MICROS


@pytest.mark.parametrize("request_", [deposit(), withdraw()])
def test_a_request_that_is_sent_again_happens_once(request_: Command) -> None:
    world = World()
    first = world.do(request_)
    assert not first.repeated
    moved, before = has(world), digest(world.state)
    assert abs(moved) == 5
    for _ in range(2):
        again = world.do(request_)
        assert (again.seq, again.subject, again.repeated) == (first.seq, first.subject, True)
        assert world.events == ()
    assert has(world) == moved
    assert digest(world.state) != before  # the sequence has gone on


@pytest.mark.parametrize(
    "other",
    [
        deposit(6),
        deposit(account_id="p"),
        withdraw(),
        Deposit(account_id=BUYER, amount_micros=5, reference="r", operator_id="venue", idempotency_key="k1"),
    ],
)
def test_a_key_stands_for_one_content(other: Command) -> None:
    world = World([deposit()])
    moved = has(world)
    outcome = world.attempt(other)
    assert outcome.reject is not None
    assert (outcome.reject.code, outcome.reject.param) == (Code.IDEMPOTENCY_KEY_REUSED, "idempotency_key")
    assert (outcome.repeated, world.events, has(world)) == (False, (), moved)


def test_a_key_is_its_caller_s_own() -> None:
    world = World([deposit(by="venue"), deposit(by="other"), deposit(by=""), deposit(by="", account_id="p")])
    assert has(world) == 15
    assert world.do(deposit(by="")).repeated  # an account that acts for itself
    assert not world.do(deposit(by=BUYER, amount=7, key="k2")).repeated
    assert world.attempt(deposit(by="", amount=7, key="k2")).reject is not None  # the same caller


def test_requests_without_a_key_are_all_new() -> None:
    world = World([deposit(key=""), deposit(key="")])
    assert has(world) == 10
    assert world.state.answers == {}


def test_a_refused_request_leaves_its_key_free() -> None:
    world = World()
    poor = withdraw(HAD_MICROS + 5)
    first = world.attempt(poor)
    assert first.reject is not None
    assert first.reject.code is Code.INSUFFICIENT_FUNDS
    world.do(deposit(key="k2"))
    assert not world.do(poor).repeated
    assert world.do(poor).repeated


def test_whom_it_is_for_is_looked_at_before_the_key() -> None:
    world = World([deposit()])
    outcome = world.attempt(deposit(account_id="nobody"))
    assert outcome.reject is not None
    assert outcome.reject.code is Code.UNKNOWN_ACCOUNT


def test_keys_are_part_of_the_state_and_come_back_with_a_replay() -> None:
    keyed, plain = World([deposit()]), World([deposit(key="")])
    assert digest(keyed.state) != digest(plain.state)
    keyed.do(deposit())
    again = keyed.again()
    assert digest(again.state) == digest(keyed.state)
    assert again.do(deposit()).repeated


def test_money_from_outside_is_told_with_its_transfer() -> None:
    world = World([OpenAccount(account_id="zoe", roles=("buyer",), owner_group="zoe")])
    world.do(Deposit(account_id="zoe", amount_micros=9, reference="bank 1"))
    assert [type(event) for event in world.events] == [Transferred, MoneyMoved, OperatorActed]
    assert world.events[-2] == MoneyMoved(account_id="zoe", amount_micros=9, reference="bank 1")
    world.do(Withdraw(account_id="zoe", amount_micros=4, reference="bank 2"))
    assert world.events[-2] == MoneyMoved(account_id="zoe", amount_micros=-4, reference="bank 2")


def running() -> World:
    """lease-1 of alice and p has run for its first hour, half delivered, and that hour is settled."""
    world = World([SetRules(rules=replace(RULES, contest_s=HOUR_S)), ask("14"), bid(wish(hours=4, latest=0))])
    world.do(StartLease(account_id="p", lease_id=1, sealed_access=b"sealed"))
    world.do(AdvanceTime(to_s=at(1)))
    half = full_uch(milli("4"), HOUR_S)
    world.do(MeterLease(account_id="p", lease_id=1, through_s=at(1), delivered_uch=half, used_uch=half))
    world.do(AdvanceTime(to_s=at(1) + RULES.close_grace_s))
    return world


CONTEST = ContestPeriod(account_id=BUYER, lease_id=1, index=0, reason="was down", idempotency_key="k1")
RULING = RuleContest(
    operator_id="venue", lease_id=1, index=0, delivered_uch=0, used_uch=0, reason="so it was", idempotency_key="k1"
)
RELEASE = ReleaseLease(account_id=BUYER, lease_id=1, idempotency_key="k1")
CANCEL = CancelLease(operator_id="venue", lease_id=1, reason="a fire", idempotency_key="k1")


@pytest.mark.parametrize(
    ("before", "request_"), [((), CONTEST), ((CONTEST,), RULING), ((), RELEASE), ((), CANCEL)], ids=str
)
def test_what_is_asked_of_a_lease_happens_once(before: tuple[Command, ...], request_: Command) -> None:
    world = running()
    for command in before:
        world.do(command)
    first = world.do(request_)
    assert (first.subject, first.repeated) == (1, False)
    assert digest(world.again().state) == digest(world.state)
    world.do(AdvanceTime(to_s=at(9)))  # however late
    count = world.state.ledger.count
    again = world.do(request_)
    assert (again.seq, again.subject, again.repeated) == (first.seq, 1, True)
    assert (world.events, world.state.ledger.count) == ((), count)
    other = replace(request_, lease_id=2)
    reject = world.attempt(other).reject
    assert reject is not None
    assert reject.code is Code.IDEMPOTENCY_KEY_REUSED


def test_one_caller_s_key_serves_one_kind_of_request() -> None:
    world = running()
    world.do(RELEASE)
    reject = world.attempt(CONTEST).reject
    assert reject is not None
    assert reject.code is Code.IDEMPOTENCY_KEY_REUSED
    world.do(replace(CONTEST, idempotency_key="k2"))
    world.do(replace(RULING, idempotency_key="k2"))  # the operator's own
