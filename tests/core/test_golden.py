"""A history that an older release wrote leads where it led then: what was told to anybody stays as it was.

`tests/golden/rules-N.commands` is one row of a journal, with every kind of command that there was under rules N, taken
and refused; `rules-N.digest` is what that release made of it.
"""

from pathlib import Path
from typing import get_args

import pytest

from exchange.core.conservation import audit
from exchange.core.digest import digest
from exchange.core.state_machine import REPLAYABLE, RULES_VERSION, StateMachine
from exchange.language.codec import decode_commands
from exchange.language.commands import Command

GOLDEN = Path(__file__).parents[1] / "golden"
BRAKES = {
    "BlockAccount", "UnblockAccount", "CancelOrders", "EvictOrdersBefore", "SetBand", "PauseProgramme",
    "ProposeBefore", "ConfirmProposal", "RejectProposal",
}  # fmt: skip
SINCE = {  # kinds of command, by the rules that brought them
    3: {"SetDeadMan", "ArmSession", "EndSession"} | BRAKES,
    4: {"EvictOrders", "Propose"},
}
UNTIL = {3: {"EvictOrdersBefore", "ProposeBefore"}}  # by the last that they were written under


def test_every_older_rules_have_a_history() -> None:
    assert sorted(GOLDEN.glob("*.commands")) == [
        GOLDEN / f"rules-{n}.commands" for n in REPLAYABLE if n < RULES_VERSION
    ]


@pytest.mark.parametrize("rules", [rules for rules in REPLAYABLE if rules < RULES_VERSION])
def test_an_older_history_comes_to_its_digest(rules: int) -> None:
    commands = decode_commands((GOLDEN / f"rules-{rules}.commands").read_bytes())
    others = {name for since, names in SINCE.items() if since > rules for name in names}
    others |= {name for until, names in UNTIL.items() if until < rules for name in names}
    assert {type(command).__name__ for command in commands} | others == {
        kind.__name__ for kind in get_args(Command)
    } | others
    machine, refused = StateMachine(), 0
    for seq, command in enumerate(commands, 1):
        outcome, _ = machine.apply(seq, command, rules)
        refused += outcome.reject is not None
    assert len(commands) // 10 < refused < len(commands) // 2
    assert audit(machine.state) == []
    assert digest(machine.state) == (GOLDEN / f"rules-{rules}.digest").read_text(encoding="ascii").strip()
