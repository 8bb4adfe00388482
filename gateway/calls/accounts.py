"""The caller's own account: balances, transfers, vouchers, keys."""

from typing import Final

from exchange.language.instants import format_duration
from exchange.language.limits import FRAME_MAX_BYTES
from exchange.language.rejects import Code
from gateway import answers, answers_limits, answers_money, intake, schema, schema_money, wire, wire_money
from gateway.costs import COSTS, Cost
from gateway.desk import Call, Desk, begins_after, cursor_after
from gateway.errors import Refusal
from gateway.requests_money import TransferPage


async def show(call: Call[schema.NoParams]) -> schema_money.Account:
    account = call.desk.market.reads.account(call.caller.account_id)
    assert account is not None, "a key belongs to an account"
    return wire.account(account)


async def transfers(call: Call[TransferPage]) -> answers_money.Transfers:
    """A stretch of transfers, with the balances before and after it."""
    return transfers_of(call.desk, call.caller.account_id, call.params)


def transfers_of(desk: Desk, account_id: str, page: TransferPage) -> answers_money.Transfers:
    """A stretch of any account's transfers."""
    reads = desk.market.reads
    from_s = None if page.since is None else intake.instant(page.since, "from")
    until_s = None if page.until is None else intake.instant(page.until, "until")
    if from_s is not None and until_s is not None and until_s <= from_s:
        raise Refusal(Code.WINDOW_EMPTY.wire, "until", "until must be after from.")
    found = reads.transfers(account_id, begins_after(page), page.limit, from_s, until_s)
    numbers = [view.transfer.transfer_id for view in found.items]
    more = len(numbers) == page.limit and reads.transfers(account_id, numbers[-1], 1, from_s, until_s).items
    return answers_money.Transfers(
        items=tuple(map(wire.transfer, found.items)),
        cursor=cursor_after(numbers[-1]) if more else None,
        opening=wire.balances(found.opening),
        closing=wire.balances(found.closing),
    )


async def vouchers(call: Call[schema.NoParams]) -> answers_money.Vouchers:
    """What each programme has paid, and may still pay, to the account's owner group."""
    found = call.desk.market.reads.vouchers(call.caller.account_id)
    return answers_money.Vouchers(items=tuple(map(wire_money.voucher, found)), cursor=None)


async def keys(call: Call[schema.NoParams]) -> answers.Keys:
    found = call.desk.market.reads.keys(call.caller.account_id)
    return answers.Keys(items=tuple(map(wire.key, found)), cursor=None)


async def limits(call: Call[schema.NoParams]) -> answers_limits.Limits:
    """How much the account may ask, and what is left of it."""
    gate, account_id = call.desk.gate, call.caller.account_id
    buckets = tuple(
        answers_limits.Bucket(
            bucket=each.name,
            quota=each.quota,
            window=format_duration(each.window_s),
            remaining=each.left(account_id)[0],
        )
        for each in gate.of_account
    )
    return answers_limits.Limits(
        buckets=buckets,
        costs=_COSTS,
        sockets=gate.sockets(account_id),
        sockets_max=gate.limits.sockets_per_account_max,
        channels_max=gate.limits.channels_max,
        in_flight_max=gate.limits.in_flight_max,
        frame_max_bytes=FRAME_MAX_BYTES,
    )


def _cost(call: str, cost: Cost | None) -> answers_limits.Cost:
    if cost is None:
        return answers_limits.Cost(call=call, bucket=None, cost=0, more="")
    return answers_limits.Cost(call=call, bucket=cost.bucket, cost=cost.units, more=cost.more)


_COSTS: Final = tuple(_cost(call, cost) for call, cost in COSTS.items())
