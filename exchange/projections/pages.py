"""Pages of statements in the making: what the commands since the last page have changed.

Folded with each command, after the views. What an order or lease looks like is asked of the views only when a page is
taken, so one that changed ten times is written once. Whatever changes is told to somebody, so the notices say which
orders and leases a command has touched. Balances are asked of the ledger itself and not added up from the transfers
beside them: whoever keeps both can hold the one against the other.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from exchange.language.events import Applied, TimeAdvanced, Traded, Transferred
from exchange.language.statements import Entry, Page, Told
from exchange.language.units import Micros
from exchange.language.views import AskView, BidView, LeaseView, TradeView
from exchange.projections.views import Views

V = TypeVar("V", BidView, AskView, LeaseView)


class Pages:
    """Gathers from the command after `seq` on; `size` is about how many rows it holds."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self._begin()

    def _begin(self) -> None:
        self.size = 0
        self._after_seq = self.seq
        self._bids: dict[int, None] = {}
        self._asks: dict[int, None] = {}
        self._leases: dict[int, None] = {}
        self._trades: dict[tuple[str, str], int] = {}  # market -> how many there were
        self._entries: list[Entry] = []
        self._purses: dict[str, None] = {}
        self._told: list[Told] = []

    def fold(self, applied: Applied, told: Sequence[Told]) -> None:
        """Take in what one command did, and whom it told."""
        assert applied.seq == self.seq + 1, (applied.seq, self.seq)
        seq = self.seq = applied.seq
        # What happens before the clock goes on happens when the first who is told of it is told.
        now_s = told[0].notices[0].at_s if told else applied.at_s
        for event in applied.events:
            if isinstance(event, Transferred):
                self._entries.append(Entry(seq, now_s, event))
                self._purses[event.debit] = self._purses[event.credit] = None
            elif isinstance(event, TimeAdvanced):
                now_s = event.now_s
            elif isinstance(event, Traded):
                market = event.region, event.chip
                self._trades[market] = self._trades.get(market, 0) + 1
        self.size += 1 + len(applied.events)
        for each in told:
            self._told.append(each)
            for notice in each.notices:
                data = notice.data
                if isinstance(data, BidView):
                    self._bids[data.bid_id] = None
                elif isinstance(data, AskView):
                    self._asks[data.ask_id] = None
                elif isinstance(data, LeaseView):
                    self._leases[data.lease_id] = None

    def take(self, views: Views, balance_of: Callable[[str], Micros]) -> Page | None:
        """All that was gathered, as it stands now, and begin again; None when no command has come since."""
        assert views.seq == self.seq, (views.seq, self.seq)
        if self.seq == self._after_seq:
            return None
        page = Page(
            after_seq=self._after_seq,
            last_seq=self.seq,
            bids=[_there(views.bid(number)) for number in self._bids],
            asks=[_there(views.ask(number)) for number in self._asks],
            trades=self._taken_trades(views),
            leases=[_there(views.lease(number)) for number in self._leases],
            entries=self._entries,
            balances=[(purse, balance_of(purse)) for purse in self._purses],
            told=self._told,
        )
        self._begin()
        return page

    def _taken_trades(self, views: Views) -> list[TradeView]:
        """In the order of their numbers, which is that of time."""
        trades: list[TradeView] = []
        for (region, chip), count in self._trades.items():
            trades.extend(views.trades(region, chip, None, count))
        return sorted(trades, key=_number)


def _there(view: V | None) -> V:
    assert view is not None
    return view


def _number(trade: TradeView) -> int:
    return trade.trade_id
