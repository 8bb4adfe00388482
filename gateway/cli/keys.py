"""Keys of the account: a new pair to sign by, whose private half never leaves this machine, and those there are."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.table import Table

from exchange.language.instants import parse_instant
from exchange.language.units import Seconds
from gateway import answers
from gateway.cli.listing import Listing
from gateway.cli.session import Session, console_for, speaks
from gateway.cli.tables import facts, table
from gateway.cli.values import plain_time
from gateway.private_file import write_private
from gateway.signing import new_pair


class Pair(msgspec.Struct, frozen=True):
    """What `leasebook key new --json` prints."""

    file: str
    public_key: str


@click.group(cls=Listing)
def key() -> None:
    """Keys: a new pair to sign requests by, and those that the account has."""


@key.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def new(file: Path, as_json: bool) -> None:
    """Make a pair of Ed25519 keys: the private one in FILE, for its owner alone; the public one is printed.

    An operator registers it by `leasebook operator key create ACCOUNT --public-key …`.
    """
    if file.exists():
        raise click.UsageError(f"{file} is there already, and a key that is lost cannot be made again: name another")
    pem, public_key = new_pair()
    try:
        write_private(file, pem)
    except OSError as error:
        raise click.UsageError(f"cannot write {file}: {error.strerror}") from error
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(Pair(str(file), public_key)), indent=2))
        return
    rows = [
        ("public key", public_key),
        ("register it", f"leasebook operator key create ACCOUNT --scope read … --public-key={public_key}"),
        ("then use it", f"--key ed25519:KEY_ID:{file}"),
    ]
    console_for().print(facts(rows), soft_wrap=True)


@key.command(name="list")
@speaks
async def list_keys(session: Session) -> None:
    """The account's keys, with what each may do; never the secrets."""
    found, time = await asyncio.gather(session.client.keys(), session.client.time())
    now_s = parse_instant(time.now)
    session.show(found, key_table(found.items, now_s))


def key_table(keys: Sequence[answers.Key], now_s: Seconds) -> Table:
    """Keys, one a line, and whether each is good at an instant."""
    drawn = table("key", "kind", "scopes", "expires UTC", "addresses", "state", names=("scopes", "addresses"))
    for one in keys:
        drawn.add_row(one.key_id, one.kind, ", ".join(one.scopes), plain_time(one.expires_at),
                      ", ".join(one.addresses) or "any", _state(one, now_s))  # fmt: skip
    return drawn


def _state(one: answers.Key, now_s: Seconds) -> str:
    if one.revoked:
        return "[red]revoked[/]"
    over = one.expires_at is not None and parse_instant(one.expires_at) <= now_s
    return "[red]expired[/]" if over else "[green]good[/]"
