"""What has happened, continued: to the watches that take an account's orders back when nobody is heard of any more."""

from exchange.language.happening import Happening
from exchange.language.units import Seconds


class DeadManSet(Happening, frozen=True, kw_only=True):
    """When all open orders of an account will be canceled; None: they will not."""

    account_id: str
    until_s: Seconds | None


class DeadManFired(Happening, frozen=True, kw_only=True):
    """All open orders of an account are canceled, and no others will be until it is set again."""

    account_id: str


class SessionArmed(Happening, frozen=True, kw_only=True):
    """Whether the end of a session will cancel all open orders of an account."""

    session_id: str
    account_id: str
    armed: bool


class SessionEnded(Happening, frozen=True, kw_only=True):
    """An armed session has ended: all open orders of its account are canceled."""

    session_id: str
    account_id: str
