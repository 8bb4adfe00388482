"""Questions to an open exchange: answered at once, as of its clock, without a command."""

from exchange.core.state_machine import RULES_VERSION
from exchange.language.views import Quote
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.store.journal import PostgresJournal
from tests.core.world import BUYER, SETUP, T0, ask, at, bid, wish


async def test_a_quote_and_an_explanation_change_nothing(database_url: str) -> None:
    journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=RULES_VERSION)
    clock = SandboxClock(speed=0, start_s=T0)
    exchange = await Exchange.open(journal, clock, seeds=[*SETUP, ask("15.40")])
    try:
        number = (await exchange.submit(bid(wish(earliest=None)))).subject
        clock.advance(at(2) - T0)  # no command has come since, so only the clock knows
        before = exchange.audit()
        answer = exchange.quote(bid(wish("15.40", earliest=None), chips="4"))
        explanation = exchange.explain(BUYER, number)
        assert exchange.audit() == before
    finally:
        await exchange.close()
    assert isinstance(answer, Quote)
    assert (answer.at_s, answer.leases[0].start_s) == (at(2), at(2))
    assert explanation is not None
    assert [change.detail for change in explanation.changes] == ["+0.40 CNY per chip-hour"]
    assert exchange.explain("p", number) is None
    assert exchange.explain(BUYER, number + 1) is None
