"""What may be asked of the market, continued: to take an account's orders back when nobody is heard of any more.

Both watches are of the account as a whole: whichever of its programs falls silent, all its open orders are canceled.
"""

from exchange.language.request import Request
from exchange.language.units import Seconds


class SetDeadMan(Request, frozen=True, kw_only=True):
    """Cancel all open orders of an account so many seconds from now, unless it is said again by then; 0 is never."""

    account_id: str
    seconds: Seconds


class ArmSession(Request, frozen=True, kw_only=True):
    """Whether all open orders of an account are canceled when one of its sessions ends."""

    account_id: str
    session_id: str
    armed: bool = True


class EndSession(Request, frozen=True, kw_only=True):
    """A session has ended, for whatever reason; of one that is not armed nothing comes."""

    session_id: str
