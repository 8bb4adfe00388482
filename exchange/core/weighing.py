"""Which actions of operators are large, and whether there is another operator to look at them. Reads only."""

from typing import Final

from exchange.core.curbs import Action
from exchange.core.risk import band_of
from exchange.core.state import State
from exchange.language.commands import MARKET_STATES, OPEN, OPERATOR, CancelLease, SetMarketState
from exchange.language.commands_operator import SetBand, UnblockAccount

OPERATE: Final = "operate"  # the scope of a key
ENOUGH: Final = 2  # operators, for one to look at what another does


def waits(state: State, action: Action) -> bool:
    """Whether an action needs another operator's word now."""
    return large(state, action) and operators(state) >= ENOUGH


def large(state: State, action: Action) -> bool:
    """Whether a second operator looks at an action, where there is one."""
    match action:
        case CancelLease():
            return True
        case UnblockAccount():
            return action.account_id in state.curbs.blocked
        case SetMarketState():
            wide = action.region is None or action.chip is None
            before = state.brakes.get((action.region, action.chip), OPEN)
            known = action.state in MARKET_STATES
            return wide and known and MARKET_STATES.index(action.state) < MARKET_STATES.index(before)
        case SetBand():
            return _wider(state, action)


def operators(state: State) -> int:
    """How many operators' accounts have a key that is good now."""
    living = (
        key.account_id
        for key in state.keys.values()
        if OPERATE in key.scopes and (key.expires_s is None or key.expires_s > state.now_s)
    )
    return sum(OPERATOR in state.participants[account_id].roles for account_id in dict.fromkeys(living))


def _wider(state: State, action: SetBand) -> bool:
    """Whether a band lets orders be further from the reference price than now; 0 lets them be anywhere."""
    if not state.catalog.open:
        return False
    after = state.catalog.law.band_bp if action.band_bp is None else action.band_bp
    before = band_of(state, action.region, action.chip)
    return before != 0 and (after == 0 or after > before)
