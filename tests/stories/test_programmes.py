"""Section 8 of the rulebook: twelve voucher programmes, each with what binds it, to the cent.

A thousand chips for a day at 500.00 cost 12,000,000.00, ten thousand 120,000,000.00; a hundred for an hour at 10.00
cost 1,000.00. Where a source leaves the rate open, the story has the venue define one of its own, to show what the
programme does say. `h800` is a foreign chip in these stories, `a100` a domestic one.
"""

from tests.story_vouchers import money_story


@money_story
def test_chengdu_pays_for_awarded_projects_up_to_a_cap_for_each_and_a_pool_for_all() -> None:
    # 30 % of 12,000,000 would be 3,600,000
    """
    venue    opens 2025-06-02
    venue    defines cd-2022
    cd       has 10000000
    alice    is tech-sme,national-project
    alice    has 100000000
    bob      is university,provincial-project
    bob      has 100000000
    carol    is tech-sme
    carol    has 100000000
    cd       ask 6000 h800 2025-06-02..2025-06-03 @ 500.00 in chengdu    rests
    cd-2022  pool 10000000 funded 10000000
    alice    bid 1000 h800 1d from 2025-06-02 @ 500.00 in chengdu
             leases 1000 2025-06-02..2025-06-03 @ 500.00 from cd subsidy 3000000 by cd-2022 bound contract
    bob      bid 1000 h800 1d from 2025-06-02 @ 500.00 in chengdu
             leases 1000 2025-06-02..2025-06-03 @ 500.00 from cd subsidy 1500000 by cd-2022 bound contract
    carol    bid 1000 h800 1d from 2025-06-02 @ 500.00 in chengdu
             leases 1000 2025-06-02..2025-06-03 @ 500.00 from cd subsidy 0
    alice    bid 1000 h800 1d from 2025-06-02 @ 500.00 in chengdu
             leases 1000 2025-06-02..2025-06-03 @ 500.00 from cd subsidy 3000000 by cd-2022 bound contract
    alice    bid 1000 h800 1d from 2025-06-02 @ 500.00 in chengdu
             leases 1000 2025-06-02..2025-06-03 @ 500.00 from cd subsidy 2500000 by cd-2022 bound pool
    cd-2022  pool 0 committed 10000000 granted 10000000
    bob      bid 1000 h800 1d from 2025-06-02 @ 500.00 in chengdu
             leases 1000 2025-06-02..2025-06-03 @ 500.00 from cd subsidy 0, filled
    """


@money_story
def test_chengdu_supply_is_local_by_its_centres_too() -> None:
    """
    venue    opens 2025-06-02
    venue    defines cd-2022
    alice    is maker,provincial-project
    hz       ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in hangzhou     rests
    centre   is chengdu-supercomputing
    centre   ask 100 h800 2025-06-02..2025-06-03 @ 11.00 in hangzhou     rests
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00
             leases 100 2025-06-02..01:00 @ 10.00 from hz subsidy 0
    hz       cancel ask-1                                                canceled
    alice    bid 100 h800 1h from 2025-06-02 01:00 @ 11.00
             leases 100 2025-06-02 01:00..02:00 @ 11.00 from centre subsidy 330.00 by cd-2022 bound rate
    """


@money_story
def test_shanghai_pays_a_fifth_for_supply_of_its_own() -> None:
    """
    venue    opens 2025-06-02
    venue    defines sh-ai
    shdc     ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in shanghai     rests
    wxdc     ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in wuxi         rests
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in shanghai
             leases 100 2025-06-02..01:00 @ 10.00 from shdc subsidy 200.00 by sh-ai bound rate
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in wuxi
             leases 100 2025-06-02..01:00 @ 10.00 from wxdc subsidy 0
    alice    escrow 1810.00
    sh-ai    funded 200.00 pool 0 committed 200.00
    """


@money_story
def test_the_old_hangzhou_pool_is_a_ceiling_for_the_year() -> None:
    # at 500.00 and 433.33: 20 % of 120,000,000 and of 103,999,200; what is left of 50,000,000 is 5,200,160
    """
    venue    opens 2025-06-02
    venue    defines hz-2024
    venue    defines hz-2024 paying 0.2
    alice    has 1000000000
    hz       has 100000000
    hz       ask 30000 h800 2025-06-02..2025-06-03 @ 500.00              rests
    cheap    has 100000000
    cheap    ask 10000 h800 2025-06-02..2025-06-03 @ 433.33              rests
    alice    bid 10000 h800 1d from 2025-06-02 @ 433.33
             leases 10000 2025-06-02..2025-06-03 @ 433.33 from cheap subsidy 20799840.00 by hz-2024 bound rate
    alice    bid 10000 h800 1d from 2025-06-02 @ 500.00
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from hz subsidy 24000000.00 by hz-2024 bound rate
    alice    bid 10000 h800 1d from 2025-06-02 @ 500.00
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from hz subsidy 5200160.00 by hz-2024 bound pool
    hz-2024  pool 0 committed 50000000 granted 50000000 funded 50000000
    alice    bid 10000 h800 1d from 2025-06-02 @ 500.00
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from hz subsidy 0, filled
    """


@money_story
def test_hangzhou_pays_by_the_chips_origin_and_the_use_up_to_a_cap_a_year() -> None:
    # 8,000,000 a year less 800.00 leaves 7,999,200
    """
    venue    opens 2025-06-02
    venue    defines hz-2025
    hz       has 100000000
    alice    has 1000000000
    hz       ask 100 a100 2025-06-02..2025-06-03 @ 10.00                 rests
    hz       ask 10200 h800 2025-06-02..2025-06-03 @ 10.00               rests
    alice    bid 100 a100 1h from 2025-06-02 @ 10.00
             leases 100 2025-06-02..01:00 @ 10.00 from hz subsidy 300.00 by hz-2025 bound rate
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00
             leases 100 2025-06-02..01:00 @ 10.00 from hz subsidy 200.00 by hz-2025 bound rate
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 for maas
             leases 100 2025-06-02..01:00 @ 10.00 from hz subsidy 300.00 by hz-2025 bound rate
    hz       amend ask-2 @ 500.00                                        loses place
    alice    bid 10000 h800 1d from 2025-06-02 @ 500.00
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from hz subsidy 7999200.00 by hz-2025 bound year
    hz       ask 100 a100 2025-06-02..2025-06-03 @ 10.00                 rests
    alice    bid 100 a100 1h from 2025-06-02 01:00 @ 10.00
             leases 100 2025-06-02 01:00..02:00 @ 10.00 from hz subsidy 0
    """


@money_story
def test_hangzhous_filed_multimodal_firms_are_bound_by_the_pool_alone_which_is_for_good() -> None:
    # 80,000 chips for a day at 500.00 cost 960,000,000; the pool of 250,000,000 is filled once
    """
    venue    opens 2025-12-30
    venue    defines hz-2025
    hz       has 1000000000
    alice    has 1000000000
    carol    is filed-multimodal-model
    carol    has 5000000000
    hz       ask 80000 h800 2026-01-02..2026-01-04 @ 500.00              rests
    hz       ask 90000 h800 2026-01-02..2026-01-04 @ 500.00              rests
    carol    bid 80000 h800 1d from 2026-01-02 @ 500.00
             leases 80000 2026-01-02..2026-01-03 @ 500.00 from hz subsidy 192000000 by hz-2025 bound rate
    hz-2025  pool 58000000 funded 250000000 lapsed 0 granted 192000000
    clock    2026-01-01
    hz-2025  pool 58000000 funded 250000000 lapsed 0 granted 0
    carol    bid 80000 h800 1d from 2026-01-02 @ 500.00
             leases 80000 2026-01-02..2026-01-03 @ 500.00 from hz subsidy 58000000 by hz-2025 bound pool
    alice    bid 10000 h800 1d from 2026-01-02 @ 500.00
             leases 10000 2026-01-02..2026-01-03 @ 500.00 from hz subsidy 0
    hz       start lease-1
    hz       start lease-3
    clock    2026-01-02 00:15            lease-2 defaulted not_started, ask-2 canceled bond_exhausted
    hz-2025  pool 58000000 committed 192000000 funded 250000000 lapsed 0
    alice    bid 10000 h800 1d from 2026-01-03 @ 500.00
             leases 10000 2026-01-03..2026-01-04 @ 500.00 from hz subsidy 8000000 by hz-2025 bound year
    hz-2025  pool 50000000 granted 8000000
    """


@money_story
def test_wuxi_pays_thirty_percent_for_supply_at_home_and_half_of_that_elsewhere() -> None:
    """
    venue    opens 2025-06-02
    venue    defines wx
    wxdc     ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in wuxi         rests
    shdc     ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in shanghai     rests
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in wuxi
             leases 100 2025-06-02..01:00 @ 10.00 from wxdc subsidy 300.00 by wx bound rate
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in shanghai
             leases 100 2025-06-02..01:00 @ 10.00 from shdc subsidy 150.00 by wx bound rate
    wx       funded 450.00 pool 0 committed 450.00 redeemed 0 granted 450.00
    alice    escrow 1560.00
    """


@money_story
def test_wuhans_pool_is_a_floor_and_grows_with_use() -> None:
    # 20 % of 120,000,000 is 24,000,000; with the year what is left lapses, and the floor is laid anew
    """
    venue    opens 2025-12-31
    venue    defines wuh paying 0.2
    hz       has 100000000
    alice    has 1000000000
    hz       ask 10300 h800 2026-01-01..2026-01-02 @ 500.00              rests
    wuh      pool 10000000 funded 10000000
    alice    bid 300 h800 1d from 2026-01-01 @ 500.00
             leases 300 2026-01-01..2026-01-02 @ 500.00 from hz subsidy 720000 by wuh bound rate
    wuh      pool 9280000 funded 10000000
    alice    bid 10000 h800 1d from 2026-01-01 @ 500.00
             leases 10000 2026-01-01..2026-01-02 @ 500.00 from hz subsidy 24000000 by wuh bound rate, filled
    wuh      pool 0 funded 24720000 committed 24720000
    clock    2026-01-01
    wuh      pool 10000000 funded 34720000 committed 24720000 lapsed 0 granted 0
    """


@money_story
def test_shandong_pays_five_million_to_an_enterprise_in_all_until_thirty_are_gone() -> None:
    # 5 % of 120,000,000 would be 6,000,000
    """
    venue    opens 2025-06-02
    venue    defines sd-2025
    a        has 1000000000
    b        has 1000000000
    c        has 1000000000
    d        has 1000000000
    e        has 1000000000
    f        has 1000000000
    g        has 1000000000
    jn       has 100000000
    jn       ask 90000 h800 2025-06-02..2025-06-03 @ 500.00 in jinan     rests
    a        bid 10000 h800 1d from 2025-06-02 @ 500.00 in jinan
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from jn subsidy 5000000 by sd-2025 bound total
    a        bid 10000 h800 1d from 2025-06-02 @ 500.00 in jinan
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from jn subsidy 0
    b        bid 10000 h800 1d from 2025-06-02 @ 500.00 in jinan
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from jn subsidy 5000000 by sd-2025 bound total
    c        bid 10000 h800 1d from 2025-06-02 @ 500.00 in jinan
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from jn subsidy 5000000 by sd-2025 bound total
    d        bid 10000 h800 1d from 2025-06-02 @ 500.00 in jinan
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from jn subsidy 5000000 by sd-2025 bound total
    e        bid 10000 h800 1d from 2025-06-02 @ 500.00 in jinan
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from jn subsidy 5000000 by sd-2025 bound total
    f        bid 2000 h800 1d from 2025-06-02 @ 500.00 in jinan
             leases 2000 2025-06-02..2025-06-03 @ 500.00 from jn subsidy 1200000 by sd-2025 bound rate
    g        bid 10000 h800 1d from 2025-06-02 @ 500.00 in jinan
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from jn subsidy 3800000 by sd-2025 bound pool
    sd-2025  pool 0 committed 30000000 funded 30000000
    f        bid 10000 h800 1d from 2025-06-02 @ 500.00 in jinan
             leases 10000 2025-06-02..2025-06-03 @ 500.00 from jn subsidy 0
    """


@money_story
def test_guizhou_pays_buyers_from_anywhere_for_its_own_supply_out_of_eighty_million() -> None:
    # at a fifth: 24,000,000 three times, then what is left of 80,000,000
    """
    venue    opens 2025-06-02
    venue    defines gz-2023 paying 0.2 local
    gy       has 100000000
    bj       ask 100 h800 2025-06-02..2025-06-03 @ 10.00 in beijing      rests
    gy       ask 40000 h800 2025-06-02..2025-06-03 @ 500.00 in guian     rests
    alice    is firm in beijing
    alice    has 1000000000
    bob      is maker in guian
    bob      has 1000000000
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in beijing
             leases 100 2025-06-02..01:00 @ 10.00 from bj subsidy 0
    bob      bid 1000 h800 1d from 2025-06-02 @ 500.00 in guian
             leases 1000 2025-06-02..2025-06-03 @ 500.00 from gy subsidy 0
    alice    bid 30000 h800 1d from 2025-06-02 @ 500.00 in guian
             leases 30000 2025-06-02..2025-06-03 @ 500.00 from gy subsidy 72000000 by gz-2023 bound rate
    alice    bid 9000 h800 1d from 2025-06-02 @ 500.00 in guian
             leases 9000 2025-06-02..2025-06-03 @ 500.00 from gy subsidy 8000000 by gz-2023 bound pool, filled
    gz-2023  pool 0 committed 80000000
    """


@money_story
def test_qingyang_pays_who_consumes_at_scale_and_counts_by_owner_not_by_company() -> None:
    # the rate and the cap are the story's own; two companies of one owner share the cap
    """
    venue    opens 2025-06-02
    venue    defines qy paying 0.1 local cap 150.00 year
    qydc     ask 1000 h800 2025-06-02..2025-06-03 @ 10.00 in qingyang    rests
    alice    is p-2500
    alice    joins acme
    amy      is p-2500
    amy      joins acme
    small    bid 100 h800 1h from 2025-06-02 @ 10.00 in qingyang
             leases 100 2025-06-02..01:00 @ 10.00 from qydc subsidy 0
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in qingyang
             leases 100 2025-06-02..01:00 @ 10.00 from qydc subsidy 100.00 by qy bound rate
    amy      bid 100 h800 1h from 2025-06-02 @ 10.00 in qingyang
             leases 100 2025-06-02..01:00 @ 10.00 from qydc subsidy 50.00 by qy bound year
    alice    bid 100 h800 1h from 2025-06-02 @ 10.00 in qingyang
             leases 100 2025-06-02..01:00 @ 10.00 from qydc subsidy 0
    """


@money_story
def test_langfangs_pool_lapses_with_the_year_and_so_does_what_comes_back_of_it() -> None:
    # at a fifth: 2,400,000 for a lease that is never started, then 1,200,000
    """
    venue    opens 2025-12-31
    venue    defines lf paying 0.2
    slow     has 100000000
    hz       has 100000000
    alice    has 1000000000
    slow     ask 1000 h800 2026-01-01..2026-01-02 @ 500.00               rests
    hz       ask 9000 h800 2026-01-01..2026-01-02 @ 510.00               rests
    alice    bid 1000 h800 1d from 2026-01-01 @ 500.00
             leases 1000 2026-01-01..2026-01-02 @ 500.00 from slow subsidy 2400000 by lf bound rate, filled
    lf       pool 7600000 committed 2400000 funded 10000000 lapsed 0
    clock    2026-01-01
    lf       pool 10000000 committed 2400000 funded 20000000 lapsed 7600000 granted 0
    clock    2026-01-01 00:15                                            lease-1 defaulted not_started
    lf       pool 10000000 committed 0 funded 20000000 lapsed 10000000 granted 0
    alice    bid 5000 h800 20h from 2026-01-01 01:00 @ 510.00
             leases 5000 2026-01-01 01:00..21:00 @ 510.00 from hz subsidy 10000000 by lf bound pool
    lf       pool 0 committed 10000000 funded 20000000 lapsed 10000000 granted 10000000
    """


@money_story
def test_yangzhou_pays_for_what_is_ordered_on_its_platform_from_april_on() -> None:
    # the rate is the story's own
    """
    venue    opens 2024-03-31
    venue    defines yz-2024 paying 0.2 local
    canal    is canal-city-platform
    other    ask 100 h800 2024-04-01..2024-04-02 @ 10.00         rests
    canal    ask 100 h800 2024-04-01..2024-04-02 @ 11.00         rests
    alice    is industry-613
    alice    bid 100 h800 1h from 2024-04-01 @ 11.00
             leases 100 2024-04-01..01:00 @ 10.00 from other subsidy 0
    alice    bid 100 h800 1h from 2024-04-01 @ 11.00
             leases 100 2024-04-01..01:00 @ 11.00 from canal subsidy 0
    clock    2024-04-01
    alice    bid 100 h800 1h from 2024-04-01 01:00 @ 10.00
             leases 100 2024-04-01 01:00..02:00 @ 10.00 from other subsidy 0
    alice    bid 100 h800 1h from 2024-04-01 01:00 @ 11.00
             leases 100 2024-04-01 01:00..02:00 @ 11.00 from canal subsidy 220.00 by yz-2024 bound rate
    venue    relates alice and canal
    alice    bid 50 h800 1h from 2024-04-01 02:00 @ 10.00
             leases 50 2024-04-01 02:00..03:00 @ 10.00 from other subsidy 0
    other    cancel ask-1                                        canceled
    alice    bid 100 h800 1h from 2024-04-01 02:00 @ 11.00
             leases 100 2024-04-01 02:00..03:00 @ 11.00 from canal subsidy 0
    """
