"""One hash of the whole state, in canonical order: two machines that agree on it agree on everything.

The order is that of sorted keys and of numbers, never of a container's history. The agenda is left out: it follows from
the rest. Costs a walk over everything, so it is for checkpoints, not for every command.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from msgspec import msgpack
from msgspec.structs import replace

from exchange.core.books.capacity import Capacity
from exchange.core.curbs import Curbs
from exchange.core.leases.contract import Lease
from exchange.core.state import State
from exchange.core.vouchers.programme import Programme


def digest(state: State) -> str:
    """The hash of a state, 64 hexadecimal characters."""
    hasher = blake2b(digest_size=32)
    for name, values in _sections(state):
        hasher.update(name.encode())
        for value in values:
            hasher.update(_encoder.encode(value))
    return hasher.hexdigest()


def _sections(state: State) -> Iterable[tuple[str, Iterable[Any]]]:
    catalog = state.catalog
    yield "clock", [state.seq, state.now_s]
    yield "rules", [catalog.rules, catalog.tenors_s]
    yield "regions", (catalog.regions[key] for key in sorted(catalog.regions))
    yield "chips", (catalog.chips[key] for key in sorted(catalog.chips))
    yield "participants", (state.participants[key] for key in sorted(state.participants))
    yield "keys", (state.keys[key] for key in sorted(state.keys))
    yield "transfers", [state.ledger.count]
    yield "balances", ((key, state.ledger.balances[key]) for key in sorted(state.ledger.balances))
    yield "markets", ((key, state.markets[key].state, state.markets[key].last_prices) for key in sorted(state.markets))
    yield "brakes", sorted((region or "", chip or "", brake) for (region, chip), brake in state.brakes.items())
    yield "bids", (state.bids[key] for key in sorted(state.bids))
    yield "asks", (state.asks[key] for key in sorted(state.asks))
    yield "leases", (_lease(state.leases[key]) for key in sorted(state.leases))
    if state.hands:  # of older rules there were none
        yield "hands", sorted(state.hands.items())
    yield "contestable", sorted(state.contestable.items())
    yield "rulings", sorted(state.rulings.items())
    if state.dead_men or state.armed:  # of older rules there were none
        men = sorted((account_id, man.number, man.deadline_s) for account_id, man in state.dead_men.items())
        yield "watches", [men, sorted(state.armed.items())]
    yield "owners", [state.bid_owners, state.ask_owners, state.lease_parties]
    for account_id in sorted(state.client_orders):
        yield account_id, sorted(state.client_orders[account_id].items())
    yield "programmes", [state.year, *map(_programme, state.programmes.values()), *sorted(state.affiliated)]
    yield "answers", sorted(state.answers.items())
    if state.curbs != Curbs():  # of older rules there were none
        yield "curbs", [state.curbs]


def _lease(lease: Lease) -> Any:
    """A lease with its contestable periods in canonical order, which the encoder has none of for numbers."""
    return [replace(lease, contestable={}), *sorted(lease.contestable.items())] if lease.contestable else lease


def _programme(programme: Programme) -> Any:
    """A programme in canonical order, which the encoder has none of for years; those defined first count first."""
    granted = [(group, sorted(programme.groups[group].items())) for group in sorted(programme.groups)]
    sums = [programme.funded_micros, programme.lapsed_micros, programme.committed_micros, programme.redeemed_micros]
    return [programme.definition, granted, sorted(programme.years.items()), sums]


def _plain(value: Any) -> Any:
    if isinstance(value, Capacity):
        return [value.total_milli, value.segments(0)]
    raise TypeError(f"{type(value).__name__} has no canonical form")


_encoder = msgpack.Encoder(enc_hook=_plain, order="deterministic")
