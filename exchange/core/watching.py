"""Watches over accounts: a dead man, wound up again and again in the market's own time, and sessions that are armed.

Whichever of them finds that nobody is there takes back all open orders of the account, in every market and whatever
its state, as cancels always are; leases go on. A dead man that has fired is off until it is set again, and orders that
come later stay. At its instant it comes before everything else, so that nothing trades in what it takes back.

Winding up moves a deadline, not its appointment: one that comes too early is made again, and a second one is made only
for a deadline before all that there are. So there is at most one of an account for each second, whatever it sends.
"""

from exchange.core.agenda import Due
from exchange.core.clearing import finish_ask, finish_bid
from exchange.core.risk import check_account
from exchange.core.state import DeadMan, State
from exchange.language import events
from exchange.language.commands_sessions import ArmSession, EndSession, SetDeadMan
from exchange.language.events_sessions import DeadManFired, DeadManSet, SessionArmed, SessionEnded
from exchange.language.instants import format_duration
from exchange.language.limits import ARMED_SESSIONS_MAX, DEAD_MAN_MAX_S, SLUG_MAX_CHARS
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject


def set_dead_man(state: State, command: SetDeadMan) -> Outcome | Reject:
    """An account is there, and says how soon it must be heard of again."""
    account_id = command.account_id
    if (reject := check_account(state, account_id)) is not None:
        return reject
    if not 0 <= command.seconds <= DEAD_MAN_MAX_S:
        most = format_duration(DEAD_MAN_MAX_S)
        return Reject(Code.DURATION_OUT_OF_RANGE, "seconds", f"0 for never, or at most {DEAD_MAN_MAX_S} ({most})")
    # ---- no return ----
    if command.seconds:
        dead_man = state.dead_men.get(account_id)
        if dead_man is None:
            state.dead_man_accounts.append(account_id)
            dead_man = state.dead_men[account_id] = DeadMan(number=len(state.dead_man_accounts))
        dead_man.deadline_s = state.now_s + command.seconds
        _appoint(state, dead_man)
        state.emit(DeadManSet(account_id=account_id, until_s=dead_man.deadline_s))
    else:
        if account_id in state.dead_men:
            state.dead_men[account_id].deadline_s = 0
        state.emit(DeadManSet(account_id=account_id, until_s=None))
    return Outcome(state.seq)


def ring(state: State, number: int) -> None:
    """A dead man's appointment has come: he fires, or, having been wound up since, is appointed again."""
    account_id = state.dead_man_accounts[number - 1]
    dead_man = state.dead_men[account_id]
    at_s = dead_man.appointed.pop()
    assert at_s == state.now_s, (at_s, state.now_s)
    if not dead_man.deadline_s:
        return
    assert dead_man.deadline_s >= at_s, (dead_man.deadline_s, at_s)
    if dead_man.deadline_s > at_s:
        _appoint(state, dead_man)
        return
    dead_man.deadline_s = 0
    _cancel_everything(state, account_id, events.BY_DEAD_MAN)
    state.emit(DeadManFired(account_id=account_id))


def arm_session(state: State, command: ArmSession) -> Outcome | Reject:
    """An account wants its orders to end with one of its sessions, or no longer."""
    account_id, session_id = command.account_id, command.session_id
    if (reject := check_account(state, account_id)) is not None:
        return reject
    if not 0 < len(session_id) <= SLUG_MAX_CHARS or state.armed.get(session_id, account_id) != account_id:
        return Reject(Code.BAD_VALUE, "session_id", "a session of the account's own, by a short name")
    if command.armed == (session_id in state.armed):
        return Outcome(state.seq)
    if command.armed and list(state.armed.values()).count(account_id) >= ARMED_SESSIONS_MAX:
        return Reject(Code.BAD_VALUE, "enabled", f"at most {ARMED_SESSIONS_MAX} sessions of an account at a time")
    # ---- no return ----
    if command.armed:
        state.armed[session_id] = account_id
    else:
        del state.armed[session_id]
    state.emit(SessionArmed(session_id=session_id, account_id=account_id, armed=command.armed))
    return Outcome(state.seq)


def end_session(state: State, command: EndSession) -> Outcome:
    """A session is over."""
    account_id = state.armed.pop(command.session_id, None)
    if account_id is not None:
        _cancel_everything(state, account_id, events.BY_DISCONNECT)
        state.emit(SessionEnded(session_id=command.session_id, account_id=account_id))
    return Outcome(state.seq)


def _appoint(state: State, dead_man: DeadMan) -> None:
    if not dead_man.appointed or dead_man.deadline_s < dead_man.appointed[-1]:
        dead_man.appointed.append(dead_man.deadline_s)
        state.agenda.add(dead_man.deadline_s, Due.DEAD_MAN, dead_man.number)


def _cancel_everything(state: State, account_id: str, reason: str) -> None:
    """Take back all open orders of an account, bids first, each kind by number."""
    for bid in list(state.bids_of.get(account_id, {}).values()):
        finish_bid(state, bid, events.CANCELED, reason)
    for ask in list(state.asks_of.get(account_id, {}).values()):
        if ask.state == events.RESTING:
            finish_ask(state, ask, events.CANCELED, reason)
