"""Who may claim from a voucher programme, and which of its caps apply: pure, for the market and for what it shows.

The conditions have one word each, which is what a claimant is told.
"""

from collections.abc import Iterator

from msgspec import Struct

from exchange.language.commands import ALL_OTHERS, DefineProgramme
from exchange.language.units import Micros, Seconds


class Claimant(Struct, frozen=True, gc=False):
    """Who would be paid for, and when."""

    group: str
    tags: tuple[str, ...]
    place: str
    at_s: Seconds


def why_not(terms: DefineProgramme, claimant: Claimant, excluded_by: str = "") -> str:
    """Which condition a claimant does not meet, whatever it leases; empty when it meets all.

    `excluded_by` is another programme whose money in the year shuts this one out.
    """
    if terms.from_s is not None and claimant.at_s < terms.from_s:
        return "from"
    if terms.until_s is not None and claimant.at_s >= terms.until_s:
        return "until"
    for group in terms.claimants:
        if not shares(group, claimant.tags):
            return "claimants"
    if terms.claimant_places and claimant.place not in terms.claimant_places:
        return "places"
    if shares(terms.barred_tags, claimant.tags):
        return "barred"
    return "excludes" if excluded_by else ""


def caps(terms: DefineProgramme, claimant: Claimant, scope: str) -> Iterator[Micros]:
    """The caps of a scope that apply to a claimant."""
    for cap in terms.caps:
        if (
            cap.scope == scope
            and (not cap.only_tags or shares(cap.only_tags, claimant.tags))
            and not shares(cap.except_tags, claimant.tags)
        ):
            yield cap.amount_micros


def clash(one: DefineProgramme, other: DefineProgramme) -> bool:
    """Whether of two programmes one excludes the other."""
    return one.programme != other.programme and (_excludes(one, other) or _excludes(other, one))


def shares(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether two lists of tags have one in common."""
    for tag in some:  # noqa: SIM110 - a loop, as every trade asks this of every programme
        if tag in others:
            return True
    return False


def _excludes(one: DefineProgramme, other: DefineProgramme) -> bool:
    return other.programme in one.excludes or ALL_OTHERS in one.excludes
