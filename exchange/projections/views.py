"""All that can be read of the market: one fold over what has been applied, shared out to the projections.

`fold` takes commands' events in order and gives back what each account is to be told. Delete everything here and a
replay makes it again.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeVar

from exchange.language import events as e
from exchange.language.units import Seconds
from exchange.language.views import (
    AccountView,
    AskView,
    BidView,
    BookView,
    CandleView,
    CatalogView,
    Detail,
    IndexView,
    KeyView,
    LeaseView,
    Notice,
    Receipt,
    TradeView,
    TransferView,
)
from exchange.language.windows import ceil_to_step
from exchange.projections.accounts import Accounts
from exchange.projections.brakes import Brakes
from exchange.projections.candles import Candles
from exchange.projections.catalog import Catalog
from exchange.projections.depth import Depth
from exchange.projections.index import Index
from exchange.projections.leases import Leases
from exchange.projections.orders import Orders
from exchange.projections.tape import Tape

OrderEvent = e.BidChanged | e.BidPlaced | e.BidAmended | e.AskChanged | e.AskPlaced | e.AskAmended
V = TypeVar("V", BidView, AskView, LeaseView)


class Views:
    """The market as it can be read after the last command."""

    def __init__(self) -> None:
        self.seq = 0
        self.now_s: Seconds = 0
        self._catalog = Catalog()
        self._accounts = Accounts()
        self._orders = Orders()
        self._leases = Leases()
        self._tape = Tape()
        self._candles = Candles()
        self._index = Index()
        self._depth = Depth()
        self._brakes = Brakes()
        self._notices: list[Notice] = []
        self._settled: dict[int, None] = {}  # leases of which a period closed since they were last told of

    # -- writing ----------------------------------------------------------------------------------------------------

    def fold(self, applied: e.Applied) -> list[Notice]:
        """Take in what one command made happen; what accounts are to be told of it, in order."""
        self.seq = applied.seq
        placed: e.BidPlaced | e.AskPlaced | None = None
        leases: list[int] = []
        for event in applied.events:
            if isinstance(event, e.BidPlaced | e.AskPlaced):
                placed = event
            elif isinstance(event, e.Traded):
                leases.append(event.lease_id)
            self._take(event)
        self.now_s = applied.at_s
        if placed is not None:
            number = placed.bid_id if isinstance(placed, e.BidPlaced) else placed.ask_id
            own = [self._leases.leases[lease] for lease in leases]
            kind = "bid_id" if isinstance(placed, e.BidPlaced) else "ask_id"
            self._orders.keep_receipt(applied.seq, placed, [x for x in own if getattr(x, kind) == number])
        notices, self._notices = self._notices, []
        return notices

    def _take(self, event: e.Event) -> None:
        match event:
            case e.Transferred():
                view, concerned = self._accounts.transferred(event, self.seq, self.now_s)
                self._tell(concerned, "transfer", view)
            case e.BidChanged() | e.BidPlaced() | e.BidAmended() | e.AskChanged() | e.AskPlaced() | e.AskAmended():
                self._take_order(event)
            case e.Traded() | e.AccessGiven() | e.LeaseMetered() | e.PeriodSettled() | e.LeaseChanged():
                self._take_lease(event)
            case e.TimeAdvanced():
                self.now_s = event.now_s
            case e.AccountOpened():
                self._accounts.opened(event)
            case e.KeyRegistered():
                self._accounts.key_registered(event)
            case e.KeyRevoked():
                self._accounts.key_revoked(event)
            case e.TenorsSet():
                self._catalog.take(event)
                self._depth.tenors_s = self._candles.tenors_s = event.tenors_s
            case e.RulesSet() | e.RegionDefined() | e.ChipDefined():
                self._catalog.take(event)
            case e.MarketStateSet():
                self._brakes.set(event)
            case e.SelfTradePrevented():
                bid, ask = self._orders.bids[event.bid_id], self._orders.asks[event.ask_id]
                self._tell([bid.account_id], "bid.self_trade_prevented", bid)
                self._tell([ask.account_id], "ask.self_trade_prevented", ask)

    def _take_order(self, event: OrderEvent) -> None:
        match event:
            case e.BidPlaced():
                bid = self._orders.bid_placed(event, self.seq, self.now_s)
                self._depth.bid(None, bid)
                self._tell([bid.account_id], "bid.placed", bid)
            case e.BidChanged():
                before = self._orders.bids[event.bid_id]
                bid = self._orders.bid_changed(event)
                self._depth.bid(before, bid)
                if bid != before:
                    self._tell([bid.account_id], f"bid.{bid.state}", bid)
            case e.BidAmended():
                before = self._orders.bids[event.bid_id]
                bid = self._orders.bid_amended(event)
                self._depth.bid(before, bid)
                self._tell([bid.account_id], "bid.amended", bid)
            case e.AskAmended():
                ask = self._orders.ask_amended(event)
                self._depth.ask(ask)
                self._tell([ask.account_id], "ask.amended", ask)
            case e.AskPlaced():
                ask = self._orders.ask_placed(event, self.seq, self.now_s)
                self._depth.ask(ask)
                self._tell([ask.account_id], "ask.placed", ask)
            case e.AskChanged():
                earlier = self._orders.asks[event.ask_id]
                ask = self._orders.ask_changed(event)
                self._depth.ask(ask)
                if ask != earlier:
                    self._tell([ask.account_id], f"ask.{ask.state}", ask)

    def _take_lease(self, event: e.Traded | e.AccessGiven | e.LeaseMetered | e.PeriodSettled | e.LeaseChanged) -> None:
        match event:
            case e.Traded():
                self._tape.traded(event, self.seq, self.now_s)
                self._candles.traded(event, self.now_s)
                self._index.traded(event, self._catalog.du_milli(event.chip), self.now_s)
                lease = self._leases.scheduled(event, self.seq, self.now_s, self._catalog.du_milli(event.chip))
                told = "lease.scheduled"
            case e.AccessGiven():
                lease, told = self._leases.access_given(event), "lease.access_given"
            case e.LeaseMetered():
                lease, told = self._leases.metered(event), "lease.metered"
            case e.PeriodSettled():
                self._leases.settled(event)
                self._settled[event.lease_id] = None
                return  # told with the change that follows
            case e.LeaseChanged():
                before = self._leases.leases[event.lease_id]
                lease = self._leases.changed(event)
                settled = event.lease_id in self._settled
                self._settled.pop(event.lease_id, None)
                if not settled and lease == before:
                    return
                told = f"lease.{lease.state}" if lease.state != before.state else "lease.settled"
        self._tell([lease.buyer, lease.provider], told, lease)

    def _tell(self, accounts: Sequence[str], told: str, data: Detail) -> None:
        for account_id in accounts:
            self._notices.append(Notice(account_id=account_id, seq=self.seq, at_s=self.now_s, type=told, data=data))

    # -- reading ----------------------------------------------------------------------------------------------------

    def catalog(self) -> CatalogView:
        return self._catalog.view()

    def accounts(self) -> Iterable[AccountView]:
        return self._accounts.accounts.values()

    def account(self, account_id: str) -> AccountView | None:
        return self._accounts.accounts.get(account_id)

    def key(self, secret_hash: str) -> KeyView | None:
        return self._accounts.keys_by_hash.get(secret_hash)

    def keys(self, account_id: str) -> list[KeyView]:
        return self._accounts.keys_of(account_id)

    def bid(self, bid_id: int) -> BidView | None:
        return self._orders.bids.get(bid_id)

    def ask(self, ask_id: int) -> AskView | None:
        return self._orders.asks.get(ask_id)

    def lease(self, lease_id: int) -> LeaseView | None:
        return self._leases.leases.get(lease_id)

    def sealed_access(self, lease_id: int) -> bytes | None:
        return self._leases.sealed_access.get(lease_id)

    def bids(self, account_id: str, state: str | None, before: int | None, limit: int) -> list[BidView]:
        return _newest(self._orders.bids_of.get(account_id, ()), self._orders.bids, state, before, limit)

    def asks(self, account_id: str, state: str | None, before: int | None, limit: int) -> list[AskView]:
        return _newest(self._orders.asks_of.get(account_id, ()), self._orders.asks, state, before, limit)

    def leases(self, account_id: str, state: str | None, before: int | None, limit: int) -> list[LeaseView]:
        return _newest(self._leases.leases_of.get(account_id, ()), self._leases.leases, state, before, limit)

    def transfers(self, account_id: str, before: int | None, limit: int) -> list[TransferView]:
        found: list[TransferView] = []
        for view in reversed(self._accounts.transfers_of.get(account_id, [])):
            if len(found) == limit:
                break
            if before is None or view.transfer.transfer_id < before:
                found.append(view)
        return found

    def statement(self, lease_id: int) -> list[TransferView]:
        return list(self._accounts.statements.get(lease_id, ()))

    def receipt(self, account_id: str, client_order_id: str) -> Receipt | None:
        return self._orders.receipts.get((account_id, client_order_id))

    def markets(self) -> list[tuple[str, str]]:
        return sorted(self._depth.markets)

    def market_state(self, region: str, chip: str) -> str:
        return self._brakes.state(region, chip)

    def brakes(self) -> list[e.MarketStateSet]:
        return self._brakes.all()

    def book(self, region: str, chip: str, tenor_s: Seconds, depth: int) -> BookView:
        rules = self._catalog.rules
        next_step_s = ceil_to_step(self.now_s, rules.step_s) if rules else self.now_s
        asks, bids = self._depth.top(region, chip, tenor_s, depth, next_step_s)
        return BookView(region=region, chip=chip, tenor_s=tenor_s, seq=self.seq, asks=asks, bids=bids)

    def candles(self, region: str, chip: str, tenor_s: Seconds, interval_s: Seconds, limit: int) -> list[CandleView]:
        found = self._candles.candles.get((region, chip, tenor_s, interval_s), [])
        return found[-limit:]

    def indices(self) -> list[IndexView]:
        return self._index.view()

    def trades(self, region: str, chip: str, before: int | None, limit: int) -> list[TradeView]:
        trades = self._tape.trades.get((region, chip), [])
        older = (trade for trade in reversed(trades) if before is None or trade.trade_id < before)
        return list(islice(older, limit))


def _newest(numbers: Sequence[int], views: dict[int, V], state: str | None, before: int | None, limit: int) -> list[V]:
    """Up to `limit` views with numbers below `before`, newest first."""
    found: list[V] = []
    for number in reversed(numbers):
        if len(found) == limit:
            break
        if (before is None or number < before) and (state is None or views[number].state == state):
            found.append(views[number])
    return found
