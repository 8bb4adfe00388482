"""The words of stories about vouchers: they fail when a story is not so, and say where and why."""

import textwrap

import pytest

from tests import story_vouchers
from tests.reference.books import Books
from tests.story import StoryFailed, run_story
from tests.story_vouchers import MoneyStage

OPENING = """
venue  opens 2025-06-02
venue  defines wx
alice  is sme in wuxi
hz     ask 8 h800 2025-06-02..2025-06-03 @ 10.00 in wuxi  rests
alice  bid 8 h800 1h from 2025-06-02 @ 10.00 in wuxi      leases 8 from hz subsidy 24.00 by wx bound rate
"""


def test_the_example_in_the_head_of_the_language_is_so() -> None:
    example = [line for line in (story_vouchers.__doc__ or "").splitlines() if line.startswith("    ")]
    assert len(example) == 13
    run_story(textwrap.dedent("\n".join(example)), MoneyStage)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("wx     pool 1.00", "but wx has pool 0.00 committed 24.00"),
        ("wx     committed 24.01", "but wx has pool 0.00 committed 24.00"),
        ("lf     pool 0", "nobody has defined lf"),
        ("venue  defines moon", "the seeds have no moon"),
        ("venue  defines wx dearly", "nobody can 'defines wx dearly'"),
        ("venue  defines wx paying 1.5", "not told  refused share_out_of_range rates[0].share"),
        ("alice  bid 8 h800 1h from 2025-06-02 01:00 @ 10.00 in wuxi  leases 8 from hz subsidy 12.00", "subsidy 24.00"),
        ("alice  bid 8 h800 1h from 2025-06-02 01:00 @ 10.00 in wuxi  leases 8 from hz by lf", "by wx bound rate"),
        ("alice  bid 8 h800 1h from 2025-06-02 01:00 @ 10.00 in wuxi  leases 8 from hz bound pool", "by wx bound rate"),
        ("lease-1  scheduled subsidy 23.00", "subsidy 24.00 redeemed 0.00"),
    ],
)
def test_what_is_not_so_fails_by_its_line(line: str, complaint: str) -> None:
    run_story(OPENING, MoneyStage)
    with pytest.raises(StoryFailed) as failure:
        run_story(f"{OPENING}{line}", MoneyStage)
    assert str(failure.value).startswith("line 7:")
    assert complaint in str(failure.value)


def test_a_market_whose_books_do_not_agree_fails_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    run_story(OPENING, MoneyStage)
    monkeypatch.setattr(Books, "fold", lambda _books, _events: None)
    with pytest.raises(AssertionError, match="balances differ"):
        run_story(OPENING, MoneyStage)
