"""Asks: place, amend, cancel, look. One that resells a lease is a buyer's business, any other a provider's."""

from typing import Any

from exchange.language.commands import CancelAllAsks, CancelAsk
from exchange.language.rejects import Code
from exchange.language.views import AskView
from gateway import answers, intake, requests, schema, wire
from gateway.auth import authorise
from gateway.calls.markets import check_place
from gateway.calls.orders import ask_answer, leases_of
from gateway.desk import Call, stretch
from gateway.errors import Refusal


async def place(call: Call[schema.AskBody]) -> answers.AskAnswer:
    """The same order sent again gets the first answer again."""
    reads = call.desk.market.reads
    account_id = call.caller.account_id
    _authorise(call, resale=call.params.lease_id is not None)
    command = intake.ask_command(account_id, call.params)
    await call.carry_out(command)
    return ask_answer(reads.receipt(account_id, command.client_order_id))


async def amend(call: Call[requests.AskAmendParams]) -> answers.AskAmended:
    """Less quantity keeps its place in the queue, more quantity or another price loses it."""
    account_id, ask_id = call.caller.account_id, intake.order_number(call.params.ask_id, "ask")
    _authorise(call, resale=own(call, ask_id).lease_id is not None)
    command = intake.ask_amendment(account_id, ask_id, call.params)
    try:
        outcome = await call.carry_out(command)
    except Refusal as refusal:
        raise intake.as_amended(refusal, call.params) from None
    assert outcome.kept_priority is not None, "an amendment says so"
    return answers.AskAmended(
        seq=outcome.seq,
        ask=wire.ask(own(call, ask_id)),
        kept_priority=outcome.kept_priority,
        leases=leases_of(call.desk.market.reads, account_id, outcome.seq, lambda lease: lease.ask_id == ask_id),
    )


async def cancel(call: Call[schema.AskRef]) -> answers.AskCanceled:
    ask_id = intake.order_number(call.params.ask_id, "ask")
    _authorise(call, resale=own(call, ask_id).lease_id is not None)
    outcome = await call.carry_out(CancelAsk(account_id=call.caller.account_id, ask_id=ask_id))
    return answers.AskCanceled(seq=outcome.seq, ask=wire.ask(own(call, ask_id)))


async def cancel_all(call: Call[schema.CancelAllBody]) -> answers.CanceledAll:
    """A name that is mistyped is refused: the market would take it for a place where there is nothing to cancel."""
    check_place(call.desk, call.params.region, call.params.chip)
    outcome = await call.carry_out(
        CancelAllAsks(account_id=call.caller.account_id, region=call.params.region, chip=call.params.chip)
    )
    return answers.CanceledAll(seq=outcome.seq)


async def show(call: Call[schema.AskRef]) -> schema.Ask:
    return wire.ask(own(call, intake.order_number(call.params.ask_id, "ask")))


async def listing(call: Call[schema.OrderPage]) -> answers.Asks:
    reads = call.desk.market.reads
    found, cursor = stretch(
        lambda before, limit: reads.asks(call.caller.account_id, call.params.state, before, limit),
        lambda ask: ask.ask_id,
        call.params,
    )
    return answers.Asks(items=tuple(map(wire.ask, call.show(found))), cursor=cursor)


def own(call: Call[schema.AskRef] | Call[requests.AskAmendParams], ask_id: int) -> AskView:
    """An ask of the caller's; anybody else's is as unknown as none."""
    ask = call.desk.market.reads.ask(ask_id)
    if ask is None or ask.account_id != call.caller.account_id:
        raise Refusal(Code.UNKNOWN_ORDER.wire, "ask_id", f"{call.caller.account_id} has no ask-{ask_id}")
    return ask


def _authorise(call: Call[Any], *, resale: bool) -> None:
    """Refuse a key that may offer what others provide but not this, or the other way round."""
    authorise(call.desk.market, call.caller, "ask of a lease" if resale else "ask of own chips")
