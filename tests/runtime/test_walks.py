"""Whole walks are expected by what there is, not only by what is open, and none is begun that would take too long."""

import asyncio

import pytest

from exchange.core.state import Parties, State
from exchange.runtime import checking
from exchange.runtime.checking import keep_checking
from exchange.runtime.meters import Meters
from exchange.runtime.walks import CHECK, DIGEST, LAST_WALK_MAX_S, WALK_MAX_S, Walk

MANY = 200_000


def long_lived() -> State:
    """A market in which nothing is open, and much has been."""
    state = State()
    state.bid_owners = ["acme"] * MANY
    state.lease_parties = [Parties("acme", "hz", "hz")] * MANY
    return state


def test_a_digest_walks_over_all_that_ever_was() -> None:
    assert Walk(State(), DIGEST).expected_s() == 0
    walk = Walk(long_lived(), DIGEST)
    assert WALK_MAX_S < walk.expected_s() < LAST_WALK_MAX_S
    assert Walk(long_lived(), CHECK).expected_s() == 0, "a check looks at what is open"


def test_a_walk_that_was_slow_is_expected_to_be_and_that_is_forgotten_little_by_little() -> None:
    walk = Walk(long_lived(), DIGEST)
    usual_s = walk.expected_s()
    walk.took(usual_s * 4)
    assert walk.expected_s() == pytest.approx(usual_s * 4)
    walk.skipped()
    assert usual_s * 3 < walk.expected_s() < usual_s * 4
    for _ in range(50):
        walk.skipped()
    assert walk.expected_s() == usual_s
    walk.took(usual_s / 4)
    assert walk.expected_s() == usual_s, "one that was quick promises nothing"
    walk.took(usual_s * 10_000)
    assert walk.expected_s() < usual_s * 100, "a machine that slept is not slow for good"


@pytest.mark.parametrize(("most_s", "told"), [(1.0, (1, False)), (-1.0, (0, True))])
async def test_a_check_that_would_take_too_long_is_left_out_and_counted(
    monkeypatch: pytest.MonkeyPatch, most_s: float, told: tuple[int, bool]
) -> None:
    monkeypatch.setattr(checking, "EVERY_S", 0.01)
    monkeypatch.setattr(checking, "WALK_MAX_S", most_s)
    state, meters = State(), Meters()
    state.seq = 1
    task = asyncio.create_task(keep_checking(state, meters, list))
    await asyncio.sleep(0.2)
    task.cancel()
    assert (meters.checks, meters.checks_skipped > 0) == told
