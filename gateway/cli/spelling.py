"""What somebody may have meant who typed the name of a region or a chip type that there is not."""

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import click

from gateway.client.errors import ClientError

if TYPE_CHECKING:
    from gateway.client.rest import Client

CODES: Final = frozenset({"unknown_region", "unknown_chip", "unknown_market"})


async def advice(client: "Client", typed: Mapping[str, object]) -> str:
    """The nearest names to those that were typed and are in no catalogue, and where all are."""
    try:
        catalog = await client.catalog()
    except ClientError:
        return " `leasebook catalog` lists them."
    regions, chips = [one.region for one in catalog.regions], [one.chip for one in catalog.chips]
    near = [*_near(typed, "region", regions), *_near(typed, "chip", chips)]
    meant = f" Did you mean {' and '.join(near)}?" if near else ""
    return f"{meant} `leasebook catalog` lists them."


def typed_here() -> Mapping[str, object]:
    """What was typed for the command that runs."""
    context = click.get_current_context(silent=True)
    return {} if context is None else context.params


def _near(typed: Mapping[str, object], kind: str, known: list[str]) -> list[str]:
    one, several = typed.get(kind), typed.get(f"{kind}s", ())
    names = [one] if isinstance(one, str) else [*several] if isinstance(several, tuple) else []
    strange = (str(name) for name in names if name not in known)
    return [found for name in strange for found in difflib.get_close_matches(name.lower(), known, n=1)]
