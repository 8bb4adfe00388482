"""A thousand leases for a month, metered every hour and settled to the end: what a period costs, and a meter.

Some leases carry a voucher, some are resold in part, some fail. Every statement is added up on the side, transfer by
transfer: in the end each must come, to the micro, to what its lease cost, earned, gave back and drew of the voucher.
AssertionError, and no figure, when one does not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any, NamedTuple

from msgspec import Struct, field

from exchange.core.conservation import audit
from exchange.core.state_machine import StateMachine
from exchange.language import commands as c
from exchange.language import events as e
from exchange.language.port import Outcome
from exchange.language.units import DAY_S, HOUR_S, MICROS_PER_CNY, MILLI_PER_CHIP, Micros, full_uch
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from loadtests.bench.core import timing_row
from loadtests.bench.desk import NOW_S
from loadtests.bench.report import Result
from loadtests.bench.timing import NS_PER_S, Timing, frozen, timed, timing_of

PLACES, PROVIDERS = 10, 40
LATE_S = 900  # after an hour, when its period is closed
TICK = MICROS_PER_CNY // 100
CHEAP, DEAR = 900 * TICK, 1_500 * TICK  # below every provider's price, and above
CASH = 10**15
AID = "bench-aid"
AIDED, RESOLD = 10, 20  # one lease in so many
DELIVERED = (1000,) * 150 + (999,) * 30 + (900,) * 19 + (0,)  # thousandths of an hour
USED = (1000, 1000, 800, 500, 50)  # thousandths of what was delivered

Watched = Callable[[Iterable[Any], str, int], Iterable[Any]]


class Plan(NamedTuple):
    """How many leases, not counting resales, for how many days."""

    leases: int
    days: int


PLAN = Plan(1_000, 30)
QUICK = Plan(20, 2)


class Statement(Struct):
    """What was agreed, what was paid for which reason, and where the lease stands; and its meter."""

    terms: e.Traded
    own_milli: int  # chips that its buyer has not resold
    stands: e.LeaseChanged | None = None
    moved: Counter[str] = field(default_factory=Counter)
    settled_micros: Micros = 0  # the cost of all its periods
    failed: bool = False  # it, or a part resold out of it, so that not all of it came to be settled
    delivered_uch: int = 0
    used_uch: int = 0


class Hall:
    """A market with many leases and nothing else, and their statements."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.end_s = NOW_S + plan.days * DAY_S
        self.chance = Random(plan.leases)
        self.machine, self.seq = StateMachine(), 0
        self.statements: dict[int, Statement] = {}
        self.periods = 0
        for command in load_seeds(default_seeds_dir()):
            self.give(command)
        self.give(c.DefineProgramme(programme=AID, name_en=AID, name_zh=AID, rates=(c.Rate(share_bp=2000),)))
        self.give(c.AdvanceTime(to_s=NOW_S))

    def give(self, command: c.Command) -> int:
        """Apply a command and keep its statements; the nanoseconds it took. AssertionError when it is refused."""
        self.seq += 1
        found: list[tuple[Outcome, e.Applied]] = []
        (spent_ns,) = timed(lambda each: found.append(self.machine.apply(self.seq, each)), (command,))
        ((outcome, applied),) = found
        assert outcome.reject is None, (command, outcome.reject)
        for event in applied.events:
            self.note(event)
        return spent_ns

    def note(self, event: e.Event) -> None:
        match event:
            case e.Traded():
                self.statements[event.lease_id] = Statement(event, event.quantity_milli)
                if event.parent_id is not None:
                    self.statements[event.parent_id].own_milli -= event.quantity_milli
            case e.Transferred(lease_id=int(number)):
                self.statements[number].moved[event.reason] += event.amount_micros
            case e.LeaseChanged():
                lease = self.statements[event.lease_id]
                lease.stands = event
                if event.state == e.DEFAULTED:
                    lease.failed = True
                    if lease.terms.parent_id is not None:
                        self.statements[lease.terms.parent_id].failed = True
            case e.PeriodSettled():
                self.periods += 1
                self.statements[event.lease_id].settled_micros += event.cost_micros

    def open(self) -> None:
        """Providers offer chips, buyers lease them, some lease them on, and all of them are handed over."""
        catalog = self.machine.state.catalog
        places = [(region, chip) for region in catalog.regions for chip in catalog.chips][:PLACES]
        for number in range(PROVIDERS):
            price, lot = self.chance.randint(1_000, 1_400) * TICK, self.chance.choice((125, 250, 500, 1000))
            top = self.chance.choice((10_000, 6_000, 0))
            chips = 8 * MILLI_PER_CHIP * (self.plan.leases // PROVIDERS + 1)
            self.enter(f"provider-{number}")
            self.offer(f"provider-{number}", places[number % PLACES], chips, price, lot_milli=lot, take_or_pay_bp=top)
        for number in range(self.plan.leases):
            place, chips = places[number % PLACES], self.chance.choice((2, 4, 8)) * MILLI_PER_CHIP
            self.enter(f"buyer-{number}")
            self.take(f"buyer-{number}", place, chips, () if number % AIDED else (AID,))
        for number in range(1, self.plan.leases, RESOLD):
            lease = self.statements[number]
            place = (lease.terms.region, lease.terms.chip)
            self.offer(lease.terms.buyer, place, lease.own_milli // 2, CHEAP, lease_id=number)
            self.take(f"buyer-{number}", place, lease.own_milli // 2, ())
        for number, lease in self.statements.items():
            self.give(c.StartLease(account_id=lease.terms.deliverer, lease_id=number, sealed_access=b"x" * 120))

    def enter(self, name: str) -> None:
        self.give(c.OpenAccount(account_id=name, roles=(c.BUYER, c.PROVIDER), owner_group=name))
        self.give(c.Deposit(account_id=name, amount_micros=CASH))

    def offer(self, seller: str, place: tuple[str, str], chips_milli: int, price: Micros, **terms: Any) -> None:
        region, chip = place
        self.give(
            c.PlaceAsk(
                account_id=seller,
                client_order_id="ask",
                region=region,
                chip=chip,
                quantity_milli=chips_milli,
                end_s=self.end_s,
                price_micros=price,
                **terms,
            )
        )

    def take(self, buyer: str, place: tuple[str, str], chips_milli: int, vouchers: tuple[str, ...]) -> None:
        """A lease for the whole time."""
        region, chip = place
        wish = c.Alternative(
            region=region, chip=chip, duration_s=self.end_s - NOW_S, latest_start_s=NOW_S, price_micros=DEAR
        )
        self.give(
            c.PlaceBid(
                account_id=buyer,
                client_order_id=f"bid-{self.seq}",
                quantity_milli=chips_milli,
                min_quantity_milli=chips_milli,
                alternatives=(wish,),
                vouchers=vouchers,
            )
        )

    def reports(self, through_s: int) -> Iterator[c.MeterLease]:
        """Of every lease in use, for the hour that has just passed."""
        for number, lease in self.statements.items():
            assert lease.stands is not None
            if lease.stands.until_s >= through_s:
                delivered = full_uch(lease.own_milli, HOUR_S) * self.chance.choice(DELIVERED) // 1000
                lease.delivered_uch += delivered
                lease.used_uch += delivered * self.chance.choice(USED) // 1000
                yield c.MeterLease(
                    account_id=lease.terms.deliverer,
                    lease_id=number,
                    through_s=through_s,
                    delivered_uch=lease.delivered_uch,
                    used_uch=lease.used_uch,
                )


def bench_leases(plan: Plan, watched: Watched) -> Result:
    """Measure a month; AssertionError when a statement does not add up, or the books are not sound."""
    hall, hours = Hall(plan), plan.days * DAY_S // HOUR_S
    hall.open()
    metered: list[int] = []
    closed: list[tuple[int, int]] = []  # what a clock's command took, and the periods that it closed
    with frozen():
        for hour in watched(range(1, hours + 1), f"{len(hall.statements):,} leases", hours):
            through_s = NOW_S + hour * HOUR_S
            hall.give(c.AdvanceTime(to_s=through_s))
            metered += [hall.give(report) for report in hall.reports(through_s)]
            before, spent = hall.periods, hall.give(c.AdvanceTime(to_s=through_s + LATE_S))
            closed.append((spent, hall.periods - before))
    hall.give(c.AdvanceTime(to_s=hall.end_s + DAY_S))
    for number, lease in hall.statements.items():
        assert (found := faults(lease)) == [], (number, found)
    assert audit(hall.machine.state) == []
    states = Counter(lease.stands.state for lease in hall.statements.values() if lease.stands is not None)
    timings = {"settle a period, under one contract": per_period(closed), "meter": timing_of(metered)}
    return Result(
        name="leases",
        title=f"{len(hall.statements):,} leases of {plan.days} days, metered and settled by the hour",
        columns=("what", "number", "per second", "median µs", "p99 µs"),
        rows=[timing_row(what, timing) for what, timing in timings.items()],
        figures=[{"what": what, **timing._asdict()} for what, timing in timings.items()],
        promises=[],
        notes=(
            f"All statements add up to the micro, and the audit finds nothing; {dict(states)}.",
            f"One in {AIDED} has a voucher, one in {RESOLD} is resold in half. No journal, no edge, no views.",
            "A period's time is its share of the clock's command that closes all of one hour.",
        ),
    )


def per_period(closed: list[tuple[int, int]]) -> Timing:
    """What single periods took, by what all of one hour took together."""
    each = timing_of([spent // periods for spent, periods in closed if periods])
    spent, periods = (sum(column) for column in zip(*closed, strict=True))
    return Timing(periods, periods * NS_PER_S / spent, each.median_us, each.p99_us)


def faults(lease: Statement) -> list[str]:
    """Every sum of a statement of a lease that is over which does not come to what it should."""
    terms, stands, moved = lease.terms, lease.stands, lease.moved
    assert stands is not None
    cost, fee = terms.cost_micros, terms.buyer_fee_micros
    sums = {
        "paid in": (moved[e.ESCROWED], cost - moved[e.COMMITTED] + fee),
        "paid out": (
            moved[e.EARNED] + moved[e.REFUNDED] + moved[e.BUYER_FEE] + moved[e.FEE_REFUNDED],
            moved[e.ESCROWED] + moved[e.REPAID],
        ),
        "earned": (moved[e.EARNED] + moved[e.REDEEMED], stands.earned_micros),
        "refunded": (moved[e.REFUNDED] + moved[e.RETURNED] - moved[e.REPAID], stands.refunded_micros),
        "cost": (stands.earned_micros + stands.refunded_micros, cost),
        "cost of its periods": (lease.settled_micros if stands.state == e.ENDED and not lease.failed else cost, cost),
        "subsidy": (moved[e.REDEEMED] + moved[e.RETURNED], moved[e.COMMITTED]),
        "redeemed": (moved[e.REDEEMED], stands.redeemed_micros),
        "buyer's fee": (moved[e.BUYER_FEE] + moved[e.FEE_REFUNDED], fee),
        "provider's fee": (moved[e.PROVIDER_FEE], stands.provider_fee_micros),
        "penalties": (moved[e.PENALTY], stands.penalties_micros),
        "escrow": (stands.escrow_micros, 0),
    }
    return [f"{what}: {found}, not {right}" for what, (found, right) in sums.items() if found != right]
