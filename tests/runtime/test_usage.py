"""How chips are used: by hand for one provider's afternoon, and after a generated day in SQL from the statements."""

from collections import Counter

import asyncpg

from exchange.core.ledger.chart import COMMITTED, POOL, programme_purse
from exchange.language.commands import (
    AdvanceTime,
    CancelAsk,
    Command,
    ContestPeriod,
    MeterLease,
    PlaceAsk,
    RuleContest,
    StartLease,
)
from exchange.language.events import DEFAULTED
from exchange.language.units import HOUR_S, full_uch
from exchange.language.views_money import UsageKpi
from exchange.projections import snapshot
from exchange.projections.usage import OVER, Sums, area_until
from exchange.projections.views import Views
from exchange.runtime.replaying import Place
from tests.properties.money_world import (
    EVENING_S,
    QUARTER_S,
    VENUE,
    a_taker,
    an_offer,
    setting,
)
from tests.properties.world import CHIPS
from tests.runtime.day import FLAVOUR, generated, written

LEASES_MAX = 10_000


class Afternoon:
    """Views that are told what a machine does."""

    def __init__(self) -> None:
        self.place = Place()

    def do(self, *commands: Command) -> None:
        for command in commands:
            outcome, applied = self.place.machine.apply(self.place.seq + 1, command)
            assert outcome.reject is None, (command, outcome.reject)
            self.place.views.fold(applied)

    def meter(self, lease_id: int, hours: int, delivered: int, used: int) -> None:
        """Chip-hours so far."""
        through_s = EVENING_S + hours * HOUR_S
        self.do(
            AdvanceTime(to_s=max(through_s, self.place.views.now_s)),
            MeterLease(
                account_id="cem", lease_id=lease_id, through_s=through_s, delivered_uch=delivered * 1_000_000,
                used_uch=used * 1_000_000,
            ),
        )  # fmt: skip

    def figures(self) -> tuple[int, ...]:
        """Chip-hours of the venue: registered, leased, due, lost and used."""
        kpi = self.place.views.usage().venue
        exact = (kpi.registered_uch, kpi.leased_uch, kpi.due_uch, kpi.lost_uch, kpi.used_uch)
        return tuple(uch // 1_000_000 for uch in exact)


def test_an_afternoon_by_hand() -> None:
    day = Afternoon()
    plain = [command for command in setting(FLAVOUR) if not isinstance(command, (PlaceAsk, StartLease))]
    day.do(*(command for command in plain if not hasattr(command, "alternatives")))
    day.do(an_offer("cem", "ask", CHIPS[0], 8_000, EVENING_S + 12 * HOUR_S))
    day.do(
        a_taker("ann", "bid", CHIPS[0], 2_000, 4 * HOUR_S), StartLease(account_id="cem", lease_id=1, sealed_access=b"x")
    )
    assert day.figures() == (0, 0, 0, 0, 0)
    day.meter(1, 1, 2, 1)
    assert day.figures() == (8, 2, 0, 0, 0), "the period has not closed"
    day.do(AdvanceTime(to_s=EVENING_S + HOUR_S + QUARTER_S))
    assert day.figures() == (10, 2, 2, 0, 1)
    day.do(
        ContestPeriod(account_id="ann", lease_id=1, index=0, reason="slow"),
        RuleContest(operator_id=VENUE, lease_id=1, index=0, delivered_uch=1_000_000, used_uch=0, reason="it was"),
    )
    assert day.figures() == (10, 2, 2, 1, 0)
    day.do(CancelAsk(account_id="cem", ask_id=1))
    day.do(AdvanceTime(to_s=EVENING_S + 3 * HOUR_S + QUARTER_S))
    # The ask was there until 1:15. After two silent periods the lease defaults, and gives its last hour up.
    assert day.figures() == (13, 6, 8, 7, 0)
    kpi = day.place.views.usage().venue
    assert (kpi.leased_bp, kpi.fault_bp, kpi.used_of_due_bp, kpi.domestic_bp) == (4444, 8750, 0, 0)


async def test_figures_equal_those_that_sql_makes_of_the_statements(database_url: str) -> None:
    async with written(database_url, seed=11) as (views, raw):
        rows = await raw.fetch("SELECT * FROM report.usage_at($1)", views.now_s)
        vouchers = await raw.fetch("SELECT * FROM report.vouchers")
        shown = await raw.fetch("SELECT * FROM report.usage")
        purses = {row["account"]: row["balance_micros"] for row in await raw.fetch("TABLE statements.balances")}
    made = {(row["region"], row["provider"]): row for row in rows}
    sums = views._usage.sums(views.now_s)
    assert {whose: _row(each) for whose, each in sums.items()} == {
        whose: tuple(map(int, tuple(row)[2:])) for whose, row in made.items()
    }
    _check_shares(views, made)
    assert len(shown) == len(made)
    found = {(row["programme"], row["year"]): row for row in vouchers}
    kpis = {(kpi.programme, kpi.year): kpi for kpi in views.kpis() if kpi.leases}
    assert found.keys() == kpis.keys()
    assert len(found) >= 4
    for key, kpi in kpis.items():
        row = found[key]
        money = (row["granted_cny"], row["redeemed_cny"], row["returned_cny"])
        assert tuple(int(amount * 1_000_000) for amount in money) == (
            kpi.granted_micros, kpi.redeemed_micros, kpi.returned_micros,
        )  # fmt: skip
        assert row["leases"] == kpi.leases
        assert int((row["granted_cny"] - row["redeemed_cny"]) * 1_000_000) == kpi.committed_micros
        assert _near(kpi.redeemed_of_granted_bp, kpi.redeemed_micros, kpi.granted_micros)
        share = row["redeemed_of_granted"]
        assert _near(None if share is None else int(share * 10_000), kpi.redeemed_micros, kpi.granted_micros)
        assert _near(kpi.redeemed_of_pool_bp, kpi.redeemed_micros, kpi.pool_micros or 0)
    for programme in views.programmes():
        name = programme.definition.programme
        assert purses.get(programme_purse(name, POOL), 0) == programme.pool_micros
        assert purses.get(programme_purse(name, COMMITTED), 0) == programme.committed_micros
    saved = list(snapshot.save(views))
    assert snapshot.load(iter(saved)).usage() == views.usage()


def test_what_was_due_is_what_was_leased_once_a_lease_is_over() -> None:
    """So lost / due is lost per chip-hour leased, as soon as it is known of each what became of it."""
    for place, applied in generated(seed=13, hours=24):
        place.views.fold(applied)
    views = place.views
    leases = views.all_leases(None, None, None, None, LEASES_MAX)
    over = Counter(lease.state for lease in leases if lease.state in OVER)
    assert over.keys() == set(OVER)
    for lease in leases:
        leased_uch = full_uch(area_until(lease.shape, views.now_s), 1)
        if lease.state == DEFAULTED:  # what it gave up is nobody's lease any more, and lost
            assert lease.due_uch >= leased_uch
            assert lease.due_uch - lease.due_delivered_uch > 0
        elif lease.state in OVER:
            assert lease.due_uch == leased_uch
        elif lease.until_s == lease.end_s:
            assert lease.due_uch <= leased_uch, "the period that runs is not judged yet"


def _row(sums: Sums) -> tuple[int, ...]:
    """In the order of the database's columns."""
    registered = sums.idle_milli_s + sums.leased_milli_s
    return (
        registered, sums.leased_milli_s, sums.domestic_milli_s, sums.due_uch, sums.delivered_uch, sums.used_uch,
        sums.du_used, sums.du_drawn,
    )  # fmt: skip


def _check_shares(views: Views, made: dict[tuple[str, str], asyncpg.Record]) -> None:
    """What is shown, by region and by provider and in all, against the rows; and that the day had something of all."""
    usage = views.usage()
    shares = [(usage.venue, list(made.values()))]
    shares += [(kpi, [row for (region, _), row in made.items() if region == kpi.name]) for kpi in usage.regions]
    shares += [(kpi, [row for (_, whose), row in made.items() if whose == kpi.name]) for kpi in usage.providers]
    for kpi, rows in shares:
        _check_kpi(kpi, {name: sum(int(row[name]) for row in rows) for name in dict(rows[0]) if "_" in name})
    assert len(usage.regions) == 2
    assert len(usage.providers) >= 4
    venue = usage.venue
    assert 0 < venue.lost_uch < venue.due_uch <= venue.leased_uch + venue.lost_uch < 2 * venue.registered_uch
    assert venue.pue_milli is not None
    assert 1200 < venue.pue_milli < 1350
    assert venue.domestic_bp not in (None, 0, 10_000)


def _near(share: int | None, part: int, whole: int) -> bool:
    return share is None if not whole else share is not None and abs(share * whole - part * 10_000) * 2 <= whole


def _check_kpi(kpi: UsageKpi, row: dict[str, int]) -> None:
    lost = row["due_uch"] - row["delivered_uch"]
    assert kpi.registered_uch == row["registered_milli_s"] * 1000 // HOUR_S
    assert kpi.lost_uch == lost
    assert _near(kpi.leased_bp, row["leased_milli_s"], row["registered_milli_s"])
    assert _near(kpi.domestic_bp, row["domestic_milli_s"], row["leased_milli_s"])
    assert _near(kpi.used_bp, row["used_uch"] * 36, row["registered_milli_s"] * 10)
    assert _near(kpi.fault_bp, lost, row["due_uch"])
    assert _near(kpi.used_of_due_bp, row["used_uch"], row["due_uch"])
    drawn, used = row["du_drawn"], row["du_used"]
    assert kpi.pue_milli is None if not used else abs((kpi.pue_milli or 0) * used - drawn) * 2 <= used
