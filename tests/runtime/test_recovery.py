"""A journal is carried on by the release whose rules wrote it, and by no other."""

import pytest

from exchange.core.state_machine import RULES_VERSION
from exchange.language.journal import JournalBroken
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.store.journal import PostgresJournal
from tests.core.world import SETUP, T0


async def written_under(database_url: str, rules_version: int) -> PostgresJournal:
    """A journal of a market that was opened and closed under some rules, open again."""
    journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=rules_version)
    await (await Exchange.open(journal, SandboxClock(speed=0, start_s=T0), seeds=list(SETUP))).close()
    return await PostgresJournal.open(database_url, sandbox=True, rules_version=rules_version)


@pytest.mark.parametrize(("ahead", "release"), [(1, "newer"), (-1, "older")])
async def test_other_rules_are_not_carried_on(database_url: str, ahead: int, release: str) -> None:
    journal = await written_under(database_url, RULES_VERSION + ahead)
    with pytest.raises(JournalBroken, match=f"rules version {RULES_VERSION + ahead}.* run the {release} release"):
        await Exchange.open(journal, SandboxClock(speed=0, start_s=T0))


async def test_the_same_rules_are(database_url: str) -> None:
    journal = await written_under(database_url, RULES_VERSION)
    exchange = await Exchange.open(journal, SandboxClock(speed=0, start_s=T0))
    assert exchange.audit().violations == ()
    await exchange.close()
