"""A trace of a few nodes and pods through the whole engine, on a real PostgreSQL, and what is counted of it."""

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from exchange.language.commands import Deposit
from loadtests import record as records
from loadtests.openb import NODES_FILE, read_trace
from loadtests.openb_market import make_plan
from loadtests.record import record
from loadtests.replay import Replay, ReplayError
from loadtests.tally import Result, chip_hours, listed, percent, table, tally
from loadtests.trace import fresh_market, main, replay_trace

pytestmark = pytest.mark.rehearsal


class Counts:
    """A watch that keeps what it was told last."""

    def __init__(self) -> None:
        self.told = (0, 0, 0)

    def __call__(self, orders: int, leases: int, leases_over: int) -> None:
        self.told = (orders, leases, leases_over)


async def run(folder: Path, database_url: str | None) -> Result:
    return await replay_trace(read_trace(folder), 3600, 1, database_url, Counts())


async def test_the_small_trace_comes_to_what_was_reckoned_by_hand(trace_folder: Path, database_url: str) -> None:
    """
    pod 0  any card, 2 h 30 min      the G2 in wuhu: 9.33 - 7.87 is more than any other card leaves
    pod 1  0.46 T4 at 2.38           the T4 asks 2.57
    pod 2  8 V100, 2 h               the 8 of 32 GB in guian at 5.36, owed half for unused hours, 64 % used
    pod 3  nothing                   refused
    pod 4  2 G3                      there are none
    pod 5  0.81 P100 or G2, 28 h     the P100 in zhangjiakou at 2.48
    """
    result = await run(trace_folder, database_url)
    assert result.violations == ()
    assert (result.orders, result.asks, result.bids, result.leases) == (11, 5, 5, 3)
    assert result.refusals == {"PlaceBid: quantity_out_of_range": 1}
    assert result.bids_by_end == {"canceled, time_in_force": 1, "expired, time": 1, "filled": 3}
    assert result.leases_by_end == {"ended, completed": 3}
    assert (result.chips, result.busiest_chips) == (24_000, 9_810)
    assert (result.asked_uch, result.bid_uch, result.leased_uch) == (690_000_000, 42_255_000, 41_180_000)
    assert result.cost_micros == 19_675_000 + 85_760_000 + 56_246_400
    assert result.refunded_micros == 85_760_000 * 36 // 100
    assert result.earned_micros == result.cost_micros - result.refunded_micros
    assert result.fees_micros == result.earned_micros * 15 // 1000


async def test_the_same_trace_ends_in_the_same_digest_on_any_database(trace_folder: Path, database_url: str) -> None:
    first, second = await run(trace_folder, database_url), await run(trace_folder, None)
    unlike = {"placing_ms": 0, "elapsed_ms": 0}
    assert msgspec.structs.replace(first, **unlike) == msgspec.structs.replace(second, **unlike)


async def test_a_watch_hears_of_every_order_and_lease(trace_folder: Path, database_url: str) -> None:
    counts = Counts()
    await replay_trace(read_trace(trace_folder), 3600, 1, database_url, counts)
    assert counts.told == (11, 3, 3)


async def test_a_database_that_holds_a_market_is_refused(trace_folder: Path, database_url: str) -> None:
    await run(trace_folder, database_url)
    with pytest.raises(ReplayError, match="holds a market already"):
        await run(trace_folder, database_url)


async def test_money_that_is_missing_is_a_violation(trace_folder: Path, database_url: str) -> None:
    """The check itself is checked: a deposit is claimed that the market never saw."""
    plan = make_plan(read_trace(trace_folder), 3600, 1)
    async with fresh_market(database_url) as market:
        before = market.audit()
        replay = Replay(market, plan, Counts())
        await replay.place()
        assert "left open: 0 bids, 5 asks, 3 leases" in tally(replay, market.audit(), before, 0, 0).violations
        await replay.finish()
        never = Deposit(account_id="openb-tenant-00", amount_micros=1)
        replay.plan = msgspec.structs.replace(plan, setup=(*plan.setup, never))
        found = tally(replay, market.audit(), before, 0, 0).violations
    assert found == ("the sum of all accounts is not zero: 0.000001 CNY are missing",)


def test_the_command_prints_json(trace_folder: Path) -> None:
    done = CliRunner().invoke(main, [str(trace_folder), "--json"], env={"DATABASE_URL": None})
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert (result["leases"], result["violations"]) == (3, [])


def test_without_the_trace_the_command_says_where_to_get_it(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, [str(tmp_path)])
    assert done.exit_code == 2
    assert f"has no {NODES_FILE}" in done.stderr
    assert "alibaba/clusterdata" in done.stderr


def test_a_record_goes_on_top_of_the_earlier_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "RESULTS", tmp_path)
    for n in ("1", "2"):
        path = record("runs", "Runs", f"run {n}", [("leases", n)], f"- condition {n}\n")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Runs\n\n## ")
    assert text.count("# Runs\n") == 1
    assert text.index("    run 2\n") < text.index("| leases | 2 |") < text.index("- condition 2")
    assert text.index("- condition 2") < text.index("    run 1\n") < text.index("- condition 1")


def test_figures_are_written_for_people() -> None:
    assert percent(1, 3) == "33.33 %"
    assert percent(0, 0) == "0.00 %"
    assert chip_hours(21_641_055_060_000) == "21,641,055.1"
    assert listed({"filled": 6294, "expired, time": 120}) == "6,294 filled; 120 expired, time"
    assert listed({}) == "none"


async def test_the_table_names_every_figure_once(trace_folder: Path, database_url: str) -> None:
    rows = table(await run(trace_folder, database_url))
    labels = [label for label, _ in rows]
    assert len(set(labels)) == len(labels)
    assert dict(rows)["share leased, of those bid"] == "97.46 %"
    assert dict(rows)["violations"] == "0"
