"""Somebody at a terminal: types commands to one server and reads what they print."""

import itertools
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from exchange.language.instants import parse_instant
from gateway.__main__ import leasebook

_NUMBERS = itertools.count(1)
_COSTLY = ("buy ", "sell ", "resell ", "lease release ")
ACCOUNT_SCOPES = {"buyer": ("read", "trade"), "provider": ("read", "provide")}


class Hand:
    """`types` gives the result of a command, `reads` its JSON."""

    def __init__(self, url: str, operator_key: str, folder: Path) -> None:
        self.url = url
        self._runner = CliRunner()
        self._keys = {"operator": operator_key}
        self.folder = folder

    def types(self, line: str, by: str = "", says: str | None = None, **env: str) -> Result:
        """Run a command line by the key of an account, or none.

        What costs something is run with --yes, unless what somebody `says` at the terminal is told.
        """
        words = line.split() + ["--yes"] * (says is None and line.startswith(_COSTLY))
        known = {"LEASEBOOK_URL": self.url, "LEASEBOOK_KEY": self._keys.get(by, "")}
        return self._runner.invoke(leasebook, words, input=says, env=known | env, catch_exceptions=False)

    def reads(self, line: str, by: str = "") -> Any:
        """The JSON that a command prints; it must have gone well."""
        result = self.types(f"{line} --json", by)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def joins(self, role: str, amount: str) -> str:
        """Open an account that nobody has, with a key and money; its name."""
        name = f"{role}-{next(_NUMBERS)}"
        self.reads(f"operator account create {name} --role {role}", "operator")
        scopes = " ".join(f"--scope {scope}" for scope in ACCOUNT_SCOPES[role])
        self._keys[name] = self.reads(f"operator key create {name} {scopes}", "operator")["key"]
        self.reads(f"operator deposit {name} {amount} --reference test", "operator")
        return name

    def key(self, account_id: str) -> str:
        """The key of an account that has joined."""
        return self._keys[account_id]

    def waits_until(self, instant: str, later_s: int = 0) -> None:
        """Move the sandbox's clock to so long after an instant."""
        now_s = parse_instant(self.reads("time")["now"])
        self.reads(f"clock advance PT{parse_instant(instant) + later_s - now_s}S", "operator")
