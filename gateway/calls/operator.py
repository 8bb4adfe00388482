"""What operators do: accounts, keys, money in and out, what supervision has found, a check of the books."""

from exchange.language.commands import Deposit, OpenAccount, RevokeKey, Withdraw
from gateway import answers, answers_brakes, answers_money, answers_operator, intake, schema, wire, wire_money
from gateway.auth import hash_secret, key_of, new_key
from gateway.calls.brakes import carry_out
from gateway.desk import Call, Desk, stretch
from gateway.params import KeyRef
from gateway.requests_money import FlagPage


async def open_account(call: Call[schema.AccountBody]) -> answers.AccountAnswer:
    body = call.params
    outcome = await call.carry_out(
        OpenAccount(
            account_id=body.account_id,
            roles=tuple(dict.fromkeys(body.roles)),
            owner_group=body.owner_group or body.account_id,
            tags=body.tags,
            place=body.place,
            operator_id=call.caller.account_id,
            idempotency_key=call.idempotency_key,
        )
    )
    return _account_answer(call.desk, outcome.seq, body.account_id, call.idempotency_key)


async def make_key(call: Call[schema.KeyBody]) -> answers_brakes.KeyMade:
    """The secret is in this answer and nowhere else; a request sent again derives the same.

    A key by which another account may operate waits for a second operator, and is of no use until then.
    """
    key_id, secret = new_key()
    if call.idempotency_key:
        whose = f"{call.caller.account_id}|{call.idempotency_key}".encode()
        key_id, secret = key_of(call.desk.vault.derive(b"key id|" + whose)[:8], call.desk.vault.derive(b"key|" + whose))
    operator_id, secret_hash = call.caller.account_id, hash_secret(secret)
    command = intake.key_command(operator_id, call.params, key_id, secret_hash, call.idempotency_key)
    made = await carry_out(call, command)
    return answers_brakes.KeyMade(key_id=key_id, key=None if command.public_key else secret, **made.told())


async def revoke_key(call: Call[KeyRef]) -> answers_brakes.KeyRevoked:
    pulled = await carry_out(call, RevokeKey(key_id=call.params.key_id, operator_id=call.caller.account_id))
    return answers_brakes.KeyRevoked(key_id=call.params.key_id, **pulled.told())


async def deposit(call: Call[schema.MoneyBody]) -> answers.AccountAnswer:
    return await pay_in(call, call.params.account_id)


async def withdraw(call: Call[schema.MoneyBody]) -> answers.AccountAnswer:
    body = call.params
    amount_micros = intake.money(body.amount, "amount")
    outcome = await call.carry_out(
        Withdraw(
            account_id=body.account_id,
            amount_micros=amount_micros,
            reference=body.reference,
            operator_id=call.caller.account_id,
            idempotency_key=call.idempotency_key,
        )
    )
    return _account_answer(call.desk, outcome.seq, body.account_id, call.idempotency_key)


async def invariants(call: Call[schema.NoParams]) -> answers_operator.AuditOut:
    return wire.audit(call.desk.market.audit())


async def alerts(call: Call[FlagPage]) -> answers_money.Flags:
    """What supervision should look at."""
    reads = call.desk.market.reads
    found, cursor = stretch(
        lambda before, limit: reads.flags(call.params.kind, before, limit), lambda flag: flag.flag_id, call.params
    )
    return answers_money.Flags(items=tuple(map(wire_money.flag, found)), cursor=cursor)


async def sessions(call: Call[schema.Page]) -> answers_operator.Sessions:
    """The streams that are open, newest first."""
    found, cursor = stretch(call.desk.roster.latest, lambda numbered: numbered[0], call.params)
    return answers_operator.Sessions(items=tuple(seat.shown() for _, seat in found), cursor=cursor)


async def pay_in(call: Call[schema.MoneyBody] | Call[schema.OwnDepositBody], account_id: str) -> answers.AccountAnswer:
    """A deposit, whoever may make it."""
    outcome = await call.carry_out(
        Deposit(
            account_id=account_id,
            amount_micros=intake.money(call.params.amount, "amount"),
            reference=call.params.reference,
            operator_id=call.caller.account_id,
            idempotency_key=call.idempotency_key,
        )
    )
    return _account_answer(call.desk, outcome.seq, account_id, call.idempotency_key)


def _account_answer(desk: Desk, seq: int, account_id: str, idempotency_key: str = "") -> answers.AccountAnswer:
    """An account as it stands; for a request that may be a repeat, as it stood after the first."""
    reads = desk.market.reads
    account = reads.account_at(account_id, seq) if idempotency_key else reads.account(account_id)
    assert account is not None, "the command went through"
    return answers.AccountAnswer(seq=seq, account=wire.account(account))
