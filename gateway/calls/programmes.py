"""Voucher programmes: what there are, how they are used, and what operators say of them and of owner groups."""

from exchange.language.commands import RelateGroups
from gateway import answers_money, intake_money, schema, wire_money
from gateway.desk import Call
from gateway.requests_money import ProgrammeBody, RelationBody


async def listing(call: Call[schema.NoParams]) -> answers_money.Programmes:
    """Every programme, in order of definition."""
    found = call.desk.market.reads.programmes()
    return answers_money.Programmes(items=tuple(map(wire_money.programme, found)), cursor=None)


async def kpis(call: Call[schema.NoParams]) -> answers_money.Kpis:
    reads = call.desk.market.reads
    found = reads.usage()
    return answers_money.Kpis(
        usage=wire_money.usage(found.venue),
        regions=tuple(map(wire_money.usage, found.regions)),
        providers=tuple(map(wire_money.usage, found.providers)),
        programmes=tuple(map(wire_money.kpi, reads.kpis())),
    )


async def define(call: Call[ProgrammeBody]) -> answers_money.ProgrammeAnswer:
    """The whole of a programme, whether it is new or there is one by its name."""
    command = intake_money.programme_command(call.caller.account_id, call.params, call.idempotency_key)
    outcome = await call.carry_out(command)
    reads = call.desk.market.reads
    made = reads.programme_at(command.programme, outcome.seq)
    if made is None:
        made = next(each for each in reads.programmes() if each.definition.programme == command.programme)
    return answers_money.ProgrammeAnswer(seq=outcome.seq, programme=wire_money.programme(made))


async def relate(call: Call[RelationBody]) -> answers_money.GroupsRelated:
    """What is declared here is what programmes for unaffiliated suppliers and supervision go by."""
    said = call.params
    outcome = await call.carry_out(
        RelateGroups(
            operator_id=call.caller.account_id,
            group=said.group,
            other_group=said.other_group,
            reason=said.reason,
            related=said.related,
            idempotency_key=call.idempotency_key,
        )
    )
    return answers_money.GroupsRelated(
        seq=outcome.seq, group=said.group, other_group=said.other_group, related=said.related
    )
