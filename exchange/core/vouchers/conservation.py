"""What goes into a voucher programme comes out: checked for what a command touched, and in full by `audit_programmes`.

pool + committed + redeemed − funded + lapsed = 0, always; and no pool that is a most has more left than its figure
less what it has granted.
"""

from collections import Counter
from collections.abc import Iterator

from exchange.core.ledger.chart import COMMITTED, POOL, programme_purse
from exchange.core.state import State
from exchange.core.vouchers.funding import pool_micros
from exchange.core.vouchers.programme import Programme
from exchange.language.events_money import ProgrammeChanged
from exchange.language.units import Micros


def tell_programmes(state: State) -> None:
    """Say where every touched programme stands now, once it is certain that it stands well."""
    for programme in state.touched_programmes.values():
        fault = _fault(state, programme)
        assert fault is None, f"{programme.id}: {fault}"
        state.emit(
            ProgrammeChanged(
                programme=programme.id,
                year=state.year,
                pool_micros=pool_micros(state, programme),
                committed_micros=programme.committed_micros,
                redeemed_micros=programme.redeemed_micros,
                funded_micros=programme.funded_micros,
                lapsed_micros=programme.lapsed_micros,
                granted_micros=programme.years.get(state.year, 0),
            )
        )
    state.touched_programmes.clear()


def programme_purses(state: State) -> Iterator[tuple[str, Micros]]:
    """Every ledger account of a programme, with what its own sums say that it holds."""
    for programme in state.programmes.values():
        spent = programme.committed_micros + programme.redeemed_micros + programme.lapsed_micros
        yield programme_purse(programme.id, POOL), programme.funded_micros - spent
        yield programme_purse(programme.id, COMMITTED), programme.committed_micros


def audit_programmes(state: State) -> Iterator[str]:
    """Everything that is wrong with the programmes, in words."""
    promised: Counter[str] = Counter()
    for lease in state.leases.values():
        if lease.programme is not None:
            promised[lease.programme] += lease.subsidy_micros - lease.redeemed_micros - lease.returned_micros
    for programme in state.programmes.values():
        if (fault := _fault(state, programme)) is not None:
            yield f"{programme.id}: {fault}"
        if programme.committed_micros != promised[programme.id]:
            yield f"{programme.id}: {programme.committed_micros} is committed, leases say {promised[programme.id]}"
        by_year: Counter[int] = Counter()
        for granted in programme.groups.values():
            by_year.update(granted)
        if (
            by_year != Counter(programme.years)
            or by_year.total() != programme.committed_micros + programme.redeemed_micros
        ):
            yield f"{programme.id}: what it granted by group, by year and in all is not the same"


def _fault(state: State, programme: Programme) -> str | None:
    pool = pool_micros(state, programme)
    committed = state.ledger.balance(programme_purse(programme.id, COMMITTED))
    if pool + committed + programme.redeemed_micros != programme.funded_micros - programme.lapsed_micros:
        return "pool + committed + redeemed is not funded − lapsed"
    if committed != programme.committed_micros:
        return f"{committed} is committed, its own sum says {programme.committed_micros}"
    if state.year and not programme.grows and pool > programme.unused_micros(state.year):
        return f"{pool} is in the pool, which is more than its figure less what it has granted"
    return None
