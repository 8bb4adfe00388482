"""The composition root: the one place that opens a market and puts the edge before it.

It stands apart from the command line because it brings the whole server with it, which no other command needs.
"""

import asyncio
import itertools
import os
import sys
import traceback
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

import msgspec
import structlog
import uvloop
from msgspec import Struct
from rich.live import Live
from rich.markup import escape

from exchange.language.journal import JournalError
from exchange.runtime.exchange import SeedRefused
from exchange.runtime.keeper import Keeping
from exchange.runtime.opening import open_market
from exchange.runtime.recovery import Recovery
from exchange.runtime.replaying import CommandBroken
from exchange.runtime.seeds import SeedError, default_seeds_dir
from gateway.app import build_app, serving
from gateway.cli.session import console_for
from gateway.client.rest import Client
from gateway.demo.admission import KEYS_FILE
from gateway.demo.board import Board, welcome
from gateway.demo.cast import load_cast
from gateway.demo.troupe import on_stage
from gateway.host import HostError, OperatorKey, check_address, ended_by_signals, operator_key, while_it_trades
from gateway.settings import Settings
from gateway.vault import Vault, VaultError

log = structlog.get_logger()

_KNOWN = (HostError, JournalError, SeedError, SeedRefused, VaultError)
_LOOK_S = 1.0  # between two looks of the demo's board
_LINE_EVERY = 15  # looks between two lines, where the output is no terminal


class Host(Struct, frozen=True):
    """A market that is being served."""

    url: str
    key: OperatorKey
    settings: Settings


def run(settings: Settings, show: Callable[[Host], Awaitable[None]]) -> None:
    """Serve the market and show it, until a signal; exit code 1 and a last line when it ends otherwise."""
    console = console_for(stderr=True)
    try:
        uvloop.run(_host(settings, show))
    except _KNOWN as error:
        if isinstance(error, CommandBroken):
            traceback.print_exception(error.__cause__)  # to report it with
        console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
    except Exception as error:
        traceback.print_exc()
        line = f"[red]The market has stopped: {escape(repr(error))}.[/] What was answered is kept: start it again."
        console.print(line, soft_wrap=True)
    else:
        return
    raise SystemExit(1)


async def _host(settings: Settings, show: Callable[[Host], Awaitable[None]]) -> None:
    say, complain = console_for().print, console_for(stderr=True).print
    with ended_by_signals():
        check_address(settings.host, settings.port)
        if settings.take_over and settings.database_url is None:
            raise HostError(
                f"--take-over is for a database named by --database-url. The embedded one in {settings.data_dir} ends "
                "with its server: end that process, and start without --take-over."
            )
        async with open_market(
            data_dir=settings.data_dir,
            database_url=settings.database_url,
            sandbox=settings.sandbox,
            speed=settings.speed,
            take_over=settings.take_over,
            keeping=_keeping(settings),
        ) as market:
            key = await operator_key(market, settings.data_dir)
            vault = Vault(settings.access_key) if settings.access_key else Vault.at(settings.data_dir)
            async with serving(build_app(market, settings, vault), settings) as url:
                kind = f", a sandbox at speed {settings.speed:g}" if settings.sandbox else ""
                say(f"[bold]Leasebook {version('leasebook')}[/] at {url}{kind}")
                say(f"[dim]{_history(market.recovery)}[/]")
                for warning in market.recovery.warnings:
                    complain(f"[yellow]{escape(warning)}[/]", soft_wrap=True)
                if key.new:
                    say(f"[dim]A new operator key is in {key.path}.[/]")
                await while_it_trades(market.stopped, show(Host(url, key, settings)))
    say("[dim]The market is closed.[/]")


def _history(recovery: Recovery) -> str:
    if not recovery.commands:
        return "A new market: the catalogue is loaded."
    if recovery.last_mark is None:
        proof = "no digest was kept to prove it by"
    else:
        proof = f"the digest matches ({recovery.checked_marks} checked, the last at seq {recovery.last_mark.seq:,})"
    if not recovery.snapshot_seq:
        return f"{recovery.commands:,} commands replayed in {recovery.seconds:.2f} s; {proof}."
    since = f"a snapshot of seq {recovery.snapshot_seq:,} and {recovery.replayed:,} commands replayed"
    return f"{recovery.commands:,} commands, {since} in {recovery.seconds:.2f} s; {proof}."


def _keeping(settings: Settings) -> Keeping | None:
    """How snapshots are taken meanwhile: by `leasebook snapshot`, which ends with this process."""
    if not settings.snapshot_every:
        return None
    command = (sys.executable, "-m", "gateway", "snapshot", "--json", "--owner", str(os.getpid()))
    return Keeping(every=settings.snapshot_every, command=command, report=_report)


def _report(well: bool, said: str) -> None:
    if well:
        log.info("snapshot taken", **msgspec.json.decode(said, type=dict[str, Any]))
    else:
        log.warning("no snapshot was taken; the market is not affected", reason=said)


async def wait(_host: Host) -> None:
    """Nothing to show: the market is served."""
    await asyncio.Event().wait()


async def perform(host: Host) -> None:
    """The demo: the troupe trades, the board shows it."""
    console, data_dir = console_for(), host.settings.data_dir
    cast = load_cast(default_seeds_dir() / "demo.toml")
    async with on_stage(host.url, host.key.secret, cast, data_dir) as tally, Client(host.url) as client:
        console.print(welcome(host.url, str(host.key.path), str(data_dir / KEYS_FILE)))
        board = Board(client, cast, tally)
        with Live(console=console, auto_refresh=False, transient=True) as live:
            for look in itertools.count(1):
                await board.look()
                if console.is_terminal:
                    live.update(board.drawn(), refresh=True)
                elif look % _LINE_EVERY == 0:
                    console.print(board.line())
                await asyncio.sleep(_LOOK_S)
