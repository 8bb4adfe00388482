"""Resale: a buyer offers a part of its lease, and whoever leases it becomes the user of that part (novation).

An ask with a `lease_id` offers chips that its owner has in its own hands, on the provider's terms of lot and least
duration, and without a bond: the provider's stands behind them. What open asks offer of a lease is its buyer's own at
every moment, offered once, and bears no subsidy: what a programme has committed to it goes back when it is first
offered, for good, and the reseller puts as much into escrow in its place. A trade takes the leased part out of the
reseller's pieces; the new lease's are paid under the contracts of the reseller's chain as before, and under its own.
"""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from exchange.core.books.order import Ask
from exchange.core.leases.contract import Lease
from exchange.core.leases.pieces import Piece, Shape, area, minus, overlap, plus, shape_of, split, total
from exchange.core.ledger.chart import AVAILABLE, ESCROW, purse
from exchange.core.parties import lease_in_hand
from exchange.core.state import State
from exchange.core.vouchers import granting
from exchange.language import events
from exchange.language.commands import PlaceAsk
from exchange.language.events_money import PartResold
from exchange.language.instants import format_duration, format_instant
from exchange.language.limits import RESALES_MAX
from exchange.language.rejects import Code, Reject
from exchange.language.units import Micros, Milli, Seconds, div_half_even, format_chips


class Division(NamedTuple):
    """Pieces, and what was taken out of them."""

    kept: list[Piece]
    taken: list[Piece]


# -- guards: read only ----------------------------------------------------------------------------------------------


def offer_faults(state: State, order: PlaceAsk, start_s: Seconds) -> Iterable[Reject]:
    """What is wrong with an ask as the resale of a lease, beyond what any ask can have wrong."""
    assert order.lease_id is not None
    lease = lease_in_hand(state, order.lease_id, order.account_id)
    if isinstance(lease, Reject):
        return (lease,)
    if lease.cause:
        return (Reject(Code.LEASE_OVER, "lease_id", f"lease-{lease.lease_id} has been given back; nothing is left"),)
    return (
        *_depth_faults(lease),
        *_claim_faults(state, lease, order),
        *_term_faults(lease, order),
        *_part_faults(state, lease, order, start_s),
    )


def more_faults(state: State, ask: Ask, quantity_milli: Milli) -> Iterable[Reject]:
    """What is wrong with a larger quantity of an open resale ask."""
    more = quantity_milli - ask.quantity_milli
    if ask.lease_id is None or more <= 0:
        return ()
    return _quantity_faults(state, state.leases[ask.lease_id], _still_to_come(state, ask, more))


def forgone_micros(state: State, ask: Ask, more_milli: Milli) -> Micros:
    """The subsidy that goes back once a resale ask offers so many chips more, of a new one all of them."""
    assert ask.lease_id is not None
    lease = state.leases[ask.lease_id]
    offered = plus(_offered(state, lease), _still_to_come(state, ask, more_milli))
    return sum(piece.subsidy_micros for piece in _subsidised(lease, offered).taken)


def hostable(state: State, ask: Ask, shape: Shape) -> bool:
    """Whether a done ask may offer again what is free of it together with a shape; others may have offered it since."""
    if ask.lease_id is None:
        return True
    lease = state.leases[ask.lease_id]
    offered = plus(plus(_offered(state, lease), shape), ask.free.segments(state.catalog.next_step_s(state.now_s)))
    return not minus(offered, _plain(lease))


def unbacked(state: State, lease: Lease) -> Shape:
    """What open asks offer of a lease without its buyer's having it free of subsidy; there must be nothing."""
    return minus(_offered(state, lease), _plain(lease))


def completed(state: State, order: PlaceAsk) -> PlaceAsk:
    """The order with what a resale takes over from the provider's ask: the site, and what is stated of it."""
    if order.lease_id is None:
        return order
    root = state.asks[state.leases[order.lease_id].root_ask_id]
    return replace(order, site=root.site, tags=root.tags, pue_milli=root.pue_milli, green_bp=root.green_bp)


# -- changes: below the line of no return -----------------------------------------------------------------------------


def offer(state: State, ask: Ask) -> None:
    """Put a part of a lease on offer by a new ask."""
    if ask.lease_id is not None:
        state.leases[ask.lease_id].offers.append(ask.ask_id)
        forgo(state, ask)


def forgo(state: State, ask: Ask) -> None:
    """Send back the subsidy on what a lease's asks have come to offer; its buyer makes it good."""
    assert ask.lease_id is not None
    lease = state.leases[ask.lease_id]
    kept, taken = _subsidised(lease, _offered(state, lease))
    if not taken:
        return
    amount = sum(piece.subsidy_micros for piece in taken)
    lease.pieces = [*kept, *(replace(piece, subsidy_micros=0) for piece in taken)]
    granting.give_back(state, lease, amount)
    lease.subsidy_micros -= amount
    available, escrow = purse(lease.buyer, AVAILABLE), purse(lease.buyer, ESCROW)
    state.post(available, escrow, amount, events.REPAID, lease_id=lease.lease_id, ask_id=ask.ask_id)
    state.touched_leases[lease.lease_id] = lease


def novate(state: State, lease: Lease, ask: Ask) -> None:
    """Make a new lease the user of what it takes out of the lease that its ask resells, if it is a resale."""
    if ask.lease_id is None:
        return
    parent = state.leases[ask.lease_id]
    kept, taken = _divide(parent, ((lease.start_s, lease.end_s, lease.quantity_milli),), subsidised=False)
    assert sum(area(piece.shape) for piece in taken) == lease.quantity_milli * (lease.end_s - lease.start_s)
    lease.parent_id, lease.chain = parent.lease_id, (*parent.chain, lease.lease_id)
    lease.deliverer, lease.root_ask_id = parent.deliverer, parent.root_ask_id
    lease.lot_milli, lease.min_duration_s = parent.lot_milli, parent.min_duration_s
    lease.pieces = _paid_also(taken, lease.cost_micros)
    parent.pieces = kept
    parent.parts_open += 1
    state.touched_leases[parent.lease_id] = parent
    state.emit(
        PartResold(
            lease_id=parent.lease_id,
            part_id=lease.lease_id,
            shape=shape_of(kept),
            links=tuple(zip(lease.chain, total(lease.pieces).costs_micros, strict=True)),
        )
    )


# -- what is offered of what ------------------------------------------------------------------------------------------


def _depth_faults(lease: Lease) -> Iterable[Reject]:
    if len(lease.chain) >= RESALES_MAX:
        yield Reject(Code.BAD_VALUE, "lease_id", f"it has been resold {RESALES_MAX - 1} times, which is the most")


def _claim_faults(state: State, lease: Lease, order: PlaceAsk) -> Iterable[Reject]:
    """A part of a lease is what the lease is; what is not told is as there."""
    root = state.asks[lease.root_ask_id]
    rules = (
        ("region", order.region, "", lease.region),
        ("chip", order.chip, "", lease.chip),
        ("site", order.site, "", lease.site),
        ("tags", order.tags, (), root.tags),
        ("pue", order.pue_milli, None, root.pue_milli),
        ("green_share", order.green_bp, None, root.green_bp),
    )
    for param, told, untold, there in rules:
        if told not in (untold, there):
            yield Reject(Code.BAD_VALUE, param, f"as it is of lease-{lease.lease_id}, which this resells")


def _term_faults(lease: Lease, order: PlaceAsk) -> Iterable[Reject]:
    if order.lot_milli % lease.lot_milli:
        lot = format_chips(lease.lot_milli)
        yield Reject(Code.LOT_OUT_OF_RANGE, "lot", f"a multiple of the provider's lot, which is {lot}")
    if order.min_duration_s < lease.min_duration_s:
        least = format_duration(lease.min_duration_s)
        yield Reject(Code.DURATION_OUT_OF_RANGE, "min_duration", f"{least} at least, as the provider asks for")


def _part_faults(state: State, lease: Lease, order: PlaceAsk, start_s: Seconds) -> Iterable[Reject]:
    if start_s < state.now_s or order.end_s <= start_s:
        return ()
    if start_s < lease.start_s or order.end_s > lease.until_s:
        first, last = format_instant(lease.start_s), format_instant(lease.until_s)
        return (Reject(Code.WINDOW_OUTSIDE_LEASE, "start", f"lease-{lease.lease_id} is from {first} until {last}"),)
    return _quantity_faults(state, lease, ((start_s, order.end_s, order.quantity_milli),))


def _quantity_faults(state: State, lease: Lease, wanted: Shape) -> Iterable[Reject]:
    lacking = minus(wanted, minus(shape_of(lease.pieces), _offered(state, lease)))
    if lacking:
        worst = max(lacking, key=lambda segment: segment[2])
        most = format_chips(wanted[0][2] - worst[2])
        detail = f"from {format_instant(worst[0])} on, {most} of lease-{lease.lease_id} are yours and not on offer yet"
        yield Reject(Code.QUANTITY_NOT_OWNED, "quantity", detail)


def _still_to_come(state: State, ask: Ask, chips_milli: Milli) -> Shape:
    """So many chips over what is left of an ask's window."""
    return ((max(ask.start_s, state.catalog.next_step_s(state.now_s)), ask.end_s, chips_milli),)


def _offered(state: State, lease: Lease) -> Shape:
    """What open asks offer of a lease, from the next step on."""
    now_s, shape = state.catalog.next_step_s(state.now_s), Shape()
    for number in lease.offers:
        shape = plus(shape, state.asks[number].free.segments(now_s))
    return shape


def _plain(lease: Lease) -> Shape:
    """What a lease's buyer has in its own hands free of subsidy."""
    return shape_of([piece for piece in lease.pieces if not piece.subsidy_micros])


def _subsidised(lease: Lease, offered: Shape) -> Division:
    """A lease's pieces once what it has free of subsidy is not enough for what is offered; taken is what it lacks."""
    return _divide(lease, minus(offered, _plain(lease)), subsidised=True)


def _divide(lease: Lease, wanted: Shape, *, subsidised: bool) -> Division:
    """Take chips out of a lease's pieces, in order, with a subsidy or without; what gives nothing stays as it is."""
    division = Division([], [])
    for piece in lease.pieces:
        if bool(piece.subsidy_micros) != subsidised or not overlap(piece.shape, wanted):
            division.kept.append(piece)
            continue
        rest, taken = split(piece, wanted, lease.settled_s)
        assert taken is not None
        division.kept.extend(() if rest is None else (rest,))
        division.taken.append(taken)
        wanted = minus(wanted, taken.shape)
    return division


def _paid_also(pieces: list[Piece], cost_micros: Micros) -> list[Piece]:
    """Pieces that are paid under one contract more, whose cost is spread over them by area, as a running total."""
    whole = sum(area(piece.shape) for piece in pieces)
    paid, covered, shared = 0, 0, list[Piece]()
    for piece in pieces:
        covered += area(piece.shape)
        cost = div_half_even(cost_micros * covered, whole) - paid
        paid += cost
        shared.append(replace(piece, costs_micros=(*piece.costs_micros, cost)))
    return shared
