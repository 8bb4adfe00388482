"""Section 5 of the rulebook, "Amend": what keeps an order's place in the queue, what loses it, and what is refused."""

from tests.story import story


@story
def test_a_bid_for_less_keeps_its_place() -> None:
    """
    alice  bid 8 h800 1d from mon @ 14.00    rests
    bob    bid 8 h800 1d from mon @ 14.00    rests
    alice  amend bid-1 to 4                  keeps place, rests 4
    hz     ask 6 h800 mon..tue @ 14.00       leases 4 mon..tue @ 14.00 to alice
                                             leases 2 mon..tue @ 14.00 to bob
    """


@story
def test_a_bid_for_more_loses_its_place() -> None:
    """
    alice  bid 4 h800 1d from mon @ 14.00    rests
    bob    bid 4 h800 1d from mon @ 14.00    rests
    alice  amend bid-1 to 5                  loses place, rests 5
    hz     ask 6 h800 mon..tue @ 14.00       leases 4 mon..tue @ 14.00 to bob
                                             leases 2 mon..tue @ 14.00 to alice
    """


@story
def test_a_bid_at_another_price_loses_its_place_even_at_a_lower_one() -> None:
    """
    alice  bid 4 h800 1d from mon @ 15.00    rests
    bob    bid 4 h800 1d from mon @ 14.00    rests
    alice  amend bid-1 @ 14.00               loses place
    hz     ask 6 h800 mon..tue @ 14.00       leases 4 mon..tue @ 14.00 to bob
                                             leases 2 mon..tue @ 14.00 to alice
    """


@story
def test_the_same_numbers_again_keep_the_place() -> None:
    """
    alice  bid 4 h800 1d from mon @ 15.00    rests
    alice  amend bid-1 to 4 @ 15.00          keeps place
    """


@story
def test_prices_are_amended_one_for_each_alternative() -> None:
    """
    alice  bid 4 h800 1d from mon @ 15.00 or a100 1d from mon @ 7.00    rests
    alice  amend bid-1 @ 15.00                                          refused bad_value prices
    alice  amend bid-1 @ 15.00 or 8.00                                  loses place
    hz     ask 4 a100 mon..tue @ 8.00                                   leases 4 mon..tue @ 8.00 to alice
    """


@story
def test_what_a_bid_holds_follows_its_amendments() -> None:
    # a chip for a day at 15.00 holds 361.80, at 16.00 it is 385.92
    """
    alice  has 1000.00
    alice  bid 1 h800 1d from mon @ 15.00    rests held 361.80
    alice  amend bid-1 to 2                  loses place, rests 2 held 723.60
    alice  amend bid-1 @ 16.00               loses place, rests 2 held 771.84
    alice  amend bid-1 to 3                  refused insufficient_funds
    alice  available 228.16 held 771.84
    alice  amend bid-1 to 1 @ 15.00          loses place, rests 1 held 361.80
    alice  available 638.20 held 361.80
    """


@story
def test_a_better_price_trades_at_the_ask_s_price() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00       rests
    alice  bid 6 h800 1d from mon @ 13.00    rests
    alice  amend bid-1 @ 15.00               loses place
                                             leases 4 mon..tue @ 14.00 from hz
    bid-1  rests 2 filled 4
    """


@story
def test_a_gang_stays_a_gang_and_a_smaller_one_may_trade() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00            rests
    alice  bid 8 h800 1d from mon @ 15.00 gang    rests
    alice  amend bid-1 to 5                       keeps place
    alice  amend bid-1 to 4                       keeps place
                                                  leases 4 mon..tue @ 14.00 from hz
    """


@story
def test_a_bid_that_is_not_to_trade_at_once_does_not_by_an_amendment_either() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00                      rests
    alice  bid 8 h800 1d from mon @ 13.00 gang post_only    rests
    alice  amend bid-1 @ 14.00                              loses place
    alice  amend bid-1 to 4                                 refused would_trade post_only
    alice  amend bid-1 to 5                                 keeps place, rests 5
    """


@story
def test_a_partly_filled_bid_keeps_what_it_has() -> None:
    """
    hz     ask 3 h800 mon..tue @ 14.00       rests
    alice  bid 8 h800 1d from mon @ 14.00    leases 3 mon..tue @ 14.00 from hz, rests 5
    alice  amend bid-1 to 3                  refused quantity_out_of_range quantity
    alice  amend bid-1 to 2                  refused quantity_out_of_range quantity
    bid-1  rests 5 filled 3
    alice  amend bid-1 to 4                  keeps place, rests 1 filled 3
    alice  amend bid-1 to 12                 loses place, rests 9 filled 3
    """


@story
def test_a_refused_amendment_changes_nothing() -> None:
    """
    alice  bid 4 h800 1d from mon @ 14.00    rests held 1350.72
    bob    bid 4 h800 1d from mon @ 14.00    rests
    alice  amend bid-1                       refused bad_value
    alice  amend bid-1 to 0                  refused quantity_out_of_range
    alice  amend bid-1 to 9 @ 14.005         refused price_off_tick
    alice  amend bid-1 to 100001             refused quantity_out_of_range
    bob    amend bid-1 to 2                  refused unknown_order
    bid-1  rests 4 held 1350.72
    hz     ask 4 h800 mon..tue @ 14.00       leases 4 mon..tue @ 14.00 to alice
    alice  amend bid-1 to 2                  refused order_done
    """


@story
def test_an_ask_of_less_keeps_its_place() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00      rests
    sh     ask 8 h800 mon..tue @ 14.00      rests
    hz     amend ask-1 to 4                 keeps place, rests 4
    alice  bid 6 h800 1d from mon @ 14.00   leases 4 mon..tue @ 14.00 from hz
                                            leases 2 mon..tue @ 14.00 from sh
    """


@story
def test_an_ask_of_more_or_at_another_price_loses_its_place() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00      rests
    sh     ask 4 h800 mon..tue @ 14.00      rests
    sz     ask 4 h800 mon..tue @ 13.00      rests
    hz     amend ask-1 to 8                 loses place, rests 8
    sz     amend ask-3 @ 14.00              loses place
    alice  bid 4 h800 1d from mon @ 14.00   leases 4 mon..tue @ 14.00 from sh
    alice  bid 9 h800 1d from mon @ 14.00   leases 8 mon..tue @ 14.00 from hz
                                            leases 1 mon..tue @ 14.00 from sz
    """


@story
def test_a_lower_ask_is_offered_to_who_waits() -> None:
    """
    hz     ask 8 h800 mon..tue @ 16.00       rests
    alice  bid 4 h800 1d from mon @ 14.00    rests
    bob    bid 2 h800 1d from mon @ 15.00    rests
    hz     amend ask-1 @ 14.00               loses place
                                             leases 2 mon..tue @ 15.00 to bob
                                             leases 4 mon..tue @ 14.00 to alice
    ask-1  rests 2
    """


@story
def test_an_ask_of_more_is_offered_to_who_waits() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00            rests
    alice  bid 8 h800 1d from mon @ 15.00 gang    rests
    hz     amend ask-1 to 8                       loses place
                                                  leases 8 mon..tue @ 15.00 to alice
    ask-1  filled 8
    """


@story
def test_an_ask_that_is_not_to_trade_at_once_does_not_by_an_amendment_either() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00 post_only    rests
    alice  bid 8 h800 1d from mon @ 14.00 gang      rests
    hz     amend ask-1 to 8                         refused would_trade post_only
    ask-1  rests 4
    bob    bid 4 h800 1d from mon @ 13.00           rests
    hz     amend ask-1 @ 13.00                      refused would_trade post_only
    hz     amend ask-1 to 7                         loses place, rests 7
    """


@story
def test_the_quantity_of_an_ask_counts_what_is_leased() -> None:
    """
    hz     ask 8 h800 mon..wed @ 14.00               rests
    alice  bid 4 h800 1d from mon @ 14.00            leases 4 mon..tue @ 14.00 from hz
    bob    bid 2 h800 1d from mon @ 14.00            leases 2 mon..tue @ 14.00 from hz
    hz     amend ask-1 to 5                          refused quantity_out_of_range quantity
    hz     amend ask-1 to 6                          keeps place, rests 6 filled 0
    carol  bid 6 h800 1d from mon till tue @ 14.00   leases 6 tue..wed @ 14.00 from hz
    ask-1  filled 6
    """


@story
def test_an_ask_of_no_more_than_is_leased_is_done() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00        rests
    alice    bid 4 h800 1d from mon @ 14.00     leases 4 mon..tue @ 14.00 from hz
    hz       amend ask-1 to 4                   keeps place, canceled 0 by_owner
    lease-1  scheduled
    hz       amend ask-1 to 8                   refused order_done
    """


@story
def test_an_ask_is_amended_in_lots() -> None:
    """
    hz  ask 16 h800 mon..tue @ 14.00 lot 8   rests
    hz  amend ask-1 to 12                    refused quantity_not_in_lots quantity
    hz  amend ask-1 to 8                     keeps place, rests 8
    hz  amend ask-1 @ 14.001                 refused price_off_tick
    sh  amend ask-1 to 16                    refused unknown_order
    """


@story
def test_a_bond_grows_with_an_ask_and_shrinks_with_its_end_alone() -> None:
    # 5 % of 8 x 14.00 x 24 h = 134.40
    """
    hz  has 300.00
    hz  ask 8 h800 mon..wed @ 14.00    rests bond 134.40
    hz  amend ask-1 to 16              loses place, rests 16 bond 268.80
    hz  amend ask-1 to 8               keeps place, rests 8 bond 268.80
    hz  amend ask-1 to 16              loses place, rests 16 bond 268.80
    hz  amend ask-1 @ 16.00            refused insufficient_funds
    hz  available 31.20 bond 268.80
    hz  cancel ask-1                   canceled 16 bond 0
    hz  available 300.00 bond 0
    """


@story
def test_less_at_another_price_loses_the_place() -> None:
    """
    alice  bid 8 h800 1d from mon @ 15.00    rests
    bob    bid 4 h800 1d from mon @ 14.00    rests
    alice  amend bid-1 to 4 @ 14.00          loses place, rests 4
    hz     ask 8 h800 mon..tue @ 15.00       rests
    sh     ask 8 h800 mon..tue @ 16.00       rests
    hz     amend ask-1 to 4 @ 16.00          loses place, rests 4
    carol  bid 8 h800 1d from mon @ 16.00    leases 8 mon..tue @ 16.00 from sh
    sz     ask 6 h800 mon..tue @ 14.00       leases 4 mon..tue @ 14.00 to bob
                                             leases 2 mon..tue @ 14.00 to alice
    """


@story
def test_a_refused_amendment_of_an_ask_changes_nothing() -> None:
    """
    hz     ask 4 h800 mon..tue @ 14.00       rests bond 67.20
    sh     ask 4 h800 mon..tue @ 14.00       rests
    hz     amend ask-1                       refused bad_value
    hz     amend ask-1 to 0                  refused quantity_out_of_range
    hz     amend ask-1 to 2 @ 14.005         refused price_off_tick
    hz     amend ask-1 to 2 @ 0              refused price_out_of_range
    ask-1  rests 4 bond 67.20
    alice  bid 4 h800 1d from mon @ 14.00    leases 4 mon..tue @ 14.00 from hz
    """


@story
def test_an_alternative_that_has_lapsed_does_not_stand_in_an_amendments_way() -> None:
    """
    hz       ask 8 a100 mon..wed @ 8.00    rests
    alice    bid 8 h800 1h from mon @ 15.00 or a100 1h from tue @ 7.00   rests
    clock    mon 01:00
    venue    sets h800 in hangzhou halted
    alice    explain bid-1    second fails price 1, second try +1.00 CNY per chip-hour
    alice    takes advice     loses place, leases 8 from hz
    """


@story
def test_nor_does_its_price_when_the_band_has_moved() -> None:
    """
    venue    allows 0.1 around the last 2 trades
    hz       ask 8 h800 mon..tue @ 20.00    rests
    hz       ask 8 a100 mon..wed @ 8.00    rests
    alice    bid 8 h800 1h from mon @ 15.00 or a100 1h from tue @ 7.00   rests
    clock    mon 01:00
    bob      bid 8 h800 1h from mon 02:00 @ 20.00    leases 8
    alice    explain bid-1    second fails price 1, second try +1.00 CNY per chip-hour
    alice    takes advice     loses place, leases 8 from hz
    """
