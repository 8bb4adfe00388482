"""Section 6 of the rulebook: holds, escrow and bonds, to the micro.

The rules of these stories: buyers pay a fee of 0.5 %, providers one of 1 %; asks are bonded with 5 % of up to a day.
"""

from tests.story import story


@story
def test_a_bid_holds_its_cost_and_fee() -> None:
    # 1 chip x 24 h x 15.00 = 360.00, and 0.5 % of it
    """
    alice  has 1000.00
    alice  bid 1 h800 1d from mon @ 15.00   rests held 361.80
    alice  available 638.20 held 361.80 escrow 0 bond 0
    alice  cancel bid-1                     canceled 1 held 0
    alice  available 1000.00 held 0
    """


@story
def test_a_bid_that_cannot_be_paid_is_refused_before_it_can_trade() -> None:
    """
    hz     ask 1 h800 mon..tue @ 1.00       rests
    alice  has 361.799999
    alice  bid 1 h800 1d from mon @ 15.00   refused insufficient_funds
    alice  available 361.799999 held 0 escrow 0
    alice  deposits 0.000001
    alice  bid 1 h800 1d from mon @ 15.00   leases 1 mon..tue @ 1.00 from hz
    """


@story
def test_a_bid_holds_the_worst_of_its_alternatives() -> None:
    # 24 h x 15.00 = 360.00 but 48 h x 8.00 = 384.00; with the fee 385.92
    """
    alice  bid 1 h800 1d from mon @ 15.00 or a100 2d from mon @ 8.00    rests held 385.92
    """


@story
def test_a_trade_moves_its_cost_into_escrow_and_the_excess_returns() -> None:
    # held 361.80; the lease costs 24 x 14.00 = 336.00 and a fee of 1.68
    """
    hz       ask 1 h800 mon..tue @ 14.00      rests
    alice    has 1000.00
    alice    bid 1 h800 1d from mon @ 15.00   leases 1 mon..tue @ 14.00 from hz
    alice    available 662.32 held 0 escrow 337.68
    lease-1  scheduled escrow 337.68 earned 0 refunded 0
    """


@story
def test_what_is_held_falls_with_the_order() -> None:
    # 3 chips hold 3 x 361.80 = 1085.40; one is leased at 14.00, two go on holding
    """
    hz       ask 1 h800 mon..tue @ 14.00      rests
    alice    has 1085.40
    alice    bid 3 h800 1d from mon @ 15.00   leases 1 mon..tue @ 14.00 from hz, rests 2 held 723.60
    alice    available 24.12 held 723.60 escrow 337.68
    sh       ask 2 h800 mon..tue @ 14.00      leases 2 mon..tue @ 15.00 to alice
    alice    available 24.12 held 0 escrow 1061.28
    """


@story
def test_a_lease_by_the_cheaper_alternative_returns_the_rest_of_the_hold() -> None:
    # held 385.92 for the two days; the day costs 24 x 14.00 = 336.00 and a fee of 1.68
    """
    hz     ask 1 h800 mon..tue @ 14.00      rests
    alice  has 400.00
    alice  bid 1 a100 2d from mon @ 8.00 or h800 1d from mon @ 15.00    leases 1 mon..tue @ 14.00 from hz
    alice  available 62.32 held 0 escrow 337.68
    """


@story
def test_costs_are_rounded_half_to_even_and_fees_down() -> None:
    # 0.125 chips x 0.25 h x 0.01 = 312.5 micros, so 312; the fee of 1.56 is 1
    # the hold takes each milli-chip up to 3 micros: 375, and its fee of 1.875 up to 2
    """
    hz     ask 0.125 h800 mon..mon 00:15 @ 0.01 lot 0.125 min 15m    rests
    alice  has 0.000377
    alice  bid 0.125 h800 15m from tue @ 0.01                        rests held 0.000377
    alice  available 0 held 0.000377
    alice  cancel bid-1                                              canceled
    alice  bid 0.125 h800 15m from mon @ 0.01                        leases 0.125 mon..00:15 @ 0.01 from hz
    alice  available 0.000064 held 0 escrow 0.000313
    """


@story
def test_an_ask_is_bonded_for_at_most_a_day() -> None:
    # 5 % of 8 x 14.00 x 24 h = 134.40, and of 6 h = 33.60
    """
    hz  has 1000.00
    hz  ask 8 h800 mon..wed @ 14.00         rests bond 134.40
    hz  available 865.60 bond 134.40
    hz  ask 8 h800 mon..mon 06:00 @ 14.00   rests bond 33.60
    hz  available 832.00 bond 168.00
    hz  cancel ask-1                        canceled bond 0
    hz  available 966.40 bond 33.60
    """


@story
def test_an_ask_whose_bond_cannot_be_paid_is_refused() -> None:
    """
    hz  has 134.399999
    hz  ask 8 h800 mon..wed @ 14.00   refused insufficient_funds
    hz  deposits 0.000001
    hz  ask 8 h800 mon..wed @ 14.00   rests
    hz  available 0 bond 134.40
    """


@story
def test_bonds_are_rounded_half_to_even() -> None:
    # 5 % of 0.125 x 0.01 x 0.25 h is 15.625 micros, so 16
    """
    hz  has 1.00
    hz  ask 0.125 h800 mon..mon 00:15 @ 0.01 lot 0.125 min 15m    rests bond 0.000016
    hz  available 0.999984
    """


@story
def test_a_bond_covers_every_lease_and_returns_after_the_last() -> None:
    # the bond is 5 % of 2 x 14.00 x 2 h = 2.80; each lease of 1 chip-hour earns 14.00 less 0.14
    """
    hz     has 10.00
    hz     ask 2 h800 mon..mon 02:00 @ 14.00       rests bond 2.80
    alice  bid 1 h800 1h from mon @ 14.00          leases 1 mon..01:00 @ 14.00 from hz
    bob    bid 1 h800 1h from mon 01:00 @ 14.00    leases 1 mon 01:00..02:00 @ 14.00 from hz
    hz     cancel ask-1                            canceled 1 bond 2.80
    hz     start lease-1
    hz     start lease-2
    clock  mon 01:00
    hz     meter lease-1 through mon 01:00 delivered 1 used 1
    clock  mon 01:15                               lease-1 ended completed
    hz     available 21.06 bond 2.80
    clock  mon 02:00
    hz     meter lease-2 through mon 02:00 delivered 1 used 1
    clock  mon 02:15                               lease-2 ended completed
    hz     available 37.72 bond 0
    """


@story
def test_fees_are_taken_of_what_is_earned() -> None:
    # 8 chips x 1 h x 14.00 = 112.00; 0.56 from the buyer, 1.12 from the provider
    """
    hz       has 100.00
    alice    has 112.56
    hz       ask 8 h800 mon..mon 01:00 @ 14.00    rests bond 5.60
    alice    bid 8 h800 1h from mon @ 14.00       leases 8 mon..01:00 @ 14.00 from hz
    alice    available 0 escrow 112.56
    hz       start lease-1
    clock    mon 01:00
    hz       meter lease-1 through mon 01:00 delivered 8 used 8
    venue    fees 0
    clock    mon 01:15                            lease-1 ended completed
    lease-1  ended earned 112.00 refunded 0 fee 0.56 commission 1.12 escrow 0
    venue    fees 1.68
    hz       available 210.88 bond 0
    alice    available 0 escrow 0
    """
