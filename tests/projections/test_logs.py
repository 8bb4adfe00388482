"""A log: what was put in comes out, whatever of it has become bytes."""

from array import array

import pytest
from msgspec import Struct

from exchange.projections.logs import BLOCK_ROWS, Block, Log
from exchange.projections.numbers import PLACE, packed


class Line(Struct, frozen=True, array_like=True):
    number: int
    words: tuple[str, ...]


def filled(count: int) -> tuple[Log[Line], list[Line]]:
    lines = [Line(number, ("word",) * (number % 5)) for number in range(count)]
    log = Log(Line)
    for line in lines:
        log.append(line)
    return log, lines


def places(*ends: int) -> bytes:
    return packed(array(PLACE, ends))


COUNTS = (0, 1, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 3 * BLOCK_ROWS + 7)


@pytest.mark.parametrize("count", COUNTS)
def test_every_row_is_there_in_the_order_in_which_it_came(count: int) -> None:
    log, lines = filled(count)
    assert len(log) == count
    assert [log[number] for number in range(count)] == lines


@pytest.mark.parametrize("count", COUNTS)
def test_there_are_no_others(count: int) -> None:
    log, _ = filled(count)
    for number in (-1, count, count + BLOCK_ROWS):
        with pytest.raises(IndexError):
            log[number]


@pytest.mark.parametrize("count", COUNTS)
def test_a_loaded_log_goes_on_as_the_saved_one(count: int) -> None:
    log, lines = filled(count)
    loaded = Log(Line)
    loaded.resume(log.save())
    assert list(loaded.save()) == list(log.save())
    for number in range(count, count + BLOCK_ROWS):
        lines.append(Line(number, ()))
        log.append(lines[-1])
        loaded.append(lines[-1])
    assert [loaded[number] for number in range(len(loaded))] == lines
    assert list(loaded.save()) == list(log.save())


def test_a_block_that_is_not_whole_is_the_last() -> None:
    log = Log(Line)
    short = Block(places(3), b"\x92\x01\x90")
    with pytest.raises(AssertionError, match="all blocks but the last are whole"):
        log.resume([short, short])


def test_a_row_that_cannot_be_kept_is_refused_when_it_comes() -> None:
    """Not when the block it would be in is put away, by a row that has nothing to do with it."""
    log, lines = filled(3)
    for unkept in (Line(3, ("whole", "half \ud800")), Line(2**64, ())):
        with pytest.raises((OverflowError, UnicodeEncodeError)):
            log.append(unkept)
        assert len(log) == len(lines)
        lines.append(Line(len(lines), ("word",)))
        log.append(lines[-1])
    assert [log[number] for number in range(len(log))] == lines


@pytest.mark.parametrize(
    "ends",
    [[], [2], [4], [0, 3], [3, 3], [2, 1, 3], [*range(BLOCK_ROWS)], [*range(4, 4 + BLOCK_ROWS)]],
)
def test_a_block_whose_rows_do_not_end_where_it_says_is_not_taken(ends: list[int]) -> None:
    with pytest.raises(AssertionError, match="end"):
        Log(Line).resume([Block(places(*ends), b"\x92\x01\x90")])


def test_a_block_of_more_rows_than_blocks_have_is_not_taken() -> None:
    count = BLOCK_ROWS + 1
    with pytest.raises(AssertionError, match="no block has more rows"):
        Log(Line).resume([Block(places(*range(1, count + 1)), b"\x00" * count)])
