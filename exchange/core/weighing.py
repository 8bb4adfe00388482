"""Which actions of operators are large, and whether there are two operators to look at them. Reads only.

Operators of one owner group are one: who has several accounts does not thereby have a second opinion. What would leave
fewer than two is large itself, so that nobody gets rid of the other to be free of its word; and so is a key that lets
another account operate, so that nobody makes the second operator up.
"""

from collections.abc import Iterator
from typing import Final

from exchange.core.risk import band_of
from exchange.core.state import State
from exchange.language.commands import (
    MARKET_STATES,
    OPEN,
    OPERATOR,
    CancelLease,
    Large,
    Propose,
    ProposeBefore,
    RegisterKey,
    RevokeKey,
    SetMarketState,
)
from exchange.language.commands_operator import BlockAccount, SetBand, UnblockAccount

OPERATE: Final = "operate"  # the scope of a key
ENOUGH: Final = 2  # operators, for one to look at what another does


def waits(state: State, command: Propose) -> bool:
    """Whether an action needs another operator's word now."""
    if not large(state, command.action):
        return False
    if isinstance(command, ProposeBefore):  # under those rules accounts counted, be they of one group or blocked
        return len(dict.fromkeys(_holders(state))) >= ENOUGH
    return minds(state) >= ENOUGH


def large(state: State, action: Large) -> bool:
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
        case RegisterKey():
            return OPERATE in action.scopes and action.account_id != action.operator_id
        case RevokeKey():
            key = state.keys.get(action.key_id)
            others = key is not None and key.account_id != action.operator_id
            return others and minds(state) >= ENOUGH > minds(state, but_key=action.key_id)
        case BlockAccount():
            others = action.account_id != action.operator_id
            return others and minds(state) >= ENOUGH > minds(state, but_account=action.account_id)


def minds(state: State, but_key: str = "", but_account: str = "") -> int:
    """How many owner groups have an operator who can operate now; a key or an account may be left out."""
    able = dict.fromkeys(_holders(state, but_key))
    able.pop(but_account, None)
    groups = (state.participants[name].owner_group for name in able if name not in state.curbs.blocked)
    return len(dict.fromkeys(groups))


def alone(state: State, account_id: str) -> bool:
    """Whether this is the last account that can operate."""
    able = [name for name in dict.fromkeys(_holders(state)) if name not in state.curbs.blocked]
    return able == [account_id]


def same_mind(state: State, one: str, other: str) -> bool:
    """Whether two operators' accounts are of one owner group."""
    first, second = state.participants.get(one), state.participants.get(other)
    return first is not None and second is not None and first.owner_group == second.owner_group


def _holders(state: State, but_key: str = "") -> Iterator[str]:
    """The operators' accounts that have a key that is good now, once for each."""
    for key in state.keys.values():
        good = OPERATE in key.scopes and (key.expires_s is None or key.expires_s > state.now_s)
        if good and key.key_id != but_key and OPERATOR in state.participants[key.account_id].roles:
            yield key.account_id


def _wider(state: State, action: SetBand) -> bool:
    """Whether a band lets orders be further from the reference price than now; 0 lets them be anywhere."""
    if not state.catalog.open:
        return False
    after = state.catalog.law.band_bp if action.band_bp is None else action.band_bp
    before = band_of(state, action.region, action.chip)
    return before != 0 and (after == 0 or after > before)
