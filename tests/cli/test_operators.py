"""The operators' brakes from the terminal: looked at before, asked about, told after, and read in the audit log."""

import pytest

from gateway.cli import session
from tests.cli.hand import Hand


def test_a_brake_is_looked_at_and_then_pulled(hand: Hand) -> None:
    buyer = hand.joins("buyer", "1000")
    looked = hand.types(f"operator block {buyer} --reason drill --preview", "operator").output
    assert f"accounts  1  {buyer}" in looked
    assert hand.reads("account", buyer)["blocked"] is False
    assert f"{buyer} is blocked" in hand.types(f"operator block {buyer} --reason drill --yes", "operator").output
    assert f"{buyer} is blocked: drill" in hand.types("operator brakes", "operator").output
    hand.reads(f"operator cancel-orders {buyer} --reason drill --yes", "operator")
    assert "may trade again" in hand.types(f"operator unblock {buyer} --reason over --yes", "operator").output
    told = hand.types(f"operator audit --account {buyer}", "operator").output
    assert "unblock_account (alone)" in told
    assert "blocked no → yes" in told
    entries = hand.reads(f"operator audit --account {buyer} --action block_account", "operator")["items"]
    assert [len(entry["row"]["link"]) for entry in entries] == [64]
    band = hand.types("operator band shaoguan l20 0.2 --reason drill --yes", "operator").output
    assert "price band of shaoguan/l20 is 0.2" in band
    hand.reads("operator band shaoguan l20 rules --reason over --yes", "operator")
    bands = hand.types("operator audit --action set_band", "operator").output
    assert "band – → 0.2" in bands and "band 0.2 → –" in bands
    programme = hand.reads("programmes")["items"][0]["programme"]
    assert "is paused" in hand.types(f"operator pause {programme} --reason drill --yes", "operator").output
    hand.reads(f"operator resume {programme} --reason over --yes", "operator")


def test_at_a_terminal_a_brake_asks(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    buyer = hand.joins("buyer", "1000")
    assert "no terminal to ask at" in hand.types(f"operator block {buyer} --reason drill", "operator").output
    monkeypatch.setattr(session, "at_a_terminal", lambda: True)
    asked = hand.types(f"operator block {buyer} --reason drill", "operator", says="n\n")
    assert asked.exit_code == 1
    assert hand.types(f"operator block {buyer} --reason drill --json", "operator").exit_code == 2
    assert f"accounts  1  {buyer}" in asked.output
    assert hand.reads("account", buyer)["blocked"] is False


def test_another_operator_confirms(hand: Hand) -> None:
    hand.reads("operator account create second --role operator", "operator")
    key = hand.reads("operator key create second --scope operate", "operator")
    hand.reads("operator halt --region shaoguan --reason drill --yes", "operator")
    told = hand.types("operator halt --region shaoguan --state post_only --reason over --yes", "operator").output
    assert "leasebook operator confirm proposal-1," in told
    own = hand.types("operator confirm proposal-1 --yes", "operator")
    assert (own.exit_code, "own_proposal" in own.output) == (1, True)
    assert "set_market_state" in hand.types("operator proposals --state open", "operator").output
    done = hand.types("operator confirm proposal-1 --reason agreed --yes", LEASEBOOK_KEY=key["key"]).output
    assert "proposal-1 is carried out" in done
    hand.reads("operator account create third --role operator", "operator")
    third = hand.types("operator key create third --scope operate", "operator").output
    assert "note it now" in third
    assert "leasebook operator confirm proposal-2," in third
    shown = hand.types("operator proposals --state open", "operator").output
    assert "register_key" in shown
    told = hand.types(f"operator revoke {key['key_id']} --reason drill --yes", "operator").output
    assert "leasebook operator confirm proposal-3," in told
    assert (
        "is revoked"
        in hand.types(f"operator revoke {key['key_id']} --reason bye --yes", LEASEBOOK_KEY=key["key"]).output
    )
    closed = hand.types("operator proposals --state superseded", "operator").output
    assert "proposal-3" in closed
    opened = hand.reads("operator halt --region shaoguan --state open --reason over --yes", "operator")
    assert opened["outcome"] == "done", "there is one operator again"
