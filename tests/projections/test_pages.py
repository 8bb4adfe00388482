"""Pages of statements, cut anywhere, come to what the views and the ledger say, and to all that accounts were told."""

from collections import Counter
from random import Random

import pytest

from exchange.core.state_machine import StateMachine
from exchange.language.commands import Command
from exchange.language.statements import Told
from tests.properties.choices import BLOB_BYTES
from tests.properties.money_flavours import FLAVOURS
from tests.properties.money_world import Flavour, next_command, setting
from tests.reference.books import Books
from tests.runtime.kept import Copyist, KeptStatements, written

COMMANDS = 250


def a_history(flavour: Flavour, seed: int) -> list[Command]:
    """Commands that move money in every way, drawn by chance while a market goes along."""
    chance, machine, books = Random(seed), StateMachine(), Books()
    commands: list[Command] = []

    def give(command: Command) -> None:
        commands.append(command)
        _, applied = machine.apply(len(commands), command)
        books.fold(applied.events)

    for command in setting(flavour):
        give(command)
    for _ in range(COMMANDS):
        found = next_command(flavour, chance.randbytes(BLOB_BYTES), books, commands)
        if found is not None:
            give(found)
    return commands


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("every", [1, 7, 1_000_000])
async def test_pages_of_any_cut_come_to_the_views(flavour: Flavour, every: int) -> None:
    commands = a_history(flavour, seed=5)
    chance = Random(every)
    copyist, kept = await written(commands, lambda _: chance.randrange(every) == 0)
    views, balances = copyist.views, copyist.machine.state.ledger.balances
    assert kept.seq == views.seq == len(commands)
    assert len(kept.bids) > 10 and len(kept.asks) > 5 and len(kept.leases) > 5
    for number, bid in kept.bids.items():
        assert views.bid(number) == bid
    for number, ask in kept.asks.items():
        assert views.ask(number) == ask
    for number, lease in kept.leases.items():
        assert views.lease(number) == lease
    assert (max(kept.bids), max(kept.asks)) == (len(kept.bids), len(kept.asks)), "all that there are"
    assert [trade.trade_id for trade in kept.trades] == sorted(kept.leases)
    for region, chip in views.markets():
        of_market = [trade for trade in kept.trades if (trade.region, trade.chip) == (region, chip)]
        assert of_market == views.trades(region, chip, None, 10_000)[::-1]
    assert kept.balances == balances


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
async def test_entries_add_up_to_the_balances_and_are_of_their_time(flavour: Flavour) -> None:
    copyist, kept = await written(a_history(flavour, seed=6), lambda number: number % 11 == 0)
    assert [entry.transfer.transfer_id for entry in kept.entries] == list(range(1, len(kept.entries) + 1))
    sums: Counter[str] = Counter()
    for entry in kept.entries:
        sums[entry.transfer.debit] -= entry.transfer.amount_micros
        sums[entry.transfer.credit] += entry.transfer.amount_micros
    assert dict(sums) == kept.balances
    assert sum(kept.balances.values()) == 0
    times = {entry.transfer.transfer_id: (entry.seq, entry.at_s) for entry in kept.entries}
    shown = 0
    for account in copyist.views.accounts():
        for item in copyist.views.transfers(account.account_id, None, 10_000).items:
            assert times[item.transfer.transfer_id] == (item.seq, item.at_s)
            shown += 1
    assert shown > len(times) / 2


async def test_what_accounts_are_told_is_linked_and_whole() -> None:
    """Nothing is lost between the notices and the pages, and each names the one before to the same account."""
    copyist, kept = Copyist(), KeptStatements()
    at_once: list[Told] = []
    for number, command in enumerate(a_history(FLAVOURS[0], seed=7)):
        at_once += copyist.apply(command)
        if number % 13 == 0 and (page := copyist.page()) is not None:
            await kept.write(page)
    if (page := copyist.page()) is not None:
        await kept.write(page)
    assert kept.all_told == at_once
    last: dict[str, int] = {}
    for told in at_once:
        assert told.prev_seq == last.get(told.account_id, 0)
        assert {(notice.account_id, notice.seq) for notice in told.notices} == {(told.account_id, told.seq)}
        last[told.account_id] = told.seq
    assert await kept.told_seq() == last == copyist.telling.told_seq


async def test_no_page_without_a_command() -> None:
    copyist, commands = Copyist(), a_history(FLAVOURS[0], seed=8)
    assert copyist.page() is None
    copyist.apply(commands[0])
    page = copyist.page()
    assert page is not None and (page.after_seq, page.last_seq) == (0, 1)
    assert copyist.page() is None
