"""The operator's commands: accounts, keys, money in and out, and the full check of the books; brakes stand beside."""

import click

from gateway import schema
from gateway.cli import operator_brakes, operator_log, overview, supervision
from gateway.cli.listing import Listing
from gateway.cli.operator_asking import waits_line
from gateway.cli.session import Session, speaks
from gateway.cli.tables import account_card, facts
from gateway.cli.times import MOMENT, Moment, clock_of
from gateway.cli.values import ONCE, grouped, plain_time


@click.group(cls=Listing)
def operator() -> None:
    """What the operator does: accounts, keys, money, programmes, contests, brakes, checks."""


for command in (*operator_brakes.COMMANDS, *operator_log.COMMANDS, *overview.COMMANDS, *supervision.COMMANDS):
    operator.add_command(command)


@operator.group()
def account() -> None:
    """Accounts of participants."""


for command in overview.OF_ACCOUNTS:
    account.add_command(command)


@account.command(name="create")
@click.argument("account_id", metavar="ACCOUNT")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(["buyer", "provider", "operator"]))
@click.option("--owner-group", help="Who owns it: accounts of one group never trade with each other.")
@click.option("--tag", "tags", multiple=True, help="Such as sme, startup or research.")
@click.option("--place", default="", help="Where it is registered.")
@ONCE
@speaks
async def create_account(
    session: Session,
    account_id: str,
    roles: tuple[schema.Role, ...],
    owner_group: str | None,
    tags: tuple[str, ...],
    place: str,
    once: str,
) -> None:
    """Open an account by the name of ACCOUNT."""
    body = schema.AccountBody(account_id=account_id, roles=roles, owner_group=owner_group, tags=tags, place=place)
    opened = await session.client.open_account(body, once)
    session.show(opened, account_card(opened.account))


@operator.group()
def key() -> None:
    """Keys of accounts."""


@key.command(name="create")
@click.argument("account_id", metavar="ACCOUNT")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(["read", "trade", "provide", "operate"])
)
@click.option("--public-key", help="Of a pair made by `leasebook key new`: requests are then signed.")
@click.option("--expires", type=MOMENT, help="When it stops being good.")
@click.option("--address", "addresses", multiple=True, help="The only addresses or networks that may use it.")
@ONCE
@speaks
async def create_key(
    session: Session,
    account_id: str,
    scopes: tuple[schema.Scope, ...],
    public_key: str | None,
    expires: Moment | None,
    addresses: tuple[str, ...],
    once: str,
) -> None:
    """Make a key for ACCOUNT; a secret one is shown this once."""
    body = schema.KeyBody(
        account_id=account_id,
        scopes=scopes,
        public_key=public_key,
        expires_at=(await clock_of(session.client)).instant(expires) if expires else None,
        addresses=addresses,
    )
    made = await session.client.create_key(body, once)
    waits = [] if made.proposal_id is None else [waits_line(made), "The key is good from then on."]
    if made.key is None:
        session.show(made, facts([("id", made.key_id), ("use it", f"--key ed25519:{made.key_id}:FILE")]), *waits)
        return
    shown = facts([("key", made.key), ("id", made.key_id), ("", "[dim]It is not kept anywhere: note it now.[/]")])
    session.show(made, shown, *waits)


@operator.command()
@click.argument("account_id", metavar="ACCOUNT")
@click.argument("amount")
@click.option("--reference", default="", help="What the money came by, such as a bank's reference.")
@ONCE
@speaks
async def deposit(session: Session, account_id: str, amount: str, reference: str, once: str) -> None:
    """Book AMOUNT CNY, received outside, as available to ACCOUNT."""
    money = schema.MoneyBody(account_id=account_id, amount=amount, reference=reference)
    done = await session.client.deposit(money, once)
    session.show(done, account_card(done.account))


@operator.command()
@click.argument("account_id", metavar="ACCOUNT")
@click.argument("amount")
@click.option("--reference", default="", help="What the money left by, such as a bank's reference.")
@ONCE
@speaks
async def withdraw(session: Session, account_id: str, amount: str, reference: str, once: str) -> None:
    """Book AMOUNT CNY of what is available to ACCOUNT as paid out."""
    money = schema.MoneyBody(account_id=account_id, amount=amount, reference=reference)
    done = await session.client.withdraw(money, once)
    session.show(done, account_card(done.account))


@operator.command()
@speaks
async def check(session: Session) -> None:
    """Check all the books from scratch; exit code 1 when anything is wrong."""
    audit = await session.client.audit()
    counts = (
        ("accounts", grouped(str(audit.accounts))),
        ("open orders", f"{grouped(str(audit.open_bids))} bids, {grouped(str(audit.open_asks))} asks"),
        ("open leases", grouped(str(audit.open_leases))),
        ("digest", audit.digest),
    )
    verdict = [f"[red]violated[/] {violation}" for violation in audit.violations] or ["[green]All books agree.[/]"]
    session.show(audit, *verdict, facts([("seq", f"{audit.seq} at {plain_time(audit.now)} UTC"), *counts]))
    if audit.violations:
        raise SystemExit(1)
