"""A dead man goes by the market's clock, also while no server runs, and needs nobody to ask for anything."""

from exchange.language.commands_sessions import SetDeadMan
from exchange.language.statements import Told
from exchange.language.views import AskView
from exchange.runtime.exchange import Exchange
from tests.core.world import BUYER, SETUP, T0, ask
from tests.runtime.kept import KeptJournal


class Wall:
    """A clock on the wall, which goes on whoever looks."""

    def __init__(self, at_s: int) -> None:
        self.at_s = at_s

    def now_s(self) -> int:
        return self.at_s

    def resume(self, at_s: int) -> None:
        assert at_s <= self.at_s

    def wait_s(self, until_s: int) -> float | None:
        return 0.0 if until_s <= self.at_s else None


async def test_what_fell_due_while_nobody_served_happens_at_the_start() -> None:
    journal = KeptJournal()
    first = await Exchange.open(journal, Wall(T0), seeds=list(SETUP))
    for command in (ask("20", by=BUYER), SetDeadMan(account_id=BUYER, seconds=60)):
        assert (await first.submit(command)).reject is None
    await first.close()

    early = await Exchange.open(journal, Wall(T0 + 59))
    assert early.reads.dead_man_until_s(BUYER) == T0 + 60
    await early.close()

    late = await Exchange.open(journal, Wall(T0 + 3600))
    news = late.subscribe(BUYER)
    told: Told = await anext(aiter(news))
    asks = [(each.type, each.at_s, each.data.reason) for each in told.notices if isinstance(each.data, AskView)]
    assert asks == [("ask.canceled", T0 + 60, "dead_man")]
    assert "dead_man.fired" in [each.type for each in told.notices]
    assert late.reads.dead_man_until_s(BUYER) is None
    await late.close()
