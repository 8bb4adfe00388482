"""The bench of leases: every lease is settled to its end, and a statement that is a micro out is seen."""

from collections.abc import Iterable
from typing import Any

from exchange.language.commands import CancelLease
from exchange.language.events import REFUNDED
from loadtests.bench.leases import QUICK, RESOLD, Hall, bench_leases, faults


def unwatched(items: Iterable[Any], what: str, count: int) -> Iterable[Any]:
    return items


def test_every_hour_of_every_lease_is_settled() -> None:
    result = bench_leases(QUICK, unwatched)
    hours = QUICK.days * 24
    resold = -(-(QUICK.leases - 1) // RESOLD)
    uses = QUICK.leases + resold
    assert result.figures[0]["commands"] == hours * (uses + resold)  # a resold part is paid under two contracts
    assert result.figures[1]["commands"] == hours * uses


def test_a_statement_that_is_a_micro_out_is_seen() -> None:
    hall = Hall(QUICK)
    hall.open()
    assert "escrow" in " ".join(faults(hall.statements[1]))  # nothing is settled yet
    hall.give(CancelLease(operator_id="venue", lease_id=2, reason="a test"))
    lease = hall.statements[2]
    assert faults(lease) == []
    lease.moved[REFUNDED] -= 1
    assert [fault.partition(":")[0] for fault in faults(lease)] == ["paid out", "refunded"]
