"""Every bench runs at its smallest size: fast and naive agree there, too, and the tables say what was measured."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from loadtests.bench import report
from loadtests.bench.__main__ import BENCHES
from loadtests.bench.report import Result, record, show, to_json
from loadtests.bench.timing import timing_of

pytestmark = pytest.mark.rehearsal


def unwatched(items: Iterable[Any], what: str, count: int) -> Iterable[Any]:
    return items


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return [bench(True, unwatched) for bench in BENCHES.values()]


def test_every_bench_measures_and_tells(results: list[Result]) -> None:
    for result in results:
        assert result.rows
        assert {len(row) for row in result.rows} == {len(result.columns)}
    whole = json.loads(to_json(results, "bench"))
    assert [each["name"] for each in whole["results"]] == list(BENCHES)
    assert all(each["figures"] for each in whole["results"])
    console = Console(width=200, record=True, quiet=True)
    show(results, console)


def test_the_newest_record_stands_on_top(
    results: list[Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    record(results[:1], "first")
    text = record(results[:1], "second").read_text(encoding="utf-8")
    assert text.count(report.TITLE) == 1
    assert text.index("    second\n") < text.index("    first\n")


def test_a_timing_is_of_all_commands() -> None:
    timing = timing_of([1_000] * 98 + [2_000, 900_000])
    assert timing.commands == 100
    assert timing.median_us == 1
    assert timing.p99_us == 900
    assert timing.per_second == pytest.approx(100 / 0.001)
