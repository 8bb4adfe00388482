"""After a start from a snapshot the books are sifted bit by bit, and a market with sifted books is the same market."""

import asyncio
from random import Random

import pytest
from msgspec.structs import replace

from exchange.core.books import ladder
from exchange.core.digest import digest
from exchange.core.state import State
from exchange.core.state_machine import RULES_VERSION
from exchange.language.commands import Command
from exchange.language.snapshots import SnapshotHead
from exchange.runtime import sifting
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.runtime.parts import LAYOUT, save
from exchange.runtime.recovery import recover
from tests.core.world import SETUP, T0, ask
from tests.runtime.albums import KeptSnapshots, fill
from tests.runtime.kept import KeptJournal, KeptStatements

ORDERS = 40


def unsifted(state: State) -> int:
    """How many blocks of orders still have to be sifted."""
    return sum(
        len(block.fresh) > ladder.FRESH_MAX
        for market in state.markets.values()
        for each in (market.asks, market.bids)
        for block in each._blocks
    )


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "FRESH_MAX", 2)
    monkeypatch.setattr(ladder, "BLOCK_MAX", 8)
    monkeypatch.setattr(sifting, "PAUSE_S", 0)


async def test_books_from_a_snapshot_are_sifted_while_the_market_trades() -> None:
    journal, snapshots, statements = KeptJournal(), KeptSnapshots(), KeptStatements()
    asks: list[Command] = [replace(ask("20"), client_order_id=f"ask-{number}") for number in range(ORDERS)]
    await fill(journal, [*SETUP, *asks], Random(1))
    place = (await recover(journal, statements=statements)).place
    market = await Exchange.open(journal, SandboxClock(0, T0), statements=statements)
    await market.close()
    state = place.machine.state
    assert (unsifted(state), len(state.asks)) == (0, ORDERS)
    await snapshots.keep(SnapshotHead(place.seq, place.link, RULES_VERSION, LAYOUT, digest(state)), save(place))
    market = await Exchange.open(journal, SandboxClock(0, T0), statements=statements, snapshots=snapshots)
    assert market.recovery.snapshot_seq == place.seq
    loaded = market._machine.state
    assert unsifted(loaded) > 3
    before = digest(loaded)
    assert (await market.submit(replace(ask("20"), client_order_id="meanwhile"))).reject is None
    assert market._sifting is not None
    await asyncio.wait_for(market._sifting, 10)
    assert unsifted(loaded) == 0
    assert digest(loaded) != before, "the ask that came meanwhile is in it"
    await market.close()
    assert digest((await recover(journal)).place.machine.state) == digest(loaded)
