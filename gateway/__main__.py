"""The command `leasebook`, and the composition root: the one place that opens a market and puts the edge before it."""

import asyncio
import itertools
import sys
import traceback
from collections.abc import Awaitable, Callable
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import uvloop
from msgspec import Struct, structs
from rich.live import Live
from rich.markup import escape

from exchange.language.journal import JournalError
from exchange.runtime.exchange import SeedRefused
from exchange.runtime.opening import open_market
from exchange.runtime.recovery import Recovery
from exchange.runtime.seeds import SeedError, default_seeds_dir
from gateway.app import build_app, serving
from gateway.cli import account, advice, leases, operator, prices, public, trading, vouchers
from gateway.cli.session import console_for
from gateway.client.rest import Client
from gateway.demo.admission import KEYS_FILE
from gateway.demo.board import Board, welcome
from gateway.demo.cast import load_cast
from gateway.demo.troupe import on_stage
from gateway.host import HostError, OperatorKey, check_address, ended_by_signals, operator_key, while_it_trades
from gateway.logs import log_to
from gateway.settings import Settings
from gateway.vault import Vault, VaultError

_KNOWN = (HostError, JournalError, SeedError, SeedRefused, VaultError)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_LOOK_S = 1.0  # between two looks of the demo's board
_LINE_EVERY = 15  # looks between two lines, where the output is no terminal


class Host(Struct, frozen=True):
    """A market that is being served."""

    url: str
    key: OperatorKey
    settings: Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version("leasebook"), message="Leasebook %(version)s")
def leasebook() -> None:
    """An exchange for compute: asks and bids on chips over time become funded, metered and settled leases."""


for command in (
    *(public.book, public.markets, public.catalog, public.time, public.clock),
    *(prices.index, prices.candles, advice.quote, advice.explain),
    *(trading.buy, trading.sell, trading.orders, trading.amend, trading.cancel),
    *(account.account, account.statement, account.vouchers, vouchers.programmes, vouchers.kpis),
    *(leases.leases, leases.lease, operator.operator),
):
    leasebook.add_command(command)


def _hosting(data_dir: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of a server as one argument: its Settings."""

    def decorate(act: Callable[[Settings], None]) -> Callable[..., None]:
        @click.option(
            "--host", envvar="LEASEBOOK_HOST", default="127.0.0.1", show_default=True, help="Where to listen."
        )
        @click.option(
            "--port",
            envvar="LEASEBOOK_PORT",
            type=click.IntRange(0, 65535),
            default=8080,
            show_default=True,
            help="At which port.",
        )
        @click.option("--data-dir", envvar="LEASEBOOK_DATA_DIR", type=_FOLDER, default=data_dir, show_default=True,
                      help="For keys and, without a database URL, the database.")  # fmt: skip
        @click.option("--access-key", envvar="LEASEBOOK_ACCESS_KEY",
                      help="What seals access data, 32 bytes in base64; else a key in the data directory.")  # fmt: skip
        @click.option("--database-url", envvar="DATABASE_URL", help="A PostgreSQL to use in place of the embedded one.")
        @wraps(act)
        def command(**options: Any) -> None:
            act(Settings(**options))

        return command

    return decorate


@leasebook.command()
@_hosting("var/market")
@click.option("--sandbox", envvar="LEASEBOOK_SANDBOX", is_flag=True, help="A market to try things in, for ever.")
@click.option("--speed", envvar="LEASEBOOK_SPEED", type=click.FloatRange(0, 100_000), default=1.0, show_default=True,
              help="How many times as fast a sandbox's clock runs; 0 stands still.")  # fmt: skip
def serve(settings: Settings) -> None:
    """Open the market and serve it until SIGTERM or Ctrl-C."""
    log_to(sys.stderr)
    _run(settings, _wait)


@leasebook.command()
@_hosting("var/demo")
@click.option("--speed", type=click.FloatRange(0, 3600), default=60.0, show_default=True,
              help="How many times as fast the market's clock runs.")  # fmt: skip
def demo(settings: Settings) -> None:
    """A sandbox with participants that trade by themselves; started again it goes on."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "demo.log").open("a", encoding="utf-8") as log:
        log_to(log)
        _run(structs.replace(settings, sandbox=True), _perform)


def _run(settings: Settings, show: Callable[[Host], Awaitable[None]]) -> None:
    """Serve the market and show it, until a signal; exit code 1 and a last line when it ends otherwise."""
    console = console_for(stderr=True)
    try:
        uvloop.run(_host(settings, show))
    except _KNOWN as error:
        console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
    except Exception as error:
        traceback.print_exc()
        line = f"[red]The market has stopped: {escape(repr(error))}.[/] What was answered is kept: start it again."
        console.print(line, soft_wrap=True)
    else:
        return
    raise SystemExit(1)


async def _host(settings: Settings, show: Callable[[Host], Awaitable[None]]) -> None:
    say = console_for().print
    with ended_by_signals():
        check_address(settings.host, settings.port)
        async with open_market(
            data_dir=settings.data_dir,
            database_url=settings.database_url,
            sandbox=settings.sandbox,
            speed=settings.speed,
        ) as market:
            key = await operator_key(market, settings.data_dir)
            vault = Vault(settings.access_key) if settings.access_key else Vault.at(settings.data_dir)
            async with serving(build_app(market, settings, vault), settings) as url:
                kind = f", a sandbox at speed {settings.speed:g}" if settings.sandbox else ""
                say(f"[bold]Leasebook {version('leasebook')}[/] at {url}{kind}")
                say(f"[dim]{_history(market.recovery)}[/]")
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
    return f"{recovery.commands:,} commands replayed in {recovery.seconds:.2f} s; {proof}."


async def _wait(_host: Host) -> None:
    await asyncio.Event().wait()


async def _perform(host: Host) -> None:
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


def main() -> None:
    """The entry point of `leasebook`."""
    leasebook()


if __name__ == "__main__":
    main()
