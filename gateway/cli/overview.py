"""What operators look up of everybody: accounts with their keys and money, and leases."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import get_args

import click
from rich.table import Table

from exchange.language.instants import parse_instant
from gateway import requests_overview, schema, schema_money
from gateway.cli.account import show_statement, spanned
from gateway.cli.keys import key_table
from gateway.cli.ledgers import PURSES, lease_statement
from gateway.cli.listing import Listing
from gateway.cli.names import CHIP, REGION
from gateway.cli.session import Session, speaks
from gateway.cli.tables import account_card, lease_card, lease_table, table
from gateway.cli.times import Moment
from gateway.cli.values import grouped


@click.command(name="list")
@click.option("--limit", type=click.IntRange(1, 500), default=30, show_default=True, help="The newest so many.")
@speaks
async def accounts(session: Session, limit: int) -> None:
    """All accounts, newest first, and what each has."""
    found = await session.client.accounts(schema.Page(limit=limit))
    session.show(found, account_table(found.items))


@click.command(name="show")
@click.argument("account_id", metavar="ACCOUNT")
@speaks
async def account(session: Session, account_id: str) -> None:
    """What ACCOUNT is and has, and its keys."""
    found, time = await asyncio.gather(session.client.account_of(account_id), session.client.time())
    keys = key_table(found.keys, parse_instant(time.now)) if found.keys else "[dim]no keys[/]"
    session.show(found, account_card(found.account), "", keys)


@click.command(name="statement")
@click.argument("account_id", metavar="ACCOUNT")
@spanned
@speaks
async def statement(
    session: Session, account_id: str, month: str | None, begin: Moment | None, end: Moment | None
) -> None:
    """Every movement of ACCOUNT's money in a month, or between two instants, with the balances around them."""
    await show_statement(session, account_id, partial(session.client.transfers_of, account_id), month, begin, end)


@click.command()
@click.option("--state", type=click.Choice(get_args(schema.LeaseState)), help="Only these.")
@click.option("--account", "account_id", help="Only those that it buys, provides or delivers.")
@click.option("--region", type=REGION, help="With --chip: only those of this market.")
@click.option("--chip", type=CHIP, help="With --region: only those of this market.")
@click.option("--limit", type=click.IntRange(1, 500), default=30, show_default=True, help="The newest so many.")
@speaks
async def leases(
    session: Session,
    state: schema.LeaseState | None,
    account_id: str | None,
    region: str | None,
    chip: str | None,
    limit: int,
) -> None:
    """Everybody's leases, newest first."""
    page = requests_overview.AllLeasesPage(state=state, account_id=account_id, region=region, chip=chip, limit=limit)
    found = await session.client.all_leases(page)
    session.show(found, lease_table(found.items) if found.items else "[dim]no leases[/]")


@click.group(cls=Listing)
def lease() -> None:
    """One lease of anybody's: show, statement."""


@lease.command(name="show")
@click.argument("lease_id", metavar="LEASE")
@speaks
async def show_lease(session: Session, lease_id: str) -> None:
    """A lease in full, with its periods."""
    found = await session.client.any_lease(lease_id)
    session.show(found, lease_card(found))


@lease.command(name="statement")
@click.argument("lease_id", metavar="LEASE")
@speaks
async def statement_of(session: Session, lease_id: str) -> None:
    """Every transfer that was made for the lease, and the sums."""
    found = await session.client.any_statement(lease_id)
    session.show(found, lease_statement(found))


COMMANDS = (leases, lease)
OF_ACCOUNTS = (accounts, account, statement)


def account_table(accounts: Sequence[schema_money.Account]) -> Table:
    """Accounts, one a line."""
    drawn = table("account", "roles", "owner group", *PURSES, "", right=PURSES, names=("roles", "owner group"),
                  less=("owner group", "bond", "escrow"))  # fmt: skip
    for one in accounts:
        drawn.add_row(
            one.account_id, ", ".join(one.roles), one.owner_group, *(grouped(getattr(one, purse)) for purse in PURSES),
            "[red]blocked[/]" if one.blocked else "",
        )  # fmt: skip
    return drawn
