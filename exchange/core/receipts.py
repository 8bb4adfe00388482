"""Requests that are the same request: an idempotency key is its caller's for ever, and stands for one content.

The same key with the same content is answered as it was the first time, and nothing happens; with other content it is
refused. A request that was refused has left nothing behind, so its key is free. Orders have their client_order_id.
"""

from exchange.core.state import Answered, State
from exchange.language.codec import fingerprint
from exchange.language.commands import (
    CancelLease,
    Command,
    ContestPeriod,
    Deposit,
    ReleaseLease,
    RuleContest,
    Withdraw,
)
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject

KEYED = (Deposit, Withdraw, ReleaseLease, ContestPeriod, CancelLease, RuleContest)


def known(state: State, command: Command) -> Outcome | Reject | None:
    """What a request was answered when it came first; None for one that is new or has no key."""
    key = _key_of(command)
    found = None if key is None else state.answers.get(key)
    if found is None:
        return None
    if found.fingerprint == fingerprint(command):
        return Outcome(found.seq, subject=found.subject, repeated=True)
    if isinstance(command, Deposit | Withdraw) and command.account_id not in state.participants:
        return None  # whom it is for is looked at before its key
    return Reject(
        Code.IDEMPOTENCY_KEY_REUSED, "idempotency_key", "a request of other content has it; take a new one for this"
    )


def remember(state: State, command: Command, outcome: Outcome) -> None:
    """Keep what a request has been answered, if it has a key."""
    key = _key_of(command)
    if key is not None:
        state.answers.setdefault(key, Answered(outcome.seq, outcome.subject, fingerprint(command)))


def _key_of(command: Command) -> tuple[str, str] | None:
    """Whose key a request has, and which: an operator's, or of the account that acts for itself."""
    if not isinstance(command, KEYED) or not command.idempotency_key:
        return None
    match command:
        case CancelLease() | RuleContest():
            caller = command.operator_id
        case Deposit() | Withdraw():
            caller = command.operator_id or command.account_id
        case ReleaseLease() | ContestPeriod():
            caller = command.account_id
    return caller, command.idempotency_key
