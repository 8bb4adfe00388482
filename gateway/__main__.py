"""The command `leasebook`."""

import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from importlib.metadata import version
from io import TextIOWrapper
from ipaddress import ip_network
from typing import Any, Final

import click
from click.core import ParameterSource
from msgspec import structs

from gateway.cli.listing import Listing
from gateway.cli.values import FOLDER
from gateway.settings import Settings, limit_of

# Where each command is; its module is loaded when the command is asked for.
_COMMANDS: Final = {
    **dict.fromkeys(("account", "statement", "vouchers"), "account"),
    **dict.fromkeys(("quote", "explain"), "advice"),
    "book": "books",
    "completion": "completion",
    **dict.fromkeys(("verify", "rebuild", "backup", "restore", "replay", "snapshot"), "keeping"),
    "key": "keys",
    **dict.fromkeys(("leases", "lease"), "leases"),
    "limits": "limits",
    "operator": "operator",
    **dict.fromkeys(("index", "candles"), "prices"),
    **dict.fromkeys(("markets", "catalog", "time", "clock"), "public"),
    **dict.fromkeys(("sell", "resell"), "selling"),
    **dict.fromkeys(("buy", "orders", "amend", "cancel"), "trading"),
    **dict.fromkeys(("programmes", "kpis"), "vouchers"),
    "watch": "watching",
}


class _Commands(Listing):
    """The commands of `gateway.cli`, beside those that are here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted((*super().list_commands(ctx), *_COMMANDS))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        command = getattr(import_module(f"gateway.cli.{_COMMANDS[cmd_name]}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version("leasebook"), message="Leasebook %(version)s")
def leasebook() -> None:
    """An exchange for compute: asks and bids on chips over time become funded, metered and settled leases."""


class _NetworkType(click.ParamType[str]):
    """An IP address or network; in the environment several of them with commas between."""

    name = "network"
    envvar_list_splitter = ","

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return str(ip_network(value.strip(), strict=False))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class _LimitType(click.ParamType[tuple[str, float]]):
    """A limit by its name, such as `trade_per_s=5000`; in the environment several of them with commas between."""

    name = "name=number"
    envvar_list_splitter = ","

    def convert(
        self, value: str | tuple[str, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        try:
            return limit_of(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


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
        @click.option("--trusted-proxy", "trusted_proxies", envvar="LEASEBOOK_TRUSTED_PROXIES", type=_NetworkType(),
                      multiple=True, help="A proxy's address or network, whose X-Forwarded-For is believed; may be "
                      "given several times.")  # fmt: skip
        @click.option("--data-dir", envvar="LEASEBOOK_DATA_DIR", type=FOLDER, default=data_dir,
                      show_default=True, help="For keys and, without a database URL, the database.")  # fmt: skip
        @click.option("--access-key", envvar="LEASEBOOK_ACCESS_KEY",
                      help="What seals access data, 32 bytes in base64; else a key in the data directory.")  # fmt: skip
        @click.option("--database-url", envvar="DATABASE_URL", help="A PostgreSQL to use in place of the embedded one.")
        @click.option("--snapshot-every", envvar="LEASEBOOK_SNAPSHOT_EVERY", type=click.IntRange(0), default=100_000,
                      show_default=True, help="Commands between two snapshots of the market; 0: none.")  # fmt: skip
        @click.option("--limit", "limits", envvar="LEASEBOOK_LIMITS", type=_LimitType(), multiple=True,
                      help="Another limit, such as trade_per_s=5000; may be given several times.")  # fmt: skip
        @click.option("--log-requests", envvar="LEASEBOOK_LOG_REQUESTS", is_flag=True,
                      help="Log every request and command; else what operators do, and what goes wrong.")  # fmt: skip
        @wraps(act)
        def command(limits: tuple[tuple[str, float], ...], **options: Any) -> None:
            act(structs.replace(Settings(**options), **dict(limits)))

        return command

    return decorate


@leasebook.command()
@_hosting("var/market")
@click.option("--sandbox", envvar="LEASEBOOK_SANDBOX", is_flag=True, help="A market to try things in, for ever.")
@click.option("--speed", envvar="LEASEBOOK_SPEED", type=click.FloatRange(0, 100_000), default=1.0, show_default=True,
              help="How many times as fast a sandbox's clock runs; 0 stands still.")  # fmt: skip
@click.option("--take-over", is_flag=True, help="Shut out a server that has the database open but does not answer.")
def serve(settings: Settings) -> None:
    """Open the market and serve it until SIGTERM or Ctrl-C."""
    from gateway import root  # noqa: PLC0415 - the server's imports would double what every other command takes
    from gateway.logs import log_to  # noqa: PLC0415 - as above

    said = click.get_current_context().get_parameter_source("speed")
    if said is not ParameterSource.DEFAULT and not settings.sandbox:
        raise click.UsageError("--speed is for a sandbox, and a live market can never become one: add --sandbox")
    log_to(sys.stderr, every=settings.log_requests)
    root.run(settings, root.wait)


@leasebook.command()
@_hosting("var/demo")
@click.option("--speed", type=click.FloatRange(0, 3600), default=60.0, show_default=True,
              help="How many times as fast the market's clock runs.")  # fmt: skip
def demo(settings: Settings) -> None:
    """A sandbox with participants that trade by themselves; started again it goes on."""
    from gateway import root  # noqa: PLC0415 - as above
    from gateway.logs import log_to  # noqa: PLC0415 - as above

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "demo.log").open("a", encoding="utf-8") as log:
        log_to(log, every=settings.log_requests)
        root.run(structs.replace(settings, sandbox=True), root.perform)


def main() -> None:
    """The entry point of `leasebook`."""
    if isinstance(sys.stdout, TextIOWrapper):  # what is done is not to end as a failure for want of a 度
        sys.stdout.reconfigure(errors="replace")
    leasebook(prog_name="leasebook")


if __name__ == "__main__":
    main()
