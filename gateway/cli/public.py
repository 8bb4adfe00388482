"""What anyone may see: the catalogue, the markets, the market's time; and the sandbox's clock."""

import asyncio

import click
import msgspec
from rich.console import RenderableType

from gateway.cli.listing import Listing
from gateway.cli.session import Session, speaks
from gateway.cli.tables import brake_line, facts, state, table
from gateway.cli.times import DURATION
from gateway.cli.values import plain_time, short_duration


@click.command()
@speaks
async def markets(session: Session) -> None:
    """Every market that has had orders: its state and best prices.

    Below them, every brake that is set, and why.
    """
    found, status = await asyncio.gather(session.client.markets(), session.client.status())
    columns = ("market", "state", "tenor", "bid", "chips", "ask", "chips", "last")
    drawn = table(*columns, right=("bid", "chips", "ask", "last"), names=("market",))
    for market in found.items:
        last = market.last_trade.price if market.last_trade else "–"
        head: tuple[RenderableType, ...] = (f"{market.region}/{market.chip}", state(market.state))
        quoted = [tenor for tenor in market.tenors if tenor.best_bid or tenor.best_ask]
        for tenor in quoted:
            bid, ask = tenor.best_bid or ("–", "", 0), tenor.best_ask or ("–", "", 0)
            drawn.add_row(*head, short_duration(tenor.tenor), bid[0], bid[1], ask[0], ask[1], last)
            head, last = ("", ""), ""
        if not quoted:
            drawn.add_row(*head, "", "–", "", "–", "", last)
    session.show(found, drawn, *map(brake_line, status.brakes))


@click.command()
@speaks
async def catalog(session: Session) -> None:
    """Regions, chips with their 度 rates, tenors and the market's rules."""
    found = await session.client.catalog()
    regions = table("region", "name", "", "kind", "hub", names=("name", "hub"), less=("hub", "kind"))
    for region in found.regions:
        regions.add_row(region.region, region.name_en, region.name_zh, region.kind, region.hub)
    chips = table("chip", "model", "度 per hour", "GB", "per node", right=("度 per hour", "GB", "per node"))
    for chip in found.chips:
        memory, node = str(chip.memory_gb or "–"), str(chip.per_node or "–")
        chips.add_row(chip.chip, f"{chip.vendor} {chip.model}", chip.du_rate or "–", memory, node)
    rules = [] if found.rules is None else [(n.replace("_", " "), str(v)) for n, v in _fields(found.rules)]
    tenors = ", ".join(short_duration(tenor) for tenor in found.tenors)
    session.show(found, regions, "", chips, "", facts([("tenors", tenors), *rules]))


def _fields(struct: msgspec.Struct) -> list[tuple[str, object]]:
    return list(msgspec.structs.asdict(struct).items())


@click.command()
@speaks
async def time(session: Session) -> None:
    """The market's time, and whether it is open."""
    status = await session.client.status()
    kind = "sandbox, " if status.sandbox else ""
    session.show(status, f"{plain_time(status.now)} UTC  [dim]{kind}{status.state}, seq {status.seq}[/]")


@click.group(cls=Listing)
def clock() -> None:
    """The clock of a sandbox."""


@clock.command()
@click.argument("length", type=DURATION)
@speaks
async def advance(session: Session, length: str) -> None:
    """Move a sandbox's clock forward by LENGTH, everything due on the way happening in order."""
    moved = await session.client.advance_clock(length)
    session.show(moved, f"It is {plain_time(moved.now)} UTC  [dim]seq {moved.seq}[/]")
