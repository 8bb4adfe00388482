"""What can be read agrees with the market, after generated sequences that move money in all ways.

The projections have seen nothing but events. Whoever follows the notices that its account is told knows of every order
and lease what the reads say of it, and whoever sends a request again reads what it read the first time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random

import pytest

from exchange.core.leases.pieces import Shape, area, clip, shape_of
from exchange.core.ledger.chart import AVAILABLE, COMMITTED, POOL, PURSES, programme_purse, purse
from exchange.core.receipts import KEYED
from exchange.core.state_machine import StateMachine
from exchange.language.claims import Claimant, clash, why_not
from exchange.language.commands import Command, Deposit, Withdraw
from exchange.language.commands_operator import PauseProgramme
from exchange.language.events import RESTING
from exchange.language.port import Outcome, Reads
from exchange.language.units import DAY_S, full_uch
from exchange.language.views import AccountView, AskView, BidView, LeaseView
from exchange.projections.views import Views
from tests.properties.choices import BLOB_BYTES
from tests.properties.money_flavours import FLAVOURS
from tests.properties.money_world import NAMES, VENUE, Flavour, next_command, setting
from tests.reference.books import Books

SEQUENCES, COMMANDS, DAYS = 40, 80, 3
MUST_MEET = {
    "meters": {"lease running", "lease ended", "lease defaulted", "Deposit again", "Withdraw again"},
    "vouchers": {"double_subsidy", "underused", "related_party"},
    "endings": {"contest open", "contest ruled", "lease released", "lease cancelled", "ReleaseLease again"},
    "resales": {"part running", "part ended", "part defaulted", "circular"},
}


class Reader:
    """The market, the reads, and what accounts have been told last of each order and lease."""

    def __init__(self, before: Iterable[Command]) -> None:
        self.machine = StateMachine()
        self.views = Views()
        self.reads: Reads = self.views
        self.books = Books()
        self.commands: list[Command] = []
        self.told: dict[tuple[str, str], BidView | AskView | LeaseView] = {}
        self.repeats: Counter[str] = Counter()
        self.answers: dict[int, AccountView | LeaseView | None] = {}  # by the seq of a request with a key
        for command in before:
            self.apply(command)

    def run(self, flavour: Flavour, seed: int) -> None:
        """Apply the commands that so many random bytes mean."""
        random = Random(seed)
        for _ in range(COMMANDS):
            command = next_command(flavour, random.randbytes(BLOB_BYTES), self.books, self.commands)
            if command is not None:
                self.apply(command)

    def apply(self, command: Command) -> None:
        self.commands.append(command)
        outcome, applied = self.machine.apply(len(self.commands), command)
        self.books.fold(applied.events)
        for notice in self.views.fold(applied):
            match notice.data:
                case BidView() as bid:
                    self.told[notice.account_id, f"bid-{bid.bid_id}"] = bid
                case AskView() as ask:
                    self.told[notice.account_id, f"ask-{ask.ask_id}"] = ask
                case LeaseView() as lease:
                    self.told[notice.account_id, f"lease-{lease.lease_id}"] = lease
        if outcome.reject is None and isinstance(command, KEYED) and command.idempotency_key:
            self.check_answer(command, outcome)

    def check_answer(self, command: Command, outcome: Outcome) -> None:
        """A request with a key has an answer that can be read, and it stays what it was."""
        found: AccountView | LeaseView | None
        if isinstance(command, Deposit | Withdraw):
            found = self.reads.account_at(command.account_id, outcome.seq)
        elif isinstance(command, PauseProgramme):
            return  # answered by its outcome alone
        else:
            found = self.reads.lease_at(outcome.subject, outcome.seq)
        assert found is not None
        assert found == self.answers.setdefault(outcome.seq, found)
        assert outcome.repeated == (outcome.seq < self.views.seq)
        self.repeats[type(command).__name__] += outcome.repeated

    def marks(self) -> Iterator[str]:
        """What there was to read."""
        yield from (f"{name} again" for name, count in self.repeats.items() if count)
        yield from (flag.kind for flag in self.reads.flags(None, None, 500))
        yield from (f"contest {'ruled' if contest.ruling else 'open'}" for contest in self.reads.contests(None, 500))
        for number in range(1, len(self.machine.state.lease_parties) + 1):
            lease = self.reads.lease(number)
            assert lease is not None
            yield f"{'lease' if lease.parent_id is None else 'part'} {lease.state}"

    def check(self) -> None:
        self.check_accounts()
        self.check_leases()
        self.check_capacity()
        self.check_programmes()

    def check_accounts(self) -> None:
        state = self.machine.state
        for account in self.reads.accounts():
            shown = [getattr(account, f"{kind}_micros") for kind in PURSES]
            assert shown == [state.ledger.balance(purse(account.account_id, kind)) for kind in PURSES]
            assert account.contestable_micros == state.contestable.get(purse(account.account_id, AVAILABLE), 0)
            self.check_statement(account.account_id)

    def check_statement(self, account_id: str) -> None:
        """Pages of seven join without a gap, from what there is back to nothing."""
        account, before = self.reads.account(account_id), None
        page = self.reads.transfers(account_id, before, 7)
        assert account is not None
        assert [getattr(page.closing, f"{kind}_micros") for kind in PURSES] == [
            getattr(account, f"{kind}_micros") for kind in PURSES
        ]
        while page.items:
            older = self.reads.transfers(account_id, page.items[-1].transfer.transfer_id, 7)
            assert page.opening == older.closing
            page = older
        assert not any(getattr(page.opening, f"{kind}_micros") for kind in PURSES)

    def check_leases(self) -> None:
        state = self.machine.state
        for number in range(1, len(state.lease_parties) + 1):
            lease, statement = self.reads.lease(number), self.reads.statement(number)
            assert lease is not None
            assert statement is not None
            assert statement.closing_micros == lease.escrow_micros
            assert sum(amount for _, amount in statement.totals) == sum(
                view.transfer.amount_micros for view in statement.items
            )
            self.check_shape(lease)
            paid = sum(period.paid_micros for period in lease.periods)
            assert paid <= lease.earned_micros <= lease.cost_micros
            for account_id in {lease.buyer, lease.provider, lease.deliverer}:
                assert self.told[account_id, f"lease-{number}"] == lease
        for account_id in NAMES:
            for bid in self.reads.bids(account_id, None, None, 500):
                assert self.told[account_id, f"bid-{bid.bid_id}"] == bid
            for ask in self.reads.asks(account_id, None, None, 500):
                assert self.told[account_id, f"ask-{ask.ask_id}"] == ask

    def check_shape(self, lease: LeaseView) -> None:
        """What is shown to be still in a buyer's own hands is what the market has there."""
        open_lease = self.machine.state.leases.get(lease.lease_id)
        if open_lease is not None:
            settled_s = open_lease.settled_s
            assert clip(lease.shape, settled_s) == clip(shape_of(open_lease.pieces), settled_s)

    def check_capacity(self) -> None:
        """Each open lease's buyer has its own pieces, and each ask of own chips what is free of it; nothing twice.

        Between two steps nobody can be let in before the next, and asks may or may not show what is free until then.
        """
        state, area_s = self.machine.state, Counter[tuple[str, ...]]()
        first_s, on_step = state.now_s // DAY_S * DAY_S, state.catalog.next_step_s(state.now_s) == state.now_s

        def spread(what: str, where: tuple[str, ...], shape: Shape) -> None:
            for day in range(DAYS):
                start_s = first_s + day * DAY_S
                area_s[what, *where, str(day)] += area(clip(shape, max(start_s, state.now_s), start_s + DAY_S))

        for lease in state.leases.values():
            spread("leased", (lease.region, lease.chip, lease.deliverer, lease.site), shape_of(lease.pieces))
        for ask in state.asks.values():
            if on_step and ask.lease_id is None and ask.state == RESTING:
                spread("offered", (ask.region, ask.chip, ask.account_id, ask.site), ask.free.segments(state.now_s))
        shown = Counter[tuple[str, ...]]()
        for market in {(row.region, row.chip) for row in self.reads.capacity(DAYS)}:
            for site in self.reads.capacity(DAYS, market):
                for place, day in enumerate(site.days):
                    where = (site.region, site.chip, site.provider, site.site, str(place))
                    shown["leased", *where] = day.leased_uch
                    shown["offered", *where] = day.offered_uch if on_step else 0
                    part_s = DAY_S - max(0, state.now_s - day.start_s)
                    sums = day.leased_uch + day.offered_uch + day.idle_uch
                    assert abs(sums - full_uch(site.chips_milli, part_s)) <= 2, "each is rounded"
                    assert day.idle_uch >= 0
        for each in shown.keys() | area_s.keys():
            assert abs(shown[each] - full_uch(area_s[each], 1)) <= 1, each

    def check_programmes(self) -> None:
        state = self.machine.state
        kpis = self.reads.kpis()
        assert [view.definition.programme for view in self.reads.programmes()] == list(state.programmes)
        for view in self.reads.programmes():
            name, own = view.definition.programme, state.programmes[view.definition.programme]
            assert view.pool_micros == state.ledger.balance(programme_purse(name, POOL))
            assert view.committed_micros == state.ledger.balance(programme_purse(name, COMMITTED))
            years = {kpi.year: kpi for kpi in kpis if kpi.programme == name}
            assert sum(kpi.committed_micros for kpi in years.values()) == own.committed_micros
            assert sum(kpi.redeemed_micros for kpi in years.values()) == own.redeemed_micros
            assert all(years[year].granted_micros == granted for year, granted in own.years.items())
        for account_id in (*NAMES, VENUE):
            self.check_vouchers(account_id)

    def check_vouchers(self, account_id: str) -> None:
        state = self.machine.state
        account = state.participants[account_id]
        claimant = Claimant(account.owner_group, account.tags, account.place, state.now_s)
        payers = [p.definition for p in state.programmes.values() if p.granted_to(claimant.group, state.year) > 0]
        for view in self.reads.vouchers(account_id):
            own = state.programmes[view.programme]
            shut = any(clash(own.definition, other) for other in payers)
            expected = why_not(own.definition, claimant, "another" if shut else "")
            if view.programme in state.curbs.paused:
                expected = "paused"
            assert view.why_not == (expected or ("" if own.definition.rates else "rates"))
            assert view.granted_year_micros == own.granted_to(claimant.group, state.year)
            assert view.granted_total_micros == own.granted_to(claimant.group)
            assert view.redeemed_micros <= view.granted_total_micros


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_reads_and_notices_agree_with_the_market(flavour: Flavour) -> None:
    met: Counter[str] = Counter()
    for seed in range(SEQUENCES):
        reader = Reader(setting(flavour))
        try:
            reader.run(flavour, seed)
            reader.check()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        met.update(reader.marks())
    assert MUST_MEET[flavour.name] - met.keys() == set()
