"""The market as it can be read after the last command: every question of the port, answered from the projections."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import islice, takewhile

from exchange.language.events import RUNNING, SCHEDULED, MarketStateSet
from exchange.language.instants import year_of
from exchange.language.units import DAY_S, Seconds
from exchange.language.views import (
    AccountView,
    AskView,
    BidView,
    BookView,
    CandleView,
    CatalogView,
    IndexView,
    KeyView,
    LeaseView,
    Level,
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
from exchange.language.windows import ceil_to_step
from exchange.projections import capacity
from exchange.projections.accounts import Accounts
from exchange.projections.audit import AuditLog
from exchange.projections.brakes import Brakes
from exchange.projections.candles import Candles
from exchange.projections.catalog import Catalog
from exchange.projections.contests import Contests
from exchange.projections.curbs import Curbs
from exchange.projections.depth import Depth
from exchange.projections.index import Index
from exchange.projections.leases import Leases
from exchange.projections.orders import Orders
from exchange.projections.programmes import Programmes
from exchange.projections.supervision import Supervision
from exchange.projections.tape import Tape
from exchange.projections.usage import Usage
from exchange.projections.watch import Watch

OPEN_STATES = (SCHEDULED, RUNNING)
USE_S = 7 * DAY_S  # what "of late" is
USE_LEASES = 20_000  # that are looked at for it


class Reading:
    """The projections, and what they say. Whoever writes them is `Views`."""

    def __init__(self) -> None:
        self.seq = 0
        self.now_s: Seconds = 0
        self._catalog = Catalog()
        self._accounts = Accounts()
        self._watch = Watch()
        self._orders = Orders()
        self._leases = Leases()
        self._contests = Contests()
        self._programmes = Programmes()
        self._supervision = Supervision(self._leases)
        self._usage = Usage()
        self._tape = Tape()
        self._candles = Candles()
        self._index = Index()
        self._depth = Depth()
        self._brakes = Brakes()
        self._curbs = Curbs()
        self._audit = AuditLog()

    # -- accounts ---------------------------------------------------------------------------------------------------

    def accounts(self) -> Iterable[AccountView]:
        return self._accounts.all()

    def account(self, account_id: str) -> AccountView | None:
        return self._accounts.account(account_id)

    def account_at(self, account_id: str, seq: int) -> AccountView | None:
        return self._accounts.moved_at.get((account_id, seq))

    def accounts_latest(self, before: int | None, limit: int) -> list[tuple[int, AccountView]]:
        return self._accounts.latest(before, limit)

    def key(self, secret_hash: str) -> KeyView | None:
        return self._accounts.key_of_hash(secret_hash)

    def key_by_id(self, key_id: str) -> KeyView | None:
        return self._accounts.keys.get(key_id)

    def keys(self, account_id: str) -> list[KeyView]:
        return self._accounts.keys_of(account_id)

    def dead_man_until_s(self, account_id: str) -> Seconds | None:
        return self._watch.until_s.get(account_id)

    def armed(self) -> Mapping[str, str]:
        return self._watch.armed

    def transfers(
        self,
        account_id: str,
        before: int | None,
        limit: int,
        from_s: Seconds | None = None,
        until_s: Seconds | None = None,
    ) -> AccountStatement:
        return self._accounts.statement(account_id, before, limit, from_s, until_s)

    # -- orders -----------------------------------------------------------------------------------------------------

    def bid(self, bid_id: int) -> BidView | None:
        return self._orders.find_bid(bid_id)

    def ask(self, ask_id: int) -> AskView | None:
        return self._orders.find_ask(ask_id)

    def bids(self, account_id: str, state: str | None, before: int | None, limit: int) -> list[BidView]:
        return [self._orders.bid(number) for number in self._orders.bids_of.newest(account_id, state, before, limit)]

    def asks(self, account_id: str, state: str | None, before: int | None, limit: int) -> list[AskView]:
        return [self._orders.ask(number) for number in self._orders.asks_of.newest(account_id, state, before, limit)]

    def receipt(self, account_id: str, client_order_id: str) -> Receipt | None:
        return self._orders.receipt(account_id, client_order_id)

    # -- leases -----------------------------------------------------------------------------------------------------

    def lease(self, lease_id: int) -> LeaseView | None:
        return self._leases.get(lease_id)

    def lease_at(self, lease_id: int, seq: int) -> LeaseView | None:
        return self._leases.turned_at.get((lease_id, seq))

    def leases(self, account_id: str, state: str | None, before: int | None, limit: int) -> list[LeaseView]:
        return [
            self._leases.brief(number) for number in self._leases.leases_of.newest(account_id, state, before, limit)
        ]

    def lease_states(self) -> dict[str, int]:
        return dict(self._leases.states)

    def sealed_access(self, lease_id: int) -> bytes | None:
        return self._leases.sealed_access.get(lease_id)

    def statement(self, lease_id: int) -> LeaseStatement | None:
        lease = self._leases.get(lease_id)
        return None if lease is None else self._accounts.lease_statement(lease)

    def contests(self, before: int | None, limit: int) -> list[ContestView]:
        return self._contests.newest(before, limit)

    def all_leases(
        self, state: str | None, market: tuple[str, str] | None, account_id: str | None, before: int | None, limit: int
    ) -> list[LeaseView]:
        if account_id is not None:
            numbers = self._leases.leases_of.numbers(account_id, state)
        elif state in OPEN_STATES:
            numbers = self._supervision.open_leases()
        else:
            numbers = self._leases.numbers(state, market)
        found: list[LeaseView] = []
        for place in reversed(range(len(numbers) if before is None else bisect_left(numbers, before))):
            if len(found) == limit:
                break
            if self._leases.stands(number := numbers[place], state, market):
                found.append(self._leases.brief(number))
        return found

    def capacity(self, days: int, market: tuple[str, str] | None = None) -> list[CapacityView]:
        leases = map(self._leases.face, self._supervision.open_leases())
        asks = (ask for depth in self._depth.markets.values() for ask in depth.resting.values())
        sites = capacity.by_site(leases, asks, self.now_s, days)
        if market is None:
            return capacity.by_market(sites)
        return [site for site in sites if (site.region, site.chip) == market]

    def programme_use(self) -> list[UseView]:
        programmes = self._programmes.programmes
        granted, since_s = dict.fromkeys(programmes, 0), self.now_s
        for number in islice(range(self._leases.count, 0, -1), USE_LEASES):
            created_s = self._leases.created_s[number - 1]
            if created_s < self.now_s - USE_S:
                since_s = self.now_s - USE_S
                break
            since_s = created_s
            if (programme := self._programmes.paying(number)) is not None:
                granted[programme] += self._leases.subsidy_micros[number - 1]
        return [UseView(programme=name, since_s=since_s, granted_micros=granted[name]) for name in programmes]

    # -- vouchers and supervision -----------------------------------------------------------------------------------

    def programmes(self) -> list[ProgrammeView]:
        return list(self._programmes.programmes.values())

    def programme_at(self, programme: str, seq: int) -> ProgrammeView | None:
        return self._programmes.worded_at.get((programme, seq))

    def vouchers(self, account_id: str) -> list[VoucherView]:
        account = self._accounts.as_opened.get(account_id)
        return [] if account is None else self._programmes.vouchers(account, self.now_s)

    def kpis(self) -> list[ProgrammeKpi]:
        figures = {name: view.definition.pool_micros for name, view in self._programmes.programmes.items()}
        return self._programmes.kpis.view(figures, year_of(self.now_s))

    def flags(self, kind: str | None, before: int | None, limit: int) -> list[FlagView]:
        return self._supervision.newest(kind, before, limit)

    def usage(self) -> VenueKpis:
        venue, regions, providers = self._usage.kpis(self.now_s)
        return VenueKpis(venue=venue, regions=tuple(regions), providers=tuple(providers))

    def flag_counts(self) -> dict[str, int]:
        return self._supervision.counts()

    # -- operators --------------------------------------------------------------------------------------------------

    def curbs(self) -> CurbsView:
        return self._curbs.view(self._brakes.held())

    def blocked(self, account_id: str) -> bool:
        return account_id in self._curbs.accounts

    def paused(self, programme: str) -> bool:
        return programme in self._curbs.programmes

    def proposal_of(self, seq: int) -> ProposalView | None:
        return self._curbs.proposal_of(seq)

    def proposal(self, number: int) -> ProposalView | None:
        return self._curbs.proposal(number)

    def proposals(self, state: str | None, before: int | None, limit: int) -> list[ProposalView]:
        return self._curbs.newest(state, before, limit)

    def audit_log(self, action: str | None, account_id: str | None, before: int | None, limit: int) -> list[AuditEntry]:
        return self._audit.newest(action, account_id, before, limit)

    @property
    def audit_size(self) -> int:
        """How many entries the audit log has."""
        return len(self._audit.entries)

    # -- markets ----------------------------------------------------------------------------------------------------

    def catalog(self) -> CatalogView:
        return self._catalog.view()

    def markets(self) -> list[tuple[str, str]]:
        return sorted(self._depth.markets)

    def market_state(self, region: str, chip: str) -> str:
        return self._brakes.state(region, chip)

    def market_state_at(self, region: str, chip: str, seq: int) -> str | None:
        return self._brakes.set_at.get((region, chip, seq))

    def brakes(self) -> list[MarketStateSet]:
        return self._brakes.all()

    def book(self, region: str, chip: str, tenor_s: Seconds, depth: int) -> BookView:
        asks, bids = self._depth.top(region, chip, tenor_s, depth, self._next_step_s())
        return BookView(region=region, chip=chip, tenor_s=tenor_s, seq=self.seq, asks=asks, bids=bids)

    def watch_book(self, region: str, chip: str, tenor_s: Seconds) -> None:
        """Remember from here on what changes in a book."""
        self._depth.watch(region, chip, tenor_s, self._next_step_s())

    def unwatch_book(self, region: str, chip: str, tenor_s: Seconds) -> None:
        """Remember no more."""
        self._depth.unwatch(region, chip, tenor_s)

    def book_changes(self, region: str, chip: str, tenor_s: Seconds) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
        """The asks' and bids' levels of a watched book that have changed since the last call, in no order."""
        return self._depth.changes(region, chip, tenor_s, self._next_step_s())

    def candles(self, region: str, chip: str, tenor_s: Seconds, interval_s: Seconds, limit: int) -> list[CandleView]:
        found = self._candles.candles.get((region, chip, tenor_s, interval_s), [])
        return found[-limit:]

    def indices(self) -> list[IndexView]:
        return self._index.view()

    def trades(self, region: str, chip: str, before: int | None, limit: int) -> list[TradeView]:
        trades = self._tape.trades.get((region, chip), [])
        end = len(trades) if before is None else bisect_left(trades, before, key=lambda trade: trade.trade_id)
        return trades[max(0, end - limit) : end][::-1]

    def trades_after(self, region: str, chip: str, seq: int) -> list[TradeView]:
        """The trades of a market by the commands after one, oldest first."""
        trades = self._tape.trades.get((region, chip), [])
        newer = list(takewhile(lambda trade: trade.seq > seq, reversed(trades)))
        newer.reverse()
        return newer

    def _next_step_s(self) -> Seconds:
        rules = self._catalog.rules
        return ceil_to_step(self.now_s, rules.step_s) if rules else self.now_s
