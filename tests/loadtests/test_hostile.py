"""The attacks in small: honest orders are served meanwhile, and what was answered them is there."""

import pytest

from loadtests.hostile import bench
from loadtests.hostile.attacks import attacks
from loadtests.hostile.bench import Plan, bench_hostile

pytestmark = pytest.mark.rehearsal

SMALL = Plan(before_s=0.2, attack_s=0.5, after_s=0.2, names=("text",))


def test_an_attack_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "RATE", 50)
    said: list[str] = []
    result = bench_hostile(SMALL, said.append)
    assert said == [attacks("")["text"].what]
    calm, attacked = result.rows
    assert len(calm) == len(attacked) == len(result.columns)
    (figures,) = result.figures
    assert figures["became"]["made"] > 0
    for door in ("rest", "stream"):
        assert figures["during"][door]["answers"] == SMALL.attack_s * bench.RATE
    assert figures["files"] > 0
