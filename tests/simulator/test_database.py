"""The simulated database loses in a crash what PostgreSQL may lose: the last pages, and nothing that was waited for."""

from collections.abc import Callable

import pytest

from exchange.language.journal import JournalError
from exchange.language.snapshots import SnapshotHead
from exchange.language.statements import Page, Told
from tests.simulator.database import Database
from tests.simulator.journal import SimJournal
from tests.simulator.loop import Node
from tests.simulator.plan import Plan
from tests.simulator.world import World

HEAD = SnapshotHead(2, b"", 1, "", "")
COMMITS: dict[str, Callable[[Database, Node], object]] = {
    "row": lambda database, node: database.append(database.connect(node), 1, 1, 1, b"row"),
    "claim": lambda database, node: database.claim(database.connect(node), take_over=False),
    "digest": lambda database, _: database.mark(2, "digest"),
    "snapshot": lambda database, _: database.keep_snapshot(HEAD, []),
    "fewer snapshots": lambda database, _: database.thin_snapshots(1),
}


def begun(seed: int) -> tuple[Database, Node]:
    """A database of which two pages are written, and a machine."""
    world = World(Plan(seed=seed))
    database = Database(world, lambda _: None)
    write(database, 0)
    write(database, 1)
    return database, world.loop.node("server")


def write(database: Database, after_seq: int) -> None:
    """A page of one command that told one account nothing."""
    page = Page(
        after_seq=after_seq, last_seq=after_seq + 1, bids=[], asks=[], trades=[], leases=[], entries=[], balances=[],
        told=[Told("ann", after_seq + 1, after_seq, ())],
    )  # fmt: skip
    database.write_page(database.epoch, page)


def test_a_crash_loses_any_number_of_the_last_pages_whole() -> None:
    left = set()
    for seed in range(40):
        database, _ = begun(seed)
        database.fall(1.0)
        now = database.tables.now
        assert [told.seq for told in now.told.get("ann", [])] == list(range(1, now.position + 1))
        left.add(now.position)
        write(database, now.position)  # they go on from there
    assert left == {0, 1, 2}


@pytest.mark.parametrize("commit", COMMITS)
def test_whatever_else_commits_takes_the_pages_before_it_to_the_disk(commit: str) -> None:
    left = set()
    for seed in range(40):
        database, node = begun(seed)
        COMMITS[commit](database, node)
        write(database, 2)
        database.fall(1.0)
        left.add(database.tables.now.position)
    assert left == {2, 3}


def test_a_crash_is_told_to_who_holds_the_journal_then_or_asks_later() -> None:
    database, node = begun(1)
    told: list[JournalError] = []
    early, late = (SimJournal(database, database.connect(node)) for _ in range(2))
    early.when_lost(told.append)
    database.fall(1.0)
    late.when_lost(told.append)
    assert not told
    assert len(node.queue) == 2
