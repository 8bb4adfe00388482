"""What operators look after: contests, programmes, relations, alerts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import click
import msgspec
from rich.table import Table
from rich.text import Text

from exchange.language.instants import format_duration
from gateway import answers_money, answers_operator, requests_money, schema, schema_money
from gateway.cli.session import Session, speaks, why_of
from gateway.cli.tables import table
from gateway.cli.values import ONCE, grouped, plain_time, short_duration
from gateway.cli.vouchers import kpis, programme_table


class Defined(msgspec.Struct, frozen=True):
    """What `leasebook operator programmes --json` prints."""

    programmes: tuple[answers_money.ProgrammeAnswer, ...]


@click.command()
@click.option("--limit", type=click.IntRange(1, 500), default=30, show_default=True, help="The newest so many.")
@speaks
async def contests(session: Session, limit: int) -> None:
    """Contested periods, newest first, with what was settled and what is frozen."""
    found = await session.client.contests(schema.Page(limit=limit))
    session.show(found, contest_table(found.items) if found.items else "[dim]no contests[/]")


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@speaks
async def programmes(session: Session, file: Path) -> None:
    """Define the voucher programmes in FILE, a TOML spelled as seeds/programmes.toml; those known are redefined."""
    done = [await session.client.define_programme(body) for body in _programmes_in(file)]
    session.show(Defined(tuple(done)), programme_table([answer.programme for answer in done]))


@click.command()
@click.argument("group", metavar="GROUP")
@click.argument("other_group", metavar="OTHER")
@click.option("--no-longer", is_flag=True, help="They were, and are not any more.")
@click.option("--reason", required=True, help="How that is known.")
@ONCE
@speaks
async def relate(session: Session, group: str, other_group: str, no_longer: bool, reason: str, once: str) -> None:
    """Declare the owner groups GROUP and OTHER affiliated."""
    body = requests_money.RelationBody(group=group, other_group=other_group, related=not no_longer, reason=reason)
    done = await session.client.relate(body, once)
    session.show(done, f"{done.group} and {done.other_group} are {'' if done.related else 'not '}related")


@click.command()
@click.option("--kind", type=click.Choice(get_args(requests_money.FlagKind)), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 500), default=30, show_default=True, help="The newest so many.")
@speaks
async def alerts(session: Session, kind: requests_money.FlagKind | None, limit: int) -> None:
    """What supervision should look at, newest first."""
    found = await session.client.alerts(requests_money.FlagPage(kind=kind, limit=limit))
    session.show(found, flag_table(found.items) if found.items else "[dim]no alerts[/]")


@click.command()
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="The newest so many.")
@speaks
async def sessions(session: Session, limit: int) -> None:
    """Open streams, newest first: whose they are, since when, and what waits in them."""
    found = await session.client.sessions(schema.Page(limit=limit))
    session.show(found, session_table(found.items) if found.items else "[dim]no open streams[/]")


COMMANDS = (contests, programmes, relate, alerts, kpis, sessions)


def session_table(sessions: Sequence[answers_operator.SessionOut]) -> Table:
    """Open streams, one a line."""
    columns = ("stream", "account", "key", "from", "since UTC", "silent", "under way", "bytes waiting", "channels")
    drawn = table(*columns, right=columns[5:8], names=("account", "key", "channels"),
                  less=("key", "since UTC", "stream"))  # fmt: skip
    for one in sessions:
        drawn.add_row(
            one.session_id, one.account_id or "–", one.key_id or "–", one.address or "–", plain_time(one.since),
            short_duration(format_duration(one.silent_s)), str(one.in_flight), grouped(str(one.outbox_bytes)),
            ", ".join(one.channels),
        )  # fmt: skip
    return drawn


def contest_table(contests: Sequence[schema_money.Contest]) -> Table:
    """Contests, one a line."""
    columns = (
        "contest",
        "by",
        "at UTC",
        "period UTC",
        "delivered",
        "used",
        "frozen",
        "refunded",
        "ruled UTC",
        "reason",
    )
    drawn = table(
        *columns, right=columns[4:8], names=("by", "reason"), less=("at UTC", "delivered", "used", "refunded")
    )
    for contest in contests:
        period = contest.period
        metered = (plain_time(period.start), period.delivered, period.used) if period else ("–", "–", "–")
        drawn.add_row(
            contest.contest_id, contest.account_id, plain_time(contest.at), *metered, grouped(contest.frozen),
            grouped(contest.refunded), plain_time(contest.ruled_at), Text(contest.ruling or contest.reason),
        )  # fmt: skip
    return drawn


def flag_table(flags: Sequence[schema_money.Flag]) -> Table:
    """Flags, one a line."""
    drawn = table("alert", "at UTC", "kind", "groups", "leases", "programme", "CNY", "", right=("CNY",),
                  names=("groups", "leases", ""), less=("programme", "groups"))  # fmt: skip
    for flag in flags:
        drawn.add_row(
            flag.flag_id, plain_time(flag.at), flag.kind.replace("_", " "), ", ".join(flag.groups),
            ", ".join(flag.lease_ids), flag.programme or "", grouped(flag.amount), Text(flag.detail),
        )  # fmt: skip
    return drawn


def _programmes_in(path: Path) -> list[requests_money.ProgrammeBody]:
    """The programmes of a file; a usage error that names what is wrong with it."""
    try:
        tables = msgspec.toml.decode(path.read_bytes(), type=dict[str, dict[str, Any]])
        bodies = [{"programme": name, **said} for name, said in tables.items()]
        return msgspec.convert(bodies, list[requests_money.ProgrammeBody])
    except (OSError, ValueError) as error:
        raise click.UsageError(f"cannot read programmes from {path}: {why_of(error)}") from error
