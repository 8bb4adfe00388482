"""The wire as types, continued: how much an account may ask, and what every call costs."""

from msgspec import Struct

from gateway.schema import Duration


class Bucket(Struct, frozen=True, kw_only=True):
    """Holds `quota` units, which flow into it within `window`; `remaining` are in it now."""

    bucket: str
    quota: int
    window: Duration
    remaining: int


class Cost(Struct, frozen=True, kw_only=True):
    """What a call takes out of a bucket: `cost` units, and for larger requests `more`, in words. Null for nothing."""

    call: str
    bucket: str | None
    cost: int
    more: str


class Limits(Struct, frozen=True, kw_only=True):
    """How much the account may ask. Calls without a key are charged to their address, whatever their bucket."""

    buckets: tuple[Bucket, ...]
    costs: tuple[Cost, ...]
    sockets: int
    sockets_max: int
    channels_max: int
    in_flight_max: int
    frame_max_bytes: int
