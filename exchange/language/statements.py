"""Statements as a port: orders, trades, leases, transfers, balances and notices as tables, written behind the journal.

A page holds what a stretch of commands changed, as it stands after the last of them; it is written in one transaction
together with the place that it reaches. Tables that are lost or doubted are made again from the journal.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from msgspec import Struct

from exchange.language.events import Transferred
from exchange.language.units import Micros, Seconds
from exchange.language.views import AskView, BidView, LeaseView, Notice, TradeView


class Entry(Struct, frozen=True, gc=False):
    """A transfer, and when it was made."""

    seq: int
    at_s: Seconds
    transfer: Transferred


class Told(Struct, frozen=True, gc=False):
    """All that one command had one account be told, in order; `prev_seq` is where the account was told of before."""

    account_id: str
    seq: int
    prev_seq: int
    notices: tuple[Notice, ...]


class Page(Struct, kw_only=True):
    """What the commands `after_seq + 1` to `last_seq` did. Orders and leases are as they stand at the end."""

    after_seq: int
    last_seq: int
    bids: list[BidView]
    asks: list[AskView]
    trades: list[TradeView]
    leases: list[LeaseView]
    entries: list[Entry]
    balances: list[tuple[str, Micros]]  # of every ledger account that moved
    told: list[Told]


class Statements(Protocol):
    """The tables."""

    async def position(self) -> int:
        """The last command whose effects are in the tables; 0 when there is none."""

    async def write(self, page: Page) -> None:
        """Write one page, which must begin where the tables end; JournalBroken when it does not."""

    def told(self, account_id: str, after_seq: int, until_seq: int) -> AsyncIterator[Told]:
        """What an account was told by the commands after one, up to another, in order."""

    async def told_seq(self) -> dict[str, int]:
        """By account: the last command of which it was told."""

    async def clear(self) -> None:
        """Empty all tables and begin again at 0."""
