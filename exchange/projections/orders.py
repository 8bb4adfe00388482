"""Orders as their owners see them, and the receipt of each: the answer to its placing, kept to be given again.

Views are replaced and never altered, so a receipt is the order and its leases as they stood. Orders that do not rest
any more are put away when the command is over that ended them; one that rests again comes back.
"""

from typing import Final

from exchange.language.events import RESTING, AskAmended, AskChanged, AskPlaced, BidAmended, BidChanged, BidPlaced
from exchange.language.units import Seconds
from exchange.language.views import AskView, BidView, LeaseView, Receipt
from exchange.projections.attic import Attic
from exchange.projections.logs import Log
from exchange.projections.shelves import Shelves
from exchange.projections.usage import area_until

_NONE: Final[dict[str, int]] = {}


class Orders:
    """Every bid and ask there has been."""

    def __init__(self) -> None:
        self.bids: dict[int, BidView] = {}  # that rest, and between commands no others
        self.asks: dict[int, AskView] = {}
        self.bids_over = Attic(BidView)
        self.asks_over = Attic(AskView)
        self._bids_done: dict[int, None] = {}  # by the current command
        self._asks_done: dict[int, None] = {}
        self.bids_of = Shelves()
        self.asks_of = Shelves()
        self.receipts = Log(Receipt)
        self.receipt_of: dict[str, dict[str, int]] = {}  # account -> client_order_id -> number of the receipt

    # -- reading ----------------------------------------------------------------------------------------------------

    def bid(self, number: int) -> BidView:
        """A bid; KeyError when there is none of this number."""
        bid = self.bids.get(number)
        return self.bids_over[number] if bid is None else bid

    def ask(self, number: int) -> AskView:
        """An ask; KeyError when there is none of this number."""
        ask = self.asks.get(number)
        return self.asks_over[number] if ask is None else ask

    def find_bid(self, number: int) -> BidView | None:
        """A bid, if there is one of this number."""
        bid = self.bids.get(number)
        return self.bids_over.get(number) if bid is None else bid

    def find_ask(self, number: int) -> AskView | None:
        """An ask, if there is one of this number."""
        ask = self.asks.get(number)
        return self.asks_over.get(number) if ask is None else ask

    def pue_milli(self, ask_id: int) -> int | None:
        """The PUE of an ask's site, if it states one."""
        ask = self.find_ask(ask_id)
        return None if ask is None else ask.pue_milli

    def receipt(self, account_id: str, client_order_id: str) -> Receipt | None:
        """What the owner of an order was told when it was placed, if it was."""
        number = self.receipt_of.get(account_id, _NONE).get(client_order_id)
        return None if number is None else self.receipts[number]

    # -- writing ----------------------------------------------------------------------------------------------------

    def bid_placed(self, event: BidPlaced, seq: int, now_s: Seconds) -> BidView:
        """A bid has come."""
        bid = BidView(
            bid_id=event.bid_id,
            client_order_id=event.client_order_id,
            account_id=event.account_id,
            state="resting",
            reason="",
            quantity_milli=event.quantity_milli,
            leaves_milli=event.quantity_milli,
            filled_milli=0,
            canceled_milli=0,
            min_quantity_milli=event.min_quantity_milli,
            time_in_force=event.time_in_force,
            expires_s=event.expires_s,
            post_only=event.post_only,
            max_take_or_pay_bp=event.max_take_or_pay_bp,
            vouchers=event.vouchers,
            self_trade=event.self_trade,
            require=event.require,
            use=event.use,
            alternatives=event.alternatives,
            open_alternatives=tuple(range(len(event.alternatives))),
            held_micros=event.held_micros,
            created_s=now_s,
            seq=seq,
        )
        self.bids[bid.bid_id] = bid
        self.bids_of.add(bid.account_id, bid.bid_id, bid.state)
        return bid

    def ask_placed(self, event: AskPlaced, seq: int, now_s: Seconds) -> AskView:
        """An ask has come."""
        ask = AskView(
            ask_id=event.ask_id,
            client_order_id=event.client_order_id,
            account_id=event.account_id,
            state="resting",
            reason="",
            quantity_milli=event.quantity_milli,
            leaves_milli=event.quantity_milli,
            filled_milli=0,
            canceled_milli=0,
            time_in_force=event.time_in_force,
            expires_s=event.expires_s,
            post_only=event.post_only,
            self_trade=event.self_trade,
            region=event.region,
            chip=event.chip,
            site=event.site,
            tags=event.tags,
            pue_milli=event.pue_milli,
            green_bp=event.green_bp,
            start_s=event.start_s,
            end_s=event.end_s,
            price_micros=event.price_micros,
            lot_milli=event.lot_milli,
            min_duration_s=event.min_duration_s,
            take_or_pay_bp=event.take_or_pay_bp,
            bond_micros=event.bond_micros,
            lease_id=event.lease_id,
            free=((event.start_s, event.end_s, event.quantity_milli),),
            created_s=now_s,
            seq=seq,
        )
        self.asks[ask.ask_id] = ask
        self.asks_of.add(ask.account_id, ask.ask_id, ask.state)
        return ask

    def bid_amended(self, event: BidAmended) -> BidView:
        """A bid has other numbers; where it stands is told with the change that follows."""
        bid = self.bids[event.bid_id]
        bid = bid.but(
            quantity_milli=event.quantity_milli,
            leaves_milli=event.quantity_milli - bid.filled_milli - bid.canceled_milli,
            min_quantity_milli=event.min_quantity_milli,
            alternatives=event.alternatives,
        )
        self.bids[bid.bid_id] = bid
        return bid

    def ask_amended(self, event: AskAmended) -> AskView:
        """An ask has other numbers; where it stands is told with the change that follows."""
        ask = self.asks[event.ask_id].but(quantity_milli=event.quantity_milli, price_micros=event.price_micros)
        self.asks[ask.ask_id] = ask
        return ask

    def bid_changed(self, event: BidChanged) -> BidView:
        """A bid stands elsewhere."""
        before = self.bid(event.bid_id)
        bid = before.but(
            state=event.state,
            reason=event.reason,
            leaves_milli=event.leaves_milli,
            filled_milli=event.filled_milli,
            canceled_milli=event.canceled_milli,
            held_micros=event.held_micros,
            open_alternatives=event.open_alternatives,
        )
        self.bids[bid.bid_id] = bid
        if bid.state != RESTING:
            self._bids_done[bid.bid_id] = None
        self.bids_of.move(bid.account_id, bid.bid_id, before.state, bid.state)
        return bid

    def ask_changed(self, event: AskChanged, next_step_s: Seconds) -> AskView:
        """An ask stands elsewhere: from the next step on it has other chips free."""
        before = self.ask(event.ask_id)
        ask = before.but(
            idle_milli_s=before.idle_milli_s + area_until(before.free, next_step_s),
            state=event.state,
            reason=event.reason,
            leaves_milli=event.leaves_milli,
            filled_milli=event.filled_milli,
            canceled_milli=event.canceled_milli,
            bond_micros=event.bond_micros,
            free=event.free,
        )
        self.asks[ask.ask_id] = ask
        if ask.state != RESTING:
            self._asks_done[ask.ask_id] = None
        self.asks_of.move(ask.account_id, ask.ask_id, before.state, ask.state)
        return ask

    def keep_receipt(self, seq: int, placed: BidPlaced | AskPlaced, leases: list[LeaseView]) -> None:
        """Its own command is over: this is what its owner is told, now and whenever it is sent again."""
        order = self.bid(placed.bid_id) if isinstance(placed, BidPlaced) else self.ask(placed.ask_id)
        count = self.receipts.append(Receipt(seq=seq, order=order, leases=tuple(leases)))
        self.receipt_of.setdefault(placed.account_id, {})[placed.client_order_id] = count - 1

    def put_away(self) -> None:
        """A command is over: what it has ended is for the attic."""
        for number in self._bids_done:
            if self.bids[number].state != RESTING:
                self.bids_over.put(number, self.bids.pop(number))
        for number in self._asks_done:
            if self.asks[number].state != RESTING:
                self.asks_over.put(number, self.asks.pop(number))
        if self._bids_done:
            self._bids_done = {}
        if self._asks_done:
            self._asks_done = {}
