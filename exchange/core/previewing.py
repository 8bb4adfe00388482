"""Brakes tried out: by the guards that they would meet, and with whom they would hit. Reads only."""

from collections.abc import Callable
from typing import Any, Final

from exchange.core import braking, contesting, curbing, proposing, registry, releasing
from exchange.core.hitting import hits_of
from exchange.core.state import State
from exchange.language import commands as c
from exchange.language import commands_operator as o
from exchange.language.hits import Hits
from exchange.language.rejects import Reject

_CHECKS: Final[dict[type[c.Command], Callable[[State, Any], Reject | None]]] = {
    c.SetMarketState: braking.check_market_state,
    o.SetBand: curbing.check_band,
    o.BlockAccount: proposing.check_block,
    o.UnblockAccount: curbing.check_block,
    o.CancelOrders: curbing.check_cancel_orders,
    c.RevokeKey: registry.check_revoke,
    o.PauseProgramme: curbing.check_pause,
    c.CancelLease: releasing.check_cancel,
    c.RuleContest: contesting.check_ruling,
}


def preview(state: State, command: c.Command) -> Hits | Reject:
    """Whom a brake would hit if it were pulled now, or why it could not be."""
    if isinstance(command, c.Propose):
        command = command.action
    return _CHECKS[type(command)](state, command) or hits_of(state, command)


def would_hit(state: State, proposal_id: int) -> Hits | None:
    """Whom an open proposal would hit if it were confirmed now; None for one that is not open."""
    for proposal in state.curbs.proposals:
        if proposal.proposal_id == proposal_id:
            return hits_of(state, proposal.action)
    return None
