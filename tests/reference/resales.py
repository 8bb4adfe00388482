"""Section 9 of the rulebook in the naive books: parts of leases on offer, and parts that find another user."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.reference import granting
from tests.reference.agreeing import same
from tests.reference.arithmetic import half_even, next_step
from tests.reference.holdings import Ask, Lease
from tests.reference.parts import Part, Shape, less, rectangle, together

if TYPE_CHECKING:
    from tests.reference.books import Books


def offer_more(books: Books, ask: Ask, chips: int) -> None:
    """An ask offers so many chips more, for what is left of its window. Of a lease they must be without subsidy."""
    placed, step = ask.placed, books.rules.step_s
    start = max(placed.start_s, next_step(books.now, step))
    ask.free = together((ask.free, rectangle(start, placed.end_s, chips, step)))
    if placed.lease_id is not None:
        forgo(books, placed.lease_id)


def check_chips(books: Books) -> None:
    """From now on no chip is in two hands, or in use and on offer, and nobody offers what it has not."""
    now = next_step(books.now, books.rules.step_s)
    for number, ask in books.asks.items():
        if ask.placed.lease_id is None:
            hands = [part.shape for lease in books.leases.values() if lease.root_ask == number for part in lease.parts]
            whole = together([*hands, {} if ask.done else ask.free])
            over = {at: chips for at, chips in whole.items() if at >= now and chips > ask.quantity}
            assert not over, f"more than {ask.quantity} chips of ask-{number} are in hands: {over}"
        elif not ask.done:
            own = together(part.shape for part in books.leases[ask.placed.lease_id].parts if not part.subsidy)
            lacking = less(offered(books, ask.placed.lease_id), own)
            assert not lacking, f"lease-{ask.placed.lease_id} offers what it has not: {lacking}"


def check_offered(books: Books) -> None:
    """What was given back to a provider's ask is on offer again, if that waits for it and it can host a lease."""
    for number, shape in books.given_back:
        ask = books.asks[number]
        expires, owner = ask.placed.expires_s, ask.placed.account_id
        waits = ask.placed.time_in_force in {"gtc", "gtd"} and (expires is None or expires > books.now)
        backed = ask.bond > 0 or ask.posted == 0
        if ask.done and ask.reason in {"fill", "time"} and waits and backed and owner not in books.blocked:
            assert number in books.sold or not hosts(books, ask, shape), f"ask-{number} does not offer {shape} again"
    books.given_back.clear()
    books.sold.clear()


def hosts(books: Books, ask: Ask, shape: Shape) -> bool:
    """Whether a lease of an ask's lot and least duration has room in a shape, from the next step on."""
    step, now = books.rules.step_s, next_step(books.now, books.rules.step_s)
    steps = max(ask.placed.min_duration_s, step) // step
    wide = {at for at, chips in shape.items() if at >= now and chips >= ask.placed.lot_milli}
    return any(all(at + place * step in wide for place in range(steps)) for at in wide)


def offered(books: Books, number: int) -> Shape:
    """What open asks offer of a lease, from the next step on."""
    now = next_step(books.now, books.rules.step_s)
    asks = [ask.free for ask in books.asks.values() if ask.placed.lease_id == number and not ask.done]
    return {at: chips for at, chips in together(asks).items() if at >= now}


def forgo(books: Books, number: int) -> None:
    """What is offered of a lease and cannot be had free of subsidy loses it: the buyer makes it good, for ever."""
    lease = books.leases[number]
    plain = together(part.shape for part in lease.parts if not part.subsidy)
    lacking = less(offered(books, number), plain)
    taken = list(take(books, lease, lacking, subsidised=True))
    for part in taken:
        books.marks["a subsidy forgone to offer a part"] += 1
        lease.committed -= part.subsidy
        lease.escrow += part.subsidy
        lease.forgone += part.subsidy
        books.cash[lease.terms.buyer] -= part.subsidy
        granting.give_back(books, lease, part.subsidy)
        part.subsidy = 0
    lease.parts += taken


def take(books: Books, lease: Lease, wanted: Shape, *, subsidised: bool) -> Iterator[Part]:
    """Take chips out of a lease's parts, one after the other, with a subsidy or without."""
    closed = lease.settled_by(books.now)
    for part in list(lease.parts):
        if bool(part.subsidy) == subsidised and any(at in part.shape for at in wanted):
            kept, taken = part.without(wanted, closed)
            assert taken is not None
            place = lease.parts.index(part)
            lease.parts[place : place + 1] = [kept] if kept else []
            wanted = less(wanted, taken.shape)
            yield taken
    assert not wanted, f"lease-{lease.terms.lease_id} does not have {wanted}"


def novate(books: Books, number: int, parent: int, whole: Shape) -> None:
    """A new user pays its reseller for a part, under one contract more; all others go on paying as before."""
    reseller, lease = books.leases[parent], books.leases[number]
    taken = list(take(books, reseller, whole, subsidised=False))
    if len(taken) > 1:
        books.marks["a resale out of several parts"] += 1
    running, covered = 0, 0
    for part in taken:
        covered += sum(part.shape.values())
        through = half_even(Fraction(lease.terms.cost_micros * covered, sum(whole.values())))
        part.costs[number] = through - running
        running = through
    lease.parts, lease.root_ask = taken, reseller.root_ask
    told = books.told_parts[number]
    links = {each: sum(part.costs[each] for part in taken) for each in taken[0].costs}
    same(f"contracts behind lease-{number}", told.links, tuple(links.items()))
    left = together(part.shape for part in reseller.parts)
    same(f"what is left of lease-{parent}", (told.lease_id, books.steps(told.shape)), (parent, left))
    books.marks[f"a chain of {len(links)}"] += 1
