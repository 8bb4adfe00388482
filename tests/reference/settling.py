"""Section 7 of the rulebook in the naive books: what a period, a default or a rest costs whom, part by part.

A part is paid under every contract that it bears, each at its own price and take-or-pay, all by its user's meter.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from exchange.language.events import LeaseChanged, PeriodSettled
from tests.reference import granting
from tests.reference.agreeing import same
from tests.reference.arithmetic import WHOLE_BP, half_even
from tests.reference.holdings import Due, Lease, Period
from tests.reference.parts import together

if TYPE_CHECKING:
    from tests.reference.books import Books

OUTCOMES = {"": "ended", "by_buyer": "released", "failed": "defaulted", "by_operator": "cancelled"}


def costs(use: Lease, start: int, end: int) -> dict[int, tuple[int, int]]:
    """By contract, the provider's first: what all parts in use cost over [start, end), and the subsidy in it."""
    found: dict[int, tuple[int, int]] = {}
    for part in use.parts:
        for contract in part.costs:
            cost = part.cost_through(contract, end) - part.cost_through(contract, start)
            subsidy = part.subsidy_through(end) - part.subsidy_through(start) if contract == part.user else 0
            before = found.get(contract, (0, 0))
            found[contract] = before[0] + cost, before[1] + subsidy
    return found


def settle(books: Books, e: PeriodSettled) -> None:
    """The first of the events of a period moves its money; each is compared, a contract at a time."""
    use = books.leases[e.part_id]
    name = f"period {e.index} of lease-{e.part_id} under lease-{e.lease_id}"
    start = use.terms.start_s + e.index * use.rules.period_s
    end = min(start + use.rules.period_s, use.until)
    same(name, (e.start_s, e.end_s), (start, end))
    if e.index not in use.periods:
        use.periods[e.index] = close(books, use, start, end)
    period = use.periods[e.index]
    due = period.dues[e.lease_id]
    penalty = period.paid if e.lease_id == e.part_id else 0
    told = (e.delivered_uch, e.used_uch, e.cost_micros, e.paid_micros, e.refunded_micros, e.penalty_micros)
    same(name, told, (period.delivered, period.used, due.cost, due.paid, due.back, penalty))
    same(f"subsidy of {name}", (e.redeemed_micros, e.returned_micros), (due.redeemed, due.returned))
    if e.lease_id == e.part_id and use.silent >= use.rules.silent_periods:
        fail(books, use)


def close(books: Books, use: Lease, start: int, end: int) -> Period:
    """Pay for a period by its user's meter."""
    full, delivered, used = use.metered(start, end)
    dues, kept = {}, {}
    for number, (cost, subsidy) in costs(use, start, end).items():
        contract = books.leases[number]
        dues[number] = contract.due(cost, subsidy, contract.share(full, delivered, used))
        kept[number] = pay(books, contract, dues[number])
    root = next(iter(dues.values()))
    owed = use.penalty(root.cost, full, delivered)
    mark(books, use, list(dues.values()))
    use.closed = end
    use.hand |= {at: chips for at, chips in together(part.shape for part in use.parts).items() if start <= at < end}
    use.parts = [part for part in use.parts if max(part.shape) >= end]
    use.silent = 0 if delivered else use.silent + 1
    return Period(books.now, full, delivered, used, dues, kept, owed, punish(books, use, owed))


def mark(books: Books, use: Lease, dues: list[Due]) -> None:
    """What sort of period this was."""
    if len(dues) > 1:
        books.marks["a period paid under several contracts"] += 1
    if len(use.parts) > 1:
        books.marks["a period of several parts"] += 1
    if any(due.redeemed and due.returned for due in dues):
        books.marks["a period with subsidy redeemed and returned"] += 1
    if any(due.paid and due.back for due in dues):
        books.marks["a period paid in part"] += 1


def is_late(books: Books, lease: Lease) -> bool:
    """Whether access should have been handed over by now and was not."""
    return lease.given is None and bool(lease.parts) and lease.deadline <= books.now


def fail_the_late(books: Books, through: int | None = None) -> None:
    """Whoever has not handed over access in time has failed; at one instant by number, as far as one of them."""
    for number, lease in books.leases.items():
        if is_late(books, lease) and (through is None or number <= through):
            fail(books, lease)


def fail(books: Books, use: Lease) -> None:
    """Nothing more is delivered: all that is open goes back, under every contract, and the bond pays for all of it."""
    use.closed = use.settled_by(books.now)
    left = costs(use, use.closed, use.until)
    for number, (cost, subsidy) in left.items():
        pay(books, books.leases[number], Due(cost, subsidy, 0, 0))
    root = next(iter(left.values()), (0, 0))
    punish(books, use, half_even(root[0] * Fraction(use.rules.penalty_rate_bp, WHOLE_BP)))
    use.parts, use.until = [], use.closed
    use.cause = use.cause if use.cause == "by_operator" else "failed"


def pay(books: Books, lease: Lease, due: Due) -> int:
    """To the provider what it earned, to buyer and pool the rest, and the fees on both; what the provider keeps."""
    fee, fee_back, commission = lease.fees_on(due)
    assert fee >= 0
    assert fee_back >= 0
    lease.earned += due.paid
    lease.refunded += due.back
    lease.redeemed += due.redeemed
    lease.returned += due.returned
    lease.fee_taken += fee
    lease.fee_back += fee_back
    lease.commission += commission
    lease.escrow -= due.cost - due.subsidy + fee + fee_back
    lease.committed -= due.subsidy
    granting.redeem(books, lease, due.redeemed)
    granting.give_back(books, lease, due.returned)
    books.cash[lease.terms.provider] += due.paid - commission
    books.cash[lease.terms.buyer] += due.back - due.returned + fee_back
    books.fees += fee + commission
    return due.paid - commission


def punish(books: Books, use: Lease, owed: int) -> int:
    """From the bond to the user, as far as the bond goes; what was paid."""
    ask = books.asks[use.root_ask]
    paid = min(owed, ask.bond)
    if paid < owed:
        books.marks["a penalty that the bond did not cover"] += 1
    ask.bond -= paid
    use.penalties += paid
    books.cash[use.terms.buyer] += paid
    return paid


def still_due(books: Books) -> dict[int, tuple[int, int]]:
    """What each contract, and its programme, have yet to pay: for parts in anybody's use that bear it, and the fee."""
    cost, subsidy = Counter[int](), Counter[int]()
    for use in books.leases.values():
        for part in use.parts:
            subsidy[part.user] += part.subsidy - part.subsidy_through(use.closed)
            for contract, whole in part.costs.items():
                cost[contract] += whole - part.cost_through(contract, use.closed)
    found = {}
    for number, lease in books.leases.items():
        fee = lease.terms.buyer_fee_micros - lease.fee_taken - lease.fee_back
        found[number] = cost[number] - subsidy[number] + fee, subsidy[number]
    return found


def compare(lease: Lease, e: LeaseChanged) -> None:
    """Where a lease stands, as told and as reckoned."""
    told = {
        "escrow": e.escrow_micros,
        "earned": e.earned_micros,
        "refunded": e.refunded_micros,
        "penalties": e.penalties_micros,
        "fee": e.buyer_fee_micros,
        "commission": e.provider_fee_micros,
        "until": e.until_s,
        "subsidy": e.subsidy_micros,
        "redeemed": e.redeemed_micros,
        "returned": e.returned_micros,
        "frozen": e.frozen_micros,
    }
    reckoned = {
        "escrow": lease.escrow,
        "earned": lease.earned,
        "refunded": lease.refunded,
        "penalties": lease.penalties,
        "fee": lease.fee_taken,
        "commission": lease.commission,
        "until": lease.until,
        "subsidy": lease.terms.subsidy_micros - lease.forgone,
        "redeemed": lease.redeemed,
        "returned": lease.returned,
        "frozen": lease.frozen,
    }
    same(f"lease-{e.lease_id}", told, reckoned)
    if lease.over:
        same(f"how lease-{e.lease_id} ended", e.state, OUTCOMES[lease.cause])
