"""The market's sums, done with exact fractions and rounded where the rulebook says so.

Nothing here is shared with the market's own arithmetic: it is the same rulebook, read a second time.
"""

from fractions import Fraction
from math import ceil, floor

MILLI = 1000
HOUR = 3600
WHOLE_BP = 10_000


def half_even(exact: Fraction) -> int:
    """The nearest whole number; of two equally near, the even one."""
    return round(exact)  # Python rounds fractions half to even, without floats


def exact_cost(price: int, chips: int, seconds: int) -> Fraction:
    """Micros for milli-chips over seconds at micros per chip-hour."""
    return Fraction(price) * Fraction(chips, MILLI) * Fraction(seconds, HOUR)


def cost(price: int, chips: int, seconds: int) -> int:
    return half_even(exact_cost(price, chips, seconds))


def hold(price: int, chips: int, seconds: int, fee_bp: int) -> int:
    """The worst case of one alternative: each milli-chip rounded up by itself, and the fee rounded up on top."""
    worst = ceil(exact_cost(price, 1, seconds)) * chips
    return worst + ceil(Fraction(worst * fee_bp, WHOLE_BP))


def fee(amount: int, fee_bp: int) -> int:
    return floor(Fraction(amount * fee_bp, WHOLE_BP))


def bond(price: int, chips: int, seconds: int, rate_bp: int) -> int:
    return half_even(exact_cost(price, chips, seconds) * Fraction(rate_bp, WHOLE_BP))


def next_step(now: int, step: int) -> int:
    """The first instant of the grid that is not before now."""
    at = now - now % step
    return at if at == now else at + step
