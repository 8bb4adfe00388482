"""Leases: hand over access, meter, look, end. A lease is seen by its parties alone, its access by its user alone."""

import msgspec

from exchange.language.commands import ReleaseLease, StartLease
from exchange.language.events import RUNNING, SCHEDULED
from exchange.language.instants import format_instant
from exchange.language.limits import ACCESS_MAX_BYTES
from exchange.language.rejects import Code
from exchange.language.units import Seconds
from exchange.language.views import LeaseView
from gateway import answers, answers_money, intake, schema, schema_money, wire, wire_money
from gateway.decode import check_depth
from gateway.desk import Call, Desk, stretch
from gateway.errors import Refusal
from gateway.params import LeaseRef
from gateway.requests_money import ContestParams


async def start(call: Call[schema.StartParams]) -> answers.LeaseAnswer:
    lease_id = intake.lease_number(call.params.lease_id)
    access = _access_object(bytes(call.params.access))
    command = StartLease(
        account_id=call.caller.account_id,
        lease_id=lease_id,
        sealed_access=call.desk.vault.seal(access),
        access_mac=call.desk.vault.derive(b"access|" + access) if call.idempotency_key else b"",
        idempotency_key=call.idempotency_key,
    )
    outcome = await call.carry_out(command)
    return _as_it_stands(call, lease_id, outcome.seq)


async def meter(call: Call[schema.MeterParams]) -> answers.LeaseAnswer:
    command = intake.meter_command(call.caller.account_id, call.params, call.idempotency_key)
    outcome = await call.carry_out(command)
    return _as_it_stands(call, command.lease_id, outcome.seq)


async def release(call: Call[LeaseRef]) -> answers.LeaseAnswer:
    """The buyer gives back what is left; the lease as it stood then."""
    lease_id = intake.lease_number(call.params.lease_id)
    outcome = await call.carry_out(
        ReleaseLease(account_id=call.caller.account_id, lease_id=lease_id, idempotency_key=call.idempotency_key)
    )
    return answers.LeaseAnswer(seq=outcome.seq, lease=lease_then(call.desk, lease_id, outcome.seq))


async def show(call: Call[LeaseRef]) -> schema_money.Lease:
    return wire.lease(call.show(own(call, intake.lease_number(call.params.lease_id))))


async def listing(call: Call[schema.LeasePage]) -> answers.Leases:
    reads = call.desk.market.reads
    found, cursor = stretch(
        lambda before, limit: reads.leases(call.caller.account_id, call.params.state, before, limit),
        lambda lease: lease.lease_id,
        call.params,
    )
    return answers.Leases(items=tuple(map(wire.lease_in_brief, call.show(found))), cursor=cursor)


async def statement(call: Call[LeaseRef]) -> answers_money.Statement:
    lease = own(call, intake.lease_number(call.params.lease_id))
    made = call.desk.market.reads.statement(lease.lease_id)
    assert made is not None, "a lease has a statement"
    return wire_money.statement(call.show(made))


async def access(call: Call[LeaseRef]) -> answers.Access:
    """What the deliverer handed over, for as long as the caller uses the chips."""
    lease = own(call, intake.lease_number(call.params.lease_id))
    if lease.buyer != call.caller.account_id:
        raise Refusal("forbidden", "lease_id", "Access data are for the buyer alone.")
    if not _in_use(lease, call.desk.market.clock_s):
        raise Refusal("access_ended", "lease_id", f"{lease.buyer} has no more use of lease-{lease.lease_id}.")
    sealed = call.desk.market.reads.sealed_access(lease.lease_id)
    if sealed is None or lease.access_given_s is None:
        raise Refusal("access_not_given", "lease_id")
    return answers.Access(
        lease_id=f"lease-{lease.lease_id}",
        given_at=format_instant(lease.access_given_s),
        access=msgspec.Raw(call.desk.vault.open(sealed)),
    )


def _access_object(text: bytes) -> bytes:
    """The text of a JSON object within bounds, kept as it was written."""
    if len(text) > ACCESS_MAX_BYTES:
        raise Refusal("too_large", "access", f"access has at most {ACCESS_MAX_BYTES} bytes.")
    check_depth(text)
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal("malformed_json", "access", f"access cannot be read: {error}.") from None
    if not isinstance(value, dict):
        raise Refusal("wrong_type", "access", "access must be a JSON object.")
    return text


def own(
    call: Call[LeaseRef] | Call[schema.StartParams] | Call[schema.MeterParams] | Call[ContestParams], lease_id: int
) -> LeaseView:
    """A lease that the caller is a party to; any other is as unknown as none."""
    lease = call.desk.market.reads.lease(lease_id)
    if lease is None or call.caller.account_id not in (lease.buyer, lease.provider, lease.deliverer):
        raise Refusal(Code.UNKNOWN_LEASE.wire, "lease_id", f"{call.caller.account_id} has no lease-{lease_id}")
    return lease


def lease_then(desk: Desk, lease_id: int, seq: int) -> schema_money.Lease:
    """A lease as it stood after a command about it, which may have been long ago."""
    lease = desk.market.reads.lease_at(lease_id, seq)
    assert lease is not None, "the command went through"
    return wire.lease_in_brief(lease)


def _as_it_stands(
    call: Call[schema.StartParams] | Call[schema.MeterParams], lease_id: int, seq: int
) -> answers.LeaseAnswer:
    """A lease now; for a request that may be a repeat, as it stood after the first."""
    if call.idempotency_key:
        return answers.LeaseAnswer(seq=seq, lease=lease_then(call.desk, lease_id, seq))
    return answers.LeaseAnswer(seq=seq, lease=wire.lease_in_brief(own(call, lease_id)))


def _in_use(lease: LeaseView, now_s: Seconds) -> bool:
    """Whether any of its chips are, or will be, its buyer's own."""
    if lease.state not in (SCHEDULED, RUNNING) or lease.until_s <= now_s:
        return False
    return any(end_s > now_s for _, end_s, _ in lease.shape)
