"""What a market's upkeep comes to: snapshots, rebuilt statements, backups and checks, as they are reported."""

from msgspec import Struct


class Report(Struct, frozen=True, kw_only=True):
    """The base of reports. `digest` is that of the state, `link` the journal's at its end, both hexadecimal."""

    seq: int  # the last command that it is about
    seconds: float


class SnapshotTaken(Report, frozen=True, kw_only=True):
    """The newest snapshot, and whether it is new; seq 0 when there is nothing to keep yet."""

    new: bool
    replayed: int  # commands since the one before
    parts: int
    size_bytes: int
    digest: str
    warnings: tuple[str, ...]


class Rebuilt(Report, frozen=True, kw_only=True):
    """Statements and a snapshot, made of the journal up to its end, as the last digest kept and others prove."""

    checked_marks: int
    digest: str


class Archived(Report, frozen=True, kw_only=True):
    """A journal that has been written to a file, or read from one."""

    path: str
    sandbox: bool
    rows: int
    marks: int
    link: str
    size_bytes: int


class Restored(Struct, frozen=True, kw_only=True):
    """A backup that is a market again."""

    backup: Archived
    rebuilt: Rebuilt


class Verdict(Report, frozen=True, kw_only=True):
    """What a full check found; all is well when there are no differences."""

    digest: str
    link: str
    rows: int  # of the journal
    audit_entries: int  # what operators did, by the journal
    checked_marks: int
    checked_snapshots: int
    statements_seq: int  # how far the statements go
    tables: dict[str, int]  # rows that were compared, by table
    differences: tuple[str, ...]
