"""The commands as a whole: each is found, starts without what it does not need, and is completed by shells."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete

from gateway.__main__ import leasebook
from tests.cli.hand import Hand
from tests.cli.server import environment
from tests.cli.test_main_job import row


def commands(group: click.Group, name: str) -> dict[str, click.Command]:
    """All commands below a group by what is typed for them."""
    found: dict[str, click.Command] = {}
    ctx = click.Context(group, info_name=name)
    for word in group.list_commands(ctx):
        command = group.get_command(ctx, word)
        assert command is not None, word
        found |= commands(command, word) if isinstance(command, click.Group) else {f"{name} {word}": command}
    return found


ALL = commands(leasebook, "leasebook")
TALKATIVE = {"leasebook serve", "leasebook demo", "leasebook completion"}  # what they print is for people, or a shell


def test_every_command_says_what_it_does_and_prints_json() -> None:
    for name, command in ALL.items():
        assert command.help, name
        options = {option for param in command.params for option in param.opts}
        assert ("--json" in options) is not (name in TALKATIVE), name


def test_lists_of_commands_cut_no_sentence(hand: Hand) -> None:
    for line in ("--help", "operator --help", "lease --help"):
        assert "..." not in hand.types(line, COLUMNS="80").stdout.partition("Commands:")[2]


def test_help_does_not_wait_for_what_only_sending_needs() -> None:
    look = (
        "import sys; from click.testing import CliRunner; from gateway.__main__ import leasebook;"
        "CliRunner().invoke(leasebook, ['buy', '--help'], catch_exceptions=False);"
        "print(sorted({'aiohttp', 'asyncpg', 'structlog', 'uvloop'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", look], cwd=root, env=environment(), capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def completed(*words: str) -> list[str]:
    """What stands at the end of a line once Tab is pressed."""
    *before, begun = words
    shell = BashComplete(leasebook, {}, "leasebook", "_LEASEBOOK_COMPLETE")
    return [item.value for item in shell.get_completions(before, begun)]


def test_shells_complete_commands_options_regions_and_chips(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASEBOOK_URL", hand.url)
    assert completed("re") == ["rebuild", "replay", "resell", "restore"]
    assert completed("buy", "--ear") == ["--earliest"]
    assert completed("buy", "hang") == ["hangzhou"]
    assert completed("quote", "hangzhou,shang") == ["hangzhou,shanghai"]
    assert completed("quote", "hangzhou,hang") == []
    assert completed("book", "hangzhou", "h800") == ["h800-sxm"]
    assert completed("cancel", "b") == ["bids"]
    assert completed("cancel", "bids", "--region", "hang") == ["hangzhou"]
    assert completed("operator", "market", "beij") == ["beijing"]
    for nobody in ("http://127.0.0.1:1", "nonsense"):
        monkeypatch.setenv("LEASEBOOK_URL", nobody)
        assert completed("buy", "hang") == []
    for shell in ("bash", "zsh", "fish"):
        assert "_LEASEBOOK_COMPLETE" in hand.types(f"completion {shell}").stdout
    fish = hand.types("completion fish").stdout
    assert fish.count("string split") == fish.count('string split --max 1 ","') == 1, "names have commas between them"


def test_requests_are_signed_by_a_pair_made_here(hand: Hand) -> None:
    acme, file = hand.joins("buyer", "10"), hand.folder / "acme.pem"
    made = json.loads(hand.types(f"key new {file} --json").stdout)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "is there already" in hand.types(f"key new {file}").stderr
    created = f"operator key create {acme} --scope read --expires +7d --public-key={made['public_key']}"
    key_id = hand.reads(created, "operator")["key_id"]
    signed = f"--key ed25519:{key_id}:{file}"
    assert json.loads(hand.types(f"account --json {signed}").stdout)["account_id"] == acme
    assert acme in hand.types(f"watch --from-seq 0 --count 1 {signed}").stdout
    listed = hand.types(f"key list {signed}").stdout
    assert row(listed, key_id)[1:3] == ["signed", "read"]
    for wrong in (f"ed25519:{key_id}", f"ed25519:{key_id}:{hand.folder / 'none.pem'}", "ed25519::x"):
        refused = hand.types(f"account --key {wrong}")
        assert refused.exit_code == 2, wrong


def test_limits_and_open_streams_are_shown(hand: Hand) -> None:
    acme = hand.joins("buyer", "10")
    limits = hand.reads("limits", acme)
    shown = hand.types("limits", acme).stdout
    quota = next(bucket["quota"] for bucket in limits["buckets"] if bucket["bucket"] == "trade")
    assert row(shown, "trade")[1:] == [f"{quota:,}", "4s", f"{quota:,}"]
    assert row(shown, "POST /v1/quotes")[2:4] == ["read", "10"]
    assert "GET /v1/time" not in shown
    assert "GET /v1/time" in hand.types("limits --calls", acme).stdout
    assert hand.types("operator sessions", "operator").exit_code == 0
    assert hand.reads("operator sessions", "operator")["cursor"] is None
    assert hand.types("operator sessions", acme).stderr.startswith(("scope_missing", "forbidden"))
