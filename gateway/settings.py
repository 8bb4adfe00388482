"""What the edge can be told before it starts. The command line and the environment fill it in, nobody else."""

from pathlib import Path

from msgspec import Struct


class Settings(Struct, frozen=True, kw_only=True):
    """Where to listen, where to keep things, and how patient to be with a socket."""

    host: str = "127.0.0.1"
    port: int = 8080
    data_dir: Path = Path("leasebook-data")
    database_url: str | None = None
    sandbox: bool = False
    speed: float = 1.0
    take_over: bool = False  # shut out a server that has the database open
    snapshot_every: int = 100_000  # commands; 0 for never
    access_key: str | None = None  # seals access data; the data directory's `access.key` when not given

    heartbeat_s: float = 15.0
    in_flight_max: int = 256  # requests of one socket that wait for the market
    outbox_max_bytes: int = 1024 * 1024  # that wait for one socket to take them
    channels_max: int = 64  # that one socket may have open
    bad_frames_max: int = 10  # in a row, before the socket is closed
    close_patience_s: float = 1.0  # for each step of ending a socket; a shutdown takes at most three
