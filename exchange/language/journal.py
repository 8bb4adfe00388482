"""The journal as a port: where commands become durable before anybody is told of them.

Contract: rows are dense (each begins where the one before ended, the first at seq 1), linked by a chain of hashes,
never change and never go away; one server at a time may append; payloads are opaque bytes. Whatever stands behind the
port (PostgreSQL today) raises the errors named here and no others, each saying what the operator should do next. After
an error from `append` the process must stop: the outcome may be unknown.
"""

from collections.abc import AsyncIterator
from hashlib import sha256
from struct import Struct as Packing
from typing import Final, Protocol

import msgspec

GENESIS: Final = bytes(32)  # the link before the first row
_NUMBERS: Final = Packing(">qqqi")


class JournalRow(msgspec.Struct, frozen=True, gc=False):
    """One durable batch: the commands `first_seq` to `last_seq`, both included, in one payload."""

    first_seq: int
    last_seq: int
    epoch: int  # of the server that wrote it
    rules_version: int  # of the rules that were in force when the batch was written
    payload: bytes  # the codec's encoding of the batch's commands, opaque here
    link: bytes  # the hash of all this and of the link before


def link(before: bytes, first_seq: int, last_seq: int, epoch: int, rules_version: int, payload: bytes) -> bytes:
    """A row's link: SHA-256 over the link before, its numbers (big-endian, 8, 8, 8 and 4 bytes) and its payload."""
    return sha256(b"".join((before, _NUMBERS.pack(first_seq, last_seq, epoch, rules_version), payload))).digest()


class Follower:
    """Reads rows one after the other and proves that each follows the one before; JournalBroken where one does not."""

    def __init__(self, reached_seq: int = 0, reached_link: bytes | None = GENESIS) -> None:
        self.seq = reached_seq
        self.link = reached_link  # None while unknown: the first row is then taken at its word

    def take(self, row: JournalRow) -> None:
        """Go on to the next row."""
        # Only a reader that does not know its link may begin within a row.
        first = self.seq + 1 if self.link is not None or row.first_seq > self.seq + 1 else row.first_seq
        if row.first_seq != first or row.last_seq < self.seq + 1:
            raise JournalBroken(
                f"The journal goes from seq {self.seq} to a row of {row.first_seq} to {row.last_seq}. "
                "Commands are missing or out of order: restore the database from a backup."
            )
        if self.link is not None:
            known = link(self.link, row.first_seq, row.last_seq, row.epoch, row.rules_version, row.payload)
            if row.link != known:
                raise JournalBroken(
                    f"The row of seq {row.first_seq} to {row.last_seq} is not as it was written: its link does not "
                    "follow from it and the row before. Restore the database from a backup."
                )
        self.seq, self.link = row.last_seq, row.link


class DigestMark(msgspec.Struct, frozen=True):
    """What the whole state hashed to after `seq`; replay must come to the same."""

    seq: int
    digest: str  # hexadecimal


class Journal(Protocol):
    """An append-only log with one writer."""

    async def append(self, first_seq: int, count: int, payload: bytes) -> bytes:
        """Write one batch of `count` commands; it is durable when this returns the link of its row.

        Raises JournalError, after which the caller must stop the process. Never retries: a lost answer leaves the
        outcome unknown.
        """

    def rows(self, after_seq: int = 0, after_link: bytes | None = None) -> AsyncIterator[JournalRow]:
        """Every row that holds a command later than `after_seq`, in order, checked to be dense and linked.

        With `after_link`, the link of the row that ended at `after_seq`, the first row must follow from it; from the
        beginning, it must follow from GENESIS. Else the first row may begin at or before `after_seq`, and is taken at
        its word. Raises JournalBroken at a gap or a wrong link, and when the journal ends before `after_seq`.
        """

    async def last_seq(self) -> int:
        """The seq of the last durable command; 0 when there is none."""

    async def mark_digest(self, mark: DigestMark) -> None:
        """Keep what the state hashed to. Repeating it is harmless; another digest for a seq raises JournalBroken."""

    async def digest_marks(self, after_seq: int = 0) -> list[DigestMark]:
        """The marks later than `after_seq`, by seq."""

    async def close(self) -> None:
        """Let go of the journal, so that another server may open it. May be called twice."""


class JournalError(Exception):
    """The journal cannot do what was asked; the message says what the operator should do next."""


class DatabaseUnavailable(JournalError):
    """There is no database to work with: it cannot be started or reached."""


class JournalBusy(JournalError):
    """Another server holds this journal."""


class WrongMode(JournalError):
    """A sandbox's journal was opened as a live one, or a live one as a sandbox."""


class Fenced(JournalError):
    """Another server has taken the journal over; nothing was written."""


class JournalBroken(JournalError):
    """A gap, a disorder, damage, two digests for one state, or a command that cannot be carried out again."""


class MigrationMismatch(JournalError):
    """The database was not made by the migrations that came with this release."""
