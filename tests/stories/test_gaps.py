"""Sections 7 and 9 of the rulebook together: the meter of a lease whose buyer did not have its chips all the time.

What a meter grew by between two reports is spread over the chips that the buyer had in hand between them: hours in
which others used them bear none of it.
"""

from tests.story_money import lease_story


@lease_story
def test_a_part_that_comes_back_is_settled_by_what_was_delivered() -> None:
    """
    hz       ask 8 h800 mon..06:00 @ 14.00               rests
    alice    bid 8 h800 6h from mon @ 14.00              leases 8 from hz
    alice    ask 8 h800 mon..06:00 @ 15.00 of lease-1    rests
    bob      bid 8 h800 6h from mon @ 15.00              leases 8 from alice
    hz       start lease-1
    hz       start lease-2                               running
    clock    mon 01:00
    hz       meter lease-2 through mon 01:00 delivered 8 used 8
    clock    mon 02:00
    hz       meter lease-2 through mon 02:00 delivered 16 used 16
    clock    mon 03:00
    hz       meter lease-2 through mon 03:00 delivered 24 used 24
    clock    mon 04:00
    hz       meter lease-2 through mon 04:00 delivered 32 used 32
    bob      release lease-2                             lease-1 regains part lease-2, lease-1 running, ask-2 rests
    clock    mon 04:15                                   lease-2 released
    clock    mon 05:00
    hz       meter lease-1 through mon 05:00 delivered 8 used 8
    clock    mon 05:15                                   lease-1 settles part lease-1 delivered 8 paid 112.00 penalty 0
                                                         ask-2 expired
    """


@lease_story
def test_the_first_hours_are_resold_and_the_last_is_metered_in_full() -> None:
    """
    hz       ask 8 h800 mon..03:00 @ 14.00               rests
    alice    bid 8 h800 3h from mon @ 14.00              leases 8 from hz
    alice    ask 8 h800 mon..02:00 @ 15.00 of lease-1    rests
    bob      bid 8 h800 2h from mon @ 15.00              leases 8 mon..02:00 from alice
    hz       start lease-1                               lease-1 running
    hz       start lease-2                               running
    clock    mon 01:00
    hz       meter lease-2 through mon 01:00 delivered 8 used 8
    clock    mon 02:00
    hz       meter lease-2 through mon 02:00 delivered 16 used 16
    clock    mon 02:15                                   lease-2 ended
    clock    mon 03:00
    hz       meter lease-1 through mon 03:00 delivered 8 used 8
    clock    mon 03:15                                   lease-1 settles part lease-1 delivered 8 paid 112.00 penalty 0
                                                         lease-1 ended
    """


@lease_story
def test_fewer_chips_from_an_hour_on_do_not_dilute_the_hour_before() -> None:
    """
    hz       ask 8 h800 mon..02:00 @ 14.00               rests
    alice    bid 8 h800 2h from mon @ 14.00              leases 8 from hz
    alice    ask 7 h800 mon 01:00..02:00 @ 15.00 of lease-1    rests
    bob      bid 7 h800 1h from mon 01:00 @ 15.00        leases 7 from alice
    hz       start lease-1                               running
    clock    mon 01:12
    hz       meter lease-1 through mon 01:12 delivered 8.2 used 8.2
    clock    mon 01:15                                   lease-1 settles part lease-1 delivered 8 paid 112.00 penalty 0
                                                         lease-2 defaulted
    """


@lease_story
def test_more_chips_from_an_hour_on_do_not_make_up_for_the_hour_before() -> None:
    """
    hz       ask 8 h800 mon..02:00 @ 14.00               rests
    alice    bid 8 h800 2h from mon @ 14.00              leases 8 from hz
    alice    ask 7 h800 mon..01:00 @ 15.00 of lease-1    rests
    bob      bid 7 h800 1h from mon @ 15.00              leases 7 from alice
    hz       start lease-1                               running
    hz       start lease-2                               running
    clock    mon 01:10
    hz       meter lease-1 through mon 01:10 delivered 1.166666 used 1.166666
    clock    mon 01:15                                   lease-1 settles part lease-1 delivered 0.499999
                                                         lease-2 ended completed
    """


@lease_story
def test_a_late_report_is_spread_over_hours_that_are_closed_as_well_by_the_chips_of_each() -> None:
    # of two chips for an hour and then eight nothing is reported until 01:30, so the first hour is closed as an outage;
    # of the six that were delivered by then 2 / (2 + 4) are that hour's, and lost
    """
    hz       ask 8 h800 mon..04:00 @ 14.00               rests
    alice    bid 8 h800 4h from mon @ 14.00              leases 8 from hz
    alice    ask 6 h800 mon..01:00 @ 15.00 of lease-1    rests
    bob      bid 6 h800 1h from mon @ 15.00              leases 6 from alice
    hz       start lease-1                               running
    hz       start lease-2                               running
    clock    mon 01:15                                   lease-1 settles part lease-1 delivered 0
                                                         lease-2 ended completed
    clock    mon 01:30
    hz       meter lease-1 through mon 01:30 delivered 6 used 6
    clock    mon 02:15                                   lease-1 settles part lease-1 delivered 4
    """
