"""Section 3 of the rulebook: what an ask may say, what its fields do, and how long it lives."""

from tests.story import story


@story
def test_an_ask_from_now_begins_at_the_next_step() -> None:
    """
    clock  mon 00:05
    hz     ask 8 h800 now..tue @ 14.00                 rests PT6H
    alice  bid 8 h800 1h till mon 03:00 @ 14.00        leases 8 mon 00:15..01:15 @ 14.00 from hz
    """


@story
def test_an_ask_off_the_grid_is_refused() -> None:
    """
    hz  ask 8 h800 mon 00:10..tue @ 14.00          refused off_grid start
    hz  ask 8 h800 mon..mon 23:59 @ 14.00          refused off_grid end
    hz  ask 8 h800 mon..tue @ 14.00 min 50m        refused off_grid min_duration
    hz  available 1000000 bond 0
    """


@story
def test_an_ask_in_the_past_or_backwards_is_refused() -> None:
    """
    clock  mon 01:00
    hz     ask 8 h800 mon 00:45..tue @ 14.00   refused window_past start
    hz     ask 8 h800 wed..tue @ 14.00         refused window_empty end
    hz     ask 8 h800 tue..tue @ 14.00         refused window_empty end
    hz     ask 8 h800 tue..tue 00:30 @ 14.00   refused duration_out_of_range
    hz     ask 8 h800 mon 01:00..tue @ 14.00   rests
    """


@story
def test_an_ask_for_something_unknown_is_refused() -> None:
    """
    hz  ask 8 abacus mon..tue @ 14.00            refused unknown_chip chip
    hz  ask 8 h800 mon..tue @ 14.00 in atlantis  refused unknown_region region
    """


@story
def test_an_ask_with_an_impossible_number_is_refused() -> None:
    """
    hz  ask 0 h800 mon..tue @ 14.00            refused quantity_out_of_range quantity
    hz  ask 100001 h800 mon..tue @ 14.00       refused quantity_out_of_range quantity
    hz  ask 8 h800 mon..tue @ 14.00 lot 0      refused lot_out_of_range lot
    hz  ask 12 h800 mon..tue @ 14.00 lot 8     refused quantity_not_in_lots quantity
    hz  ask 8 h800 mon..tue @ 0                refused price_out_of_range price
    hz  ask 8 h800 mon..tue @ 10000.01         refused price_out_of_range price
    hz  ask 8 h800 mon..tue @ 14.005           refused price_off_tick price
    hz  ask 8 h800 mon..tue @ 14.00 top 1.0001  refused share_out_of_range take_or_pay
    """


@story
def test_of_several_faults_the_first_in_the_catalogue_is_named() -> None:
    """
    hz  ask 0 abacus mon 00:10..tue @ 14.005 in atlantis pue 0.9  refused unknown_region
    hz  ask 0 abacus mon 00:10..tue @ 14.005 pue 0.9              refused unknown_chip
    hz  ask 0 h800 mon 00:10..tue @ 14.005 pue 0.9                refused bad_value
    hz  ask 0 h800 mon 00:10..tue @ 14.005        refused quantity_out_of_range
    hz  ask 8 h800 mon 00:10..tue @ 14.005        refused price_off_tick
    hz  ask 8 h800 mon 00:10..tue @ 14.01         refused off_grid
    """


@story
def test_an_ask_that_is_not_to_trade_at_once_is_refused_or_rests() -> None:
    """
    alice  bid 4 h800 1d from mon @ 14.00               rests
    hz     ask 8 h800 mon..tue @ 14.00 post_only        refused would_trade post_only
    hz     available 1000000 bond 0
    hz     ask 8 h800 mon..tue @ 14.01 post_only        rests 8
    bid-1  rests 4
    bob    bid 4 h800 1d from mon @ 14.01               leases 4 mon..tue @ 14.01 from hz
    """


@story
def test_an_ask_that_never_rests_cannot_be_post_only() -> None:
    """
    hz  ask 8 h800 mon..tue @ 14.00 post_only ioc    refused bad_value post_only
    hz  ask 8 h800 mon..tue @ 14.00 post_only fok    refused bad_value post_only
    """


@story
def test_a_fill_or_kill_ask_sells_what_it_can_at_once() -> None:
    # an ask has no "all of it": its window can be cut in any number of ways
    """
    alice  bid 5 h800 1d from mon @ 15.00     rests
    hz     ask 8 h800 mon..tue @ 14.00 fok    leases 5 mon..tue @ 15.00 to alice, canceled 3 time_in_force
    """


@story
def test_an_owner_cancels_all_asks_or_those_of_a_region_or_chip() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                      rests
    hz     ask 8 a100 mon..tue @ 7.00                       rests
    hz     ask 8 h800 mon..tue @ 14.00 in shanghai          rests
    hz     ask 8 a100 mon..tue @ 7.00 in shanghai           rests
    sh     ask 8 h800 mon..tue @ 14.00                      rests
    hz     cancel all asks on h800 in shanghai              ask-3 canceled 8 by_owner
    hz     cancel all asks in hangzhou                      ask-1 canceled 8, ask-2 canceled 8
    hz     cancel all asks                                  ask-4 canceled 8
    hz     cancel all asks
    hz     available 1000000 bond 0
    ask-5  rests 8
    """


@story
def test_leases_come_in_lots() -> None:
    """
    hz     ask 24 h800 mon..tue @ 14.00 lot 8        rests 24
    alice  bid 12 h800 1d from mon @ 14.00           leases 8 mon..tue @ 14.00 from hz, rests 4
    bob    bid 7.999 h800 1d from mon @ 14.00        rests 7.999
    carol  bid 16 h800 1d from mon @ 14.00           leases 16 mon..tue @ 14.00 from hz
    """


@story
def test_a_lot_may_be_a_share_of_a_chip() -> None:
    """
    hz     ask 1 h800 mon..tue @ 14.00 lot 0.125     rests 1
    alice  bid 0.3 h800 1d from mon @ 14.00          leases 0.25 mon..tue @ 14.00 from hz, rests 0.05
    ask-1  rests 0.75 filled 0.25
    """


@story
def test_no_lease_is_shorter_than_the_ask_allows() -> None:
    """
    hz     ask 8 h800 mon..wed @ 14.00 min 1d     rests
    alice  bid 8 h800 23h45m from mon @ 99.00     rests
    bob    bid 8 h800 1d from mon @ 14.00         leases 8 mon..tue @ 14.00 from hz
    """


@story
def test_an_ask_that_hosts_nothing_more_after_a_trade_is_filled() -> None:
    """
    hz     ask 8 h800 mon..wed @ 14.00 min 1d             rests
    alice  bid 8 h800 1d from mon 06:00 @ 14.00           leases 8 mon 06:00..tue 06:00 @ 14.00 from hz
    ask-1  filled 8 leaves 0
    """


@story
def test_an_ask_lives_until_its_window_can_host_nothing_more() -> None:
    """
    hz     ask 8 h800 mon..mon 06:00 @ 14.00 min 2h  rests
    clock  mon 04:00
    ask-1  rests 8
    clock  mon 04:00:01                              ask-1 expired 8 time
    hz     available 1000000 bond 0
    """


@story
def test_time_takes_the_widest_piece_first() -> None:
    """
    hz     ask 8 h800 mon..mon 12:00 @ 14.00            rests 8
    alice  bid 2 h800 6h from mon 06:00 @ 14.00         leases 2 mon 06:00..12:00 @ 14.00 from hz
    ask-1  rests 8 filled 0
    clock  mon 05:00
    ask-1  rests 8 filled 0
    clock  mon 05:00:01                                 ask-1 rests 6
    ask-1  rests 6 filled 2
    clock  mon 11:00:01                                 lease-1 defaulted not_started, ask-1 expired
    """


@story
def test_a_good_till_date_ask_expires_at_its_date() -> None:
    """
    hz     ask 8 h800 mon..wed @ 14.00 until mon 12:00     rests
    clock  mon 11:59:59
    ask-1  rests 8
    clock  mon 12:00                                       ask-1 expired 8 time
    alice  bid 8 h800 1d from tue @ 14.00                  rests
    hz     ask 8 h800 tue..wed @ 14.00 until mon 12:00     refused window_past expires_at
    """


@story
def test_what_an_immediate_ask_does_not_sell_at_once_is_canceled() -> None:
    """
    alice  bid 5 h800 1d from mon @ 15.00     rests
    hz     ask 8 h800 mon..tue @ 14.00 ioc    leases 5 mon..tue @ 15.00 to alice, canceled 3 time_in_force
    bob    bid 3 h800 1d from mon @ 15.00     rests
    """


@story
def test_an_owner_cancels_an_ask_and_its_leases_go_on() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00                rests
    alice    bid 2 h800 1d from mon @ 14.00             leases 2 mon..tue @ 14.00 from hz
    alice    cancel ask-1                               refused unknown_order
    hz       cancel ask-1                               canceled 6 by_owner
    ask-1    canceled 6 filled 2 leaves 0
    lease-1  scheduled
    hz       cancel ask-1                               refused order_done
    bob      bid 2 h800 1d from mon @ 14.00             rests
    """


@story
def test_an_ask_that_says_no_more_leases_whole_chips_for_an_hour_or_longer_as_whole_rental() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                   rests
    alice  bid 8 h800 45m from mon @ 99.00               rests
    alice  bid 8 h800 1h from mon @ 99.00 top 0.9999     rests
    alice  bid 0.999 h800 1h from mon @ 99.00            rests
    alice  bid 1.999 h800 1h from mon @ 14.00            leases 1 mon..01:00 @ 14.00 from hz, rests 0.999
    """


@story
def test_a_lot_may_be_a_thousandth_of_a_chip() -> None:
    """
    hz     ask 0.002 h800 mon..tue @ 14.00 lot 0.001     rests 0.002
    alice  bid 0.001 h800 1d from mon @ 14.00            leases 0.001 mon..tue @ 14.00 from hz
    bob    bid 1 h800 1d from mon @ 14.00                leases 0.001 mon..tue @ 14.00 from hz, rests 0.999
    """


@story
def test_a_window_is_half_open() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                   rests
    alice  bid 8 h800 1h from tue @ 99.00                rests
    bob    bid 8 h800 12h from mon 12:00 @ 14.00         leases 8 mon 12:00..tue @ 14.00 from hz
    carol  bid 8 h800 12h from mon @ 14.00               leases 8 mon..12:00 @ 14.00 from hz
    ask-1  filled 8
    """


@story
def test_an_ask_s_price_is_the_lowest_it_takes() -> None:
    """
    alice  bid 4 h800 1d from mon @ 13.99    rests
    bob    bid 4 h800 1d from mon @ 14.00    rests
    hz     ask 8 h800 mon..tue @ 14.00       leases 4 mon..tue @ 14.00 to bob, rests 4
    """
