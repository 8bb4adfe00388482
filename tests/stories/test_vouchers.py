"""Sections 8 and 10 of the rulebook: which programme pays, what a preview says of it, and where its money goes.

Wuxi pays 30 % at home and 15 % elsewhere, Shanghai 20 % at home; other rates here are the stories' own.
"""

from tests.story_vouchers import money_story


@money_story
def test_the_best_programme_pays_unless_the_bid_says_which_to_try() -> None:
    """
    venue    opens 2025-06-02
    venue    defines sh-ai
    venue    defines wx
    venue    defines lf
    shdc     ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in shanghai     rests
    wxdc     ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in wuxi         rests
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00 in shanghai
             leases 10 2025-06-02..01:00 @ 10.00 from shdc subsidy 20.00 by sh-ai bound rate
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00 in wuxi
             leases 10 2025-06-02..01:00 @ 10.00 from wxdc subsidy 30.00 by wx bound rate
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00 in shanghai by wx,sh-ai
             leases 10 2025-06-02..01:00 @ 10.00 from shdc subsidy 15.00 by wx bound rate
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00 in wuxi by lf,sh-ai,wx
             leases 10 2025-06-02..01:00 @ 10.00 from wxdc subsidy 30.00 by wx bound rate
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00 in wuxi by lf,sh-ai
             leases 10 2025-06-02..01:00 @ 10.00 from wxdc subsidy 0
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00 in wuxi by nothing
             leases 10 2025-06-02..01:00 @ 10.00 from wxdc subsidy 0
    """


@money_story
def test_of_programmes_that_pay_the_same_the_first_defined_does() -> None:
    """
    venue    opens 2025-06-02
    venue    defines wx paying 0.2
    venue    defines lf paying 0.2
    venue    defines wx paying 0.2
    hz       ask 100 h800 2025-06-02..2025-06-03 @ 10.00    rests
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00
             leases 10 2025-06-02..01:00 @ 10.00 from hz subsidy 20.00 by wx bound rate
    """


@money_story
def test_a_programme_that_nobody_has_defined_is_refused() -> None:
    """
    venue    opens 2025-06-02
    venue    defines wx
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00 by wx,sh-ai        refused unknown_programme
    alice    quote bid 10 h800 1h from 2025-06-02 @ 10.00 by sh-ai     refused unknown_programme
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00 by wx,auto         refused unknown_programme
    """


@money_story
def test_a_preview_shares_a_cap_among_the_leases_it_shows_as_the_trades_then_do() -> None:
    # 20 % of 300.00 and of 480.00, with a cap of 100.00 a year; what must be available knows of no subsidy
    """
    venue    opens 2025-06-02
    venue    defines lf paying 0.2 cap 100.00 year
    hz       ask 30 h800 2025-06-02..2025-06-03 @ 10.00       rests
    sh       ask 40 h800 2025-06-02..2025-06-03 @ 12.00       rests
    dear     ask 30 h800 2025-06-02..2025-06-03 @ 13.00       rests
    alice    quote bid 100 h800 1h from 2025-06-02 @ 13.00
             gets 30 2025-06-02..01:00 @ 10.00 cost 300.00 fee 1.50 subsidy 60.00 by lf bound rate
             gets 40 2025-06-02..01:00 @ 12.00 cost 480.00 fee 2.40 subsidy 40.00 by lf bound year
             gets 30 2025-06-02..01:00 @ 13.00 cost 390.00 fee 1.95 subsidy 0
             pays cost 1170.00 fee 5.85 total 1075.85, affords needed 1306.50
    alice    bid 100 h800 1h from 2025-06-02 @ 13.00
             leases 30 2025-06-02..01:00 @ 10.00 from hz subsidy 60.00 by lf bound rate
             leases 40 2025-06-02..01:00 @ 12.00 from sh subsidy 40.00 by lf bound year
             leases 30 2025-06-02..01:00 @ 13.00 from dear subsidy 0
    alice    available 998924.15 escrow 1075.85 held 0
    """


@money_story
def test_a_preview_of_two_programmes_that_exclude_each_other_takes_one() -> None:
    # wuxi pays more than beijing at home, and less elsewhere, where it has paid already
    """
    venue    opens 2025-06-02
    venue    defines bj-2023
    venue    defines wx
    alice    is software-info in beijing
    wxdc     ask 10 h800 2025-06-02..2025-06-03 @ 10.00 in wuxi       rests
    shdc     ask 10 h800 2025-06-02..2025-06-03 @ 10.00 in shanghai   rests
    alice    quote bid 20 h800 1h from 2025-06-02 @ 10.00 in wuxi or h800 1h from 2025-06-02 @ 10.00 in shanghai
             gets 10 2025-06-02..01:00 @ 10.00 in wuxi subsidy 30.00 by wx bound rate
             gets 10 2025-06-02..01:00 @ 10.00 in shanghai subsidy 15.00 by wx bound rate
             pays cost 200.00 fee 1.00 total 156.00
    """


@money_story
def test_the_buyer_holds_the_whole_price_and_gets_the_subsidy_back_at_the_trade() -> None:
    # 1,000.00 and a fee of 5.00; with 1,004.99 a subsidy that may be gone by the trade does not help
    """
    venue    opens 2025-06-02
    venue    defines wx
    alice    has 1004.99
    bob      has 1005.00
    wxdc     ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in wuxi         rests
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in wuxi             refused insufficient_funds quantity
    bob      bid 100 h800 1h from 2025-06-02 @ 10.00 in wuxi
             leases 100 2025-06-02..01:00 @ 10.00 from wxdc subsidy 300.00 by wx bound rate
    bob      available 300.00 held 0 escrow 705.00
    """


@money_story
def test_what_a_bid_at_rest_gets_is_decided_when_it_trades() -> None:
    """
    venue    opens 2025-06-02
    alice    bid 100 h800 1h from 2025-06-02 till 2025-06-03 @ 10.00 in wuxi    rests
    venue    defines wx
    wxdc     ask 60 h800 2025-06-02..2025-06-02 01:00 @ 10.00 in wuxi
             leases 60 2025-06-02..01:00 @ 10.00 from wxdc to alice subsidy 180.00 by wx bound rate
    venue    defines wx paying 0.1
    wxdc     ask 40 h800 2025-06-02..2025-06-02 01:00 @ 10.00 in wuxi
             leases 40 2025-06-02..01:00 @ 10.00 from wxdc to alice subsidy 40.00 by wx bound rate
    """


@money_story
def test_periods_draw_the_subsidy_in_the_share_that_is_paid() -> None:
    # the second lease delivers half: half of its 150.00 goes back to the pool
    """
    venue    opens 2025-06-02
    venue    defines wx
    wxdc     ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in wuxi         rests
    shdc     ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in shanghai     rests
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in wuxi
             leases 100 2025-06-02..01:00 @ 10.00 from wxdc subsidy 300.00 by wx bound rate
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in shanghai
             leases 100 2025-06-02..01:00 @ 10.00 from shdc subsidy 150.00 by wx bound rate
    wxdc     start lease-1
    shdc     start lease-2
    clock    2025-06-02 01:00
    wxdc     meter lease-1 through 2025-06-02 01:00 delivered 100 used 50
    shdc     meter lease-2 through 2025-06-02 01:00 delivered 50 used 50
    clock    2025-06-02 01:15
             lease-1 settles paid 1000.00 redeemed 300.00 refunded 0 returned 0, lease-1 ended
             lease-2 settles paid 500.00 redeemed 75.00 refunded 500.00 returned 75.00, lease-2 ended
    lease-1  ended earned 1000.00 refunded 0 subsidy 300.00 redeemed 300.00 returned 0 escrow 0
    lease-2  ended earned 500.00 refunded 500.00 subsidy 150.00 redeemed 75.00 returned 75.00 escrow 0
    wx       funded 450.00 pool 75.00 committed 0 redeemed 375.00 granted 375.00
    """


@money_story
def test_a_pool_may_be_worded_anew_down_to_what_has_been_granted() -> None:
    """
    venue    opens 2025-06-02
    venue    defines lf paying 0.2 pool 50.00 ceiling
    hz       ask 100 h800 2025-06-02..2025-06-03 @ 10.00      rests
    alice    bid 20 h800 1h from 2025-06-02 @ 10.00
             leases 20 2025-06-02..01:00 @ 10.00 from hz subsidy 40.00 by lf bound rate
    lf       pool 10.00 funded 50.00
    venue    defines lf paying 0.2 pool 39.99 ceiling         refused pool_committed pool
    venue    defines lf paying 0.2 pool 39.99 total           refused pool_committed pool
    venue    defines lf paying 0.2 pool 40.00 ceiling
    lf       pool 0 funded 50.00 lapsed 10.00 granted 40.00
    venue    defines lf paying 0.2 pool 60.00 total
    lf       pool 20.00 funded 70.00 lapsed 10.00
    venue    defines lf paying 0.2 pool 30.00 floor
    lf       pool 20.00 funded 70.00 lapsed 10.00
    alice    bid 20 h800 1h from 2025-06-02 01:00 @ 10.00
             leases 20 2025-06-02 01:00..02:00 @ 10.00 from hz subsidy 40.00 by lf bound rate
    lf       pool 0 funded 90.00 lapsed 10.00 committed 80.00
    """


@money_story
def test_a_paused_programme_commits_nothing_more_and_keeps_what_it_has() -> None:
    """
    venue    opens 2025-06-02
    venue    defines wx paying 0.2
    venue    defines lf paying 0.1
    hz       ask 100 h800 2025-06-02..2025-06-03 @ 10.00    rests
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00
             leases 10 2025-06-02..01:00 @ 10.00 from hz subsidy 20.00 by wx bound rate
    venue    pauses wx
    wx       committed 20.00
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00
             leases 10 2025-06-02..01:00 @ 10.00 from hz subsidy 10.00 by lf bound rate
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00 by wx
             leases 10 2025-06-02..01:00 @ 10.00 from hz subsidy 0
    venue    resumes wx
    alice    bid 10 h800 1h from 2025-06-02 @ 10.00
             leases 10 2025-06-02..01:00 @ 10.00 from hz subsidy 20.00 by wx bound rate
    venue    pauses atlantis                                refused unknown_programme programme
    """
