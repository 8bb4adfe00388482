"""Leases: hand over access, meter, look. A lease is seen by its two parties alone, its access by the buyer alone."""

import msgspec

from exchange.language.commands import StartLease
from exchange.language.instants import format_instant
from exchange.language.limits import ACCESS_MAX_BYTES
from exchange.language.rejects import Code
from exchange.language.views import LeaseView
from gateway import answers, intake, schema, wire
from gateway.decode import check_depth
from gateway.desk import Call, stretch
from gateway.errors import Refusal
from gateway.params import LeaseRef


async def start(call: Call[schema.StartParams]) -> answers.LeaseAnswer:
    lease_id = intake.lease_number(call.params.lease_id)
    access = _access_object(bytes(call.params.access))
    command = StartLease(
        account_id=call.caller.account_id, lease_id=lease_id, sealed_access=call.desk.vault.seal(access)
    )
    outcome = await call.desk.carry_out(command)
    return answers.LeaseAnswer(seq=outcome.seq, lease=wire.lease(_own(call, lease_id)))


async def meter(call: Call[schema.MeterParams]) -> answers.LeaseAnswer:
    command = intake.meter_command(call.caller.account_id, call.params)
    outcome = await call.desk.carry_out(command)
    return answers.LeaseAnswer(seq=outcome.seq, lease=wire.lease(_own(call, command.lease_id)))


async def show(call: Call[LeaseRef]) -> schema.Lease:
    return wire.lease(_own(call, intake.lease_number(call.params.lease_id)))


async def listing(call: Call[schema.LeasePage]) -> answers.Leases:
    reads = call.desk.market.reads
    found, cursor = stretch(
        lambda before, limit: reads.leases(call.caller.account_id, call.params.state, before, limit),
        lambda lease: lease.lease_id,
        call.params,
    )
    return answers.Leases(items=tuple(map(wire.lease, found)), cursor=cursor)


async def statement(call: Call[LeaseRef]) -> answers.Statement:
    lease = _own(call, intake.lease_number(call.params.lease_id))
    made = call.desk.market.reads.statement(lease.lease_id)
    in_order = sorted(made, key=lambda view: view.transfer.transfer_id)
    return answers.Statement(lease=wire.lease(lease), items=tuple(map(wire.transfer, in_order)))


async def access(call: Call[LeaseRef]) -> answers.Access:
    lease = _own(call, intake.lease_number(call.params.lease_id))
    if lease.buyer != call.caller.account_id:
        raise Refusal("forbidden", "lease_id", "Access data are for the buyer alone.")
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


def _own(call: Call[LeaseRef] | Call[schema.StartParams] | Call[schema.MeterParams], lease_id: int) -> LeaseView:
    """A lease that the caller is a party to; any other is as unknown as none."""
    lease = call.desk.market.reads.lease(lease_id)
    if lease is None or call.caller.account_id not in (lease.buyer, lease.provider):
        raise Refusal(Code.UNKNOWN_LEASE.wire, "lease_id", f"{call.caller.account_id} has no lease-{lease_id}")
    return lease
