"""Section 7 of the rulebook: starting a lease, or failing to; silence; what bonds pay, and when they return.

Every lease of these stories is of 8 chips at 14.00, which is 112.00 an hour. The rules: access within 15 minutes of the
start, periods of an hour that close 15 minutes after their end, a penalty of 25 % of what is not delivered beyond
0.1 %, two silent periods.
"""

from tests.story import story


@story
def test_a_lease_runs_once_it_has_begun_and_access_was_given() -> None:
    """
    hz       ask 8 h800 mon 06:00..tue @ 14.00     rests
    alice    bid 8 h800 2h from mon 06:00 @ 14.00  leases 8 mon 06:00..08:00 @ 14.00 from hz
    lease-1  scheduled
    hz       start lease-1
    lease-1  scheduled
    clock    mon 05:59:59
    lease-1  scheduled
    clock    mon 06:00                             lease-1 running
    """


@story
def test_access_may_be_given_until_a_quarter_of_an_hour_after_the_start() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    clock    mon 00:14:59
    lease-1  scheduled
    hz       start lease-1                         running
    hz       start lease-1                         refused lease_started
    clock    mon 00:15
    lease-1  running
    """


@story
def test_only_the_provider_starts_a_lease() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    alice    start lease-1                         refused role_missing
    bob      start lease-1                         refused unknown_lease
    hz       start lease-2                         refused unknown_lease
    """


@story
def test_a_lease_that_is_not_started_defaults_and_the_bond_pays() -> None:
    # cost 224.00, all refunded with the fee of 1.12; the bond of 134.40 pays 25 % of 224.00
    """
    hz       has 1000.00
    alice    has 1000.00
    hz       ask 8 h800 mon..tue @ 14.00           rests bond 134.40
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    alice    available 774.88 escrow 225.12
    clock    mon 00:15                             lease-1 defaulted not_started
    lease-1  defaulted earned 0 refunded 224.00 penalties 56.00 escrow 0 fee 0
    alice    available 1056.00 escrow 0
    hz       available 865.60 bond 78.40
    venue    fees 0
    hz       start lease-1                         refused lease_over
    """


@story
def test_the_chips_of_a_failed_lease_are_offered_again() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests 8 P1D
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    ask-1    rests 8 PT6H
    bob      bid 8 h800 23h from mon till mon 01:00 @ 15.00   rests
    clock    mon 00:15                             lease-1 defaulted not_started
                                                   leases 8 mon 00:15..23:15 @ 15.00 from hz to bob
    """


@story
def test_a_bond_that_is_used_up_cancels_the_rest_of_its_ask() -> None:
    # the bond is 5 % of 16 x 14.00 x 4 h = 44.80; the penalty would be 25 % of 448.00
    """
    hz       has 100.00
    alice    has 1000.00
    hz       ask 16 h800 mon..mon 04:00 @ 14.00    rests bond 44.80
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from hz
    clock    mon 00:15                             lease-1 defaulted not_started
                                                   ask-1 canceled bond_exhausted
    lease-1  defaulted refunded 448.00 penalties 44.80
    ask-1    canceled 8 filled 8 leaves 0 bond 0
    alice    available 1044.80
    hz       available 55.20 bond 0
    """


@story
def test_a_bond_is_shared_by_all_leases_of_its_ask() -> None:
    # the bond is 5 % of 8 x 14.00 x 12 h = 67.20; the first default takes 56.00, for the second 11.20 are left
    """
    hz       has 100.00
    hz       ask 8 h800 mon..mon 12:00 @ 14.00     rests bond 67.20
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    bob      bid 8 h800 2h from mon 04:00 @ 14.00  leases 8 mon 04:00..06:00 @ 14.00 from hz
    clock    mon 00:15                             lease-1 defaulted not_started
    hz       available 32.80 bond 11.20
    clock    mon 04:15                             lease-2 defaulted not_started
                                                   ask-1 canceled bond_exhausted
    lease-2  defaulted refunded 224.00 penalties 11.20
    hz       available 32.80 bond 0
    """


@story
def test_two_silent_periods_end_a_lease() -> None:
    # cost 448.00; each silent hour: 112.00 back, and 25 % of the 99.9 % beyond the allowance: 27.972
    # then the rest: 224.00 back, and 25 % of it: 56.00; the bond of 134.40 paid 111.944
    """
    hz       has 1000.00
    alice    has 1000.00
    hz       ask 8 h800 mon..tue @ 14.00           rests bond 134.40
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:15      lease-1 settles mon..01:00 delivered 0 paid 0 refunded 112.00 penalty 27.972
    lease-1  running
    clock    mon 02:15      lease-1 settles mon 01:00..02:00 delivered 0 paid 0 refunded 112.00 penalty 27.972
                            lease-1 defaulted silent
    lease-1  defaulted earned 0 refunded 448.00 penalties 111.944 escrow 0
    alice    available 1111.944 escrow 0
    hz       available 865.60 bond 22.456
    hz       meter lease-1 through mon 02:15 delivered 18 used 18    refused lease_over
    """


@story
def test_a_bond_used_up_by_silence_cancels_the_ask_before_its_chips_are_offered() -> None:
    # the bond is 5 % of 8 x 14.00 x 8 h = 44.80; the first silent hour takes 27.972 of it, the second the rest
    """
    hz       ask 8 h800 mon..mon 08:00 @ 14.00     rests bond 44.80
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from hz
    bob      bid 8 h800 5h from mon till mon 03:00 @ 15.00    rests
    hz       start lease-1                         running
    clock    mon 02:15                             ask-1 canceled bond_exhausted
                                                   lease-1 defaulted silent
    lease-1  defaulted refunded 448.00 penalties 44.80
    bid-2    rests 8
    """


@story
def test_a_lease_that_was_silent_to_its_end_has_defaulted() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 02:15                             lease-1 defaulted silent
    lease-1  defaulted earned 0 refunded 224.00 penalties 55.944
    """


@story
def test_a_period_with_anything_delivered_breaks_the_silence() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 02:00
    hz       meter lease-1 through mon 01:00 delivered 0 used 0
    hz       meter lease-1 through mon 02:00 delivered 0.000001 used 0
    clock    mon 03:15
    lease-1  running
    clock    mon 04:15                             lease-1 defaulted silent
    """


@story
def test_a_lease_goes_on_when_its_ask_is_canceled() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       cancel ask-1                          canceled
    hz       start lease-1                         running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                             lease-1 ended completed
    lease-1  ended earned 112.00 refunded 0
    hz       bond 0
    """


@story
def test_the_chips_of_a_failed_lease_do_not_revive_an_ask_that_is_done() -> None:
    """
    hz       ask 8 h800 mon..mon 02:00 @ 14.00     rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    ask-1    filled 8 bond 11.20
    bob      bid 8 h800 1h from mon till mon 01:00 @ 15.00    rests
    clock    mon 00:15                             lease-1 defaulted not_started
    ask-1    filled 8 bond 0
    bid-2    rests 8
    """
