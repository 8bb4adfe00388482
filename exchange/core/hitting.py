"""Who an operator's action hits: for its preview, and for whoever is asked to confirm it. Reads only.

Costs a walk over what is open, so it is for what people decide about, never for what the market does by itself.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, Final

from exchange.core.books.order import Ask, Bid
from exchange.core.curbing import open_asks, open_bids
from exchange.core.curbs import market_name
from exchange.core.leases.contract import Lease
from exchange.core.releasing import is_cancelled
from exchange.core.state import State, strictest
from exchange.language.commands import (
    AUTO_VOUCHERS,
    CancelLease,
    RegisterKey,
    RevokeKey,
    RuleContest,
    SetMarketState,
)
from exchange.language.commands_operator import BlockAccount, CancelOrders, PauseProgramme, SetBand, UnblockAccount
from exchange.language.hits import NAMED_MAX, Group, Hits
from exchange.language.units import Milli

Place = tuple[str, str]  # region, chip


def hits_of(state: State, command: Any) -> Hits:
    """Who an action would hit now, whether or not it could be carried out."""
    return _FINDERS[type(command)](state, command)


def hits_told(state: State, command: Any) -> Hits:
    """The same as a proposal is told with for good, of a cancel the leases alone: snapshots keep what that has been."""
    if isinstance(command, CancelLease):
        return _hits_of_leases(_leases_under(state, command))
    return hits_of(state, command)


def _of_state(state: State, command: SetMarketState) -> Hits:
    """The markets in which another state would hold, with all that rests there; leases go on."""
    after = {**state.brakes, (command.region, command.chip): command.state}
    changed = {place: None for place in state.markets if strictest(after, *place) != state.brake(*place)}
    return _hits(changed, *_resting(state, changed))


def _of_band(_state: State, command: SetBand) -> Hits:
    """The market. A band refuses prices that are yet to come, and takes nothing off the books, wherever that stands."""
    return _hits([(command.region, command.chip)], (), ())


def _of_account(state: State, command: BlockAccount | UnblockAccount) -> Hits:
    """The account, its open orders, which a block cancels, and its leases, which go on."""
    name = command.account_id
    leases = [lease for lease in _running(state) if name in (lease.buyer, lease.provider)]
    return _of_orders(state, name, None, None, leases)


def _of_cancel_orders(state: State, command: CancelOrders) -> Hits:
    return _of_orders(state, command.account_id, command.region, command.chip, ())


def _of_new_key(_state: State, command: RegisterKey) -> Hits:
    return Hits(accounts=_named([command.account_id]))


def _of_key(state: State, command: RevokeKey) -> Hits:
    key = state.keys.get(command.key_id)
    return Hits() if key is None else Hits(accounts=_named([key.account_id]))


def _of_programme(state: State, command: PauseProgramme) -> Hits:
    """The open bids that try the programme, and the leases it has committed to, which keep what they have."""
    name = command.programme
    bids = [bid for bid in state.bids.values() if bid.vouchers == AUTO_VOUCHERS or name in bid.vouchers]
    leases = [lease for lease in _running(state) if lease.programme == name]
    return _hits(_places_of(bids), bids, (), leases)


def _of_lease(state: State, command: CancelLease) -> Hits:
    """The lease and what was resold out of it and is not cancelled yet, asks that resell of it, and all who are paid.

    A part is also paid for under every contract behind it, so what is refunded on it is missing there.
    """
    leases = _leases_under(state, command)
    asks = [state.asks[number] for lease in leases for number in lease.offers]
    contracts = [contract for lease in leases for contract in reversed(state.chain(lease))]
    paid = [party for contract in contracts for party in (contract.buyer, contract.provider)]
    return _hits_of_leases(leases, asks, paid)


def _leases_under(state: State, command: CancelLease) -> list[Lease]:
    under = (lease for lease in _running(state) if command.lease_id in lease.chain)
    return [lease for lease in under if not is_cancelled(state, lease)]


def _hits_of_leases(leases: Sequence[Lease], asks: Sequence[Ask] = (), accounts: Sequence[str] = ()) -> Hits:
    return _hits({(lease.region, lease.chip): None for lease in leases}, (), asks, leases, accounts)


def _of_contest(state: State, command: RuleContest) -> Hits:
    lease = state.leases.get(command.lease_id)
    chain = [] if lease is None else state.chain(lease)
    return _hits({(one.region, one.chip): None for one in chain}, (), (), chain)


_FINDERS: Final[dict[type, Callable[[State, Any], Hits]]] = {
    SetMarketState: _of_state,
    SetBand: _of_band,
    BlockAccount: _of_account,
    UnblockAccount: _of_account,
    CancelOrders: _of_cancel_orders,
    RegisterKey: _of_new_key,
    RevokeKey: _of_key,
    PauseProgramme: _of_programme,
    CancelLease: _of_lease,
    RuleContest: _of_contest,
}


def _of_orders(state: State, account_id: str, region: str | None, chip: str | None, leases: Sequence[Lease]) -> Hits:
    bids = list(open_bids(state, account_id, region, chip))
    asks = [state.asks[number] for number in open_asks(state, account_id, region, chip)]
    places = _places_of(bids) | {(ask.region, ask.chip): None for ask in asks}
    return _hits(places, bids, asks, leases, [account_id] if account_id in state.participants else [])


def _resting(state: State, places: Container[Place]) -> tuple[list[Bid], list[Ask]]:
    """The open orders in some markets."""
    asks = [ask for ask in state.asks.values() if ask.resting and (ask.region, ask.chip) in places]
    bids = [bid for bid in state.bids.values() if any(place in places for place in _places_of([bid]))]
    return bids, asks


def _running(state: State) -> Iterator[Lease]:
    return (lease for lease in state.leases.values() if not lease.over)


def _places_of(bids: Iterable[Bid]) -> dict[Place, None]:
    """The markets in which bids can still be served."""
    wishes = (bid.alternatives[index] for bid in bids for index in bid.open)
    return {(wish.region, wish.chip): None for wish in wishes}


def _hits(
    places: Iterable[Place],
    bids: Sequence[Bid],
    asks: Sequence[Ask],
    leases: Sequence[Lease] = (),
    accounts: Sequence[str] = (),
) -> Hits:
    owners = dict.fromkeys([*accounts, *(bid.account_id for bid in bids), *(ask.account_id for ask in asks)])
    owners |= {party: None for lease in leases for party in (lease.buyer, lease.provider)}
    orders = [*(f"bid-{bid.bid_id}" for bid in bids), *(f"ask-{ask.ask_id}" for ask in asks)]
    wanted = sum(bid.leaves_milli for bid in bids) + sum(ask.leaves_milli for ask in asks)
    leased = sum(lease.quantity_milli for lease in leases)
    return Hits(
        markets=_named([market_name(*place) for place in places]),
        accounts=_named(list(owners)),
        orders=_named(orders, wanted),
        leases=_named([f"lease-{lease.lease_id}" for lease in leases], leased),
    )


def _named(names: list[str], chips_milli: Milli = 0) -> Group:
    return Group(len(names), tuple(names[:NAMED_MAX]), chips_milli)
