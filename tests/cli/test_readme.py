"""The lease that the README makes by hand, and its two programs, line by line as printed there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.hand import Hand
from tests.cli.server import Server, environment, running

README = Path(__file__).parents[2] / "README.md"


def printed(name: str, language: str) -> str:
    """What stands in a part of the README in a language."""
    text = README.read_text(encoding="utf-8")
    part = text[text.index(f"<!-- {name}: begin -->") : text.index(f"<!-- {name}: end -->")]
    return "".join(re.findall(rf"```{language}\n(.*?)```", part, re.DOTALL))


def test_the_lease_made_by_hand_is_made_as_printed(tmp_path: Path) -> None:
    data_dir = tmp_path / "var" / "hand"
    with running(data_dir, "serve", "--sandbox", "--speed", "0") as server:
        # Only the port differs: the README's may be taken.
        typed = printed("by hand", "sh").replace("http://127.0.0.1:8390", server.url)
        assert server.url in typed
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", typed],
            cwd=tmp_path,
            env={**environment(), "PATH": path, "COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert '"state":"filled"' in done.stdout.replace(" ", "")
    assert '"ssh": "ssh acme@10.0.0.8"' in done.stdout
    assert "112.00 earned, 112.00 refunded, 0.00 in escrow" in done.stdout
    assert "27.972 CNY" in done.stdout  # a quarter of the hour that nobody reported, but for the allowance
    assert "All books agree." in done.stdout


@contextmanager
def program(name: str, most_lines: int, server: Server, key: str) -> Iterator["subprocess.Popen[str]"]:
    """One of the README's programs, as printed, while the context is open."""
    source = printed(name, "python")
    assert len(source.splitlines()) <= most_lines
    known = {**environment(), "LEASEBOOK_URL": server.url, "LEASEBOOK_KEY": key, "PYTHONPATH": str(README.parent)}
    command = [sys.executable, "-u", "-W", "error", "-c", source]
    with subprocess.Popen(command, env=known, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def line(running: "subprocess.Popen[str]") -> str:
    """The next line that a program prints; what went wrong, when it prints no more."""
    assert running.stdout is not None
    assert running.stderr is not None
    said = running.stdout.readline()
    assert said, running.stderr.read()
    return said.rstrip("\n")


def test_the_two_programs_trade_hand_over_and_meter_as_printed(server: Server, hand: Hand) -> None:
    provider, buyer = hand.joins("provider", "100000"), hand.joins("buyer", "100000")
    with program("provider", 40, server, hand.key(provider)) as selling:
        offered = line(selling)
        with program("buyer", 20, server, hand.key(buyer)) as buying:
            assert line(buying) == "all in 191.52 CNY"  # 224.00 and 1.12 of fee, less a voucher of 33.60
            lease_id, access = line(buying).split(" ", 1)
            assert access == f'{{"ssh":"ssh {buyer}@10.0.0.8"}}'
            assert buying.wait() == 0
    start = hand.reads(f"lease show {lease_id}", buyer)["start"]
    with program("provider", 40, server, hand.key(provider)) as selling:
        assert line(selling) == offered
        for hours in (1, 2):
            hand.waits_until(start, hours * 3600 + 100)
            assert line(selling) == f"metered {lease_id} {hours * 8}"
    lease = hand.reads(f"lease show {lease_id}", buyer)
    assert (lease["delivered"], lease["used"]) == ("16", "16")
