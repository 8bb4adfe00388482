"""The console's files, without a browser: small, complete in both languages, and asking nobody else for anything."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from gateway import requests_money, schema
from gateway.documents.pages import CONSOLE, CONSOLE_FILES

FILES = sorted(CONSOLE.iterdir())
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_small_and_self_contained(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    assert max(map(len, text.splitlines())) <= 120
    assert "://" not in text.replace(NAMESPACE, "").replace("}://${location.host}", "")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", text)
    for name in re.findall(r'(?:from |src="|href=")"?/console/([a-z_.]+)', text):
        assert name in CONSOLE_FILES, name


def test_the_two_languages_have_the_same_words_and_all_that_are_asked_for() -> None:
    english, chinese = (
        re.findall(r'(?:^|[ ,])"?([a-z_-]+)"?:\s*"', (CONSOLE / f"words_{name}.js").read_text("utf-8"), re.MULTILINE)
        for name in ("en", "zh")
    )
    assert english == chinese
    assert len(set(english)) == len(english)
    code = "".join(path.read_text("utf-8") for path in CONSOLE.glob("*.js") if not path.name.startswith("words"))
    asked = set(re.findall(r'\bt\("([^"]+)"', code))
    families: dict[str, Any] = {
        "state": schema.MarketState, "lease": schema.LeaseState, "flag": requests_money.FlagKind, "role": schema.Role,
    }  # fmt: skip
    asked |= {f"{family}_{name}" for family, names in families.items() for name in get_args(names)}
    assert len(asked) > 200
    assert asked - set(english) == set()
