"""Who may do what with a lease: a Reject that names the field, or the lease. Reads only.

A stranger is told that there is no such lease, a party to it that this is for another one.
"""

from exchange.core.leases.contract import Lease
from exchange.core.state import Parties, State
from exchange.language.limits import TEXT_MAX_CHARS
from exchange.language.rejects import Code, Reject


def lease_to_deliver(state: State, number: int, account_id: str) -> Lease | Reject:
    """A lease that is in use, for the account that delivers it."""
    parties = _parties(state, number, account_id)
    if isinstance(parties, Reject):
        return parties
    if parties.deliverer != account_id:
        return Reject(Code.ROLE_MISSING, "lease_id", f"only the provider of lease-{number} can do this")
    return _in_use(state, number)


def lease_in_hand(state: State, number: int, account_id: str) -> Lease | Reject:
    """A lease that is in use, for its buyer."""
    reject = check_buyer(state, number, account_id)
    return _in_use(state, number) if reject is None else reject


def check_buyer(state: State, number: int, account_id: str) -> Reject | None:
    """Why an account cannot act as the buyer of a lease."""
    parties = _parties(state, number, account_id)
    if isinstance(parties, Reject):
        return parties
    if parties.buyer != account_id:
        return Reject(Code.ROLE_MISSING, "lease_id", f"only the buyer of lease-{number} can do this")
    return None


def check_reason(reason: str) -> Reject | None:
    """What is wrong with a reason that somebody gives."""
    if 0 < len(reason) <= TEXT_MAX_CHARS:
        return None
    return Reject(Code.BAD_VALUE, "reason", f"say why, in at most {TEXT_MAX_CHARS} characters")


def known_lease(state: State, number: int) -> bool:
    """Whether there has ever been a lease of that number."""
    return 1 <= number <= len(state.lease_parties)


def _parties(state: State, number: int, account_id: str) -> Parties | Reject:
    if known_lease(state, number):
        parties = state.lease_parties[number - 1]
        if account_id in (parties.buyer, parties.provider, parties.deliverer):
            return parties
    return Reject(Code.UNKNOWN_LEASE, "lease_id", f"{account_id} has no lease-{number}")


def _in_use(state: State, number: int) -> Lease | Reject:
    lease = state.leases.get(number)
    if lease is None or not lease.in_use:
        return Reject(Code.LEASE_OVER, "lease_id", f"lease-{number} is over")
    return lease
