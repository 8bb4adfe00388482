"""Who is watched: accounts that have set their dead man, and sessions whose end takes an account's orders back."""

from exchange.language.events_sessions import DeadManFired, DeadManSet, SessionArmed, SessionEnded
from exchange.language.units import Seconds


class Watch:
    """What is set and armed now."""

    def __init__(self) -> None:
        self.until_s: dict[str, Seconds] = {}  # by account
        self.armed: dict[str, str] = {}  # session -> account

    def dead_man_set(self, event: DeadManSet) -> None:
        """An account must be heard of by another time, or need not be any more."""
        if event.until_s is None:
            self.until_s.pop(event.account_id, None)
        else:
            self.until_s[event.account_id] = event.until_s

    def dead_man_fired(self, event: DeadManFired) -> None:
        """An account has not been heard of."""
        del self.until_s[event.account_id]

    def session_armed(self, event: SessionArmed) -> None:
        """A session's end means something, or no longer."""
        if event.armed:
            self.armed[event.session_id] = event.account_id
        else:
            del self.armed[event.session_id]

    def session_ended(self, event: SessionEnded) -> None:
        """An armed session is over."""
        del self.armed[event.session_id]
