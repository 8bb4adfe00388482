"""Section 7 of the rulebook: leases that end early because their buyer or an operator wants it.

Every lease of these stories is of 8 chips at 14.00, which is 112.00 an hour; the buyer's fee is 0.56 on it, the
provider's 1.12. It ends at the next quarter of an hour, or at its start. For what would have come after, a buyer who
gives it back owes take-or-pay, as for what is delivered and not used; after an operator nobody owes anything.
"""

from tests.story_money import lease_story


@lease_story
def test_a_lease_is_released_from_the_next_step_on() -> None:
    # of the second hour, and of 45 minutes of the first: 196.00, of which 60 %: 117.60; the first quarter by its meter
    """
    hz       has 1000.00
    alice    has 1000.00
    hz       ask 8 h800 mon..tue @ 14.00 top 0.6   rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 00:05
    alice    release lease-1                       cut by_buyer paid 117.60 refunded 78.40
    lease-1  running earned 117.60 refunded 78.40 escrow 28.14
    clock    mon 00:15
    hz       meter lease-1 through mon 00:15 delivered 2 used 2
    clock    mon 00:30                             lease-1 settles mon..00:15 delivered 2 used 2 paid 28.00
                                                   lease-1 released by_buyer
    lease-1  released by_buyer earned 145.60 refunded 78.40 fee 0.728 commission 1.456 escrow 0
    alice    available 853.672 escrow 0
    """


@lease_story
def test_a_lease_whose_chips_are_paid_in_any_case_costs_the_same_when_it_is_released() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 2h from mon 02:00 @ 14.00  leases 8 mon 02:00..04:00 @ 14.00 from hz
    alice    release lease-1                       cut paid 224.00 refunded 0, lease-1 released by_buyer
    lease-1  released earned 224.00 refunded 0 fee 1.12 commission 2.24 escrow 0
    """


@lease_story
def test_a_lease_that_is_paid_by_use_costs_nothing_more_when_it_is_released() -> None:
    """
    alice    has 225.12
    hz       ask 8 h800 mon..tue @ 14.00 top 0     rests
    alice    bid 8 h800 2h from mon 02:00 @ 14.00  leases 8 mon 02:00..04:00 @ 14.00 from hz
    alice    release lease-1                       cut paid 0 refunded 224.00, lease-1 released by_buyer
    lease-1  released earned 0 refunded 224.00 fee 0 commission 0 escrow 0
    alice    available 225.12
    hz       start lease-1                         refused lease_over
    alice    release lease-1                       refused lease_over
    """


@lease_story
def test_the_chips_of_a_released_lease_are_offered_again() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from hz
    bob      bid 8 h800 23h from mon till mon 01:00 @ 15.00    rests
    hz       start lease-1                         running
    clock    mon 00:20
    alice    release lease-1                       cut paid 392.00
                                                   leases 8 mon 00:30..23:30 @ 15.00 from hz to bob
    """


@lease_story
def test_an_ask_that_was_filled_goes_on_offer_again() -> None:
    """
    hz       ask 8 h800 mon..mon 04:00 @ 14.00     rests bond 22.40
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from hz
    ask-1    filled 8 bond 22.40
    hz       start lease-1                         running
    clock    mon 00:20
    alice    release lease-1                       cut paid 392.00, ask-1 rests 8 bond 22.40
    bob      bid 8 h800 3h from mon 01:00 @ 14.00  leases 8 mon 01:00..04:00 @ 14.00 from hz
    """


@lease_story
def test_an_ask_that_had_run_out_of_room_goes_on_offer_again() -> None:
    # the first three hours go by unleased; what is left of them can host no hour any more
    """
    hz       ask 8 h800 mon..mon 08:00 @ 14.00     rests bond 44.80
    alice    bid 8 h800 5h from mon 03:00 @ 14.00  leases 8 mon 03:00..08:00 @ 14.00 from hz
    bob      bid 8 h800 3h from mon 05:00 @ 15.00  rests
    clock    mon 02:15                             ask-1 expired
    hz       start lease-1
    clock    mon 03:20
    alice    release lease-1                       cut paid 504.00, ask-1 rests 8 bond 44.80
                                                   leases 8 mon 05:00..08:00 @ 15.00 from hz to bob
    """


@lease_story
def test_an_ask_that_had_run_out_of_time_is_not_offered_again_whatever_room_there_is() -> None:
    """
    hz       ask 8 h800 mon..mon 08:00 @ 14.00 until mon 03:10    rests
    sh       ask 8 h800 mon..mon 08:00 @ 14.00 until mon 04:00    rests
    alice    bid 8 h800 5h from mon 03:00 @ 14.00  leases 8 mon 03:00..08:00 @ 14.00 from hz
    alice    bid 8 h800 5h from mon 03:00 @ 14.00  leases 8 mon 03:00..08:00 @ 14.00 from sh
    clock    mon 02:15                             ask-1 expired, ask-2 expired
    hz       start lease-1
    sh       start lease-2
    clock    mon 03:20
    alice    release lease-1                       cut
    alice    release lease-2                       cut, ask-2 rests 8
    ask-1    expired
    clock    mon 04:00                             ask-2 expired, lease-1 released, lease-2 released
    """


@lease_story
def test_a_filled_ask_of_a_blocked_provider_is_not_offered_again() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1d from mon @ 14.00        leases 8 mon..tue @ 14.00 from hz
    hz       start lease-1                         running
    venue    blocks hz
    clock    mon 00:20
    alice    release lease-1                       cut
    ask-1    filled 8
    """


@lease_story
def test_a_filled_ask_whose_window_can_host_nothing_more_stays_filled() -> None:
    # half an hour is left, an hour is the shortest lease
    """
    hz       ask 8 h800 mon..mon 02:00 @ 14.00     rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:20                             lease-1 settles
    alice    release lease-1                       cut paid 56.00
    ask-1    filled 8
    """


@lease_story
def test_an_ask_that_was_withdrawn_or_has_run_out_is_not_offered_again() -> None:
    """
    hz       ask 8 h800 mon..mon 04:00 @ 14.00                     rests
    sh       ask 8 h800 mon..mon 04:00 @ 14.00 until mon 00:30     rests
    bj       ask 8 h800 mon..mon 04:00 @ 14.00 ioc                 canceled
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from sh
    alice    bid 8 h800 4h from tue @ 15.00        rests
    bj       ask 8 h800 tue..tue 04:00 @ 15.00 ioc                 leases 8 tue..04:00 @ 15.00 to alice
    hz       cancel ask-1                          canceled
    hz       start lease-1
    sh       start lease-2
    clock    mon 00:40
    alice    release lease-1                       cut
    alice    release lease-2                       cut
    alice    release lease-3                       cut, lease-3 released
    ask-1    canceled
    ask-2    filled
    ask-4    filled bond 0
    """


@lease_story
def test_an_ask_that_runs_out_later_goes_on_offer_until_then() -> None:
    """
    hz       ask 8 h800 mon..mon 04:00 @ 14.00 until mon 01:00     rests
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from hz
    hz       start lease-1
    clock    mon 00:20
    alice    release lease-1                       cut, ask-1 rests 8
    clock    mon 01:00                             ask-1 expired, lease-1 released by_buyer
    """


@lease_story
def test_the_provider_who_failed_before_is_paid_no_rest_and_a_default_is_graver_than_a_release() -> None:
    # nothing was reported for the hour and the half of the next that are left
    """
    hz       ask 8 h800 mon..tue @ 14.00 top 0     rests bond 134.40
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 01:20                             lease-1 settles refunded 112.00 penalty 27.972
    alice    release lease-1                       cut paid 0 refunded 280.00
    alice    release lease-1                       refused lease_over
    clock    mon 01:45                             lease-1 settles mon 01:00..01:30 refunded 56.00 penalty 13.986
                                                   lease-1 defaulted silent
    lease-1  defaulted refunded 448.00 penalties 41.958
    """


@lease_story
def test_a_lease_that_is_released_before_anybody_handed_it_over_still_has_to_be_started() -> None:
    # at 00:05 it is released from 00:15 on; by then it has not been started
    """
    hz       ask 8 h800 mon..tue @ 14.00 top 0     rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    clock    mon 00:05
    alice    release lease-1                       cut refunded 196.00
    clock    mon 00:15                             lease-1 defaulted not_started
    lease-1  defaulted refunded 224.00 penalties 7.00 escrow 0
    """


@lease_story
def test_only_the_buyer_releases_and_only_while_something_is_left() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 1h from mon @ 14.00        leases 8 mon..01:00 @ 14.00 from hz
    hz       release lease-1                       refused role_missing lease_id
    bob      release lease-1                       refused unknown_lease lease_id
    alice    release lease-2                       refused unknown_lease lease_id
    hz       start lease-1
    clock    mon 00:50
    alice    release lease-1                       refused lease_over lease_id
    hz       meter lease-1 through mon 00:50 delivered 6 used 6
    clock    mon 01:15                             lease-1 ended completed
    alice    release lease-1                       refused lease_over lease_id
    """


@lease_story
def test_an_operator_cancels_what_is_left_and_nobody_owes_it() -> None:
    # a quarter of an hour was used: 28.00
    """
    hz       has 1000.00
    alice    has 1000.00
    hz       ask 8 h800 mon..tue @ 14.00           rests bond 134.40
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 00:05
    venue    cancel lease-1                        cut by_operator paid 0 refunded 196.00
    lease-1  running escrow 28.14
    clock    mon 00:15
    hz       meter lease-1 through mon 00:15 delivered 2 used 2
    clock    mon 00:30                             lease-1 settles mon..00:15 paid 28.00
                                                   lease-1 cancelled by_operator
    lease-1  cancelled by_operator earned 28.00 refunded 196.00 penalties 0 fee 0.14 escrow 0
    hz       available 893.32 bond 134.40
    alice    available 971.86 escrow 0
    venue    cancel lease-1                        refused lease_over lease_id
    venue    cancel lease-2                        refused unknown_lease lease_id
    """


@lease_story
def test_a_lease_is_cancelled_once_also_while_what_came_before_is_still_to_be_settled() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 00:05
    venue    cancel lease-1                        cut by_operator paid 0 refunded 196.00
    venue    cancel lease-1                        refused lease_over lease_id
    clock    mon 00:15
    venue    cancel lease-1                        refused lease_over lease_id
    alice    release lease-1                       refused lease_over lease_id
    clock    mon 00:30                             lease-1 settles mon..00:15, lease-1 cancelled by_operator
    """


@lease_story
def test_what_was_given_back_can_still_be_cancelled_by_an_operator() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00 top 0     rests
    alice    bid 8 h800 2h from mon @ 14.00        leases 8 mon..02:00 @ 14.00 from hz
    hz       start lease-1                         running
    clock    mon 00:05
    alice    release lease-1                       cut by_buyer paid 0 refunded 196.00
    venue    cancel lease-1                        cut by_operator paid 0 refunded 0
    venue    cancel lease-1                        refused lease_over lease_id
    clock    mon 00:30                             lease-1 settles mon..00:15, lease-1 cancelled by_operator
    """


@lease_story
def test_a_lease_is_cancelled_before_it_begins_and_its_chips_are_offered_while_the_ask_rests() -> None:
    """
    hz       ask 8 h800 mon..mon 04:00 @ 14.00     rests
    sh       ask 8 h800 mon..tue @ 14.00           rests
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from hz
    alice    bid 8 h800 4h from mon @ 14.00        leases 8 mon..04:00 @ 14.00 from sh
    bob      bid 8 h800 24h from mon @ 14.00       rests
    venue    cancel lease-1                        cut refunded 448.00, lease-1 cancelled by_operator
    ask-1    filled bond 0
    venue    cancel lease-2                        cut refunded 448.00, lease-2 cancelled by_operator
                                                   leases 8 mon..tue @ 14.00 from sh to bob
    """


@lease_story
def test_a_released_lease_draws_and_returns_its_subsidy_as_it_is_paid() -> None:
    # 20 % of 224.00 is 44.80: of the 60 % that are paid 26.88, of the rest 17.92
    """
    venue    opens 2025-06-02
    venue    defines sh-ai
    alice    has 1000.00
    hz       ask 8 h800 2025-06-02..2025-06-03 @ 14.00 in shanghai top 0.6      rests
    alice    bid 8 h800 2h from 2025-06-02 02:00 @ 14.00 in shanghai
             leases 8 2025-06-02 02:00..04:00 @ 14.00 from hz subsidy 44.80
    alice    release lease-1                       cut paid 134.40 refunded 89.60 redeemed 26.88, lease-1 released
    lease-1  released earned 134.40 refunded 89.60 redeemed 26.88 returned 17.92 escrow 0
    sh-ai    pool 17.92 committed 0 redeemed 26.88
    alice    available 891.808
    """


@lease_story
def test_a_lease_that_has_come_to_its_end_cannot_be_cancelled() -> None:
    """
    hz       ask 8 h800 mon..01:00 @ 14.00               rests
    alice    bid 8 h800 1h from mon @ 14.00              leases 8 from hz
    hz       start lease-1                               running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    clock    mon 01:05
    venue    cancel lease-1                              refused lease_over lease_id
    clock    mon 01:15                                   lease-1 settles paid 112.00, lease-1 ended completed
    """
