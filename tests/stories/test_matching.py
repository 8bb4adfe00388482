"""Section 5 of the rulebook: who is matched with whom, where in the capacity, and at whose price."""

from tests.story import story


@story
def test_an_incoming_bid_takes_the_cheapest_ask_first() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00       rests
    sh     ask 4 h800 mon..tue @ 13.00       rests
    sz     ask 4 h800 mon..tue @ 15.00       rests
    alice  bid 12 h800 1d from mon @ 14.50   leases 4 mon..tue @ 13.00 from sh
                                             leases 4 mon..tue @ 14.00 from hz
                                             rests 4
    """


@story
def test_of_equal_asks_the_older_goes_first() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00       rests
    sh     ask 4 h800 mon..wed @ 14.00       rests
    alice  bid 2 h800 1d from mon @ 14.00    leases 2 mon..tue @ 14.00 from hz
    bob    bid 4 h800 1d from mon @ 14.00    leases 2 mon..tue @ 14.00 from hz
                                             leases 2 mon..tue @ 14.00 from sh
    """


@story
def test_surplus_is_money_so_hours_count() -> None:
    # a day would save 24 x 1.00 a chip, two days save 48 x 0.90
    """
    hz     ask 8 h800 mon..tue @ 14.00       rests
    sh     ask 8 a100 mon..wed @ 7.00        rests
    alice  bid 8 h800 1d from mon @ 15.00 or a100 2d from mon @ 7.90
           leases 8 mon..wed @ 7.00 from sh
    bob    bid 8 h800 1d from mon @ 15.00 or a100 2d from mon @ 7.90
           leases 8 mon..tue @ 14.00 from hz
    """


@story
def test_surplus_is_of_the_full_quantity_even_where_less_is_free() -> None:
    """
    hz     ask 1 h800 mon..tue @ 13.00       rests
    sh     ask 8 h800 mon..tue @ 13.50       rests
    alice  bid 8 h800 1d from mon @ 14.00    leases 1 mon..tue @ 13.00 from hz
                                             leases 7 mon..tue @ 13.50 from sh
    """


@story
def test_of_equal_surpluses_the_older_ask_goes_before_the_earlier_alternative() -> None:
    """
    hz     ask 8 a100 mon..tue @ 14.00       rests
    sh     ask 8 h800 mon..tue @ 14.00       rests
    alice  bid 8 h800 1d from mon @ 15.00 or a100 1d from mon @ 15.00
           leases 8 mon..tue @ 14.00 from hz
    """


@story
def test_of_equal_surpluses_in_one_ask_the_earlier_alternative_goes_first() -> None:
    """
    hz     ask 8 h800 mon..thu @ 14.00       rests
    alice  bid 8 h800 1d from wed @ 15.00 or h800 1d from tue @ 15.00
           leases 8 wed..thu @ 14.00 from hz
    """


@story
def test_the_resting_order_sets_the_price() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00       rests
    alice  bid 4 h800 1d from mon @ 20.00    leases 4 mon..tue @ 14.00 from hz
    bob    bid 4 h800 1d from tue @ 20.00    rests
    sh     ask 4 h800 tue..wed @ 14.00       leases 4 tue..wed @ 20.00 to bob
    """


@story
def test_an_incoming_ask_goes_to_the_highest_limit_then_the_oldest_bid() -> None:
    """
    alice  bid 4 h800 1d from mon @ 14.00    rests
    bob    bid 4 h800 1d from mon @ 15.00    rests
    carol  bid 4 h800 1d from mon @ 14.00    rests
    hz     ask 10 h800 mon..tue @ 14.00      leases 4 mon..tue @ 15.00 to bob
                                             leases 4 mon..tue @ 14.00 to alice
                                             leases 2 mon..tue @ 14.00 to carol
    bid-3  rests 2
    """


@story
def test_an_incoming_ask_goes_to_the_earlier_alternative_of_equal_limits() -> None:
    """
    alice  bid 8 h800 1d from tue @ 14.00 or h800 1d from mon @ 14.00    rests
    hz     ask 8 h800 mon..wed @ 14.00    leases 8 tue..wed @ 14.00 to alice, rests
    """


@story
def test_each_bid_takes_all_it_can_before_the_next_is_tried() -> None:
    """
    alice  bid 12 h800 1d from mon till tue @ 15.00    rests
    bob    bid 8 h800 1d from tue @ 14.00              rests
    hz     ask 8 h800 mon..wed @ 14.00                 leases 8 mon..tue @ 15.00 to alice
                                                       leases 4 tue..wed @ 15.00 to alice
                                                       leases 4 tue..wed @ 14.00 to bob
    """


@story
def test_an_ask_above_the_limit_does_not_serve() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.01       rests
    alice  bid 8 h800 1d from mon @ 14.00    rests
    """


@story
def test_another_region_or_chip_does_not_serve() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00 in shanghai   rests
    hz     ask 8 a100 mon..tue @ 14.00               rests
    alice  bid 8 h800 1d from mon @ 14.00            rests
    """


@story
def test_an_ask_with_more_take_or_pay_than_allowed_does_not_serve() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00 top 0.6001           rests
    alice  bid 8 h800 1d from mon @ 99.00 top 0.6           rests
    sh     ask 8 h800 mon..tue @ 14.00 top 0.6              leases 8 mon..tue @ 99.00 to alice
    """


@story
def test_a_lease_lies_wholly_inside_the_window() -> None:
    """
    hz     ask 8 h800 mon 06:00..tue 06:00 @ 14.00            rests
    alice  bid 8 h800 1d from mon till mon 05:45 @ 14.00      rests
    bob    bid 8 h800 1d from mon 06:15 till wed @ 14.00      rests
    carol  bid 8 h800 1d from mon till tue @ 14.00            leases 8 mon 06:00..tue 06:00 @ 14.00 from hz
    """


@story
def test_a_lease_starts_where_most_is_free_and_of_equals_first() -> None:
    """
    hz     ask 8 h800 mon..thu @ 14.00                 rests
    alice  bid 6 h800 1d from mon @ 14.00              leases 6 mon..tue @ 14.00 from hz
    bob    bid 4 h800 1d from mon till wed @ 14.00     leases 4 tue..wed @ 14.00 from hz
    carol  bid 2 h800 1d from mon till wed @ 14.00     leases 2 mon..tue @ 14.00 from hz
    dave   bid 8 h800 6h from mon till wed @ 14.00     leases 8 wed..06:00 @ 14.00 from hz
    """


@story
def test_what_is_left_looks_for_another_place_in_the_same_ask() -> None:
    """
    hz     ask 8 h800 mon..wed @ 14.00                 rests
    alice  bid 6 h800 1d from mon @ 14.00              leases 6 mon..tue @ 14.00 from hz
    bob    bid 10 h800 1d from mon till tue @ 14.00    leases 8 tue..wed @ 14.00 from hz
                                                       leases 2 mon..tue @ 14.00 from hz
    """


@story
def test_nothing_starts_before_the_next_step() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                 rests
    clock  mon 00:07
    alice  bid 8 h800 1h from mon till tue @ 14.00     leases 8 mon 00:15..01:15 @ 14.00 from hz
    """


@story
def test_a_gang_takes_all_in_one_piece_or_nothing() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00              rests
    sh     ask 4 h800 mon..tue @ 14.00              rests
    alice  bid 8 h800 1d from mon @ 99.00 gang      rests
    sz     ask 9 h800 mon..tue @ 14.00              leases 8 mon..tue @ 99.00 to alice, rests 1
    """


@story
def test_a_gang_of_several_lots_needs_them_whole() -> None:
    """
    hz     ask 16 h800 mon..tue @ 14.00 lot 8        rests
    alice  bid 12 h800 1d from mon @ 99.00 gang      rests
    bob    bid 16 h800 1d from mon @ 14.00 gang      leases 16 mon..tue @ 14.00 from hz
    """


@story
def test_a_smallest_quantity_holds_for_each_lease_but_the_last() -> None:
    """
    hz     ask 3 h800 mon..tue @ 13.00               rests
    sh     ask 5 h800 mon..tue @ 14.00               rests
    alice  bid 7 h800 1d from mon @ 14.00 min 4      leases 5 mon..tue @ 14.00 from sh
                                                     leases 2 mon..tue @ 13.00 from hz
    """


@story
def test_a_resting_bid_that_has_become_content_with_less_is_matched_again() -> None:
    """
    sh     ask 4 h800 mon..tue @ 13.00               rests
    alice  bid 12 h800 1d from mon @ 15.00 min 8     rests
    hz     ask 8 h800 mon..tue @ 14.00               leases 8 mon..tue @ 15.00 to alice
                                                     alice leases 4 mon..tue @ 13.00 from sh
    """


@story
def test_bids_that_have_become_content_with_less_go_oldest_first() -> None:
    """
    sh     ask 4 h800 mon..tue @ 13.00               rests
    alice  bid 12 h800 1d from mon @ 15.00 min 8     rests
    bob    bid 12 h800 1d from mon @ 16.00 min 8     rests
    hz     ask 16 h800 mon..tue @ 14.00 lot 8        leases 8 mon..tue @ 16.00 to bob
                                                     leases 8 mon..tue @ 15.00 to alice
                                                     alice leases 4 mon..tue @ 13.00 from sh
    bid-2  rests 4
    """


@story
def test_an_ask_is_offered_again_until_nobody_wants_more_of_it() -> None:
    """
    alice  bid 12 h800 3h from mon @ 15.03 or h800 3h from mon 06:00 @ 15.02 min 8      rests
    bob    bid 4 h800 3h from mon @ 15.04                                               rests
    hz     ask 8 h800 mon..mon 12:00 @ 14.00         leases 4 mon..03:00 @ 15.04 to bob
                                                     leases 8 mon 06:00..09:00 @ 15.02 to alice
                                                     leases 4 mon..03:00 @ 15.03 to alice
                                                     rests
    """


@story
def test_a_bid_that_still_insists_on_its_smallest_lease_goes_on_resting() -> None:
    """
    sh     ask 3 h800 mon..tue @ 13.00               rests
    alice  bid 12 h800 1d from mon @ 15.00 min 4     rests
    hz     ask 8 h800 mon..tue @ 14.00               leases 8 mon..tue @ 15.00 to alice
    bid-1  rests 4
    """


@story
def test_chips_that_come_back_are_offered_to_who_waits() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00                            rests
    alice    bid 8 h800 3h from mon @ 14.00                         leases 8 mon..03:00 @ 14.00 from hz
    bob      bid 8 h800 1h from mon till mon 01:00 @ 15.00          rests
    carol    bid 8 h800 1h from mon till mon 02:00 @ 14.50          rests
    clock    mon 00:15                   lease-1 defaulted not_started
                                         leases 8 mon 00:15..01:15 @ 15.00 from hz to bob
                                         leases 8 mon 01:15..02:15 @ 14.50 from hz to carol
    """


@story
def test_a_bid_s_lower_limit_comes_after_another_bid_s_higher_one() -> None:
    """
    alice  bid 8 h800 1d from tue @ 15.00 or h800 1d from mon @ 13.00    rests
    bob    bid 4 h800 1d from mon @ 14.00                                rests
    hz     ask 8 h800 mon..tue @ 13.00       leases 4 mon..tue @ 14.00 to bob
                                             leases 4 mon..tue @ 13.00 to alice
    """


@story
def test_chips_have_to_be_free_throughout() -> None:
    """
    hz     ask 8 h800 mon..wed @ 14.00                          rests
    alice  bid 6 h800 1h from tue @ 14.00                       leases 6 tue..01:00 @ 14.00 from hz
    bob    bid 4 h800 25h from mon till mon 23:00 @ 14.00 min 3   rests
    carol  bid 4 h800 1d from mon till tue @ 14.00 min 3        leases 4 mon..tue @ 14.00 from hz
    dave   bid 4 h800 25h from mon till mon 23:00 @ 14.00       leases 2 mon..tue 01:00 @ 14.00 from hz, rests 2
    """


@story
def test_of_starts_that_give_as_many_lots_the_earliest_is_taken() -> None:
    # 12 are wanted and on Tuesday 16 are free, but that is one lot of 8 as well
    """
    hz     ask 16 h800 mon..wed @ 14.00 lot 8                   rests
    alice  bid 8 h800 1d from mon @ 14.00                       leases 8 mon..tue @ 14.00 from hz
    bob    bid 12 h800 1d from mon till tue @ 14.00             leases 8 mon..tue @ 14.00 from hz, rests 4
    """


@story
def test_a_lease_may_start_at_any_step() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                                  rests
    alice  bid 8 h800 1h from mon 00:15 till mon 00:30 @ 14.00          leases 8 mon 00:15..01:15 @ 14.00 from hz
    bob    bid 8 h800 22h45m from mon till mon 02:00 @ 14.00            leases 8 mon 01:15..tue @ 14.00 from hz
    """


@story
def test_orders_are_matched_in_the_order_in_which_they_come() -> None:
    """
    alice  bid 8 h800 1d from mon @ 14.00    rests
    hz     ask 8 h800 mon..tue @ 14.00       leases 8 mon..tue @ 14.00 to alice
    bob    bid 8 h800 1d from mon @ 99.00    rests
    sh     ask 8 h800 mon..tue @ 13.00       leases 8 mon..tue @ 99.00 to bob
    """
