"""The stories' own language: it fails when a story is not so, and says where and why."""

import textwrap

import pytest

from exchange.core.quoting import quote
from exchange.core.state import State
from exchange.language.commands import PlaceBid
from exchange.language.rejects import Reject
from exchange.language.views import Quote
from tests import story as story_module
from tests import story_advice
from tests.story import StoryFailed, run_story, story


@story
def test_a_long_ask_serves_short_bids_until_nothing_fits() -> None:
    """
    hz      ask 8 h800 mon..wed @ 14.00       rests P1D
    alice   bid 8 h800 1d from mon @ 15.00    leases 8 mon..tue @ 14.00 from hz
    bob     bid 8 h800 2d from mon @ 15.00    rests
    carol   bid 4 h800 1d from tue @ 14.00    leases 4 tue..wed @ 14.00 from hz
    """


@pytest.mark.parametrize(("head", "lines"), [(story_module.__doc__, 5), (story_advice.__doc__, 10)])
def test_the_example_in_the_head_of_the_language_is_so(head: str, lines: int) -> None:
    example = [line for line in head.splitlines() if line.startswith("    ")]
    assert len(example) == lines
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
        ("bob  quote bid 4 h800 1d from tue @ 14.00", "not told  gets 4 tue..wed @ 14.00 on h800 in hangzhou"),
        ("bob  quote bid 4 h800 1d from tue @ 14.00  gets 4 tue..wed on a100", "expected  gets 4 tue..wed on a100"),
        (
            "bob  quote bid 4 h800 1d from tue @ 14.00  gets 4, pays total 1350.73",
            "got       pays cost 1344.00",
        ),
        ("bob  quote bid 4 h800 1d from mon @ 14.00", "not told  rests 4"),
        ("bob  quote bid 4 h800 1d from mon @ 14.00  rests 4, try start 1 d later", "not told  fails start 1"),
        ("bob  quote bid 4 h800 1d from mon @ 14.00  rests 4, fails start 1", "not told  try start 1 d later"),
        ("bob  quote bid 4 h800 1d from mon @ 14.00  fails start 2", "expected  fails start 2"),
        (
            "bob  quote bid 4 h800 1d from mon @ 14.00  try start 1 d later beyond means",
            "expected  try start 1 d later",
        ),
        ("bob  quote bid 4 h800 1d from mon @ 14.00  try", "no change is told"),
        ("bob  quote bid 4 h800 1d from mon @ 14.001", "not told  refused price_off_tick"),
        ("bob  explain bid-1", "bob has no bid-1 that rests"),
        ("bob  explain ask-1", "nobody can 'explain ask-1'"),
        ("bob  takes advice", "there is no advice to take"),
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


def test_the_order_of_changes_is_part_of_the_story() -> None:
    asks = "hz  ask 4 h800 tue..wed @ 14.00  rests\nsh  ask 4 h800 mon..tue @ 16.00  rests\n"
    asked = f"{asks}bob  quote bid 4 h800 1d from mon @ 15.00  rests, fails price 1 start 1"
    cheap, dear = "try start 1 d later", "try +1.00 CNY per chip-hour"
    run_story(f"{asked}, {cheap}, {dear}")
    with pytest.raises(StoryFailed, match="the same changes in another order"):
        run_story(f"{asked}, {dear}, {cheap}")


def test_a_question_that_leaves_a_trace_fails_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    def meddle(state: State, order: PlaceBid) -> Quote | Reject:
        state.now_s += 1
        return quote(state, order)

    monkeypatch.setattr(story_advice, "quote", meddle)
    with pytest.raises(StoryFailed, match="has changed the market"):
        run_story("bob  quote bid 4 h800 1d from tue @ 15.00  rests")


def test_advice_is_taken_once() -> None:
    asked = "hz  ask 4 h800 tue..wed @ 14.00  rests\nbob  quote bid 4 h800 1d from mon @ 15.00  rests, fails start 1"
    taken = "bob  takes advice  leases 4 tue..wed @ 14.00 from hz"
    run_story(f"{asked}, try start 1 d later\n{taken}")
    with pytest.raises(StoryFailed, match="no advice to take"):
        run_story(f"{asked}, try start 1 d later\n{taken}\n{taken}")


def test_a_function_without_a_story_is_no_story() -> None:
    with pytest.raises(AssertionError, match="tells no story"):

        @story
        def silent() -> None:
            pass
