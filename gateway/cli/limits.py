"""`limits`: how much the account may ask, what is left of it, and what calls cost."""

from collections.abc import Iterable

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway import answers_limits
from gateway.cli.session import Session, speaks
from gateway.cli.tables import facts, table
from gateway.cli.values import grouped, short_duration


@click.command()
@click.option("--calls", is_flag=True, help="What every call costs, too; else only those that cost more than one unit.")
@speaks
async def limits(session: Session, calls: bool) -> None:
    """How much the account may ask, what is left of it, and what is dear."""
    found = await session.client.limits()
    session.show(found, limits_card(found, calls=calls))


def limits_card(found: answers_limits.Limits, *, calls: bool) -> RenderableType:
    """Buckets, sizes, and what calls cost: all of them, or what costs more than one unit."""
    buckets = table("bucket", "holds", "fills in", "left", right=("holds", "left"))
    for bucket in found.buckets:
        holds, left = grouped(str(bucket.quota)), grouped(str(bucket.remaining))
        buckets.add_row(bucket.bucket, holds, short_duration(bucket.window), left)
    sizes = facts(
        (
            ("streams", f"{found.sockets} of {found.sockets_max} open, {found.channels_max} channels in each"),
            (
                "requests",
                f"{found.in_flight_max} under way in each stream, of {grouped(str(found.frame_max_bytes))} bytes",
            ),
        )
    )
    shown = found.costs if calls else [cost for cost in found.costs if cost.cost > 1 or cost.more]
    return Group(buckets, Text(), sizes, Text(), _costs(shown), *([] if calls else [_NOTE]))


_NOTE = Text("Every other call costs 1 unit, or nothing.", style="dim")


def _costs(costs: Iterable[answers_limits.Cost]) -> Table:
    drawn = table("call", "of", "units", "and", right=("units",), names=("call", "and"))
    for cost in costs:
        drawn.add_row(cost.call, cost.bucket or "–", str(cost.cost), cost.more)
    return drawn
