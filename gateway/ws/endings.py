"""Why a server closes a socket: the close codes of RFC 6455 and its registry, as they are used here."""

from typing import Final, NamedTuple


class Ending(NamedTuple):
    """A close code and the reason. `at_once`: with nothing more sent, for who may not hear any more."""

    code: int
    reason: str
    at_once: bool = False


GONE_AWAY: Final = 1001
POLICY: Final = 1008
BROKEN: Final = 1011
RESTARTING: Final = 1012
TRY_AGAIN: Final = 1013
