"""Open consoles on busy markets: `python -m loadtests.consoles [--quick] [--json] [--record]`."""

import sys
import time

import click

from gateway.cli.session import console_for
from loadtests.bench.report import cpu, record, show, to_json
from loadtests.consoles.bench import PLAN, QUICK, bench_consoles
from loadtests.record import machine

TITLE = "# Open consoles, and what orders wait meanwhile, newest first\n"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="A few consoles for a second, to see that everything runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--record", "keep", is_flag=True, help="Put the table on top of loadtests/results/consoles.md.")
def main(quick: bool, as_json: bool, keep: bool) -> None:
    """Send orders on a timetable with no console open and with 200, and tell what they cost and whether they are right.

    Exit code 1 when a promise was broken.
    """
    began = time.monotonic()
    result = bench_consoles(QUICK if quick else PLAN, lambda what: click.echo(what, err=True))
    command = " ".join(["python -m loadtests.consoles", *sys.argv[1:]])
    had = f"{cpu()}, {machine()}; {time.monotonic() - began:.0f} s in all."
    if as_json:
        click.echo(to_json([result], command, had))
    else:
        show([result], console_for(), had)
    if keep:
        click.echo(f"recorded in {record([result], command, had, name='consoles', title=TITLE)}", err=True)
    if not all(promise.kept for promise in result.promises):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
