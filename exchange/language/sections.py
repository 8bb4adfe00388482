"""Sections: long lists of values as parts of bytes and back, each part proved to be the one that comes next.

A stream is written section after section, each in parts of about PART_BYTES before they are compressed. A part bears a
checksum and says what stream it is of, as of which seq, its number in it and its section; so whoever reads a stream
again takes exactly its own parts, and damage, disorder and parts of something else raise SnapshotBroken, by name.
Values are MessagePack by type, never pickled; integers of more than 64 bits have to be made text by who keeps them.
Equal values give equal bytes.
"""

import gc
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import chain, islice
from typing import Any, Final, Generic, NamedTuple, TypeVar

from msgspec import MsgspecError, Struct, inspect, msgpack

from exchange.language.snapshots import SnapshotBroken

PART_BYTES: Final = 4 << 20  # of values, before they are compressed; one value more may be in it
_LEVEL: Final = 1  # field names repeat, so that the quickest compression takes most of what there is to take
_CHECK_BYTES: Final = 4

T = TypeVar("T")


class Row(Struct, frozen=True, array_like=True, gc=False):
    """The base of what a snapshot keeps in another shape than the market does."""


class Section(Generic[T]):
    """A name, and the type of the values that stand under it.

    `plain` makes of what MessagePack has no form for something that has one, `made` makes it again.
    """

    def __init__(
        self,
        name: str,
        kind: type[T],
        *,
        plain: Callable[[Any], Any] | None = None,
        made: Callable[[type, Any], Any] | None = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.encoder = msgpack.Encoder(enc_hook=plain)
        self.decoder = msgpack.Decoder(list[kind], dec_hook=made)  # type: ignore[valid-type]


class Part(Struct, frozen=True, array_like=True, gc=False):
    """What a part says of itself, and its values."""

    stream: str
    seq: int
    number: int
    section: str
    last: bool  # of its section
    body: bytes


class Packing(Generic[T]):
    """Values of one type as bytes and back, each by itself. `read` makes one of its bytes."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._put = msgpack.Encoder().encode_into
        self.read: Callable[[bytes | bytearray], T] = msgpack.Decoder(kind).decode

    def __reduce__(self) -> tuple[type["Packing[T]"], tuple[type[T]]]:
        return Packing, (self._kind,)  # so that whoever holds one can be copied and pickled

    def add(self, value: T, body: bytearray) -> None:
        """Put a value behind others. OverflowError or ValueError, and nothing put, when it has no form as bytes."""
        before = len(body)
        try:
            self._put(value, body, -1)
        except (OverflowError, ValueError):
            del body[before:]
            raise


class Opened(NamedTuple):
    """A part that has been looked into: what it says of itself and its values as bytes, or what is wrong with it."""

    part: Part | None
    values: bytes
    fault: str


def open_part(found: bytes) -> Opened:
    """Check a part and unpack it. Most of it lets go of the interpreter: a thread can open parts ahead of a Reader."""
    if found[:_CHECK_BYTES] != _check(found[_CHECK_BYTES:]):
        return Opened(None, b"", "is damaged: its checksum is another")
    try:
        part = _PART.decode(memoryview(found)[_CHECK_BYTES:])
    except (MsgspecError, ValueError) as fault:
        return Opened(None, b"", f"is no part ({fault})")
    try:
        return Opened(part, zlib.decompress(part.body), "")
    except zlib.error as fault:
        return Opened(part, b"", f"cannot be read as {part.section} ({fault})")


class Writer:
    """Makes the parts of a stream. `seq` is that of the last command that went into what is saved."""

    def __init__(self, stream: str, seq: int) -> None:
        self._stream = stream
        self._seq = seq
        self._number = 0

    def parts(self, section: Section[T], values: Iterable[T]) -> Iterator[bytes]:
        """The parts of one section; at least one, even if there are no values."""
        body, count, put = bytearray(), 0, section.encoder.encode_into
        for value in values:
            if len(body) >= PART_BYTES:
                yield self._part(section.name, body, count, last=False)
                body, count = bytearray(), 0
            put(value, body, -1)
            count += 1
        yield self._part(section.name, body, count, last=True)

    def _part(self, section: str, body: bytearray, count: int, *, last: bool) -> bytes:
        packed = zlib.compress(_array(count) + body, _LEVEL)
        part = msgpack.encode(Part(self._stream, self._seq, self._number, section, last, packed))
        self._number += 1
        return _check(part) + part


class Reader:
    """Reads a stream again, its sections in the order in which they were written; the parts may be opened already."""

    def __init__(self, stream: str, parts: Iterator[bytes] | Iterator[Opened]) -> None:
        self._stream = stream
        self._parts = parts
        self._seq: int | None = None
        self._number = 0

    def values(self, section: Section[T]) -> Iterator[T]:
        """The values of the next section, which must be this one; SnapshotBroken at the first part that is wrong."""
        return chain.from_iterable(self._lists(section))

    def _lists(self, section: Section[T]) -> Iterator[list[T]]:
        last = False
        while not last:
            last, values = self._next(section.name)
            try:
                made = section.decoder.decode(values)
            except (MsgspecError, ValueError) as fault:
                raise self._broken(f"cannot be read as {section.name} ({fault})") from fault
            self._number += 1
            yield made

    def _next(self, section: str) -> tuple[bool, bytes]:
        """Whether the next part is the last of its section, and its values."""
        found = next(self._parts, None)
        if found is None:
            raise self._broken(f"is missing; {section} should be in it")
        part, values, fault = open_part(found) if isinstance(found, bytes) else found
        if part is None:
            raise self._broken(fault)
        seq = part.seq if self._seq is None else self._seq
        if (part.stream, part.seq, part.number, part.section) != (self._stream, seq, self._number, section):
            told = f"part {part.number} of the {part.stream} at seq {part.seq}, with {part.section}"
            raise self._broken(f"should have {section} of seq {seq}, but is {told}")
        if fault:
            raise self._broken(fault)
        self._seq = seq
        return part.last, values

    def _broken(self, what: str) -> SnapshotBroken:
        return SnapshotBroken(f"Part {self._number} of the {self._stream} in the snapshot {what}.")


def layout(version: int, sections: Iterable[Section[Any]]) -> str:
    """A hash of what sections look like. `version` stands for what their types do not show.

    The same for the same source and libraries, wherever it runs.
    """
    return sha256(f"{version} {shape_of(sections)}".encode()).hexdigest()[:16]


def shape_of(sections: Iterable[Section[Any]]) -> str:
    """What sections look like: their order, names, types, and the names, types and defaults of all fields."""
    return repr([(section.name, inspect.type_info(section.kind)) for section in sections])


def in_pieces(values: Iterable[T], most: int) -> Iterator[list[T]]:
    """At most so many at a time, as one value of a section should not be much longer than a part."""
    left = iter(values)
    while some := list(islice(left, most)):
        yield some


@contextmanager
def without_collector() -> Iterator[None]:
    """Collect no garbage meanwhile: what is made stays, and looking for what does not takes longer than making it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _array(count: int) -> bytes:
    """What MessagePack puts before so many values to make an array of them."""
    return b"\xdd" + count.to_bytes(4, "big")


def _check(part: bytes) -> bytes:
    return zlib.crc32(part).to_bytes(_CHECK_BYTES, "big")


_PART = msgpack.Decoder(Part)
