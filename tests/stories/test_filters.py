"""Section 5 of the rulebook, "the bid's tag filters hold": what an ask must state for a bid to take it."""

from tests.story import story


@story
def test_an_ask_must_have_all_the_tags() -> None:
    """
    hz     ask 8 h800 mon..tue @ 13.00                           rests
    sh     ask 8 h800 mon..tue @ 13.50 tags roce                 rests
    sz     ask 8 h800 mon..tue @ 14.00 tags slurm,ib,roce        rests
    alice  bid 8 h800 1d from mon @ 15.00 tags roce,slurm        leases 8 mon..tue @ 14.00 from sz
    bob    bid 8 h800 1d from mon @ 15.00 tags roce              leases 8 mon..tue @ 13.50 from sh
    carol  bid 8 h800 1d from mon @ 15.00 tags roce              rests
    dave   bid 8 h800 1d from mon @ 15.00                        leases 8 mon..tue @ 13.00 from hz
    """


@story
def test_an_ask_must_state_a_pue_that_is_low_enough() -> None:
    """
    hz     ask 8 h800 mon..tue @ 13.00                   rests
    sh     ask 8 h800 mon..tue @ 13.00 pue 1.251         rests
    alice  bid 8 h800 1d from mon @ 15.00 pue 1.25       rests
    sz     ask 8 h800 mon..tue @ 14.00 pue 1.25          leases 8 mon..tue @ 15.00 to alice
    """


@story
def test_an_ask_must_state_enough_green_energy() -> None:
    """
    hz     ask 8 h800 mon..tue @ 13.00                   rests
    sh     ask 8 h800 mon..tue @ 13.00 green 0.7999      rests
    alice  bid 8 h800 1d from mon @ 15.00 green 0.8      rests
    sz     ask 8 h800 mon..tue @ 14.00 green 0.8         leases 8 mon..tue @ 15.00 to alice
    bob    bid 8 h800 1d from mon @ 15.00 green 0        leases 8 mon..tue @ 13.00 from sh
    carol  bid 8 h800 1d from mon @ 15.00 green 0        rests
    """


@story
def test_a_bid_may_want_domestic_chips_only() -> None:
    # in these stories it is the a100 that the catalogue says is domestic
    """
    hz     ask 8 h800 mon..tue @ 14.00                 rests
    sh     ask 8 a100 mon..tue @ 7.00                  rests
    alice  bid 8 h800 1d from mon @ 99.00 or a100 1d from mon @ 7.00 domestic
           leases 8 mon..tue @ 7.00 from sh
    bob    bid 8 h800 1d from mon @ 99.00 domestic     rests
    """


@story
def test_what_a_bid_requires_holds_for_asks_that_come_later() -> None:
    """
    alice  bid 8 h800 1d from mon @ 15.00 tags roce pue 1.3 green 0.5     rests
    hz     ask 8 h800 mon..tue @ 14.00 tags roce pue 1.3                  rests
    sh     ask 8 h800 mon..tue @ 14.00 tags roce green 0.5                rests
    sz     ask 8 h800 mon..tue @ 14.00 pue 1.3 green 0.5                  rests
    gz     ask 8 h800 mon..tue @ 14.00 tags roce pue 1.2 green 0.6        leases 8 mon..tue @ 15.00 to alice
    """


@story
def test_an_ask_that_states_the_impossible_is_refused() -> None:
    """
    hz  ask 8 h800 mon..tue @ 14.00 pue 0.999     refused bad_value pue
    hz  ask 8 h800 mon..tue @ 14.00 pue 5.001     refused bad_value pue
    hz  ask 8 h800 mon..tue @ 14.00 green 1.0001  refused share_out_of_range green_share
    """
