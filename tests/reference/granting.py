"""Programmes in the naive books: their pools through the years, and the subsidies promised out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.language.events import Traded
from exchange.language.events_money import ProgrammeChanged, ProgrammeDefined
from exchange.language.instants import year_of
from tests.reference.agreeing import same
from tests.reference.holdings import Lease
from tests.reference.vouchers import Claim, Grant, Programme, choose

if TYPE_CHECKING:
    from tests.reference.books import Books


def year_now(books: Books) -> int | None:
    """The calendar year; none before the clock has begun."""
    return year_of(books.now) if books.now else None


def define(books: Books, e: ProgrammeDefined) -> None:
    """A new programme, or another wording of one, whose pool is brought to its figure."""
    says = e.definition
    programme = books.programmes.setdefault(says.programme, Programme(says))
    programme.says = says
    fill(books, programme)


def fill(books: Books, programme: Programme) -> None:
    """A pool holds what of its figure is not granted; one that grows with use may hold more."""
    year, says = year_now(books), programme.says
    if year is None:
        return
    granted = programme.granted() if says.pool_is == "total" else programme.granted(year=year)
    short = max(0, (says.pool_micros or 0) - granted) - programme.pool
    if short > 0 or says.pool_is in {"ceiling", "total"}:
        programme.fund(short)


def begin_year(books: Books, before: int | None) -> None:
    """With a calendar year what is left of its pools lapses; a total is for good."""
    if year_now(books) == before:
        return
    for programme in books.programmes.values():
        if before is not None and programme.says.pool_is != "total" and programme.pool:
            books.marks[f"a year's pool lapsed: {programme.says.pool_is or 'none'}"] += 1
            programme.fund(-programme.pool)
        fill(books, programme)


def claim(books: Books, e: Traded) -> Claim:
    """What a programme looks at when a lease has been made."""
    buyer, provider = books.accounts[e.buyer], books.accounts[e.provider]
    groups = frozenset({buyer.owner_group, provider.owner_group})
    return Claim(
        at=books.now,
        year=year_of(books.now),
        buyer=buyer,
        provider=provider,
        related=len(groups) == 1 or groups in books.related,
        region=e.region,
        domestic=books.chips[e.chip].domestic,
        use=books.bids[e.bid_id].use,
        cost=e.cost_micros,
    )


def grant(books: Books, e: Traded) -> None:
    """Money for a new lease: of the programme that the bid names or that pays most, never for a resale."""
    bid = books.bids[e.bid_id]
    name, amount, bound = (None, 0, "")
    if e.parent_id is None:
        name, amount, bound = choose(books.programmes, bid.vouchers, claim(books, e), books.paused)
        if books.paused and choose(books.programmes, bid.vouchers, claim(books, e), set())[0] != name:
            books.marks["a paused programme that would have paid"] += 1
    told = (e.programme, e.subsidy_micros, e.subsidy_bound)
    same(f"subsidy of lease-{e.lease_id}", told, (name, amount, bound))
    if name is None:
        return
    books.marks[f"a subsidy bound by {bound}"] += 1
    programme = books.programmes[name]
    if programme.says.pool_is in {"floor", ""} and amount > programme.pool:
        books.marks[f"a pool grew: {programme.says.pool_is or 'none'}"] += 1
        programme.fund(amount - programme.pool)
    programme.pool -= amount
    programme.committed += amount
    programme.grants.append(Grant(books.accounts[e.buyer].owner_group, year_of(books.now), amount))


def redeem(books: Books, lease: Lease, amount: int) -> None:
    """Promised money is paid to a provider."""
    if amount:
        programme = books.programmes[lease.terms.programme or ""]
        programme.committed -= amount
        programme.redeemed += amount


def give_back(books: Books, lease: Lease, amount: int) -> None:
    """Promised money goes back to the pool, and lapses there if its year is over."""
    if amount:
        programme = books.programmes[lease.terms.programme or ""]
        programme.committed -= amount
        back_in_pool(books, programme, lease, amount)


def unredeem(books: Books, lease: Lease, amount: int) -> None:
    """Money that was paid to a provider and should not have been goes back to the pool."""
    if amount:
        programme = books.programmes[lease.terms.programme or ""]
        programme.redeemed -= amount
        back_in_pool(books, programme, lease, amount)


def back_in_pool(books: Books, programme: Programme, lease: Lease, amount: int) -> None:
    """Money of a grant of some year is in the pool again."""
    programme.pool += amount
    programme.grants.append(Grant(lease.group, lease.year, -amount))
    if lease.year != year_now(books) and programme.says.pool_is != "total":
        books.marks["money of an old year lapsed"] += 1
        programme.fund(-amount)


def compare(books: Books, e: ProgrammeChanged) -> None:
    """Where a programme stands, as told and as reckoned."""
    programme = books.programmes[e.programme]
    told = {
        "pool": e.pool_micros,
        "committed": e.committed_micros,
        "redeemed": e.redeemed_micros,
        "funded": e.funded_micros,
        "lapsed": e.lapsed_micros,
        "granted": e.granted_micros,
    }
    reckoned = {
        "pool": programme.pool,
        "committed": programme.committed,
        "redeemed": programme.redeemed,
        "funded": programme.funded,
        "lapsed": programme.lapsed,
        "granted": programme.granted(year=e.year),
    }
    same(f"programme {e.programme}", told, reckoned)
