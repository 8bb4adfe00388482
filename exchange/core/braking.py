"""The brakes: market states, set for one market, a region, a chip type or the venue; the strictest holds.

A market that was closed reopens through post_only. Once it is open again, what came to cross meanwhile is matched, the
oldest bids first.
"""

from exchange.core.books.market import Market
from exchange.core.state import State
from exchange.core.trading import match_bid
from exchange.language import events
from exchange.language.commands import CANCEL_ONLY, HALTED, MARKET_STATES, OPEN, SetMarketState
from exchange.language.limits import TEXT_MAX_CHARS
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject


def check_market_state(state: State, command: SetMarketState) -> Reject | None:
    """Why a part of the venue cannot be opened or braked."""
    scope = (command.region, command.chip)
    before = state.brakes.get(scope, OPEN)
    if command.state == OPEN and before in (CANCEL_ONLY, HALTED):
        return Reject(Code.NOT_THROUGH_POST_ONLY, "state", f"it is {before}; set post_only first, then open")
    if command.region is not None and command.region not in state.catalog.regions:
        return Reject(Code.UNKNOWN_REGION, "region", f"no region is called {command.region}; see the catalogue")
    if command.chip is not None and command.chip not in state.catalog.chips:
        return Reject(Code.UNKNOWN_CHIP, "chip", f"no chip type is called {command.chip}; see the catalogue")
    if command.state not in MARKET_STATES:
        return Reject(Code.BAD_VALUE, "state", f"one of {', '.join(MARKET_STATES)}")
    if not 0 < len(command.reason) <= TEXT_MAX_CHARS:
        return Reject(Code.BAD_VALUE, "reason", f"say why, in at most {TEXT_MAX_CHARS} characters")
    return None


def set_market_state(state: State, command: SetMarketState) -> Outcome | Reject:
    """An operator opens or brakes a part of the venue."""
    if (reject := check_market_state(state, command)) is not None:
        return reject
    # ---- no return ----
    state.brakes[command.region, command.chip] = command.state
    state.emit(
        events.MarketStateSet(
            region=command.region,
            chip=command.chip,
            state=command.state,
            reason=command.reason,
            operator_id=command.operator_id,
        )
    )
    opened: list[Market] = []
    for (region, chip), market in state.markets.items():
        was, market.state = market.state, state.brake(region, chip)
        if was != OPEN and market.state == OPEN:
            opened.append(market)
    _uncross(state, opened)
    return Outcome(state.seq)


def _uncross(state: State, opened: list[Market]) -> None:
    waiting = {bid.bid_id: bid for market in opened for bid, _ in market.bids.items()}
    for number in sorted(waiting, key=lambda number: (waiting[number].priority, number)):
        if waiting[number].leaves_milli:
            match_bid(state, waiting[number])
