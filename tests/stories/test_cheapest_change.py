"""Section 10 of the rulebook, explain: of all the changes that would fill a bid, which is the cheapest.

Money that a change costs extra is what it takes beyond the bid's own limits, with the fee of 0.5 %.
"""

from tests.story import story


@story
def test_the_cheapest_of_several_changes_comes_first() -> None:
    # a whole day at 15.10 costs 0.10 x 8 x 24 h more than the limit, a longer one at 14.00 much more
    """
    hz     ask 8 h800 mon..tue @ 15.10                    rests
    sh     ask 8 h800 mon..thu @ 14.00 min 30h            rests
    alice  bid 8 h800 1d from mon @ 15.00                 rests
    alice  explain bid-1                                  fails price 1 duration 1
                                                          try +0.10 CNY per chip-hour extra 19.296
                                                          try 6 h longer extra 482.40
    alice  takes advice                                   loses place, leases 8 mon..tue @ 15.10 from hz
    """


@story
def test_of_changes_that_cost_the_same_the_one_that_alters_the_delivery_least_comes_first() -> None:
    """
    hz     ask 8 h800 mon..mon 20:00 @ 14.00 top 0.6 tags roce    rests
    sh     ask 6 h800 mon..tue @ 14.00 top 0.6 tags roce          rests
    sz     ask 8 h800 mon 03:00..thu @ 14.00 top 0.6 tags roce    rests
    gz     ask 8 h800 mon..tue @ 14.00 tags roce                  rests
    bj     ask 8 h800 mon..tue @ 14.00 top 0.6                    rests
    alice  bid 8 h800 1d from mon @ 15.00 gang top 0.6 tags roce  rests
    alice  explain bid-1         fails duration 1 start 1 quantity 1 take_or_pay 1 requirements 1
                                 try start 3 h later extra 0
                                 try accept take-or-pay of 1 extra 0
                                 try do without roce extra 0
                                 try 2 chips fewer extra 0
                                 try 4 h shorter extra 0
    """


@story
def test_of_one_kind_the_smallest_change_comes_first() -> None:
    """
    hz     ask 8 h800 mon 09:00..thu @ 14.00              rests
    alice  bid 8 h800 1d from mon @ 15.00 or h800 1d from mon 06:00 @ 15.00    rests
    alice  explain bid-1                                  first fails start 1, second fails start 1
                                                          second try start 3 h later, first try start 9 h later
    alice  takes advice                                   leases 8 mon 09:00..tue 09:00 @ 14.00 from hz
    """


@story
def test_where_no_single_change_does_none_is_told() -> None:
    """
    hz     ask 8 h800 mon..mon 20:00 @ 16.00              rests
    alice  bid 8 h800 1d from mon @ 15.00                 rests
    alice  explain bid-1                                  fails price 1
    """


@story
def test_a_change_beyond_somebodys_means_says_so() -> None:
    # a day at 15.40 is 369.60, and 371.448 with the fee
    """
    alice  has 371.447999
    hz     ask 1 h800 mon..tue @ 15.40       rests
    alice  bid 1 h800 1d from mon @ 15.00    rests
    alice  explain bid-1                     fails price 1, try +0.40 CNY per chip-hour total 371.448 beyond means
    alice  takes advice                      refused insufficient_funds
    alice  deposits 0.000001
    alice  explain bid-1                     fails price 1, try +0.40 CNY per chip-hour total 371.448
    alice  takes advice                      loses place, leases 1 mon..tue @ 15.40 from hz
    """
