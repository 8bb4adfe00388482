"""What a voucher programme pays on a lease: pure arithmetic on its wording and on what it has granted.

amount = min(rate × cost, what each cap and the pool still allow); what bound it is the first smallest in the order
rate, contract, year, total, pool. The rate's share is rounded down: a programme never pays a fraction that it does not
owe. The cost is the lease's own, without fees.
"""

from typing import NamedTuple

from msgspec import Struct

from exchange.language.claims import Claimant, caps, shares
from exchange.language.commands import (
    ANY,
    DOMESTIC,
    FOREIGN,
    IN_TOTAL,
    LOCAL,
    PER_CONTRACT,
    PER_YEAR,
    REMOTE,
    DefineProgramme,
    Rate,
)
from exchange.language.units import BP_PER_ONE, BasisPoints, Micros

RATE, POOL = "rate", "pool"  # what can bind besides the caps, which are called by their scopes


class Supply(Struct, frozen=True, gc=False):
    """What is leased, from whom, for what."""

    region: str
    provider_tags: tuple[str, ...]
    related: bool  # whether the provider is affiliated with the claimant
    domestic: bool
    use: str


class Standing(Struct, frozen=True, gc=False):
    """What a programme has granted to the claimant's owner group, less what came back, and may still grant to all."""

    year_micros: Micros
    total_micros: Micros
    pool_micros: Micros
    excluded_by: str = ""  # another programme whose money in this year shuts this one out


class Offer(NamedTuple):
    """What a programme would pay, and what bound it."""

    amount_micros: Micros
    bound: str


def rate_bp(terms: DefineProgramme, supply: Supply) -> BasisPoints:
    """The highest rate that applies to what is leased, whoever claims; 0 when none does."""
    if not terms.rates or (terms.unaffiliated and supply.related):
        return 0
    local = supply.region in terms.local_regions or shares(terms.local_supplier_tags, supply.provider_tags)
    best = 0
    for rate in terms.rates:
        if rate.share_bp > best and _applies(rate, supply, local=local):
            best = rate.share_bp
    return best


def share_micros(cost_micros: Micros, share_bp: BasisPoints) -> Micros:
    """The share of a lease's cost, without what bounds it."""
    return cost_micros * share_bp // BP_PER_ONE


def bounded(terms: DefineProgramme, claimant: Claimant, amount_micros: Micros, standing: Standing) -> Offer:
    """What caps and the pool leave of an amount."""
    best = Offer(amount_micros, RATE)
    if terms.caps:
        for scope, granted in (
            (PER_CONTRACT, 0),
            (PER_YEAR, standing.year_micros),
            (IN_TOTAL, standing.total_micros),
        ):
            for most in caps(terms, claimant, scope):
                best = _less(best, most - granted, scope)
    return _less(best, standing.pool_micros, POOL)


def _less(best: Offer, room_micros: Micros, bound: str) -> Offer:
    """The smaller of an offer and what something else leaves room for."""
    room = max(0, room_micros)
    return Offer(room, bound) if room < best.amount_micros else best


def _applies(rate: Rate, supply: Supply, *, local: bool) -> bool:
    return (
        rate.supply in (ANY, LOCAL if local else REMOTE)
        and rate.chip in (ANY, DOMESTIC if supply.domestic else FOREIGN)
        and rate.use in ("", supply.use)
    )
