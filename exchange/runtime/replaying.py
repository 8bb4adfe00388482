"""Replay: the journal's commands applied again, one after the other, to a market that stands somewhere in it.

Reads rows that are proved to follow from each other, and stops by name at the first that does not, cannot be decoded or
was written under other rules, and at a command that cannot be carried out again. The collector rests meanwhile: what a
replay makes stays.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from msgspec import DecodeError, Struct, field

from exchange.core.state_machine import REPLAYABLE, RULES_VERSION, StateMachine
from exchange.language.codec import decode_commands
from exchange.language.commands import Command
from exchange.language.events import Applied
from exchange.language.journal import GENESIS, DigestMark, JournalBroken, JournalError, JournalRow
from exchange.language.sections import without_collector
from exchange.language.views import Notice
from exchange.projections.views import Views

# Called after each command with what it made happen, and what accounts are to be told of it.
Seen = Callable[[Applied, list[Notice]], None]


class CommandBroken(JournalBroken):
    """A command cannot be carried out again. Its cause says where, which is for those who mend the market."""


class Source(Protocol):
    """What a replay reads: a journal, held or only looked at."""

    def rows(self, after_seq: int = 0, after_link: bytes | None = None) -> AsyncIterator[JournalRow]: ...

    async def last_seq(self) -> int: ...

    async def digest_marks(self, after_seq: int = 0) -> list[DigestMark]: ...


class Place(Struct, kw_only=True):
    """A market as it stands after some command; a new one stands before the first."""

    machine: StateMachine = field(default_factory=StateMachine)
    views: Views = field(default_factory=Views)
    link: bytes = GENESIS  # of the row that it stands at the end of

    @property
    def seq(self) -> int:
        return self.machine.state.seq


async def replay(
    source: Source,
    place: Place,
    seen: Seen,
    *,
    until_seq: int | None = None,
    within_rows: bool = False,
    after_row: Callable[[int], Awaitable[None]] | None = None,
) -> None:
    """Go on from a place, which stands at the end of a row, to the journal's end.

    With `until_seq` no further than that, and to the end of a row unless `within_rows`. `after_row` is given the seq
    that was reached, and may wait. JournalBroken when the journal cannot be followed.
    """
    rows = source.rows(place.seq, place.link) if place.seq else source.rows()
    with without_collector():
        async with closing(rows):
            async for row in rows:
                if until_seq is not None and row.last_seq > until_seq and not within_rows:
                    return
                for seq, command in enumerate(_commands(row), start=row.first_seq):
                    if until_seq is not None and seq > until_seq:
                        return
                    _carry_out(place, seq, command, row.rules_version, seen)
                place.link = row.link
                place.views.row_ended(row.first_seq, row.last_seq, row.link)
                if after_row is not None:
                    await after_row(place.seq)


def _carry_out(place: Place, seq: int, command: Command, rules: int, seen: Seen) -> None:
    try:
        _, applied = place.machine.apply(seq, command, rules)
        seen(applied, place.views.fold(applied))
    except JournalError:  # a digest that does not come out again
        raise
    except Exception as fault:
        kind = type(command).__name__
        raise CommandBroken(
            f"The command of seq {seq}, {kind}, cannot be carried out again ({type(fault).__name__}: {fault}), so the "
            "market cannot go on from there. Nothing was changed. Run the release that wrote it, and report this; "
            f"`leasebook replay --until {seq - 1}` shows the market as it was before."
        ) from fault


@asynccontextmanager
async def closing(rows: AsyncIterator[JournalRow]) -> AsyncIterator[None]:
    """Let go of what the rows are read by, also when not all of them are."""
    try:
        yield
    finally:
        if isinstance(rows, AsyncGenerator):
            await rows.aclose()


def _commands(row: JournalRow) -> list[Command]:
    if row.rules_version not in REPLAYABLE:
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
