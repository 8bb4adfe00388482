"""The attic against a plain dict: what was put away is found, and comes back out of a snapshot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.language.sections import Row
from exchange.projections.attic import Attic
from exchange.projections.logs import BLOCK_ROWS


class Thing(Row, frozen=True):
    name: str
    worth: int


THINGS = st.builds(Thing, st.text(max_size=5), st.integers(-(2**63), 2**64 - 1))
NUMBERS = st.integers(1, 40)


@given(st.lists(st.tuples(NUMBERS, THINGS)), st.integers(0, 60))
def test_what_was_put_away_last_is_found(puts: list[tuple[int, Thing]], loaded_after: int) -> None:
    attic, plain = Attic(Thing), dict[int, Thing]()
    for place, (number, thing) in enumerate(puts):
        if place == loaded_after:
            attic = again(attic)
        attic.put(number, thing)
        plain[number] = thing
    for one in (attic, again(attic)):
        assert [one.get(number) for number in range(-1, 50)] == [plain.get(number) for number in range(-1, 50)]
        assert list(one.rows()) == list(attic.rows())
        assert list(one.places()) == list(attic.places())


def again(attic: Attic[Thing]) -> Attic[Thing]:
    loaded = Attic(Thing)
    loaded.resume(list(attic.rows()), list(attic.places()))
    return loaded


def test_many_are_kept_in_blocks() -> None:
    attic = Attic(Thing)
    for number in range(1, 2 * BLOCK_ROWS + 2):
        attic.put(number, Thing("", number))
    assert [len(block.ends) for block in attic.rows()] == [4 * BLOCK_ROWS, 4 * BLOCK_ROWS, 4]
    assert [attic[number].worth for number in (1, BLOCK_ROWS, BLOCK_ROWS + 1, 2 * BLOCK_ROWS + 1)] == [
        1, BLOCK_ROWS, BLOCK_ROWS + 1, 2 * BLOCK_ROWS + 1,
    ]  # fmt: skip


@pytest.mark.parametrize("number", [-1, 0, 2, 4])
def test_what_is_not_there_is_said_so(number: int) -> None:
    attic = Attic(Thing)
    attic.put(3, Thing("three", 3))
    attic.put(1, Thing("one", 1))
    assert attic.get(number) is None
    with pytest.raises(KeyError):
        attic[number]
