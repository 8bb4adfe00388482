"""The two markets in one shape, so that they can be compared: what the real one told, and what the naive one holds.

From the real market nothing is read but its events, copied as they come, which is all that any reader of it will
ever have.
"""

from itertools import groupby
from typing import NamedTuple

from exchange.language.commands import Alternative
from exchange.language.events import (
    AskAmended,
    AskChanged,
    AskPlaced,
    BidAmended,
    BidChanged,
    BidPlaced,
    Event,
    LeaseChanged,
    MarketStateSet,
    PeriodSettled,
    SelfTradePrevented,
    TimeAdvanced,
    Traded,
    Transferred,
)
from exchange.language.events_money import ContestableChanged
from exchange.language.events_sessions import DeadManFired, DeadManSet, SessionArmed, SessionEnded
from exchange.language.windows import Segment
from tests.reference.market import Market
from tests.reference.records import Ask, Bid, Lease

Segments = tuple[Segment, ...]
BidTerms = tuple[int, int | None, tuple[Alternative, ...]]  # quantity, min_quantity, alternatives
AskTerms = tuple[int, int]  # quantity, price


class OrderFace(NamedTuple):
    """How an order looks from outside: `backing` is a bid's hold or an ask's bond."""

    state: str
    reason: str
    leaves: int
    filled: int
    canceled: int
    backing: int
    open_alternatives: tuple[int, ...]


class LeaseFace(NamedTuple):
    state: str
    reason: str
    escrow: int
    earned: int
    refunded: int
    penalties: int
    buyer_fee: int
    provider_fee: int


class TradeFace(NamedTuple):
    bid: int
    ask: int
    alternative: int
    quantity: int
    start: int
    end: int
    price: int
    cost: int
    buyer_fee: int
    escrow: int
    taker: str


class Observed:
    """A fold of the real market's events into faces."""

    def __init__(self) -> None:
        self.now = 0
        self.bids: dict[int, OrderFace] = {}
        self.asks: dict[int, OrderFace] = {}
        self.bid_terms: dict[int, BidTerms] = {}
        self.ask_terms: dict[int, AskTerms] = {}
        self.brakes: dict[tuple[str | None, str | None], str] = {}
        self.free: dict[int, Segments] = {}
        self.leases: dict[int, LeaseFace] = {}
        self.last_of_leases: dict[int, LeaseChanged] = {}  # with what the naive market does not know
        self.trades: list[TradeFace] = []
        self.periods: dict[int, list[tuple[int, int, int, int, int]]] = {}
        self.prevented: list[tuple[int, int, str, str]] = []
        self.deadlines: dict[str, int] = {}
        self.armed: dict[str, str] = {}
        self.balances: dict[str, int] = {}
        self.contestable: dict[str, int] = {}

    def fold(self, events: tuple[Event, ...]) -> None:
        """Take in what one command made happen."""
        for event in events:
            self.take(event)
            self.take_watch(event)

    def take(self, event: Event) -> None:
        match event:
            case TimeAdvanced(now_s=now):
                self.now = now
            case Transferred(debit=debit, credit=credit, amount_micros=amount):
                self.balances[debit] = self.balances.get(debit, 0) - amount
                self.balances[credit] = self.balances.get(credit, 0) + amount
            case BidPlaced() as e:
                whole = tuple(range(len(e.alternatives)))
                self.bid_terms[e.bid_id] = (e.quantity_milli, e.min_quantity_milli, e.alternatives)
                self.bids[e.bid_id] = OrderFace("resting", "", e.quantity_milli, 0, 0, e.held_micros, whole)
            case BidChanged() as e:
                alternatives = e.open_alternatives if e.state == "resting" else ()
                self.bids[e.bid_id] = OrderFace(
                    e.state, e.reason, e.leaves_milli, e.filled_milli, e.canceled_milli, e.held_micros, alternatives
                )
            case BidAmended() as e:
                self.bid_terms[e.bid_id] = (e.quantity_milli, e.min_quantity_milli, e.alternatives)
            case AskAmended() as e:
                self.ask_terms[e.ask_id] = (e.quantity_milli, e.price_micros)
            case MarketStateSet() as e:
                self.brakes[e.region, e.chip] = e.state
            case AskPlaced() as e:
                self.ask_terms[e.ask_id] = (e.quantity_milli, e.price_micros)
                self.asks[e.ask_id] = OrderFace("resting", "", e.quantity_milli, 0, 0, e.bond_micros, ())
                self.free[e.ask_id] = ((e.start_s, e.end_s, e.quantity_milli),)
            case AskChanged() as e:
                self.asks[e.ask_id] = OrderFace(
                    e.state, e.reason, e.leaves_milli, e.filled_milli, e.canceled_milli, e.bond_micros, ()
                )
                self.free[e.ask_id] = e.free
            case Traded() as e:
                self.trades.append(trade_told(e))
            case ContestableChanged(account_id=who, contestable_micros=amount):
                self.contestable[who] = amount
            case SelfTradePrevented() as e:
                self.prevented.append((e.bid_id, e.ask_id, e.mode, e.taker))
            case PeriodSettled() as e:
                self.periods.setdefault(e.lease_id, []).append(
                    (e.delivered_uch, e.used_uch, e.paid_micros, e.refunded_micros, e.penalty_micros)
                )
            case LeaseChanged() as e:
                self.last_of_leases[e.lease_id] = e
                self.leases[e.lease_id] = LeaseFace(
                    e.state,
                    e.reason,
                    e.escrow_micros,
                    e.earned_micros,
                    e.refunded_micros,
                    e.penalties_micros,
                    e.buyer_fee_micros,
                    e.provider_fee_micros,
                )

    def take_watch(self, event: Event) -> None:
        match event:
            case DeadManSet(account_id=who, until_s=None) | DeadManFired(account_id=who):
                self.deadlines.pop(who, None)
            case DeadManSet(account_id=who, until_s=int(until)):
                self.deadlines[who] = until
            case SessionArmed(session_id=session, account_id=who, armed=True):
                self.armed[session] = who
            case SessionArmed(session_id=session) | SessionEnded(session_id=session):
                del self.armed[session]

    def purses(self, accounts: list[str]) -> dict[str, tuple[int, ...]]:
        """Available, held, escrow and bond of each account, and what the venue has earned."""
        kinds = ("available", "held", "escrow", "bond")
        found = {who: tuple(self.balances.get(f"{who}/{kind}", 0) for kind in kinds) for who in accounts}
        return found | {"fees": (self.balances.get("fees", 0),)}


def trade_told(e: Traded) -> TradeFace:
    return TradeFace(
        e.bid_id,
        e.ask_id,
        e.alternative,
        e.quantity_milli,
        e.start_s,
        e.end_s,
        e.price_micros,
        e.cost_micros,
        e.buyer_fee_micros,
        e.escrow_micros,
        e.taker,
    )


def bid_face(bid: Bid) -> OrderFace:
    alternatives = tuple(bid.open) if bid.state == "resting" else ()
    return OrderFace(bid.state, bid.reason, bid.leaves, bid.filled, bid.canceled, bid.held, alternatives)


def ask_face(ask: Ask, now: int) -> OrderFace:
    leaves = ask.leaves(now)
    filled = min(ask.command.quantity_milli - leaves, ask.peak)
    canceled = ask.command.quantity_milli - leaves - filled
    return OrderFace(ask.state, ask.reason, leaves, filled, canceled, ask.bond, ())


def bid_terms(bid: Bid) -> BidTerms:
    return bid.command.quantity_milli, bid.command.min_quantity_milli, bid.command.alternatives


def ask_terms(ask: Ask) -> AskTerms:
    return ask.command.quantity_milli, ask.command.price_micros


def lease_face(lease: Lease) -> LeaseFace:
    return LeaseFace(
        lease.state,
        lease.reason,
        lease.escrow,
        lease.earned,
        lease.refunded,
        lease.penalties,
        lease.buyer_fee,
        lease.provider_fee,
    )


def trade_face(lease: Lease) -> TradeFace:
    return TradeFace(
        lease.bid.bid_id,
        lease.ask.ask_id,
        lease.alternative,
        lease.quantity,
        lease.start,
        lease.end,
        lease.price,
        lease.cost,
        lease.fee,
        lease.cost + lease.fee,
        lease.taker,
    )


def free_segments(ask: Ask, now: int) -> Segments:
    """The naive market's free chips from now on, step by step, with equal neighbours joined."""
    steps = [(ask.start + place * ask.step, chips) for place, chips in enumerate(ask.free)]
    alive = [(at, chips) for at, chips in steps if at + ask.step > now]
    found = []
    for chips, group in groupby(alive, key=lambda step: step[1]):
        places = [at for at, _ in group]
        found.append((max(places[0], now), places[-1] + ask.step, chips))
    return tuple(found)


def cut(segments: Segments, now: int) -> Segments:
    """Segments from now on."""
    return tuple((max(start, now), end, chips) for start, end, chips in segments if end > now)


def purses(market: Market) -> dict[str, tuple[int, ...]]:
    """The naive market's money by account, added up from where it lies."""
    found: dict[str, tuple[int, ...]] = {}
    for who, cash in market.cash.items():
        held = sum(bid.held for bid in market.bids.values() if bid.command.account_id == who)
        escrow = sum(lease.escrow for lease in market.leases.values() if lease.buyer == who)
        bond = sum(ask.bond for ask in market.asks.values() if ask.command.account_id == who)
        found[who] = (cash, held, escrow, bond)
    return found | {"fees": (market.fees,)}
