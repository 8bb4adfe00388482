"""The drill: back up while the market trades, lose it, restore it elsewhere; and servers that share a database."""

import json
import re
import signal
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from gateway.__main__ import leasebook as command
from tests.cli.hand import Hand
from tests.cli.server import Server, leasebook, running

SANDBOX = ("serve", "--sandbox", "--speed", "0")


def typed(line: str) -> Result:
    return CliRunner().invoke(command, line.split(), catch_exceptions=False)


def read(line: str) -> Any:
    """The JSON that a command prints; it must have gone well."""
    result = typed(f"{line} --json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def trade(hand: Hand) -> str:
    """A lease between two new accounts; the buyer's name."""
    provider, buyer = hand.joins("provider", "100000"), hand.joins("buyer", "100000")
    hand.reads("sell hangzhou h800-sxm 8 --for 7d --price 14.00 --lot 8", provider)
    hand.reads("buy hangzhou h800-sxm 8 --for 2h --price 15.00", buyer)
    return buyer


def test_the_drill(tmp_path: Path) -> None:
    lost, found, file = tmp_path / "lost", tmp_path / "found", tmp_path / "market.backup"
    with running(lost, *SANDBOX, "--snapshot-every", "60") as server:
        hand = Hand(server.url, server.key(), tmp_path)
        first = trade(hand)
        early = hand.reads("operator check", "operator")
        second = trade(hand)
        said = next(line for line in server.log() if "command" not in json.loads(line))
        assert json.loads(said)["event"] == "snapshot taken", "after what the operator has done"
        made = read(f"backup {file} --data-dir {lost}")
        assert made["seq"] > early["seq"]
        assert "stop it first" in typed(f"rebuild --data-dir {lost}").stderr.lower()
        now = hand.reads("operator check", "operator")
        look_back(lost, early, first, second)
        hand.reads(f"operator deposit {first} 1", "operator")
        server.process.kill()

    verdict = read(f"verify --data-dir {lost}")
    assert (verdict["differences"], verdict["seq"]) == ([], now["seq"] + 1)
    assert verdict["checked_snapshots"] > 0

    restored = read(f"restore {file} --data-dir {found}")
    assert restored["rebuilt"]["digest"] == now["digest"]
    assert read(f"verify --data-dir {found}")["digest"] == now["digest"]
    told = typed(f"backup {tmp_path / 'again.backup'} --data-dir {found}").stdout
    assert re.search(rf"^last seq +{made['seq']} *$", told, re.MULTILINE), "what `replay --until` is to be told"
    assert "holds a market already" in typed(f"restore {file} --data-dir {found}").stderr

    with running(found, *SANDBOX) as again:
        assert "a snapshot of seq" in again.history
        assert Hand(again.url, again.key(), tmp_path).reads("operator check", "operator")["digest"] != now["digest"]


def look_back(data_dir: Path, early: Any, first: str, second: str) -> None:
    """The market as it was when only the first buyer was there."""
    past = read(f"replay --data-dir {data_dir} --until {early['seq']}")
    assert (past["digest"], past["now"]) == (early["digest"], early["now"])
    accounts = {account["account_id"] for account in past["accounts"]}
    assert first in accounts
    assert second not in accounts
    drawn = typed(f"replay --data-dir {data_dir} --until {early['seq']} --account {first}").stdout
    assert "bid-1" in drawn
    assert "lease-1" in drawn
    assert typed(f"replay --data-dir {data_dir} --until 999999").stderr.startswith("The journal ends at seq")


def test_upkeep_without_a_market_says_so(tmp_path: Path) -> None:
    for line in ("verify", "rebuild", "snapshot", "replay --until 1", f"backup {tmp_path / 'file'}"):
        result = typed(f"{line} --data-dir {tmp_path / 'none'}")
        assert result.exit_code == 1
        assert result.stderr.startswith("There is no market in ")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_was_stopped_cannot_write_after_its_successor(database_url: str, tmp_path: Path) -> None:
    words = (*SANDBOX, "--database-url", database_url)
    with running(tmp_path, *words) as first:
        refused = leasebook(*words, "--port", "0", "--data-dir", str(tmp_path))
        assert refused.returncode == 1
        assert refused.stderr.startswith("Another Leasebook server has this database open")
        assert "--take-over" in refused.stderr
        first.process.send_signal(signal.SIGSTOP)
        with running(tmp_path, *words, "--take-over") as second:
            deposit(second, tmp_path)
            before = audited(second, tmp_path)
            first.process.send_signal(signal.SIGCONT)
            assert (
                Hand(first.url, first.key(), tmp_path).types("operator deposit operator 1", "operator").exit_code == 1
            )
            assert first.process.wait(10) == 1
            assert first.errors().splitlines()[-1].startswith("Another server has taken over this journal")
            assert audited(second, tmp_path) == before
            deposit(second, tmp_path)
            assert second.end(signal.SIGTERM) == 0
    embedded = leasebook(*SANDBOX, "--take-over", "--port", "0", "--data-dir", str(tmp_path))
    assert embedded.stderr.startswith("--take-over is for a database named by --database-url")


def deposit(server: Server, folder: Path) -> None:
    Hand(server.url, server.key(), folder).reads("operator deposit operator 1", "operator")


def audited(server: Server, folder: Path) -> Any:
    return Hand(server.url, server.key(), folder).reads("operator check", "operator")
