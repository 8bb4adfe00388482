"""What costs something is shown first and asked about; where nobody can answer, it needs --yes."""

import re

import pytest

from gateway.cli import session
from tests.cli.hand import Hand
from tests.cli.terminal import Terminal
from tests.cli.test_main_job import row


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    monkeypatch.setattr(session, "at_a_terminal", lambda: True)


@pytest.mark.parametrize("command", ["buy wuhu t4 1 --for 1h --price 2", "sell wuhu t4 1 --price 2 --for 1d"])
def test_without_a_terminal_and_without_yes_nothing_is_done(hand: Hand, command: str) -> None:
    acme = hand.joins("buyer", "10")
    for line, why in ((command, "no terminal to ask at"), (f"{command} --json", "with --json nothing is asked")):
        refused = hand.types(line, acme, says="y\n")
        assert (refused.exit_code, why in refused.stderr, "--yes" in refused.stderr) == (2, True, True), refused.stderr
    assert hand.reads("orders", acme) == {"bids": [], "asks": []}


def test_a_purchase_is_shown_all_in_and_made_after_a_yes(hand: Hand, somebody: None) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "1000")
    hand.reads("sell shandong l40s 8 --price 3.00 --for 3d", hall)
    wish = "shandong l40s 10 --for 6h --price 3.50 --no-vouchers"
    quoted = hand.reads(f"quote {wish}", acme)
    no = hand.types(f"buy {wish}", acme, says="\n")
    assert no.exit_code == 1
    assert "8 of 10 chips now, 2 missing" in no.stdout
    assert f"{quoted['total']} CNY = 144.00 cost + 0.72 fee" in no.stdout
    assert f"{quoted['held']} CNY would be held" in no.stdout
    assert "at most 3.50 CNY per chip-hour" in no.stdout
    assert re.search(r"start +now to 20\d\d-\d\d-\d\d \d\d:\d\d UTC.*, for 6h", no.stdout)
    assert quoted["rest"]["changes"][0]["detail"] in no.stdout
    assert no.stdout.rstrip().endswith("Buy? [y/N]:")
    assert no.stderr == "Nothing was done.\n"
    unsure = hand.types(f"buy {wish}", acme, says="perhaps\nno\n")
    assert (unsure.exit_code, unsure.stdout.count("[y/N]")) == (1, 2)
    assert hand.reads("orders", acme)["bids"] == []
    yes = hand.types(f"buy {wish}", acme, says="yes\n")
    assert yes.exit_code == 0
    (lease,) = hand.reads("leases", acme)["items"]
    assert lease["cost"] == quoted["cost"]
    assert row(yes.stdout, lease["lease_id"])
    poor = hand.types("buy shandong l40s 500 --for 7d --price 3.50", acme, says="y\n")
    assert (poor.exit_code, "[y/N]" in poor.stdout) == (1, False)
    assert poor.stderr == "The account has not enough for it. Nothing was ordered.\n"
    assert hand.types("buy shandong nothing 8 --for 1h --price 1", acme, says="y\n").stderr.startswith("unknown_chip")


def test_a_sale_shows_the_bond_that_it_takes(hand: Hand, somebody: None) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    hand.reads("buy wuxi a10 2 --for 6h --price 2.20 --no-vouchers", acme)
    offer = "sell wuxi a10 16 --price 2.10 --for 3d --lot 2 --site hall-9"
    no = hand.types(offer, hall, says="n\n")
    assert (no.exit_code, no.stderr) == (1, "Nothing was done.\n")
    assert "2,419.20 CNY if all of it is leased, less 24.192 of fee" in no.stdout
    assert "40.32 CNY, 10,000.00 available: enough" in no.stdout
    assert "in lots of 2, for 1h or longer" in no.stdout
    assert "2.20 for 6h: would trade at once" in no.stdout
    hand.types(offer, hall, says="y\n")
    (ask,) = hand.reads("orders", hall)["asks"]
    assert ask["bond"] == "40.32"
    assert [lease["price"] for lease in hand.reads("leases", acme)["items"]] == ["2.20"]
    assert "not enough" in hand.types("sell wuxi a10 9000 --price 90 --for 3d", hall, says="n\n").stdout
    wrong = hand.types("sell wuxi a10 16 --price x --for 3d", hall, says="y\n")
    assert (wrong.exit_code, "--price" in wrong.stderr) == (2, True)


def test_a_resale_shows_what_is_given_up(hand: Hand, somebody: None) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    hand.reads("sell hangzhou asc-910c 8 --price 5.00 --for 3d", hall)
    (lease,) = hand.reads("buy hangzhou asc-910c 8 --for 1d --price 5.00", acme)["leases"]
    no = hand.types(f"resell {lease['lease_id']} --chips 4 --from +2h --until +8h --price 5.50", acme, says="n\n")
    assert f"Resell 4 of the 8 chips of {lease['lease_id']}, asc-910c in hangzhou" in no.stdout
    assert "132.00 CNY if all of it is leased, less 1.32 of fee" in no.stdout
    assert "120.00 CNY: what this part costs you at 5.00" in no.stdout
    if lease["programme"]:
        assert f"{lease['programme']}'s on this part, {lease['subsidy']} CNY at most, goes back" in no.stdout
    hand.types(f"resell {lease['lease_id']} --price 5.50", acme, says="y\n")
    (ask,) = hand.reads("orders", acme)["asks"]
    assert (ask["quantity"], ask["lot"], ask["end"], ask["lease_id"]) == ("8", "8", lease["end"], lease["lease_id"])
    assert hand.types("resell lease-999999 --price 5.50", acme, says="y\n").stderr.startswith("unknown_lease")


def test_a_release_shows_what_stays_owed(hand: Hand, somebody: None) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    hand.reads("sell guian mtx-c500 8 --price 5.00 --for 3d --take-or-pay 0.75", hall)
    (lease,) = hand.reads("buy guian mtx-c500 8 --for 1d --price 5.00 --no-vouchers", acme)["leases"]
    release = f"lease release {lease['lease_id']}"
    no = hand.types(release, acme, says="n\n")
    assert (no.exit_code, no.stderr) == (1, "Nothing was done.\n")
    assert "720.00 CNY at once, and the fee on it: the take-or-pay is 0.75" in no.stdout
    assert row(no.stdout, "comes")[2:4] == ["240.00", "CNY,"]
    assert hand.reads(f"lease show {lease['lease_id']}", acme)["state"] == "scheduled"
    hand.types(release, acme, says="y\n")
    released = hand.reads(f"lease show {lease['lease_id']}", acme)
    assert (released["earned"], released["refunded"]) == ("720.00", "240.00")
    assert hand.types(release, acme, says="y\n").stderr.startswith("lease_over"), "nothing is left to ask about"


def test_in_a_real_terminal_the_question_waits_and_ctrl_c_is_a_no(hand: Hand) -> None:
    acme = hand.joins("buyer", "100")
    known = {"LEASEBOOK_URL": hand.url, "LEASEBOOK_KEY": hand.key(acme)}
    with Terminal("buy wuhu t4 1 --for 1h --price 2", known) as terminal:
        assert "0 of 1 chip now, 1 missing" in terminal.reads_until("Buy? [y/N]: ")
        terminal.interrupt()
        terminal.reads_until("Aborted!")
        assert terminal.ends() == 1
    with Terminal("buy wuhu t4 1 --for 1h --price 2", known) as terminal:
        terminal.reads_until("Buy? [y/N]: ")
        terminal.types("y\n")
        terminal.reads_until("resting")
        assert terminal.ends() == 0
    assert len(hand.reads("orders", acme)["bids"]) == 1
