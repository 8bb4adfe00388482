"""The account of the key: what it has, a treasurer's statement of a month, and the vouchers that it may use."""

from collections.abc import Awaitable, Callable
from typing import Any

import click
import msgspec
from rich.text import Text

from exchange.language.units import UnitError
from gateway import answers_money, requests_money, schema_money
from gateway.cli.ledgers import account_ledger, totals_of, totals_table, transfer_table
from gateway.cli.session import Session, speaks
from gateway.cli.tables import account_card
from gateway.cli.times import MOMENT, Moment, clock_of
from gateway.cli.values import month_of, plain_time
from gateway.cli.vouchers import voucher_table

_PAGE = 500

Transfers = Callable[[requests_money.TransferPage], Awaitable[answers_money.Transfers]]


class AccountStatement(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """What `leasebook statement --json` prints: transfers oldest first, between the balances before and after them."""

    account_id: str
    since: str | None
    until: str | None
    opening: schema_money.Balances
    items: tuple[schema_money.Transfer, ...]
    closing: schema_money.Balances
    totals: tuple[schema_money.Total, ...]


@click.command()
@click.option("--transfers", type=click.IntRange(1, 500), help="The last so many transfers, too.")
@speaks
async def account(session: Session, transfers: int | None) -> None:
    """Who the key speaks for, and what is available, held, in escrow and in bonds."""
    found = await session.client.account()
    if transfers is None:
        session.show(found, account_card(found))
    else:
        listed = await session.client.transfers(requests_money.TransferPage(limit=transfers))
        session.show(listed, account_card(found), "", transfer_table(listed.items))


def spanned(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that tells of a month, or of what lies between two instants."""
    for option in (
        click.option("--until", "--to", "end", type=MOMENT, help="Until this instant."),
        click.option("--from", "begin", type=MOMENT, help="Instead: from this instant on, such as yesterday."),
        click.option("--month", help="A calendar month (UTC), such as 2026-12; the market's present one unless told."),
    ):
        command = option(command)
    return command


@click.command()
@spanned
@speaks
async def statement(session: Session, month: str | None, begin: Moment | None, end: Moment | None) -> None:
    """Every movement of the account's money in a month, or between two instants, with the balances around them."""
    account_id = (await session.client.account()).account_id
    await show_statement(session, account_id, session.client.transfers, month, begin, end)


@click.command()
@speaks
async def vouchers(session: Session) -> None:
    """What each voucher programme has paid, and may still pay, to the account's owner group."""
    found = await session.client.vouchers()
    session.show(found, voucher_table(found.items))


async def show_statement(
    session: Session, account_id: str, fetch: Transfers, month: str | None, begin: Moment | None, end: Moment | None
) -> None:
    """An account's statement, of what `fetch` gives of its transfers, for what was said by the options of `spanned`."""
    if month is not None and (begin is not None or end is not None):
        raise click.UsageError("say a --month, or --from and --until, not both")
    client = session.client
    if begin is None and end is None:
        since, until = _month(month or (await client.time()).now[:7])
    else:
        clock = await clock_of(client)
        since, until = (None if said is None else clock.instant(said) for said in (begin, end))
    found = await _statement(account_id, fetch, since, until)
    span = f"{plain_time(since) if since else 'the beginning'} to {plain_time(until) if until else 'now'} UTC"
    session.show(
        found,
        Text.assemble((found.account_id, "bold"), f"   {span}, CNY"),
        account_ledger(found.account_id, found.opening, found.items, found.closing),
        "",
        totals_table(found.totals),
    )


async def _statement(account_id: str, fetch: Transfers, since: str | None, until: str | None) -> AccountStatement:
    """All stretches of transfers between two instants, as one."""
    page = requests_money.TransferPage(since=since, until=until, limit=_PAGE)
    part = await fetch(page)
    closing, items = part.closing, list(part.items)
    while part.cursor is not None:
        part = await fetch(msgspec.structs.replace(page, cursor=part.cursor))
        items += part.items
    items.reverse()
    return AccountStatement(account_id, since, until, part.opening, tuple(items), closing, totals_of(items))


def _month(name: str) -> tuple[str | None, str | None]:
    try:
        return month_of(name)
    except UnitError as error:
        raise click.UsageError(f"--month {error}") from error
