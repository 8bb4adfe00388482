"""A journal and statements in memory, with the manners of the ones in PostgreSQL: for tests that need no database."""

from collections.abc import AsyncIterator, Callable, Sequence

from exchange.core.state_machine import RULES_VERSION, StateMachine
from exchange.language.commands import Command
from exchange.language.journal import GENESIS, DigestMark, Follower, JournalBroken, JournalRow, link
from exchange.language.statements import Entry, Page, Told
from exchange.language.units import Micros
from exchange.language.views import AskView, BidView, LeaseView, TradeView
from exchange.projections.pages import Pages
from exchange.projections.telling import Telling
from exchange.projections.views import Views


class KeptJournal:
    """Rows in a list. Letting go of it keeps them, so it can be opened again."""

    def __init__(self) -> None:
        self.kept: list[JournalRow] = []
        self.marks: dict[int, str] = {}
        self.rules = RULES_VERSION  # that rows are written under

    async def append(self, first_seq: int, count: int, payload: bytes) -> bytes:
        before = self.kept[-1].link if self.kept else GENESIS
        last_seq = first_seq + count - 1
        made = link(before, first_seq, last_seq, 1, self.rules, payload)
        row = JournalRow(first_seq, last_seq, 1, self.rules, payload, made)
        Follower(await self.last_seq(), before).take(row)
        self.kept.append(row)
        return made

    async def rows(self, after_seq: int = 0, after_link: bytes | None = None) -> AsyncIterator[JournalRow]:
        follower = Follower(after_seq, after_link if after_seq else GENESIS)
        for row in list(self.kept):
            if row.last_seq > after_seq:
                follower.take(row)
                yield row

    async def last_seq(self) -> int:
        return self.kept[-1].last_seq if self.kept else 0

    async def mark_digest(self, mark: DigestMark) -> None:
        if self.marks.setdefault(mark.seq, mark.digest) != mark.digest:
            raise JournalBroken(f"two digests at seq {mark.seq}")

    async def digest_marks(self, after_seq: int = 0) -> list[DigestMark]:
        return [DigestMark(seq, self.marks[seq]) for seq in sorted(self.marks) if seq > after_seq]

    async def close(self) -> None:
        """Nothing is held."""


class KeptStatements:
    """Tables as dicts and lists."""

    def __init__(self) -> None:
        self.seq = 0
        self.pages = 0
        self.bids: dict[int, BidView] = {}
        self.asks: dict[int, AskView] = {}
        self.leases: dict[int, LeaseView] = {}
        self.trades: list[TradeView] = []
        self.entries: list[Entry] = []
        self.balances: dict[str, Micros] = {}
        self.all_told: list[Told] = []

    async def position(self) -> int:
        return self.seq

    async def write(self, page: Page) -> None:
        if page.after_seq != self.seq:
            raise JournalBroken(f"the tables end at seq {self.seq}, the page begins after {page.after_seq}")
        self.seq = page.last_seq
        self.pages += 1
        self.bids |= {bid.bid_id: bid for bid in page.bids}
        self.asks |= {ask.ask_id: ask for ask in page.asks}
        self.leases |= {lease.lease_id: lease for lease in page.leases}
        self.trades += page.trades
        self.entries += page.entries
        self.balances |= dict(page.balances)
        self.all_told += page.told

    async def told(self, account_id: str, after_seq: int, until_seq: int) -> AsyncIterator[Told]:
        for told in list(self.all_told):
            if told.account_id == account_id and after_seq < told.seq <= until_seq:
                yield told

    async def told_seq(self) -> dict[str, int]:
        return {told.account_id: told.seq for told in self.all_told}

    async def clear(self) -> None:
        self.__init__()  # type: ignore[misc]


class Copyist:
    """A machine whose commands are gathered into pages, without a clock or a task."""

    def __init__(self) -> None:
        self.machine = StateMachine()
        self.views = Views()
        self.telling = Telling()
        self.pages = Pages(0)

    def apply(self, command: Command) -> list[Told]:
        _, applied = self.machine.apply(self.machine.state.seq + 1, command)
        told = self.telling.gather(self.views.fold(applied))
        self.pages.fold(applied, told)
        return told

    def page(self) -> Page | None:
        return self.pages.take(self.views, self.machine.state.ledger.balance)


async def written(commands: Sequence[Command], cut: Callable[[int], bool]) -> tuple[Copyist, KeptStatements]:
    """What commands lead to, and the statements of it, written after each command at which `cut` says so."""
    copyist, kept = Copyist(), KeptStatements()
    for number, command in enumerate(commands, start=1):
        copyist.apply(command)
        if cut(number) and (page := copyist.page()) is not None:
            await kept.write(page)
    if (page := copyist.page()) is not None:
        await kept.write(page)
    return copyist, kept
