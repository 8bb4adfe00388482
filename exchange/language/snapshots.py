"""Snapshots as a port: the state and the views after some command, so that a start need not replay everything.

A snapshot is a saving of time and never the truth: any of them may be deleted, and one that is damaged is named and
passed over. Parts are opaque bytes in order. What stands behind the port raises the errors of the journal's.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Protocol

from msgspec import Struct

from exchange.language.journal import JournalError


class SnapshotHead(Struct, frozen=True):
    """What a snapshot is of, and whether this release can read it."""

    seq: int  # the last command that went into it
    link: bytes  # of the journal's row that ended there
    rules_version: int
    layout: str  # the hash of the types it is made of: another release with other types passes it over
    digest: str  # of the state, as `core.digest` has it
    parts: int = 0  # filled in by who keeps it
    size_bytes: int = 0  # filled in by who keeps it


class SnapshotBroken(JournalError):
    """A part is missing or not as it was written."""


class Snapshots(Protocol):
    """Where snapshots are kept, beside the journal."""

    async def heads(self) -> list[SnapshotHead]:
        """Those that were kept whole, newest first."""

    def parts(self, seq: int) -> AsyncIterator[bytes]:
        """The parts of one, in order, each checked by its hash; SnapshotBroken names the first that is wrong."""

    async def keep(self, head: SnapshotHead, parts: Iterable[bytes]) -> SnapshotHead:
        """Keep one, whole or not at all. The same seq again replaces it."""

    async def thin(self, kept: int, until_seq: int | None = None) -> int:
        """Drop all but the newest `kept`, of those up to `until_seq` where that is given; how many went."""
