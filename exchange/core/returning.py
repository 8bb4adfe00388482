"""Chips that a lease will not use go back on offer, in the ask that they were leased from."""

from exchange.core import versions
from exchange.core.agenda import Due
from exchange.core.books.market import ask_key
from exchange.core.books.order import Ask
from exchange.core.clearing import room_of
from exchange.core.leases.pieces import Shape, area, clip
from exchange.core.reselling import hostable
from exchange.core.state import State
from exchange.core.trading import offer_again
from exchange.language import events
from exchange.language.commands import FOK, GTD, IOC


def put_back(state: State, ask: Ask, shape: Shape, *, reviving: bool = False) -> None:
    """What of a shape is still to come goes back into an ask, if that is still on offer, or may be again.

    `reviving` brings back an ask that rested until it was filled, or until what was left of it could host nothing: it
    lives until its window can host nothing more.
    """
    shape = clip(shape, state.catalog.next_step_s(state.now_s))
    resting = ask.state == events.RESTING
    if not shape or not (resting or (reviving and _revives(state, ask, shape))):
        return
    for start_s, end_s, chips in shape:
        ask.free.restore(start_s, end_s, chips)
    ask.leased_area -= area(shape)
    if resting:
        state.market(ask.region, ask.chip).asks.gained(ask_key(ask))
    elif ask.state == events.EXPIRED and room_of(state, ask) is None:
        return  # it stays what it is, and this is there for when more comes back
    else:
        _revive(state, ask)
    offer_again(state, ask)


def _revives(state: State, ask: Ask, shape: Shape) -> bool:
    """Whether a done ask goes on offer again: out of room, not of time, backed, and its owner not blocked."""
    out_of_room = ask.state == events.FILLED or (
        ask.state == events.EXPIRED and state.rules_version >= versions.ROOM_AGAIN
    )
    waits = ask.time_in_force not in (IOC, FOK) and (ask.expires_s is None or ask.expires_s > state.now_s)
    backed = ask.bond_micros > 0 or ask.posted_micros == 0
    barred = ask.account_id in state.curbs.blocked  # who begins nothing new
    return out_of_room and waits and backed and not barred and hostable(state, ask, shape)


def _revive(state: State, ask: Ask) -> None:
    ask.state, ask.reason = events.RESTING, ""
    if ask.lease_id is not None:
        state.leases[ask.lease_id].offers.append(ask.ask_id)
    if ask.time_in_force == GTD:
        assert ask.expires_s is not None
        state.agenda.add(ask.expires_s, Due.ASK_EXPIRY, ask.ask_id)
