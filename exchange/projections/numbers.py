"""Arrays of integers as bytes, the same on every machine: as lists a snapshot would make an object of each number."""

import sys
from array import array
from collections.abc import Iterator
from typing import Final

PLACE: Final = "I"  # 32 bits, for places within some bytes
NUMBER: Final = "q"  # 64 bits, for the market's own numbers
_BYTES: Final = {PLACE: 4, NUMBER: 8}


def packed(numbers: "array[int]") -> bytes:
    """The numbers as bytes, least byte first."""
    assert numbers.itemsize == _BYTES[numbers.typecode]
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def unpacked(typecode: str, body: bytes) -> "array[int]":
    """The numbers in such bytes. ValueError when the last is cut short."""
    numbers = array(typecode)
    assert numbers.itemsize == _BYTES[typecode]
    numbers.frombytes(body)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def packed_in_pieces(numbers: "array[int]", most: int) -> Iterator[bytes]:
    """The same, at most so many numbers at a time."""
    for begin in range(0, len(numbers), most):
        yield packed(numbers[begin : begin + most])
