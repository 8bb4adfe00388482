"""The end of a history: from what is durable alone, everything that was told must come out again."""

from msgspec import structs

from exchange.language.journal import JournalBroken
from exchange.language.statements import Told
from exchange.runtime.recovery import recover
from tests.simulator.cast import TRADERS
from tests.simulator.database import Database
from tests.simulator.journal import SimJournal
from tests.simulator.keeping import SimSnapshots, SimStatements
from tests.simulator.loop import Node
from tests.simulator.truth import Truth
from tests.simulator.world import World


class Ending:
    """The checks of what is left in the database."""

    def __init__(self, world: World, database: Database, truth: Truth) -> None:
        self._world = world
        self._database = database
        self._truth = truth

    async def check(self, node: Node) -> None:
        """All of them, on a node that reads the database."""
        await self._check_recovery(node, with_snapshots=True)
        await self._check_recovery(node, with_snapshots=False)
        self._check_tables()
        self._check_told()
        if self._world.chance.random() < 0.3:
            await self._check_damage(node)

    async def _check_recovery(self, node: Node, *, with_snapshots: bool) -> None:
        """Replayed, from a snapshot or from nothing, the journal leads to the same state and the same views."""
        world, database, truth = self._world, self._database, self._truth
        source = SimJournal.reader(database, node)
        snapshots = SimSnapshots(database, node) if with_snapshots else None
        statements = SimStatements(database, node) if with_snapshots else None
        recovered = await recover(source, snapshots=snapshots, statements=statements)
        place, found = recovered.place, recovered.recovery
        world.note("recovered", found.commands, found.snapshot_seq, found.checked_marks, len(found.warnings))
        rotten = len(database.tables.rotten)
        world.expect(len(found.warnings) <= rotten, "a good snapshot was passed over", *found.warnings)
        world.expect(place.seq == truth.seq, "recovered to another place", place.seq, truth.seq)
        twin = Truth(world)
        twin.machine, twin.views, twin.books, twin.named = place.machine, place.views, truth.books, truth.named
        world.expect(twin.digest() == truth.digest(), "recovered to another state", found.snapshot_seq, truth.seq)
        twin.check_books()
        same = twin.faces() == truth.faces()
        world.expect(same, "recovered to other views", found.snapshot_seq, truth.seq)

    def _check_tables(self) -> None:
        """The statements say what the views say, and their transfers add up to their balances."""
        world, tables, views = self._world, self._database.tables.now, self._truth.views
        world.expect(tables.position == self._truth.seq, "the statements are behind", tables.position, self._truth.seq)
        world.expect(tables.balances == tables.sums, "transfers do not add up to balances", tables.balances)
        world.expect(sum(tables.balances.values()) == 0, "balances do not sum to zero", tables.balances)
        ledger = self._truth.machine.state.ledger
        for name, amount in tables.balances.items():
            world.expect(amount == ledger.balance(name), "a balance is not the ledger's", name, amount)
        world.expect(len(tables.transfers) == ledger.count, "transfers are missing", len(tables.transfers))
        state = self._truth.machine.state
        made = (len(tables.bids), len(tables.asks), len(tables.leases), len(tables.trades))
        real = (len(state.bid_owners), len(state.ask_owners), len(state.lease_parties), len(state.lease_parties))
        world.expect(made == real, "orders, leases or trades are missing", made, real)
        for table, view in ((tables.bids, views.bid), (tables.asks, views.ask), (tables.leases, views.lease)):
            for number, row in table.items():
                world.expect(row == view(number), "a row is not what the views say", row, view(number))

    def _check_told(self) -> None:
        """What accounts were told is kept, whole and in order, so from any place the rest of it follows."""
        kept: dict[str, list[Told]] = self._database.tables.now.told
        for account_id in TRADERS:
            mine, real = kept.get(account_id, []), self._truth.told.get(account_id, [])
            self._world.expect(mine == real, "what an account was told is kept otherwise", account_id)

    async def _check_damage(self, node: Node) -> None:
        """A row that is not as it was written stops a start by name."""
        rows, chance = self._database.rows, self._world.chance
        place = chance.randrange(len(rows))
        row = rows[place]
        if chance.random() < 0.5:
            rows[place] = structs.replace(row, epoch=row.epoch + 1)
        else:
            spoilt = bytearray(row.payload)
            spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
            rows[place] = structs.replace(row, payload=bytes(spoilt))
        try:
            await recover(SimJournal.reader(self._database, node))
        except JournalBroken:
            self._world.note("damage.found", row.first_seq)
        else:
            self._world.fail(f"a damaged row was not noticed: {row.first_seq}")
