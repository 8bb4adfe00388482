"""A log: things in the order in which they came, kept as bytes, and made anew when looked at.

For what is many and seldom read: as bytes it takes a fraction of the room that its objects would, the garbage collector
has nothing to walk, and a snapshot takes it and gives it back as it is. Adding and reading take the same however many
there are.
"""

from array import array
from collections.abc import Iterable, Iterator
from operator import lt
from typing import Final, Generic, TypeVar

from exchange.language.sections import Packing, Row
from exchange.projections.numbers import PLACE, packed, unpacked

BLOCK_ROWS: Final = 256

R = TypeVar("R")


class Block(Row, frozen=True):
    """Some rows of a log, one after the other: where each ends, and all their bytes."""

    ends: bytes  # as `numbers` packs places
    body: bytes


class Log(Generic[R]):
    """Rows of one kind, numbered from 0."""

    __slots__ = ("_bodies", "_ends", "_open", "_open_ends", "_packing", "_whole")

    def __init__(self, kind: type[R]) -> None:
        self._packing = Packing(kind)
        self._ends: list[array[int]] = []  # by block, of BLOCK_ROWS each
        self._bodies: list[bytes] = []
        self._open = bytearray()  # the block that is not yet whole
        self._open_ends = array(PLACE)
        self._whole = 0  # rows in whole blocks

    def __len__(self) -> int:
        return self._whole + len(self._open_ends)

    def append(self, row: R) -> int:
        """Another row; how many there are with it. Each is made bytes at once, so that none waits for those before."""
        body, ends = self._open, self._open_ends
        self._packing.add(row, body)
        ends.append(len(body))
        count = self._whole + len(ends)
        if len(ends) == BLOCK_ROWS:
            self._put_away(ends, bytes(body))
            self._open, self._open_ends = bytearray(), array(PLACE)
        return count

    def __getitem__(self, number: int) -> R:
        """A row; IndexError when there is none of this number."""
        block, place = divmod(number, BLOCK_ROWS)
        if block < 0:
            raise IndexError(number)
        whole = block != len(self._ends)
        ends, body = (self._ends[block], self._bodies[block]) if whole else (self._open_ends, self._open)
        return self._packing.read(body[ends[place - 1] if place else 0 : ends[place]])

    def save(self) -> Iterator[Block]:
        """All rows; the same rows give the same blocks."""
        for ends, body in zip(self._ends, self._bodies, strict=True):
            yield Block(packed(ends), body)
        if self._open_ends:
            yield Block(packed(self._open_ends), bytes(self._open))

    def resume(self, blocks: Iterable[Block]) -> None:
        """Take back the rows that were saved, into a log without any."""
        assert not len(self)
        for block in blocks:
            assert not self._open_ends, "all blocks but the last are whole"
            ends = unpacked(PLACE, block.ends)
            assert len(ends) <= BLOCK_ROWS, "no block has more rows"
            assert all(map(lt, (0, *ends), ends)), "rows end one after the other"
            assert ends[-1:].tolist() == [len(block.body)], "the last row ends with its block"
            if len(ends) == BLOCK_ROWS:
                self._put_away(ends, block.body)
            else:
                self._open, self._open_ends = bytearray(block.body), ends

    def _put_away(self, ends: "array[int]", body: bytes) -> None:
        self._ends.append(ends)
        self._bodies.append(body)
        self._whole += BLOCK_ROWS
