"""What the tables of a simulated database hold: statements, and snapshots whose parts may rot.

The statements are there twice: as they are read, and as they are on the disk, which is what a crash leaves.
"""

from collections.abc import Iterable
from copy import copy

from exchange.language.journal import JournalBroken
from exchange.language.snapshots import SnapshotHead
from exchange.language.statements import Page, Told
from exchange.language.units import Micros
from exchange.language.views import AskView, BidView, LeaseView, TradeView


class Statements:
    """What statements hold."""

    def __init__(self) -> None:
        self.position = 0
        self.bids: dict[int, BidView] = {}
        self.asks: dict[int, AskView] = {}
        self.leases: dict[int, LeaseView] = {}
        self.trades: dict[int, TradeView] = {}
        self.transfers: dict[int, tuple[int, int]] = {}  # number -> seq, when
        self.balances: dict[str, Micros] = {}
        self.sums: dict[str, Micros] = {}  # the same, from the transfers
        self.told: dict[str, list[Told]] = {}

    def write(self, page: Page) -> None:
        """Take in a page, whole."""
        if page.after_seq != self.position:
            raise JournalBroken(f"the tables end at {self.position}, the page begins after {page.after_seq}")
        self.position = page.last_seq
        self.bids.update((view.bid_id, view) for view in page.bids)
        self.asks.update((view.ask_id, view) for view in page.asks)
        self.leases.update((view.lease_id, view) for view in page.leases)
        self.trades.update((view.trade_id, view) for view in page.trades)
        self.balances.update(page.balances)
        for entry in page.entries:
            move = entry.transfer
            self.transfers[move.transfer_id] = (entry.seq, entry.at_s)
            self.sums[move.debit] = self.sums.get(move.debit, 0) - move.amount_micros
            self.sums[move.credit] = self.sums.get(move.credit, 0) + move.amount_micros
        for told in page.told:
            self.told.setdefault(told.account_id, []).append(told)

    def copied(self) -> "Statements":
        """Another that holds the same."""
        other = Statements()
        for name, held in vars(self).items():
            setattr(other, name, copy(held))
        other.told = {account_id: list(told) for account_id, told in self.told.items()}
        return other


class Tables:
    """What statements and snapshots hold; a part of the database."""

    def __init__(self) -> None:
        self.snapshots: dict[int, tuple[SnapshotHead, list[tuple[bytes, bytes]]]] = {}
        self.rotten: dict[int, None] = {}  # snapshots that are not whole, or were dropped as they were read
        self.now = Statements()
        self._on_disk = Statements()

    def write(self, page: Page) -> None:
        """A page, which is not on the disk yet."""
        self.now.write(page)

    def flush(self, pages: Iterable[Page]) -> None:
        """These pages, the next ones, are on the disk."""
        for page in pages:
            self._on_disk.write(page)

    def fall_back(self, pages: Iterable[Page]) -> None:
        """The statements are as they are on the disk, and after these pages."""
        self.now = self._on_disk.copied()
        for page in pages:
            self.now.write(page)

    def clear(self) -> None:
        """Empty the statements, on the disk as well."""
        self.now, self._on_disk = Statements(), Statements()
