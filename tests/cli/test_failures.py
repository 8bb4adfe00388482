"""What goes wrong is said in one line that names the thing, with exit code 1 and without a traceback."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

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


def test_no_server_is_no_traceback(hand: Hand) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = hand.types("time", LEASEBOOK_URL=url)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"No market answers at {url} (connection refused)")


def test_a_bad_duration_is_refused_with_what_would_do(hand: Hand) -> None:
    result = hand.types("buy wuhu t4 1 --for 3x --price 2", "operator")
    assert result.exit_code == 2
    assert '"24h" or "7d"' in result.stderr


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
