"""What one operator proposes and another confirms, and the log of all that operators did."""

import asyncio

from exchange.language.commands_operator import ConfirmProposal, RejectProposal
from gateway import answers_brakes as answers
from gateway import intake, wire_operator
from gateway import requests_operator as requests
from gateway.desk import Call, stretch


async def listing(call: Call[requests.ProposalPage]) -> answers.Proposals:
    """Every proposal, or those of a state; whom an open one would hit is looked up now, one at a time."""
    market, reads = call.desk.market, call.desk.market.reads
    found, cursor = stretch(
        lambda before, limit: reads.proposals(call.params.state, before, limit),
        lambda view: view.made.proposal_id,
        call.params,
    )
    items = []
    for then in found:
        view = reads.proposal(then.made.proposal_id) or then
        if call.params.state not in (None, view.state):
            continue  # it has been closed meanwhile
        hits = market.would_hit(view.made.proposal_id)
        items.append(wire_operator.proposal(view, hits))
        if hits is not None:
            await asyncio.sleep(0)  # it was a walk over what is open; the market may go on before the next
    return answers.Proposals(items=tuple(items), cursor=cursor)


async def confirm(call: Call[requests.WordParams]) -> answers.ProposalAnswer:
    """What was proposed is done when the answer comes."""
    number = _number(call)
    outcome = await call.carry_out(
        ConfirmProposal(
            operator_id=call.caller.account_id,
            proposal_id=number,
            reason=call.params.reason,
            idempotency_key=call.idempotency_key,
        )
    )
    return _answer(call, number, outcome.seq)


async def reject(call: Call[requests.WordParams]) -> answers.ProposalAnswer:
    """Nothing of it will be done; who proposed it may take it back so."""
    number = _number(call)
    outcome = await call.carry_out(
        RejectProposal(
            operator_id=call.caller.account_id,
            proposal_id=number,
            reason=call.params.reason,
            idempotency_key=call.idempotency_key,
        )
    )
    return _answer(call, number, outcome.seq)


async def audit(call: Call[requests.AuditPage]) -> answers.AuditEntries:
    """What operators did, each entry with the journal's row that proves it."""
    reads, page = call.desk.market.reads, call.params
    found, cursor = stretch(
        lambda before, limit: reads.audit_log(page.action, page.account_id, before, limit),
        lambda entry: entry.seq,
        page,
    )
    return answers.AuditEntries(items=tuple(map(wire_operator.audit_entry, found)), cursor=cursor)


def _number(call: Call[requests.WordParams]) -> int:
    return intake.proposal_number(call.params.proposal_id)


def _answer(call: Call[requests.WordParams], number: int, seq: int) -> answers.ProposalAnswer:
    found = call.desk.market.reads.proposal(number)
    assert found is not None, "the command was about it"
    return answers.ProposalAnswer(seq=seq, proposal=wire_operator.proposal(found))
