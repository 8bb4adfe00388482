"""Section 2 of the rulebook: in which book an ask rests, and which bids it serves from there."""

from tests.story import story


@story
def test_an_ask_rests_in_the_book_of_the_longest_tenor_it_can_host() -> None:
    """
    hz  ask 8 h800 mon..mon 00:30 @ 14.00 min 15m  rests PT1H
    hz  ask 8 h800 mon..mon 05:45 @ 14.00          rests PT1H
    hz  ask 8 h800 mon..mon 06:00 @ 14.00          rests PT6H
    hz  ask 8 h800 mon..tue @ 14.00                rests P1D
    hz  ask 8 h800 mon..sun @ 14.00                rests P1D
    hz  ask 8 h800 mon..mon2 @ 14.00               rests P7D
    """


@story
def test_as_pieces_are_leased_an_ask_moves_to_shorter_books() -> None:
    """
    hz     ask 8 h800 mon..wed @ 14.00                 rests 8 P1D
    alice  bid 8 h800 1d from mon 12:00 @ 14.00        leases 8 mon 12:00..tue 12:00 @ 14.00 from hz
    ask-1  rests 8 PT6H
    bob    bid 8 h800 10h from tue 12:00 @ 14.00       leases 8 tue 12:00..22:00 @ 14.00 from hz
    ask-1  rests 8 PT6H
    carol  bid 8 h800 11h from mon @ 14.00             leases 8 mon..11:00 @ 14.00 from hz
    ask-1  rests 8 PT1H
    """


@story
def test_a_piece_leaves_the_book_as_it_was_while_a_lot_is_free_beside_it() -> None:
    """
    hz     ask 8 h800 mon..wed @ 14.00 lot 4     rests 8 P1D
    alice  bid 4 h800 1d from mon 12:00 @ 14.00  leases 4 mon 12:00..tue 12:00 @ 14.00 from hz
    ask-1  rests 8 P1D
    bob    bid 4 h800 2d from mon @ 14.00        leases 4 mon..wed @ 14.00 from hz
    ask-1  rests 4 PT6H
    """


@story
def test_time_alone_moves_an_ask_to_a_shorter_book() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00  rests P1D
    clock  mon 00:00:01
    ask-1  rests PT6H
    clock  mon 18:00
    ask-1  rests PT6H
    clock  mon 18:00:01
    ask-1  rests PT1H
    """


@story
def test_a_bid_is_served_from_its_own_and_every_longer_tenor() -> None:
    """
    hz     ask 8 h800 mon..mon2 @ 14.00          rests P7D
    sh     ask 8 h800 mon..tue @ 13.00           rests P1D
    alice  bid 8 h800 1d from mon @ 14.00        leases 8 mon..tue @ 13.00 from sh
    bob    bid 8 h800 1d from mon @ 14.00        leases 8 mon..tue @ 14.00 from hz
    carol  bid 8 h800 15m from tue @ 14.00 ioc   canceled 8 time_in_force
    dave   bid 8 h800 1h from tue @ 14.00        leases 8 tue..01:00 @ 14.00 from hz
    """


@story
def test_a_bid_is_not_served_from_a_shorter_book() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                  rests P1D
    alice  bid 8 h800 1d15m from mon till tue @ 15.00   rests 8
    """


@story
def test_a_lease_lasts_from_a_step_to_half_a_year() -> None:
    """
    alice  bid 8 h800 15m from tue @ 15.00   rests
    alice  bid 8 h800 180d from tue @ 1.00   rests
    alice  bid 8 h800 10m from tue @ 15.00   refused off_grid
    alice  bid 8 h800 0d from tue @ 15.00    refused duration_out_of_range
    alice  bid 8 h800 181d from tue @ 1.00   refused duration_out_of_range
    """
