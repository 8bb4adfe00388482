"""Requests that are the same request: an idempotency key is its caller's for ever, and stands for one content.

The same key with the same content is answered as it was the first time, and nothing happens; with other content it is
refused. A request that was refused has left nothing behind, so its key is free. Orders have their client_order_id.
"""

from typing import Final, get_args

from msgspec.structs import replace

from exchange.core.state import Answered, State
from exchange.language import codec
from exchange.language.commands import (
    CancelLease,
    Command,
    ContestPeriod,
    DefineProgramme,
    Deposit,
    MeterLease,
    OpenAccount,
    Propose,
    RegisterKey,
    RelateGroups,
    ReleaseLease,
    RevokeKey,
    RuleContest,
    SetMarketState,
    StartLease,
    Withdraw,
)
from exchange.language.commands_operator import (
    BlockAccount,
    CancelOrders,
    ConfirmProposal,
    PauseProgramme,
    RejectProposal,
    SetBand,
    UnblockAccount,
)
from exchange.language.events import AnswerKept
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject

Operators = CancelLease | RuleContest | OpenAccount | RegisterKey | SetMarketState | DefineProgramme | RelateGroups
Brakes = BlockAccount | UnblockAccount | CancelOrders | SetBand | PauseProgramme | RevokeKey
Words = ConfirmProposal | RejectProposal
Parties = ReleaseLease | ContestPeriod | StartLease | MeterLease
Keyed = Deposit | Withdraw | Operators | Brakes | Words | Parties
KEYED: Final = get_args(Keyed)
_KINDS: Final = frozenset(KEYED)


def known(state: State, command: Command) -> Outcome | Reject | None:
    """What a request was answered when it came first; None for one that is new or has no key."""
    if isinstance(command, Propose):
        command = command.action  # it is the same request, whether it waits or not
    if type(command) not in _KINDS:  # most commands; to ask isinstance so many times would take microseconds
        return None
    assert isinstance(command, Keyed)
    if (found := state.answers.get(_key_of(command))) is None:
        return None
    if found.fingerprint == _fingerprint(command):
        return Outcome(found.seq, subject=found.subject, repeated=True)
    if isinstance(command, Deposit | Withdraw) and command.account_id not in state.participants:
        return None  # whom it is for is looked at before its key
    return Reject(
        Code.IDEMPOTENCY_KEY_REUSED, "idempotency_key", "a request of other content has it; take a new one for this"
    )


def remember(state: State, command: Command, outcome: Outcome) -> None:
    """Keep what a request has been answered, if it has a key."""
    if isinstance(command, Propose):
        command = command.action
    if type(command) not in _KINDS:
        return
    assert isinstance(command, Keyed)
    if not command.idempotency_key or outcome.seq != state.seq:
        return  # nobody will ask, or it was answered before
    state.answers[_key_of(command)] = Answered(outcome.seq, outcome.subject, _fingerprint(command))
    match command:  # money, and leases that have turned, are remembered whether there is a key or not
        case OpenAccount():
            state.emit(AnswerKept(account_id=command.account_id))
        case StartLease() | MeterLease() | CancelLease():
            state.emit(AnswerKept(lease_id=command.lease_id))
        case DefineProgramme():
            state.emit(AnswerKept(programme=command.programme))
        case SetMarketState(region=str(region), chip=str(chip)):
            state.emit(AnswerKept(market=(region, chip)))


def _key_of(command: Keyed) -> tuple[str, str]:
    """Whose key a request has, and which: an operator's, or of the account that acts for itself."""
    match command:
        case Deposit() | Withdraw():
            caller = command.operator_id or command.account_id
        case ReleaseLease() | ContestPeriod() | StartLease() | MeterLease():
            caller = command.account_id
        case _:
            caller = command.operator_id
    return caller, command.idempotency_key


def _fingerprint(command: Keyed) -> bytes:
    """Equal for equal requests: the same access data look otherwise each time that they are sealed."""
    return codec.fingerprint(replace(command, sealed_access=b"") if isinstance(command, StartLease) else command)
