"""The one door of the market: `submit` a command, `subscribe` to what happens, `reads` for what is.

Whoever holds an Outcome holds a fact: its command is durable. Reads are of the state after the last durable command.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Protocol, TypeVar

from msgspec import Struct

from exchange.language.commands import Command, PlaceBid
from exchange.language.events import MarketStateSet
from exchange.language.hits import Hits
from exchange.language.news import BookNews, StatusNews, TradesNews
from exchange.language.pulse import Pulse
from exchange.language.rejects import Reject
from exchange.language.statements import Told
from exchange.language.units import Seconds
from exchange.language.views import (
    AccountView,
    AskView,
    Audit,
    BidView,
    BookView,
    CandleView,
    CatalogView,
    Explanation,
    IndexView,
    KeyView,
    LeaseView,
    Quote,
    Receipt,
    TradeView,
)
from exchange.language.views_money import (
    AccountStatement,
    ContestView,
    FlagView,
    LeaseStatement,
    ProgrammeKpi,
    ProgrammeView,
    VenueKpis,
    VoucherView,
)
from exchange.language.views_operator import AuditEntry, CurbsView, ProposalView
from exchange.language.views_overview import CapacityView, UseView

T_co = TypeVar("T_co", covariant=True)


class Outcome(Struct, frozen=True, gc=False):
    """What became of a command. `subject` is the number of the order or lease it was about, 0 for none.

    For a repeated order `seq` is that of the first time and `repeated` is set. An amendment says whether the order
    kept its place in the queue.
    """

    seq: int
    reject: Reject | None = None
    subject: int = 0
    repeated: bool = False
    kept_priority: bool | None = None


class MarketStopped(Exception):
    """The market is stopping or has stopped; a command that was not answered may or may not be in the journal."""


class Busy(Exception):
    """The inbox is full: the command was not taken, and may be sent again."""


class FellBehind(Exception):
    """A subscriber did not read fast enough and was let go; it must subscribe again."""


class CannotResume(Exception):
    """There is no going on from there: the market has not come so far, or does not keep what it told so long ago."""


class Subscription(Protocol[T_co]):
    """News in order, to be iterated once. Iterating ends when the market does, and raises FellBehind as it says."""

    def __aiter__(self) -> AsyncIterator[T_co]: ...

    def close(self) -> None: ...


class Reads(Protocol):
    """What is, after the last command. Lists are newest first and begin after `before` (an id or transfer number)."""

    @property
    def seq(self) -> int: ...

    @property
    def now_s(self) -> Seconds: ...

    def catalog(self) -> CatalogView: ...

    def accounts(self) -> Iterable[AccountView]: ...

    def account(self, account_id: str) -> AccountView | None: ...

    def key(self, secret_hash: str) -> KeyView | None:
        """The bearer key whose secret has this hash."""
        ...

    def key_by_id(self, key_id: str) -> KeyView | None: ...

    def keys(self, account_id: str) -> list[KeyView]: ...

    def dead_man_until_s(self, account_id: str) -> Seconds | None:
        """When all open orders of an account will be canceled, unless its dead man is set again by then."""
        ...

    def armed(self) -> Mapping[str, str]:
        """The sessions whose end cancels all open orders of an account, each with that account."""
        ...

    def bid(self, bid_id: int) -> BidView | None: ...

    def ask(self, ask_id: int) -> AskView | None: ...

    def lease(self, lease_id: int) -> LeaseView | None: ...

    def lease_states(self) -> dict[str, int]:
        """How many leases are in each state there is."""
        ...

    def sealed_access(self, lease_id: int) -> bytes | None: ...

    def bids(self, account_id: str, state: str | None, before: int | None, limit: int) -> list[BidView]: ...

    def asks(self, account_id: str, state: str | None, before: int | None, limit: int) -> list[AskView]: ...

    def leases(self, account_id: str, state: str | None, before: int | None, limit: int) -> list[LeaseView]:
        """Each with its last PERIODS_SHOWN periods at least; `lease` has all."""
        ...

    def transfers(
        self,
        account_id: str,
        before: int | None,
        limit: int,
        from_s: Seconds | None = None,
        until_s: Seconds | None = None,
    ) -> AccountStatement: ...

    def statement(self, lease_id: int) -> LeaseStatement | None: ...

    def programmes(self) -> list[ProgrammeView]: ...

    def vouchers(self, account_id: str) -> list[VoucherView]: ...

    def contests(self, before: int | None, limit: int) -> list[ContestView]:
        """Newest first; `before` is the place of one in the list of all, counting from 1."""
        ...

    def flags(self, kind: str | None, before: int | None, limit: int) -> list[FlagView]: ...

    def flag_counts(self) -> dict[str, int]:
        """How many flags of each kind that there is."""
        ...

    def kpis(self) -> list[ProgrammeKpi]: ...

    def usage(self) -> VenueKpis: ...

    def curbs(self) -> CurbsView:
        """What operators hold back beside the states of markets."""
        ...

    def blocked(self, account_id: str) -> bool: ...

    def paused(self, programme: str) -> bool: ...

    def proposal_of(self, seq: int) -> ProposalView | None:
        """The proposal that the command of this seq made; None when it did what was asked."""
        ...

    def proposal(self, number: int) -> ProposalView | None: ...

    def proposals(self, state: str | None, before: int | None, limit: int) -> list[ProposalView]:
        """Newest first; `before` is the number of one."""
        ...

    def audit_log(self, action: str | None, account_id: str | None, before: int | None, limit: int) -> list[AuditEntry]:
        """What operators did, newest first: of an action, by or about an account; `before` is a seq."""
        ...

    def accounts_latest(self, before: int | None, limit: int) -> list[tuple[int, AccountView]]:
        """Accounts with their numbers, in the order of their opening from 1; newest first."""
        ...

    def all_leases(
        self, state: str | None, market: tuple[str, str] | None, account_id: str | None, before: int | None, limit: int
    ) -> list[LeaseView]:
        """Leases of everybody, as `leases` shows them; of one state, one market, one account, where that is named."""
        ...

    def capacity(self, days: int, market: tuple[str, str] | None = None) -> list[CapacityView]:
        """Who holds which chips in the days from now on: by market, or, where one is named, by site within it."""
        ...

    def programme_use(self) -> list[UseView]:
        """What each programme has granted of late, in the order of definition."""
        ...

    def account_at(self, account_id: str, seq: int) -> AccountView | None:
        """An account as it stood after a request about it that had an idempotency key."""
        ...

    def lease_at(self, lease_id: int, seq: int) -> LeaseView | None:
        """A lease as it stood after a request about it that had an idempotency key."""
        ...

    def programme_at(self, programme: str, seq: int) -> ProgrammeView | None:
        """A programme as it stood after the request that worded it, which had an idempotency key."""
        ...

    def market_state_at(self, region: str, chip: str, seq: int) -> str | None:
        """What held in a market after a request about it that had an idempotency key."""
        ...

    def receipt(self, account_id: str, client_order_id: str) -> Receipt | None: ...

    def markets(self) -> list[tuple[str, str]]: ...

    def market_state(self, region: str, chip: str) -> str: ...

    def brakes(self) -> list[MarketStateSet]:
        """What operators have set last for each market, region, chip type and the venue, open ones included."""
        ...

    def book(self, region: str, chip: str, tenor_s: Seconds, depth: int) -> BookView: ...

    def candles(
        self, region: str, chip: str, tenor_s: Seconds, interval_s: Seconds, limit: int
    ) -> list[CandleView]: ...

    def indices(self) -> list[IndexView]: ...

    def trades(self, region: str, chip: str, before: int | None, limit: int) -> list[TradeView]: ...


class Market(Protocol):
    """An exchange that is open for business."""

    @property
    def reads(self) -> Reads: ...

    @property
    def sandbox(self) -> bool: ...

    @property
    def ready(self) -> bool: ...

    @property
    def waiting(self) -> int:
        """How many commands were taken and are not being carried out yet."""
        ...

    @property
    def clock_s(self) -> Seconds:
        """The market's own time now, which the next command will be stamped with."""
        ...

    async def submit(self, command: Command) -> Outcome:
        """Carry out a command, durably. Raises Busy (not taken) or MarketStopped (outcome unknown)."""
        ...

    async def advance_clock(self, by_s: Seconds) -> Outcome:
        """Sandbox only: move the market's clock forward, everything due on the way happening in order."""
        ...

    def subscribe(self, account_id: str, from_seq: int | None = None) -> Subscription[Told]:
        """What an account is told from now on, or was and is told by the commands after `from_seq`; all, in order.

        Raises CannotResume; iterating raises FellBehind when too much was not read after it had once caught up.
        """
        ...

    def subscribe_book(self, region: str, chip: str, tenor_s: Seconds) -> Subscription[BookNews]:
        """A book whole, then what changes in it; whole again for who does not read fast enough."""
        ...

    def subscribe_trades(self, region: str, chip: str) -> Subscription[TradesNews]:
        """A market's trades from now on. Iterating raises FellBehind when too much was not read."""
        ...

    def subscribe_status(self) -> Subscription[StatusNews]:
        """What operators have set, at once and whenever that changes."""
        ...

    def quote(self, order: PlaceBid) -> Quote | Reject:
        """What a bid would get if it came now; its client_order_id is not looked at. Changes nothing."""
        ...

    def explain(self, account_id: str, bid_id: int) -> Explanation | None:
        """Why an open bid of an account is not filled, and what would fill it; None for any other. Changes nothing."""
        ...

    def pulse(self) -> Pulse:
        """What every stage has done since the market was opened, and what waits."""
        ...

    def preview(self, command: Command) -> Hits | Reject:
        """Whom an operator's brake would hit if it were pulled now, or why it could not be. Changes nothing."""
        ...

    def would_hit(self, proposal_id: int) -> Hits | None:
        """Whom an open proposal would hit if it were confirmed now; None for one that is not open. Changes nothing."""
        ...

    def audit(self) -> Audit:
        """Check all the books from scratch, and hash the whole state."""
        ...
