"""The stories' own language: it fails when a story is not so, and says where and why."""

import textwrap

import pytest

from tests import story as story_module
from tests.story import StoryFailed, run_story, story


@story
def test_a_long_ask_serves_short_bids_until_nothing_fits() -> None:
    """
    hz      ask 8 h800 mon..wed @ 14.00       rests P1D
    alice   bid 8 h800 1d from mon @ 15.00    leases 8 mon..tue @ 14.00 from hz
    bob     bid 8 h800 2d from mon @ 15.00    rests
    carol   bid 4 h800 1d from tue @ 14.00    leases 4 tue..wed @ 14.00 from hz
    """


def test_the_example_in_the_head_of_the_language_is_so() -> None:
    assert story_module.__doc__
    example = [line for line in story_module.__doc__.splitlines() if line.startswith("    ")]
    assert len(example) == 5
    run_story(textwrap.dedent("\n".join(example)))


OPENING = """
hz     ask 8 h800 mon..wed @ 14.00     rests
alice  bid 8 h800 1d from mon @ 15.00  leases 8 mon..tue @ 14.00 from hz
"""


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "bob  bid 4 h800 1d from tue @ 14.00  leases 4 tue..wed @ 13.00 from hz",
            "expected  leases 4 tue..wed @ 13.00",
        ),
        ("bob  bid 4 h800 1d from tue @ 14.00  leases 4 mon..tue @ 14.00 from hz", "got       bob leases 4 tue..wed"),
        ("bob  bid 4 h800 1d from tue @ 14.00  leases 4 tue..wed @ 14.00 from alice", "expected"),
        ("bob  bid 4 h800 1d from tue @ 14.00", "not told  bob leases 4"),
        ("bob  bid 4 h800 1d from tue @ 14.00  rests", "expected  rests"),
        ("bob  bid 4 h800 1d from mon @ 14.00", "not told  bid-2 rests 4"),
        ("bob  bid 4 h800 1d from mon @ 14.00  rests 3", "got       bid-2 rests 4"),
        ("bob  bid 4 h800 1d from mon @ 14.005", "not told  refused price_off_tick"),
        ("bob  bid 4 h800 1d from mon @ 14.005  refused off_grid", "expected  refused off_grid"),
        ("hz   cancel ask-1", "not told  ask-1 canceled"),
        ("hz   ask 1 h800 mon..tue @ 15.00  rests P7D", "expected  rests P7D"),
        ("alice  available 0", "but alice has available"),
        ("ask-1  rests 4", "but ask-1 rests P1D 8"),
        ("ask-1  filled", "but ask-1 rests"),
        ("ask-9  filled", "there is no ask-9"),
        ("clock  mon 00:15", "not told  lease-1 defaulted not_started"),
        ("bob  dances", "nobody can 'dances'"),
        ("bob  bid 4 h800 1d from mon @ 14.00 quickly", "do not know the option 'quickly'"),
        ("bob  bid 4 h800 1d from mon  rests", "no alternative"),
        ("bob  bid 4 h800 1d from mon @ 14.00  waits", "no answer: 'waits'"),
    ],
)
def test_a_story_that_is_not_so_fails(line: str, complaint: str) -> None:
    with pytest.raises(StoryFailed) as failure:
        run_story(OPENING + line)
    assert str(failure.value).startswith(f"line 4: {line.partition(' ')[0]}  ")
    assert complaint in str(failure.value)


def test_the_order_of_leases_is_part_of_the_story() -> None:
    asks = "hz  ask 4 h800 mon..tue @ 14.00  rests\nsh  ask 4 h800 mon..tue @ 13.00  rests\n"
    cheap, dear = "leases 4 mon..tue @ 13.00 from sh", "leases 4 mon..tue @ 14.00 from hz"
    run_story(f"{asks}bob  bid 8 h800 1d from mon @ 15.00  {cheap}, {dear}")
    with pytest.raises(StoryFailed, match="in another order"):
        run_story(f"{asks}bob  bid 8 h800 1d from mon @ 15.00  {dear}, {cheap}")


def test_a_function_without_a_story_is_no_story() -> None:
    with pytest.raises(AssertionError, match="tells no story"):

        @story
        def silent() -> None:
            pass
