"""The pump goes on when one command is nothing that a journal can keep."""

import asyncio

import pytest
from msgspec import structs

from exchange.language.commands_sessions import SetDeadMan
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from tests.core.world import BUYER, SETUP, T0, ask
from tests.runtime.kept import KeptJournal


async def test_a_number_too_long_for_the_journal_stops_nobody_else() -> None:
    journal = KeptJournal()
    exchange = await Exchange.open(journal, SandboxClock(0, T0), seeds=list(SETUP))
    long = SetDeadMan(account_id=BUYER, seconds=1 << 64)
    before, refused, after = await asyncio.gather(
        exchange.submit(ask("20", by=BUYER)),
        exchange.submit(long),
        exchange.submit(SetDeadMan(account_id=BUYER, seconds=60)),
        return_exceptions=True,
    )
    assert isinstance(refused, OverflowError)
    assert [type(each).__name__ for each in (before, after)] == ["Outcome", "Outcome"]
    with pytest.raises(OverflowError):
        await exchange.submit(long)
    assert (await exchange.submit(structs.replace(ask("21", by=BUYER), client_order_id="another"))).reject is None
    await exchange.close()

    again = await Exchange.open(journal, SandboxClock(0, T0))
    assert again.reads.dead_man_until_s(BUYER) == T0 + 60
    assert len(again.reads.asks(BUYER, None, None, 10)) == 2
    await again.close()
