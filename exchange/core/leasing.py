"""What a provider does with its leases, in time or not: hand over access, meter.

Handlers of commands have guards above the line of no return; handlers of appointments look at what is and either act
or find that there is nothing to do.
"""

from exchange.core.agenda import Due
from exchange.core.leases.contract import Lease, Reading
from exchange.core.leases.metering import check_reading, take_reading
from exchange.core.parties import lease_to_deliver
from exchange.core.settling import default
from exchange.core.state import State
from exchange.language import events
from exchange.language.commands import MeterLease, StartLease
from exchange.language.limits import SEALED_ACCESS_MAX_BYTES
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject


def start_lease(state: State, command: StartLease) -> Outcome | Reject:
    """The provider hands over access: the lease runs, now or from its start."""
    lease = lease_to_deliver(state, command.lease_id, command.account_id)
    if isinstance(lease, Reject):
        return lease
    if not 0 < len(command.sealed_access) <= SEALED_ACCESS_MAX_BYTES:
        return Reject(Code.BAD_VALUE, "access", f"at most {SEALED_ACCESS_MAX_BYTES} bytes once encrypted")
    if lease.access_given_s is not None:
        return Reject(Code.LEASE_STARTED, "lease_id", f"lease-{lease.lease_id} has been started")
    # ---- no return ----
    lease.access_given_s = state.now_s
    lease.readings.append(Reading(max(lease.start_s, state.now_s), 0, 0))
    state.emit(events.AccessGiven(lease_id=lease.lease_id, sealed_access=command.sealed_access, given_s=state.now_s))
    state.touched_leases[lease.lease_id] = lease
    if state.now_s >= lease.start_s:
        run_lease(state, lease)
    else:
        state.agenda.add(lease.start_s, Due.LEASE_RUN, lease.lease_id)
    return Outcome(state.seq, subject=lease.lease_id)


def meter_lease(state: State, command: MeterLease) -> Outcome | Reject:
    """The provider reports running totals."""
    lease = lease_to_deliver(state, command.lease_id, command.account_id)
    if isinstance(lease, Reject):
        return lease
    if lease.state != events.RUNNING:
        return Reject(Code.LEASE_NOT_RUNNING, "lease_id", f"lease-{lease.lease_id} has not begun; start it first")
    if (reject := check_reading(lease, command, state.now_s)) is not None:
        return reject
    # ---- no return ----
    reading = Reading(command.through_s, command.delivered_uch, command.used_uch)
    if take_reading(lease, reading):
        state.emit(
            events.LeaseMetered(
                lease_id=lease.lease_id,
                through_s=reading.through_s,
                delivered_uch=reading.delivered_uch,
                used_uch=reading.used_uch,
            )
        )
    return Outcome(state.seq, subject=lease.lease_id)


def run_lease(state: State, lease: Lease) -> None:
    """The start has come: with access given the lease runs, if its buyer has not resold all of it."""
    given = lease.access_given_s is not None and state.now_s >= lease.start_s
    if given and lease.state == events.SCHEDULED and lease.in_use and lease.pieces:
        lease.move(events.RUNNING, "")
        state.touched_leases[lease.lease_id] = lease


def start_deadline(state: State, lease: Lease) -> None:
    """Whoever has not handed over access by now has failed; what begins later may be handed over later."""
    if lease.access_given_s is not None or not lease.in_use or not lease.pieces:
        return
    due_s = min(piece.shape[0][0] for piece in lease.pieces) + lease.terms.start_grace_s
    if due_s > state.now_s:
        state.agenda.add(due_s, Due.START_DEADLINE, lease.lease_id)
    else:
        default(state, lease, events.NOT_STARTED)
