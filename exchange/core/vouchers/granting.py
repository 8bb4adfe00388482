"""Which programme pays for a lease, and what happens to its promise: granted, drawn, or given back.

`choose` reads only, so quotes and trades come to the same. A lease has one programme at most, no resale has any, and
nothing is granted within an owner group.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from exchange.core.books.order import Ask, Bid
from exchange.core.leases.contract import Lease
from exchange.core.ledger.chart import COMMITTED, POOL, programme_purse
from exchange.core.state import State
from exchange.core.vouchers import funding
from exchange.core.vouchers.programme import Programme
from exchange.core.vouchers.subsidy import Offer, Standing, Supply, bounded, share_micros
from exchange.core.vouchers.wordings import Payer
from exchange.language import events
from exchange.language.claims import Claimant, why_not
from exchange.language.commands import AUTO_VOUCHERS
from exchange.language.events_money import SubsidyMoved
from exchange.language.instants import year_of
from exchange.language.units import Micros


class Grant(NamedTuple):
    """What a programme pays on a lease, what bound it, and on whose and which year's account."""

    programme: str | None
    amount_micros: Micros
    bound: str
    group: str
    year: int


def choose(state: State, bid: Bid, ask: Ask, cost_micros: Micros, drawn: Mapping[str, Micros] | None = None) -> Grant:
    """The programme that pays for a lease between a bid and an ask now.

    Of those that the bid names it is the first that pays, of all (`auto`) the one that pays most, and of equals the one
    defined first. `drawn` is what leases that are only planned would have had of each.
    """
    year = year_of(state.now_s)
    best, paying = Offer(0, ""), None
    if bid.vouchers and state.programmes and state.year and ask.lease_id is None:
        account = state.participants[bid.account_id]
        claimant = Claimant(account.owner_group, account.tags, account.place, state.now_s)
        for programme, share_bp in _tried(state, _supply_of(state, bid, ask), bid.vouchers):
            amount = share_micros(cost_micros, share_bp)
            if amount <= best.amount_micros or why_not(programme.definition, claimant):
                continue  # whatever bounds it
            if programme.id in state.curbs.paused:
                continue
            standing = _standing(state, programme, claimant.group, year, drawn or {})
            if standing.excluded_by:
                continue
            found = bounded(programme.definition, claimant, amount, standing)
            if found.amount_micros > best.amount_micros:
                best, paying = found, programme
                if bid.vouchers != AUTO_VOUCHERS:
                    break
    return Grant(None if paying is None else paying.id, *best, bid.owner_group, year)


def enter(lease: Lease, grant: Grant) -> None:
    """Write into a new lease what is granted to it, before its money moves."""
    if grant.programme is not None:
        lease.programme, lease.grant_year, lease.subsidy_micros = grant.programme, grant.year, grant.amount_micros
        lease.pieces = [replace(piece, subsidy_micros=grant.amount_micros) for piece in lease.pieces]
        assert len(lease.pieces) == 1
        assert grant.amount_micros <= lease.cost_micros


def commit(state: State, lease: Lease, grant: Grant) -> None:
    """Promise a lease what was chosen for it: in the same command, so nothing has changed since."""
    if grant.programme is None:
        return
    assert grant.group != state.participants[lease.provider].owner_group
    assert grant.year == state.year
    programme = state.programmes[grant.programme]
    if programme.grows:
        funding.top_up(state, programme, grant.amount_micros)
    pool, committed = programme_purse(programme.id, POOL), programme_purse(programme.id, COMMITTED)
    _post(state, lease, pool, committed, grant.amount_micros, events.COMMITTED)
    _count(state, lease, grant.amount_micros, grant.bound)


def redeem(state: State, lease: Lease, payee: str, amount_micros: Micros, part_id: int | None = None) -> None:
    """Pay what a period has drawn of a lease's subsidy to a ledger account."""
    if amount_micros:
        programme = _programme_of(state, lease)
        _post(state, lease, programme_purse(programme.id, COMMITTED), payee, amount_micros, events.REDEEMED, part_id)
        programme.committed_micros -= amount_micros
        programme.redeemed_micros += amount_micros
        assert programme.committed_micros >= 0, programme.id


def give_back(state: State, lease: Lease, amount_micros: Micros, part_id: int | None = None) -> None:
    """Return what a lease will not draw of its subsidy to the pool."""
    if amount_micros:
        programme = _programme_of(state, lease)
        committed, pool = programme_purse(programme.id, COMMITTED), programme_purse(programme.id, POOL)
        _post(state, lease, committed, pool, amount_micros, events.RETURNED, part_id)
        _count(state, lease, -amount_micros)
        funding.lapse_of_year(state, programme, lease.grant_year, amount_micros)


def unredeem(state: State, lease: Lease, payer: str, amount_micros: Micros, part_id: int | None = None) -> None:
    """Return to the pool, out of a ledger account, what a lease had drawn of its subsidy and should not have."""
    if amount_micros:
        programme = _programme_of(state, lease)
        _post(state, lease, payer, programme_purse(programme.id, POOL), amount_micros, events.CONTEST_RETURNED, part_id)
        programme.redeemed_micros -= amount_micros
        programme.committed_micros += amount_micros  # from where the count takes it
        _count(state, lease, -amount_micros)
        funding.lapse_of_year(state, programme, lease.grant_year, amount_micros)


def related(state: State, group: str, other: str) -> bool:
    """Whether two owner groups have been declared affiliated."""
    return bool(state.affiliated) and pair(group, other) in state.affiliated


def pair(group: str, other: str) -> tuple[str, str]:
    """Two groups in the one order in which they are kept."""
    return (group, other) if group < other else (other, group)


def _tried(state: State, supply: Supply, vouchers: tuple[str, ...]) -> Iterable[Payer]:
    payers = state.wordings.payers(state.programmes, supply)
    if vouchers == AUTO_VOUCHERS:
        return payers.values()
    return [payers[name] for name in vouchers if name in payers]


def _supply_of(state: State, bid: Bid, ask: Ask) -> Supply:
    return Supply(
        region=ask.region,
        provider_tags=state.participants[ask.account_id].tags,
        related=related(state, bid.owner_group, ask.owner_group),
        domestic=ask.domestic,
        use=bid.use,
    )


def _standing(state: State, programme: Programme, group: str, year: int, drawn: Mapping[str, Micros]) -> Standing:
    planned = drawn.get(programme.id, 0)
    return Standing(
        year_micros=programme.granted_to(group, year) + planned,
        total_micros=programme.granted_to(group) + planned,
        pool_micros=funding.room_micros(state, programme, year) - planned,
        excluded_by=_excluded_by(state, programme, group, year, drawn),
    )


def _excluded_by(state: State, programme: Programme, group: str, year: int, drawn: Mapping[str, Micros]) -> str:
    """Another programme that has money out to a group in a year, where one of the two excludes the other."""
    for other in state.wordings.rivals(state.programmes, programme):
        if other.granted_to(group, year) + drawn.get(other.id, 0) > 0:
            return other.id
    return ""


def _programme_of(state: State, lease: Lease) -> Programme:
    assert lease.programme is not None, lease.lease_id
    return state.programmes[lease.programme]


def _count(state: State, lease: Lease, amount_micros: Micros, bound: str = "") -> None:
    """Note a grant, or, when negative, what came back of one, and tell it."""
    programme, group = _programme_of(state, lease), state.participants[lease.buyer].owner_group
    programme.count(group, lease.grant_year, amount_micros)
    state.emit(
        SubsidyMoved(
            lease_id=lease.lease_id,
            programme=programme.id,
            group=group,
            year=lease.grant_year,
            amount_micros=amount_micros,
            bound=bound,
        )
    )


def _post(
    state: State,
    lease: Lease,
    debit: str,
    credit: str,
    amount_micros: Micros,
    reason: str,
    part_id: int | None = None,
) -> None:
    programme = _programme_of(state, lease)
    state.touched_programmes[programme.id] = programme
    number = lease.lease_id
    state.post(debit, credit, amount_micros, reason, lease_id=number, part_id=part_id, programme=programme.id)
