"""The ledger: what it refuses to post, and the closed list of reasons that it posts for."""

from pathlib import Path

import pytest

from exchange.core.ledger.chart import EXTERNAL
from exchange.core.ledger.posting import Ledger
from exchange.language import events
from exchange.language.events import TRANSFER_REASONS

CORE = Path(__file__).parents[2] / "exchange" / "core"


def test_a_transfer_takes_from_one_what_it_gives_to_another() -> None:
    ledger = Ledger()
    first = ledger.post(EXTERNAL, "a/available", 5, events.DEPOSITED, reference="r")
    second = ledger.post("a/available", "a/escrow", 2, events.ESCROWED, lease_id=1, part_id=2, programme="wx")
    assert (first.transfer_id, first.reference, first.lease_id) == (1, "r", None)
    assert (second.transfer_id, second.lease_id, second.part_id, second.programme) == (2, 1, 2, "wx")
    assert ledger.balances == {EXTERNAL: -5, "a/available": 3, "a/escrow": 2}
    assert ledger.touched == {EXTERNAL: 0, "a/available": 0, "a/escrow": 0}


@pytest.mark.parametrize(
    ("debit", "credit", "amount", "reason"),
    [
        ("a/available", "a/held", 6, events.HELD),  # more than there is
        ("a/available", "a/held", 0, events.HELD),
        ("a/available", "a/held", -1, events.HELD),
        ("a/available", "a/available", 1, events.HELD),
        ("a/available", "a/held", 1, "because"),
    ],
)
def test_the_ledger_posts_nothing_that_is_wrong(debit: str, credit: str, amount: int, reason: str) -> None:
    ledger = Ledger()
    ledger.post(EXTERNAL, "a/available", 5, events.DEPOSITED)
    with pytest.raises(AssertionError):
        ledger.post(debit, credit, amount, reason)
    assert ledger.balances == {EXTERNAL: -5, "a/available": 5}
    assert ledger.count == 1


def test_the_list_of_reasons_has_each_once_and_none_that_is_never_given() -> None:
    assert len(dict.fromkeys(TRANSFER_REASONS)) == len(TRANSFER_REASONS)
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(CORE.rglob("*.py")))
    names = {value: name for name, value in vars(events).items() if value in TRANSFER_REASONS}
    assert [reason for reason in TRANSFER_REASONS if f"events.{names[reason]}" not in source] == []
