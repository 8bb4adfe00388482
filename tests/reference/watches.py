"""Who must be heard of by when, and which sessions take all orders of their account with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.language import limits
from exchange.language.commands_sessions import ArmSession, EndSession, SetDeadMan
from exchange.language.rejects import Code
from tests.reference.records import Verdict

if TYPE_CHECKING:
    from tests.reference.market import Market


def set_dead_man(market: Market, command: SetDeadMan) -> Verdict:
    if command.account_id not in market.accounts:
        return Verdict(Code.UNKNOWN_ACCOUNT)
    if command.seconds not in range(limits.DEAD_MAN_MAX_S + 1):
        return Verdict(Code.DURATION_OUT_OF_RANGE)
    if command.account_id in market.deadlines:
        market.mark("a dead man set again in time" if command.seconds else "a dead man set off")
    market.deadlines.pop(command.account_id, None)
    if command.seconds:
        market.deadlines[command.account_id] = market.now + command.seconds
    return Verdict()


def fire(market: Market) -> None:
    """Whoever has not been heard of by now has no orders any more."""
    for account_id, deadline in list(market.deadlines.items()):
        if deadline <= market.now:
            del market.deadlines[account_id]
            take_back(market, account_id, "dead_man")


def arm_session(market: Market, command: ArmSession) -> Verdict:
    if command.account_id not in market.accounts:
        return Verdict(Code.UNKNOWN_ACCOUNT)
    owner = market.armed.get(command.session_id)
    if not 1 <= len(command.session_id) <= limits.SLUG_MAX_CHARS or owner not in {None, command.account_id}:
        return Verdict(Code.BAD_VALUE)
    if not command.armed:
        market.armed.pop(command.session_id, None)
        return Verdict()
    own = [session for session, account in market.armed.items() if account == command.account_id]
    if command.session_id not in own and len(own) == limits.ARMED_SESSIONS_MAX:
        return Verdict(Code.BAD_VALUE)
    market.armed[command.session_id] = command.account_id
    return Verdict()


def end_session(market: Market, command: EndSession) -> Verdict:
    if command.session_id in market.armed:
        take_back(market, market.armed.pop(command.session_id), "disconnect")
    else:
        market.mark("a session ended that was not armed")
    return Verdict()


def take_back(market: Market, account_id: str, reason: str) -> None:
    """Cancel all that an account has open."""
    bids = [bid for bid in market.bids.values() if bid.command.account_id == account_id and bid.state == "resting"]
    asks = [ask for ask in market.asks.values() if ask.command.account_id == account_id and ask.state == "resting"]
    for bid in bids:
        market.close_bid(bid, "canceled", reason)
    for ask in asks:
        market.close_ask(ask, "canceled", reason)
    market.mark(f"{'several' if len(bids) + len(asks) > 1 else 'few'} orders taken back by {reason}")
