"""Section 7 of the rulebook: contests. What was paid for a period is frozen until an operator rules on it.

The leases of these stories are of 8 chips at 14.00, which is 112.00 an hour; the provider keeps 110.88 of it after its
fee. A period closes 15 minutes after its end and can be contested for an hour from then on. The penalty is 25 % of
what is not delivered beyond 0.1 %.
"""

from tests.story_money import lease_story


@lease_story
def test_what_can_be_contested_is_available_but_cannot_be_spent() -> None:
    """
    venue    lets contest 1h
    hz       has 134.40
    hz       ask 8 h800 mon..tue @ 14.00           rests bond 134.40
    alice    bid 8 h800 3h from mon @ 14.00        leases 8 mon..03:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                             lease-1 settles paid 112.00
    hz       available 110.88 contestable 110.88
    hz       bid 1 a100 1h from tue @ 1.00         refused insufficient_funds quantity
    hz       ask 1 a100 tue..wed @ 1.00            refused insufficient_funds quantity
    clock    mon 02:14:59
    hz       available 110.88 contestable 110.88
    clock    mon 02:15
    hz       available 110.88 contestable 0
    hz       ask 1 a100 tue..wed @ 1.00            rests
    """


@lease_story
def test_a_contest_freezes_what_was_paid_and_a_ruling_gives_back_what_was_not_delivered() -> None:
    # half of it: 56.00 back to alice with half the buyer's fee, and from the bond (0.5 - 0.001) x 25 % x 112.00;
    # of the provider's fee of 1.12 half comes back to it, so 110.88 + 0.56 - 56.00 stay
    """
    venue    lets contest 1h
    hz       has 1000.00
    alice    has 1000.00
    hz       ask 8 h800 mon..tue @ 14.00           rests bond 134.40
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                             lease-1 ended completed
    hz       available 976.48 contestable 110.88 escrow 0
    venue    fees 1.68
    alice    contest lease-1 period 0              contested frozen 110.88
    hz       available 865.60 contestable 0 escrow 110.88 bond 134.40
    lease-1  ended earned 112.00 escrow 0 frozen 110.88
    clock    mon 12:00
    lease-1  ended frozen 110.88
    venue    rules lease-1 period 0 delivered 4 used 4
             lease-1 ruled delivered 4 used 4 refunded 56.00 returned 0 penalty 13.972
    lease-1  ended earned 56.00 refunded 56.00 fee 0.28 commission 0.56 penalties 13.972 frozen 0
    hz       available 921.04 contestable 0 escrow 0 bond 120.428
    alice    available 957.692 escrow 0
    venue    fees 0.84
    """


@lease_story
def test_a_contest_that_is_lost_lets_go_of_everything() -> None:
    """
    venue    lets contest 1h
    hz       has 1000.00
    alice    has 1000.00
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                             lease-1 ended completed
    alice    contest lease-1 period 0              contested
    venue    rules lease-1 period 0 delivered 8 used 8
             lease-1 ruled delivered 8 used 8 refunded 0 penalty 0
    lease-1  ended earned 112.00 refunded 0 fee 0.56 commission 1.12 penalties 0 frozen 0
    hz       available 976.48 escrow 0
    alice    available 887.44
    """


@lease_story
def test_a_ruling_settles_by_the_leases_own_take_or_pay() -> None:
    # settled: max(0.6 x 8, 6) of 8 is 84.00; ruled: max(0.6 x 5, 4) of 8 is 56.00; nothing used more than delivered
    """
    venue    lets contest 1h
    hz       ask 8 h800 mon..tue @ 14.00 top 0.6   rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 6
    clock    mon 01:15                             lease-1 settles paid 84.00 refunded 28.00
    alice    contest lease-1 period 0              contested frozen 83.16
    venue    rules lease-1 period 0 delivered 9 used 4        refused bad_value delivered
    venue    rules lease-1 period 0 delivered 5 used 5.5      refused bad_value used
    venue    rules lease-1 period 0 delivered 8 used 6.5      refused bad_value used
    venue    rules lease-1 period 0 delivered 5 used 4
             lease-1 ruled refunded 28.00 penalty 10.472
    lease-1  running earned 56.00 refunded 56.00 fee 0.28 commission 0.56 escrow 112.56
    """


@lease_story
def test_everything_paid_can_be_given_back() -> None:
    # the penalty: (1 - 0.001) x 25 % x 112.00
    """
    venue    lets contest 1h
    hz       has 1000.00
    alice    has 1000.00
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                             lease-1 ended completed
    alice    contest lease-1 period 0              contested
    venue    rules lease-1 period 0 delivered 0 used 0
             lease-1 ruled refunded 112.00 penalty 27.972
    lease-1  ended earned 0 refunded 112.00 fee 0 commission 0
    alice    available 1027.972
    hz       available 865.60 bond 106.428 escrow 0
    venue    fees 0
    """


@lease_story
def test_the_penalty_of_a_ruling_comes_on_top_of_what_was_paid_already() -> None:
    # delivered 6 of 8: (0.25 - 0.001) x 28.00 = 6.972 at the close; ruled 4: 13.972 in all, so 7.00 more
    """
    venue    lets contest 1h
    hz       ask 8 h800 mon..tue @ 14.00           rests bond 134.40
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 6 used 6
    clock    mon 01:15                             lease-1 settles paid 84.00 penalty 6.972
    alice    contest lease-1 period 0              contested
    venue    rules lease-1 period 0 delivered 4 used 4      lease-1 ruled refunded 28.00 penalty 7.00
    lease-1  running penalties 13.972
    hz       bond 120.428
    """


@lease_story
def test_a_bond_that_has_returned_pays_no_penalty_and_the_refund_is_whole() -> None:
    """
    venue    lets contest 1h
    hz       ask 8 h800 mon..mon 01:00 @ 14.00     rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                             lease-1 ended completed
    ask-1    filled bond 0
    alice    contest lease-1 period 0              contested
    venue    rules lease-1 period 0 delivered 0 used 0      lease-1 ruled refunded 112.00 penalty 0
    """


@lease_story
def test_a_ruling_that_uses_up_the_bond_cancels_the_ask() -> None:
    # the bond: 5 % of 8 x 14.00 x 4 h
    """
    venue    lets contest 1h
    hz       ask 8 h800 mon..mon 04:00 @ 14.00     rests bond 22.40
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                             lease-1 ended completed
    alice    contest lease-1 period 0              contested
    venue    rules lease-1 period 0 delivered 0 used 0      lease-1 ruled penalty 22.40
                                                            ask-1 canceled bond_exhausted
    """


@lease_story
def test_who_may_contest_what_and_when() -> None:
    # the first hour is not delivered at all, which its provider does not deny
    """
    venue    lets contest 1h
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 3h from mon @ 14.00        leases 8 mon..03:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:30                             lease-1 settles paid 0
    alice    contest lease-1 period 0              refused not_contestable period
    alice    contest lease-1 period 1              refused not_contestable period
    hz       meter lease-1 through mon 01:00 delivered 0 used 0
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 8 used 8
    clock    mon 02:15                             lease-1 settles paid 112.00
    hz       contest lease-1 period 1              refused role_missing lease_id
    bob      contest lease-1 period 1              refused unknown_lease lease_id
    alice    contest lease-2 period 1              refused unknown_lease lease_id
    venue    rules lease-1 period 1 delivered 0 used 0      refused unknown_contest contest_id
    alice    contest lease-1 period 1              contested
    alice    contest lease-1 period 1              refused contest_open period
    venue    rules lease-1 period 1 delivered 7 used 7      lease-1 ruled refunded 14.00
    alice    contest lease-1 period 1              refused contest_ruled period
    venue    rules lease-1 period 1 delivered 7 used 7      refused contest_ruled contest_id
    clock    mon 03:00
    hz       meter lease-1 through mon 03:00 delivered 16 used 16
    clock    mon 04:15                             lease-1 ended completed
    alice    contest lease-1 period 2              refused not_contestable period
    """


@lease_story
def test_a_period_that_was_said_to_be_delivered_can_be_contested_though_nothing_was_paid() -> None:
    # the lease is paid by use alone, and was not used: what the buyer is owed is the penalty
    """
    venue    lets contest 1h
    hz       ask 8 h800 mon..tue @ 14.00 top 0     rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 0
    clock    mon 01:15                             lease-1 settles delivered 8 paid 0 penalty 0
    alice    contest lease-1 period 0              contested
    venue    rules lease-1 period 0 delivered 0 used 0    lease-1 ruled penalty 27.972
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 16 used 4
    clock    mon 02:15                             lease-1 settles delivered 8 paid 56.00 penalty 0
                                                   lease-1 ended completed
    alice    contest lease-1 period 1              contested
    """


@lease_story
def test_without_a_time_for_contests_there_are_none() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                             lease-1 ended completed
    hz       contestable 0
    alice    contest lease-1 period 0              refused not_contestable period
    """


@lease_story
def test_a_contest_of_a_subsidised_lease_returns_the_programmes_share() -> None:
    # 20 % of 112.00 is 22.40; of the 56.00 that come back 11.20 are the programme's
    """
    venue    opens 2025-06-02
    venue    lets contest 1h
    venue    defines sh-ai
    alice    has 1000.00
    hz       has 1000.00
    hz       ask 8 h800 2025-06-02..2025-06-03 @ 14.00 in shanghai    rests
    alice    bid 8 h800 1h from 2025-06-02 @ 14.00 in shanghai
             leases 8 2025-06-02..01:00 @ 14.00 from hz subsidy 22.40 by sh-ai
    alice    available 909.84 escrow 90.16
    hz       start lease-1
    clock    2025-06-02 01:00
    hz       meter lease-1 through 2025-06-02 01:00 delivered 8 used 8
    clock    2025-06-02 01:15                      lease-1 ended completed
    lease-1  ended earned 112.00 redeemed 22.40 returned 0
    sh-ai    pool 0 committed 0 redeemed 22.40 granted 22.40
    alice    contest lease-1 period 0              contested frozen 110.88
    venue    rules lease-1 period 0 delivered 4 used 4      lease-1 ruled refunded 56.00 returned 11.20 penalty 13.972
    lease-1  ended earned 56.00 refunded 56.00 redeemed 11.20 returned 11.20
    sh-ai    pool 11.20 committed 0 redeemed 11.20 granted 11.20
    alice    available 968.892 escrow 0
    hz       available 921.04 escrow 0
    """
