"""Section 9 of the rulebook: a buyer offers a part of its lease, and whoever leases it becomes the user of that part.

hz leases at 14.00; fees are 0.5 % of the buyer and 1 % of the provider, the penalty is 25 % of what is not delivered
beyond 0.1 %.
"""

from tests.story_money import lease_story


@lease_story
def test_a_part_resold_twice_is_paid_under_every_contract_and_so_is_its_outage_refunded() -> None:
    """
    hz       ask 8 h800 mon..02:00 @ 14.00               rests
    alice    bid 8 h800 2h from mon @ 14.00              leases 8 mon..02:00 @ 14.00 from hz
    alice    ask 4 h800 mon..02:00 @ 15.00 of lease-1    rests
    bob      bid 4 h800 2h from mon @ 15.00              leases 4 mon..02:00 @ 15.00 from alice
                                                         lease-1 resold part lease-2 cost 112.00
    bob      ask 2 h800 mon..02:00 @ 16.00 of lease-2    rests
    carol    bid 2 h800 2h from mon @ 16.00              leases 2 mon..02:00 @ 16.00 from bob
                                                         lease-2 resold part lease-3 cost 60.00
    lease-1  scheduled escrow 225.12
    lease-2  scheduled escrow 120.60
    lease-3  scheduled escrow 64.32
    hz       start lease-1                               running
    hz       start lease-2                               running
    hz       start lease-3                               running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 4 used 4
    hz       meter lease-2 through mon 01:00 delivered 2 used 2
    hz       meter lease-3 through mon 01:00 delivered 2 used 2
    clock    mon 01:15                                   lease-1 settles part lease-1 paid 56.00 refunded 0
                                                         lease-1 settles part lease-2 paid 28.00 refunded 0
                                                         lease-2 settles part lease-2 paid 30.00 refunded 0
                                                         lease-1 settles part lease-3 paid 28.00 refunded 0
                                                         lease-2 settles part lease-3 paid 30.00 refunded 0
                                                         lease-3 settles part lease-3 paid 32.00 refunded 0
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 8 used 8
    hz       meter lease-2 through mon 02:00 delivered 4 used 4
    hz       meter lease-3 through mon 02:00 delivered 3 used 3
    clock    mon 02:15                                   lease-1 settles part lease-1 paid 56.00 refunded 0
                                                         lease-1 settles part lease-2 paid 28.00 refunded 0
                                                         lease-1 settles part lease-3 paid 14.00 refunded 14.00
                                                         lease-2 settles part lease-3 paid 15.00 refunded 15.00
                                                         lease-3 settles paid 16.00 refunded 16.00 penalty 3.493
                                                         lease-1 ended completed
                                                         lease-2 ended completed
                                                         lease-3 ended completed
    lease-1  ended earned 210.00 refunded 14.00 fee 1.05 commission 2.10 penalties 0
    lease-2  ended earned 105.00 refunded 15.00 fee 0.525 commission 1.05 penalties 0
    lease-3  ended earned 48.00 refunded 16.00 fee 0.24 commission 0.48 penalties 3.493
    hz       available 1000204.407 escrow 0 bond 0
    alice    available 999892.90 escrow 0 bond 0
    bob      available 999941.995 escrow 0 bond 0
    carol    available 999955.253 escrow 0 bond 0
    """


@lease_story
def test_a_lease_that_is_resold_whole_ends_with_its_parts_and_was_never_started() -> None:
    """
    hz       ask 8 h800 mon 06:00..08:00 @ 14.00              rests
    alice    bid 8 h800 2h from mon 06:00 @ 14.00             leases 8 from hz
    alice    ask 8 h800 mon 06:00..08:00 @ 15.00 of lease-1   rests
    bob      bid 8 h800 2h from mon 06:00 @ 15.00             leases 8 mon 06:00..08:00 @ 15.00 from alice
    ask-2    filled 8 bond 0
    clock    mon 06:00
    hz       start lease-2                                    running
    clock    mon 06:15
    lease-1  scheduled escrow 225.12
    clock    mon 07:00
    hz       meter lease-2 through mon 07:00 delivered 8 used 8
    clock    mon 08:00
    hz       meter lease-2 through mon 08:00 delivered 16 used 16
    clock    mon 08:15                                        lease-1 ended resold
                                                              lease-2 ended completed
    lease-1  ended earned 224.00 refunded 0
    alice    available 1000012.48
    """


@lease_story
def test_a_later_window_of_a_running_lease() -> None:
    """
    hz       ask 8 h800 mon..04:00 @ 14.00               rests
    alice    bid 8 h800 4h from mon @ 14.00              leases 8 mon..04:00 from hz
    hz       start lease-1                               running
    clock    mon 00:30
    alice    ask 8 h800 mon 02:00..04:00 @ 13.00 of lease-1    rests
    bob      bid 6 h800 2h from mon 02:00 @ 15.00        leases 6 mon 02:00..04:00 @ 13.00 from alice
                                                         lease-1 resold part lease-2 cost 168.00
    ask-2    rests leaves 2
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                                   lease-1 settles paid 112.00
    hz       start lease-2
    clock    mon 02:00                                   lease-2 running
    hz       meter lease-1 through mon 02:00 delivered 16 used 16
    clock    mon 03:00
    hz       meter lease-1 through mon 03:00 delivered 18.000001 used 16    refused meter_exceeds_capacity delivered
    hz       meter lease-1 through mon 03:00 delivered 18 used 18
    hz       meter lease-2 through mon 03:00 delivered 6 used 6
    clock    mon 03:15                                   lease-1 settles mon 02:00..03:00 part lease-1 paid 28.00
                                                         lease-1 settles mon 02:00..03:00 part lease-2 paid 84.00
                                                         lease-2 settles mon 02:00..03:00 part lease-2 paid 78.00
                                                         ask-2 expired
    """


@lease_story
def test_who_delivers_must_hand_the_resold_part_over_to_its_new_user() -> None:
    """
    hz       ask 8 h800 mon..02:00 @ 14.00               rests
    alice    bid 8 h800 2h from mon @ 14.00              leases 8 from hz
    hz       start lease-1                               running
    alice    ask 4 h800 mon 01:00..02:00 @ 15.00 of lease-1    rests
    bob      bid 4 h800 1h from mon 01:00 @ 15.00        leases 4 mon 01:00..02:00 from alice
    lease-2  scheduled
    alice    start lease-2                               refused role_missing lease_id
    alice    meter lease-2 through mon 01:00 delivered 0 used 0    refused role_missing lease_id
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    lease-2  scheduled
    clock    mon 01:15                                   lease-2 defaulted not_started
    lease-2  defaulted refunded 60.00 penalties 11.20
    lease-1  running refunded 56.00 penalties 0
    bob      available 1000011.20
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 12 used 12
    clock    mon 02:15                                   lease-1 ended completed
    lease-1  ended earned 168.00 refunded 56.00 penalties 0
    """


@lease_story
def test_a_part_is_delivered_on_when_the_lease_it_came_from_has_defaulted() -> None:
    """
    hz       ask 8 h800 mon..04:00 @ 14.00               rests
    alice    bid 8 h800 4h from mon @ 14.00              leases 8 from hz
    alice    ask 4 h800 mon..04:00 @ 15.00 of lease-1    rests
    bob      bid 4 h800 4h from mon @ 15.00              leases 4 from alice
    alice    ask 2 h800 mon 03:00..04:00 @ 99.00 of lease-1    rests
    hz       start lease-1                               running
    hz       start lease-2                               running
    clock    mon 01:00
    hz       meter lease-2 through mon 01:00 delivered 4 used 4
    clock    mon 02:00
    hz       meter lease-2 through mon 02:00 delivered 8 used 8
    clock    mon 02:15                                   ask-3 canceled lease_over
    lease-1  running refunded 224.00 earned 112.00
    alice    ask 1 h800 mon 03:00..04:00 @ 99.00 of lease-1    refused lease_over lease_id
    clock    mon 03:00
    hz       meter lease-2 through mon 03:00 delivered 12 used 12
    clock    mon 04:00
    hz       meter lease-2 through mon 04:00 delivered 16 used 16
    clock    mon 04:15                                   lease-1 defaulted silent
                                                         lease-2 ended completed
    lease-1  defaulted earned 224.00 refunded 224.00
    lease-2  ended earned 240.00
    """


@lease_story
def test_silence_in_the_middle_of_a_chain_is_refunded_on_every_contract() -> None:
    """
    hz       ask 8 h800 mon..04:00 @ 14.00               rests
    alice    bid 8 h800 4h from mon @ 14.00              leases 8 from hz
    alice    ask 4 h800 mon..04:00 @ 15.00 of lease-1    rests
    bob      bid 4 h800 4h from mon @ 15.00              leases 4 from alice
    bob      ask 1 h800 mon..04:00 @ 16.00 of lease-2    rests
    carol    bid 1 h800 4h from mon @ 16.00              leases 1 from bob
    hz       start lease-1                               running
    hz       start lease-2                               running
    hz       start lease-3                               running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 4 used 4
    hz       meter lease-2 through mon 01:00 delivered 3 used 3
    hz       meter lease-3 through mon 01:00 delivered 1 used 1
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 8 used 8
    hz       meter lease-3 through mon 02:00 delivered 2 used 2
    clock    mon 03:00
    hz       meter lease-1 through mon 03:00 delivered 12 used 12
    hz       meter lease-3 through mon 03:00 delivered 3 used 3
    clock    mon 03:15                                   lease-2 settles part lease-2 paid 0 refunded 45.00
                                                         lease-1 settles part lease-2 paid 0 refunded 42.00
    lease-2  running earned 90.00 refunded 135.00
    lease-1  running earned 252.00 refunded 126.00
    clock    mon 04:00
    hz       meter lease-1 through mon 04:00 delivered 16 used 16
    hz       meter lease-3 through mon 04:00 delivered 4 used 4
    clock    mon 04:15                                   lease-1 ended completed
                                                         lease-2 defaulted silent
                                                         lease-3 ended completed
    lease-1  ended earned 322.00 refunded 126.00
    lease-2  defaulted earned 105.00 refunded 135.00
    lease-3  ended earned 64.00 refunded 0
    """


@lease_story
def test_whoever_resells_below_its_own_take_or_pay_bears_the_difference() -> None:
    """
    hz       ask 8 h800 mon..01:00 @ 14.00               rests
    alice    bid 8 h800 1h from mon @ 14.00              leases 8 from hz
    alice    ask 8 h800 mon..01:00 @ 15.00 top 0 of lease-1    rests
    bob      bid 8 h800 1h from mon @ 15.00              leases 8 from alice
    hz       start lease-2                               running
    clock    mon 01:00
    hz       meter lease-2 through mon 01:00 delivered 8 used 2
    clock    mon 01:15                                   lease-1 settles part lease-2 paid 112.00 refunded 0
                                                         lease-2 settles part lease-2 paid 30.00 refunded 90.00
                                                         lease-1 ended resold
                                                         lease-2 ended completed
    """


@lease_story
def test_a_released_part_is_its_resellers_again_and_goes_on_offer_again() -> None:
    """
    hz       ask 8 h800 mon..04:00 @ 14.00               rests
    alice    bid 8 h800 4h from mon @ 14.00              leases 8 from hz
    alice    ask 4 h800 mon..04:00 @ 15.00 top 0.5 of lease-1    rests
    bob      bid 4 h800 4h from mon @ 15.00              leases 4 from alice
    ask-2    filled
    hz       start lease-1                               running
    hz       start lease-2                               running
    clock    mon 00:50
    bob      release lease-2                             lease-2 cut paid 90.00 refunded 90.00
                                                         lease-1 regains part lease-2
                                                         ask-2 rests 4
    lease-2  running escrow 60.30
    bob      ask 1 h800 mon 02:00..04:00 @ 16.00 of lease-2    refused lease_over lease_id
    alice    ask 5 h800 mon 02:00..04:00 @ 16.00 of lease-1    refused quantity_not_owned quantity
    carol    bid 4 h800 2h from mon 02:00 @ 15.00        leases 4 mon 02:00..04:00 from alice
    ask-2    rests 4
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 4 used 4
    hz       meter lease-2 through mon 01:00 delivered 4 used 4
    clock    mon 01:15                                   lease-2 released by_buyer
                                                         ask-2 expired
    lease-2  released earned 150.00 refunded 90.00
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 12 used 4
    clock    mon 02:15                                   lease-3 defaulted not_started
                                                         lease-1 settles mon 01:00..02:00 part lease-1 paid 112.00
    """


@lease_story
def test_an_operator_cancels_a_lease_with_all_that_was_resold_out_of_it() -> None:
    """
    hz       ask 8 h800 mon 01:00..03:00 @ 14.00         rests
    alice    bid 6 h800 2h from mon 01:00 @ 14.00        leases 6 from hz
    alice    ask 6 h800 mon 01:00..03:00 @ 15.00 of lease-1    rests
    bob      bid 4 h800 2h from mon 01:00 @ 15.00 gang   leases 4 from alice
    venue    cancel lease-1                              lease-1 cancelled by_operator
                                                         lease-2 cancelled by_operator
                                                         ask-2 canceled lease_over
    lease-1  cancelled earned 0 refunded 168.00
    lease-2  cancelled earned 0 refunded 120.00
    alice    available 1000000.00
    bob      available 1000000.00
    ask-1    rests 8
    """


@lease_story
def test_an_operator_cancels_a_lease_of_which_nothing_but_a_part_was_left() -> None:
    """
    hz       ask 8 h800 mon 01:00..03:00 @ 14.00         rests
    alice    bid 8 h800 2h from mon 01:00 @ 14.00        leases 8 from hz
    alice    ask 4 h800 mon 01:00..03:00 @ 15.00 of lease-1    rests
    bob      bid 4 h800 2h from mon 01:00 @ 15.00 gang   leases 4 from alice
    alice    release lease-1
    venue    cancel lease-1                              lease-1 cancelled by_operator
                                                         lease-2 cancelled by_operator
    lease-2  cancelled earned 0 refunded 120.00
    bob      available 1000000.00
    """
