"""Section 8 of the rulebook: Beijing's vouchers, which have most conditions of all: per enterprise and year, for whom,
from whom, and beside what.

Beijing pays 20 %, and 2,000,000 to an enterprise in a calendar year.
"""

from tests.story_vouchers import money_story


@money_story
def test_beijing_pays_two_million_a_year_to_an_enterprise_however_many_accounts_it_has() -> None:
    # 20 % of 7,500,000 and of 12,000,000
    """
    venue    opens 2024-12-30
    venue    defines bj-2023
    zjk      has 100000000
    alice    is software-info in beijing
    alice    joins acme
    alice    has 100000000
    amy      is manufacturing in beijing
    amy      joins acme
    amy      has 100000000
    zjk      ask 1000 h800 2025-01-02..2025-01-03 @ 312.50 in zhangjiakou    rests
    zjk      ask 4000 h800 2024-12-30..2025-01-03 @ 500.00 in zhangjiakou    rests
    alice    bid 1000 h800 1d from 2025-01-02 @ 312.50 in zhangjiakou
             leases 1000 2025-01-02..2025-01-03 @ 312.50 from zjk subsidy 1500000 by bj-2023 bound rate
    amy      bid 1000 h800 1d from 2025-01-01 @ 500.00 in zhangjiakou
             leases 1000 2025-01-01..2025-01-02 @ 500.00 from zjk subsidy 500000 by bj-2023 bound year
    amy      bid 1000 h800 1d from 2025-01-01 @ 500.00 in zhangjiakou
             leases 1000 2025-01-01..2025-01-02 @ 500.00 from zjk subsidy 0
    bj-2023  granted 2000000 funded 2000000
    clock    2025-01-01
    alice    bid 1000 h800 1d from 2025-01-02 @ 500.00 in zhangjiakou
             leases 1000 2025-01-02..2025-01-03 @ 500.00 from zjk subsidy 2000000 by bj-2023 bound year
    bj-2023  granted 2000000
    """


@money_story
def test_a_refund_frees_beijings_cap_in_the_year_of_the_grant() -> None:
    # 20 % of 1,000,000 comes back when the first lease is not started
    """
    venue    opens 2025-06-02
    venue    defines bj-2023
    slow     has 100000000
    zjk      has 100000000
    alice    is software-info in beijing
    alice    has 100000000
    slow     ask 1000 h800 2025-06-02..2025-06-03 @ 50.00 in zhangjiakou     rests
    zjk      ask 3000 h800 2025-06-02..2025-06-05 @ 500.00 in zhangjiakou    rests
    alice    bid 1000 h800 20h from 2025-06-02 @ 50.00 in zhangjiakou
             leases 1000 2025-06-02..20:00 @ 50.00 from slow subsidy 200000 by bj-2023 bound rate
    alice    bid 1000 h800 1d from 2025-06-03 @ 500.00 in zhangjiakou
             leases 1000 2025-06-03..2025-06-04 @ 500.00 from zjk subsidy 1800000 by bj-2023 bound year
    alice    bid 1000 h800 1d from 2025-06-03 @ 500.00 in zhangjiakou
             leases 1000 2025-06-03..2025-06-04 @ 500.00 from zjk subsidy 0
    bj-2023  granted 2000000 pool 0 committed 2000000
    clock    2025-06-02 00:15            lease-1 defaulted not_started, ask-1 canceled bond_exhausted
    lease-1  defaulted earned 0 refunded 1000000 returned 200000 redeemed 0
    bj-2023  granted 1800000 pool 200000 committed 1800000
    alice    bid 1000 h800 1d from 2025-06-03 @ 500.00 in zhangjiakou
             leases 1000 2025-06-03..2025-06-04 @ 500.00 from zjk subsidy 200000 by bj-2023 bound year
    bj-2023  granted 2000000 pool 0 committed 2000000 funded 2000000
    """


@money_story
def test_beijing_pays_its_own_industry_not_the_dishonest_and_for_no_related_supplier() -> None:
    """
    venue    opens 2025-06-02
    venue    defines bj-2023
    hz       ask 100 h800 2025-06-02..2025-06-03 @ 1.00    rests
    alice    is software-info in beijing
    bob      is software-info in wuxi
    carol    is university in beijing
    dave     is manufacturing,dishonest in beijing
    bob      bid 1 h800 1h from 2025-06-02 @ 1.00          leases 1 2025-06-02..01:00 @ 1.00 from hz subsidy 0
    carol    bid 1 h800 1h from 2025-06-02 @ 1.00          leases 1 2025-06-02..01:00 @ 1.00 from hz subsidy 0
    dave     bid 1 h800 1h from 2025-06-02 @ 1.00          leases 1 2025-06-02..01:00 @ 1.00 from hz subsidy 0
    venue    relates alice and hz
    alice    bid 1 h800 1h from 2025-06-02 @ 1.00          leases 1 2025-06-02..01:00 @ 1.00 from hz subsidy 0
    venue    parts hz and alice
    alice    bid 1 h800 1h from 2025-06-02 @ 1.00
             leases 1 2025-06-02..01:00 @ 1.00 from hz subsidy 0.20 by bj-2023 bound rate
    """


@money_story
def test_beijing_and_any_other_programme_exclude_each_other_for_the_year() -> None:
    """
    venue    opens 2024-12-31
    venue    defines bj-2023
    venue    defines wx
    hz       ask 100 h800 2025-01-01..2025-01-02 @ 1.00              rests
    alice    is software-info in beijing
    bob      is software-info in beijing
    alice    bid 1 h800 1h from 2025-01-01 @ 1.00 by wx
             leases 1 2025-01-01..01:00 @ 1.00 from hz subsidy 0.15 by wx bound rate
    alice    bid 1 h800 1h from 2025-01-01 @ 1.00 by bj-2023
             leases 1 2025-01-01..01:00 @ 1.00 from hz subsidy 0
    bob      bid 1 h800 1h from 2025-01-01 @ 1.00 by bj-2023
             leases 1 2025-01-01..01:00 @ 1.00 from hz subsidy 0.20 by bj-2023 bound rate
    bob      bid 1 h800 1h from 2025-01-01 @ 1.00 by wx
             leases 1 2025-01-01..01:00 @ 1.00 from hz subsidy 0
    clock    2025-01-01
    bob      bid 1 h800 1h from 2025-01-01 @ 1.00 by wx
             leases 1 2025-01-01..01:00 @ 1.00 from hz subsidy 0.15 by wx bound rate
    alice    bid 1 h800 1h from 2025-01-01 @ 1.00 by bj-2023
             leases 1 2025-01-01..01:00 @ 1.00 from hz subsidy 0.20 by bj-2023 bound rate
    """


@money_story
def test_beijing_is_over_with_its_last_year() -> None:
    """
    venue    opens 2025-12-31 23:59
    venue    defines bj-2023
    hz       ask 100 h800 2026-01-01..2026-01-02 @ 1.00    rests
    alice    is software-info in beijing
    alice    bid 1 h800 1h from 2026-01-01 @ 1.00
             leases 1 2026-01-01..01:00 @ 1.00 from hz subsidy 0.20 by bj-2023 bound rate
    clock    2026-01-01
    alice    bid 1 h800 1h from 2026-01-01 @ 1.00          leases 1 2026-01-01..01:00 @ 1.00 from hz subsidy 0
    """
