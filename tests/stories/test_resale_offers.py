"""Section 9 of the rulebook: who may offer which part of a lease, what that binds, and what it does to a subsidy.

hz leases at 14.00, and a voucher of wx pays 30 % in wuxi.
"""

from tests.story_money import lease_story


@lease_story
def test_what_is_on_offer_cannot_be_given_back_or_offered_twice() -> None:
    """
    hz       ask 8 h800 mon..04:00 @ 14.00               rests
    alice    bid 8 h800 4h from mon @ 14.00              leases 8 from hz
    alice    ask 6 h800 mon 01:00..03:00 @ 15.00 of lease-1    rests
    alice    release lease-1                             refused lease_offered lease_id
    alice    ask 3 h800 mon..02:00 @ 15.00 of lease-1    refused quantity_not_owned quantity
    alice    ask 2 h800 mon..02:00 @ 15.00 of lease-1    rests
    alice    ask 8 h800 mon 03:00..04:00 @ 15.00 of lease-1    rests
    alice    cancel ask-2                                canceled
    alice    ask 6 h800 mon..02:00 @ 15.00 of lease-1    rests
    alice    release lease-1                             refused lease_offered lease_id
    alice    cancel all asks on h800                     ask-3 canceled
                                                         ask-4 canceled
                                                         ask-5 canceled
    hz       start lease-1                               running
    alice    release lease-1                             lease-1 cut paid 448.00
                                                         lease-1 released by_buyer
    """


@lease_story
def test_what_has_been_resold_cannot_be_offered_or_given_back_by_its_reseller() -> None:
    """
    hz       ask 8 h800 mon..02:00 @ 14.00               rests
    alice    bid 8 h800 2h from mon @ 14.00              leases 8 from hz
    alice    ask 6 h800 mon..02:00 @ 15.00 of lease-1    rests
    bob      bid 6 h800 2h from mon @ 15.00              leases 6 from alice
    alice    ask 3 h800 mon..02:00 @ 15.00 of lease-1    refused quantity_not_owned quantity
    alice    release lease-1                             lease-1 cut paid 56.00 refunded 0
    lease-1  scheduled earned 56.00
    hz       start lease-1                               refused lease_over lease_id
    ask-1    rests 2
    hz       start lease-2                               running
    clock    mon 01:00
    hz       meter lease-2 through mon 01:00 delivered 6 used 6
    clock    mon 02:00                                   ask-1 expired
    hz       meter lease-2 through mon 02:00 delivered 12 used 12
    clock    mon 02:15                                   lease-1 released by_buyer
                                                         lease-2 ended completed
    lease-1  released earned 224.00
    """


@lease_story
def test_who_may_resell_what() -> None:
    """
    hz       ask 8 h800 mon 02:00..06:00 @ 14.00 lot 2 min 2h tags roce         rests
    alice    bid 8 h800 4h from mon 02:00 @ 14.00        leases 8 from hz
    bob      ask 4 h800 mon 02:00..06:00 @ 15.00 lot 2 min 2h of lease-1        refused unknown_lease lease_id
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 lot 2 min 2h of lease-2        refused unknown_lease lease_id
    hz       ask 4 h800 mon 02:00..06:00 @ 15.00 lot 2 min 2h of lease-1        refused role_missing lease_id
    alice    ask 4 a100 mon 02:00..06:00 @ 15.00 lot 2 min 2h of lease-1        refused bad_value chip
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 in shanghai lot 2 min 2h of lease-1    refused bad_value region
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 lot 2 min 2h tags nvlink of lease-1    refused bad_value tags
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 lot 2 min 2h green 1 of lease-1        refused bad_value green_share
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 lot 1 min 2h of lease-1        refused lot_out_of_range lot
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 lot 2 min 1h of lease-1      refused duration_out_of_range min_duration
    alice    ask 10 h800 mon 02:00..06:00 @ 15.00 lot 2 min 2h of lease-1       refused quantity_not_owned quantity
    alice    ask 4 h800 mon 01:00..06:00 @ 15.00 lot 2 min 2h of lease-1        refused window_outside_lease start
    alice    ask 4 h800 mon 02:00..07:00 @ 15.00 lot 2 min 2h of lease-1        refused window_outside_lease start
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 lot 4 min 3h of lease-1        rests
    carol    bid 4 h800 3h from mon 02:00 @ 15.00 tags roce                     leases 4 mon 02:00..05:00 from alice
    carol    ask 2 h800 mon 03:00..05:00 @ 16.00 lot 2 min 2h tags roce of lease-2      rests
    carol    ask 1 h800 mon 03:00..05:00 @ 16.00 lot 1 min 2h of lease-2        refused lot_out_of_range lot
    venue    cancel lease-1                                                     lease-1 cancelled
                                                                                lease-2 cancelled
                                                                                ask-3 canceled lease_over
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 lot 2 min 2h of lease-1        refused lease_over lease_id
    """


@lease_story
def test_nobody_leases_from_its_own_group_and_a_provider_may_lease_its_own_chips_back() -> None:
    """
    ally     joins alice
    hz       ask 8 h800 mon..02:00 @ 14.00               rests
    alice    bid 8 h800 2h from mon @ 14.00              leases 8 from hz
    alice    ask 4 h800 mon..02:00 @ 15.00 of lease-1    rests
    ally     bid 4 h800 2h from mon @ 15.00              bid-2 meets ask-2
                                                         canceled self_trade
    hz       bid 4 h800 2h from mon @ 15.00              leases 4 from alice
    hz       ask 4 h800 mon..02:00 @ 16.00 of lease-2    rests
    alice    bid 4 h800 2h from mon @ 16.00              leases 4 from hz
    hz       start lease-1                               running
    hz       start lease-3                               running
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 8 used 8
    hz       meter lease-3 through mon 02:00 delivered 8 used 8
    clock    mon 02:15                                   lease-1 ended completed
                                                         lease-2 ended resold
                                                         lease-3 ended completed
    """


@lease_story
def test_a_resale_is_amended_within_what_its_owner_has() -> None:
    """
    hz       ask 8 h800 mon..04:00 @ 14.00               rests
    alice    bid 8 h800 4h from mon @ 14.00              leases 8 from hz
    alice    ask 4 h800 mon..04:00 @ 16.00 of lease-1    rests
    alice    ask 2 h800 mon 02:00..04:00 @ 16.00 of lease-1    rests
    alice    amend ask-2 to 7                            refused quantity_not_owned quantity
    alice    amend ask-2 to 6                            loses place
    alice    amend ask-3 to 3                            refused quantity_not_owned quantity
    alice    amend ask-2 to 5                            keeps place
    alice    amend ask-3 to 3                            loses place
    bob      bid 5 h800 4h from mon @ 15.00              rests
    alice    amend ask-2 @ 15.00                         loses place
                                                         bob leases 5 mon..04:00 @ 15.00 from alice
                                                         ask-2 filled
    """


@lease_story
def test_the_subsidy_on_a_part_goes_back_when_it_is_offered() -> None:
    """
    venue    defines wx
    hz       ask 8 h800 mon..02:00 @ 14.00 in wuxi                rests
    alice    bid 8 h800 2h from mon @ 14.00 in wuxi by wx         leases 8 from hz subsidy 67.20 by wx
    lease-1  scheduled escrow 157.92 subsidy 67.20
    alice    ask 4 h800 mon 01:00..02:00 @ 15.00 in wuxi of lease-1    rests
    lease-1  scheduled escrow 174.72 subsidy 50.40
    alice    available 999825.28
    wx       committed 50.40 granted 50.40
    bob      bid 4 h800 1h from mon 01:00 @ 15.00 in wuxi by wx   leases 4 from alice subsidy 0
    hz       start lease-1                                        running
    hz       start lease-2
    clock    mon 01:00                                            lease-2 running
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                                   lease-1 settles paid 112.00 redeemed 33.60
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 12 used 12
    hz       meter lease-2 through mon 02:00 delivered 4 used 4
    clock    mon 02:15                                   lease-1 settles part lease-1 paid 56.00 redeemed 16.80
                                                         lease-1 settles part lease-2 paid 56.00 redeemed 0
                                                         lease-2 settles part lease-2 paid 60.00 redeemed 0
                                                         lease-1 ended completed
                                                         lease-2 ended completed
    wx       committed 0 redeemed 50.40 granted 50.40
    """


@lease_story
def test_the_subsidy_that_has_gone_back_does_not_come_again_and_is_made_good_once() -> None:
    """
    alice    has 260.00
    venue    defines wx
    hz       ask 8 h800 mon..02:00 @ 14.00 in wuxi                rests
    alice    bid 8 h800 2h from mon @ 14.00 in wuxi by wx         leases 8 from hz subsidy 67.20
    alice    available 102.08
    alice    ask 4 h800 mon..02:00 @ 15.00 in wuxi of lease-1     rests
    lease-1  scheduled subsidy 33.60
    alice    cancel ask-2                                         canceled
    lease-1  scheduled subsidy 33.60
    alice    ask 2 h800 mon..01:00 @ 15.00 in wuxi of lease-1     rests
    lease-1  scheduled subsidy 33.60
    alice    amend ask-3 to 4                                     loses place
    lease-1  scheduled subsidy 33.60
    alice    amend ask-3 to 6                                     loses place
    lease-1  scheduled subsidy 25.20
    alice    available 60.08
    wx       committed 25.20
    """


@lease_story
def test_who_cannot_make_the_subsidy_good_cannot_offer_the_part() -> None:
    """
    alice    has 225.12
    venue    defines wx
    hz       ask 8 h800 mon..02:00 @ 14.00 in wuxi                rests
    alice    bid 8 h800 2h from mon @ 14.00 in wuxi by wx         leases 8 from hz subsidy 67.20
    alice    available 67.20
    alice    bid 1 a100 1h from mon 01:00 @ 33.80 in wuxi         rests
    alice    available 33.231
    alice    ask 4 h800 mon..02:00 @ 15.00 in wuxi of lease-1     refused insufficient_funds quantity
    alice    ask 3 h800 mon..02:00 @ 15.00 in wuxi of lease-1     rests
    alice    available 8.031
    alice    amend ask-2 to 4                                     refused insufficient_funds quantity
    lease-1  scheduled subsidy 42.00
    """


@lease_story
def test_a_quote_names_the_reseller_and_promises_no_subsidy() -> None:
    """
    venue    defines wx
    hz       ask 8 h800 mon..02:00 @ 14.00 in wuxi                rests
    alice    bid 8 h800 2h from mon @ 14.00 in wuxi by wx         leases 8 from hz subsidy 67.20
    alice    ask 8 h800 mon..02:00 @ 13.00 in wuxi of lease-1     rests
    bob      quote bid 4 h800 2h from mon @ 14.00 in wuxi by wx   gets 4 mon..02:00 @ 13.00
                                                                  pays cost 104.00 total 104.52
                                                                  affords
    """


@lease_story
def test_an_ask_whose_leftovers_are_on_offer_elsewhere_does_not_come_back() -> None:
    """
    hz       ask 8 h800 mon..04:00 @ 14.00                     rests
    alice    bid 8 h800 4h from mon @ 14.00                    leases 8 from hz
    alice    ask 8 h800 mon..03:30 @ 15.00 of lease-1          rests
    bob      bid 8 h800 3h from mon @ 15.00                    leases 8 mon..03:00 from alice
    ask-2    filled 8
    alice    ask 8 h800 mon 03:00..04:00 @ 15.00 of lease-1    rests
    bob      release lease-2                                   lease-1 regains part lease-2
                                                               lease-2 released by_buyer
    ask-2    filled 8
    alice    ask 8 h800 mon..03:00 @ 15.00 of lease-1          rests
    """


@lease_story
def test_a_chain_is_of_eight_contracts_at_most() -> None:
    """
    hz       ask 8 h800 mon..02:00 @ 14.00               rests
    ann      bid 8 h800 2h from mon @ 14.00              leases 8 from hz
    ann      ask 8 h800 mon..02:00 @ 14.01 of lease-1    rests
    ben      bid 8 h800 2h from mon @ 14.01              leases 8 from ann
    ben      ask 8 h800 mon..02:00 @ 14.02 of lease-2    rests
    cem      bid 8 h800 2h from mon @ 14.02              leases 8 from ben
    cem      ask 8 h800 mon..02:00 @ 14.03 of lease-3    rests
    dot      bid 8 h800 2h from mon @ 14.03              leases 8 from cem
    dot      ask 8 h800 mon..02:00 @ 14.04 of lease-4    rests
    eve      bid 8 h800 2h from mon @ 14.04              leases 8 from dot
    eve      ask 8 h800 mon..02:00 @ 14.05 of lease-5    rests
    fay      bid 8 h800 2h from mon @ 14.05              leases 8 from eve
    fay      ask 8 h800 mon..02:00 @ 14.06 of lease-6    rests
    gus      bid 8 h800 2h from mon @ 14.06              leases 8 from fay
    gus      ask 8 h800 mon..02:00 @ 14.07 of lease-7    rests
    hal      bid 8 h800 2h from mon @ 14.07              leases 8 from gus
    hal      ask 8 h800 mon..02:00 @ 14.08 of lease-8    refused bad_value lease_id
    """
