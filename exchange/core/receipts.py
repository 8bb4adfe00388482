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

Keyed = Deposit | Withdraw | ReleaseLease | ContestPeriod | CancelLease | RuleContest
KEYED = (Deposit, Withdraw, ReleaseLease, ContestPeriod, CancelLease, RuleContest)


def known(state: State, command: Command) -> Outcome | Reject | None:
    """What a request was answered when it came first; None for one that is new or has no key."""
    if type(command) not in KEYED:  # most commands; to ask isinstance six times would take a microsecond
        return None
    assert isinstance(command, KEYED)
    if (found := state.answers.get(_key_of(command))) is None:
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
    if type(command) not in KEYED:
        return
    assert isinstance(command, KEYED)
    if command.idempotency_key:
        state.answers.setdefault(_key_of(command), Answered(outcome.seq, outcome.subject, fingerprint(command)))


def _key_of(command: Keyed) -> tuple[str, str]:
    """Whose key a request has, and which: an operator's, or of the account that acts for itself."""
    match command:
        case CancelLease() | RuleContest():
            caller = command.operator_id
        case Deposit() | Withdraw():
            caller = command.operator_id or command.account_id
        case ReleaseLease() | ContestPeriod():
            caller = command.account_id
    return caller, command.idempotency_key
