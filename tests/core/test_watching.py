"""Watches over accounts: what they keep, how much of it there can be, and in what order orders are taken back."""

from random import Random

import pytest

from exchange.core.agenda import Due
from exchange.core.conservation import audit
from exchange.core.digest import digest
from exchange.language.commands import AdvanceTime, CancelAllAsks, Command
from exchange.language.commands_sessions import ArmSession, EndSession, SetDeadMan
from exchange.language.events import AskChanged, BidChanged
from exchange.language.events_sessions import DeadManFired, DeadManSet, SessionArmed, SessionEnded
from exchange.language.limits import ARMED_SESSIONS_MAX, DEAD_MAN_MAX_S
from exchange.language.rejects import Code
from exchange.language.units import HOUR_S
from tests.core.world import BUYER, T0, World, ask, bid, wish

ORDERS = (ask("20", by=BUYER), bid(wish("1")), ask("21", by=BUYER), ask("30"), bid(wish("2")))
DESK = ArmSession(account_id=BUYER, session_id="desk")


def dead_man(seconds: int, account_id: str = BUYER) -> SetDeadMan:
    return SetDeadMan(account_id=account_id, seconds=seconds)


def appointments(world: World) -> list[int]:
    """When dead men are looked at, counted from the start."""
    return sorted(at_s - T0 for at_s, kind, _, _ in world.state.agenda.all() if kind == Due.DEAD_MAN)


def test_winding_up_makes_no_appointments() -> None:
    world = World([dead_man(60)])
    for _ in range(100):
        world.do(dead_man(60))
        world.do(AdvanceTime(to_s=world.state.now_s + 1))
    assert appointments(world) == [119]
    world.do(AdvanceTime(to_s=T0 + 158))
    assert appointments(world) == [159]
    world.do(AdvanceTime(to_s=T0 + 159))
    assert world.events[-1] == DeadManFired(account_id=BUYER)
    assert appointments(world) == []


def test_there_is_one_appointment_a_second_at_most() -> None:
    world, random, most = World([]), Random(4), 0
    for _ in range(2_000):
        world.do(dead_man(random.randint(1, 300)))
        if random.random() < 0.1:
            world.do(AdvanceTime(to_s=world.state.now_s + random.randint(0, 3)))
        due = appointments(world)
        most = max(most, len(due))
        assert len(due) == len(set(due))
        deadline_s = world.state.dead_men[BUYER].deadline_s
        assert deadline_s == 0 or min(due) <= deadline_s - T0, "he is looked at in time"
    assert most > 5
    assert world.state.now_s > T0 + 200


@pytest.mark.parametrize("command", [dead_man(HOUR_S), DESK])
def test_orders_are_taken_back_by_number_and_told_before_who_took_them(command: Command) -> None:
    world = World([*ORDERS, command])
    world.do(EndSession(session_id="desk") if command == DESK else AdvanceTime(to_s=T0 + HOUR_S))
    changes = [event for event in world.events if isinstance(event, BidChanged | AskChanged)]
    reason = "disconnect" if command == DESK else "dead_man"
    assert {(change.state, change.reason) for change in changes} == {("canceled", reason)}
    assert [getattr(each, "bid_id", 0) or getattr(each, "ask_id", 0) for each in changes] == [1, 2, 1, 2]
    assert [each.ask_id for each in world.state.asks.values()] == [3], "of another account"
    told = SessionEnded(session_id="desk", account_id=BUYER) if command == DESK else DeadManFired(account_id=BUYER)
    assert told in world.events
    assert audit(world.state) == []
    assert digest(world.again().state) == digest(world.state)


def test_what_is_said_twice_is_told_once() -> None:
    world = World([DESK])
    assert world.events == (SessionArmed(session_id="desk", account_id=BUYER, armed=True),)
    off = ArmSession(account_id=BUYER, session_id="desk", armed=False)
    for command, told in (
        (DESK, ()),
        (off, (SessionArmed(session_id="desk", account_id=BUYER, armed=False),)),
        (off, ()),
        (EndSession(session_id="desk"), ()),
        (dead_man(0), (DeadManSet(account_id=BUYER, until_s=None),)),
        (dead_man(9), (DeadManSet(account_id=BUYER, until_s=T0 + 9),)),
        (dead_man(9), (DeadManSet(account_id=BUYER, until_s=T0 + 9),)),
    ):
        world.do(command)
        assert world.events == told


@pytest.mark.parametrize(
    ("command", "code", "param"),
    [
        (dead_man(-1), Code.DURATION_OUT_OF_RANGE, "seconds"),
        (dead_man(DEAD_MAN_MAX_S + 1), Code.DURATION_OUT_OF_RANGE, "seconds"),
        (dead_man(-1, "nobody"), Code.UNKNOWN_ACCOUNT, "account_id"),
        (ArmSession(account_id="nobody", session_id="desk"), Code.UNKNOWN_ACCOUNT, "account_id"),
        (ArmSession(account_id=BUYER, session_id=""), Code.BAD_VALUE, "session_id"),
        (ArmSession(account_id=BUYER, session_id="d" * 41), Code.BAD_VALUE, "session_id"),
        (ArmSession(account_id="p", session_id="desk"), Code.BAD_VALUE, "session_id"),
        (ArmSession(account_id="p", session_id="desk", armed=False), Code.BAD_VALUE, "session_id"),
        (CancelAllAsks(account_id="nobody"), Code.UNKNOWN_ACCOUNT, "account_id"),
    ],
)
def test_what_is_refused(command: Command, code: Code, param: str) -> None:
    world = World([DESK])
    reject = world.attempt(command).reject
    assert reject is not None
    assert (reject.code, reject.param) == (code, param)


def test_an_account_arms_no_more_sessions_than_it_may() -> None:
    sessions = [ArmSession(account_id=BUYER, session_id=f"s-{number}") for number in range(ARMED_SESSIONS_MAX)]
    world = World(sessions)
    assert world.attempt(sessions[7]).reject is None
    reject = world.attempt(DESK).reject
    assert reject is not None
    assert (reject.code, reject.param) == (Code.BAD_VALUE, "enabled")
    world.do(ArmSession(account_id="p", session_id="p-1"))
    world.do(EndSession(session_id="s-7"))
    world.do(DESK)
    assert len(world.state.armed) == ARMED_SESSIONS_MAX + 1


def test_a_digest_tells_who_is_watched_and_until_when() -> None:
    others: list[Command] = [dead_man(5), dead_man(6), dead_man(0), DESK]
    assert len({digest(World([dead_man(5), other]).state) for other in others}) == len(others)


def test_orders_that_are_not_listed_with_their_owner_are_found() -> None:
    world = World(ORDERS)
    del world.state.bids_of[BUYER][1]
    world.state.asks_of["q"] = world.state.asks_of.pop("p")
    assert audit(world.state) == [f"the {kind} of accounts are others than all {kind}" for kind in ("bids", "asks")]
