"""Section 10 of the rulebook, preview: what a bid would get if it came now, what that costs, and why there is no more.

The rule of these stories: buyers pay a fee of 0.5 %.
"""

from tests.story import story


@story
def test_a_quote_changes_nothing() -> None:
    """
    alice  has 5000.00
    hz     ask 8 h800 mon..tue @ 14.00            rests
    alice  quote bid 8 h800 1d from mon @ 15.00   gets 8 mon..tue @ 14.00 on h800 in hangzhou
    alice  available 5000.00 held 0 escrow 0
    ask-1  rests 8 filled 0
    bob    bid 8 h800 1d from mon @ 15.00         leases 8 mon..tue @ 14.00 from hz
    bid-1  filled 8
    """


@story
def test_a_quote_leaves_no_bid_that_an_ask_could_meet() -> None:
    """
    alice  quote bid 8 h800 1d from mon @ 15.00   rests 8 held 2894.40
    alice  available 1000000 held 0
    hz     ask 8 h800 mon..tue @ 14.00            rests 8
    """


@story
def test_a_quote_tells_the_leases_that_the_bid_then_gets() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00                         rests
    sh     ask 2 h800 mon 02:00..tue 02:00 @ 13.00             rests
    sz     ask 8 h800 mon..tue @ 14.50                         rests
    alice  quote bid 8 h800 1d from mon till mon 06:00 @ 15.00
           gets 2 mon 02:00..tue 02:00 @ 13.00 on h800 in hangzhou
           gets 4 mon..tue @ 14.00 on h800 in hangzhou
           gets 2 mon..tue @ 14.50 on h800 in hangzhou
           filled 8
    alice  bid 8 h800 1d from mon till mon 06:00 @ 15.00
           leases 2 mon 02:00..tue 02:00 @ 13.00 from sh
           leases 4 mon..tue @ 14.00 from hz
           leases 2 mon..tue @ 14.50 from sz
    """


@story
def test_a_quote_reaches_into_the_market_of_every_alternative() -> None:
    """
    hz     ask 2 h800 mon..tue @ 14.00                         rests
    sh     ask 2 h800 mon..tue @ 14.00 in shanghai             rests
    sz     ask 2 a100 tue..thu @ 6.00                          rests
    alice  quote bid 6 h800 1d from mon @ 14.50 or h800 1d from mon @ 15.00 in shanghai or a100 2d from tue @ 7.00
           gets 2 tue..thu @ 6.00 on a100 in hangzhou
           gets 2 mon..tue @ 14.00 on h800 in shanghai
           gets 2 mon..tue @ 14.00 on h800 in hangzhou
    alice  bid 6 h800 1d from mon @ 14.50 or h800 1d from mon @ 15.00 in shanghai or a100 2d from tue @ 7.00
           leases 2 tue..thu @ 6.00 from sz
           leases 2 mon..tue @ 14.00 from sh
           leases 2 mon..tue @ 14.00 from hz
    """


@story
def test_a_quote_takes_several_places_in_one_ask() -> None:
    """
    hz     ask 8 h800 mon..thu @ 14.00                         rests
    alice  bid 6 h800 1d from tue @ 14.00                      leases 6 tue..wed @ 14.00 from hz
    bob    quote bid 16 h800 1d from mon till tue @ 14.00      gets 8 mon..tue @ 14.00 on h800 in hangzhou
                                                               gets 2 tue..wed @ 14.00 on h800 in hangzhou
                                                               rests 6, fails start 1
                                                               try start 1 d later, try 6 chips fewer
                                                               try 12 h shorter
    bob    bid 16 h800 1d from mon till tue @ 14.00            leases 8 mon..tue @ 14.00 from hz
                                                               leases 2 tue..wed @ 14.00 from hz
                                                               rests 6
    """


@story
def test_a_quote_is_all_in() -> None:
    # 4 x 24 h x 14.00 = 1344.00 with a fee of 6.72, and 4 x 24 h x 14.50 = 1392.00 with one of 6.96
    """
    hz     ask 4 h800 mon..tue @ 14.00            rests
    sh     ask 4 h800 mon..tue @ 14.50            rests
    alice  quote bid 8 h800 1d from mon @ 15.00   gets 4 mon..tue @ 14.00 on h800 in hangzhou cost 1344.00 fee 6.72
                                                  gets 4 mon..tue @ 14.50 on h800 in hangzhou cost 1392.00 fee 6.96
                                                  pays cost 2736.00 fee 13.68 total 2749.68
                                                  filled 8 held 0
    alice  bid 8 h800 1d from mon @ 15.00         leases 4 mon..tue @ 14.00 from hz, leases 4 mon..tue @ 14.50 from sh
    alice  escrow 2749.68 held 0
    """


@story
def test_a_quote_tells_what_the_rest_would_hold() -> None:
    # 5 x 24 h x 15.00 = 1800.00, and 0.5 % of it
    """
    hz     ask 3 h800 mon..tue @ 14.00            rests
    alice  quote bid 8 h800 1d from mon @ 15.00   gets 3 mon..tue @ 14.00 on h800 in hangzhou
                                                  pays total 1013.04, rests 5 held 1809.00
                                                  fails duration 1
                                                  try 5 chips fewer
    alice  bid 8 h800 1d from mon @ 15.00         leases 3 mon..tue @ 14.00 from hz, rests 5 held 1809.00
    alice  escrow 1013.04
    """


@story
def test_want_of_money_is_told_and_not_refused() -> None:
    # as a bid it has to be able to pay its own limit: 24 h x 15.00 and 0.5 %
    """
    alice  has 361.799999
    hz     ask 1 h800 mon..tue @ 14.00            rests
    alice  quote bid 1 h800 1d from mon @ 15.00   gets 1 mon..tue @ 14.00 on h800 in hangzhou
                                                  pays total 337.68, lacks needed 361.80 available 361.799999
    alice  bid 1 h800 1d from mon @ 15.00         refused insufficient_funds
    alice  deposits 0.000001
    alice  quote bid 1 h800 1d from mon @ 15.00   gets 1 mon..tue @ 14.00 on h800 in hangzhou
                                                  affords needed 361.80 available 361.80
    alice  bid 1 h800 1d from mon @ 15.00         leases 1 mon..tue @ 14.00 from hz
    """


@story
def test_for_what_is_missing_a_quote_tells_the_reason() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00            rests
    sh     ask 8 h800 mon..tue @ 15.40            rests
    alice  quote bid 8 h800 1d from mon @ 15.00   gets 4 mon..tue @ 14.00 on h800 in hangzhou
                                                  rests 4
                                                  fails price 1 duration 1
                                                  try 4 chips fewer
                                                  try +0.40 CNY per chip-hour extra 0
    """


@story
def test_the_reason_is_why_what_is_missing_cannot_be_had() -> None:
    # 12 would be a lot of 8 and more, but the 4 that are missing are no lot
    """
    hz     ask 16 h800 mon..tue @ 14.00 lot 8      rests
    alice  quote bid 12 h800 1d from mon @ 15.00   gets 8 mon..tue @ 14.00 on h800 in hangzhou
                                                   rests 4, fails lot 1
                                                   try 4 chips fewer extra 0, try 4 chips more
    """


@story
def test_where_nothing_is_missing_nothing_fails() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00            rests
    sh     ask 8 h800 mon..tue @ 99.00            rests
    alice  quote bid 8 h800 1d from mon @ 15.00   gets 8 mon..tue @ 14.00 on h800 in hangzhou, filled 8
    """


@story
def test_a_quote_names_the_change_that_would_fill_the_bid() -> None:
    """
    hz     ask 8 h800 mon 03:00..thu @ 14.00      rests
    alice  quote bid 8 h800 1d from mon @ 15.00   rests 8, fails start 1, try start 3 h later
    alice  takes advice                           leases 8 mon 03:00..tue 03:00 @ 14.00 from hz
    """


@story
def test_a_quote_of_a_bid_that_never_rests_tells_what_is_canceled() -> None:
    """
    hz     ask 5 h800 mon..tue @ 14.00                rests
    alice  quote bid 8 h800 1d from mon @ 15.00 ioc   gets 5 mon..tue @ 14.00 on h800 in hangzhou
                                                      pays total 1688.40, canceled 3 time_in_force held 0
                                                      fails duration 1
                                                      try 3 chips fewer
    alice  bid 8 h800 1d from mon @ 15.00 ioc         leases 5 mon..tue @ 14.00 from hz, canceled 3 time_in_force
    """


@story
def test_a_quote_of_a_fill_or_kill_bid_is_of_all_or_nothing() -> None:
    """
    hz     ask 4 h800 mon..tue @ 13.00                rests
    sh     ask 4 h800 mon..tue @ 14.00                rests
    alice  quote bid 8 h800 1d from mon @ 14.00 fok   gets 4 mon..tue @ 13.00 on h800 in hangzhou
                                                      gets 4 mon..tue @ 14.00 on h800 in hangzhou
                                                      filled 8
    alice  quote bid 9 h800 1d from mon @ 14.00 fok   pays cost 0 fee 0 total 0, canceled 9 time_in_force
                                                      fails duration 2
                                                      try 1 chip fewer
    alice  takes advice                               leases 4 mon..tue @ 13.00 from hz
                                                      leases 4 mon..tue @ 14.00 from sh
    """


@story
def test_a_quote_of_a_bid_that_is_not_to_trade_is_refused_or_rests() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                      rests
    alice  quote bid 8 h800 1d from mon @ 14.00 post_only   refused would_trade post_only
    alice  quote bid 8 h800 1d from mon @ 13.99 post_only   rests 8 held 2699.5104, fails price 1
    """


@story
def test_a_quote_of_an_all_or_none_bid_is_of_one_piece() -> None:
    """
    hz     ask 4 h800 mon..tue @ 13.00                 rests
    sh     ask 4 h800 mon..tue @ 13.00                 rests
    alice  quote bid 8 h800 1d from mon @ 15.00 gang   rests 8, fails quantity 2
                                                       try accept leases of 4 chips, try 4 chips fewer
    sz     ask 8 h800 mon..tue @ 14.00                 rests
    alice  quote bid 8 h800 1d from mon @ 15.00 gang   gets 8 mon..tue @ 14.00 on h800 in hangzhou
    """


@story
def test_a_quote_weighs_alternatives_by_surplus_each_for_its_own_quantity() -> None:
    # 24 x (15.00 - 14.00) x 8 is less than 24 x (7.00 - 6.00) x 20
    """
    hz     ask 8 h800 mon..tue @ 14.00                                                     rests
    sh     ask 24 a100 mon..tue @ 6.00                                                     rests
    alice  quote bid 8 h800 1d from mon @ 15.00 or 20 a100 1d from mon @ 7.00 gang
           gets 20 mon..tue @ 6.00 on a100 in hangzhou, pays cost 2880.00 fee 14.40 total 2894.40, filled 8
    """


@story
def test_a_quote_meets_the_asks_of_its_own_group_as_the_bid_would() -> None:
    """
    ann    joins acme
    alice  joins acme
    hz     ask 2 h800 mon..tue @ 13.00                        rests
    ann    ask 8 h800 mon..tue @ 13.50                        rests
    sh     ask 6 h800 mon..tue @ 14.00                        rests
    alice  quote bid 8 h800 1d from mon @ 15.00               gets 2 mon..tue @ 13.00 on h800 in hangzhou
                                                              canceled 6 self_trade
                                                              fails duration 1 owner 1 fits 1
                                                              try look past own asks, try 6 chips fewer
    ask-2  rests 8
    alice  quote bid 8 h800 1d from mon @ 15.00 self skip     gets 2 mon..tue @ 13.00 on h800 in hangzhou
                                                              gets 6 mon..tue @ 14.00 on h800 in hangzhou
    ask-2  rests 8
    """


@story
def test_a_quote_for_a_market_that_is_not_open_is_refused_as_the_bid_would_be() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                        rests
    venue  sets h800 halted
    alice  quote bid 8 h800 1d from mon @ 15.00               refused market_not_open
    alice  quote bid 8 a100 1d from mon @ 7.00 or h800 1d from mon @ 15.00 in shanghai
           refused market_not_open
    alice  quote bid 8 a100 1d from mon @ 7.00                rests
    venue  sets h800 cancel_only
    alice  quote bid 8 h800 1d from mon @ 15.00               refused market_not_open
    venue  sets h800 post_only
    alice  quote bid 8 h800 1d from mon @ 15.00               refused would_trade
    alice  quote bid 8 h800 1d from mon @ 13.00               rests, fails price 1
    venue  sets h800 open
    alice  quote bid 8 h800 1d from mon @ 15.00               gets 8 mon..tue @ 14.00 on h800 in hangzhou
    """


@story
def test_a_quote_is_refused_as_the_bid_would_be() -> None:
    """
    clock  mon 01:00
    alice  quote bid 0 h800 1d from tue @ 15.00               refused quantity_out_of_range quantity
    alice  quote bid 8 abacus 1d from tue @ 15.00             refused unknown_chip
    alice  quote bid 8 h800 1d from tue @ 15.005              refused price_off_tick
    alice  quote bid 8 h800 1d from tue 00:10 @ 15.00         refused off_grid
    alice  quote bid 8 h800 1d from mon 00:45 @ 15.00         refused window_past
    alice  quote bid 8 h800 1d from tue @ 15.00 post_only ioc    refused bad_value post_only
    """


@story
def test_a_quote_is_as_of_now() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                        rests
    clock  mon 00:07
    alice  quote bid 8 h800 1h from mon till tue @ 14.00      gets 8 mon 00:15..01:15 @ 14.00 on h800 in hangzhou
    clock  mon 22:00
    alice  quote bid 8 h800 1h from mon till tue @ 14.00      gets 8 mon 22:00..23:00 @ 14.00 on h800 in hangzhou
    """
