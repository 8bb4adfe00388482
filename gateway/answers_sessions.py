"""The wire as types, continued: what a stream is answered that has orders taken back when nobody is heard of."""

from gateway.answers import Answer
from gateway.schema import Instant


class CancelOnDisconnect(Answer, frozen=True, kw_only=True):
    """Whether all open orders of the account are canceled when this socket goes, other than by a logout."""

    enabled: bool


class DeadManSet(Answer, frozen=True, kw_only=True):
    """When all open orders of the account will be canceled, as it stands at this answer; null for never."""

    seconds: int
    until: Instant | None
