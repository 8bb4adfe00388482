"""Contests: a buyer says that a period was not delivered as metered; `brakes` has what operators rule."""

from gateway import answers_money, intake, intake_money, schema, wire_money
from gateway.calls.leases import lease_then, own
from gateway.desk import Call, Desk, stretch
from gateway.requests_money import ContestParams


async def contest(call: Call[ContestParams]) -> answers_money.ContestAnswer:
    """The period's money is frozen when the answer comes."""
    lease = own(call, intake.lease_number(call.params.lease_id))
    command = intake_money.contest_command(call.caller.account_id, lease, call.params, call.idempotency_key)
    outcome = await call.carry_out(command)
    return _answer(call.desk, outcome.seq, command.lease_id, command.index)


async def listing(call: Call[schema.Page]) -> answers_money.Contests:
    """Every contest, ruled on or not."""
    reads = call.desk.market.reads
    found, cursor = stretch(reads.contests, lambda view: view.place, call.params)
    return answers_money.Contests(items=tuple(map(wire_money.contest, found)), cursor=cursor)


def _answer(desk: Desk, seq: int, lease_id: int, index: int) -> answers_money.ContestAnswer:
    return answers_money.ContestAnswer(
        seq=seq, contest_id=wire_money.contest_id(lease_id, index), lease=lease_then(desk, lease_id, seq)
    )
