"""The state as bytes and back: all that a state holds between two commands, in typed sections.

A loaded state goes on exactly as the one that was saved would have: the same outcomes, events and digests. Dicts keep
their order, lists their places. The agenda is kept, not made again: an appointment that has become stale still splits
the way of the clock. Books are filled again from the orders that rest; their sieves begin empty, which changes no
outcome. Saving a loaded state gives the same bytes.
"""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from exchange.core.books.capacity import Capacity
from exchange.core.books.market import Market, Wish
from exchange.core.books.order import Ask, Bid
from exchange.core.curbs import Curbs
from exchange.core.leases.contract import Lease
from exchange.core.leases.pieces import Shape
from exchange.core.state import Answered, ClientOrder, DeadMan, Participant, Parties, State
from exchange.core.vouchers.programme import Programme
from exchange.language.commands import DefineChip, DefineRegion, RegisterKey, Rules
from exchange.language.sections import Opened, Reader, Row, Section, Writer, in_pieces, layout, without_collector
from exchange.language.units import Micros, Seconds

STREAM = "state"
_VERSION = 1  # raised when what is kept changes in a way that its types do not show
_PIECE = 10_000  # client orders of one account in one value


class Head(Struct, frozen=True):
    """What there is one of."""

    seq: int
    now_s: Seconds
    year: int
    transfers: int
    rules: Rules | None
    tenors_s: tuple[Seconds, ...]


class MarketRow(Row, frozen=True):
    region: str
    chip: str
    state: str
    last_prices: list[Micros]


class Brake(Row, frozen=True):
    region: str | None
    chip: str | None
    state: str


class ClientOrders(Row, frozen=True):
    account_id: str
    orders: dict[str, ClientOrder]  # some of its orders, by client_order_id


class Answer(Row, frozen=True):
    caller: str
    key: str
    answered: Answered


class Ruling(Row, frozen=True):
    lease_id: int
    index: int
    seq: int


class Hand(Row, frozen=True):
    lease_id: int
    shape: Shape


class DeadManRow(Row, frozen=True):
    account_id: str
    deadline_s: Seconds
    appointed: list[Seconds]


def _plain(value: Any) -> Any:
    assert isinstance(value, Capacity), type(value)
    return value.shape()


def _made(kind: type, value: Any) -> Any:
    assert kind is Capacity, kind
    return Capacity.of_shape(value)


HEAD: Final = Section("head", Head)
REGIONS: Final = Section("regions", DefineRegion)
CHIPS: Final = Section("chips", DefineChip)
PARTICIPANTS: Final = Section("participants", Participant)
KEYS: Final = Section("keys", RegisterKey)
BALANCES: Final = Section("balances", tuple[str, Micros])
MARKETS: Final = Section("markets", MarketRow)
BRAKES: Final = Section("brakes", Brake)
BIDS: Final = Section("bids", Bid)
ASKS: Final = Section("asks", Ask, plain=_plain, made=_made)
LEASES: Final = Section("leases", Lease)
HANDS: Final = Section("hands", Hand)
DEAD_MEN: Final = Section("dead men", DeadManRow)
ARMED: Final = Section("armed sessions", tuple[str, str])
BID_OWNERS: Final = Section("bid owners", str)
ASK_OWNERS: Final = Section("ask owners", str)
PARTIES: Final = Section("lease parties", Parties)
CLIENT_ORDERS: Final = Section("client orders", ClientOrders)
ANSWERS: Final = Section("answers", Answer)
CONTESTABLE: Final = Section("contestable", tuple[str, Micros])
RULINGS: Final = Section("rulings", Ruling)
PROGRAMMES: Final = Section("programmes", Programme)
AFFILIATED: Final = Section("affiliated", tuple[str, str])
CURBS: Final = Section("curbs", Curbs)
AGENDA: Final = Section("agenda", tuple[Seconds, int, int, int])

SECTIONS: Final[tuple[Section[Any], ...]] = (
    HEAD, REGIONS, CHIPS, PARTICIPANTS, KEYS, BALANCES, MARKETS, BRAKES, BIDS, ASKS, LEASES, HANDS, DEAD_MEN,
    ARMED, BID_OWNERS, ASK_OWNERS,
    PARTIES, CLIENT_ORDERS, ANSWERS, CONTESTABLE, RULINGS, PROGRAMMES, AFFILIATED, CURBS, AGENDA,
)  # fmt: skip
LAYOUT: Final = layout(_VERSION, SECTIONS)


def save(state: State) -> Iterator[bytes]:
    """The parts of a state, a few MB each, made as they are asked for. Nothing may change meanwhile."""
    assert not (state.events or state.ledger.touched)
    assert not (state.touched_bids or state.touched_asks or state.touched_leases)
    assert not (state.touched_contestable or state.touched_programmes)
    writer, catalog, ledger = Writer(STREAM, state.seq), state.catalog, state.ledger
    head = Head(state.seq, state.now_s, state.year, ledger.count, catalog.rules, catalog.tenors_s)
    yield from writer.parts(HEAD, [head])
    yield from writer.parts(REGIONS, catalog.regions.values())
    yield from writer.parts(CHIPS, catalog.chips.values())
    yield from writer.parts(PARTICIPANTS, state.participants.values())
    yield from writer.parts(KEYS, state.keys.values())
    yield from writer.parts(BALANCES, ledger.balances.items())
    markets = state.markets.items()
    yield from writer.parts(MARKETS, (MarketRow(*place, each.state, each.last_prices) for place, each in markets))
    yield from writer.parts(BRAKES, (Brake(*scope, brake) for scope, brake in state.brakes.items()))
    yield from writer.parts(BIDS, state.bids.values())
    yield from writer.parts(ASKS, state.asks.values())
    yield from writer.parts(LEASES, state.leases.values())
    yield from writer.parts(HANDS, (Hand(*each) for each in state.hands.items()))
    dead_men = state.dead_men.items()
    yield from writer.parts(DEAD_MEN, (DeadManRow(name, man.deadline_s, man.appointed) for name, man in dead_men))
    yield from writer.parts(ARMED, state.armed.items())
    yield from writer.parts(BID_OWNERS, state.bid_owners)
    yield from writer.parts(ASK_OWNERS, state.ask_owners)
    yield from writer.parts(PARTIES, state.lease_parties)
    yield from writer.parts(CLIENT_ORDERS, _client_orders(state))
    yield from writer.parts(ANSWERS, (Answer(*key, answered) for key, answered in state.answers.items()))
    yield from writer.parts(CONTESTABLE, state.contestable.items())
    yield from writer.parts(RULINGS, (Ruling(*place, seq) for place, seq in state.rulings.items()))
    yield from writer.parts(PROGRAMMES, state.programmes.values())
    yield from writer.parts(AFFILIATED, state.affiliated)
    yield from writer.parts(CURBS, [state.curbs])
    yield from writer.parts(AGENDA, state.agenda.all())


def load(parts: Iterator[bytes] | Iterator[Opened]) -> State:
    """The state that was saved as these parts; takes its own and no more. SnapshotBroken when one is not as it was."""
    with without_collector():
        state, reader = State(), Reader(STREAM, parts)
        _load_world(state, reader)
        _load_orders(state, reader)
        _load_memory(state, reader)
        _fill_books(state)
    return state


def _load_world(state: State, reader: Reader) -> None:
    (head,) = reader.values(HEAD)
    state.seq, state.now_s, state.year, state.ledger.count = head.seq, head.now_s, head.year, head.transfers
    catalog = state.catalog
    catalog.rules, catalog.tenors_s = head.rules, head.tenors_s
    catalog.regions = {region.region: region for region in reader.values(REGIONS)}
    catalog.chips = {chip.chip: chip for chip in reader.values(CHIPS)}
    state.participants = {each.account_id: each for each in reader.values(PARTICIPANTS)}
    state.keys = {key.key_id: key for key in reader.values(KEYS)}
    state.ledger.balances = dict(reader.values(BALANCES))
    for row in reader.values(MARKETS):
        market = state.markets[row.region, row.chip] = Market(row.state)
        market.last_prices = row.last_prices
    state.brakes = {(brake.region, brake.chip): brake.state for brake in reader.values(BRAKES)}


def _load_orders(state: State, reader: Reader) -> None:
    for bid in reader.values(BIDS):
        state.add_bid(bid)
    for ask in reader.values(ASKS):
        state.add_ask(ask)
    terms: dict[Rules | None, Rules] = {}  # those that hold, or held, are few
    if state.catalog.rules is not None:
        terms[state.catalog.rules] = state.catalog.rules
    for lease in reader.values(LEASES):
        lease.terms = terms.setdefault(lease.terms, lease.terms)
        state.leases[lease.lease_id] = lease
    state.hands = {row.lease_id: row.shape for row in reader.values(HANDS)}


def _load_memory(state: State, reader: Reader) -> None:
    for number, man in enumerate(reader.values(DEAD_MEN), 1):
        state.dead_man_accounts.append(man.account_id)
        state.dead_men[man.account_id] = DeadMan(number, man.deadline_s, man.appointed)
    state.armed = dict(reader.values(ARMED))
    state.bid_owners = _shared(reader.values(BID_OWNERS))
    state.ask_owners = _shared(reader.values(ASK_OWNERS))
    state.lease_parties = list(reader.values(PARTIES))
    for row in reader.values(CLIENT_ORDERS):
        state.client_orders.setdefault(row.account_id, {}).update(row.orders)
    state.answers = {(row.caller, row.key): row.answered for row in reader.values(ANSWERS)}
    state.contestable = dict(reader.values(CONTESTABLE))
    state.rulings = {(row.lease_id, row.index): row.seq for row in reader.values(RULINGS)}
    state.programmes = {programme.id: programme for programme in reader.values(PROGRAMMES)}
    state.affiliated = dict.fromkeys(reader.values(AFFILIATED))
    (state.curbs,) = reader.values(CURBS)
    state.agenda.fill(reader.values(AGENDA))


def _fill_books(state: State) -> None:
    """Let rest what rested."""
    if state.catalog.rules is None:
        return
    asks: dict[tuple[str, str], list[Ask]] = {}
    wishes: dict[tuple[str, str], list[Wish]] = {}
    for ask in state.asks.values():
        if ask.resting:
            asks.setdefault((ask.region, ask.chip), []).append(ask)
    for bid in state.bids.values():
        if bid.resting:
            for index in bid.open:
                wish = bid.alternatives[index]
                wishes.setdefault((wish.region, wish.chip), []).append((bid, index))
    now_s = state.catalog.next_step_s(state.now_s)
    for place, market in state.markets.items():
        market.fill(asks.pop(place, []), wishes.pop(place, []), now_s)
    assert not asks
    assert not wishes


def _client_orders(state: State) -> Iterator[ClientOrders]:
    """Some at a time, as an account may have had very many."""
    for account_id, orders in state.client_orders.items():
        for some in in_pieces(orders.items(), _PIECE):
            yield ClientOrders(account_id, dict(some))


def _shared(names: Iterator[str]) -> list[str]:
    """The same names over and over, each kept once."""
    known: dict[str, str] = {}
    return [known.setdefault(name, name) for name in names]
