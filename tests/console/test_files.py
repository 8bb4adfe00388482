"""The console's files, without a browser: small, complete in both languages, and asking nobody else for anything."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest

from exchange.core.ledger.chart import AVAILABLE, BOND, ESCROW, HELD
from exchange.core.vouchers.subsidy import POOL, RATE
from exchange.language.commands import CAP_SCOPES, DefineRegion
from exchange.language.events import LEASE_REASONS, TRANSFER_REASONS
from exchange.language.events_operator import ACTIONS, PROPOSAL_STATES, WAITING
from exchange.projections.index import GRADES
from exchange.projections.leases import PERIOD_STATES
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from gateway import requests_money, schema
from gateway.answers_brakes import Effects, Hits
from gateway.documents.pages import CONSOLE, CONSOLE_FILES

FILES = sorted(CONSOLE.iterdir())
CODE = "".join(path.read_text("utf-8") for path in FILES if path.suffix == ".js" and "_" not in path.stem)
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


def words(language: str) -> list[str]:
    """The keys of all words of a language, in their order."""
    texts = ((CONSOLE / f"{name}_{language}.js").read_text("utf-8") for name in ("words", "codes"))
    return [key for text in texts for key in re.findall(r'(?:^|[ ,])"?([a-z_-]+)"?:\s*"', text, re.MULTILINE)]


def listed(module: str, name: str) -> set[str]:
    """The strings of a list that a module begins with."""
    found = re.search(rf"^const {name} = \[(.*?)\];", (CONSOLE / module).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None, f"{module} has no {name}"
    return set(re.findall(r'"([^"]*)"', found[1])) - {""}


def families() -> dict[str, Iterable[str]]:
    """What a word is made for out of a code, by what such words begin with: from the server's own closed lists."""
    return {
        "act": ACTIONS,
        "bound": ("", RATE, *CAP_SCOPES, POOL),
        "effect": Effects.__struct_fields__,
        "ended": LEASE_REASONS,
        "event": PERIOD_STATES,
        "flag": get_args(requests_money.FlagKind),
        "grade": [grade for grade, _ in GRADES],
        "hit": Hits.__struct_fields__,
        "hours": re.findall(r'hours\("([a-z]+)"\)', CODE),
        "hub": {command.hub for command in load_seeds(default_seeds_dir()) if isinstance(command, DefineRegion)},
        "lease": get_args(schema.LeaseState),
        "moved": TRANSFER_REASONS,
        "period": PERIOD_STATES,
        "pool": re.findall(r'"([a-z]+)", "[a-z]+-fill"', (CONSOLE / "vouchers.js").read_text("utf-8")),
        "proposal": PROPOSAL_STATES,
        "purse": (AVAILABLE, HELD, ESCROW, BOND),
        "role": get_args(schema.Role),
        "side": ("bid", "ask"),
        "state": (*get_args(schema.MarketState), "stopped", "unreachable"),
        "sync": re.findall(r'sync(?: =|:) "([a-z]+)"', (CONSOLE / "stream.js").read_text("utf-8")),
        "taker": ("bid", "ask"),
        "view": {
            name or "map" for name in re.findall(r'names: \["([a-z]*)"', (CONSOLE / "views.js").read_text("utf-8"))
        },
    }


def test_the_two_languages_have_the_same_words_and_all_that_are_asked_for() -> None:
    english = words("en")
    assert english == words("zh")
    assert len(set(english)) == len(english)
    asked = set(re.findall(r'\bt\("([^"]+)"', CODE))
    assert len(asked) > 200
    assert asked - set(english) == set()


def test_every_code_of_the_servers_has_its_word() -> None:
    known = families()
    assert set(re.findall(r"`([a-z]+)_\$\{", CODE) + re.findall(r'\bword\("([a-z]+)",', CODE)) == set(known)
    empty = [family for family, names in known.items() if not names]
    assert not empty, "they were looked for in the wrong place"
    assert {f"{family}_{name}" for family, names in known.items() for name in names} - set(words("en")) == set()


def test_what_is_chosen_from_is_all_that_there_is() -> None:
    assert listed("audit.js", "ACTIONS") == set(ACTIONS)
    assert listed("brakes.js", "CLOSED") == set(PROPOSAL_STATES) - {WAITING}
    assert listed("watch.js", "KINDS") == set(get_args(requests_money.FlagKind))
    assert listed("leases.js", "STATES") == set(get_args(schema.LeaseState))
    assert listed("actions.js", "STATES") == set(get_args(schema.MarketState))
