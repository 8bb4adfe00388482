"""schemathesis against a running server, over every operation of its own document, with all checks.

It runs as a command, in a process of its own: its plugin would be loaded into every test run. What it found stands in
its report, which a failure prints.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.target import Target, new_key

HERE = Path(__file__).parent
# These end what the others need, so they have their turn afterwards: orders, leases, the key, the open market, the day.
LAST = (
    *("bids_cancel_all", "asks_cancel_all", "leases_release", "brakes_cancel_lease"),
    *("brakes_block", "brakes_unblock", "brakes_cancel_orders", "brakes_set_band", "brakes_revoke_key"),
    *("operator_revoke_key", "brakes_halt", "brakes_set_market_state", "sandbox_advance_clock"),
)


def fuzz(target: Target, key: str, folder: Path, *words: str) -> tuple[Any, int]:
    """What a run of good requests and one of wrong ones found, which is nothing: the first's report, how many in all.

    Only the first is sure to have requests for all operations: some take nothing that could be wrong.
    """
    good, wrong = (run(target, key, folder, mode, *words) for mode in ("positive", "negative"))
    assert good["operations"]["tested"] == good["operations"]["selected"]
    return good, sum(told["test_cases"]["generated"] for told in (good, wrong))


def run(target: Target, key: str, folder: Path, mode: str, *words: str) -> Any:
    """The report of one run that found nothing; fails with all that was found."""
    report = folder / "report.json"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{target.url}/openapi.json", "--seed", "1", "--warnings", "off", "--no-color", "--mode", mode),
        *("--generation-database", "none", "--continue-on-failure", "--no-shrink"),
        *("--report", "json", "--report-json-path", str(report), *words),
        *(["--header", f"Authorization: Bearer {key}"] if key else []),
    ]
    environment = {"SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "FUZZ_MODE": mode, "PYTHONPATH": str(HERE.parents[1])}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | environment, cwd=folder
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["operations"]["errored"] == 0
    return told


@pytest.mark.timeout(600)  # of a machine that has much else to do
def test_a_thousand_requests(target: Target, tmp_path: Path) -> None:
    """All operations but the last; some requests are good ones, some have something wrong that the document forbids."""
    told, count = fuzz(target, target.key, tmp_path, "--phases", "examples,fuzzing", "-n", "6", *but("--exclude"))
    assert told["operations"]["total"] == told["operations"]["selected"] + len(LAST)
    assert count >= 1000
    target.check()


@pytest.mark.soak
@pytest.mark.parametrize("who", ["everybody's key", "a lesser key", "nobody"])
def test_ten_thousand_requests(target: Target, tmp_path: Path, who: str) -> None:
    """All phases, as one who may do everything, as one who may not, and without a key."""
    key = {"everybody's key": target.key, "a lesser key": target.lesser_key, "nobody": ""}[who]
    _, count = fuzz(target, key, tmp_path, "--phases", "examples,coverage,fuzzing", "-n", "120", *but("--exclude"))
    assert count >= 10_000
    target.check()


@pytest.mark.timeout(600)
def test_the_last_requests(target: Target, tmp_path: Path) -> None:
    doomed = new_key(target, "fuzz", ["read", "trade", "provide", "operate"])
    told, _ = fuzz(target, doomed, tmp_path, "--phases", "examples,fuzzing", "-n", "6", *but("--include"))
    assert told["operations"]["selected"] == len(LAST)
    target.check()


def but(flag: str) -> list[str]:
    """The options that leave out the last operations, or all others."""
    return [word for operation in LAST for word in (f"{flag}-operation-id", operation)]
