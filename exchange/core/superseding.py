"""Proposals whose ground has shifted are closed: what was asked for was asked of another state of things.

Looked for once after every command, by what it has made happen and, for leases, by what is. Costs nothing while no
proposal is open, a walk over the command's events else.
"""

from exchange.core.acting import Act
from exchange.core.proposing import close
from exchange.core.state import State
from exchange.language import events
from exchange.language.commands import CancelLease, Large, RegisterKey, RevokeKey, SetMarketState
from exchange.language.commands_operator import BlockAccount, SetBand, UnblockAccount
from exchange.language.events_operator import SUPERSEDED, AccountBlocked, BandSet

Shift = AccountBlocked | BandSet | events.MarketStateSet | events.KeyRevoked


def supersede(state: State, act: Act | None) -> list[int]:
    """Close the proposals that the command has overtaken, in the name of who gave it; their numbers."""
    if not state.curbs.proposals:
        return []
    shifts = [event for event in state.events if isinstance(event, Shift)]
    stale = [
        proposal
        for proposal in state.curbs.proposals
        if proposal.strict
        and (_is_over(state, proposal.action) or any(_shifts(event, proposal.action) for event in shifts))
    ]
    for proposal in stale:
        operator_id, reason = ("", "") if act is None else (act.operator_id, act.reason)
        close(state, proposal, SUPERSEDED, operator_id, reason)
    return [proposal.proposal_id for proposal in stale]


def _is_over(state: State, action: Large) -> bool:
    """Whether a lease that would be cancelled has come to its end, or an operator has cut it already."""
    if not isinstance(action, CancelLease):
        return False
    lease = state.leases.get(action.lease_id)
    return lease is None or lease.over or lease.cause == events.BY_OPERATOR


def _shifts(event: Shift, action: Large) -> bool:
    """Whether what has happened was done to just what an action is about."""
    match event, action:
        case AccountBlocked(), BlockAccount() | UnblockAccount() | RegisterKey():
            return event.account_id == action.account_id
        case BandSet(), SetBand():
            return (event.region, event.chip) == (action.region, action.chip)
        case events.MarketStateSet(), SetMarketState():
            return _meet(event.region, action.region) and _meet(event.chip, action.chip)
        case events.KeyRevoked(), RevokeKey():
            return event.key_id == action.key_id
    return False


def _meet(one: str | None, other: str | None) -> bool:
    """Whether two scopes have something in common, None standing for all."""
    return one is None or other is None or one == other
