"""The money of voucher programmes: their pools are filled, drawn and emptied here, and nowhere else.

A pool that is a ceiling or a floor is a calendar year's: what is left of it lapses with the year, and so does what
comes back later of that year's grants. A floor is filled up when it is short, so it never binds; nor does the pool of a
programme without a figure, which is a floor of nothing. No programme takes in more money than the market can carry.
"""

from exchange.core.ledger.chart import EXTERNAL, POOL, programme_purse
from exchange.core.state import State
from exchange.core.vouchers.programme import Programme
from exchange.language import events
from exchange.language.instants import year_of
from exchange.language.limits import MONEY_MAX_MICROS
from exchange.language.units import Micros


def money_room_micros(state: State) -> Micros:
    """How much more money the market can carry."""
    return max(0, MONEY_MAX_MICROS + state.ledger.balance(EXTERNAL))


def pool_micros(state: State, programme: Programme) -> Micros:
    """What a pool holds now."""
    return state.ledger.balance(programme_purse(programme.id, POOL))


def room_micros(state: State, programme: Programme, year: int) -> Micros:
    """What a programme can still grant in a year, which may be the next if the clock is not there yet."""
    if programme.grows:
        return pool_micros(state, programme) + money_room_micros(state)
    if year != state.year:
        return programme.unused_micros(year)
    return pool_micros(state, programme)


def roll_year(state: State) -> None:
    """The clock has come into another calendar year: old pools lapse, new ones are filled."""
    year = year_of(state.now_s)
    if year == state.year:
        return
    state.year = year
    for programme in state.programmes.values():
        if not programme.in_total:
            _lapse(state, programme, pool_micros(state, programme))
        fill(state, programme)


def fill(state: State, programme: Programme) -> None:
    """Bring a pool to what of its figure is not granted. Before the clock has begun there is no year to do it for."""
    state.touched_programmes[programme.id] = programme
    if not state.year:
        return
    short = programme.unused_micros(state.year) - pool_micros(state, programme)
    if short > 0:
        _fund(state, programme, min(short, money_room_micros(state)))
    elif not programme.grows:
        _lapse(state, programme, -short)


def top_up(state: State, programme: Programme, needed_micros: Micros) -> None:
    """Bring a pool that grows to what is needed of it."""
    _fund(state, programme, max(0, needed_micros - pool_micros(state, programme)))


def lapse_of_year(state: State, programme: Programme, year: int, amount_micros: Micros) -> None:
    """What came back to the pool of an earlier year's grants lapses like that year's pool."""
    if year != state.year and not programme.in_total:
        _lapse(state, programme, amount_micros)


def _fund(state: State, programme: Programme, amount_micros: Micros) -> None:
    programme.funded_micros += amount_micros
    _post(state, programme, EXTERNAL, programme_purse(programme.id, POOL), amount_micros, events.FUNDED)


def _lapse(state: State, programme: Programme, amount_micros: Micros) -> None:
    programme.lapsed_micros += amount_micros
    _post(state, programme, programme_purse(programme.id, POOL), EXTERNAL, amount_micros, events.LAPSED)


def _post(state: State, programme: Programme, debit: str, credit: str, amount_micros: Micros, reason: str) -> None:
    state.touched_programmes[programme.id] = programme
    state.post(debit, credit, amount_micros, reason, programme=programme.id)
