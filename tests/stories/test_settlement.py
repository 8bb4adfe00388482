"""Section 7 of the rulebook: meters and settlement, period by period, to the micro.

Leases are of 8 chips at 14.00 unless a story says otherwise, which is 112.00 an hour, with a buyer's fee of 0.56 and a
provider's of 1.12 for an hour that is wholly earned. Asks are of 8 chips for Monday, so their bond is 134.40.
"""

from tests.story import story


@story
def test_full_use_is_paid_in_full() -> None:
    """
    hz       has 1000.00
    alice    has 1000.00
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    lease-1  running earned 0 escrow 225.12
    clock    mon 01:15    lease-1 settles mon..01:00 delivered 8 used 8 paid 112.00 refunded 0 penalty 0
    lease-1  running earned 112.00 escrow 112.56 fee 0.56 commission 1.12
    hz       available 976.48 bond 134.40
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 16 used 16
    clock    mon 02:15    lease-1 settles mon 01:00..02:00 delivered 8 used 8 paid 112.00 refunded 0 penalty 0
                          lease-1 ended completed
    lease-1  ended earned 224.00 refunded 0 penalties 0 escrow 0 fee 1.12 commission 2.24
    alice    available 774.88 escrow 0
    hz       available 1087.36 bond 134.40
    venue    fees 3.36
    """


@story
def test_half_use_of_a_whole_rental_is_paid_in_full() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 4
    clock    mon 01:15    lease-1 settles mon..01:00 delivered 8 used 4 paid 112.00 refunded 0 penalty 0
                          lease-1 ended completed
    """


@story
def test_half_use_under_a_take_or_pay_of_three_fifths_is_paid_as_three_fifths() -> None:
    # 0.6 x 112.00 = 67.20; of the fee of 0.56 goes 0.336 to the venue and 0.224 back
    """
    alice    has 112.56
    hz       ask 8 h800 mon..tue @ 14.00 top 0.6   rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 4
    clock    mon 01:15    lease-1 settles mon..01:00 delivered 8 used 4 paid 67.20 refunded 44.80 penalty 0
                          lease-1 ended completed
    lease-1  ended earned 67.20 refunded 44.80 penalties 0 fee 0.336 commission 0.672
    alice    available 45.024 escrow 0
    venue    fees 1.008
    """


@story
def test_more_use_than_the_take_or_pay_is_paid_as_used() -> None:
    # 6 of 8 chip-hours are 0.75 of 112.00
    """
    hz       ask 8 h800 mon..tue @ 14.00 top 0.6   rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 6
    clock    mon 01:15    lease-1 settles mon..01:00 paid 84.00 refunded 28.00 penalty 0, lease-1 ended
    """


@story
def test_half_use_without_take_or_pay_is_paid_as_half() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00 top 0     rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 4
    clock    mon 01:15    lease-1 settles mon..01:00 paid 56.00 refunded 56.00 penalty 0, lease-1 ended
    """


@story
def test_take_or_pay_is_of_what_was_delivered() -> None:
    # half delivered, nothing used: 0.6 x 0.5 x 112.00; the penalty is 25 % of (0.5 - 0.001) x 112.00
    """
    hz       ask 8 h800 mon..tue @ 14.00 top 0.6   rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 4 used 0
    clock    mon 01:15    lease-1 settles mon..01:00 paid 33.60 refunded 78.40 penalty 13.972, lease-1 ended
    """


@story
def test_an_outage_within_the_allowance_is_refunded_without_penalty() -> None:
    # 0.008 of 8 chip-hours are 0.1 %
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 7.992 used 7.992
    clock    mon 01:15    lease-1 settles mon..01:00 paid 111.888 refunded 0.112 penalty 0, lease-1 ended
    """


@story
def test_an_outage_beyond_the_allowance_costs_a_penalty_from_the_bond() -> None:
    # a tenth is not delivered: 11.20 back, and 25 % of (0.1 - 0.001) x 112.00 = 2.772
    """
    hz       has 1000.00
    alice    has 1000.00
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 7.2 used 7.2
    clock    mon 01:15    lease-1 settles mon..01:00 paid 100.80 refunded 11.20 penalty 2.772, lease-1 ended
    hz       available 965.392 bond 131.628
    alice    available 901.468 escrow 0
    """


@story
def test_what_is_reported_after_the_close_was_not_delivered() -> None:
    # the first hour is silent; the late report moves nothing, and the second hour is paid for itself alone
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:15    lease-1 settles mon..01:00 delivered 0 paid 0 refunded 112.00 penalty 27.972
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 16 used 16
    clock    mon 02:15    lease-1 settles mon 01:00..02:00 delivered 8 paid 112.00 refunded 0 penalty 0
                          lease-1 ended completed
    lease-1  ended earned 112.00 refunded 112.00 penalties 27.972 fee 0.56
    """


@story
def test_a_report_across_a_boundary_counts_for_both_periods() -> None:
    # 9 chip-hours in 72 minutes are 7.5 in the first 60, and 1.5 after; then 6.4 more
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:14:59
    hz       meter lease-1 through mon 01:12 delivered 9 used 9
    clock    mon 01:15    lease-1 settles mon..01:00 delivered 7.5 used 7.5 paid 105.00 refunded 7.00 penalty 1.722
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 15.4 used 15.4
    clock    mon 02:15    lease-1 settles mon 01:00..02:00 delivered 7.9 paid 110.60 refunded 1.40 penalty 0.322
                          lease-1 ended completed
    """


@story
def test_the_last_period_may_be_shorter() -> None:
    # half an hour costs 56.00
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h30m from mon @ 14.00     leases 8 mon..01:30 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:30       lease-1 settles mon..01:00 paid 112.00
    hz       meter lease-1 through mon 01:30 delivered 12 used 12
    clock    mon 01:44:59
    lease-1  running earned 112.00
    clock    mon 01:45       lease-1 settles mon 01:00..01:30 delivered 4 used 4 paid 56.00 refunded 0 penalty 0
                             lease-1 ended completed
    """


@story
def test_a_late_hand_over_is_time_not_delivered() -> None:
    # from 00:12 on 48 minutes can deliver 6.4 chip-hours: 22.40 are not earned, 25 % of (0.2 - 0.001) x 112.00 is due
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    clock    mon 00:12
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 6.400001 used 0    refused meter_exceeds_capacity
    hz       meter lease-1 through mon 01:00 delivered 6.4 used 6.4
    clock    mon 01:15    lease-1 settles mon..01:00 paid 89.60 refunded 22.40 penalty 5.572, lease-1 ended
    """


@story
def test_a_report_sent_again_is_harmless() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 00:30 delivered 4 used 2
    hz       meter lease-1 through mon 01:00 delivered 8 used 5
    hz       meter lease-1 through mon 01:00 delivered 8 used 5
    hz       meter lease-1 through mon 00:30 delivered 4 used 2
    clock    mon 01:15    lease-1 settles mon..01:00 delivered 8 used 5 paid 112.00, lease-1 ended
    """


@story
def test_totals_never_shrink() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 00:30 delivered 4 used 2
    hz       meter lease-1 through mon 01:00 delivered 3.999999 used 2    refused meter_shrinks
    hz       meter lease-1 through mon 01:00 delivered 8 used 1.999999    refused meter_shrinks
    hz       meter lease-1 through mon 01:00 delivered 8 used 2
    """


@story
def test_no_more_is_delivered_than_the_chips_can_and_no_more_used_than_delivered() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 00:30 delivered 4.000001 used 4    refused meter_exceeds_capacity
    hz       meter lease-1 through mon 00:30 delivered 3 used 3.000001    refused meter_exceeds_delivered
    hz       meter lease-1 through mon 00:30 delivered 3 used 2
    hz       meter lease-1 through mon 01:00 delivered 7.000001 used 3    refused meter_exceeds_capacity
    hz       meter lease-1 through mon 01:00 delivered 5 used 4.000001    refused meter_exceeds_delivered
    hz       meter lease-1 through mon 00:30 delivered 3.5 used 2         refused meter_exceeds_capacity
    hz       meter lease-1 through mon 01:00 delivered 7 used 6
    """


@story
def test_reports_are_of_time_that_has_come_and_is_the_leases() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon 01:00 @ 14.00  leases 8 mon 01:00..02:00 @ 14.00 from hz
    hz       meter lease-1 through mon 01:00 delivered 0 used 0    refused lease_not_running
    hz       start lease-1
    hz       meter lease-1 through mon 01:00 delivered 0 used 0    refused lease_not_running
    clock    mon 01:30
    hz       meter lease-1 through mon 01:31 delivered 0 used 0    refused meter_in_future
    hz       meter lease-1 through mon 01:00 delivered 0 used 0    refused meter_outside_lease
    alice    meter lease-1 through mon 01:30 delivered 4 used 4    refused role_missing
    bob      meter lease-1 through mon 01:30 delivered 4 used 4    refused unknown_lease
    clock    mon 02:05
    hz       meter lease-1 through mon 02:05 delivered 8 used 8    refused meter_outside_lease
    hz       meter lease-1 through mon 02:00 delivered 8 used 8
    clock    mon 02:15                                             lease-1 ended completed
    hz       meter lease-1 through mon 02:00 delivered 8 used 8    refused lease_over
    """


@story
def test_parts_add_up_to_the_whole_to_the_micro() -> None:
    # 0.125 chips at 0.01 for 2.25 h cost 2812.5 micros, so 2812; an hour 1250, two 2500, and the rest 312
    """
    hz       ask 0.125 h800 mon..tue @ 0.01 lot 0.125      rests
    alice    bid 0.125 h800 2h15m from mon @ 0.01          leases 0.125 mon..02:15 @ 0.01 from hz
    hz       start lease-1                                 running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 0.125 used 0.125
    clock    mon 02:00      lease-1 settles mon..01:00 paid 0.00125
    hz       meter lease-1 through mon 02:00 delivered 0.25 used 0.25
    clock    mon 02:15      lease-1 settles mon 01:00..02:00 paid 0.00125
    hz       meter lease-1 through mon 02:15 delivered 0.28125 used 0.28125
    clock    mon 02:30      lease-1 settles mon 02:00..02:15 paid 0.000312 refunded 0, lease-1 ended
    lease-1  ended earned 0.002812 refunded 0 escrow 0 fee 0.000014 commission 0.000028
    """
