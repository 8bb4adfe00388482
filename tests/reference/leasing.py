"""Section 7 of the rulebook in fractions: what was delivered in a period, what it costs, who gets what.

Everything is worked out from the lease's reports each time it is asked for; nothing is remembered from one period to
the next but the money that has moved.
"""

from fractions import Fraction

from exchange.language.commands import Rules
from tests.reference.arithmetic import HOUR, WHOLE_BP, fee, half_even
from tests.reference.records import Lease, Report, Settlement


def hand_over(lease: Lease) -> int:
    """From when on chips can have been delivered."""
    assert lease.given is not None
    return max(lease.given, lease.start)


def last_known(lease: Lease) -> Report:
    """The last report, or the hand-over, before which nothing can have been delivered."""
    return lease.reports[-1] if lease.reports else (hand_over(lease), 0, 0)


def totals_at(lease: Lease, at: int) -> tuple[int, int]:
    """Delivered and used through an instant, on the straight line between two reports, rounded down."""
    if lease.given is None:
        return 0, 0
    points = [(hand_over(lease), 0, 0), *lease.reports]
    known = [point for point in points if point[0] <= at]
    later = [point for point in points if point[0] > at]
    if not known:
        return 0, 0
    before, delivered, used = known[-1]
    if not later:
        return delivered, used
    after, delivered_then, used_then = later[0]
    way = Fraction(at - before, after - before)
    return delivered + int((delivered_then - delivered) * way), used + int((used_then - used) * way)


def capacity(lease: Lease, start: int, end: int) -> int:
    """The most micro-chip-hours the lease can deliver over [start, end)."""
    return int(Fraction(lease.quantity * 1000 * max(0, end - start), HOUR))


def bounds(lease: Lease, index: int, rules: Rules) -> tuple[int, int]:
    """The instants between which a period lies; the last one may be shorter."""
    start = lease.start + index * rules.period_s
    return start, min(start + rules.period_s, lease.end)


def cost_between(lease: Lease, start: int, end: int) -> int:
    """The part of the cost that falls on [start, end): running totals are rounded, parts are their differences."""
    whole = lease.end - lease.start
    through = [half_even(Fraction(lease.cost * (at - lease.start), whole)) for at in (start, end)]
    return through[1] - through[0]


def settle(lease: Lease, index: int, rules: Rules) -> Settlement:
    """What a period comes to when it closes."""
    start, end = bounds(lease, index, rules)
    before, after = totals_at(lease, start), totals_at(lease, end)
    delivered, used = after[0] - before[0], after[1] - before[1]
    full = capacity(lease, start, end)
    due = cost_between(lease, start, end)
    take_or_pay = Fraction(lease.ask.command.take_or_pay_bp, WHOLE_BP)
    share = max(take_or_pay * Fraction(delivered, full), Fraction(used, full))
    assert 0 <= used <= delivered <= full
    paid = half_even(due * share)
    missing = 1 - Fraction(delivered, full)
    allowed = Fraction(rules.allowance_bp, WHOLE_BP)
    penalty = half_even(due * max(Fraction(0), missing - allowed) * Fraction(rules.penalty_rate_bp, WHOLE_BP))
    return Settlement(delivered, used, paid, due - paid, penalty)


def penalty_on_rest(rest: int, rules: Rules) -> int:
    """What a default costs the provider for the part of the cost that will not be delivered."""
    return half_even(Fraction(rest * rules.penalty_rate_bp, WHOLE_BP))


def buyer_fee_taken(lease: Lease, rules: Rules) -> int:
    return fee(lease.earned, rules.buyer_fee_bp)


def provider_fee_taken(lease: Lease, rules: Rules) -> int:
    return fee(lease.earned, rules.provider_fee_bp)
