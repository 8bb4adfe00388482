"""The wire as types, continued: what operators are told of open streams and of the books."""

from msgspec import Struct

from gateway.schema import Instant


class SessionOut(Struct, frozen=True, kw_only=True):
    """One open stream. `account_id` and `key_id` are null while nobody is logged in.

    `since` and `heard_at` are by the market's clock: when it was opened, and when its last frame came. `in_flight` are
    requests that are under way, `outbox_bytes` is what waits for the peer to take it. All open orders of the account
    are canceled when a stream with `cancel_on_disconnect` ends, and at `dead_man_until`, unless that is wound up again.
    """

    session_id: str
    account_id: str | None
    key_id: str | None
    address: str | None
    since: Instant
    heard_at: Instant
    in_flight: int
    outbox_bytes: int
    channels: tuple[str, ...]
    cancel_on_disconnect: bool
    dead_man_until: Instant | None


class Sessions(Struct, frozen=True, kw_only=True):
    items: tuple[SessionOut, ...]
    cursor: str | None


class AuditOut(Struct, frozen=True, kw_only=True):
    """A full check of the books; `violations` is empty or the market is broken."""

    seq: int
    now: Instant
    digest: str
    accounts: int
    open_bids: int
    open_asks: int
    open_leases: int
    violations: tuple[str, ...]
