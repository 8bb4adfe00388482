"""From the journal to a market: every command is applied again, and every digest that was kept must come out again."""

import time
from collections.abc import Callable

from msgspec import DecodeError, Struct

from exchange.core.digest import digest
from exchange.core.state_machine import RULES_VERSION, StateMachine
from exchange.language.codec import decode_commands
from exchange.language.commands import Command
from exchange.language.journal import DigestMark, Journal, JournalBroken, JournalRow
from exchange.projections.views import Views


class Recovery(Struct, frozen=True):
    """What a recovery did: how much it replayed, how long it took, and how many digests it was proved by."""

    commands: int
    seconds: float
    digest: str
    checked_marks: int
    last_mark: DigestMark | None


async def recover(
    journal: Journal, machine: StateMachine, views: Views, progress: Callable[[int], None] | None = None
) -> Recovery:
    """Replay the journal into a new machine and new views. JournalBroken when it leads elsewhere than before."""
    began = time.perf_counter()
    marks = {mark.seq: mark for mark in await journal.digest_marks()}
    checked = 0
    async for row in journal.rows():
        for command in _commands(row):
            _, applied = machine.apply(machine.state.seq + 1, command)
            views.fold(applied)
            mark = marks.get(applied.seq)
            if mark is not None:
                _check(mark, machine)
                checked += 1
        if progress is not None:
            progress(row.last_seq)
    return Recovery(
        commands=machine.state.seq,
        seconds=time.perf_counter() - began,
        digest=digest(machine.state),
        checked_marks=checked,
        last_mark=marks[max(marks)] if marks else None,
    )


def _commands(row: JournalRow) -> list[Command]:
    if row.rules_version != RULES_VERSION:
        # The same commands would lead elsewhere, and what has been told must stay as it was.
        release = "newer" if row.rules_version > RULES_VERSION else "older"
        raise JournalBroken(
            f"The commands from seq {row.first_seq} were written under rules version {row.rules_version}, this release "
            f"keeps {RULES_VERSION}: run the {release} release, or begin another market in another --data-dir."
        )
    try:
        commands = decode_commands(row.payload)
    except DecodeError as fault:
        raise JournalBroken(
            f"The row of seq {row.first_seq} to {row.last_seq} cannot be read ({fault}): restore it from a backup."
        ) from fault
    if len(commands) != row.last_seq - row.first_seq + 1:
        raise JournalBroken(
            f"The row of seq {row.first_seq} to {row.last_seq} has {len(commands)} commands: restore it from a backup."
        )
    return commands


def _check(mark: DigestMark, machine: StateMachine) -> None:
    found = digest(machine.state)
    if found != mark.digest:
        raise JournalBroken(
            f"At seq {mark.seq} the state hashes to {found}, but did to {mark.digest} when it was first there: the "
            "same commands led elsewhere. Run the release that wrote the journal, and report this."
        )
