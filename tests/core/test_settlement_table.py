"""What every way of ending an hour costs whom, as tables for a treasurer: each row is run on the market, in CNY.

A lease is of 8 chips at 14.00, so an hour costs 112.00; the buyer's fee is 0.5 % of what is earned, the provider's
commission 1 %, the penalty 25 % of the cost of what is not delivered beyond 0.1 %. Each row is run twice: alone, and
with a voucher that pays 20 % of what is earned. `hours` are metered as delivered/used, by the hour; `paid` is what goes
into the buyer's escrow when it is alone, `aided` with the voucher; `back` is what returns to the programme's pool.
"""

import re
from collections import Counter
from decimal import Decimal

import pytest
from msgspec.structs import replace

from exchange.core.conservation import audit
from exchange.core.state_machine import StateMachine
from exchange.language.commands import (
    AdvanceTime,
    Alternative,
    CancelLease,
    Command,
    ContestPeriod,
    DefineProgramme,
    Deposit,
    MeterLease,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
    Rate,
    ReleaseLease,
    RuleContest,
    SetRules,
    StartLease,
)
from exchange.language.events import RUNNING, SCHEDULED, LeaseChanged, Traded, Transferred
from exchange.language.units import (
    BP_PER_ONE,
    CHIP_HOUR_PLACES,
    DAY_S,
    HOUR_S,
    MICROS_PER_CNY,
    MONEY_PLACES,
    parse_decimal,
)
from tests.properties.world import CHIPS, MONDAY_S, REGIONS, RULES, catalogue

ENDINGS = """
case              top  hours    then      earned   refunded  fee      comm.    penalty  paid    aided   redeemed  back
full use          1    8/8      -         112.00   0         0.56     1.12     0        112.56  90.16   22.40     0
half, whole rent  1    8/4      -         112.00   0         0.56     1.12     0        112.56  90.16   22.40     0
half use          0.6  8/4      -         67.20    44.80     0.336    0.672    0        112.56  90.16   13.44     8.96
three quarters    0.6  8/6      -         84.00    28.00     0.42     0.84     0        112.56  90.16   16.80     5.60
half by the use   0    8/4      -         56.00    56.00     0.28     0.56     0        112.56  90.16   11.20     11.20
idle by the use   0    8/0      -         0        112.00    0        0        0        112.56  90.16   0         22.40
outage allowed    1    7.992/4  -         111.888  0.112     0.55944  1.11888  0        112.56  90.16   22.3776   0.0224
outage, a tenth   1    7.2/7.2  -         100.80   11.20     0.504    1.008    2.772    112.56  90.16   20.16     2.24
half there, idle  0.6  4/0      -         33.60    78.40     0.168    0.336    13.972   112.56  90.16   6.72      15.68
second hour only  1    0 8/8    -         112.00   112.00    0.56     1.12     27.972   225.12  180.32  22.40     22.40
first of two      1    8/8 -    wait      112.00   0         0.56     1.12     0        225.12  180.32  22.40     0
reported late     1    8/8 8/8  late      112.00   112.00    0.56     1.12     27.972   225.12  180.32  22.40     22.40
not handed over   1    - -      never     0        224.00    0        0        56.00    225.12  180.32  0         44.80
silent two hours  1    0 0 -    -         0        336.00    0        0        83.944   337.68  270.48  0         67.20
contested         1    8/8      contest   112.00   0         0.56     1.12     0        112.56  90.16   22.40     0
contest won       1    8/8      rule 4/4  56.00    56.00     0.28     0.56     13.972   112.56  90.16   11.20     11.20
contest lost      1    8/8      rule 8/8  112.00   0         0.56     1.12     0        112.56  90.16   22.40     0
contest over use  0    8/8      rule 8/2  28.00    84.00     0.14     0.28     0        112.56  90.16   5.60      16.80
released, whole   1    8/8 -    release   224.00   0         1.12     2.24     0        225.12  180.32  44.80     0
released          0.6  8/8 -    release   179.20   44.80     0.896    1.792    0        225.12  180.32  35.84     8.96
released by use   0    8/8 -    release   112.00   112.00    0.56     1.12     0        225.12  180.32  22.40     22.40
cancelled         1    8/8 -    cancel    112.00   112.00    0.56     1.12     0        225.12  180.32  22.40     22.40
"""

# Who resells gets the same for each hour as its contract says; a subsidy goes back with what is offered again.
RESALES = """
case            lease          hours  earned  refunded  fee    comm.  penalty  paid    aided   redeemed  back
half of it      alice from hz  4/4    112.00  0         0.56   1.12   0        112.56  101.36  11.20     0
half of it      bob 4 @ 15.00  4/4    60.00   0         0.30   0.60   0        60.30   60.30   0         0
chain of three  alice from hz  4/4    98.00   14.00     0.49   0.98   0        112.56  101.36  11.20     0
chain of three  bob 4 @ 15.00  2/2    45.00   15.00     0.225  0.45   0        60.30   60.30   0         0
chain of three  cy 2 @ 16.00   1/1    16.00   16.00     0.08   0.16   3.493    32.16   32.16   0         0
all of it       alice from hz  -      112.00  0         0.56   1.12   0        112.56  112.56  0         0
all of it       bob 8 @ 13.00  8/8    104.00  0         0.52   1.04   0        104.52  104.52  0         0
idle user       alice from hz  4/4    112.00  0         0.56   1.12   0        112.56  101.36  11.20     0
idle user       bob 4 @ 15.00  4/0    60.00   0         0.30   0.60   0        60.30   60.30   0         0
user not there  alice from hz  4/4    56.00   56.00     0.28   0.56   0        112.56  101.36  11.20     0
user not there  bob 4 @ 15.00  never  0       60.00     0      0      14.00    60.30   60.30   0         0
"""
PRICE = "14.00"
CUTS: dict[str, Command] = {
    "release": ReleaseLease(account_id="alice", lease_id=1),
    "cancel": CancelLease(operator_id="venue", lease_id=1, reason="fire"),
}


class Hall:
    """A market with a provider, three buyers and a programme; what is told of leases, and their transfers."""

    def __init__(self, voucher: bool) -> None:
        self.machine, self.seq = StateMachine(), 0
        self.vouchers = ("aid",) if voucher else ()
        self.terms: dict[int, Traded] = {}
        self.stands: dict[int, LeaseChanged] = {}
        self.escrows: dict[int, Counter[str]] = {}
        aid = DefineProgramme(
            programme="aid", name_en="Aid", name_zh="券", rates=(Rate(share_bp=2000),), pool_micros=1, pool_is="floor"
        )
        for command in (*catalogue(), SetRules(rules=replace(RULES, contest_s=HOUR_S)), aid):
            self.give(command)
        for name in ("hz", "alice", "bob", "cy"):
            self.give(OpenAccount(account_id=name, roles=("buyer", "provider"), owner_group=name))
            self.give(Deposit(account_id=name, amount_micros=1000 * MICROS_PER_CNY))

    def give(self, command: Command) -> None:
        self.seq += 1
        outcome, applied = self.machine.apply(self.seq, command)
        assert outcome.reject is None, (command, outcome.reject)
        for event in applied.events:
            if isinstance(event, Traded):
                self.terms[event.lease_id] = event
                self.escrows[event.lease_id] = Counter()
            elif isinstance(event, LeaseChanged):
                self.stands[event.lease_id] = event
            elif isinstance(event, Transferred) and event.lease_id is not None:
                buyer = f"{self.terms[event.lease_id].buyer}/escrow"
                self.escrows[event.lease_id]["in"] += event.amount_micros * (event.credit == buyer)
                self.escrows[event.lease_id]["out"] += event.amount_micros * (event.debit == buyer)
        assert audit(self.machine.state) == []
        assert sum(self.machine.state.ledger.balances.values()) == 0

    def lease(self, seller: str, buyer: str, chips: int, top: Decimal, hours: int, price: str = PRICE) -> None:
        """Chips from now on, out of an ask for the day or of a lease of the seller."""
        parent = max((number for number, terms in self.terms.items() if terms.buyer == seller), default=None)
        end_s = MONDAY_S + (DAY_S if parent is None else hours * HOUR_S)
        micros = parse_decimal(price, MONEY_PLACES)
        self.give(
            PlaceAsk(
                account_id=seller,
                client_order_id=f"to {buyer}",
                region=REGIONS[0],
                chip=CHIPS[0],
                quantity_milli=chips * 1000,
                end_s=end_s,
                price_micros=micros,
                take_or_pay_bp=int(top * BP_PER_ONE),
                lease_id=parent,
            )
        )
        wish = Alternative(
            region=REGIONS[0], chip=CHIPS[0], duration_s=hours * HOUR_S, latest_start_s=MONDAY_S, price_micros=micros
        )
        self.give(
            PlaceBid(
                account_id=buyer,
                client_order_id="from " + seller,
                quantity_milli=chips * 1000,
                alternatives=(wish,),
                vouchers=self.vouchers,
            )
        )

    def clock(self, hours: int, minutes: int) -> None:
        self.give(AdvanceTime(to_s=MONDAY_S + hours * HOUR_S + minutes * 60))

    def start(self, lease: int) -> None:
        self.give(StartLease(account_id="hz", lease_id=lease, sealed_access=b"sealed"))

    def meter(self, lease: int, hours: list[str]) -> None:
        """Totals through the end of the last of these hours."""
        totals = [sum(uch) for uch in zip(*map(delivered_and_used, hours), strict=True)]
        through_s = MONDAY_S + len(hours) * HOUR_S
        report = MeterLease(
            account_id="hz", lease_id=lease, through_s=through_s, delivered_uch=totals[0], used_uch=totals[1]
        )
        self.give(report)

    def row(self, lease: int) -> list[Decimal]:
        """How a lease has come out, once it is certain that its statement adds up."""
        terms, stands, escrow = self.terms[lease], self.stands[lease], self.escrows[lease]
        cost, fee, subsidy = terms.cost_micros, terms.buyer_fee_micros, stands.subsidy_micros
        assert terms.escrow_micros + terms.subsidy_micros == cost + fee
        assert escrow["in"] == cost - subsidy + fee
        assert escrow["in"] - escrow["out"] == stands.escrow_micros
        if stands.state not in {SCHEDULED, RUNNING}:
            assert stands.escrow_micros == 0
            assert cost == stands.earned_micros + stands.refunded_micros
            assert subsidy == stands.redeemed_micros + stands.returned_micros
        amounts = (
            stands.earned_micros,
            stands.refunded_micros,
            stands.buyer_fee_micros,
            stands.provider_fee_micros,
            stands.penalties_micros,
            escrow["in"],
            stands.redeemed_micros,
            stands.returned_micros,
        )
        return [Decimal(amount) / MICROS_PER_CNY for amount in amounts]


def delivered_and_used(hour: str) -> list[int]:
    """Of an hour such as "8/4", in micro-chip-hours; "0" is nothing at all."""
    delivered, _, used = hour.partition("/")
    return [parse_decimal(part, CHIP_HOUR_PLACES) for part in (delivered, used or delivered)]


def rows(table: str) -> list[list[str]]:
    """All but the first, which names the columns; they are two blanks apart or more."""
    return [re.split(r" {2,}", line.strip()) for line in table.strip().splitlines()[1:]]


def expected(amounts: list[str], voucher: bool) -> list[Decimal]:
    """The columns of a run: the five that are the same in both, what is paid in, and what the programme pays."""
    *same, alone, aided, redeemed, returned = map(Decimal, amounts)
    return [*same, aided, redeemed, returned] if voucher else [*same, alone, Decimal(0), Decimal(0)]


@pytest.mark.parametrize("voucher", [False, True], ids=["alone", "with a voucher"])
@pytest.mark.parametrize("row", rows(ENDINGS), ids=lambda row: row[0])
def test_a_lease_costs_what_the_table_says(row: list[str], voucher: bool) -> None:
    _, top, metered, then, *amounts = row
    hall, hours = Hall(voucher), metered.split()
    hall.lease("hz", "alice", 8, Decimal(top), len(hours))
    if then != "never":
        hall.start(1)
    for number, hour in enumerate(hours[:1] if then == "wait" else hours, start=1):
        hall.clock(number, 20 if then == "late" and number == 1 else 0)
        if hour != "-":
            hall.meter(1, hours[:number])
        if number == 1 and then in CUTS:
            hall.give(CUTS[then])
    hall.clock(number, 15)
    if then.startswith(("contest", "rule")):
        hall.give(ContestPeriod(account_id="alice", lease_id=1, index=0, reason="slow"))
    if then.startswith("rule"):
        delivered, used = delivered_and_used(then.split()[1])
        hall.give(
            RuleContest(operator_id="venue", lease_id=1, index=0, delivered_uch=delivered, used_uch=used, reason="logs")
        )
    assert hall.row(1) == expected(amounts, voucher)


@pytest.mark.parametrize("voucher", [False, True], ids=["alone", "with a voucher"])
@pytest.mark.parametrize("case", list(dict.fromkeys(row[0] for row in rows(RESALES))))
def test_a_resale_costs_what_the_table_says(case: str, voucher: bool) -> None:
    leases = [row[1:] for row in rows(RESALES) if row[0] == case]
    hall, seller = Hall(voucher), "hz"
    for what, *_ in leases:
        buyer, *rest = what.split()
        chips, price = ("8", PRICE) if rest[0] == "from" else (rest[0], rest[2])
        hall.lease(seller, buyer, int(chips), Decimal(1), 1, price)
        seller = buyer
    used = {number: hour for number, (_, hour, *_) in enumerate(leases, start=1) if "/" in hour}
    for number in used:
        hall.start(number)
    hall.clock(1, 0)
    for number, hour in used.items():
        hall.meter(number, [hour])
    hall.clock(1, 15)
    for number, (_, _, *amounts) in enumerate(leases, start=1):
        assert hall.row(number) == expected(amounts, voucher), leases[number - 1]
