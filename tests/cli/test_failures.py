"""What goes wrong is said in one line that names the thing, with exit code 1 and without a traceback."""

import json
import os
import re
import signal
import socket
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from gateway.client.errors import Unreachable
from gateway.client.sync import SyncClient
from tests.cli.hand import Hand
from tests.cli.server import Server, leasebook, running


def test_a_refusal_names_the_code_the_field_and_what_to_do(hand: Hand) -> None:
    acme = hand.joins("buyer", "10")
    result = hand.types("buy hangzhou h800-sxm 8 --for 1h --price 14.005", acme)
    assert result.exit_code == 1
    assert result.stderr.startswith("price_off_tick (price): ")
    assert result.stderr.count("\n") == 1
    poor = hand.types("buy hangzhou h800-sxm 8 --for 1h --price 14.00", acme)
    assert poor.stderr.startswith("insufficient_funds")
    assert hand.types("buy hangzhou nothing 8 --for 1h --price 14", acme).stderr.startswith("unknown_chip (chips")


def test_a_refusal_as_json_is_the_problem(hand: Hand) -> None:
    result = hand.types("account --json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["code"] == "unauthenticated"


@pytest.mark.parametrize("command", ["account", "sell wuhu t4 1 --price 2 --for 1d"])
def test_without_a_good_key_a_person_is_told_how_to_name_one(hand: Hand, command: str) -> None:
    assert "--key-file or LEASEBOOK_KEY" in hand.types(command).stderr
    assert "Is the key of this market?" in hand.types(command, LEASEBOOK_KEY="lbk_nobody").stderr


def test_a_key_can_come_from_a_file(hand: Hand, server: Server) -> None:
    found = hand.types(f"account --json --key-file {server.data_dir / 'operator.key'}")
    assert json.loads(found.stdout)["account_id"] == "operator"
    lost = hand.types(f"account --key-file {hand.folder / 'none.key'}")
    assert lost.exit_code == 2
    assert "none.key" in lost.stderr


def test_a_key_file_that_is_typed_counts_for_more_than_a_key_in_the_environment(hand: Hand, server: Server) -> None:
    acme, file = hand.joins("buyer", "10"), server.data_dir / "operator.key"
    found = hand.types(f"account --json --key-file {file}", acme)
    assert json.loads(found.stdout)["account_id"] == "operator"
    assert hand.types(f"account --key-file {hand.folder / 'none.key'}", acme).exit_code == 2
    both = hand.types(f"account --key lbk_x --key-file {file}")
    assert (both.exit_code, "not both" in both.stderr) == (2, True)


def test_a_key_of_several_lines_is_named_as_what_is_wrong(hand: Hand) -> None:
    result = hand.types("account", LEASEBOOK_KEY="lbk_one\nlbk_two")
    assert result.exit_code == 2
    assert "a key is one line" in result.stderr


def test_a_name_that_is_nearly_right_is_told_the_right_one(hand: Hand) -> None:
    acme = hand.joins("buyer", "10")
    for line in ("quote hangzou h800 8 --for 1d --price 14", "buy hangzou h800 8 --for 1d --price 14"):
        assert "Did you mean hangzhou and h800-sxm? `leasebook catalog`" in hand.types(line, acme).stderr
    assert "Did you mean beijing?" in hand.types("candles beijng h800-sxm").stderr
    strange = hand.types("candles nowhere h800-sxm").stderr
    assert "Did you mean" not in strange
    assert "`leasebook catalog` lists them" in strange


def test_a_key_that_has_ended_is_said_to_have_and_listed_so(hand: Hand) -> None:
    acme = hand.joins("buyer", "10")
    key = hand.reads(f"operator key create {acme} --scope read --expires +1h", "operator")["key"]
    assert hand.types("account", LEASEBOOK_KEY=key).exit_code == 0
    hand.reads("clock advance 2h", "operator")
    said = hand.types("account", LEASEBOOK_KEY=key).stderr
    assert said == "key_expired: The key has expired. An operator makes another: `leasebook operator key create`.\n"
    assert [line.split()[-1] for line in hand.types("key list", acme).stdout.splitlines()[2:]] == ["good", "expired"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--price 14 --latest tomorrow --within 2h", "--latest or --within"),
        ("--price 14 --gang --min-quantity 4", "--gang"),
        ("--price 14 --price-per-du 5", "--price or --price-per-du, one of them"),
        ("", "--price or --price-per-du, one of them"),
    ],
)
def test_options_that_contradict_are_refused_and_none_is_passed_over(hand: Hand, options: str, says: str) -> None:
    result = hand.types(f"quote hangzhou h800-sxm 8 --for 1d {options}", "operator")
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize(
    ("url", "why"), [("http://nosuch.invalid", "no such host is known"), ("https", "is it an http:// address?")]
)
def test_a_wrong_address_is_told_apart_from_a_server_that_is_down(hand: Hand, url: str, why: str) -> None:
    named = hand.url.replace("http", "https") if url == "https" else url
    assert why in hand.types("time", LEASEBOOK_URL=named).stderr
    with SyncClient(named, "lbk_x", retries=0) as client, pytest.raises(Unreachable, match=re.escape(why)):
        client.time()


def test_no_server_is_no_traceback(hand: Hand) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = hand.types("time", LEASEBOOK_URL=url)
        for command in ("time", "buy wuhu t4 1 --for 1h --price 2", "operator deposit acme 5"):
            told = json.loads(hand.types(f"{command} --json", LEASEBOOK_URL=url).stdout)
            assert (told["code"], told["outcome"], told["retryable"]) == ("no_answer", "rejected", True), command
    assert result.exit_code == 1
    assert result.stderr.startswith(f"No market answers at {url} (connection refused)")


@pytest.mark.parametrize("command", ["cancel 12", "amend lease-1 --price 2"])
def test_what_is_no_order_is_told_how_orders_are_named(hand: Hand, command: str) -> None:
    result = hand.types(command, "operator")
    assert result.exit_code == 2
    assert "an order is named like bid-12 or ask-7, and " in result.stderr, "not by a field that nobody has typed"


def test_a_bad_duration_is_refused_with_what_would_do(hand: Hand) -> None:
    result = hand.types("buy wuhu t4 1 --for 3x --price 2", "operator")
    assert result.exit_code == 2
    assert '"24h" or "7d"' in result.stderr


def test_a_speed_opens_no_live_market(tmp_path: Path) -> None:
    refused = leasebook("serve", "--speed", "0", "--port", "0", "--data-dir", str(tmp_path / "market"))
    assert refused.returncode == 2
    assert "add --sandbox" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_is_too_long_is_not_called_no_number(hand: Hand) -> None:
    said = hand.types(f"quote hangzhou h800-sxm {'9' * 20} --for 1d --price 14", "operator").stderr
    assert said == "bad_decimal (quantity): quantity must have at most 18 digits on each side of the point.\n"


def test_a_taken_port_is_named(server: Server, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    result = leasebook("serve", "--port", port, "--data-dir", str(tmp_path))
    assert result.returncode == 1
    assert result.stderr == f"Port {port} is in use by another program: name another one by --port.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_data_directory_has_one_server(server: Server) -> None:
    result = leasebook("serve", "--sandbox", "--port", "0", "--data-dir", str(server.data_dir))
    assert result.returncode == 1
    assert str(server.data_dir) in result.stderr
    assert "Traceback" not in result.stderr


def test_a_lost_operator_key_is_made_anew_and_a_sandbox_stays_one(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--sandbox", "--speed", "0") as first:
        assert first.history == "A new market: the catalogue is loaded."
        old, path = first.key(), tmp_path / "operator.key"
        assert path.stat().st_mode & 0o777 == 0o600
        assert first.end(signal.SIGTERM) == 0
        assert old not in first.errors()
    path.unlink()
    with running(tmp_path, "serve", "--sandbox", "--speed", "0") as second:
        assert "the digest matches" in second.history
        assert second.line() == f"A new operator key is in {path}."
        assert Hand(second.url, second.key(), tmp_path).reads("account", "operator")["account_id"] == "operator"
        assert second.key() != old
        assert second.end(signal.SIGINT) == 0
    live = leasebook("serve", "--port", "0", "--data-dir", str(tmp_path))
    assert live.returncode == 1
    assert "--sandbox" in live.stderr
    path.write_text("lbk_of-another-market", encoding="utf-8")
    strange = leasebook("serve", "--sandbox", "--port", "0", "--data-dir", str(tmp_path))
    assert strange.returncode == 1
    assert strange.stderr.startswith(f"{path} is no good key of this market")


def test_the_key_that_seals_access_data_can_be_given(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    with running(tmp_path, "serve", "--sandbox", "--speed", "0", "--access-key", key) as server:
        assert server.end(signal.SIGTERM) == 0
    assert not (tmp_path / "access.key").exists()
    bad = leasebook("serve", "--sandbox", "--port", "0", "--data-dir", str(tmp_path), "--access-key", "short")
    assert bad.returncode == 1
    assert bad.stderr.startswith("The access key must be 32 bytes")


@pytest.mark.parametrize("words", [("serve", "--sandbox", "--speed", "0"), ("demo",)], ids=["serve", "demo"])
def test_a_market_that_loses_its_database_ends_and_says_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    with running(tmp_path, *words) as server:
        hand = Hand(server.url, server.key(), tmp_path)
        os.kill(database_of(server.process.pid), signal.SIGKILL)
        # A process of the database may outlive its parent by a moment; what it still takes is durable.
        assert any(hand.types("operator deposit operator 1", "operator").exit_code == 1 for _ in range(100))
        assert server.process.wait(10) == 1
        errors = server.errors()
        assert "Traceback" not in errors
        assert "PostgreSQL" in errors.splitlines()[-1]


def database_of(server_pid: int) -> int:
    """The embedded PostgreSQL, a child of its server."""
    children = Path(f"/proc/{server_pid}/task/{server_pid}/children").read_text(encoding="ascii").split()
    (database,) = [
        int(child) for child in children if "postgres" in Path(f"/proc/{child}/cmdline").read_bytes().decode()
    ]
    return database
