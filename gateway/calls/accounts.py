"""The caller's own account: balances, transfers, keys."""

from gateway import answers, schema, wire
from gateway.desk import Call, stretch


async def show(call: Call[schema.NoParams]) -> schema.Account:
    account = call.desk.market.reads.account(call.caller.account_id)
    assert account is not None, "a key belongs to an account"
    return wire.account(account)


async def transfers(call: Call[schema.Page]) -> answers.Transfers:
    reads = call.desk.market.reads
    found, cursor = stretch(
        lambda before, limit: reads.transfers(call.caller.account_id, before, limit),
        lambda view: view.transfer.transfer_id,
        call.params,
    )
    return answers.Transfers(items=tuple(map(wire.transfer, found)), cursor=cursor)


async def keys(call: Call[schema.NoParams]) -> answers.Keys:
    found = call.desk.market.reads.keys(call.caller.account_id)
    return answers.Keys(items=tuple(map(wire.key, found)), cursor=None)
