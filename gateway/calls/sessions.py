"""What a stream can ask about itself: that its account's orders are taken back when nobody is heard of."""

from exchange.language.commands_sessions import ArmSession, SetDeadMan
from exchange.language.limits import DEAD_MAN_MAX_S
from gateway import answers_sessions, schema, wire
from gateway.desk import Call


async def cancel_on_disconnect(call: Call[schema.CancelOnDisconnectParams]) -> answers_sessions.CancelOnDisconnect:
    """From the request on, whatever becomes of it, the end of the session is told to the market."""
    sitting, enabled = call.sitting, call.params.enabled
    assert sitting is not None, "there is no route to this"
    sitting.may_be_armed |= enabled
    outcome = await call.carry_out(
        ArmSession(account_id=call.caller.account_id, session_id=sitting.session_id, armed=enabled)
    )
    return answers_sessions.CancelOnDisconnect(seq=outcome.seq, enabled=enabled)


async def dead_man(call: Call[schema.DeadManParams]) -> answers_sessions.DeadManSet:
    account_id = call.caller.account_id
    # the market refuses whatever is out of range, but a number of any length is nothing that its journal could keep
    seconds = max(-1, min(call.params.seconds, DEAD_MAN_MAX_S + 1))
    outcome = await call.carry_out(SetDeadMan(account_id=account_id, seconds=seconds))
    until_s = call.desk.market.reads.dead_man_until_s(account_id)
    return answers_sessions.DeadManSet(seq=outcome.seq, seconds=seconds, until=wire.maybe_instant(until_s))
