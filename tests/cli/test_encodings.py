"""Other encodings than UTF-8: what is typed in them is refused before it is sent, what is shown is shown in part."""

import os
import subprocess
import sys

import pytest

from tests.cli.hand import Hand
from tests.cli.server import environment

NOWHERE = "http://127.0.0.1:1"
GBK = os.fsdecode(b"\xd6\xd0")  # as Python hands on what it cannot read


@pytest.mark.parametrize(
    ("line", "where"),
    [
        (f"operator halt --region hangzhou --reason {GBK} --yes", "--reason"),
        (f"cancel bid-{GBK}", "ORDER"),
        (f"book hangzhou {GBK} --once", "CHIP"),
        (f"buy hangzhou,{GBK} t4 1 --for 1d --price 90", "REGIONS"),
        (f"sell wuhu t4 1 --for 1d --price 90 --site {GBK}", "--site"),
        (f'lease start lease-1 --access {{"a":"{GBK}"}}', "--access"),
        (f"account --key lbk_{GBK}", "--key"),
        (f"account --url http://{GBK}", "--url"),
    ],
)
def test_what_is_no_text_is_not_sent(hand: Hand, line: str, where: str) -> None:
    result = hand.types(line, "operator", LEASEBOOK_URL=NOWHERE)
    assert result.exit_code == 2
    assert where in result.stderr
    assert r"\udcd6\udcd0" in result.stderr
    assert "is not UTF-8 text" in result.stderr


def test_the_name_of_a_file_may_be_any_bytes(hand: Hand) -> None:
    file = hand.folder / f"{GBK}.key"
    file.write_text(hand.key("operator"), encoding="ascii")
    assert hand.types(f"account --key-file {file}").exit_code == 0


@pytest.mark.parametrize(
    "known",
    [{"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["latin-1", "POSIX"],
)
def test_what_cannot_be_shown_is_replaced(hand: Hand, known: dict[str, str]) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        env = environment() | known | {"LEASEBOOK_URL": hand.url}
        return subprocess.run([sys.executable, "-m", "gateway", *words], capture_output=True, env=env, check=False)

    shown = run("catalog")
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"? per hour" in shown.stdout  # 度
    assert "杭州" in run("catalog", "--json").stdout.decode()  # which is UTF-8 whatever the terminal is
