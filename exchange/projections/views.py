"""All that can be read of the market: one fold over what has been applied, shared out to the projections.

`fold` takes commands' events in order and gives back what each account is to be told. Delete everything here and a
replay makes it again. A lease is told of once for each way in which a command has changed it, to all who are concerned:
its buyer, its provider, and who delivers.
"""

from collections.abc import Iterable

from exchange.language import events as e
from exchange.language import events_money as m
from exchange.language.claims import Claimant
from exchange.language.commands import PER_CONTRACT
from exchange.language.units import Micros
from exchange.language.views import Detail, Notice
from exchange.projections.leases import parties
from exchange.projections.reading import Reading

OrderEvent = e.BidChanged | e.BidPlaced | e.BidAmended | e.AskChanged | e.AskPlaced | e.AskAmended
LeaseEvent = e.Traded | e.AccessGiven | e.LeaseMetered | e.PeriodSettled | e.LeaseChanged
TurnEvent = m.LeaseCut | m.PeriodContested | m.ContestRuled
ProgrammeEvent = m.ProgrammeDefined | m.ProgrammeChanged | m.SubsidyMoved


class Views(Reading):
    """The market as it can be read, kept up to date by folding."""

    def __init__(self) -> None:
        super().__init__()
        self._notices: list[Notice] = []
        self._asked: list[m.MoneyMoved | TurnEvent] = []  # what a command with an idempotency key may have been about
        self._untold: dict[int, str] = {}  # leases that something has happened to -> what they will be told it was

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
        for number in list(self._untold):
            self._tell_lease(number, self._untold.pop(number))
        if placed is not None:
            self._keep_receipt(placed, leases)
        if self._asked:
            self._keep_answers()
        notices, self._notices = self._notices, []
        return notices

    def _take(self, event: e.Event) -> None:
        match event:
            case e.Transferred():
                for account_id, view in self._accounts.transferred(event, self.seq, self.now_s).items():
                    self._tell([account_id], "transfer", view)
            case e.BidChanged() | e.BidPlaced() | e.BidAmended() | e.AskChanged() | e.AskPlaced() | e.AskAmended():
                self._take_order(event)
            case e.Traded() | e.AccessGiven() | e.LeaseMetered() | e.PeriodSettled() | e.LeaseChanged():
                self._take_lease(event)
            case e.TimeAdvanced():
                self.now_s = event.now_s
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
            case _:
                self._take_more(event)

    def _take_more(self, event: e.Event) -> None:
        """What happens more seldom: to accounts, to parts of leases, in contests, to programmes."""
        match event:
            case e.AccountOpened():
                self._accounts.opened(event)
                self._supervision.opened(event.account_id, event.owner_group)
            case e.KeyRegistered():
                self._accounts.key_registered(event)
            case e.KeyRevoked():
                self._accounts.key_revoked(event)
            case m.MoneyMoved():
                self._asked.append(event)
            case m.ContestableChanged():
                self._accounts.contestable_changed(event)
            case m.PartResold():
                self._leases.resold(event)
                self._untold[event.lease_id] = "lease.part_resold"
            case m.PartReturned():
                self._leases.returned(event)
                self._untold[event.lease_id] = "lease.part_returned"
            case m.LeaseCut() | m.PeriodContested() | m.ContestRuled():
                self._take_turn(event)
            case m.ProgrammeDefined() | m.ProgrammeChanged() | m.SubsidyMoved():
                self._take_programme(event)
            case m.GroupsRelated():
                self._supervision.related(event, self.seq, self.now_s)

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

    def _take_lease(self, event: LeaseEvent) -> None:
        match event:
            case e.Traded():
                self._take_trade(event)
                self._tell_lease(event.lease_id, "lease.scheduled")
            case e.AccessGiven():
                self._leases.access_given(event)
                self._tell_lease(event.lease_id, "lease.access_given")
            case e.LeaseMetered():
                self._leases.metered(event)
                self._tell_lease(event.lease_id, "lease.metered")
            case e.PeriodSettled():
                self._leases.settled(event)
                self._untold[event.lease_id] = "lease.settled"  # told with the change that follows
            case e.LeaseChanged():
                before = self._leases.face(event.lease_id)
                self._leases.changed(event)
                self._programmes.lease_changed(event)
                self._supervision.lease_changed(event, self.seq, self.now_s)
                news = self._untold.pop(event.lease_id, None)
                if event.state != before.state:
                    self._tell_lease(event.lease_id, f"lease.{event.state}")
                elif news is not None or self._leases.face(event.lease_id) != before:
                    self._tell_lease(event.lease_id, news or "lease.changed")

    def _take_trade(self, event: e.Traded) -> None:
        chip, buyer = self._catalog.chips[event.chip], self._accounts.as_opened[event.buyer]
        self._tape.traded(event, self.seq, self.now_s)
        self._candles.traded(event, self.now_s)
        self._index.traded(event, chip.du_milli, self.now_s)
        self._leases.scheduled(event, self.seq, self.now_s, chip.du_milli)
        self._programmes.traded(event, buyer.owner_group, domestic=chip.domestic, now_s=self.now_s)
        cap: Micros | None = None
        if event.programme is not None:
            claimant = Claimant(buyer.owner_group, buyer.tags, buyer.place, self.now_s)
            cap = self._programmes.least_cap(event.programme, claimant, PER_CONTRACT)
        self._supervision.traded(event, cap, self.seq, self.now_s)

    def _take_turn(self, event: TurnEvent) -> None:
        """A lease is cut short, or a period of it is in dispute, which concerns all by whom it is paid."""
        self._asked.append(event)
        match event:
            case m.LeaseCut():
                self._leases.cut(event)
                self._untold[event.lease_id] = "lease.cut" if event.part_id is None else "lease.part_cut"
            case m.PeriodContested():
                self._leases.contested(event)
                self._contests.contested(event, self._leases.face(event.lease_id).buyer, self.now_s)
                for lease in self._leases.chain(event.lease_id):
                    self._untold[lease.lease_id] = "lease.contested"
            case m.ContestRuled():
                self._leases.ruled(event)
                self._contests.ruled(event, self.now_s)
                for lease in self._leases.chain(event.lease_id):
                    self._untold[lease.lease_id] = "lease.ruled"

    def _take_programme(self, event: ProgrammeEvent) -> None:
        match event:
            case m.ProgrammeDefined():
                self._programmes.defined(event, self.now_s)
            case m.ProgrammeChanged():
                self._programmes.changed(event)
            case m.SubsidyMoved():
                self._programmes.subsidy_moved(event)

    def _keep_receipt(self, placed: e.BidPlaced | e.AskPlaced, leases: list[int]) -> None:
        kind, number = ("bid_id", placed.bid_id) if isinstance(placed, e.BidPlaced) else ("ask_id", placed.ask_id)
        own = [lease for lease in map(self._leases.whole, leases) if getattr(lease, kind) == number]
        self._orders.keep_receipt(self.seq, placed, own)

    def _keep_answers(self) -> None:
        """What the commands that may be sent again with an idempotency key are answered."""
        for event in self._asked:
            if isinstance(event, m.MoneyMoved):
                self._accounts.keep_moved(event, self.seq)
            else:
                self._leases.keep_turned(event.lease_id, self.seq)
        self._asked.clear()

    def _tell_lease(self, number: int, told: str) -> None:
        lease = self._leases.whole(number)
        self._tell(parties(lease), told, lease)

    def _tell(self, accounts: Iterable[str], told: str, data: Detail) -> None:
        for account_id in accounts:
            self._notices.append(Notice(account_id=account_id, seq=self.seq, at_s=self.now_s, type=told, data=data))
