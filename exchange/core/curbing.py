"""Brakes on accounts, price bands and programmes.

A block is small and answers at once: what it takes off the books is canceled by commands that follow, each of bounded
work, so that nobody waits for all of it. Until such an order is canceled it may still trade. Leases go on.
"""

from collections.abc import Iterator

from exchange.core import risk
from exchange.core.books.order import Bid
from exchange.core.clearing import finish_ask, finish_bid
from exchange.core.curbs import Eviction, market_name
from exchange.core.parties import check_reason
from exchange.core.state import State
from exchange.language import events
from exchange.language.commands_operator import (
    BlockAccount,
    CancelOrders,
    EvictOrders,
    EvictOrdersBefore,
    PauseProgramme,
    SetBand,
    UnblockAccount,
)
from exchange.language.events_operator import AccountBlocked, BandSet, ProgrammePaused
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject
from exchange.language.units import BP_PER_ONE

# -- guards: read only ----------------------------------------------------------------------------------------------


def check_block(state: State, command: BlockAccount | UnblockAccount) -> Reject | None:
    """Why an account cannot be blocked or unblocked."""
    return risk.check_account(state, command.account_id) or check_reason(command.reason)


def check_cancel_orders(state: State, command: CancelOrders) -> Reject | None:
    """Why the orders of an account cannot be canceled."""
    return (
        risk.check_account(state, command.account_id)
        or check_place(state, command.region, command.chip)
        or check_reason(command.reason)
    )


def check_band(state: State, command: SetBand) -> Reject | None:
    """Why a market cannot have a price band."""
    if not state.catalog.open:
        return Reject(Code.NOT_SUPPORTED, "band", "the market has no rules yet; load the seeds first")
    if (reject := check_place(state, command.region, command.chip)) is not None:
        return reject
    if command.band_bp is not None and not 0 <= command.band_bp <= BP_PER_ONE:
        return Reject(Code.SHARE_OUT_OF_RANGE, "band", "from 0 to 1")
    return check_reason(command.reason)


def check_pause(state: State, command: PauseProgramme) -> Reject | None:
    """Why a programme cannot be paused or resumed."""
    if command.programme not in state.programmes:
        return Reject(Code.UNKNOWN_PROGRAMME, "programme", f"no programme is called {command.programme}")
    return check_reason(command.reason)


def check_place(state: State, region: str | None, chip: str | None) -> Reject | None:
    """What is wrong with the names of a region and a chip type, None standing for every one."""
    if region is not None and region not in state.catalog.regions:
        return Reject(Code.UNKNOWN_REGION, "region", f"no region is called {region}; see the catalogue")
    if chip is not None and chip not in state.catalog.chips:
        return Reject(Code.UNKNOWN_CHIP, "chip", f"no chip type is called {chip}; see the catalogue")
    return None


# -- commands -------------------------------------------------------------------------------------------------------


def block_account(state: State, command: BlockAccount) -> Outcome | Reject:
    """An operator stops an account from beginning anything new."""
    if (reject := check_block(state, command)) is not None:
        return reject
    if command.account_id in state.curbs.blocked:
        if not _may_be_unblocked(state, command.account_id):
            return Outcome(state.seq, repeated=True)
        # ---- no return ----
        _tell_blocked(state, command, blocked=True)  # a word that is newer than what waits
        return Outcome(state.seq)
    # ---- no return ----
    state.curbs.blocked[command.account_id] = None
    _evict_later(state, command.account_id, None, None, events.BY_BLOCK)
    _tell_blocked(state, command, blocked=True)
    return Outcome(state.seq)


def unblock_account(state: State, command: UnblockAccount) -> Outcome | Reject:
    """An operator lets an account trade again; what was to be canceled still is."""
    if (reject := check_block(state, command)) is not None:
        return reject
    if command.account_id not in state.curbs.blocked:
        return Outcome(state.seq, repeated=True)
    # ---- no return ----
    del state.curbs.blocked[command.account_id]
    _tell_blocked(state, command, blocked=False)
    return Outcome(state.seq)


def cancel_orders(state: State, command: CancelOrders) -> Outcome | Reject:
    """An operator has the orders canceled that an account has open now."""
    if (reject := check_cancel_orders(state, command)) is not None:
        return reject
    # ---- no return ----
    _evict_later(state, command.account_id, command.region, command.chip, events.BY_OPERATOR)
    return Outcome(state.seq)


def evict_orders(state: State, command: EvictOrders) -> Outcome | Reject:
    """The next orders go that are to be canceled, the oldest first, bids before asks."""
    if command.most <= 0:
        return Reject(Code.BAD_VALUE, "most", "more than 0")
    # ---- no return ----
    evictions, left = state.curbs.evictions, command.most
    while evictions and left:
        eviction = evictions[0]
        if eviction.bids is None:
            _look(state, eviction, lapsed_too=isinstance(command, EvictOrdersBefore))
        left -= _evict(state, eviction, left)
        if not (eviction.bids or eviction.asks):
            del evictions[0]
    return Outcome(state.seq)


def set_band(state: State, command: SetBand) -> Outcome | Reject:
    """An operator says how far from its reference price an order may be in a market."""
    if (reject := check_band(state, command)) is not None:
        return reject
    # ---- no return ----
    name = market_name(command.region, command.chip)
    if command.band_bp is None:
        state.curbs.bands.pop(name, None)
    else:
        state.curbs.bands[name] = command.band_bp
    state.emit(
        BandSet(
            region=command.region,
            chip=command.chip,
            band_bp=command.band_bp,
            reason=command.reason,
            operator_id=command.operator_id,
        )
    )
    return Outcome(state.seq)


def pause_programme(state: State, command: PauseProgramme) -> Outcome | Reject:
    """An operator stops a programme from committing more, or lets it; what is committed stays."""
    if (reject := check_pause(state, command)) is not None:
        return reject
    if command.paused == (command.programme in state.curbs.paused):
        return Outcome(state.seq, repeated=True)
    # ---- no return ----
    if command.paused:
        state.curbs.paused[command.programme] = None
    else:
        del state.curbs.paused[command.programme]
    state.emit(
        ProgrammePaused(
            programme=command.programme,
            paused=command.paused,
            reason=command.reason,
            operator_id=command.operator_id,
        )
    )
    return Outcome(state.seq)


# -- what goes off the books ------------------------------------------------------------------------------------------


def open_bids(
    state: State, account_id: str, region: str | None, chip: str | None, *, lapsed_too: bool = False
) -> Iterator[Bid]:
    """The open bids of an account, oldest first, or those that can still be served in a region or on a chip."""
    everywhere = region is None and chip is None  # of a hundred thousand orders it takes too long to look at each place
    for bid in state.bids.values():
        if bid.account_id != account_id:
            continue
        if everywhere:
            yield bid
            continue
        wishes = bid.alternatives if lapsed_too else [bid.alternatives[index] for index in bid.open]
        if any(region in (None, wish.region) and chip in (None, wish.chip) for wish in wishes):
            yield bid


def open_asks(state: State, account_id: str, region: str | None, chip: str | None) -> Iterator[int]:
    """The numbers of an account's open asks, likewise."""
    for number, ask in state.asks.items():
        mine = ask.account_id == account_id and ask.state == events.RESTING
        if mine and region in (None, ask.region) and chip in (None, ask.chip):
            yield number


def _evict_later(state: State, account_id: str, region: str | None, chip: str | None, reason: str) -> None:
    last = len(state.bid_owners), len(state.ask_owners)
    state.curbs.evictions.append(Eviction(account_id, region, chip, *last, reason))


def _look(state: State, eviction: Eviction, *, lapsed_too: bool) -> None:
    """Find the orders that are meant: one walk over all that are open."""
    whose = eviction.account_id, eviction.region, eviction.chip
    bids = sorted((bid.bid_id for bid in open_bids(state, *whose, lapsed_too=lapsed_too)), reverse=True)
    asks = sorted(open_asks(state, *whose), reverse=True)
    eviction.bids = [number for number in bids if number <= eviction.last_bid]
    eviction.asks = [number for number in asks if number <= eviction.last_ask]


def _evict(state: State, eviction: Eviction, most: int) -> int:
    """Cancel some of them; how many numbers were looked at. One that is done meanwhile stays as it is."""
    looked = 0
    while eviction.bids and looked < most:
        looked += 1
        if (bid := state.bids.get(eviction.bids.pop())) is not None:
            finish_bid(state, bid, events.CANCELED, eviction.reason)
    while eviction.asks and looked < most:
        looked += 1
        ask = state.asks.get(eviction.asks.pop())
        if ask is not None and ask.state == events.RESTING:
            finish_ask(state, ask, events.CANCELED, eviction.reason)
    return looked


def _may_be_unblocked(state: State, account_id: str) -> bool:
    """Whether operators have been asked to lift a block."""
    return any(
        proposal.strict and isinstance(proposal.action, UnblockAccount) and proposal.action.account_id == account_id
        for proposal in state.curbs.proposals
    )


def _tell_blocked(state: State, command: BlockAccount | UnblockAccount, *, blocked: bool) -> None:
    state.emit(
        AccountBlocked(
            account_id=command.account_id, blocked=blocked, reason=command.reason, operator_id=command.operator_id
        )
    )
