"""The lease that the README makes by hand, line by line as printed there."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.cli.server import environment, running

README = Path(__file__).parents[2] / "README.md"


def script() -> str:
    """What the README tells to type in the second terminal."""
    text = README.read_text(encoding="utf-8")
    part = text[text.index("<!-- by hand: begin -->") : text.index("<!-- by hand: end -->")]
    return "".join(re.findall(r"```sh\n(.*?)```", part, re.DOTALL))


def test_the_lease_made_by_hand_is_made_as_printed(tmp_path: Path) -> None:
    data_dir = tmp_path / "var" / "hand"
    with running(data_dir, "serve", "--sandbox", "--speed", "0") as server:
        # Only the port differs: the README's may be taken.
        typed = script().replace("http://127.0.0.1:8390", server.url)
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
    assert "{'ssh': 'ssh acme@10.0.0.8'}" in done.stdout
    assert "112.00 earned, 112.00 refunded, 0.00 in escrow" in done.stdout
    assert "27.972 CNY" in done.stdout  # a quarter of the hour that nobody reported, but for the allowance
    assert "All books agree." in done.stdout
