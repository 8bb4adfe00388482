"""Early ends and second thoughts in the naive books: releases, operators' cancels, contests and rulings."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from exchange.language.events_money import ContestRuled, LeaseCut, PartReturned, PeriodContested
from tests.reference import granting, settling
from tests.reference.agreeing import same
from tests.reference.arithmetic import WHOLE_BP, fee, next_step
from tests.reference.holdings import Due, Lease
from tests.reference.parts import Part, together

if TYPE_CHECKING:
    from tests.reference.books import Books

NOTHING = Fraction(0)


def cut(books: Books, e: LeaseCut) -> None:
    """The first of the events of a cut moves all its money; each is compared, a contract at a time."""
    number = e.lease_id if e.part_id is None else e.part_id
    use = books.leases[number]
    if number not in books.cuts:
        assert use.cause != "by_operator", f"lease-{number} was cut by an operator before"
        rest = take_rest(books, use)
        use.cause = e.reason
        give_back = release if e.reason == "by_buyer" else cancel
        books.cuts[number] = give_back(books, number, rest)
        books.marks[f"cut {e.reason}"] += 1
    due = books.cuts[number].pop(e.lease_id)
    told = (e.until_s, e.paid_micros, e.refunded_micros, e.redeemed_micros)
    until = books.leases[e.lease_id].until
    same(f"rest of lease-{number} under lease-{e.lease_id}", told, (until, due.paid, due.back, due.redeemed))


def take_rest(books: Books, use: Lease) -> list[Part]:
    """From the next step on, or from its start, nobody uses it."""
    at = max(next_step(books.now, books.rules.step_s), use.terms.start_s)
    if at >= use.until:
        return []
    use.until, use.closed = at, use.settled_by(books.now)
    later = [{step: chips for step, chips in part.shape.items() if step >= at} for part in use.parts]
    halves = [part.without(after, use.closed) for part, after in zip(use.parts, later, strict=True)]
    use.parts = [before for before, _ in halves if before]
    return [after for _, after in halves if after]


def worth(rest: list[Part], contract: int) -> tuple[int, int]:
    """What parts cost under a contract, and the subsidy in it."""
    mine = [part for part in rest if contract in part.costs]
    return sum(part.costs[contract] for part in mine), sum(part.subsidy for part in mine if part.user == contract)


def cancel(books: Books, number: int, rest: list[Part]) -> dict[int, Due]:
    """Nobody pays for what is not to be, on any contract."""
    found = {}
    for contract in dict.fromkeys([*(each for part in rest for each in part.costs), number]):
        found[contract] = Due(*worth(rest, contract), 0, 0)
        settling.pay(books, books.leases[contract], found[contract])
    return found


def release(books: Books, number: int, rest: list[Part]) -> dict[int, Due]:
    """Who gives back pays its take-or-pay; the part is its reseller's again, or, if that has no use for it, goes on.

    A reseller that has given back its own use pays its take-or-pay for a part that comes after; one that was failed
    pays nothing.
    """
    found: dict[int, Due] = {}
    holder: int | None = number
    while holder is not None:
        lease = books.leases[holder]
        if holder != number and not lease.cause and lease.settled_by(books.now) < lease.until:
            lease.parts += [without_later(part, holder) for part in rest]
            books.returned.append(holder)
            break
        if holder != number:
            books.marks[f"a part given back to who had lost its own: {lease.cause or 'to time'}"] += 1
        share = Fraction(lease.terms.take_or_pay_bp, WHOLE_BP) if lease.cause == "by_buyer" else NOTHING
        found[holder] = lease.due(*worth(rest, holder), share)
        settling.pay(books, lease, found[holder])
        holder = lease.terms.parent_id
    else:
        if lease.cause == "by_buyer":
            books.given_back.append((lease.terms.ask_id, together(part.shape for part in rest)))
    return found


def without_later(part: Part, holder: int) -> Part:
    """A part as its reseller has it: without the contracts by which it was sold on."""
    costs: dict[int, int] = {}
    for contract, cost in part.costs.items():
        costs[contract] = cost
        if contract == holder:
            break
    return Part(part.shape, costs)


def come_back(books: Books, e: PartReturned) -> None:
    """A part is its reseller's again, told when it has been."""
    same(f"where the part of lease-{e.part_id} has gone", e.lease_id, books.returned.pop())
    books.marks["a part came back to its reseller"] += 1
    held = together(part.shape for part in books.leases[e.lease_id].parts)
    same(f"chips of lease-{e.lease_id}", books.steps(e.shape), held)


def contestable(books: Books) -> Counter[str]:
    """By account, what it has kept of periods that can still be contested: it stays available, and cannot be spent."""
    found: Counter[str] = Counter()
    for use in books.leases.values():
        for period in use.periods.values():
            open_still = books.now < period.closed + use.rules.contest_s
            if period.state == "settled" and open_still and any(due.paid for due in period.dues.values()):
                for contract, kept in period.kept.items():
                    found[books.leases[contract].terms.provider] += kept
    return found


def contest(books: Books, e: PeriodContested) -> None:
    """What everybody was paid for a period, and kept, is put into its escrow."""
    use = books.leases[e.lease_id]
    period = use.periods[e.index]
    assert period.state == "settled"
    assert books.now < period.closed + use.rules.contest_s
    frozen: Counter[str] = Counter()
    for contract, kept in period.kept.items():
        lease = books.leases[contract]
        lease.frozen += kept
        books.cash[lease.terms.provider] -= kept
        frozen[lease.terms.provider] += kept
    same(f"frozen of period {e.index} of lease-{e.lease_id}", dict(e.frozen), dict(frozen))
    period.state = "contested"
    if len(frozen) > 1:
        books.marks["a contest that froze the money of several"] += 1
    if use.over:
        books.marks["a contest after the end"] += 1


def rule(books: Books, e: ContestRuled) -> None:
    """A period settled anew by what an operator has found; what is not taken back is let go."""
    use = books.leases[e.lease_id]
    period = use.periods[e.index]
    assert period.state == "contested"
    changes = []
    for contract, due in period.dues.items():
        lease = books.leases[contract]
        right = lease.due(due.cost, due.subsidy, lease.share(period.full, e.delivered_uch, e.used_uch))
        take_back(books, lease, due, right, period.kept[contract])
        changes.append((contract, due.paid - right.paid, due.redeemed - right.redeemed))
        books.marks["a contest won" if right.paid < due.paid else "a contest lost"] += 1
    root = next(iter(period.dues.values()))
    more = use.penalty(root.cost, period.full, e.delivered_uch) - period.owed
    penalty = settling.punish(books, use, more)
    if penalty:
        books.marks["a ruling with a penalty"] += 1
    name = f"ruling on period {e.index} of lease-{e.lease_id}"
    same(name, (e.changes, e.penalty_micros), (tuple(changes), penalty))
    period.state = "ruled"


def take_back(books: Books, lease: Lease, due: Due, right: Due, kept: int) -> None:
    """What was paid too much goes back to the payer and the pool, with the fees that were taken on it."""
    less, less_redeemed = due.paid - right.paid, due.redeemed - right.redeemed
    assert 0 <= less_redeemed <= less
    earned = lease.earned - less
    # The provider has kept a fee less than it was paid: it must be able to give all of it back, and gets no more back
    # of the fee than was taken of this payment.
    too_much = lease.commission - fee(earned, lease.rules.provider_fee_bp)
    commission = min(max(too_much, less - kept, 0), due.paid - kept)
    buyer_fee = max(lease.fee_taken - fee(earned, lease.rules.buyer_fee_bp), 0)
    lease.frozen -= kept
    books.cash[lease.terms.provider] += kept + commission - less
    books.cash[lease.terms.buyer] += less - less_redeemed + buyer_fee
    books.fees -= commission + buyer_fee
    lease.earned, lease.refunded = earned, lease.refunded + less
    lease.redeemed -= less_redeemed
    lease.returned += less_redeemed
    lease.commission -= commission
    lease.fee_taken -= buyer_fee
    lease.fee_back += buyer_fee
    granting.unredeem(books, lease, less_redeemed)
