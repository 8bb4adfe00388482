"""What every brake at the terminal shares: why, whom it would hit, and whether it is meant.

Each shows whom it hits and asks before it does anything: of a person at a terminal, or it is refused for want of
`--yes`. With `--preview` nothing is done.
"""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import click
from rich.console import RenderableType
from rich.text import Text

from gateway import answers_brakes
from gateway.cli.session import YES, Session, speaks
from gateway.cli.tables import facts
from gateway.cli.values import ONCE, grouped, plain_time

P = ParamSpec("P")
A = TypeVar("A", bound=answers_brakes.Pulled)


@dataclass(frozen=True)
class How:
    """What was said to every brake."""

    reason: str
    preview: bool
    yes: bool
    once: str


_WHY = "Why: for the audit log. Of a market's state everybody is told it, of a cancelled lease its parties."


def brakes(act: Callable[Concatenate[Session, How, P], Awaitable[None]]) -> Callable[P, None]:
    """Make a command of a coroutine that pulls a brake: adds the options that all have."""

    @click.option("--reason", required=True, help=_WHY)
    @click.option("--preview", is_flag=True, help="Only show whom it would hit.")
    @YES
    @ONCE
    @speaks
    @functools.wraps(act)
    async def command(session: Session, /, *args: P.args, **options: P.kwargs) -> None:
        said: dict[str, Any] = {name: options.pop(name) for name in How.__dataclass_fields__}
        await act(session, How(**said), *args, **options)

    return command


async def pull(
    session: Session,
    how: How,
    send: Callable[[bool], Awaitable[A]],
    draw: Callable[[A], list[RenderableType]],
) -> None:
    """Send it, after a look at whom it hits where somebody can be asked. `send` takes whether it is a preview."""
    if how.preview:
        looked = await send(True)
        session.show(looked, *hit_lines(looked.hits))
        return
    if session.must_ask(how.yes):
        looked = await send(True)
        for line in hit_lines(looked.hits):
            session.console.print(line)
        session.ask("Do it?")
    done = await send(False)
    if done.proposal_id is None:
        session.show(done, *draw(done))
        return
    session.show(done, waits_line(done), *hit_lines(done.hits))


def waits_line(done: answers_brakes.Pulled) -> str:
    """How another operator confirms what is proposed, and by when."""
    assert done.expires_at is not None, "it is proposed"
    confirms = f"[bold]leasebook operator confirm {done.proposal_id}[/]"
    return f"It waits for another operator: {confirms}, until {plain_time(done.expires_at)} UTC."


def hit_lines(hits: answers_brakes.Hits | None) -> list[RenderableType]:
    """Who is hit, a line for each kind."""
    if hits is None:
        return []
    chips = {"orders": hits.orders.chips, "leases": hits.leases.chips}
    lines = []
    for name in ("markets", "accounts", "orders", "leases"):
        group: answers_brakes.Group = getattr(hits, name)
        said = grouped(str(group.count)) + (f" of {grouped(chips[name])} chips" if name in chips else "")
        more = ", …" if group.count > len(group.first) else ""
        lines.append((name, f"{said}  [dim]{', '.join(group.first)}{more}[/]"))
    return [Text("Hits", style="bold"), facts(lines)]
