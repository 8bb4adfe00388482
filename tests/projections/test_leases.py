"""Leases as their parties see them, along a chain of resales, and what each party is told of them."""

from msgspec.structs import replace

from exchange.language.events import LeaseMetered
from exchange.language.events_money import ContestRuled, LeaseCut, PartResold, PartReturned, PeriodContested
from exchange.language.views import LeaseView
from tests.projections.told import Told, at, cny

USER, MIDDLE, PROVIDER = "carol", "bob", "hz"


def chain() -> Told:
    """hz leases 8 chips to bob, who resells 2 of them to carol."""
    told = Told((PROVIDER, "hz"), (MIDDLE, "bolt"), (USER, "core"))
    assert told.trade(MIDDLE, PROVIDER) == 1
    told.happen(PartResold(lease_id=1, part_id=2, shape=((at(0), at(2), 6000),), links=((1, cny(56)), (2, cny(60)))))
    assert told.trade(USER, MIDDLE, chips=2, price=15, parent_id=1, deliverer=PROVIDER) == 2
    return told


def settle_part(told: Told) -> None:
    """The first hour of carol's part: delivered and used by half."""
    told.happen(
        told.settled(1, 0, part_id=2, delivered=1, paid=14, refunded=14, redeemed=3, returned=3),
        told.settled(2, 0, delivered=1, paid=15, refunded=15),
        told.changed(1, earned_micros=cny(14), refunded_micros=cny(14)),
        told.changed(2, earned_micros=cny(15), refunded_micros=cny(15)),
    )


def periods(lease: LeaseView) -> list[tuple[int, int, int, int, str]]:
    return [(p.part_id, p.index, p.paid_micros, p.refunded_micros, p.state) for p in lease.periods]


def test_a_lease_knows_whom_it_comes_from_and_what_was_resold() -> None:
    told = chain()
    first, second = told.lease(1), told.lease(2)
    assert (first.parent_id, first.deliverer, first.parts) == (None, PROVIDER, (2,))
    assert first.shape == ((at(0), at(2), 6000),)
    assert (second.parent_id, second.provider, second.deliverer) == (1, MIDDLE, PROVIDER)
    assert second.shape == ((at(0), at(2), 2000),)
    assert [
        [lease.lease_id for lease in told.views.leases(who, None, None, 9)] for who in (USER, MIDDLE, PROVIDER)
    ] == [
        [2],
        [2, 1],
        [2, 1],
    ]
    told.happen(PartReturned(lease_id=1, part_id=2, shape=((at(0), at(1), 6000), (at(1), at(2), 8000))))
    assert told.lease(1).shape == ((at(0), at(1), 6000), (at(1), at(2), 8000))
    assert told.lease(1).parts == (2,)


def test_what_a_buyer_used_before_it_resold_the_rest_stays_in_its_shape() -> None:
    """The event tells what is left from the last settled period on."""
    told = Told((PROVIDER, "hz"), (MIDDLE, "bolt"), (USER, "core"))
    told.trade(MIDDLE, PROVIDER, (0, 6))
    told.clock(at(3))
    left = ((at(2), at(4), 8000), (at(4), at(6), 6000))
    told.happen(PartResold(lease_id=1, part_id=2, shape=left, links=((1, cny(56)), (2, cny(60)))))
    assert told.lease(1).shape == ((at(0), at(4), 8000), (at(4), at(6), 6000))
    told.clock(at(5))
    told.happen(PartReturned(lease_id=1, part_id=2, shape=((at(4), at(5), 6000), (at(5), at(6), 8000))))
    assert told.lease(1).shape == ((at(0), at(4), 8000), (at(4), at(5), 6000), (at(5), at(6), 8000))


def test_a_part_s_period_stands_under_every_contract_that_pays_for_it() -> None:
    told = chain()
    settle_part(told)
    assert periods(told.lease(1)) == [(2, 0, cny(14), cny(14), "settled")]
    assert periods(told.lease(2)) == [(2, 0, cny(15), cny(15), "settled")]
    told.happen(told.settled(1, 0, paid=84), told.changed(1, earned_micros=cny(98)))
    assert periods(told.lease(1)) == [(2, 0, cny(14), cny(14), "settled"), (1, 0, cny(84), 0, "settled")]
    assert told.lease(1).earned_micros == cny(98)


def test_a_view_that_was_handed_out_stays_as_it_was() -> None:
    told = chain()
    before = told.lease(1)
    settle_part(told)
    between = told.lease(1)
    told.happen(told.settled(1, 0, paid=84))
    assert [len(lease.periods) for lease in (before, between, told.lease(1))] == [0, 1, 2]


def test_a_contest_and_its_ruling_show_on_every_contract() -> None:
    told = chain()
    settle_part(told)
    told.happen(told.settled(1, 0, paid=84), told.settled(1, 1, part_id=2, paid=28))
    own = told.lease(1).periods[1:]
    told.happen(PeriodContested(lease_id=2, index=0, frozen=(("bob", cny(15)), ("hz", cny(14))), reason="was down"))
    assert [told.lease(number).periods[0].state for number in (1, 2)] == ["contested", "contested"]
    [contest] = told.views.contests(None, 9)
    assert (contest.lease_id, contest.index) == (2, 0)
    assert (contest.account_id, contest.frozen_micros, contest.ruled_s, contest.at_s) == (USER, cny(29), None, at(0))
    told.clock(at(3))
    told.happen(
        ContestRuled(
            lease_id=2,
            index=0,
            delivered_uch=500_000,
            used_uch=400_000,
            changes=((1, cny(7), cny(1)), (2, cny("7.50"), 0)),
            penalty_micros=cny(2),
            reason="half of it",
            operator_id="venue",
        )
    )
    assert told.lease(1).periods[1:] == own
    under_first, [own_part] = told.lease(1).periods[0], told.lease(2).periods
    assert (under_first.paid_micros, under_first.refunded_micros) == (cny(7), cny(21))
    assert (under_first.redeemed_micros, under_first.returned_micros) == (cny(2), cny(4))
    assert (own_part.paid_micros, own_part.refunded_micros) == (cny("7.50"), cny("22.50"))
    assert (under_first.penalty_micros, own_part.penalty_micros) == (0, cny(2))
    for period in (under_first, own_part):
        assert (period.state, period.delivered_uch, period.used_uch) == ("ruled", 500_000, 400_000)
    [contest] = told.views.contests(None, 9)
    assert (contest.ruled_s, contest.ruling, contest.refunded_micros) == (at(3), "half of it", cny("7.50"))


def test_contests_are_listed_newest_first() -> None:
    told = chain()
    for index in range(3):
        told.happen(told.settled(1, 0 + index, paid=84))
        told.happen(PeriodContested(lease_id=1, index=index, frozen=((PROVIDER, cny(84)),), reason=f"no {index}"))
    assert [(c.place, c.reason) for c in told.views.contests(None, 2)] == [(3, "no 2"), (2, "no 1")]
    assert [c.place for c in told.views.contests(2, 2)] == [1]
    assert told.views.contests(1, 2) == []
    assert [c.reason for c in told.views.contests(None, 9)] == ["no 2", "no 1", "no 0"]


def test_everybody_concerned_is_told() -> None:
    told = chain()
    both = [(MIDDLE, "lease.scheduled"), (PROVIDER, "lease.scheduled")]
    assert told.told == [(USER, "lease.scheduled"), *both]
    told.happen(LeaseMetered(lease_id=2, through_s=at(1), delivered_uch=1, used_uch=1))
    assert told.told == [(USER, "lease.metered"), (MIDDLE, "lease.metered"), (PROVIDER, "lease.metered")]


def test_what_befalls_a_part_is_told_on_every_contract() -> None:
    told = chain()
    settle_part(told)
    on_first = [MIDDLE, PROVIDER]
    on_second = [USER, MIDDLE, PROVIDER]
    assert told.told == [(who, "lease.settled") for who in (*on_first, *on_second)]
    told.happen(
        PeriodContested(lease_id=2, index=0, frozen=((MIDDLE, cny(15)),), reason=""),
        told.changed(2, frozen_micros=cny(15)),
    )
    assert told.told == [(who, "lease.contested") for who in (*on_second, *on_first)]
    assert [notice.data for notice in told.notices[-2:]] == [told.lease(1)] * 2
    told.happen(PartReturned(lease_id=1, part_id=2, shape=()))
    assert told.told == [(who, "lease.part_returned") for who in on_first]


def test_a_release_is_told_as_such_and_then_by_where_the_lease_ends() -> None:
    told = chain()
    cut = LeaseCut(lease_id=2, until_s=at(1), paid_micros=0, refunded_micros=0, redeemed_micros=0, reason="by_buyer")
    told.happen(cut, told.changed(2, until_s=at(1)))
    assert {kind for _, kind in told.told} == {"lease.cut"}
    assert (told.lease(2).until_s, told.lease(2).shape) == (at(1), ((at(0), at(1), 2000),))
    told.happen(told.settled(2, 0, paid=30), told.changed(2, state="released", reason="by_buyer"))
    assert {kind for _, kind in told.told} == {"lease.released"}
    told.happen(replace(cut, lease_id=1, until_s=at(2), part_id=2), told.changed(1, refunded_micros=cny(28)))
    assert {kind for _, kind in told.told} == {"lease.part_cut"}
    told.happen(told.changed(1, subsidy_micros=cny(1)))
    assert {kind for _, kind in told.told} == {"lease.changed"}
    told.happen(told.changed(1))
    assert told.told == []
    told.happen(told.changed(1, state="defaulted", reason="silent", until_s=at(0)))
    assert told.lease(1).shape == ()


def test_a_lease_is_remembered_as_a_command_about_it_left_it() -> None:
    told = chain()
    cut = LeaseCut(lease_id=2, until_s=at(1), paid_micros=0, refunded_micros=0, redeemed_micros=0, reason="by_buyer")
    told.happen(cut, told.changed(2, until_s=at(1)))
    seq, then = told.views.seq, told.lease(2)
    settle_part(told)
    assert told.views.lease_at(2, seq) == then != told.lease(2)
    assert told.views.lease_at(2, seq + 1) is None
    assert told.views.lease_at(1, seq) is None


def test_only_the_lease_that_was_cancelled_bears_the_operators_words() -> None:
    told = chain()
    rest = {"until_s": at(1), "paid_micros": 0, "refunded_micros": cny(28), "redeemed_micros": 0}
    told.happen(
        LeaseCut(lease_id=1, part_id=2, reason="by_operator", operator_id="venue", words="a fire", **rest),
        LeaseCut(lease_id=2, reason="by_operator", operator_id="venue", words="a fire", **rest),
    )
    assert (told.lease(1).words, told.lease(2).words) == ("", "a fire")
