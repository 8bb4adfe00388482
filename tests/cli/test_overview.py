"""Operators look up everybody's accounts, money and leases; nobody else may."""

from tests.cli.hand import Hand
from tests.cli.test_main_job import row
from tests.cli.test_money import leased


def test_accounts_are_listed_and_shown(hand: Hand) -> None:
    buyer = hand.joins("buyer", "1000")
    listed = hand.types("operator account list --limit 500", "operator").output
    assert row(listed, buyer)[:4] == [buyer, "buyer", buyer, "1,000.00"]
    hand.reads(f"operator block {buyer} --reason drill --yes", "operator")
    assert row(hand.types("operator account list --limit 500", "operator").output, buyer)[-1] == "blocked"
    assert [one["account_id"] for one in hand.reads("operator account list --limit 1", "operator")["items"]] == [buyer]
    shown = hand.types(f"operator account show {buyer}", "operator").output
    (key,) = hand.reads("key list", buyer)["items"]
    assert row(shown, key["key_id"])[:4] == [key["key_id"], "bearer", "read,", "trade"]
    assert row(shown, "available") == ["available", "1,000.00"]
    assert hand.types("operator account show nobody", "operator").stderr.startswith("unknown_account (account_id)")


def test_an_accounts_statement_is_the_one_that_it_sees_itself(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    leased(hand, hall, acme, region="qingyang", hours=3)
    for span in ("", " --from yesterday", " --month 2020-01"):
        own, seen = (
            hand.types(f"statement{span}", acme),
            hand.types(f"operator account statement {acme}{span}", "operator"),
        )
        assert (own.exit_code, seen.output) == (0, own.output)
    assert hand.reads(f"operator account statement {acme}", "operator")["closing"]["escrow"] != "0.00"
    both = hand.types(f"operator account statement {acme} --month 2020-01 --from yesterday", "operator")
    assert (both.exit_code, "not both" in both.output) == (2, True)


def test_leases_of_everybody_by_party_market_and_state(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    lease_id = leased(hand, hall, acme, region="horinger", hours=3)["lease_id"]
    for which in (f"--account {hall}", f"--account {acme} --state running", "--limit 1"):
        (found,) = hand.reads(f"operator leases {which}", "operator")["items"]
        assert found["lease_id"] == lease_id
        assert row(hand.types(f"operator leases {which}", "operator").output, lease_id)[0] == lease_id
    chip = found["chip"]
    assert lease_id in hand.types(f"operator leases --region horinger --chip {chip}", "operator").output
    assert hand.types(f"operator leases --account {acme} --state ended", "operator").output == "no leases\n"
    assert hand.types("operator leases --region horinger", "operator").stderr.startswith("missing_field (chip)")


def test_a_lease_of_others_is_shown_as_its_parties_see_it(hand: Hand) -> None:
    hall, acme, other = hand.joins("provider", "10000"), hand.joins("buyer", "10000"), hand.joins("buyer", "1000")
    lease_id = leased(hand, hall, acme, region="zhongwei", hours=3)["lease_id"]
    for asked in ("show", "statement"):
        seen = hand.types(f"operator lease {asked} {lease_id}", "operator")
        assert (seen.exit_code, seen.output) == (0, hand.types(f"lease {asked} {lease_id}", acme).output)
        assert hand.types(f"operator lease {asked} {lease_id}", other).stderr.startswith("scope_missing")
