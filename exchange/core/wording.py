"""Changes of an order in words, short and with their units: "3 h", "2 chips fewer", "accept a PUE of 1.35"."""

from exchange.language.units import (
    DAY_S,
    HOUR_S,
    MILLI_PER_CHIP,
    PUE_PLACES,
    SHARE_PLACES,
    BasisPoints,
    Milli,
    Seconds,
    format_chips,
    format_decimal,
)


def span(length_s: Seconds) -> str:
    """A length of time on the grid, in days, hours and minutes: "3 h", "1 d 30 min"."""
    days, rest = divmod(length_s, DAY_S)
    hours, rest = divmod(rest, HOUR_S)
    parts = ((days, "d"), (hours, "h"), (rest // 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def chips(count_milli: Milli) -> str:
    """A number of chips."""
    return f"{format_chips(count_milli)} chip{'' if count_milli == MILLI_PER_CHIP else 's'}"


def than(was_milli: Milli, count_milli: Milli) -> str:
    """How many chips fewer or more than before."""
    return f"{chips(abs(count_milli - was_milli))} {'fewer' if count_milli < was_milli else 'more'}"


def least(least_milli: Milli | None) -> str:
    """A smallest lease."""
    return "accept leases of any size" if least_milli is None else f"accept leases of {chips(least_milli)}"


def take_or_pay(share_bp: BasisPoints) -> str:
    """A share that is owed for what is not used."""
    return f"accept take-or-pay of {_share(share_bp)}"


def without_tags(tags: tuple[str, ...], kept: tuple[str, ...]) -> str:
    """The tags that are no longer required."""
    return f"do without {', '.join(tag for tag in tags if tag not in kept)}"


def pue(pue_milli: int | None) -> str:
    """A power usage effectiveness."""
    return "accept any PUE" if pue_milli is None else f"accept a PUE of {format_decimal(pue_milli, PUE_PLACES)}"


def green(share_bp: BasisPoints | None) -> str:
    """A share of green energy."""
    return "accept any green share" if share_bp is None else f"accept a green share of {_share(share_bp)}"


def _share(share_bp: BasisPoints) -> str:
    return format_decimal(share_bp, SHARE_PLACES)
