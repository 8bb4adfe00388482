"""A backup: the journal in one file, written while the market trades, and put back into an empty database.

The file is a line that says what it is, then records: one byte for its kind, four for its length (big-endian), and that
many of MessagePack. A header, every row with its link, every digest mark, and a trailer that closes it with counts and
a hash of all before. It appears under its name when it is whole and on disk, and never in place of another file. Keys
are not in it, but hashes of keys and sealed access data are: it is for the operator alone.
"""

import errno
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from struct import Struct as Packing
from typing import BinaryIO, Final, TypeVar

import msgspec

from exchange.core.state_machine import REPLAYABLE, RULES_VERSION
from exchange.language.journal import DigestMark, Follower, JournalBroken, JournalError, JournalRow
from exchange.language.upkeep import Archived
from exchange.store.reading import JournalReader
from exchange.store.restoring import restore_journal

MAGIC: Final = b"Leasebook backup 1\n"

_HEADER, _ROW, _MARK, _TRAILER = b"H", b"R", b"M", b"T"
_FRAME: Final = Packing(">cI")
_NO_LINKS: Final = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_RECORD_BYTES: Final = 1 << 30  # a longer one is damage
_encode: Final = msgspec.msgpack.encode

T = TypeVar("T", bound=msgspec.Struct)


class BackupBroken(JournalError):
    """The file is no backup, or not as it was written."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What the backup is of."""

    sandbox: bool
    rules_version: int
    made_s: int  # real seconds since the epoch


class Trailer(msgspec.Struct, frozen=True, kw_only=True):
    """How it ends."""

    rows: int
    marks: int
    last_seq: int
    link: bytes
    sha256: bytes  # of all before this record


async def back_up(dsn: str, path: Path, progress: Callable[[int], None] | None = None) -> Archived:
    """Write the journal as it is now to a new file; `progress` is given the seq that it has come to.

    Raises JournalError, by name, when the file cannot be made or the journal is damaged; there is no file then.
    """
    _check_new(path)
    began, reader = time.perf_counter(), JournalReader(dsn)
    header = Header(sandbox=await reader.sandbox(), rules_version=RULES_VERSION, made_s=int(time.time()))
    try:
        with _drafting(path) as file:
            trailer = await _write(reader, header, file, progress)
        _sync(path.parent)
    except FileExistsError as failure:
        raise _exists(path) from failure
    except OSError as failure:
        raise JournalError(
            f"{path} cannot be written ({failure.strerror or failure}). Name a place with room that you may write."
        ) from failure
    return _archived(path, header, trailer, began)


def _archived(path: Path, header: Header, trailer: Trailer, began: float) -> Archived:
    return Archived(
        path=str(path),
        sandbox=header.sandbox,
        seq=trailer.last_seq,
        rows=trailer.rows,
        marks=trailer.marks,
        link=trailer.link.hex(),
        size_bytes=path.stat().st_size,
        seconds=time.perf_counter() - began,
    )


def _check_new(path: Path) -> None:
    if path.exists():
        raise _exists(path)


def _exists(path: Path) -> JournalError:
    return JournalError(f"{path} exists already, and a backup is never written over: name another file.")


@contextmanager
def _drafting(path: Path) -> Iterator[BinaryIO]:
    """A file that is given its name at the end of the block, whole and on disk, or is not there if the block fails.

    The draft has a name of its own: two backups to one place do not write into each other's.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")  # of mode 600
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _publish(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _publish(draft: Path, path: Path) -> None:
    """Give a file that is whole its name; FileExistsError when another has it."""
    try:
        path.hardlink_to(draft)
    except OSError as failure:
        if failure.errno not in _NO_LINKS:
            raise
        # A disk that knows no links: the name is taken first, and only then given to the draft.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        draft.replace(path)


async def _write(
    reader: JournalReader, header: Header, file: BinaryIO, progress: Callable[[int], None] | None
) -> Trailer:
    out = _Writer(file)
    out.write(MAGIC)
    out.record(_HEADER, header)
    follower, rows = Follower(), 0
    async for row in reader.rows():
        follower.take(row)
        out.record(_ROW, row)
        rows += 1
        if progress is not None:
            progress(row.last_seq)
    marks = [mark for mark in await reader.digest_marks() if mark.seq <= follower.seq]
    for mark in marks:
        out.record(_MARK, mark)
    assert follower.link is not None
    trailer = Trailer(
        rows=rows, marks=len(marks), last_seq=follower.seq, link=follower.link, sha256=out.hasher.digest()
    )
    out.record(_TRAILER, trailer)
    return trailer


class _Writer:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.hasher = sha256()

    def record(self, kind: bytes, content: msgspec.Struct) -> None:
        body = _encode(content)
        self.write(_FRAME.pack(kind, len(body)) + body)

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.hasher.update(data)


async def restore(dsn: str, path: Path, progress: Callable[[int], None] | None = None) -> Archived:
    """Put a backup into an empty database, all of it or nothing.

    Raises BackupBroken when the file is damaged or cut short, NotEmpty when the database is not, and other errors of
    the journal.
    """
    began = time.perf_counter()
    try:
        with path.open("rb") as file:
            backup = Backup(path, file)
            if backup.header.rules_version not in REPLAYABLE:
                raise JournalError(
                    f"{path} was made under rules version {backup.header.rules_version}, this release keeps "
                    f"{RULES_VERSION}: restore it with the release that made it."
                )
            rows = backup.rows(progress)
            await restore_journal(dsn, sandbox=backup.header.sandbox, rows=rows, marks=backup.marks())
    except OSError as failure:
        raise JournalError(f"{path} cannot be read: {failure.strerror}.") from failure
    assert backup.trailer is not None
    return _archived(path, backup.header, backup.trailer, began)


class Backup:
    """A file that is read from front to back: the header at once, then all rows, then all marks with the trailer."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._hasher = sha256()
        self._follower = Follower()
        self._rows = 0
        self._pending: tuple[bytes, bytes] | None = None  # the record that the rows ended at
        self.trailer: Trailer | None = None
        if self._read(len(MAGIC)) != MAGIC:
            raise BackupBroken(f"{path} is no backup that this release of Leasebook can read.")
        kind, body = self._record()
        if kind != _HEADER:
            raise self._broken("it has no header")
        self.header = self._decoded(body, Header)

    async def rows(self, progress: Callable[[int], None] | None = None) -> AsyncIterator[JournalRow]:
        """Every row, proved to follow from the one before."""
        while (record := self._record())[0] == _ROW:
            row = self._decoded(record[1], JournalRow)
            try:
                self._follower.take(row)
            except JournalBroken as fault:
                raise self._broken(
                    f"the row of seq {row.first_seq} to {row.last_seq} is not as it was written"
                ) from fault
            self._rows += 1
            if progress is not None:
                progress(row.last_seq)
            yield row
        self._pending = record

    async def marks(self) -> AsyncIterator[DigestMark]:
        """Every digest mark, after the rows; then the trailer is checked."""
        assert self._pending is not None
        (kind, body), marks = self._pending, 0
        while kind == _MARK:
            marks += 1
            yield self._decoded(body, DigestMark)
            kind, body = self._record()
        if kind != _TRAILER:
            raise self._broken("it has a record out of place")
        trailer = self._decoded(body, Trailer)
        wanted = (self._rows, marks, self._follower.seq, self._follower.link)
        before_trailer = self._before_record
        if (trailer.rows, trailer.marks, trailer.last_seq, trailer.link) != wanted or trailer.sha256 != before_trailer:
            raise self._broken("its end does not fit what is before")
        if self._file.read(1):
            raise self._broken("something follows its end")
        self.trailer = trailer

    def _record(self) -> tuple[bytes, bytes]:
        self._before_record = self._hasher.digest()
        kind, length = _FRAME.unpack(self._read(_FRAME.size))
        if kind not in (_HEADER, _ROW, _MARK, _TRAILER) or length > _RECORD_BYTES:
            raise self._broken("there is no record where one should begin")
        return kind, self._read(length)

    def _read(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise BackupBroken(f"{self._path} is cut short after seq {self._follower.seq}. Take another backup.")
        self._hasher.update(data)
        return data

    def _decoded(self, body: bytes, kind: type[T]) -> T:
        try:
            return msgspec.msgpack.decode(body, type=kind)
        except msgspec.DecodeError as fault:
            raise self._broken(f"a record cannot be read ({fault})") from fault

    def _broken(self, what: str) -> BackupBroken:
        place = f"after seq {self._follower.seq}, before byte {self._file.tell()}"
        return BackupBroken(f"{self._path} is damaged {place}: {what}. Take another backup.")


def _sync(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
