"""Section 8 of the rulebook, read a second time: what a programme pays on a lease, what stays for others, and why.

Grants are kept one by one, so that every limit is a sum over the grants that it counts, made when it is asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import NamedTuple

from exchange.language.commands import Cap, DefineProgramme, Rate
from exchange.language.events import AccountOpened
from tests.reference.arithmetic import WHOLE_BP


class Claim(NamedTuple):
    """A lease for which somebody would like a subsidy, at an instant in a year."""

    at: int
    year: int
    buyer: AccountOpened
    provider: AccountOpened
    related: bool  # whether their owner groups belong together
    region: str
    domestic: bool
    use: str
    cost: int


class Grant(NamedTuple):
    """What a group was promised in a year; what came back of it is a grant below zero."""

    group: str
    year: int
    amount: int


@dataclass(slots=True, eq=False)
class Programme:
    """What it says now, where its money lies, and every grant it ever made. The world outside is the other side."""

    says: DefineProgramme
    pool: int = 0
    committed: int = 0
    redeemed: int = 0
    funded: int = 0
    lapsed: int = 0
    grants: list[Grant] = field(default_factory=list)

    def granted(self, group: str | None = None, year: int | None = None) -> int:
        """What was granted and did not come back: to a group or to all, in a year or ever."""
        return sum(grant.amount for grant in self.grants if group in {None, grant.group} and year in {None, grant.year})

    def fund(self, amount: int) -> None:
        """Money comes from outside, or what nobody drew goes back there."""
        self.pool += amount
        if amount > 0:
            self.funded += amount
        else:
            self.lapsed -= amount


def welcome(says: DefineProgramme, claim: Claim) -> bool:
    """Whether a programme is for such a buyer, such a provider and such a day."""
    tags, place = claim.buyer.tags, claim.buyer.place
    return (
        (says.from_s is None or says.from_s <= claim.at)
        and (says.until_s is None or claim.at < says.until_s)
        and all(any(tag in tags for tag in group) for group in says.claimants)
        and (not says.claimant_places or place in says.claimant_places)
        and not any(tag in tags for tag in says.barred_tags)
        and not (says.unaffiliated and claim.related)
    )


def is_local(says: DefineProgramme, claim: Claim) -> bool:
    """Supply is local by where it stands, or by who offers it."""
    return claim.region in says.local_regions or any(tag in claim.provider.tags for tag in says.local_supplier_tags)


def rate_of(says: DefineProgramme, claim: Claim) -> int:
    """The highest rate that applies, in basis points; 0 where none does."""

    def applies(rate: Rate) -> bool:
        return (
            rate.supply in {"any", "local" if is_local(says, claim) else "remote"}
            and rate.chip in {"any", "domestic" if claim.domestic else "foreign"}
            and rate.use in {"", claim.use}
        )

    return max((rate.share_bp for rate in says.rates if applies(rate)), default=0)


def concerns(cap: Cap, tags: Iterable[str]) -> bool:
    """Whether a cap is for somebody with such tags."""
    mine = set(tags)
    return (not cap.only_tags or bool(mine & set(cap.only_tags))) and not mine & set(cap.except_tags)


def shut_out(programmes: dict[str, Programme], name: str, claim: Claim) -> bool:
    """Whether another programme has paid the group this year, and either of the two excludes the other."""

    def excludes(one: str, other: str) -> bool:
        return bool({other, "*"} & set(programmes[one].says.excludes))

    return any(
        (excludes(name, other) or excludes(other, name))
        and programmes[other].granted(claim.buyer.owner_group, claim.year) > 0
        for other in programmes
        if other != name
    )


def offer(programmes: dict[str, Programme], name: str, claim: Claim) -> tuple[int, str]:
    """What a programme pays on a lease, and the first of the smallest limits; nothing to the unwelcome."""
    programme = programmes[name]
    says, group = programme.says, claim.buyer.owner_group
    rate = rate_of(says, claim)
    if not rate or not welcome(says, claim) or shut_out(programmes, name, claim):
        return 0, ""
    spent = {"contract": 0, "year": programme.granted(group, claim.year), "total": programme.granted(group)}
    limits = [("rate", floor(Fraction(claim.cost * rate, WHOLE_BP)))]
    for scope in ("contract", "year", "total"):
        caps = [cap for cap in says.caps if cap.scope == scope and concerns(cap, claim.buyer.tags)]
        limits += [(scope, cap.amount_micros - spent[scope]) for cap in caps]
    if says.pool_micros is not None and says.pool_is == "ceiling":
        limits.append(("pool", says.pool_micros - programme.granted(year=claim.year)))
    elif says.pool_micros is not None and says.pool_is == "total":
        limits.append(("pool", says.pool_micros - programme.granted()))
    bound, amount = min(limits, key=lambda limit: limit[1])
    return max(0, amount), bound


def choose(
    programmes: dict[str, Programme], wanted: tuple[str, ...], claim: Claim, paused: set[str]
) -> tuple[str | None, int, str]:
    """The programme that pays, how much, and what bound it: of those named the first that pays, of all the best."""
    names = list(programmes) if wanted == ("auto",) else list(wanted)
    found = [(name, *offer(programmes, name, claim)) for name in names if name not in paused]
    paying = [each for each in found if each[1] > 0]
    if not paying:
        return None, 0, ""
    return max(paying, key=lambda each: each[1]) if wanted == ("auto",) else paying[0]
