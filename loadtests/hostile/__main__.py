"""Attack a server: `python -m loadtests.hostile [--quick] [--json] [--record] [NAME …]`, all attacks or those named."""

import sys
import time

import click

from gateway.cli.session import console_for
from loadtests.bench.report import cpu, record, show, to_json
from loadtests.hostile.attacks import attacks
from loadtests.hostile.bench import PLAN, QUICK, bench_hostile
from loadtests.record import machine

TITLE = "# Attacks, and what honest orders wait meanwhile, newest first\n"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(tuple(attacks(""))))
@click.option("--quick", is_flag=True, help="A few attacks for a second, to see that everything runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--record", "keep", is_flag=True, help="Put the table on top of loadtests/results/hostile.md.")
def main(names: tuple[str, ...], quick: bool, as_json: bool, keep: bool) -> None:
    """Attack a server in every way there is here, and measure what honest users notice of it.

    Exit code 1 when a promise was broken.
    """
    plan = QUICK if quick else PLAN
    began = time.monotonic()
    result = bench_hostile(plan._replace(names=names or plan.names), lambda what: click.echo(what, err=True))
    command = " ".join(["python -m loadtests.hostile", *sys.argv[1:]])
    had = f"{cpu()}, {machine()}; {time.monotonic() - began:.0f} s in all."
    if as_json:
        click.echo(to_json([result], command, had))
    else:
        show([result], console_for(), had)
    if keep:
        click.echo(f"recorded in {record([result], command, had, name='hostile', title=TITLE)}", err=True)
    if not all(promise.kept for promise in result.promises):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
