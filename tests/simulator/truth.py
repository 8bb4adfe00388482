"""What must be: every durable command applied again by a market of its own, the moment it commits.

It knows for each command its outcome and what it told whom, and checks of itself what no answer may contradict: no
order and no keyed request is carried out twice, a refused command does nothing, and the books add up.
"""

from exchange.core.conservation import audit
from exchange.core.digest import digest
from exchange.core.receipts import KEYED
from exchange.core.state_machine import StateMachine
from exchange.language.codec import decode_commands, fingerprint
from exchange.language.commands import Command, PlaceAsk, PlaceBid
from exchange.language.journal import JournalRow
from exchange.language.port import Outcome
from exchange.language.statements import Told
from exchange.language.views import BookView, Notice
from exchange.projections.views import Views
from tests.simulator.cast import TRADERS
from tests.simulator.world import World

AUDIT_EVERY = 24  # rows
LOOK_EVERY = 8  # commands, for a look at the whole state before and after


ORDER, KEY = "order", "key"
Book = tuple[str, str, int]  # region, chip, tenor


class Truth:
    """A replay that never stops."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.machine = StateMachine()
        self.views = Views()
        self.commands: list[Command] = []  # by seq, from 1
        self.outcomes: list[Outcome] = []
        self.at_s: list[int] = []
        self.told: dict[str, list[Told]] = {}
        self.books: dict[Book, list[BookView]] = {}  # of those that are watched, where they changed
        self.named: dict[tuple[str, str, str], int] = {}  # an order's or a request's name -> where it was carried out
        self._rows = 0

    @property
    def seq(self) -> int:
        return len(self.commands)

    def take(self, row: JournalRow) -> None:
        """A row has become durable."""
        for command in decode_commands(row.payload):
            self._apply(command, row.rules_version)
        for book, history in self.books.items():
            view = self.views.book(*book, depth=1_000)
            if not history or (history[-1].asks, history[-1].bids) != (view.asks, view.bids):
                history.append(view)
        self._rows += 1
        if self._rows % AUDIT_EVERY == 0:
            self.check_books()

    def book_at(self, book: Book, seq: int) -> BookView | None:
        """A watched book after a command."""
        return next((view for view in reversed(self.books[book]) if view.seq <= seq), None)

    def check_books(self) -> None:
        """The invariants, from scratch."""
        wrong = audit(self.machine.state)
        self._world.expect(not wrong, "the books do not add up", *wrong)

    def _apply(self, command: Command, rules: int) -> None:
        machine, seq = self.machine, self.seq + 1
        before = self._face() if seq % LOOK_EVERY == 0 else None
        outcome, applied = machine.apply(seq, command, rules)
        self.commands.append(command)
        self.outcomes.append(outcome)
        self.at_s.append(applied.at_s)
        told: dict[str, list[Notice]] = {}
        for notice in self.views.fold(applied):
            told.setdefault(notice.account_id, []).append(notice)
        for account_id, notices in told.items():
            earlier = self.told.setdefault(account_id, [])
            earlier.append(Told(account_id, seq, earlier[-1].seq if earlier else 0, tuple(notices)))
        if before is not None and outcome.reject is not None:
            self._world.expect(self._face() == before, "a refused command left a trace", seq, command)
        name = _name(command)
        if name is not None:
            self._check_once(name, seq, command, outcome)

    def _check_once(self, name: tuple[str, str, str], seq: int, command: Command, outcome: Outcome) -> None:
        """What bears a name is carried out once, and asked for again it is answered as it was then."""
        expect, first = self._world.expect, self.named.get(name)
        if first is None:
            expect(not outcome.repeated, "said to be a repeat of nothing", seq, command)
            if outcome.reject is None:
                self.named[name] = seq
        elif fingerprint(self.commands[first - 1]) == fingerprint(command):
            same = outcome.repeated and outcome.seq == first
            expect(same, "not answered as the first time", first, seq, command, outcome)
        else:
            expect(outcome.reject is not None, "two requests of one name", first, seq, command)

    def _face(self) -> str:
        """The state, whatever its place in the journal is."""
        state = self.machine.state
        seq, state.seq = state.seq, 0
        found = digest(state)
        state.seq = seq
        return found

    def digest(self) -> str:
        return digest(self.machine.state)

    def faces(self) -> list[object]:
        """What the views say of everybody and everything."""
        views, many = self.views, 1_000_000
        books = [views.book(*book, depth=many) for book in self.books]
        mine = [
            (views.account(name), views.bids(name, None, None, many), views.asks(name, None, None, many),
             views.leases(name, None, None, many), views.transfers(name, None, many), views.vouchers(name))
            for name in TRADERS
        ]  # fmt: skip
        market = [(views.trades(*place, None, many), views.market_state(*place)) for place in views.markets()]
        receipts = [views.receipt(account_id, name) for kind, account_id, name in self.named if kind == ORDER]
        return [views.seq, views.now_s, mine, market, receipts, views.contests(None, many), views.kpis(), books,
                views.flags(None, None, many), views.indices(), views.programmes(), views.brakes()]  # fmt: skip


def _name(command: Command) -> tuple[str, str, str] | None:
    """What stands for a request for ever: its kind, who gave it, and what was given."""
    if isinstance(command, PlaceBid | PlaceAsk):
        return ORDER, command.account_id, command.client_order_id
    if isinstance(command, KEYED) and command.idempotency_key:
        caller = getattr(command, "operator_id", "") or getattr(command, "account_id", "")
        return KEY, caller, command.idempotency_key
    return None
