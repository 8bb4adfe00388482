"""What a market tells of its trades, made once more in SQL from the statements: prices, volumes, candles, the index."""

from itertools import product

import asyncpg

from exchange.language.units import DAY_S, HOUR_S
from exchange.language.windows import CANDLE_INTERVALS_S
from exchange.projections.index import GRADES
from exchange.projections.views import Views
from tests.properties.world import CHIPS, REGIONS, TENORS_S
from tests.runtime.day import written

TRADES_MAX = 10_000

CANDLES = """
WITH told AS (
    SELECT *, quantity_milli * 1000::numeric * (end_s - start_s) / 3600 AS uch, at_s / $2 * $2 AS interval_s, coalesce(
        (SELECT max(tenor_s) FROM unnest($1::bigint[]) AS tenor_s WHERE tenor_s <= end_s - start_s),
        (SELECT min(tenor_s) FROM unnest($1::bigint[]) AS tenor_s)
    ) AS tenor_s FROM statements.trades
)
SELECT region, chip, tenor_s, interval_s, (array_agg(price_micros ORDER BY trade_id))[1] AS open,
    max(price_micros) AS high, min(price_micros) AS low,
    (array_agg(price_micros ORDER BY trade_id DESC))[1] AS close, sum(uch) AS volume, count(*) AS trades
FROM told GROUP BY region, chip, tenor_s, interval_s ORDER BY interval_s
"""

INDEX = """
WITH sold AS (
    SELECT t.at_s, t.price_micros, l.du_milli, t.quantity_milli::numeric * (t.end_s - t.start_s) AS area,
        CASE WHEN l.du_milli >= 2000 THEN 'high' WHEN l.du_milli >= 800 THEN 'middle' ELSE 'light' END AS grade
    FROM statements.trades AS t JOIN statements.leases AS l ON l.lease_id = t.trade_id WHERE l.du_milli IS NOT NULL
), last AS (SELECT grade, max(at_s) AS until_s FROM sold GROUP BY grade)
SELECT grade, min(at_s) AS since_s, until_s, sum(area * price_micros) * 1000 AS worth, sum(area * du_milli) AS du
FROM sold JOIN last USING (grade) WHERE at_s > until_s - 86400 GROUP BY grade, until_s
"""


async def test_what_is_told_of_trades_equals_what_sql_makes_of_the_statements(database_url: str) -> None:
    async with written(database_url, seed=12, hours=36) as (views, raw):
        last = await raw.fetch(
            "SELECT DISTINCT ON (region, chip) * FROM statements.trades ORDER BY region, chip, trade_id DESC"
        )
        candles = {
            length_s: [tuple(row) for row in await raw.fetch(CANDLES, list(TENORS_S), length_s)]
            for length_s in CANDLE_INTERVALS_S
        }
        index = {row["grade"]: row for row in await raw.fetch(INDEX)}
        began_s = await raw.fetchval("SELECT min(at_s) FROM statements.trades")
    assert len(last) >= 3
    for row in last:
        trade = views.trades(row["region"], row["chip"], None, 1)[0]
        assert [getattr(trade, name) for name in dict(row)] == list(row.values())
    for length_s, rows in candles.items():
        assert sorted(rows) == sorted(told_candles(views, length_s))
    assert sum(row[-1] for row in candles[DAY_S]) > 50
    assert {row[2] for row in candles[DAY_S]} == {HOUR_S, 6 * HOUR_S}, "of lengths from 15 minutes to 12 hours"
    check_index(views, index, began_s)


def told_candles(views: Views, length_s: int) -> list[tuple[object, ...]]:
    """All candles of an interval, in the order of the query's columns."""
    return [
        (region, chip, tenor_s, candle.start_s, candle.open_micros, candle.high_micros, candle.low_micros,
         candle.close_micros, candle.volume_uch, candle.trades)
        for region, chip, tenor_s in product(REGIONS, CHIPS, TENORS_S)
        for candle in views.candles(region, chip, tenor_s, length_s, TRADES_MAX)
    ]  # fmt: skip


def check_index(views: Views, index: dict[str, asyncpg.Record], began_s: int) -> None:
    shown = {grade.grade: grade for grade in views.indices()}
    assert list(shown) == [name for name, _ in GRADES]
    assert {name for name, grade in shown.items() if grade.price_per_du_micros is not None} == set(index)
    assert len(index) == 2
    for name, row in index.items():
        grade, worth, du = shown[name], int(row["worth"]), int(row["du"])
        assert abs((grade.price_per_du_micros or 0) * du - worth) * 2 <= du
        assert grade.volume_du_milli == du // (1_000 * HOUR_S)
        assert (grade.since_s, grade.until_s) == (row["since_s"], row["until_s"])
        assert began_s < row["since_s"], "the day has left trades behind"
