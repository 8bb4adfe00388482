"""A change that is no order may have been made when its answer is lost: that is told, and how not to make it twice."""

import json
import re
import socket
from pathlib import Path

import pytest

from tests.cli.hand import Hand
from tests.cli.lossy import lossy
from tests.cli.terminal import Terminal

LOOK = "It may have been done all the same: look before you send it again.\n"
SEEDS = Path(__file__).parents[2] / "seeds"
CHANGING = ("POST ", "PATCH ", "DELETE ")


def available(hand: Hand, account: str) -> str:
    return str(hand.reads("account", account)["available"])


def test_a_deposit_is_made_once_by_the_id_that_is_told(hand: Hand) -> None:
    acme = hand.joins("buyer", "10")
    deposit = f"operator deposit {acme} 5"
    with lossy(hand.url, lambda line: line.startswith("POST /v1/operator/deposits ")) as way:
        said = hand.types(deposit, "operator", LEASEBOOK_URL=way.url)
        told = hand.types(f"{deposit} --json", "operator", LEASEBOOK_URL=way.url)
    assert (said.exit_code, told.exit_code) == (1, 1)
    assert available(hand, acme) == "20.00"

    assert said.stderr.startswith(f"No answer came from {way.url} (")
    assert "It may have been done all the same. The same command with `--id " in said.stderr
    assert said.stderr.count("\n") == 1
    (first,) = re.findall("`--id (.+?)` never does it twice", said.stderr)
    problem = json.loads(told.stdout)
    assert (problem["code"], problem["outcome"], problem["retryable"]) == ("no_answer", "unknown", True)
    assert f"`--id {problem['idempotency_key']}`" in problem["detail"]

    for once in (first, problem["idempotency_key"]):
        assert hand.types(f"{deposit} --id {once}", "operator").exit_code == 0
    assert available(hand, acme) == "20.00"


@pytest.mark.parametrize(
    "command",
    ["account create {name} --role buyer", "key create {acme} --scope read", "relate {name} other --reason known"],
)
def test_what_operators_change_takes_an_id(hand: Hand, command: str) -> None:
    acme = hand.joins("buyer", "10")
    typed = f"operator {command.format(acme=acme, name=f'new-{acme}')} --id once-{acme}"
    first, again = hand.reads(typed, "operator"), hand.reads(typed, "operator")
    assert again == first


def test_what_goes_without_a_key_is_to_be_looked_at_first(hand: Hand) -> None:
    acme = hand.joins("buyer", "10")
    bid_id = hand.reads("buy wuhu t4 1 --for 1h --price 2", acme)["bid"]["bid_id"]
    changes = (
        (f"amend {bid_id} --price 1.50", acme),
        (f"cancel {bid_id}", acme),
        ("clock advance 1s", "operator"),
        (f"operator programmes {SEEDS / 'programmes.toml'}", "operator"),  # several changes, so no key is theirs
    )
    with lossy(hand.url, lambda line: line.startswith(CHANGING)) as way:
        for command, who in changes:
            said = hand.types(command, who, LEASEBOOK_URL=way.url)
            assert said.exit_code == 1
            assert said.stderr.startswith(f"No answer came from {way.url} (")
            assert said.stderr.endswith(LOOK)
        told = json.loads(hand.types("clock advance 1s --json", "operator", LEASEBOOK_URL=way.url).stdout)
    assert (told["outcome"], told["retryable"], told["idempotency_key"]) == ("unknown", False, None)
    (bid,) = hand.reads("orders", acme)["bids"]
    assert (bid["state"], bid["alternatives"][0]["price"]) == ("canceled", "1.50")


def test_a_lease_is_started_once_and_the_same_totals_count_once(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "1000")
    hand.reads("sell qingyang p100 1 --price 2 --for 1d", hall)
    (lease,) = hand.reads("buy qingyang p100 1 --for 2h --price 2 --no-vouchers", acme)["leases"]
    start = f"lease start {lease['lease_id']} --access {{}}"
    with lossy(hand.url, lambda line: line.startswith("GET /v1/stream ")) as way:
        assert hand.types(start, hall, LEASEBOOK_URL=way.url).stderr.endswith(LOOK)
        assert hand.types(start, hall).stderr.startswith("lease_started")
        hand.waits_until(lease["start"], 1800)
        meter = f"lease meter {lease['lease_id']} --through {hand.reads('time')['now']} --delivered 0.5 --used 0.5"
        said = hand.types(meter, hall, LEASEBOOK_URL=way.url)
        told = json.loads(hand.types(f"{meter} --json", hall, LEASEBOOK_URL=way.url).stdout)
    assert "the same totals reported again for the same instant count once" in said.stderr
    assert (told["outcome"], told["retryable"]) == ("unknown", True)
    assert hand.types(meter, hall).exit_code == 0
    assert hand.reads(f"lease show {lease['lease_id']}", acme)["delivered"] == "0.5"


def test_what_never_reached_a_market_and_what_changes_nothing_is_in_no_doubt(hand: Hand) -> None:
    acme = hand.joins("buyer", "10")
    for url in ("http://127.0.0.1:1", "http://nosuch.invalid", "nowhere"):
        said = hand.types(f"operator deposit {acme} 5", "operator", LEASEBOOK_URL=url)
        assert said.stderr.startswith(f"No market answers at {url} (")
        assert "Start one with" in said.stderr
    with lossy(hand.url, lambda line: line.startswith((*CHANGING, "GET /v1/account "))) as way:
        for command in (
            "account",
            "quote wuhu t4 1 --for 1h --price 2",
            f"operator block {acme} --reason x --preview",
        ):
            told = hand.types(f"{command} --json", "operator", LEASEBOOK_URL=way.url)
            assert json.loads(told.stdout)["detail"].startswith("No market answers at")
            assert "idempotency_key" not in told.stdout


def test_whoever_waits_no_longer_is_told_too(hand: Hand) -> None:
    acme = hand.joins("buyer", "10")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        known = {"LEASEBOOK_URL": url, "LEASEBOOK_KEY": hand.key("operator"), "COLUMNS": "400"}
        with Terminal(f"operator deposit {acme} 5", known, columns=400) as terminal:
            connection, _ = silent.accept()
            with connection:
                connection.recv(4096)
                terminal.interrupt()
                terminal.reads_until("It may have been done all the same. The same command with `--id ")
                terminal.reads_until("` never does it twice.")
                assert terminal.ends() == 130
