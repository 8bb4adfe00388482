"""The wire as types, continued: what operators are told of open streams and of the books."""

from msgspec import Struct

from gateway.schema import Instant


class SessionOut(Struct, frozen=True, kw_only=True):
    """One open stream. `account_id` and `key_id` are null while nobody is logged in.

    `since`, `heard_at` and `dead_man_until` are by the market's clock: when it was opened, when its last frame came,
    and when all open orders of the account are canceled unless that is wound up again; they are, too, when a stream
    with `cancel_on_disconnect` ends. `silent_s` are whole seconds of everybody's clock since that last frame, however
    fast the market's own clock goes. `in_flight` are requests that are under way, `outbox_bytes` is what waits for the
    peer to take it.
    """

    session_id: str
    account_id: str | None
    key_id: str | None
    address: str | None
    since: Instant
    heard_at: Instant
    silent_s: int
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
