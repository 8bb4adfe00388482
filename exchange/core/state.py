"""The whole state of the market, in one place, and the record of what the current command does to it.

Everything here is a function of the journal. Containers are dicts and lists, never sets, so that walking them gives the
same order on every machine. Orders and leases that are done are forgotten; their numbers and owners are remembered.
"""

from msgspec import Struct

from exchange.core.agenda import Agenda
from exchange.core.books.market import Market
from exchange.core.books.order import Ask, Bid
from exchange.core.catalog import Catalog
from exchange.core.curbs import Curbs
from exchange.core.leases.contract import Lease
from exchange.core.leases.pieces import Shape
from exchange.core.ledger.chart import AVAILABLE, purse
from exchange.core.ledger.posting import Ledger
from exchange.core.versions import NEWEST
from exchange.core.vouchers.programme import Programme
from exchange.core.vouchers.wordings import Wordings
from exchange.language.commands import MARKET_STATES, OPEN, RegisterKey
from exchange.language.events import Event
from exchange.language.units import Micros, Seconds


class Participant(Struct, frozen=True):
    """An account that may act: who it is and whom it belongs to."""

    account_id: str
    roles: tuple[str, ...]
    owner_group: str
    tags: tuple[str, ...]
    place: str


class ClientOrder(Struct, frozen=True, array_like=True, gc=False):
    """What became of a client_order_id: for ever, so that a repeat can be told from another order."""

    seq: int
    order_id: int
    fingerprint: bytes


class Answered(Struct, frozen=True, array_like=True, gc=False):
    """What a request with an idempotency key was answered: for ever, so that a repeat is answered the same."""

    seq: int
    subject: int
    fingerprint: bytes


class Parties(Struct, frozen=True, array_like=True, gc=False):
    """Who a lease is between, remembered after it is over."""

    buyer: str
    provider: str
    deliverer: str


class DeadMan(Struct):
    """When an account must have been heard of again. `number` is his place in `State.dead_man_accounts`, from 1."""

    number: int
    deadline_s: Seconds = 0  # 0: he is off
    appointed: list[Seconds] = []  # all his appointments that are to come, the next one last


class State:
    """What is. `now_s` is the market's clock, `seq` the last command applied."""

    def __init__(self) -> None:
        self.seq = 0
        self.now_s: Seconds = 0
        self.catalog = Catalog()
        self.participants: dict[str, Participant] = {}
        self.keys: dict[str, RegisterKey] = {}
        self.ledger = Ledger()
        self.markets: dict[tuple[str, str], Market] = {}
        self.brakes: dict[tuple[str | None, str | None], str] = {}  # (region, chip), None for every one
        self.curbs = Curbs()
        self.bids: dict[int, Bid] = {}
        self.asks: dict[int, Ask] = {}  # open ones, and done ones with a lease still to come
        self.bids_of: dict[str, dict[int, Bid]] = {}  # account -> those of `bids` that are its own
        self.asks_of: dict[str, dict[int, Ask]] = {}
        self.leases: dict[int, Lease] = {}
        # By lease, where that was not always its whole quantity: what its buyer had in hand of what is settled.
        self.hands: dict[int, Shape] = {}
        self.bid_owners: list[str] = []  # by number, from 1
        self.ask_owners: list[str] = []
        self.lease_parties: list[Parties] = []
        self.client_orders: dict[str, dict[str, ClientOrder]] = {}  # account -> client_order_id
        self.answers: dict[tuple[str, str], Answered] = {}  # caller, idempotency key
        self.contestable: dict[str, Micros] = {}  # ledger account -> what of it cannot be spent yet
        self.rulings: dict[tuple[int, int], int] = {}  # lease, index of the period -> seq of the ruling
        self.year = 0  # the calendar year of the clock, by which programmes count; 0 before the clock has begun
        self.programmes: dict[str, Programme] = {}  # in order of definition
        self.wordings = Wordings()
        self.dead_men: dict[str, DeadMan] = {}  # by account
        self.dead_man_accounts: list[str] = []  # by number, from 1
        self.armed: dict[str, str] = {}  # session -> the account of which all orders go with it
        self.affiliated: dict[tuple[str, str], None] = {}  # pairs of owner groups, each in order
        self.agenda = Agenda()
        # Of the current command, or the current instant of it:
        self.rules_version = NEWEST  # that it was written under; of questions, which come between commands, the newest
        self.events: list[Event] = []
        self.touched_bids: dict[int, Bid] = {}
        self.touched_asks: dict[int, Ask] = {}
        self.touched_leases: dict[int, Lease] = {}
        self.touched_contestable: dict[str, None] = {}  # accounts of which more, or less, can be spent
        self.touched_programmes: dict[str, Programme] = {}

    def market(self, region: str, chip: str) -> Market:
        """The books of a region and chip, made when first asked for."""
        found = self.markets.get((region, chip))
        if found is None:
            found = Market(self.brake(region, chip))
            self.markets[region, chip] = found
        return found

    def brake(self, region: str, chip: str) -> str:
        """The state of a market: the strictest of those set for it, its region, its chip type and the venue."""
        return strictest(self.brakes, region, chip)

    def add_bid(self, bid: Bid) -> None:
        """A bid is open."""
        self.bids[bid.bid_id] = bid
        self.bids_of.setdefault(bid.account_id, {})[bid.bid_id] = bid

    def drop_bid(self, bid: Bid) -> None:
        """A bid is done, and forgotten."""
        del self.bids[bid.bid_id]
        own = self.bids_of[bid.account_id]
        del own[bid.bid_id]
        if not own:
            del self.bids_of[bid.account_id]

    def add_ask(self, ask: Ask) -> None:
        """An ask is open."""
        self.asks[ask.ask_id] = ask
        self.asks_of.setdefault(ask.account_id, {})[ask.ask_id] = ask

    def drop_ask(self, ask: Ask) -> None:
        """An ask is done, has no lease to come, and is forgotten."""
        del self.asks[ask.ask_id]
        own = self.asks_of[ask.account_id]
        del own[ask.ask_id]
        if not own:
            del self.asks_of[ask.account_id]

    def spendable_micros(self, account_id: str) -> Micros:
        """What an account can spend or withdraw: what is available, but for what can still be contested."""
        account = purse(account_id, AVAILABLE)
        return self.ledger.balance(account) - self.contestable.get(account, 0)

    def chain(self, lease: Lease) -> list[Lease]:
        """The contracts behind what a lease's buyer uses, the first lease first, its own last."""
        if lease.parent_id is None:
            return [lease]
        return [self.leases[number] for number in lease.chain]

    def emit(self, event: Event) -> None:
        """Record that something has happened."""
        self.events.append(event)

    def post(
        self,
        debit: str,
        credit: str,
        amount_micros: Micros,
        reason: str,
        *,
        lease_id: int | None = None,
        bid_id: int | None = None,
        ask_id: int | None = None,
        part_id: int | None = None,
        programme: str | None = None,
    ) -> None:
        """Move money and tell it; an amount of zero is no transfer."""
        if amount_micros:
            self.events.append(
                self.ledger.post(
                    debit,
                    credit,
                    amount_micros,
                    reason,
                    lease_id=lease_id,
                    bid_id=bid_id,
                    ask_id=ask_id,
                    part_id=part_id,
                    programme=programme,
                )
            )


def strictest(brakes: dict[tuple[str | None, str | None], str], region: str, chip: str) -> str:
    """What holds in a market: the strictest of what is set for it, its region, its chip type and the venue."""
    scopes = ((region, chip), (region, None), (None, chip), (None, None))
    return max((brakes.get(scope, OPEN) for scope in scopes), key=MARKET_STATES.index)
