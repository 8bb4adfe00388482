"""What a server says last when it cannot go on."""

import pytest

from exchange.language.journal import JournalBroken
from exchange.runtime.replaying import CommandBroken
from gateway import root
from gateway.settings import Settings


def fails_with(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    async def host(*_: object) -> None:
        try:
            raise AssertionError("out of balance")
        except AssertionError as fault:
            raise failure from fault

    monkeypatch.setattr(root, "_host", host)
    with pytest.raises(SystemExit):
        root.run(Settings(), root.wait)


def test_a_command_that_cannot_be_carried_out_again_comes_with_what_to_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails_with(monkeypatch, CommandBroken("The command of seq 5 cannot be carried out again. Report this."))
    said = capsys.readouterr().err
    assert said.startswith("Traceback")
    assert "in host" in said
    assert said.endswith(
        "AssertionError: out of balance\nThe command of seq 5 cannot be carried out again. Report this.\n"
    )
    assert "start it again" not in said


def test_what_is_known_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fails_with(monkeypatch, JournalBroken("The row is damaged."))
    assert capsys.readouterr().err == "The row is damaged.\n"
