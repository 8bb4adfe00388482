"""The clock stands still at the last instant that it may reach, and the pump with it, whatever would be due after."""

import asyncio
import time

import pytest

from exchange.language.commands_sessions import SetDeadMan
from exchange.language.limits import TIME_MAX_S
from exchange.language.port import Busy
from exchange.language.rejects import Code
from exchange.language.units import DAY_S, HOUR_S
from exchange.runtime import inbox
from exchange.runtime.clock import SandboxClock, SystemClock
from exchange.runtime.exchange import Exchange
from tests.core.world import BUYER, SETUP
from tests.runtime.kept import KeptJournal

AGES = 100_000.0  # a sandbox's speed at which a day passes within a second
LAST_DAY_S = TIME_MAX_S - DAY_S


def test_neither_clock_goes_on_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox, system = SandboxClock(0, LAST_DAY_S), SystemClock()
    assert sandbox.advance(10 * DAY_S) == TIME_MAX_S
    monkeypatch.setattr(time, "time", lambda: TIME_MAX_S + 10.0 * DAY_S)
    for clock in (sandbox, system):
        assert clock.now_s() == TIME_MAX_S
        assert clock.wait_s(TIME_MAX_S) == 0.0
        assert clock.wait_s(TIME_MAX_S + 1) is None, "it never will be"


async def test_what_would_be_due_after_the_end_of_time_is_not_looked_at_for_ever() -> None:
    journal = KeptJournal()
    exchange = await Exchange.open(journal, SandboxClock(AGES, LAST_DAY_S), seeds=list(SETUP))
    async with asyncio.timeout(10):
        while exchange.clock_s < TIME_MAX_S:
            await exchange.submit(SetDeadMan(account_id=BUYER, seconds=60))
    assert (await exchange.submit(SetDeadMan(account_id=BUYER, seconds=60))).reject is None
    rows = len(journal.kept)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(journal.kept) == rows, "there is nothing to be written"
    assert exchange.reads.now_s == TIME_MAX_S
    await exchange.close()


async def test_a_sandbox_is_not_sent_beyond_the_end_and_a_step_that_is_refused_leaves_its_clock_alone() -> None:
    exchange = await Exchange.open(KeptJournal(), SandboxClock(0, LAST_DAY_S), seeds=list(SETUP))
    refused = (await exchange.advance_clock(DAY_S + 1)).reject
    assert refused is not None
    assert (refused.code, refused.detail) == (
        Code.TIME_NOT_FORWARD,
        "the market's clock goes no further than 2100-01-01T00:00:00Z",
    )
    assert exchange.clock_s == LAST_DAY_S
    assert (await exchange.advance_clock(DAY_S)).reject is None
    assert exchange.clock_s == exchange.reads.now_s == TIME_MAX_S
    await exchange.close()


async def test_a_step_that_the_market_is_too_busy_for_leaves_the_clock_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is told that it was not taken sends it again."""
    exchange = await Exchange.open(KeptJournal(), SandboxClock(0, LAST_DAY_S), seeds=list(SETUP))
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "INBOX_MAX", 0)
        with pytest.raises(Busy):
            await exchange.advance_clock(HOUR_S)
    assert exchange.clock_s == LAST_DAY_S
    assert (await exchange.advance_clock(HOUR_S)).reject is None
    assert exchange.clock_s == LAST_DAY_S + HOUR_S
    await exchange.close()
