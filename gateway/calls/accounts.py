"""The caller's own account: balances, transfers, vouchers, keys."""

from exchange.language.rejects import Code
from gateway import answers, answers_money, intake, schema, schema_money, wire, wire_money
from gateway.desk import Call, begins_after, cursor_after
from gateway.errors import Refusal
from gateway.requests_money import TransferPage


async def show(call: Call[schema.NoParams]) -> schema_money.Account:
    account = call.desk.market.reads.account(call.caller.account_id)
    assert account is not None, "a key belongs to an account"
    return wire.account(account)


async def transfers(call: Call[TransferPage]) -> answers_money.Transfers:
    """A stretch of transfers, with the balances before and after it."""
    page, reads = call.params, call.desk.market.reads
    from_s = None if page.since is None else intake.instant(page.since, "from")
    until_s = None if page.until is None else intake.instant(page.until, "until")
    if from_s is not None and until_s is not None and until_s <= from_s:
        raise Refusal(Code.WINDOW_EMPTY.wire, "until", "until must be after from.")
    account_id = call.caller.account_id
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
