"""Section 4 of the rulebook: what a bid may say, its alternatives, and how long it lives."""

import pytest

from tests.story import run_story, story


@story
def test_a_bid_rests_until_an_ask_comes() -> None:
    """
    alice  bid 8 h800 1d from mon @ 15.00  rests 8
    hz     ask 8 h800 mon..tue @ 14.00     leases 8 mon..tue @ 15.00 to alice
    bid-1  filled 8 leaves 0 canceled 0
    """


@story
def test_a_bid_off_the_grid_or_in_the_past_is_refused() -> None:
    """
    clock  mon 01:00
    alice  bid 8 h800 1d from tue 00:01 @ 15.00             refused off_grid
    alice  bid 8 h800 1d from tue till tue 00:20 @ 15.00    refused off_grid
    alice  bid 8 h800 1d from mon 00:45 @ 15.00             refused window_past
    alice  bid 8 h800 1d from wed till tue @ 15.00          refused window_empty
    alice  bid 8 h800 1d from mon 00:45 till tue @ 15.00    rests
    """


@story
def test_a_bid_with_an_impossible_number_is_refused() -> None:
    """
    alice  bid 0 h800 1d from mon @ 15.00                  refused quantity_out_of_range quantity
    alice  bid 8 h800 1d from mon @ 15.00 min 8.001        refused min_quantity_out_of_range min_quantity
    alice  bid 8 h800 1d from mon @ 15.00 min 0            refused min_quantity_out_of_range min_quantity
    alice  bid 8 h800 1d from mon @ 15.001                 refused price_off_tick
    alice  bid 8 h800 1d from mon @ 15.00 top 2            refused share_out_of_range max_take_or_pay
    alice  bid 8 abacus 1d from mon @ 15.00                refused unknown_chip
    alice  bid 8 h800 1d from mon @ 15.00 in atlantis      refused unknown_region
    alice  bid 8 h800 1d from mon @ 15.00 pue 0.999        refused bad_value
    alice  bid 8 h800 1d from mon @ 15.00 green 1.1        refused share_out_of_range
    alice  bid 8 h800 1d from mon @ 15.00 post_only ioc    refused bad_value post_only
    alice  bid 8 h800 1d from mon @ 15.00 post_only fok    refused bad_value post_only
    alice  available 1000000 held 0
    """


@story
def test_a_bad_alternative_refuses_the_whole_bid() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                                           rests
    alice  bid 8 h800 1d from mon @ 15.00 or abacus 1d from mon @ 15.00          refused unknown_chip
    """


@story
def test_alternatives_reach_into_several_books() -> None:
    """
    hz     ask 8 a100 mon..tue @ 7.00 in shanghai        rests
    alice  bid 8 h800 1d from mon @ 15.00 or a100 1d from mon @ 7.00 in shanghai
           leases 8 mon..tue @ 7.00 from hz
    bob    bid 8 h800 1d from mon @ 15.00 or a100 1d from tue @ 7.00 in shanghai
           rests 8
    sh     ask 8 a100 tue..wed @ 6.00 in shanghai        leases 8 tue..wed @ 7.00 to bob
    sh     ask 8 h800 mon..tue @ 6.00                    rests
    """


@story
def test_a_bid_may_be_filled_by_several_alternatives_in_part() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00       rests
    sh     ask 4 a100 tue..wed @ 7.00        rests
    alice  bid 8 h800 1d from mon @ 14.00 or a100 1d from tue @ 7.00
           leases 4 mon..tue @ 14.00 from hz
           leases 4 tue..wed @ 7.00 from sh
    """


@story
def test_alternatives_lapse_one_by_one() -> None:
    """
    alice  bid 1 h800 1d from tue @ 15.00 or h800 1d from mon 06:00 @ 20.00   rests
    alice  held 482.40
    clock  mon 06:00
    alice  held 482.40
    clock  mon 06:00:01
    alice  held 361.80
    clock  tue
    bid-1  rests 1
    clock  tue 00:00:01                                                       bid-1 expired 1 time
    alice  available 1000000 held 0
    """


@story
def test_a_good_till_date_bid_expires_at_its_date() -> None:
    """
    alice  bid 8 h800 1d from tue @ 15.00 until mon 12:00     rests
    clock  mon 12:00                                          bid-1 expired 8 time
    hz     ask 8 h800 tue..wed @ 14.00                        rests
    alice  bid 8 h800 1d from tue @ 15.00 until mon 12:00     refused window_past expires_at
    """


@story
def test_nothing_trades_at_its_own_expiry() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                                       rests
    alice  bid 8 h800 3h from mon @ 14.00                                    leases 8 mon..03:00 @ 14.00 from hz
    bob    bid 8 h800 21h from mon till mon 02:00 @ 15.00 until mon 00:15    rests
    carol  bid 8 h800 20h from mon till mon 02:00 @ 14.00 until mon 00:16    rests
    clock  mon 00:15                  bid-2 expired 8, lease-1 defaulted not_started
                                      leases 8 mon 00:15..20:15 @ 14.00 from hz to carol
    """


@story
def test_what_an_immediate_bid_does_not_get_at_once_is_canceled() -> None:
    """
    hz     ask 5 h800 mon..tue @ 14.00          rests
    alice  bid 8 h800 1d from mon @ 15.00 ioc   leases 5 mon..tue @ 14.00 from hz, canceled 3 time_in_force
    alice  held 0
    bob    bid 8 h800 1d from mon @ 15.00 ioc   canceled 8 time_in_force
    """


@story
def test_an_owner_cancels_a_bid() -> None:
    """
    alice  bid 8 h800 1d from mon @ 15.00   rests
    bob    cancel bid-1                     refused unknown_order
    alice  cancel bid-1                     canceled 8 by_owner
    alice  available 1000000 held 0
    alice  cancel bid-1                     refused order_done
    alice  cancel bid-2                     refused unknown_order
    """


@story
def test_an_order_sent_again_is_the_same_order() -> None:
    """
    alice  bid 1 h800 1d from mon @ 15.00 as train-42   rests
    alice  bid 1 h800 1d from mon @ 15.00 as train-42
    alice  held 361.80
    alice  bid 2 h800 1d from mon @ 15.00 as train-42   refused client_order_id_reused client_order_id
    bob    bid 2 h800 1d from mon @ 15.00 as train-42   rests
    alice  cancel bid-1                                 canceled 1
    alice  bid 1 h800 1d from mon @ 15.00 as train-42
    alice  held 0
    """


@story
def test_a_refused_order_leaves_its_id_free() -> None:
    """
    alice  has 300.00
    alice  bid 1 h800 1d from mon @ 15.00 as train-42   refused insufficient_funds
    alice  deposits 100.00
    alice  bid 1 h800 1d from mon @ 15.00 as train-42   rests
    """


@story
def test_a_fill_or_kill_bid_takes_all_of_it_in_any_number_of_leases() -> None:
    """
    hz     ask 4 h800 mon..tue @ 13.00          rests
    sh     ask 4 h800 mon..tue @ 14.00          rests
    alice  bid 8 h800 1d from mon @ 14.00 fok   leases 4 mon..tue @ 13.00 from hz
                                                leases 4 mon..tue @ 14.00 from sh
    bid-1  filled 8
    """


@story
def test_a_fill_or_kill_bid_that_cannot_have_all_takes_nothing() -> None:
    """
    hz     ask 4 h800 mon..tue @ 13.00          rests
    sh     ask 4 h800 mon..tue @ 14.00          rests
    alice  has 5000.00
    alice  bid 9 h800 1d from mon @ 14.00 fok   canceled 9 time_in_force
    ask-1  rests 4
    ask-2  rests 4
    alice  available 5000.00 held 0 escrow 0
    """


@story
def test_a_fill_or_kill_bid_by_several_alternatives() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00                                            rests
    sh     ask 4 a100 mon..tue @ 7.00                                             rests
    alice  bid 8 h800 1d from mon @ 14.00 or a100 1d from mon @ 7.00 fok
           leases 4 mon..tue @ 14.00 from hz
           leases 4 mon..tue @ 7.00 from sh
    """


@story
def test_a_fill_or_kill_bid_stops_where_its_own_group_stands_in_the_way() -> None:
    """
    ann    joins acme
    alice  joins acme
    hz     ask 4 h800 mon..tue @ 13.00                              rests
    ann    ask 4 h800 mon..tue @ 13.50                              rests
    sh     ask 4 h800 mon..tue @ 14.00                              rests
    alice  bid 8 h800 1d from mon @ 14.00 fok                       canceled 8 time_in_force
    alice  bid 8 h800 1d from mon @ 14.00 fok self skip             leases 4 mon..tue @ 13.00 from hz
                                                                    meets ask-2
                                                                    leases 4 mon..tue @ 14.00 from sh
    """


@story
def test_a_bid_that_is_not_to_trade_at_once_is_refused_or_rests() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00                  rests
    alice  bid 8 h800 1d from mon @ 14.00 post_only     refused would_trade post_only
    alice  available 1000000 held 0
    alice  bid 8 h800 1d from mon @ 13.99 post_only     rests 8
    sh     ask 4 h800 mon..tue @ 13.00                  leases 4 mon..tue @ 13.99 to alice
    """


@story
def test_a_post_only_bid_may_rest_where_nothing_can_serve_it() -> None:
    # neither too few chips for a gang nor an ask of its own group would be a trade
    """
    hz     joins acme
    alice  joins acme
    sh     ask 4 h800 mon..tue @ 14.00                          rests
    hz     ask 8 h800 mon..tue @ 14.00                          rests
    bob    bid 16 h800 1d from mon @ 99.00 gang post_only       rests
    alice  bid 8 h800 1d from mon @ 99.00 gang post_only self skip
           meets ask-2
           rests
    """


@story
def test_an_alternative_of_an_all_or_none_bid_may_carry_its_own_quantity() -> None:
    # 8 of this or 20 of that: 24 x (15.00 - 14.00) x 8 is less than 24 x (7.00 - 6.00) x 20
    """
    hz     ask 8 h800 mon..tue @ 14.00                                               rests
    sh     ask 24 a100 mon..tue @ 6.00                                               rests
    alice  bid 8 h800 1d from mon @ 15.00 or 20 a100 1d from mon @ 7.00 gang
           leases 20 mon..tue @ 6.00 from sh
    bid-1  filled 8 leaves 0
    bob    bid 8 h800 1d from mon @ 15.00 or 20 a100 1d from mon @ 7.00 gang
           leases 8 mon..tue @ 14.00 from hz
    """


@story
def test_an_own_quantity_is_all_or_none() -> None:
    """
    sh     ask 19 a100 mon..tue @ 6.00                                               rests
    hz     ask 24 a100 mon..tue @ 6.00 lot 8                                         rests
    alice  bid 8 h800 1d from mon @ 15.00 or 20 a100 1d from mon @ 7.00 gang         rests 8
    sz     ask 20 a100 mon..tue @ 6.50                                               leases 20 mon..tue @ 7.00 to alice
    """


@story
def test_an_own_quantity_is_for_bids_that_are_all_or_none() -> None:
    """
    alice  bid 8 h800 1d from mon @ 15.00 or 20 a100 1d from mon @ 7.00             refused bad_value
    alice  bid 8 h800 1d from mon @ 15.00 or 20 a100 1d from mon @ 7.00 min 4       refused bad_value
    alice  bid 8 h800 1d from mon @ 15.00 or 0 a100 1d from mon @ 7.00 gang         refused quantity_out_of_range
    """


@story
def test_a_bid_holds_the_worst_of_its_own_quantities() -> None:
    # 2 x 24 h x 15.00 = 720.00 but 5 x 24 h x 7.00 = 840.00; with the fee 844.20
    """
    alice  bid 2 h800 1d from mon @ 15.00 or 5 a100 1d from mon @ 7.00 gang    rests held 844.20
    hz     ask 5 a100 mon..tue @ 6.00                                          leases 5 mon..tue @ 7.00 to alice
    alice  held 0 escrow 844.20
    """


@story
def test_an_owner_cancels_all_bids_or_those_with_an_alternative_in_a_region_or_on_a_chip() -> None:
    """
    alice  bid 8 h800 1d from mon @ 1.00 or a100 1d from mon @ 1.00 in shanghai    rests
    alice  bid 8 h800 1d from mon @ 1.00                                           rests
    alice  bid 8 a100 1d from mon @ 1.00                                           rests
    bob    bid 8 a100 1d from mon @ 1.00 in shanghai                               rests
    alice  cancel all bids on h800 in shanghai
    alice  cancel all bids in shanghai                                             bid-1 canceled 8 by_owner
    alice  cancel all bids on h800                                                 bid-2 canceled 8
    alice  cancel all bids                                                         bid-3 canceled 8
    alice  available 1000000 held 0
    bid-4  rests 8
    """


@pytest.mark.parametrize(("count", "answer"), [(32, "rests 8"), (33, "refused bad_value alternatives")])
def test_a_bid_has_at_most_32_alternatives(count: int, answer: str) -> None:
    wishes = " or ".join(f"h800 1d from mon @ {price}.00" for price in range(1, count + 1))
    run_story(f"alice  bid 8 {wishes}  {answer}")


@story
def test_each_alternative_has_its_own_limit() -> None:
    """
    alice  bid 8 h800 1d from mon @ 15.00 or h800 1d from mon @ 14.00 in shanghai    rests
    hz     ask 4 h800 mon..tue @ 14.01 in shanghai                                   rests
    hz     ask 4 h800 mon..tue @ 14.01                        leases 4 mon..tue @ 15.00 to alice
    hz     ask 4 h800 mon..tue @ 14.00 in shanghai            leases 4 mon..tue @ 14.00 to alice
    """


@story
def test_each_alternative_is_a_delivery_of_its_own() -> None:
    """
    alice  bid 8 h800 1d from mon @ 15.00 or a100 2d from tue @ 7.00 in shanghai    rests
    hz     ask 8 h800 mon..tue @ 7.00 in shanghai                                   rests
    hz     ask 8 a100 tue..thu @ 7.00                                               rests
    hz     ask 8 h800 tue..thu @ 7.00                                               rests
    hz     ask 8 a100 mon..tue @ 7.00 in shanghai                                   rests
    hz     ask 8 a100 tue..thu @ 7.01 in shanghai                                   rests
    hz     ask 8 a100 tue..thu @ 7.00 in shanghai             leases 8 tue..thu @ 7.00 to alice
    """


@story
def test_the_first_and_the_last_start_are_both_acceptable() -> None:
    """
    hz     ask 8 h800 mon 06:00..tue 06:00 @ 14.00                       rests
    alice  bid 4 h800 1d from mon till mon 06:00 @ 14.00                 leases 4 mon 06:00..tue 06:00 @ 14.00 from hz
    bob    bid 4 h800 1d from mon 06:00 till mon 12:00 @ 14.00           leases 4 mon 06:00..tue 06:00 @ 14.00 from hz
    """


@story
def test_a_bid_that_says_no_more_takes_any_take_or_pay_in_leases_of_any_size() -> None:
    """
    hz     ask 0.125 h800 mon..tue @ 14.00 lot 0.125 top 0    rests
    sh     ask 1 h800 mon..tue @ 14.00 top 1                  rests
    alice  bid 8 h800 1d from mon @ 14.00                     leases 0.125 mon..tue @ 14.00 from hz
                                                              leases 1 mon..tue @ 14.00 from sh
                                                              rests 6.875
    """
