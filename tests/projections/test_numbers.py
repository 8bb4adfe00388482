"""Numbers as bytes are the same wherever they are written, and come back as they were."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.projections.numbers import NUMBER, PLACE, packed, packed_in_pieces, unpacked


def test_the_least_byte_comes_first() -> None:
    assert packed(array(PLACE, (1, 258))) == b"\x01\0\0\0\x02\x01\0\0"
    assert packed(array(NUMBER, (-2,))) == b"\xfe" + b"\xff" * 7


@given(st.lists(st.integers(-(2**63), 2**63 - 1)), st.integers(1, 5))
def test_they_come_back(found: list[int], most: int) -> None:
    kept = array(NUMBER, found)
    assert unpacked(NUMBER, packed(kept)) == kept
    assert b"".join(packed_in_pieces(kept, most)) == packed(kept)
    assert all(0 < len(some) <= 8 * most for some in packed_in_pieces(kept, most))


def test_a_machine_that_has_the_greatest_byte_first_turns_them_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this one takes for its numbers is there the other way round, and nothing of the array has changed after."""
    monkeypatch.setattr("exchange.projections.numbers.sys.byteorder", "big")
    kept = array(PLACE, (1, 258))
    assert packed(kept) == b"\0\0\0\x01\0\0\x01\x02"
    assert kept == array(PLACE, (1, 258)) == unpacked(PLACE, packed(kept))


def test_numbers_that_are_cut_short_are_not_taken() -> None:
    with pytest.raises(ValueError, match="multiple"):
        unpacked(NUMBER, bytes(9))
