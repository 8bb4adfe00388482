"""All that can be read of the market: one fold over what has been applied, shared out to the projections.

`fold` takes commands' events in order and gives back what each account is to be told; `TAKERS`, at the end, says what
becomes of each kind. Delete everything here and a replay makes it again. A lease is told of once for each way in which
a command has changed it, to all who are concerned: its buyer, its provider, and who delivers.
"""

from collections.abc import Callable
from typing import Any, Final

from exchange.language import events as e
from exchange.language import events_money as m
from exchange.language import events_operator as o
from exchange.language import events_sessions as s
from exchange.language.claims import Claimant
from exchange.language.commands import PER_CONTRACT
from exchange.language.units import Micros
from exchange.language.views import Detail, Notice
from exchange.projections.leases import parties
from exchange.projections.reading import Reading
from exchange.projections.usage import OVER

TurnEvent = m.LeaseCut | m.PeriodContested | m.ContestRuled
Placed = e.BidPlaced | e.AskPlaced


class Views(Reading):
    """The market as it can be read, kept up to date by folding."""

    def __init__(self) -> None:
        super().__init__()
        # Of the current command:
        self._notices: list[Notice] = []
        self._placed: Placed | None = None
        self._made: list[int] = []  # leases
        self._asked: list[m.MoneyMoved | TurnEvent | e.AnswerKept] = []  # what may be asked about again, by key
        self._untold: dict[int, str] = {}  # leases that something has happened to -> what they will be told it was

    def fold(self, applied: e.Applied) -> list[Notice]:
        """Take in what one command made happen; what accounts are to be told of it, in order."""
        self.seq = applied.seq
        for event in applied.events:
            TAKERS[type(event)](self, event)
        self.now_s = applied.at_s
        for number in list(self._untold):
            self._tell_lease(number, self._untold.pop(number))
        if self._placed is not None:
            self._keep_receipt(self._placed)
            self._placed = None
        if self._made:
            self._made = []
        if self._asked:
            self._keep_answers()
        self._orders.put_away()
        self._leases.put_away()
        notices, self._notices = self._notices, []
        return notices

    def row_ended(self, first_seq: int, last_seq: int, link: bytes) -> None:
        """The journal's row of the last commands folded is whole, and this is its link."""
        self._audit.row_ended(first_seq, last_seq, link)

    def _take_time(self, event: e.TimeAdvanced) -> None:
        self.now_s = event.now_s

    def _take_transfer(self, event: e.Transferred) -> None:
        for account_id, view in self._accounts.transferred(event, self.seq, self.now_s):
            self._tell(account_id, "transfer", view)

    def _take_dead_man(self, event: s.DeadManFired) -> None:
        self._watch.dead_man_fired(event)
        account = self._accounts.account(event.account_id)
        assert account is not None
        self._tell(event.account_id, "dead_man.fired", account)

    # -- orders -----------------------------------------------------------------------------------------------------

    def _take_bid(self, event: e.BidPlaced) -> None:
        bid = self._orders.bid_placed(event, self.seq, self.now_s)
        self._placed = event
        self._depth.bid(bid)
        self._tell(bid.account_id, "bid.placed", bid)

    def _take_bid_change(self, event: e.BidChanged) -> None:
        before = self._orders.bid(event.bid_id)
        bid = self._orders.bid_changed(event)
        if bid != before:
            self._depth.bid(bid)
            self._tell(bid.account_id, f"bid.{bid.state}", bid)

    def _take_bid_amendment(self, event: e.BidAmended) -> None:
        bid = self._orders.bid_amended(event)
        self._depth.bid(bid)
        self._tell(bid.account_id, "bid.amended", bid)

    def _take_ask(self, event: e.AskPlaced) -> None:
        ask = self._orders.ask_placed(event, self.seq, self.now_s)
        self._placed = event
        self._depth.ask(ask, self._next_step_s())
        self._usage.ask(None, ask)
        self._tell(ask.account_id, "ask.placed", ask)

    def _take_ask_change(self, event: e.AskChanged) -> None:
        before = self._orders.ask(event.ask_id)
        next_step_s = self._next_step_s()
        ask = self._orders.ask_changed(event, next_step_s)
        self._depth.ask(ask, next_step_s)
        self._usage.ask(before, ask)
        if ask != before:
            self._tell(ask.account_id, f"ask.{ask.state}", ask)

    def _take_ask_amendment(self, event: e.AskAmended) -> None:
        ask = self._orders.ask_amended(event)
        self._depth.ask(ask, self._next_step_s())
        self._usage.ask(None, ask)
        self._tell(ask.account_id, "ask.amended", ask)

    def _take_prevented(self, event: e.SelfTradePrevented) -> None:
        bid, ask = self._orders.bid(event.bid_id), self._orders.ask(event.ask_id)
        self._tell(bid.account_id, "bid.self_trade_prevented", bid)
        self._tell(ask.account_id, "ask.self_trade_prevented", ask)

    # -- leases -----------------------------------------------------------------------------------------------------

    def _take_access(self, event: e.AccessGiven) -> None:
        self._leases.access_given(event)
        self._tell_lease(event.lease_id, "lease.access_given")

    def _take_meter(self, event: e.LeaseMetered) -> None:
        self._leases.metered(event)
        self._tell_lease(event.lease_id, "lease.metered")

    def _take_period(self, event: e.PeriodSettled) -> None:
        self._leases.settled(event)
        self._untold[event.lease_id] = "lease.settled"  # told with the change that follows

    def _take_lease_change(self, event: e.LeaseChanged) -> None:
        before = self._leases.fetched(event.lease_id)
        self._leases.changed(event)
        self._programmes.lease_changed(event)
        self._supervision.lease_changed(event, self.seq, self.now_s)
        news = self._untold.pop(event.lease_id, None)
        if event.state != before.state:
            self._tell_lease(event.lease_id, f"lease.{event.state}")
        elif news is not None or self._leases.face(event.lease_id) != before:
            self._tell_lease(event.lease_id, news or "lease.changed")

    def _take_trade(self, event: e.Traded) -> None:
        self._made.append(event.lease_id)
        chip, buyer = self._catalog.chips[event.chip], self._accounts.as_opened[event.buyer]
        self._tape.traded(event, self.seq, self.now_s)
        self._candles.traded(event, self.now_s)
        self._index.traded(event, chip.du_milli, self.now_s)
        if event.parent_id is None:
            pue_milli = self._orders.pue_milli(event.ask_id)
        else:
            pue_milli = self._leases.face(event.parent_id).pue_milli
        self._leases.scheduled(event, self.seq, self.now_s, chip, pue_milli)
        self._programmes.traded(event, buyer.owner_group, domestic=chip.domestic, now_s=self.now_s)
        cap: Micros | None = None
        if event.programme is not None:
            claimant = Claimant(buyer.owner_group, buyer.tags, buyer.place, self.now_s)
            cap = self._programmes.least_cap(event.programme, claimant, PER_CONTRACT)
        self._supervision.traded(event, cap, self.seq, self.now_s)
        self._tell_lease(event.lease_id, "lease.scheduled")

    def _take_resale(self, event: m.PartResold) -> None:
        self._leases.resold(event, self.now_s)
        self._untold[event.lease_id] = "lease.part_resold"

    def _take_return(self, event: m.PartReturned) -> None:
        self._leases.returned(event, self.now_s)
        self._untold[event.lease_id] = "lease.part_returned"

    def _take_turn(self, event: TurnEvent) -> None:
        """A lease is cut short, or a period of it is in dispute, which concerns all by whom it is paid."""
        self._asked.append(event)
        match event:
            case m.LeaseCut():
                self._leases.cut(event)
                self._untold[event.lease_id] = "lease.cut" if event.part_id is None else "lease.part_cut"
            case m.PeriodContested():
                self._leases.contested(event)
                buyer = self._leases.face(event.lease_id).buyer
                period = self._leases.period(event.lease_id, event.index)
                self._contests.contested(event, buyer, period, self.now_s)
                for lease in self._leases.chain(event.lease_id):
                    self._untold[lease.lease_id] = "lease.contested"
            case m.ContestRuled():
                before = self._leases.whole(event.lease_id)
                self._leases.ruled(event)
                if before.state in OVER:
                    self._usage.ended(before, -1)
                    self._usage.ended(self._leases.whole(event.lease_id))
                self._contests.ruled(event, self._leases.period(event.lease_id, event.index), self.now_s)
                for lease in self._leases.chain(event.lease_id):
                    self._untold[lease.lease_id] = "lease.ruled"

    # -- accounts, rules and programmes -----------------------------------------------------------------------------

    def _take_account(self, event: e.AccountOpened) -> None:
        self._accounts.opened(event)
        self._supervision.opened(event.account_id, event.owner_group)

    def _take_block(self, event: o.AccountBlocked) -> None:
        self._curbs.blocked(event, self.now_s)
        account = self._accounts.account_blocked(event.account_id, event.blocked)
        self._tell(event.account_id, "account.blocked" if event.blocked else "account.unblocked", account)

    def _take_pause(self, event: o.ProgrammePaused) -> None:
        self._curbs.paused(event, self.now_s)
        self._programmes.paused(event.programme, event.paused)

    def _take_tenors(self, event: e.TenorsSet) -> None:
        self._catalog.take(event)
        self._depth.tenors_s = self._candles.tenors_s = event.tenors_s

    def _take_relation(self, event: m.GroupsRelated) -> None:
        self._supervision.related(event, self.seq, self.now_s)

    # -- once a command is over -------------------------------------------------------------------------------------

    def _keep_receipt(self, placed: Placed) -> None:
        kind, number = ("bid_id", placed.bid_id) if isinstance(placed, e.BidPlaced) else ("ask_id", placed.ask_id)
        own = [lease for lease in map(self._leases.whole, self._made) if getattr(lease, kind) == number]
        self._orders.keep_receipt(self.seq, placed, own)

    def _keep_answers(self) -> None:
        """What the commands that may be sent again with an idempotency key are answered."""
        for event in self._asked:
            if isinstance(event, e.AnswerKept):
                self._keep_answer(event)
            elif isinstance(event, m.MoneyMoved):
                self._accounts.keep_moved(event.account_id, self.seq)
            else:
                self._leases.keep_turned(event.lease_id, self.seq)
        self._asked.clear()

    def _keep_answer(self, event: e.AnswerKept) -> None:
        if event.account_id:
            self._accounts.keep_moved(event.account_id, self.seq)
        if event.lease_id is not None:
            self._leases.keep_turned(event.lease_id, self.seq)
        if event.programme:
            self._programmes.keep_worded(event.programme, self.seq)
        if event.market is not None:
            self._brakes.keep_set(*event.market, self.seq)

    def _tell_lease(self, number: int, told: str) -> None:
        lease = self._leases.whole(number)
        self._usage.lease(lease)
        for account_id in parties(lease):
            self._tell(account_id, told, lease)

    def _tell(self, account_id: str, told: str, data: Detail) -> None:
        self._notices.append(Notice(account_id=account_id, seq=self.seq, at_s=self.now_s, type=told, data=data))


# By type, as a chain of cases would ask about every kind of event that comes before in it.
TAKERS: Final[dict[type[e.Event], Callable[[Views, Any], None]]] = {
    e.Transferred: Views._take_transfer,
    e.BidPlaced: Views._take_bid,
    e.BidChanged: Views._take_bid_change,
    e.BidAmended: Views._take_bid_amendment,
    e.AskPlaced: Views._take_ask,
    e.AskChanged: Views._take_ask_change,
    e.AskAmended: Views._take_ask_amendment,
    e.SelfTradePrevented: Views._take_prevented,
    e.Traded: Views._take_trade,
    e.AccessGiven: Views._take_access,
    e.LeaseMetered: Views._take_meter,
    e.PeriodSettled: Views._take_period,
    e.LeaseChanged: Views._take_lease_change,
    m.PartResold: Views._take_resale,
    m.PartReturned: Views._take_return,
    m.LeaseCut: Views._take_turn,
    m.PeriodContested: Views._take_turn,
    m.ContestRuled: Views._take_turn,
    e.TimeAdvanced: Views._take_time,
    e.AccountOpened: Views._take_account,
    e.KeyRegistered: lambda views, event: views._accounts.key_registered(event),
    e.KeyRevoked: lambda views, event: views._accounts.key_revoked(event),
    s.DeadManSet: lambda views, event: views._watch.dead_man_set(event),
    s.DeadManFired: Views._take_dead_man,
    s.SessionArmed: lambda views, event: views._watch.session_armed(event),
    s.SessionEnded: lambda views, event: views._watch.session_ended(event),
    m.MoneyMoved: lambda views, event: views._asked.append(event),
    e.AnswerKept: lambda views, event: views._asked.append(event),
    m.ContestableChanged: lambda views, event: views._accounts.contestable_changed(event),
    e.RulesSet: lambda views, event: views._catalog.take(event),
    e.TenorsSet: Views._take_tenors,
    e.RegionDefined: lambda views, event: views._catalog.take(event),
    e.ChipDefined: lambda views, event: views._catalog.take(event),
    e.MarketStateSet: lambda views, event: views._brakes.set(event, views.now_s),
    m.ProgrammeDefined: lambda views, event: views._programmes.defined(event, views.now_s),
    m.ProgrammeChanged: lambda views, event: views._programmes.changed(event),
    m.SubsidyMoved: lambda views, event: views._programmes.subsidy_moved(event),
    m.GroupsRelated: Views._take_relation,
    o.OperatorActed: lambda views, event: views._audit.acted(event, views.seq, views.now_s),
    o.AccountBlocked: Views._take_block,
    o.BandSet: lambda views, event: views._curbs.band_set(event, views.now_s),
    o.ProgrammePaused: Views._take_pause,
    o.ProposalMade: lambda views, event: views._curbs.proposed(event, views.seq, views.now_s),
    o.ProposalClosed: lambda views, event: views._curbs.closed(event, views.now_s),
}
