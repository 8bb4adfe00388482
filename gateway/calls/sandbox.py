"""What only a sandbox does: move the clock, let accounts deposit for themselves."""

from exchange.language.instants import format_instant
from gateway import answers, intake, schema
from gateway.calls.operator import pay_in
from gateway.desk import Call, Desk
from gateway.errors import Refusal


async def advance_clock(call: Call[schema.ClockBody]) -> answers.ClockAdvanced:
    """Everything due on the way has happened when the answer comes."""
    market = _sandbox(call.desk).market
    outcome = await market.advance_clock(intake.duration(call.params.advance, "advance"))
    if outcome.reject is not None:
        raise Refusal(outcome.reject.code.wire, "advance", outcome.reject.detail)
    return answers.ClockAdvanced(seq=outcome.seq, now=format_instant(market.reads.now_s))


async def deposit(call: Call[schema.OwnDepositBody]) -> answers.AccountAnswer:
    _sandbox(call.desk)
    return await pay_in(call, call.caller.account_id)


def _sandbox(desk: Desk) -> Desk:
    if not desk.market.sandbox:
        raise Refusal("not_a_sandbox")
    return desk
