"""Section 10 of the rulebook, explain: how many asks fail each test, in their order, and what would fill the bid.

Money that a change costs extra is what it takes beyond the bid's own limits, with the fee of 0.5 %.
"""

from tests.story import story


@story
def test_price_is_the_first_test() -> None:
    # 0.40 x 8 x 24 h = 76.80, and 0.5 % of it
    """
    hz     ask 8 h800 mon..tue @ 16.00       rests
    sh     ask 8 h800 mon..tue @ 15.40       rests
    alice  bid 8 h800 1d from mon @ 15.00    rests
    alice  explain bid-1                     fails price 2
                                             try +0.40 CNY per chip-hour extra 77.184 total 2971.584
    alice  takes advice                      loses place, leases 8 mon..tue @ 15.40 from sh
    bid-1  filled 8
    """


@story
def test_a_price_is_raised_as_far_as_all_of_the_bid_needs() -> None:
    """
    hz     ask 3 h800 mon..tue @ 15.30       rests
    sh     ask 3 h800 mon..tue @ 15.10       rests
    sz     ask 3 h800 mon..tue @ 15.20       rests
    alice  bid 8 h800 1d from mon @ 15.00    rests
    alice  explain bid-1                     fails price 3, try +0.30 CNY per chip-hour
    alice  takes advice                      loses place
                                             leases 3 mon..tue @ 15.10 from sh
                                             leases 3 mon..tue @ 15.20 from sz
                                             leases 2 mon..tue @ 15.30 from hz
    """


@story
def test_duration_is_too_long_where_nothing_is_free_for_so_long() -> None:
    """
    hz     ask 8 h800 mon..mon 20:00 @ 14.00     rests
    sh     ask 8 h800 mon..mon 18:00 @ 13.00     rests
    alice  bid 8 h800 1d from mon @ 15.00        rests
    alice  explain bid-1                         fails duration 2, try 4 h shorter extra 0
    alice  takes advice                          leases 8 mon..20:00 @ 14.00 from hz
    """


@story
def test_duration_is_too_short_where_leases_have_to_be_longer() -> None:
    # 6 h more at 14.00: 8 x 30 h x 14.00 is 3360.00, at the limit for a day it would be 2880.00
    """
    hz     ask 8 h800 mon..thu @ 14.00 min 36h   rests
    sh     ask 8 h800 mon..thu @ 14.00 min 30h   rests
    alice  bid 8 h800 1d from mon @ 15.00        rests
    alice  explain bid-1                         fails duration 2, try 6 h longer extra 482.40 total 3376.80
    alice  takes advice                          leases 8 mon..tue 06:00 @ 14.00 from sh
    """


@story
def test_start_is_too_early() -> None:
    """
    hz     ask 8 h800 mon 12:00..thu @ 14.00         rests
    sh     ask 8 h800 mon 09:00..thu @ 14.00         rests
    alice  bid 8 h800 1d till mon 06:00 @ 15.00      rests
    alice  explain bid-1                             fails start 2, try start 3 h later extra 0
    alice  takes advice                              leases 8 mon 09:00..tue 09:00 @ 14.00 from sh
    """


@story
def test_start_is_too_late() -> None:
    """
    hz     ask 8 h800 mon..tue 06:00 @ 14.00                      rests
    alice  bid 8 h800 1d from mon 10:00 till mon 12:00 @ 15.00    rests
    alice  explain bid-1                    fails start 1, try start 4 h earlier, try 4 h shorter
    alice  takes advice                     leases 8 mon 06:00..tue 06:00 @ 14.00 from hz
    """


@story
def test_quantity_is_that_of_the_smallest_lease_worth_having() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00             rests
    sh     ask 3 h800 mon..tue @ 14.00             rests
    sz     ask 4 h800 mon..tue @ 14.00             rests
    alice  bid 8 h800 1d from mon @ 15.00 min 6    rests
    alice  explain bid-1                           fails quantity 3
                                                   try accept leases of 4 chips, try 4 chips fewer
    alice  takes advice                            leases 4 mon..tue @ 14.00 from hz
                                                   leases 4 mon..tue @ 14.00 from sz
    """


@story
def test_quantity_is_all_of_a_bid_that_is_all_or_none() -> None:
    """
    hz     ask 6 h800 mon..tue @ 14.00                                            rests
    sh     ask 18 a100 mon..tue @ 6.00                                            rests
    alice  bid 8 h800 1d from mon @ 15.00 or 20 a100 1d from mon @ 7.00 gang      rests
    alice  explain bid-1                                   first fails quantity 1, second fails quantity 1
                                                           second try 2 chips fewer, try 2 chips fewer
    alice  takes advice                                    leases 18 mon..tue @ 6.00 from sh
    bob    bid 8 h800 1d from mon @ 15.00 gang             rests
    bob    explain bid-3                                   fails quantity 1, try 2 chips fewer extra 0
    bob    takes advice                                    keeps place, leases 6 mon..tue @ 14.00 from hz
    """


@story
def test_lot_is_more_than_what_is_wanted() -> None:
    """
    hz     ask 16 h800 mon..tue @ 14.00 lot 8    rests
    alice  bid 4 h800 1d from mon @ 15.00        rests
    alice  explain bid-1                         fails lot 1, try 4 chips more extra 1254.24 total 2701.44
    alice  takes advice                          loses place, leases 8 mon..tue @ 14.00 from hz
    """


@story
def test_lot_is_no_part_of_a_bid_that_is_all_or_none() -> None:
    """
    hz     ask 16 h800 mon..tue @ 14.00 lot 8    rests
    alice  bid 12 h800 1d from mon @ 15.00 gang  rests
    alice  explain bid-1                         fails lot 1, try 4 chips fewer extra 0, try 4 chips more
    alice  takes advice                          keeps place, leases 8 mon..tue @ 14.00 from hz
    """


@story
def test_take_or_pay_is_more_than_the_bid_allows() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                rests
    sh     ask 8 h800 mon..tue @ 14.00 top 0.8        rests
    alice  bid 8 h800 1d from mon @ 15.00 top 0.5     rests
    alice  explain bid-1                              fails take_or_pay 2, try accept take-or-pay of 0.8 extra 0
    alice  takes advice                               leases 8 mon..tue @ 14.00 from sh
    """


@story
def test_requirements_come_after_take_or_pay() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00 top 0.6 tags roce           rests
    sh     ask 8 h800 mon..tue @ 14.00 tags roce,slurm             rests
    alice  bid 8 h800 1d from mon @ 15.00 top 0.6 tags slurm       rests
    alice  explain bid-1                                           fails take_or_pay 1 requirements 1
                                                                   try accept take-or-pay of 1
                                                                   try do without slurm
    """


@story
def test_a_tag_that_no_ask_has_is_done_without() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00 tags roce                   rests
    sh     ask 8 h800 mon..tue @ 14.00 tags slurm                  rests
    alice  bid 8 h800 1d from mon @ 15.00 tags slurm,ib            rests
    alice  explain bid-1                                           fails requirements 2, try do without ib
    alice  takes advice                                            leases 8 mon..tue @ 14.00 from sh
    """


@story
def test_a_pue_is_accepted_that_somebody_states() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                    rests
    sh     ask 8 h800 mon..tue @ 14.00 pue 1.35           rests
    alice  bid 8 h800 1d from mon @ 15.00 pue 1.3         rests
    alice  explain bid-1                                  fails requirements 2, try accept a PUE of 1.35
    alice  takes advice                                   leases 8 mon..tue @ 14.00 from sh
    """


@story
def test_a_green_share_is_accepted_that_somebody_states() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                    rests
    sh     ask 8 h800 mon..tue @ 14.00 green 0.4          rests
    alice  bid 8 h800 1d from mon @ 15.00 green 0.5       rests
    alice  explain bid-1                                  fails requirements 2, try accept a green share of 0.4
    alice  takes advice                                   leases 8 mon..tue @ 14.00 from sh
    """


@story
def test_foreign_chips_are_accepted_where_there_are_no_domestic_ones() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                    rests
    alice  bid 8 h800 1d from mon @ 15.00 domestic        rests
    alice  explain bid-1                                  fails requirements 1, try accept foreign chips
    alice  takes advice                                   leases 8 mon..tue @ 14.00 from hz
    """


@story
def test_owner_is_the_last_test() -> None:
    """
    ann    joins acme
    alice  joins acme
    ann    ask 8 h800 mon..tue @ 14.00                    rests
    sh     ask 8 h800 mon..tue @ 15.40                    rests
    alice  bid 8 h800 1d from mon @ 15.00 self skip       meets ask-1, rests
    alice  explain bid-1                                  fails price 1 owner 1, try +0.40 CNY per chip-hour
    alice  takes advice                                   loses place, meets ask-1, leases 8 mon..tue @ 15.40 from sh
    """


@story
def test_a_bid_that_its_own_group_would_stop_may_look_past_it() -> None:
    """
    ann    joins acme
    alice  joins acme
    ann    ask 8 h800 mon..tue @ 14.00            rests
    sh     ask 8 h800 mon..tue @ 14.50            rests
    alice  quote bid 8 h800 1d from mon @ 15.00   canceled 8 self_trade
                                                  fails owner 1 fits 1, try look past own asks extra 0
    alice  takes advice                           meets ask-1, leases 8 mon..tue @ 14.50 from sh
    """


@story
def test_no_change_leads_to_asks_of_the_own_group() -> None:
    """
    hz     joins acme
    alice  joins acme
    hz     ask 8 h800 mon..tue @ 15.40                    rests
    hz     ask 8 h800 mon 03:00..thu @ 14.00              rests
    alice  bid 8 h800 1d from mon @ 15.00                 rests
    alice  explain bid-1                                  fails price 1 start 1
    """


@story
def test_an_ask_is_counted_at_the_first_test_that_it_fails() -> None:
    # each ask fails the test that it is named for and all that come after it, but is counted once
    """
    joe    joins acme
    alice  joins acme
    joe    ask 3 h800 mon 12:00..mon 20:00 @ 16.00 lot 3                   rests
    joe    ask 3 h800 mon 12:00..mon 20:00 @ 14.00 lot 3                   rests
    joe    ask 3 h800 mon 12:00..wed @ 14.00 lot 3                         rests
    joe    ask 3 h800 mon..tue @ 14.00 lot 3                               rests
    joe    ask 6 h800 mon..tue @ 14.00 lot 3                               rests
    joe    ask 8 h800 mon..tue @ 14.00                                     rests
    joe    ask 8 h800 mon..tue @ 14.00 top 0.5                             rests
    joe    ask 8 h800 mon..tue @ 14.00 top 0.5 tags roce                   rests
    alice  bid 4 h800 1d from mon @ 15.00 gang top 0.5 tags roce self skip
           meets ask-8, rests
    alice  explain bid-1
           fails price 1 duration 1 start 1 quantity 1 lot 1 take_or_pay 1 requirements 1 owner 1
    """


@story
def test_each_alternative_is_explained_by_itself() -> None:
    """
    hz     ask 8 h800 mon..tue @ 15.40                    rests
    hz     ask 8 h800 mon..mon 20:00 @ 14.00              rests
    sh     ask 8 a100 mon 03:00..thu @ 6.00 in shanghai   rests
    alice  bid 8 h800 1d from mon @ 15.00 or a100 1d from mon @ 7.00 in shanghai or a100 1d from mon @ 7.00
           rests
    alice  explain bid-1
           first fails price 1 duration 1, second fails start 1, third fails
           second try start 3 h later extra 0, first try 4 h shorter extra 0
           first try +0.40 CNY per chip-hour extra 77.184
    alice  takes advice
           leases 8 mon 03:00..tue 03:00 @ 6.00 from sh
    """


@story
def test_an_alternative_that_has_lapsed_is_left_out() -> None:
    """
    hz     ask 8 h800 mon..wed @ 15.40                    rests
    alice  bid 8 h800 1d from mon @ 15.00 or h800 1d from mon 06:00 @ 15.00    rests
    clock  mon 01:00
    alice  explain bid-1                                  second fails price 1, second try +0.40 CNY per chip-hour
    alice  takes advice                                   loses place, leases 8 mon 06:00..tue 06:00 @ 15.40 from hz
    """


@story
def test_what_is_left_of_a_bid_is_explained() -> None:
    """
    hz     ask 16 h800 mon..tue @ 14.00 lot 8     rests
    alice  bid 12 h800 1d from mon @ 15.00        leases 8 mon..tue @ 14.00 from hz, rests 4
    alice  explain bid-1                          fails lot 1, try 4 chips more
    alice  takes advice                           loses place, leases 8 mon..tue @ 14.00 from hz
    bid-1  filled 16
    """


@story
def test_a_brake_is_counted_where_nothing_else_stands_in_the_way() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                                     rests
    alice  bid 8 h800 3h from mon @ 14.00                                  leases 8 mon..03:00 @ 14.00 from hz
    bob    bid 8 h800 1h from mon till mon 01:00 @ 14.50                   rests
    bob    explain bid-2                          fails start 1, try start 2 h later
    venue  sets h800 halted
    clock  mon 00:15                              lease-1 defaulted not_started
    bob    explain bid-2                          fails market 1
    venue  sets h800 post_only
    bob    explain bid-2                          fails market 1
    """


@story
def test_what_only_rests_is_filled_by_no_change() -> None:
    """
    hz     ask 8 h800 mon..tue @ 15.40                 rests
    alice  bid 8 h800 1d from mon @ 15.00 post_only    rests
    alice  explain bid-1                               fails price 1
    """


@story
def test_explaining_changes_nothing() -> None:
    """
    alice  has 5000.00
    hz     ask 8 h800 mon..tue @ 15.40       rests
    alice  bid 8 h800 1d from mon @ 15.00    rests held 2894.40
    alice  explain bid-1                     fails price 1, try +0.40 CNY per chip-hour
    bid-1  rests 8 held 2894.40
    ask-1  rests 8
    alice  available 2105.60 held 2894.40
    """
