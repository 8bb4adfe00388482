"""Section 5 of the rulebook, "Brakes": blocked accounts, orders that operators cancel, and bands of one market."""

from tests.story import story


@story
def test_a_blocked_account_begins_nothing_new() -> None:
    """
    hz      ask 8 h800 mon..tue @ 14.00        rests
    alice   bid 4 h800 1d from mon @ 13.00     rests
    venue   blocks alice
    alice   bid 4 h800 1d from mon @ 14.00     refused account_blocked
    alice   ask 4 h800 mon..tue @ 14.00        refused account_blocked account_id
    alice   amend bid-1 to 2                   refused account_blocked
    alice   cancel bid-1                       canceled 4 by_owner
    venue   unblocks alice
    alice   bid 4 h800 1d from mon @ 14.00     leases 4 mon..tue @ 14.00 from hz
    """


@story
def test_the_cancels_follow_a_block_some_at_a_time() -> None:
    """
    alice  bid 1 h800 1d from mon @ 13.00               rests
    alice  ask 2 a100 mon..tue @ 14.00                  rests
    bob    bid 3 h800 1d from mon @ 13.00               rests
    alice  bid 4 h800 1d from mon @ 12.00               rests
    venue  blocks alice
    venue  evicts 1                                     bid-1 canceled 1 blocked
    venue  unblocks alice
    alice  bid 8 h800 1d from mon @ 13.00               rests
    venue  evicts 1                                     bid-3 canceled 4 blocked
    venue  evicts 9                                     ask-1 canceled 2 blocked
    venue  evicts 9
    """


@story
def test_until_it_is_canceled_an_order_may_still_trade() -> None:
    """
    alice    bid 2 h800 1d from mon @ 13.00     rests
    alice    bid 4 h800 1d from mon @ 14.00     rests
    alice    bid 4 h800 1d from mon @ 13.00     rests
    venue    blocks alice
    venue    evicts 1                           bid-1 canceled 2 blocked
    hz       ask 4 h800 mon..tue @ 14.00        leases 4 mon..tue @ 14.00 to alice
    venue    evicts 1
    venue    evicts 1                           bid-3 canceled 4 blocked
    hz       start lease-1                      running
    lease-1  running
    """


@story
def test_an_operator_cancels_what_an_account_has_open() -> None:
    """
    alice  bid 4 h800 1d from mon @ 13.00                  rests
    alice  bid 4 h800 1d from mon @ 13.00 in shanghai      rests
    alice  ask 4 a100 mon..tue @ 14.00 in shanghai         rests
    venue  cancels all of alice in shanghai
    alice  bid 5 h800 1d from mon @ 13.00 in shanghai      rests
    venue  evicts 100                                      bid-2 canceled 4 by_operator, ask-1 canceled 4 by_operator
    venue  cancels all of alice on h800
    venue  evicts 100                                      bid-1 canceled 4 by_operator, bid-3 canceled 5 by_operator
    venue  cancels all of nobody                           refused unknown_account
    """


@story
def test_what_is_canceled_in_a_region_is_what_can_still_be_served_there() -> None:
    """
    alice  bid 4 h800 1d from mon till mon 01:00 @ 13.00 in shanghai or h800 1d from mon till tue @ 13.00    rests
    alice  bid 5 h800 1d from mon till tue @ 13.00 in shanghai or h800 1d from mon till tue @ 13.00          rests
    clock  mon 02:00
    venue  cancels all of alice in shanghai
    venue  evicts 100                                      bid-2 canceled 5 by_operator
    bid-1  rests 4
    venue  cancels all of alice in hangzhou
    venue  evicts 100                                      bid-1 canceled 4 by_operator
    """


@story
def test_a_market_has_a_band_of_its_own() -> None:
    """
    venue  allows 0.1 around the last 2 trades
    hz     ask 8 h800 mon..tue @ 14.00        rests
    alice  bid 1 h800 1d from mon @ 14.00     leases 1 mon..tue @ 14.00 from hz
    alice  bid 1 h800 1d from mon @ 16.00     refused price_outside_band
    venue  bands h800 in hangzhou 0.2
    alice  bid 1 h800 1d from mon @ 16.00     leases 1 mon..tue @ 14.00 from hz
    alice  bid 1 h800 1d from mon @ 17.00     refused price_outside_band
    venue  bands h800 in hangzhou 0
    alice  bid 1 h800 1d from mon @ 99.00     leases 1 mon..tue @ 14.00 from hz
    venue  bands h800 in hangzhou as the rules say
    alice  bid 1 h800 1d from mon @ 16.00     refused price_outside_band
    """
