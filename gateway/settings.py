"""What the edge can be told before it starts. The command line and the environment fill it in, nobody else."""

from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Final

from msgspec import Struct, convert, structs


class Limits(Struct, frozen=True, kw_only=True):
    """How much one may ask, and how long the edge waits; all of them more than 0. `--limit` sets any by its name."""

    connections_max: int = 8192
    connections_per_address_max: int = 4096
    sockets_per_account_max: int = 64

    heartbeat_s: float = 15.0
    in_flight_max: int = 256  # requests of one socket that wait for the market
    outbox_max_bytes: int = 1024 * 1024  # that wait for one socket to take them
    channels_max: int = 64  # that one socket may have open
    bad_frames_max: int = 10  # in a row, before the socket is closed
    rate_limited_max: int = 100  # likewise, for requests that were too many
    sweep_s: float = 0.25  # between two looks at the keys of open sockets
    close_patience_s: float = 1.0  # for each step of ending a socket; a shutdown takes at most three

    head_s: float = 20.0  # for a whole head of a request, from the connection's opening or the answer before
    body_s: float = 10.0  # for a whole body
    stall_s: float = 20.0  # for a peer to take 64 KiB of what waits for it, or all of it

    signed_window_ms: int = 5000  # for which a signature is good
    signed_ahead_ms: int = 1000  # that a signer's clock may be ahead of the machine's

    read_per_s: int = 200  # of one account; see `costs`
    trade_per_s: int = 500
    cancel_per_s: int = 1000
    anonymous_per_s: int = 100  # of one address, for calls without a key
    burst_s: int = 4  # a bucket holds what flows into it in so long

    shed_waiting: int = 4096  # commands that wait for the market, before what can wait is sent away
    shed_lag_ms: int = 500  # likewise, that the event loop is late


class Settings(Limits, frozen=True, kw_only=True):
    """Where to listen, where to keep things, and the limits."""

    host: str = "127.0.0.1"
    port: int = 8080
    trusted_proxies: tuple[str, ...] = ()  # addresses and networks whose X-Forwarded-For is believed
    data_dir: Path = Path("leasebook-data")
    database_url: str | None = None
    sandbox: bool = False
    speed: float = 1.0
    take_over: bool = False  # shut out a server that has the database open
    snapshot_every: int = 100_000  # commands; 0 for never
    log_requests: bool = False  # every one, with its commands; else what operators do, and what goes wrong
    access_key: str | None = None  # seals access data; the data directory's `access.key` when not given


_KINDS: Final[Mapping[str, type]] = {field.name: field.type for field in structs.fields(Limits)}


def limit_of(text: str) -> tuple[str, float]:
    """A limit's name and value from "name=value"; ValueError says what is wrong."""
    name, _, value = text.strip().partition("=")
    if name not in _KINDS:
        raise ValueError(f"{name!r} is no limit; there are {', '.join(sorted(_KINDS))}")
    try:
        number: float = convert(value.strip(), _KINDS[name], strict=False)
    except ValueError:
        number = 0
    if not 0 < number < inf:
        whole = "a whole number" if _KINDS[name] is int else "a number"
        raise ValueError(f"{name} must be {whole} above 0, not {value!r}")
    return name, number
