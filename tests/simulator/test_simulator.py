"""The simulator itself: histories hold, a seed is one history wherever it runs, and every seeded defect is found."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tests.simulator.__main__ import main
from tests.simulator.history import tell
from tests.simulator.mutants import ALL, TRIES, mutated

SEEDS = range(24)
LONG = 20_000


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_holds(seed: int) -> None:
    told = tell(seed)
    assert told.failure is None, told.failure
    assert told.commands > len(SEEDS)


def test_a_seed_is_one_history_in_every_process() -> None:
    seed = 3
    traces = [tell(seed).trace, tell(seed).trace]
    said = subprocess.run(
        [sys.executable, "-m", "tests.simulator", "--seed", str(seed), "--json"],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        check=True,
        capture_output=True,
    )
    traces.append(json.loads(said.stdout)["traces"][str(seed)])
    assert len(set(traces)) == 1
    assert tell(seed + 1).trace != traces[0]


@pytest.mark.parametrize("name", ALL)
def test_a_defect_is_found(name: str) -> None:
    first = ALL[name].seed
    with mutated(name):
        found = any(tell(seed).failure is not None for seed in range(first, first + TRIES))
    assert found, ALL[name].what


def test_defects_are_gone_afterwards() -> None:
    for name in ALL:
        with mutated(name):
            pass
    assert tell(0).failure is None


def test_a_failing_seed_says_how_to_see_it_again() -> None:
    found = CliRunner().invoke(main, ["--seed", str(ALL["canary"].seed), "--canary"])
    assert found.exit_code == 0, found.output
    assert "canary: found" in found.output
    assert f"-m tests.simulator --seed {ALL['canary'].seed} --trace --canary" in found.output


@pytest.mark.soak
def test_many_histories_hold() -> None:
    subprocess.run([sys.executable, "-m", "tests.simulator", "--seeds", str(LONG)], check=True)
