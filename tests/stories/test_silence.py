"""Nobody is there: a dead man's switch that is not wound up, a session that ends, and orders that go with either."""

from tests.story import story
from tests.story_money import lease_story


@story
def test_a_dead_man_takes_back_what_rests() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00                 rests
    hz     bid 2 a100 1d from tue @ 5.00               rests
    hz     winds up for 30m
    clock  mon 00:29:59
    clock  mon 00:30                                   bid-1 canceled 2 dead_man, ask-1 canceled 8 dead_man
    hz     available 1000000
    """


@story
def test_wound_up_in_time_he_waits_again() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00    rests
    hz     winds up for 30m
    clock  mon 00:20
    hz     winds up for 30m
    clock  mon 00:30
    ask-1  rests
    clock  mon 00:49:59
    clock  mon 00:50                      ask-1 canceled dead_man
    """


@story
def test_the_last_word_counts_though_it_comes_sooner() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00    rests
    hz     winds up for 1d
    hz     winds up for 1h
    hz     winds up for 10m
    hz     winds up for 20m
    clock  mon 00:10
    ask-1  rests
    clock  mon 00:20                      ask-1 canceled dead_man
    hz     ask 8 h800 tue..wed @ 14.00    rests
    clock  mon 01:00
    ask-2  rests
    """


@story
def test_zero_is_off() -> None:
    """
    hz     winds down
    hz     ask 8 h800 mon..tue @ 14.00    rests
    hz     winds up for 30m
    hz     winds down
    clock  mon 12:00
    ask-1  rests
    hz     winds up for 0s
    """


@story
def test_once_he_has_fired_he_is_off() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00    rests
    hz     winds up for 30m
    clock  mon 01:00                      ask-1 canceled dead_man
    hz     ask 8 h800 tue..wed @ 14.00    rests
    clock  mon 12:00
    ask-2  rests
    hz     winds up for 1s
    clock  mon 12:00:01                   ask-2 canceled dead_man
    """


@story
def test_how_long_he_may_wait() -> None:
    """
    hz     winds up for 1d
    hz     winds up for 24h1s             refused duration_out_of_range seconds
    hz     ask 8 h800 mon..wed @ 14.00    rests
    clock  mon 23:59:59
    clock  tue                            ask-1 canceled dead_man
    """


@story  # the chips of a lease that fails at that instant come back to an ask that is not there any more
def test_nothing_trades_in_what_he_takes_back() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00              rests
    alice  bid 8 h800 6h from mon @ 15.00           leases 8 mon..06:00 @ 14.00 from hz
    bob    bid 8 h800 5h from mon 00:15 @ 15.00     rests
    hz     winds up for 15m
    clock  mon 00:15                                ask-1 canceled dead_man, lease-1 defaulted not_started
    bid-2  rests
    """


@story
def test_leases_go_on_without_the_orders() -> None:
    """
    hz       ask 8 h800 mon..tue @ 14.00                        rests
    alice    bid 4 h800 2h from mon @ 15.00                     leases 4 mon..02:00 @ 14.00 from hz
    hz       start lease-1                                      running
    hz       winds up for 30m
    clock    mon 01:00                                          ask-1 canceled dead_man
    hz       meter lease-1 through 01:00 delivered 4 used 4
    clock    mon 01:15                                          lease-1 settles mon..01:00 paid 56
    """


@story
def test_a_halted_market_holds_nothing_back() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00              rests
    sh     ask 8 h800 mon..tue @ 14.00              rests
    venue  sets all halted
    hz     winds up for 30m
    sh     arms desk
    clock  mon 00:30                                ask-1 canceled dead_man
    sh     loses desk                               ask-2 canceled disconnect
    """


@story
def test_a_restart_fires_what_fell_due_meanwhile() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00    rests
    sh     ask 8 h800 mon..tue @ 14.00    rests
    hz     winds up for 1h
    hz     winds up for 30m
    sh     winds up for 1d
    sh     arms desk
    venue  restarts
    clock  mon 06:00                      ask-1 canceled dead_man
    sh     loses desk                     ask-2 canceled disconnect
    """


@story
def test_a_session_that_is_armed_takes_all_orders_of_its_account_with_it() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00         rests
    hz     bid 2 a100 1d from tue @ 5.00       rests
    hz     ask 8 a100 mon..tue @ 9.00          rests
    sh     ask 8 h800 mon..tue @ 14.00         rests
    hz     loses phone
    hz     arms desk
    hz     arms phone
    hz     loses desk                          bid-1 canceled disconnect
                                               ask-1 canceled disconnect, ask-2 canceled disconnect
    ask-3  rests
    hz     ask 8 h800 mon..tue @ 14.00         rests
    hz     loses desk
    ask-4  rests
    hz     loses phone                         ask-4 canceled disconnect
    """


@story
def test_a_session_that_was_disarmed_takes_nothing() -> None:
    """
    hz     ask 8 h800 mon..tue @ 14.00    rests
    hz     disarms desk
    hz     arms desk
    hz     disarms desk
    hz     loses desk
    ask-1  rests
    hz     arms desk
    sh     disarms desk                   refused bad_value session_id
    sh     arms desk                      refused bad_value session_id
    """


@lease_story
def test_resale_asks_go_too() -> None:
    """
    hz     ask 8 h800 tue..wed @ 14.00                          rests
    alice  bid 8 h800 1d from tue @ 15.00                       leases 8 tue..wed @ 14.00 from hz
    alice  arms desk
    alice  ask 4 h800 tue..wed @ 16.00 of lease-1               rests
    alice  loses desk                                           ask-2 canceled disconnect
    alice  ask 8 h800 tue..wed @ 16.00 of lease-1               rests
    """
