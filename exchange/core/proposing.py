"""Large actions wait for a second operator: what loosens several markets, lifts a block, ends a lease, widens a band.

So does what would make a second operator or do away with one. A proposal is carried out when another operator confirms
it, by the guards of that moment, or never. What else tightens does not wait, and nothing does while there are not two
operators who could look at each other's actions.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from exchange.core import acting, braking, curbing, registry, releasing
from exchange.core.agenda import Due
from exchange.core.curbs import Proposal
from exchange.core.hitting import hits_told
from exchange.core.state import State
from exchange.core.weighing import alone, same_mind, waits
from exchange.language.commands import (
    CancelLease,
    Large,
    Propose,
    ProposeBefore,
    RegisterKey,
    RevokeKey,
    SetMarketState,
)
from exchange.language.commands_operator import (
    BlockAccount,
    ConfirmProposal,
    RejectProposal,
    SetBand,
    UnblockAccount,
)
from exchange.language.events_operator import CONFIRMED, LAPSED, REJECTED, ProposalClosed, ProposalMade
from exchange.language.limits import PROPOSAL_S, PROPOSALS_MAX, TEXT_MAX_CHARS
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject


class Way(NamedTuple):
    """How an action is looked at, and how it is carried out."""

    check: Callable[[State, Any], Reject | None]
    carry_out: Callable[[State, Any], Outcome | Reject]


def check_block(state: State, command: BlockAccount) -> Reject | None:
    """Why an operator cannot block an account: also because there would be nobody left to lift any block."""
    if (reject := curbing.check_block(state, command)) is not None:
        return reject
    if alone(state, command.account_id):
        detail = f"{command.account_id} is the last operator, and nobody could unblock it"
        return Reject(Code.NOT_SUPPORTED, "account_id", detail)
    return None


def _block(state: State, command: BlockAccount) -> Outcome | Reject:
    return check_block(state, command) or curbing.block_account(state, command)


_WAYS: Final[dict[type[Large], Way]] = {
    SetMarketState: Way(braking.check_market_state, braking.set_market_state),
    CancelLease: Way(releasing.check_cancel, releasing.cancel_lease),
    RegisterKey: Way(registry.check_key, registry.register_key),
    RevokeKey: Way(registry.check_revoke, registry.revoke_key),
    BlockAccount: Way(check_block, _block),
    UnblockAccount: Way(curbing.check_block, curbing.unblock_account),
    SetBand: Way(curbing.check_band, curbing.set_band),
}


def propose(state: State, command: Propose) -> Outcome | Reject:
    """Carry out an action, or have it wait for another operator."""
    action = command.action
    way, strict = _WAYS[type(action)], not isinstance(command, ProposeBefore)
    if strict and action.operator_id in state.curbs.blocked:
        return _operates_no_more(action.operator_id)
    if not waits(state, command):
        return way.carry_out(state, action)
    if (reject := way.check(state, action)) is not None:
        return reject
    if len(state.curbs.proposals) >= PROPOSALS_MAX:
        return Reject(Code.TOO_MANY_PROPOSALS, "", f"{PROPOSALS_MAX} are open; confirm or reject some of them")
    # ---- no return ----
    state.curbs.proposal_count += 1
    proposal = Proposal(state.curbs.proposal_count, action, state.now_s + PROPOSAL_S, strict)
    state.curbs.proposals.append(proposal)
    state.agenda.add(proposal.expires_s, Due.PROPOSAL_LAPSE, proposal.proposal_id)
    act = acting.act_of(state, action)
    state.emit(
        ProposalMade(
            proposal_id=proposal.proposal_id,
            operator_id=action.operator_id,
            action=act.action,
            subject=act.subject,
            reason=act.reason,
            changes=act.changes,
            hits=hits_told(state, action),
            expires_s=proposal.expires_s,
        )
    )
    return Outcome(state.seq)


def confirm_proposal(state: State, command: ConfirmProposal) -> Outcome | Reject:
    """Another operator agrees, and the action is carried out, or refused as it would be if it came now."""
    proposal = _open(state, command)
    if isinstance(proposal, Reject):
        return proposal
    action = proposal.action
    if (reject := _check_second(state, proposal, command.operator_id)) is not None:
        return reject
    done = _WAYS[type(action)].carry_out(state, action)
    if isinstance(done, Reject):
        return done
    # ---- no return ----
    close(state, proposal, CONFIRMED, command.operator_id, command.reason)
    return Outcome(state.seq, subject=done.subject)


def reject_proposal(state: State, command: RejectProposal) -> Outcome | Reject:
    """An operator turns a proposal down."""
    proposal = _open(state, command)
    if isinstance(proposal, Reject):
        return proposal
    # ---- no return ----
    close(state, proposal, REJECTED, command.operator_id, command.reason)
    return Outcome(state.seq)


def lapse_proposal(state: State, number: int) -> None:
    """Nobody has confirmed a proposal in time, if it is still open."""
    for proposal in state.curbs.proposals:
        if proposal.proposal_id == number:
            close(state, proposal, LAPSED, "", "")
            return


def _open(state: State, command: ConfirmProposal | RejectProposal) -> Proposal | Reject:
    """The proposal that a command is about, if it can still be decided."""
    number = command.proposal_id
    if not 1 <= number <= state.curbs.proposal_count:
        return Reject(Code.UNKNOWN_PROPOSAL, "proposal_id", f"there is no proposal-{number}")
    if len(command.reason) > TEXT_MAX_CHARS:
        return Reject(Code.BAD_VALUE, "reason", f"at most {TEXT_MAX_CHARS} characters")
    for proposal in state.curbs.proposals:
        if proposal.proposal_id == number:
            return proposal
    return Reject(Code.PROPOSAL_CLOSED, "proposal_id", f"proposal-{number} waits no more; propose it anew")


def _check_second(state: State, proposal: Proposal, operator_id: str) -> Reject | None:
    """Why an operator's word cannot stand beside that of the one who proposed."""
    proposer = proposal.action.operator_id
    if operator_id == proposer:
        return Reject(Code.OWN_PROPOSAL, "proposal_id", f"{proposer} proposed it; another operator confirms")
    if not proposal.strict:
        return None
    if same_mind(state, operator_id, proposer):
        detail = f"{proposer} proposed it, of the same owner group; an operator of another one confirms"
        return Reject(Code.OWN_PROPOSAL, "proposal_id", detail)
    return _operates_no_more(operator_id) if operator_id in state.curbs.blocked else None


def _operates_no_more(operator_id: str) -> Reject:
    return Reject(Code.ACCOUNT_BLOCKED, "account_id", f"{operator_id} is blocked; it neither proposes nor confirms")


def close(state: State, proposal: Proposal, as_state: str, operator_id: str, reason: str) -> None:
    """A proposal waits no more."""
    state.curbs.proposals.remove(proposal)
    state.emit(ProposalClosed(proposal_id=proposal.proposal_id, state=as_state, operator_id=operator_id, reason=reason))
