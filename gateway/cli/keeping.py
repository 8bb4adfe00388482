"""The commands of a market's upkeep: check it, back it up, restore it, snapshot it, see it as it was.

They go to the database and not to a server, so they work while one runs and while none does. What they find is printed
to the standard output, how far they have come to the standard error.
"""

import asyncio
import functools
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.console import RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from exchange.language.journal import JournalError
from exchange.language.upkeep import Archived, Rebuilt
from gateway.cli.session import console_for
from gateway.cli.tables import account_card, ask_table, bid_table, brake_line, facts, lease_table, table
from gateway.cli.values import FOLDER, grouped, plain_time, short_duration

if TYPE_CHECKING:
    from gateway.past import Past
    from gateway.upkeep import Database

_FILE = click.Path(dir_okay=False, path_type=Path)
_SHOW_EVERY_S = 0.1
_DIFFERENCES = 50  # printed; JSON has them all


class Printer:
    """Prints what came of it: drawn for people, or as JSON for programs."""

    def __init__(self, bar: "Bar", as_json: bool) -> None:
        self._bar = bar
        self._as_json = as_json

    def show(self, report: msgspec.Struct, *drawn: RenderableType) -> None:
        self._bar.drawn.stop()
        if self._as_json:
            click.echo(msgspec.json.encode(report))
            return
        console = console_for()
        for part in drawn:
            console.print(part)


Act = Callable[..., Coroutine[Any, Any, None]]


def _keeps(what: str) -> Callable[[Act], Callable[..., None]]:
    """Make a command of a coroutine that takes a Database and a Printer first; `what` says what it is doing."""

    def decorate(act: Act) -> Callable[..., None]:
        @click.option("--data-dir", envvar="LEASEBOOK_DATA_DIR", type=FOLDER, default="var/market", show_default=True,
                      help="Of the market whose database came with the package.")  # fmt: skip
        @click.option("--database-url", envvar="DATABASE_URL", help="The market's PostgreSQL, if it is another.")
        @click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, on one line.")
        @functools.wraps(act)
        def command(data_dir: Path, database_url: str | None, as_json: bool, **options: Any) -> None:
            from gateway.errors import Refusal  # noqa: PLC0415 - the server's imports, which no other command needs
            from gateway.upkeep import Database  # noqa: PLC0415 - as above

            try:
                bar = Bar(what)
                database = Database(
                    data_dir=data_dir, database_url=database_url, expect=bar.expect, progress=bar.progress
                )
                with bar.drawn:
                    asyncio.run(act(database, Printer(bar, as_json), **options))
            except JournalError as error:
                _fail(str(error))
            except Refusal as refusal:
                _fail(refusal.detail)
            except KeyboardInterrupt:
                raise SystemExit(130) from None

        return command

    return decorate


class Bar:
    """A bar on a terminal, from nothing to what is expected; both are seqs. Anywhere else it draws nothing."""

    def __init__(self, what: str) -> None:
        console = console_for(stderr=True)
        columns = (TextColumn("[dim]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.drawn = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self.drawn.add_task(what, total=None)
        self._shown_s = time.monotonic()

    def expect(self, last_seq: int) -> None:
        self.drawn.update(self._task, total=last_seq)

    def progress(self, seq: int) -> None:
        if time.monotonic() - self._shown_s >= _SHOW_EVERY_S:
            self.drawn.update(self._task, completed=seq)
            self._shown_s = time.monotonic()


def _fail(line: str) -> None:
    console_for(stderr=True).print(f"[red]{escape(line)}[/]", soft_wrap=True)
    raise SystemExit(1)


@click.command()
@_keeps("verifying")
async def verify(database: "Database", printer: Printer) -> None:
    """Replay the journal from nothing and compare everything with it; exit code 1 when anything differs.

    The chain of hashes, every digest that was kept, every snapshot, and every row of the SQL statements.
    """
    from gateway import upkeep  # noqa: PLC0415 - as above

    found = await upkeep.verify(database)
    rows = sum(found.tables.values())
    compared = ", ".join(f"{count:,} {name}" for name, count in found.tables.items())
    lines = [f"[red]differs[/] {escape(line)}" for line in found.differences[:_DIFFERENCES]]
    if more := len(found.differences) - len(lines):
        lines.append(f"and {more:,} differences more; --json has them all")
    printer.show(
        found,
        *(lines or ["[green]All good.[/] The journal leads again to everything that was made from it."]),
        facts(
            [
                ("journal", f"{found.seq:,} commands in {found.rows:,} rows, each linked to the one before"),
                ("digests", f"{found.checked_marks:,} compared"),
                ("snapshots", f"{found.checked_snapshots:,} compared"),
                ("audit log", f"{found.audit_entries:,} entries, each in one of these rows"),
                ("statements", f"up to seq {found.statements_seq:,}, {rows:,} rows compared ({compared})"),
                ("digest", found.digest),
                ("last link", found.link),
                ("took", f"{found.seconds:.1f} s"),
            ]
        ),
    )
    if found.differences:
        raise SystemExit(1)


@click.command()
@_keeps("rebuilding")
async def rebuild(database: "Database", printer: Printer) -> None:
    """Make the SQL statements again from the journal, and a snapshot. The server must be stopped."""
    from gateway import upkeep  # noqa: PLC0415 - as above

    done = await upkeep.rebuild(database)
    printer.show(done, "[green]The statements are made again.[/]", facts(_rebuilt(done)))


@click.command()
@click.argument("file", type=_FILE)
@_keeps("backing up")
async def backup(database: "Database", printer: Printer, file: Path) -> None:
    """Write the journal, which all else can be made from, to FILE, also while the market trades."""
    from gateway import upkeep  # noqa: PLC0415 - as above

    done = await upkeep.backup(database, file)
    printer.show(done, f"[green]{escape(done.path)} is written.[/]", facts(_archived(done)), _KEYS)


@click.command()
@click.argument("file", type=_FILE)
@_keeps("restoring")
async def restore(database: "Database", printer: Printer, file: Path) -> None:
    """Make the backup in FILE a market again, in a database that is empty."""
    from gateway import upkeep  # noqa: PLC0415 - as above

    done = await upkeep.restore(database, file)
    printer.show(
        done,
        f"[green]{escape(done.backup.path)} is a market again.[/]",
        facts([*_archived(done.backup), *_rebuilt(done.rebuilt)]),
        _KEYS,
    )


_KEYS = (
    "[dim]Keys are no part of it: keep operator.key and access.key of the data directory with it, in a safe place. "
    "Without access.key nobody can open the access data that were handed over.[/]"
)


def _archived(done: Archived) -> list[tuple[str, str]]:
    return [
        ("of", "a sandbox" if done.sandbox else "a live market"),
        ("journal", f"{done.seq:,} commands in {done.rows:,} rows, and {done.marks:,} digests"),
        ("last seq", str(done.seq)),  # as `replay --until` takes it
        ("size", f"{done.size_bytes:,} bytes"),
        ("last link", done.link),
        ("took", f"{done.seconds:.1f} s"),
    ]


def _rebuilt(done: Rebuilt) -> list[tuple[str, str]]:
    return [
        ("replayed", f"{done.seq:,} commands in {done.seconds:.1f} s, {done.checked_marks:,} digests compared"),
        ("digest", done.digest),
    ]


@click.command()
@click.option("--owner", type=int, hidden=True, help="The process that this one ends with.")
@_keeps("taking a snapshot")
async def snapshot(database: "Database", printer: Printer, owner: int | None) -> None:
    """Take a snapshot, so that the next start need not replay what is before it. A server does so by itself."""
    from gateway import upkeep  # noqa: PLC0415 - as above

    done = await upkeep.snapshot(database, owner)
    size = f"{done.size_bytes:,} bytes in {done.parts:,} parts"
    head = (
        f"[green]Taken at seq {done.seq:,}.[/]" if done.new else f"The newest is of seq {done.seq:,}, and up to date."
    )
    printer.show(
        done,
        head,
        *(f"[yellow]{escape(warning)}[/]" for warning in done.warnings),
        facts(
            [
                ("replayed", f"{done.replayed:,} commands since the one before"),
                *([("size", size)] if done.new else []),
                ("digest", done.digest),
                ("took", f"{done.seconds:.1f} s"),
            ]
        ),
    )


@click.command()
@click.option("--until", type=click.IntRange(1), required=True, metavar="SEQ", help="After which command.")
@click.option("--account", "account_id", help="What this account had, and its orders and leases.")
@click.option("--order", "order_id", metavar="ID", help='How this order stood, such as "bid-12".')
@click.option("--owner", type=int, hidden=True, help="The process that this one ends with.")
@_keeps("replaying")
async def replay(
    database: "Database",
    printer: Printer,
    until: int,
    account_id: str | None,
    order_id: str | None,
    owner: int | None,
) -> None:
    """The market as it was after the command SEQ: its state, its books, its accounts."""
    from gateway import upkeep  # noqa: PLC0415 - as above

    found = await upkeep.replay(database, until, account_id, order_id, owner)
    printer.show(found, *_past(found, whole=account_id is None and order_id is None))


def _past(found: "Past", *, whole: bool) -> Iterator[RenderableType]:
    yield f"[bold]seq {found.seq:,}[/]  {plain_time(found.now)} UTC  the venue is {found.state}"
    yield f"[dim]digest {found.digest}[/]"
    yield from map(brake_line, found.brakes)
    if whole:
        books = table(
            "market", "tenor", "bid", "chips", "ask", "chips", right=("bid", "chips", "ask"), names=("market",)
        )
        for book in found.books:
            bid, ask = (side[0] if side else ("–", "", 0) for side in (book.bids, book.asks))
            market = f"{book.region}/{book.chip}"
            books.add_row(market, short_duration(book.tenor), bid[0], bid[1], ask[0], ask[1])
        yield books
        money = ("available", "held", "escrow", "bond")
        accounts = table("account", *money, right=money)
        for account in found.accounts:
            accounts.add_row(account.account_id, *(grouped(getattr(account, name)) for name in money))
        yield accounts
    elif len(found.accounts) == 1:
        yield account_card(found.accounts[0])
    if found.bids:
        yield bid_table(found.bids)
    if found.asks:
        yield ask_table(found.asks)
    if found.leases:
        yield lease_table(found.leases)


COMMANDS = (verify, rebuild, backup, restore, replay, snapshot)
