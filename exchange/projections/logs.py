"""A log: things in the order in which they came, kept as bytes but for the latest, and made anew when looked at.

For what is many and seldom read: as bytes it takes a fraction of the room that its objects would, the garbage collector
has nothing to walk, and a snapshot takes it and gives it back as it is. Adding and reading take the same however many
there are.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

from msgspec import Struct, msgpack

from exchange.language.sections import Row

BLOCK_ROWS: Final = 256  # put away at once, in well under a millisecond

R = TypeVar("R", bound=Struct)


class Block(Row, frozen=True):
    """Some rows of a log, one after the other: where each ends, and all their bytes."""

    ends: list[int]
    body: bytes


class Log(Generic[R]):
    """Rows of one kind, numbered from 0."""

    __slots__ = ("_bodies", "_decoder", "_encoder", "_ends", "_fresh", "_whole")

    def __init__(self, kind: type[R]) -> None:
        self._encoder = msgpack.Encoder()
        self._decoder = msgpack.Decoder(kind)
        self._ends: list[array[int]] = []  # by block, of BLOCK_ROWS each
        self._bodies: list[bytes] = []
        self._fresh: list[R] = []  # not yet a whole block
        self._whole = 0  # rows in blocks

    def __len__(self) -> int:
        return self._whole + len(self._fresh)

    def append(self, row: R) -> int:
        """Another row; how many there are with it."""
        fresh = self._fresh
        fresh.append(row)
        count = self._whole + len(fresh)
        if len(fresh) == BLOCK_ROWS:
            self._put_away(self._block())
            fresh.clear()
        return count

    def __getitem__(self, number: int) -> R:
        """A row; IndexError when there is none of this number."""
        block, place = divmod(number, BLOCK_ROWS)
        if block == len(self._ends):
            return self._fresh[place]
        if block < 0:
            raise IndexError(number)
        ends = self._ends[block]
        return self._decoder.decode(self._bodies[block][ends[place - 1] if place else 0 : ends[place]])

    def save(self) -> Iterator[Block]:
        """All rows; the same rows give the same blocks."""
        for ends, body in zip(self._ends, self._bodies, strict=True):
            yield Block(ends.tolist(), body)
        if self._fresh:
            yield self._block()

    def resume(self, blocks: Iterable[Block]) -> None:
        """Take back the rows that were saved, into a log without any."""
        assert not len(self)
        for block in blocks:
            assert not self._fresh, "all blocks but the last are whole"
            if len(block.ends) == BLOCK_ROWS:
                self._put_away(block)
            else:
                starts = (0, *block.ends)
                decode = self._decoder.decode
                self._fresh = [decode(block.body[start:end]) for start, end in zip(starts, block.ends, strict=False)]

    def _put_away(self, block: Block) -> None:
        self._ends.append(array("I", block.ends))
        self._bodies.append(block.body)
        self._whole += BLOCK_ROWS

    def _block(self) -> Block:
        """The fresh rows as they are kept."""
        ends: list[int] = []
        body, put = bytearray(), self._encoder.encode_into
        for row in self._fresh:
            put(row, body, -1)
            ends.append(len(body))
        return Block(ends, bytes(body))
