"""Names of regions and chip types as they are typed, one or several, and completed by the shell from the catalogue.

Whoever presses Tab waits half a second at most; a server that does not answer by then completes nothing.
"""

import os
import threading
from collections.abc import Sequence
from typing import Any, Final, Literal

import click
import msgspec
from click.shell_completion import CompletionItem

from gateway import answers
from gateway.cli.session import DEFAULT_URL

Kind = Literal["region", "chip"]

_PATIENCE_S: Final = 0.5


class NameType(click.ParamType[str]):
    """The name of a region or a chip type; whether there is such a one is the market's to say."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.name = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it is."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Those that begin so."""
        return [CompletionItem(name) for name in known(ctx, self._kind) if name.startswith(incomplete)]


class NamesType(click.ParamType[tuple[str, ...]]):
    """Names with commas between them."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.name = f"{kind}[,{kind}…]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names, in order."""
        if isinstance(value, tuple):
            return value
        return tuple(name for part in str(value).split(",") if (name := part.strip()))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """What was typed with its last name completed, by those that are not among the others."""
        before, comma, begun = incomplete.rpartition(",")
        fitting = (name for name in known(ctx, self._kind) if name.startswith(begun) and name not in before.split(","))
        return [CompletionItem(f"{before}{comma}{name}") for name in fitting]


def known(ctx: click.Context, kind: Kind) -> Sequence[str]:
    """The names in the catalogue of the market that is meant; none when it does not tell them in time."""
    url = ctx.params.get("url") or os.environ.get("LEASEBOOK_URL") or DEFAULT_URL
    found: list[str] = []
    if not str(url).startswith(("http://", "https://")):
        return ()
    asking = threading.Thread(target=_ask, args=(url, kind, found), daemon=True)
    asking.start()
    asking.join(_PATIENCE_S)
    return tuple(found)


def _ask(url: str, kind: Kind, found: list[str]) -> None:
    import urllib3  # noqa: PLC0415 - what commands themselves have no use for

    try:
        answer = urllib3.request("GET", f"{url.rstrip('/')}/v1/catalog", timeout=_PATIENCE_S, retries=False)
        catalog = msgspec.json.decode(answer.data, type=answers.Catalog)
    except (urllib3.exceptions.HTTPError, msgspec.DecodeError, ValueError):
        return
    found += [one.region for one in catalog.regions] if kind == "region" else [one.chip for one in catalog.chips]


REGION: Final = NameType("region")
CHIP: Final = NameType("chip")
REGIONS: Final = NamesType("region")
CHIPS: Final = NamesType("chip")
