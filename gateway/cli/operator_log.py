"""What operators look at of each other: what is braked, what waits for a second one, and the log of all they did."""

from collections.abc import Sequence
from typing import get_args

import click
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from exchange.language.events_operator import ACTIONS
from gateway import answers_brakes, requests_operator
from gateway.cli.operator_asking import hit_lines
from gateway.cli.session import YES, Session, speaks
from gateway.cli.tables import brake_line, state, table
from gateway.cli.values import ONCE, plain_time

_LIMIT = click.option("--limit", type=click.IntRange(1, 500), default=30, show_default=True, help="The newest so many.")

_CHANGES = 3  # of an entry are told in a table; --json has all of them


@click.command()
@speaks
async def brakes(session: Session) -> None:
    """All that operators hold back now."""
    held = await session.client.brakes()
    lines = [brake_line(brake) for brake in held.markets]
    lines += [_line(block.account_id, "is blocked", block.reason) for block in held.accounts]
    lines += [_line(f"{band.region}/{band.chip}", f"has a band of {band.band}", band.reason) for band in held.bands]
    lines += [_line(pause.programme, "is paused", pause.reason) for pause in held.programmes]
    session.show(held, *(lines or [Text("Nothing is held back.", style="green")]))


@click.command()
@click.option("--state", "in_state", type=click.Choice(get_args(requests_operator.ProposalState)), help="Only these.")
@_LIMIT
@speaks
async def proposals(session: Session, in_state: requests_operator.ProposalState | None, limit: int) -> None:
    """What operators have proposed to each other, newest first."""
    found = await session.client.proposals(requests_operator.ProposalPage(state=in_state, limit=limit))
    session.show(found, proposal_table(found.items) if found.items else "[dim]no proposals[/]")


@click.command()
@click.argument("proposal_id", metavar="PROPOSAL")
@click.option("--reason", default="", help="If there is more to say.")
@YES
@ONCE
@speaks
async def confirm(session: Session, proposal_id: str, reason: str, yes: bool, once: str) -> None:
    """Carry out PROPOSAL, such as proposal-3, which another operator has made."""
    if session.must_ask(yes):
        await _show(session, proposal_id)
        session.ask("Carry it out?")
    done = await session.client.confirm(proposal_id, requests_operator.WordBody(reason=reason), once)
    session.show(done, f"[bold]{done.proposal.proposal_id}[/] is carried out: {done.proposal.action}")


@click.command()
@click.argument("proposal_id", metavar="PROPOSAL")
@click.option("--reason", default="", help="If there is more to say.")
@ONCE
@speaks
async def reject(session: Session, proposal_id: str, reason: str, once: str) -> None:
    """Turn PROPOSAL down, or take back one's own."""
    done = await session.client.reject(proposal_id, requests_operator.WordBody(reason=reason), once)
    session.show(done, f"[bold]{done.proposal.proposal_id}[/] is rejected")


@click.command()
@click.option("--action", type=click.Choice(ACTIONS), help="Only these.")
@click.option("--account", "account_id", help="Only what this account did, or what was done to it.")
@_LIMIT
@speaks
async def audit(session: Session, action: str | None, account_id: str | None, limit: int) -> None:
    """What operators did, newest first; with --json each with the journal's row that `leasebook verify` proves."""
    page = requests_operator.AuditPage(action=action, account_id=account_id, limit=limit)
    found = await session.client.audit_log(page)
    session.show(found, audit_table(found.items) if found.items else "[dim]nothing[/]")


COMMANDS = (brakes, proposals, confirm, reject, audit)


def proposal_table(found: Sequence[answers_brakes.Proposal]) -> Table:
    """Proposals, one a line."""
    columns = ("proposal", "by", "at UTC", "until UTC", "what", "to", "state", "reason")
    drawn = table(*columns, names=("by", "what", "to", "reason"), less=("at UTC", "until UTC"))
    for one in found:
        drawn.add_row(
            one.proposal_id, one.operator_id, plain_time(one.at), plain_time(one.expires_at), one.action, one.subject,
            state(one.state, one.closed_by or ""), Text(one.reason),
        )  # fmt: skip
    return drawn


def audit_table(entries: Sequence[answers_brakes.AuditEntry]) -> Table:
    """What was done, one a line."""
    drawn = table("seq", "at UTC", "by", "what", "to", "change", "reason", right=("seq",),
                  names=("by", "what", "to", "change", "reason"))  # fmt: skip
    for entry in entries:
        notes = [word for word, so in (("proposed", entry.proposed), ("alone", entry.alone)) if so]
        what = entry.action + (f" ({', '.join(notes)})" if notes else "")
        changes = [f"{one.field} {one.before or '–'} → {one.after or '–'}" for one in entry.changes[:_CHANGES]]
        if len(entry.changes) > _CHANGES:
            changes.append(f"{len(entry.changes) - _CHANGES} more")
        drawn.add_row(
            str(entry.seq), plain_time(entry.at), entry.operator_id or "–", what, entry.subject,
            Text(", ".join(changes)), Text(entry.reason),
        )  # fmt: skip
    return drawn


async def _show(session: Session, proposal_id: str) -> None:
    """What is about to be confirmed."""
    found = await session.client.proposals(requests_operator.ProposalPage(state="open", limit=500))
    for one in found.items:
        if one.proposal_id == proposal_id:
            session.console.print(proposal_table([one]), *hit_lines(one.hits))


def _line(name: str, what: str, reason: str) -> Text:
    return Text.assemble((escape(name), "bold"), f" {what}: {reason}")
