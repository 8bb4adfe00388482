"""Leases of many periods: all are there for who asks for one, and the last of them in lists, also when it is over."""

from exchange.language.events_money import PeriodContested
from exchange.language.limits import PERIODS_SHOWN
from exchange.language.views import LeaseView
from exchange.projections.leases import CONTESTED, SETTLED
from exchange.projections.snapshot import load, save
from exchange.projections.views import Views
from tests.projections.told import Told

HOURS = 2 * PERIODS_SHOWN + 3


def a_lease_that_ended() -> Told:
    told = Told(("ann", "acme"), ("hz", "core"))
    told.trade("ann", "hz", hours=(0, HOURS))
    for index in range(HOURS):
        told.happen(told.settled(1, index, paid=112))
    told.happen(told.changed(1, state="ended", reason="completed"))
    return told


def listed(views: Views) -> LeaseView:
    (mine,) = views.leases("ann", None, None, 9)
    (of_all,) = views.all_leases("ended", None, None, None, 9)
    assert mine == of_all
    return mine


def test_one_that_is_over_has_all_of_its_periods_where_it_is_asked_for() -> None:
    told = a_lease_that_ended()
    for views in (told.views, load(save(told.views))):
        whole = views.lease(1)
        assert whole is not None
        assert [period.index for period in whole.periods] == list(range(HOURS))
        assert listed(views) == whole.but(periods=whole.periods[-PERIODS_SHOWN:])


def test_one_that_runs_has_all_of_them_anywhere() -> None:
    told = Told(("ann", "acme"), ("hz", "core"))
    told.trade("ann", "hz", hours=(0, HOURS + 1))
    for index in range(HOURS):
        told.happen(told.settled(1, index, paid=112))
    (mine,) = told.views.leases("ann", None, None, 9)
    assert mine == told.lease(1)
    assert len(mine.periods) == HOURS


def test_what_is_contested_afterwards_is_seen_among_all_others() -> None:
    """The lease comes out of the attic, and goes back there."""
    told = a_lease_that_ended()
    before = told.lease(1)
    for index in (0, HOURS - 1):
        told.happen(PeriodContested(lease_id=1, index=index, frozen=(), reason="slow"))
        for views in (told.views, load(save(told.views))):
            after = views.lease(1)
            assert after is not None
            assert after.but(periods=()) == before.but(periods=())
            assert after.periods[index].state == CONTESTED
    assert [period.state for period in told.lease(1).periods] == [CONTESTED, *[SETTLED] * (HOURS - 2), CONTESTED]
    assert listed(told.views).periods == told.lease(1).periods[-PERIODS_SHOWN:]
    assert told.views._leases.records == {}


def test_of_a_change_that_is_none_nobody_is_told() -> None:
    """Though the lease was put away in two pieces, and is whole when it is looked at again."""
    told = a_lease_that_ended()
    told.happen(told.changed(1))
    assert told.told == []


def test_what_is_put_away_again_as_it_was_is_not_kept_twice() -> None:
    told = a_lease_that_ended()
    before = list(told.views._leases.earlier.rows())
    told.happen(PeriodContested(lease_id=1, index=HOURS - 1, frozen=(), reason="slow"))
    assert list(told.views._leases.earlier.rows()) == before
    assert [contest.period for contest in told.views.contests(None, 9)] == [told.lease(1).periods[-1]]
