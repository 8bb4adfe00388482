"""A market that was saved and loaded again goes on exactly as it would have, wherever generated sequences are cut.

Two markets get the same commands, one of which is saved and loaded again and again. After each command both have said
the same to everybody, and whenever one is saved both come to the same bytes: whatever a market holds is in them.
"""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from exchange.core import snapshot as of_state
from exchange.core.agenda import Due
from exchange.core.books import ladder
from exchange.core.books.order import Ask, Bid
from exchange.core.conservation import audit
from exchange.core.digest import digest
from exchange.core.leases.contract import Lease
from exchange.core.state import State
from exchange.core.state_machine import StateMachine
from exchange.language.commands import OPEN, Command
from exchange.language.events import RESTING, Applied
from exchange.language.port import Outcome
from exchange.language.views import Notice
from exchange.language.windows import CANDLE_INTERVALS_S
from exchange.projections import snapshot as of_views
from exchange.projections.leases import STATES
from exchange.projections.views import Views
from tests.properties import flavours, money_flavours, money_world, world
from tests.properties.choices import BLOB_BYTES
from tests.reference.books import Books
from tests.reference.market import Market

SEQUENCES, COMMANDS = 8, 90
SOAK_SEQUENCES = 400  # of each of eleven flavours
SOON = 12  # commands between one cut and the next, at most

MUST_MEET = {
    "books": {"bid in several books", "a lapsed alternative", "order amended", "ask with leases", "stale appointment"},
    "days": {"bid that expires", "ask that expires", "done ask with leases"},
    "leases": {"running lease", "scheduled lease", "lease with readings"},
    "gangs": {"gang", "bid partly filled"},
    "ladders": {"several blocks"},
    "brakes": {"brake", "market not open", "blocked account", "orders to be canceled", "price band"},
    "watches": {"dead man", "dead man with several appointments", "dead man who is off", "armed session"},
    "meters": {"answer", "programme with grants"},
    "vouchers": {"affiliated groups", "subsidised lease", "flag", "paused programme"},
    "endings": {"contestable money", "open contest", "ruling"},
    "resales": {"resold part", "part of a part", "open resale", "chips that were not all in hand"},
}


class Replica:
    """A market with everything that can be read of it."""

    def __init__(self) -> None:
        self.machine = StateMachine()
        self.views = Views()

    def apply(self, command: Command) -> tuple[Outcome, Applied, list[Notice]]:
        outcome, applied = self.machine.apply(self.machine.state.seq + 1, command)
        return outcome, applied, self.views.fold(applied)

    def saved(self) -> list[bytes]:
        return [*of_state.save(self.machine.state), *of_views.save(self.views)]

    @classmethod
    def out_of(cls, saved: list[bytes]) -> "Replica":
        """One out of nothing but the bytes of another."""
        other, parts = cls(), iter(saved)
        other.machine.state = of_state.load(parts)
        other.views = of_views.load(parts)
        assert next(parts, None) is None
        return other


class Pair:
    """A market that is never saved, and one that is over and over."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.whole = Replica()
        self.other = Replica()
        self.commands: list[Command] = []
        self.met: Counter[str] = Counter()
        self.cut_in = 0

    def apply(self, command: Command) -> Applied:
        self.commands.append(command)
        found = self.whole.apply(command)
        assert self.other.apply(command) == found, f"after a snapshot {command!r} comes to something else"
        if self.cut_in == 0:
            self.cut()
        self.cut_in = self.cut_in - 1 if self.cut_in else self.random.randint(0, SOON)
        return found[1]

    def end(self) -> Counter[str]:
        """What was met on the way. A market that is saved for the first time comes to the same bytes, too."""
        self.cut()
        fresh = Replica()
        for command in self.commands:
            fresh.apply(command)
        assert fresh.saved() == self.whole.saved()
        return self.met

    def cut(self) -> None:
        """Go on with what was saved, which is all that there was."""
        state = self.whole.machine.state
        self.met.update(marks(state, self.whole.views))
        saved = self.whole.saved()
        assert self.other.saved() == saved
        self.other = Replica.out_of(saved)
        assert self.other.saved() == saved
        loaded = self.other.machine.state
        assert digest(loaded) == digest(state)
        assert audit(loaded) == []
        for market in loaded.markets.values():
            market.asks.check()
            market.bids.check()
        assert list(readings(self.other.views)) == list(readings(self.whole.views))


def readings(views: Views) -> Iterator[object]:
    """Everything that can be read, but by number: the answers to all questions there are."""
    yield views.catalog(), views.brakes(), views.indices(), views.markets(), views.kpis(), views.programmes()
    yield views.contests(None, 500), views.flags(None, None, 500), views.flag_counts()
    for state in (None, *STATES):
        for market in (None, *views.markets()):
            yield views.all_leases(state, market, None, None, 500)
    yield views.curbs(), views.proposals(None, None, 500), views.audit_log(None, None, None, 500)
    for account in views.accounts():
        name = account.account_id
        yield views.dead_man_until_s(name), sorted(views.armed().items())
        yield account, views.keys(name), views.vouchers(name), views.transfers(name, None, 500)
        bids, asks = views.bids(name, None, None, 500), views.asks(name, None, None, 500)
        yield bids, [views.receipt(name, bid.client_order_id) for bid in bids]
        yield asks, [views.receipt(name, ask.client_order_id) for ask in asks]
        for lease in views.leases(name, None, None, 500):
            yield lease, views.statement(lease.lease_id), views.sealed_access(lease.lease_id)
    for region, chip in views.markets():
        yield views.market_state(region, chip), views.trades(region, chip, None, 500)
        for tenor_s in views.catalog().tenors_s:
            yield views.book(region, chip, tenor_s, 100)
            yield [views.candles(region, chip, tenor_s, every_s, 500) for every_s in CANDLE_INTERVALS_S]


def marks(state: State, views: Views) -> Iterator[str]:
    """What a snapshot is made of."""
    for bid in state.bids.values():
        yield from _true(_of_bid(bid, views))
    for ask in state.asks.values():
        yield from _true(_of_ask(ask))
    for lease in state.leases.values():
        yield f"{lease.state} lease"
        yield from _true(_of_lease(lease))
    for market in state.markets.values():
        yield from _true(
            {"market not open": market.state != OPEN, "several blocks": len(market.asks) > ladder.BLOCK_MAX}
        )
    over = (kind for _, kind, number, _ in state.agenda.all() if number not in state.bids)
    yield from _true(
        {
            "armed session": bool(state.armed),
            "dead man": any(man.deadline_s for man in state.dead_men.values()),
            "dead man who is off": any(not man.deadline_s for man in state.dead_men.values()),
            "dead man with several appointments": any(len(man.appointed) > 1 for man in state.dead_men.values()),
            "stale appointment": any(kind in (Due.BID_EXPIRY, Due.ALTERNATIVE_LAPSE) for kind in over),
            "programme with grants": any(programme.groups for programme in state.programmes.values()),
            "brake": bool(state.brakes),
            "answer": bool(state.answers),
            "contestable money": bool(state.contestable),
            "ruling": bool(state.rulings),
            "chips that were not all in hand": bool(state.hands),
            "affiliated groups": bool(state.affiliated),
            "flag": bool(views.flags(None, None, 1)),
            "blocked account": bool(state.curbs.blocked),
            "orders to be canceled": bool(state.curbs.evictions),
            "price band": bool(state.curbs.bands),
            "paused programme": bool(state.curbs.paused),
        }
    )


def _of_bid(bid: Bid, views: Views) -> dict[str, bool]:
    shown = views.bid(bid.bid_id)
    return {
        "bid in several books": len(bid.open) > 1,
        "a lapsed alternative": len(bid.open) < len(bid.alternatives),
        "bid partly filled": bid.filled_milli > 0,
        "bid that expires": bid.expires_s is not None,
        "gang": bid.gang,
        "order amended": shown is not None and bid.priority != shown.seq,
    }


def _of_ask(ask: Ask) -> dict[str, bool]:
    rests = ask.state == RESTING
    return {
        "ask with leases": rests and ask.open_leases > 0,
        "done ask with leases": not rests and ask.open_leases > 0,
        "ask that expires": rests and ask.expires_s is not None,
        "open resale": rests and ask.lease_id is not None,
    }


def _of_lease(lease: Lease) -> dict[str, bool]:
    return {
        "resold part": len(lease.chain) == 2,
        "part of a part": len(lease.chain) > 2,
        "lease with readings": bool(lease.readings),
        "subsidised lease": lease.subsidy_micros > 0,
        "open contest": any(closed.contested for closed in lease.contestable.values()),
    }


def _true(found: dict[str, bool]) -> Iterator[str]:
    return (name for name, there in found.items() if there)


def run_orders(flavour: world.Flavour, seed: int) -> Counter[str]:
    """One sequence of orders; the naive market says what commands can be about."""
    random = Random(seed)
    naive, pair = Market(), Pair(random)
    for command in world.setup(flavour):
        naive.apply(command)
        pair.apply(command)
    for _ in range(COMMANDS):
        found = world.next_command(flavour, random.randbytes(BLOB_BYTES), naive)
        if found is not None:
            naive.apply(found)
            pair.apply(found)
    return pair.end()


def run_money(flavour: money_world.Flavour, seed: int) -> Counter[str]:
    """One sequence in which money moves; the naive books say what commands can be about."""
    random = Random(seed)
    books, pair = Books(), Pair(random)
    for command in money_world.setting(flavour):
        books.take_all(pair.apply(command).events)
    for _ in range(COMMANDS):
        found = money_world.next_command(flavour, random.randbytes(BLOB_BYTES), books, pair.commands)
        if found is not None:
            books.fold(pair.apply(found).events)
    return pair.end()


@pytest.mark.parametrize("flavour", flavours.FLAVOURS, ids=lambda flavour: flavour.name)
def test_a_loaded_market_goes_on_the_same(flavour: world.Flavour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "BLOCK_MAX", flavour.block_max)
    met = sum((run_orders(flavour, seed) for seed in range(SEQUENCES)), Counter[str]())
    assert MUST_MEET[flavour.name] - met.keys() == set()


@pytest.mark.parametrize("flavour", money_flavours.FLAVOURS, ids=lambda flavour: flavour.name)
def test_a_loaded_market_pays_the_same(flavour: money_world.Flavour) -> None:
    met = sum((run_money(flavour, seed) for seed in range(SEQUENCES)), Counter[str]())
    assert MUST_MEET[flavour.name] - met.keys() == set()


@pytest.mark.soak
@pytest.mark.parametrize("flavour", [*flavours.FLAVOURS, *money_flavours.FLAVOURS], ids=lambda flavour: flavour.name)
@pytest.mark.timeout(3600)
def test_loaded_markets_go_on_for_long(flavour: world.Flavour | money_world.Flavour) -> None:
    for seed in range(SEQUENCES, SEQUENCES + SOAK_SEQUENCES):
        if isinstance(flavour, world.Flavour):
            run_orders(flavour, seed)
        else:
            run_money(flavour, seed)


STATE = ("agenda", "rulings", "answers", "contestable", "client_orders", "programmes", "bid_owners")
VIEWS = (
    "_programmes.drawn",
    "_leases.turned_at",
    "_accounts.transfers",
    "_orders.receipts",
    "_orders.receipt_of",
    "_supervision._paid_for",
    "_audit._files",
    "_supervision._flags",
    "_leases._ended",
    "_leases._of_market",
    "_leases.over",
    "_orders.bids_over",
    "_orders.asks_over",
    "_orders.bids_of",
    "_usage.over",
)


@pytest.mark.parametrize("lost", [*STATE, *VIEWS])
def test_a_snapshot_that_forgets_is_seen(lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is left out of a snapshot shows: what is loaded comes to other bytes or to something else."""
    room, _, name = lost.rpartition(".")
    module = of_views if room else of_state
    load = module.load

    def forgetful(parts: Iterator[bytes]) -> object:
        loaded = load(parts)
        fresh: object = type(loaded)()
        holder, empty = (getattr(loaded, room), getattr(fresh, room)) if room else (loaded, fresh)
        setattr(holder, name, getattr(empty, name))
        return loaded

    monkeypatch.setattr(module, "load", forgetful)
    with pytest.raises((AssertionError, KeyError)):
        _run_all(money_flavours.ENDINGS)


def _run_all(flavour: money_world.Flavour) -> None:
    for seed in range(SEQUENCES):
        run_money(flavour, seed)
