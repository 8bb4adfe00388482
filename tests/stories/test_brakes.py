"""Section 5 of the rulebook, "Brakes": market states, whom they stop, how a market reopens, and price bands."""

from tests.story import story


@story
def test_a_halted_market_takes_no_orders_but_every_cancel() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00             rests
    sh     ask 8 h800 mon..tue @ 14.00             rests
    alice  bid 8 h800 1d from mon @ 13.00          rests
    alice  bid 8 h800 1d from mon @ 13.00          rests
    venue  sets h800 in hangzhou halted
    sz     ask 8 h800 mon..tue @ 15.00             refused market_not_open region
    bob    bid 8 h800 1d from mon @ 1.00           refused market_not_open
    alice  amend bid-1 to 4                        refused market_not_open
    hz     amend ask-1 to 4                        refused market_not_open
    alice  cancel bid-1                            canceled 8 by_owner
    hz     cancel ask-1                            canceled 8 by_owner
    alice  cancel all bids                         bid-2 canceled 8
    sh     cancel all asks                         ask-2 canceled 8
    """


@story
def test_a_market_in_cancel_only_takes_cancels_only() -> None:
    """
    alice  bid 8 h800 1d from mon @ 13.00          rests
    venue  sets h800 in hangzhou cancel_only
    hz     ask 8 h800 mon..tue @ 15.00             refused market_not_open region
    alice  amend bid-1 to 4                        refused market_not_open
    alice  cancel bid-1                            canceled 8 by_owner
    """


@story
def test_a_market_in_post_only_takes_orders_that_rest() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00             rests
    venue  sets h800 in hangzhou post_only
    alice  bid 8 h800 1d from mon @ 14.00          refused would_trade
    alice  bid 8 h800 1d from mon @ 13.00          rests
    alice  amend bid-1 @ 14.00                     refused would_trade
    sh     ask 8 h800 mon..tue @ 13.00             refused would_trade price
    sh     ask 8 h800 mon..tue @ 13.50             rests
    hz     amend ask-1 @ 13.00                     refused would_trade price
    bob    bid 8 h800 1d from mon @ 13.40 ioc      canceled 8 time_in_force
    """


@story
def test_an_order_that_meets_its_own_group_first_does_not_rest_crossed_with_others_either() -> None:
    # where nothing matches no order is given up for meeting its own group's, so what lies behind them counts
    """
    ann    joins acme
    alice  joins acme
    alice  bid 4 h800 1d from mon @ 15.00                     rests
    carol  bid 4 h800 1d from mon @ 14.00                     rests
    venue  sets h800 post_only
    ann    ask 8 h800 mon..tue @ 14.00                        refused would_trade price
    ann    ask 8 h800 mon..tue @ 14.00 post_only              refused would_trade price
    ann    ask 8 h800 mon..tue @ 14.00 self cancel_both       refused would_trade price
    ann    ask 8 h800 mon..tue @ 14.01                        rests
    ann    amend ask-1 @ 14.00                                refused would_trade price
    hz     ask 8 h800 mon..tue @ 15.01                        rests
    alice  bid 4 h800 1d from mon @ 15.01                     refused would_trade
    alice  bid 4 h800 1d from mon @ 15.01 post_only self cancel_both    refused would_trade
    alice  bid 4 h800 1d from mon @ 15.00                     rests
    """


@story
def test_a_post_only_order_that_meets_its_own_group_first_is_given_up_and_never_rests_crossed() -> None:
    """
    ann    joins acme
    alice  joins acme
    alice  bid 4 h800 1d from mon @ 15.00                     rests
    carol  bid 4 h800 1d from mon @ 14.00                     rests
    ann    ask 8 h800 mon..tue @ 14.00 post_only              meets bid-1
                                                              canceled 8 self_trade
    ann    ask 8 h800 mon..tue @ 14.00 post_only self skip    refused would_trade post_only
    """


@story
def test_one_alternative_in_a_halted_market_refuses_the_bid() -> None:
    """
    venue  sets a100 halted
    alice  bid 8 h800 1d from mon @ 14.00 or a100 1d from mon @ 7.00    refused market_not_open
    alice  bid 8 h800 1d from mon @ 14.00                               rests
    """


@story
def test_brakes_are_set_for_a_market_a_region_a_chip_or_all() -> None:
    """
    venue  sets all in shanghai halted
    alice  bid 8 h800 1d from mon @ 14.00 in shanghai    refused market_not_open
    alice  bid 8 a100 1d from mon @ 14.00 in shanghai    refused market_not_open
    alice  bid 8 h800 1d from mon @ 14.00                rests
    venue  sets h800 halted
    alice  bid 8 h800 1d from mon @ 14.00                refused market_not_open
    alice  bid 8 a100 1d from mon @ 14.00                rests
    venue  sets all halted
    alice  bid 8 a100 1d from mon @ 14.00                refused market_not_open
    """


@story
def test_the_strictest_brake_holds() -> None:
    """
    venue  sets all post_only
    venue  sets h800 in hangzhou halted
    alice  bid 8 h800 1d from mon @ 14.00    refused market_not_open
    venue  sets h800 in hangzhou post_only
    venue  sets h800 in hangzhou open
    hz     ask 8 h800 mon..tue @ 14.00       rests
    alice  bid 8 h800 1d from mon @ 14.00    refused would_trade
    venue  sets all open
    alice  bid 8 h800 1d from mon @ 14.00    leases 8 mon..tue @ 14.00 from hz
    """


@story
def test_what_was_closed_reopens_through_post_only() -> None:
    """
    venue  sets h800 halted
    venue  sets h800 open                    refused not_through_post_only
    venue  sets h800 cancel_only
    venue  sets h800 open                    refused not_through_post_only
    venue  sets h800 post_only
    venue  sets h800 open
    alice  bid 8 h800 1d from mon @ 14.00    rests
    """


@story
def test_a_brake_on_something_unknown_is_refused() -> None:
    """
    venue  sets abacus halted              refused unknown_chip chip
    venue  sets h800 in atlantis halted    refused unknown_region region
    venue  sets h800 ajar                  refused bad_value state
    """


@story
def test_chips_that_come_back_in_a_halted_market_wait_until_it_opens() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00                                   rests
    alice    bid 8 h800 3h from mon @ 14.00                                leases 8 mon..03:00 @ 14.00 from hz
    bob      bid 8 h800 1h from mon till mon 01:00 @ 14.50                 rests
    carol    bid 8 h800 1h from mon till mon 01:00 @ 15.00                 rests
    venue    sets h800 halted
    clock    mon 00:15                            lease-1 defaulted not_started
    bid-2    rests 8
    venue    sets h800 post_only
    bid-2    rests 8
    venue    sets h800 open                       bob leases 8 mon 00:15..01:15 @ 14.00 from hz
    bid-3    rests 8
    """


@story
def test_a_bid_in_an_open_and_a_halted_market_trades_where_it_can() -> None:
    """
    alice  bid 8 h800 1d from mon @ 15.00 or a100 1d from mon @ 7.00    rests
    venue  sets a100 halted
    hz     ask 2 h800 mon..tue @ 14.00                                  leases 2 mon..tue @ 15.00 to alice
    bid-1  rests 6
    """


@story
def test_a_price_far_from_the_last_trades_is_refused() -> None:
    # around 13.00 it is 1.30; the average of 13.00 and 14.30 is 13.65, and a tenth of it 1.365
    """
    venue  allows 0.1 around the last 2 trades
    hz     ask 8 h800 mon..tue @ 99.00       rests
    hz     cancel ask-1                      canceled
    hz     ask 1 h800 mon..tue @ 13.00       rests
    alice  bid 1 h800 1d from mon @ 13.00    leases 1 mon..tue @ 13.00 from hz
    hz     ask 1 h800 mon..tue @ 14.30       rests
    hz     ask 1 h800 mon..tue @ 14.31       refused price_outside_band price
    alice  bid 1 h800 1d from mon @ 14.31    refused price_outside_band
    alice  bid 1 h800 1d from mon @ 14.30    leases 1 mon..tue @ 14.30 from hz
    alice  bid 1 h800 1d from tue @ 15.01    rests
    alice  bid 1 h800 1d from tue @ 15.02    refused price_outside_band
    alice  bid 1 h800 1d from tue @ 12.28    refused price_outside_band
    alice  bid 1 h800 1d from tue @ 12.29    rests
    alice  amend bid-4 @ 12.28               refused price_outside_band
    hz     ask 1 h800 wed..thu @ 15.01       rests
    hz     amend ask-4 @ 15.02               refused price_outside_band price
    """


@story
def test_the_band_is_around_the_last_trades_of_one_market() -> None:
    """
    venue  allows 0.1 around the last 1 trades
    hz     ask 1 h800 mon..tue @ 10.00       rests
    alice  bid 1 h800 1d from mon @ 10.00    leases 1 mon..tue @ 10.00 from hz
    alice  bid 1 h800 1d from mon @ 11.00    rests
    hz     ask 1 h800 mon..tue @ 10.00       leases 1 mon..tue @ 11.00 to alice
    alice  bid 1 h800 1d from mon @ 12.10    rests
    alice  bid 1 a100 1d from mon @ 99.00    rests
    alice  bid 1 h800 1d from mon @ 9.89     refused price_outside_band
    alice  bid 1 h800 1d from mon @ 9.00 in shanghai    rests
    """


@story
def test_a_brake_is_set_with_a_reason() -> None:
    """
    venue  sets h800 halted without a reason    refused bad_value reason
    alice  bid 8 h800 1d from mon @ 14.00       rests
    """
