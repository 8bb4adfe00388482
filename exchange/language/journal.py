"""The journal as a port: where commands become durable before anybody is told of them.

Contract: rows are dense (each begins where the one before ended, the first at seq 1), never change and never go away;
one server at a time may append; payloads are opaque bytes. Whatever stands behind the port (PostgreSQL today) raises
the errors named here and no others, each saying what the operator should do next. After an error from `append` the
process must stop: the outcome may be unknown.
"""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec


class JournalRow(msgspec.Struct, frozen=True, gc=False):
    """One durable batch: the commands `first_seq` to `last_seq`, both included, in one payload."""

    first_seq: int
    last_seq: int
    rules_version: int  # of the rules that were in force when the batch was written
    payload: bytes  # the codec's encoding of the batch's commands, opaque here


class DigestMark(msgspec.Struct, frozen=True):
    """What the whole state hashed to after `seq`; replay must come to the same."""

    seq: int
    digest: str  # hexadecimal


class Journal(Protocol):
    """An append-only log with one writer."""

    async def append(self, first_seq: int, count: int, payload: bytes) -> None:
        """Write one batch of `count` commands; it is durable when this returns.

        Raises JournalError, after which the caller must stop the process. Never retries: a lost answer leaves the
        outcome unknown.
        """

    def rows(self, after_seq: int = 0) -> AsyncIterator[JournalRow]:
        """Every row that holds a command later than `after_seq`, in order, checked to be dense.

        The first row may begin at or before `after_seq`. Raises JournalBroken at a gap, and when the journal ends
        before `after_seq`.
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
    """A gap, a disorder or two digests for one state."""


class MigrationMismatch(JournalError):
    """The database was not made by the migrations that came with this release."""
