"""Leases: seen by their parties, started and metered by who delivers, contested and given back by who uses them."""

import asyncio
from typing import get_args

import click
import msgspec
from rich.text import Text

from exchange.language.instants import parse_instant
from gateway import answers, requests_money, schema
from gateway.cli.ledgers import lease_statement
from gateway.cli.listing import Listing
from gateway.cli.previews import release_card
from gateway.cli.session import YES, Session, speaks
from gateway.cli.tables import lease_card, lease_table
from gateway.cli.times import MOMENT, Moment, clock_of
from gateway.cli.values import ONCE, utc


@click.command()
@click.option("--state", type=click.Choice(get_args(schema.LeaseState)), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 500), default=30, show_default=True, help="The newest so many.")
@speaks
async def leases(session: Session, state: schema.LeaseState | None, limit: int) -> None:
    """The account's leases, newest first."""
    found = await session.client.leases(schema.LeasePage(state=state, limit=limit))
    session.show(found, lease_table(found.items) if found.items else "[dim]no leases[/]")


@click.group(cls=Listing)
def lease() -> None:
    """One lease: show, start, meter, access, statement, release, contest."""


@lease.command()
@click.argument("lease_id")
@speaks
async def show(session: Session, lease_id: str) -> None:
    """A lease in full, with its periods."""
    found = await session.client.lease(lease_id)
    session.show(found, lease_card(found))


@lease.command()
@click.argument("lease_id")
@click.option("--access", required=True, help="What the buyer needs to get in: a JSON object, for the buyer alone.")
@speaks
async def start(session: Session, lease_id: str, access: str) -> None:
    """Hand over access to the lease's chips (provider)."""
    try:
        msgspec.json.decode(access, type=dict[str, object])
    except msgspec.DecodeError as error:
        raise click.UsageError(f'--access must be a JSON object, such as \'{{"ssh": "…"}}\': {error}') from error
    params = schema.StartParams(lease_id=lease_id, access=msgspec.Raw(access.encode()))
    async with await session.client.stream() as stream:
        started = await stream.request("lease.start", params, answers.LeaseAnswer)
    session.show(started, lease_card(started.lease))


@lease.command()
@click.argument("lease_id")
@click.option("--through", type=MOMENT, required=True, help="The instant that the totals reach to, such as now.")
@click.option("--delivered", required=True, help="Chip-hours delivered since the lease's start.")
@click.option("--used", required=True, help="Chip-hours of them that were used.")
@speaks
async def meter(session: Session, lease_id: str, through: Moment, delivered: str, used: str) -> None:
    """Report the lease's running totals (provider)."""
    instant = (await clock_of(session.client)).instant(through)
    params = schema.MeterParams(lease_id=lease_id, through=instant, delivered=delivered, used=used)
    async with await session.client.stream() as stream:
        metered = await stream.request("lease.meter", params, answers.LeaseAnswer)
    session.show(metered, lease_card(metered.lease))


@lease.command()
@click.argument("lease_id")
@speaks
async def access(session: Session, lease_id: str) -> None:
    """What the provider handed over (buyer)."""
    found = await session.client.access(lease_id)
    data = Text(msgspec.json.format(found.access, indent=2).decode())  # as JSON, to be copied
    session.show(found, f"[dim]handed over {utc(found.given_at)}[/]", data)


@lease.command(name="statement")
@click.argument("lease_id")
@speaks
async def statement_of(session: Session, lease_id: str) -> None:
    """Every transfer that was made for the lease, and the sums."""
    found = await session.client.statement(lease_id)
    session.show(found, lease_statement(found))


@lease.command()
@click.argument("lease_id")
@YES
@ONCE
@speaks
async def release(session: Session, lease_id: str, yes: bool, once: str) -> None:
    """Give back what is left of the lease, from the next step on (buyer).

    For the rest its take-or-pay is owed; everything else goes back. First it shows how much that is, and asks.
    """
    if session.must_ask(yes):
        clock, found = await asyncio.gather(clock_of(session.client), session.client.lease(lease_id))
        at_s = max(clock.next_step_s, parse_instant(found.start))
        if at_s < parse_instant(found.until):  # or the market says why not
            session.console.print(release_card(found, at_s))
            session.ask("Give it back?")
    released = await session.client.release(lease_id, once)
    session.show(released, lease_card(released.lease))


def _moment(text: str) -> Moment:
    try:
        return MOMENT.convert(text, None, None)
    except click.BadParameter as error:
        raise click.UsageError(f"--period must be a number, or a time: {error.message}") from error


@lease.command()
@click.argument("lease_id")
@click.option("--period", required=True, help="Its number, from 0, or the instant at which it began.")
@click.option("--reason", required=True, help="What was not as it should be, for the operator to judge.")
@ONCE
@speaks
async def contest(session: Session, lease_id: str, period: str, reason: str, once: str) -> None:
    """Say that a settled period was not delivered as metered (buyer); its money is frozen until an operator rules."""
    if period.isascii() and period.isdigit():
        which: int | str = int(period)
    else:
        which = (await clock_of(session.client)).instant(_moment(period))
    body = requests_money.ContestBody(period=which, reason=reason)
    contested = await session.client.contest(lease_id, body, once)
    session.show(contested, f"[bold]{contested.contest_id}[/] waits for a ruling", lease_card(contested.lease))
