"""What kind of number is this: milli-chips, micros, seconds, basis points, milli-度; to and from decimal strings.

Every quantity inside the market is an integer. Decimals exist only on the wire, and only as strings: a string with more
places than its unit has is refused, never rounded. No float is made on the way in or out.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar, cast

Milli = int  # thousandths of a chip
Micros = int  # millionths of a CNY; a price is micros per chip-hour
Seconds = int  # since the epoch, UTC, or a length of time
BasisPoints = int  # ten-thousandths
MicroChipHours = int  # millionths of a chip-hour, names end in `_uch`
MilliDu = int  # thousandths of a 度 (312 TFLOPS dense FP16/BF16 for one hour), per chip-hour for a rate

CHIP_PLACES = 3
MONEY_PLACES = 6
SHARE_PLACES = 4
CHIP_HOUR_PLACES = 6
DU_PLACES = 3
PUE_PLACES = 3

MILLI_PER_CHIP = 1_000
MICROS_PER_CNY = 1_000_000
BP_PER_ONE = 10_000
HOUR_S = 3600
DAY_S = 24 * HOUR_S

# Digits only, no sign, exponent, blank or leading zero: one number has one spelling before its point.
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,18}))?", re.ASCII)
_TOO_LONG = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)


REMEMBERED = 8_192  # results of each piece of text work; texts that are taken are short, others are not kept

F = TypeVar("F", bound=Callable[..., object])


class UnitError(ValueError):
    """A wire value that is not a number of its unit; the message says what would be."""


def remembered(work: F) -> F:
    """Keep the latest results of pure text work: the same instants, prices and sizes come over and over."""
    return cast(F, lru_cache(maxsize=REMEMBERED)(work))


@remembered
def parse_decimal(text: str, places: int) -> int:
    """The integer count of 10**-places in a decimal string; UnitError when it is not one exactly."""
    found = _DECIMAL.fullmatch(text)
    if found is None:
        if _TOO_LONG.fullmatch(text):
            raise UnitError("must have at most 18 digits on each side of the point")
        raise UnitError('must be a plain decimal number such as "8" or "0.125", without sign or exponent')
    whole, fraction = found[1], found[2] or ""
    if len(fraction) > places:
        raise UnitError(f"must have at most {places} decimal places")
    return int(whole + fraction.ljust(places, "0"))


@remembered
def format_decimal(value: int, places: int, least_places: int = 0) -> str:
    """The decimal string of an integer count of 10**-places, without idle zeros beyond `least_places`."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 10**places)
    fraction = f"{rest:0{places}d}".rstrip("0").ljust(least_places, "0") if places else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


@remembered
def format_chips(chips_milli: Milli) -> str:
    """Chips as on the wire: "8", "0.125"."""
    return format_decimal(chips_milli, CHIP_PLACES)


@remembered
def format_money(amount_micros: Micros) -> str:
    """CNY as on the wire, with fen always shown: "15.20", "0.000001"."""
    return format_decimal(amount_micros, MONEY_PLACES, 2)


def div_half_even(numerator: int, denominator: int) -> int:
    """The quotient of non-negative integers rounded to nearest, ties to even."""
    quotient, rest = divmod(numerator, denominator)
    twice = rest * 2
    if twice > denominator or (twice == denominator and quotient & 1):
        return quotient + 1
    return quotient


def div_up(numerator: int, denominator: int) -> int:
    """The quotient of integers rounded up."""
    return -(-numerator // denominator)


def cost_micros(price_micros: Micros, chips_milli: Milli, seconds: Seconds) -> Micros:
    """What a rectangle of chips and time costs at a price per chip-hour, rounded half to even, once."""
    return div_half_even(price_micros * chips_milli * seconds, MILLI_PER_CHIP * HOUR_S)


def most_cost_micros(price_micros: Micros, chips_milli: Milli, seconds: Seconds) -> Micros:
    """The most that leases of these chips can cost, however they are cut into pieces.

    Every milli-chip is rounded up by itself, so that holds are linear in chips: what a trade frees always pays for it.
    On the market's grid of ticks and steps a milli-chip costs whole half-micros, so this is the plain cost but for odd
    multiples of a quarter-hour at odd prices.
    """
    return div_up(price_micros * seconds, MILLI_PER_CHIP * HOUR_S) * chips_milli


def with_most_fee_micros(cost_micros: Micros, fee_bp: BasisPoints) -> Micros:
    """A cost together with the most that the fee on its parts can be."""
    return cost_micros + div_up(cost_micros * fee_bp, BP_PER_ONE)


def hold_micros(price_micros: Micros, chips_milli: Milli, seconds: Seconds, fee_bp: BasisPoints) -> Micros:
    """The most that leases of these chips can cost together with the fee."""
    return with_most_fee_micros(most_cost_micros(price_micros, chips_milli, seconds), fee_bp)


def fee_micros(amount_micros: Micros, fee_bp: BasisPoints) -> Micros:
    """The fee on an amount, rounded down: the venue never takes a fraction it is not owed."""
    return amount_micros * fee_bp // BP_PER_ONE


def full_uch(chips_milli: Milli, seconds: Seconds) -> MicroChipHours:
    """The chip-hours of a rectangle in millionths, rounded down (exact for multiples of 18 seconds)."""
    return chips_milli * seconds * 1000 // HOUR_S


def price_per_du_micros(price_micros: Micros, du_milli: MilliDu | None) -> Micros | None:
    """CNY per 度 of a price per chip-hour, half to even; None for a chip without a published rate."""
    return None if du_milli is None else div_half_even(price_micros * 1000, du_milli)


def limit_from_du_micros(per_du_micros: Micros, du_milli: MilliDu, tick_micros: Micros) -> Micros:
    """The limit per chip-hour that a price per 度 means for a chip: rate × price, rounded down to the tick."""
    return per_du_micros * du_milli // 1000 // tick_micros * tick_micros
