"""Sections 7 and 9 of the rulebook together: contests, early ends and defaults of parts that were resold.

hz leases 8 chips at 14.00 to alice, who resells 4 of them at 15.00 to bob, who resells 2 at 16.00 to carol. Fees are
0.5 % of the buyer and 1 % of the provider, the penalty is 25 % of what is not delivered beyond 0.1 %.
"""

from tests.story_money import lease_story


@lease_story
def test_a_contest_freezes_and_a_ruling_refunds_on_every_contract() -> None:
    # carol's hour: 28.00 to hz, 30.00 to alice, 32.00 to bob; ruled half of it; the penalty on hz's own price
    """
    venue    lets contest 1h
    hz       ask 8 h800 mon..02:00 @ 14.00               rests bond 11.20
    alice    bid 8 h800 2h from mon @ 14.00              leases 8 from hz
    alice    ask 4 h800 mon..02:00 @ 15.00 of lease-1    rests
    bob      bid 4 h800 2h from mon @ 15.00              leases 4 from alice
    bob      ask 2 h800 mon..02:00 @ 16.00 of lease-2    rests
    carol    bid 2 h800 2h from mon @ 16.00              leases 2 from bob
    hz       start lease-1                               running
    hz       start lease-2                               running
    hz       start lease-3                               running
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 4 used 4
    hz       meter lease-2 through mon 01:00 delivered 2 used 2
    hz       meter lease-3 through mon 01:00 delivered 2 used 2
    clock    mon 01:15                                   lease-3 settles paid 32.00
    hz       contestable 110.88
    alice    contestable 59.40
    bob      contestable 31.68 escrow 60.30
    carol    contest lease-3 period 0                    contested frozen 89.10
    bob      contest lease-3 period 0                    refused role_missing lease_id
    hz       contestable 83.16 escrow 27.72
    alice    contestable 29.70 escrow 142.26
    bob      contestable 0 escrow 91.98
    lease-1  running frozen 27.72
    venue    rules lease-3 period 0 delivered 1 used 1   lease-3 ruled refunded 16.00 penalty 3.493
    lease-1  running earned 98.00 refunded 14.00 penalties 0 frozen 0
    lease-2  running earned 45.00 refunded 15.00 penalties 0 frozen 0
    lease-3  running earned 16.00 refunded 16.00 penalties 3.493 frozen 0
    hz       escrow 0 bond 7.707
    alice    escrow 112.56
    bob      escrow 60.30
    """


@lease_story
def test_contracts_that_are_over_wait_for_the_ruling_on_a_part() -> None:
    """
    venue    lets contest 1h
    hz       ask 8 h800 mon..01:00 @ 14.00               rests
    alice    bid 8 h800 1h from mon @ 14.00              leases 8 from hz
    alice    ask 8 h800 mon..01:00 @ 15.00 of lease-1    rests
    bob      bid 8 h800 1h from mon @ 15.00              leases 8 from alice
    hz       start lease-2                               running
    clock    mon 01:00
    hz       meter lease-2 through mon 01:00 delivered 8 used 8
    clock    mon 01:15                                   lease-1 ended resold, lease-2 ended completed
    alice    contest lease-1 period 0                    refused not_contestable
    bob      contest lease-2 period 0                    contested
    clock    mon 06:00
    lease-1  ended frozen 110.88
    lease-2  ended frozen 118.80
    venue    rules lease-2 period 0 delivered 0 used 0   lease-2 ruled refunded 120.00 penalty 0
    lease-1  ended earned 0 refunded 112.00 fee 0 commission 0 frozen 0
    lease-2  ended earned 0 refunded 120.00 fee 0 commission 0 frozen 0
    hz       available 1000000.00 escrow 0
    alice    available 1000000.00 escrow 0
    bob      available 1000000.00 escrow 0
    """


@lease_story
def test_a_part_that_comes_back_to_who_has_given_its_own_back_goes_on_to_the_provider() -> None:
    # alice owes 60 % of what she gave back, and now of what bob gives back, too, who owes half of his own price
    """
    hz       ask 8 h800 mon..06:00 @ 14.00 top 0.6               rests
    alice    bid 8 h800 4h from mon 02:00 @ 14.00                leases 8 mon 02:00..06:00 from hz
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 top 0.5 of lease-1    rests
    bob      bid 4 h800 4h from mon 02:00 @ 15.00                leases 4 from alice
    alice    release lease-1                                     lease-1 cut part lease-1 paid 134.40 refunded 89.60
    lease-1  scheduled earned 134.40
    ask-1    rests 8
    bob      release lease-2                                     lease-2 cut part lease-2 paid 120.00 refunded 120.00
                                                                 lease-1 cut part lease-2 paid 134.40 refunded 89.60
                                                                 lease-1 released by_buyer, lease-2 released by_buyer
    ask-1    rests 8
    ask-2    filled
    dora     bid 8 h800 6h from mon @ 14.00 gang                 leases 8 mon..06:00 from hz
    """


@lease_story
def test_a_part_that_comes_back_after_its_resellers_default_is_refunded_to_the_reseller() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00                 rests
    alice    bid 8 h800 6h from mon @ 14.00              leases 8 from hz
    alice    ask 4 h800 mon 02:00..06:00 @ 15.00 of lease-1    rests
    bob      bid 4 h800 4h from mon 02:00 @ 15.00        leases 4 mon 02:00..06:00 from alice
    clock    mon 00:15
    lease-1  scheduled refunded 448.00
    bob      release lease-2                             lease-2 cut part lease-2 paid 240.00
                                                         lease-1 cut part lease-2 paid 0 refunded 224.00
                                                         lease-1 defaulted not_started
                                                         lease-2 released by_buyer
    lease-1  defaulted earned 0 refunded 672.00
    ask-1    rests 8
    """


@lease_story
def test_a_part_that_comes_back_must_be_handed_over_to_who_never_had_access() -> None:
    """
    hz       ask 8 h800 mon..04:00 @ 14.00               rests
    alice    bid 8 h800 4h from mon @ 14.00              leases 8 from hz
    alice    ask 8 h800 mon..04:00 @ 15.00 of lease-1    rests
    bob      bid 8 h800 4h from mon @ 15.00              leases 8 from alice
    hz       start lease-2                               running
    clock    mon 00:20
    bob      release lease-2                             lease-2 cut, lease-1 regains part lease-2, ask-2 rests 8
    alice    release lease-1                             refused lease_offered lease_id
    clock    mon 00:30
    lease-1  scheduled
    hz       meter lease-2 through mon 00:30 delivered 4 used 4
    clock    mon 00:45                                   lease-2 released by_buyer
                                                         lease-1 defaulted not_started, ask-2 canceled lease_over
    lease-1  defaulted earned 56.00 refunded 392.00 penalties 22.40
    """


@lease_story
def test_a_part_that_comes_back_runs_when_access_has_been_given() -> None:
    """
    hz       ask 8 h800 mon 01:00..05:00 @ 14.00         rests
    alice    bid 8 h800 4h from mon 01:00 @ 14.00        leases 8 from hz
    alice    ask 8 h800 mon 01:00..05:00 @ 15.00 of lease-1    rests
    bob      bid 8 h800 4h from mon 01:00 @ 15.00        leases 8 from alice
    hz       start lease-1
    hz       start lease-2
    clock    mon 01:00                                   lease-2 running
    lease-1  scheduled
    clock    mon 01:20
    bob      release lease-2                             lease-2 cut, lease-1 regains part lease-2, lease-1 running
                                                         ask-2 rests 8
    alice    cancel ask-2                                canceled
    hz       meter lease-1 through mon 01:20 delivered 1 used 1    refused meter_exceeds_capacity delivered
    clock    mon 01:30
    hz       meter lease-2 through mon 01:30 delivered 4 used 4
    clock    mon 01:45                                   lease-1 settles mon 01:00..01:30 part lease-2 paid 56.00
                                                         lease-2 released by_buyer
    clock    mon 02:00
    hz       meter lease-1 through mon 02:00 delivered 4 used 4
    clock    mon 02:15                                   lease-1 settles mon 01:00..02:00 part lease-1 paid 56.00
    """


@lease_story
def test_a_cancel_in_the_middle_of_a_chain_leaves_the_contracts_above_and_refunds_them() -> None:
    """
    hz       ask 8 h800 mon..06:00 @ 14.00               rests
    alice    bid 8 h800 2h from mon 02:00 @ 14.00        leases 8 from hz
    alice    ask 4 h800 mon 02:00..04:00 @ 15.00 of lease-1    rests
    bob      bid 4 h800 2h from mon 02:00 @ 15.00        leases 4 from alice
    bob      ask 2 h800 mon 02:00..04:00 @ 16.00 of lease-2    rests
    carol    bid 2 h800 2h from mon 02:00 @ 16.00        leases 2 from bob
    dora     bid 4 h800 6h from mon @ 15.00 gang         rests
    venue    cancel lease-2                              lease-1 cut part lease-2 paid 0 refunded 56.00
                                                         lease-1 cut part lease-3 paid 0 refunded 56.00
                                                         lease-2 cut part lease-2 paid 0 refunded 60.00
                                                         lease-2 cut part lease-3 paid 0 refunded 60.00
                                                         lease-3 cut part lease-3 paid 0 refunded 64.00
                                                         lease-2 cancelled by_operator
                                                         lease-3 cancelled by_operator
                                                         leases 4 mon..06:00 from hz to dora
    lease-1  scheduled refunded 112.00 escrow 112.56
    bob      available 1000000.00
    carol    available 1000000.00
    """
