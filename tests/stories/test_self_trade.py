"""Section 5 of the rulebook, self-trade: what happens when the next match would be within an owner group."""

from tests.story import story


@story
def test_cancel_taker_gives_up_what_is_left_of_an_incoming_bid() -> None:
    """
    ann    joins acme
    alice  joins acme
    hz     ask 2 h800 mon..tue @ 13.00       rests
    ann    ask 4 h800 mon..tue @ 14.00       rests
    sh     ask 8 h800 mon..tue @ 15.00       rests
    alice  bid 8 h800 1d from mon @ 15.00    leases 2 mon..tue @ 13.00 from hz
                                             meets ask-2
                                             canceled 6 self_trade
    ask-2  rests 4
    """


@story
def test_cancel_maker_gives_up_the_resting_ask_and_goes_on() -> None:
    """
    ann    joins acme
    alice  joins acme
    ann    ask 4 h800 mon..tue @ 14.00                          rests
    sh     ask 8 h800 mon..tue @ 15.00                          rests
    alice  bid 8 h800 1d from mon @ 15.00 self cancel_maker     meets ask-1
                                                                ask-1 canceled 4 self_trade
                                                                leases 8 mon..tue @ 15.00 from sh
    ann    available 1000000 bond 0
    """


@story
def test_cancel_both_gives_up_both() -> None:
    """
    ann    joins acme
    alice  joins acme
    ann    ask 4 h800 mon..tue @ 14.00                          rests
    sh     ask 8 h800 mon..tue @ 15.00                          rests
    alice  bid 8 h800 1d from mon @ 15.00 self cancel_both      meets ask-1
                                                                ask-1 canceled 4 self_trade
                                                                canceled 8 self_trade
    """


@story
def test_skip_looks_past_and_both_rest() -> None:
    """
    ann    joins acme
    alice  joins acme
    ann    ask 4 h800 mon..tue @ 14.00                          rests
    sh     ask 6 h800 mon..tue @ 15.00                          rests
    alice  bid 8 h800 1d from mon @ 15.00 self skip             meets ask-1
                                                                leases 6 mon..tue @ 15.00 from sh
                                                                rests 2
    ask-1  rests 4
    """


@story
def test_a_match_with_somebody_else_comes_first() -> None:
    """
    ann    joins acme
    alice  joins acme
    hz     ask 8 h800 mon..tue @ 13.00       rests
    ann    ask 4 h800 mon..tue @ 14.00       rests
    alice  bid 8 h800 1d from mon @ 15.00    leases 8 mon..tue @ 13.00 from hz
    """


@story
def test_an_own_ask_that_could_not_serve_is_no_match() -> None:
    """
    ann    joins acme
    alice  joins acme
    ann    ask 4 h800 mon..tue @ 14.00            rests
    alice  bid 8 h800 1d from mon @ 15.00 gang    rests
    """


@story
def test_an_incoming_ask_that_meets_an_own_bid_is_given_up() -> None:
    """
    ann    joins acme
    alice  joins acme
    bob    bid 2 h800 1d from mon @ 16.00      rests
    alice  bid 4 h800 1d from mon @ 15.00      rests
    carol  bid 4 h800 1d from mon @ 14.00      rests
    ann    ask 8 h800 mon..tue @ 14.00         leases 2 mon..tue @ 16.00 to bob
                                               meets bid-2
                                               canceled 6 self_trade
    bid-2  rests 4
    """


@story
def test_an_incoming_ask_may_cancel_the_own_bid_and_go_on() -> None:
    """
    ann    joins acme
    alice  joins acme
    alice  bid 4 h800 1d from mon @ 15.00                     rests
    carol  bid 4 h800 1d from mon @ 14.00                     rests
    ann    ask 8 h800 mon..tue @ 14.00 self cancel_maker      meets bid-1
                                                              bid-1 canceled 4 self_trade
                                                              leases 4 mon..tue @ 14.00 to carol
                                                              rests 4
    alice  available 1000000 held 0
    """


@story
def test_an_incoming_ask_may_cancel_both() -> None:
    """
    ann    joins acme
    alice  joins acme
    alice  bid 4 h800 1d from mon @ 15.00                     rests
    carol  bid 4 h800 1d from mon @ 14.00                     rests
    ann    ask 8 h800 mon..tue @ 14.00 self cancel_both       meets bid-1
                                                              bid-1 canceled 4 self_trade
                                                              canceled 8 self_trade
    """


@story
def test_an_incoming_ask_may_look_past_the_own_bid() -> None:
    """
    ann    joins acme
    alice  joins acme
    alice  bid 4 h800 1d from mon @ 15.00 or h800 1d from tue @ 14.50    rests
    carol  bid 4 h800 1d from mon @ 14.00                                rests
    ann    ask 8 h800 mon..wed @ 14.00 self skip              meets bid-1
                                                              leases 4 mon..tue @ 14.00 to carol
                                                              rests
    bid-1  rests 4
    """


@story
def test_a_resting_pair_of_one_group_stays_when_others_trade() -> None:
    """
    ann    joins acme
    alice  joins acme
    alice  bid 4 h800 1d from mon @ 15.00 min 1               rests
    ann    ask 8 h800 mon..tue @ 14.00 self skip              meets bid-1, rests
    hz     ask 1 h800 mon..tue @ 14.00                        leases 1 mon..tue @ 15.00 to alice
    bid-1  rests 3
    ask-1  rests 8
    """


@story
def test_an_account_does_not_trade_with_itself() -> None:
    """
    hz  ask 8 h800 mon..tue @ 14.00         rests
    hz  bid 8 h800 1d from mon @ 14.00      meets ask-1, canceled 8 self_trade
    """


@story
def test_an_amended_bid_is_a_taker_like_any_other() -> None:
    """
    ann    joins acme
    alice  joins acme
    ann    ask 4 h800 mon..tue @ 14.00        rests
    alice  bid 4 h800 1d from mon @ 13.00     rests
    alice  amend bid-1 @ 14.00                loses place
                                              meets ask-1
                                              canceled 4 self_trade
    ask-1  rests 4
    """


@story
def test_chips_that_come_back_to_an_ask_are_not_for_its_own_group() -> None:
    """
    hz     joins acme
    alice  joins acme
    hz     ask 8 h800 mon..tue @ 14.00                              rests
    bob    bid 8 h800 3h from mon @ 14.00                           leases 8 mon..03:00 @ 14.00 from hz
    alice  bid 8 h800 1h from mon till mon 01:00 @ 15.00            rests
    carol  bid 8 h800 1h from mon till mon 02:00 @ 14.50            rests
    clock  mon 00:15                 lease-1 defaulted not_started
                                     ask-1 meets bid-2, ask-1 canceled self_trade
    """
