"""Kill a market under load: `python -m loadtests.kills [--kills N] [--seed S] [--quick] [--json] [--record]`."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import click
from msgspec.structs import replace

from gateway.cli.session import console_for
from loadtests.bench.report import cpu, record, show, to_json
from loadtests.kills.campaign import QUICK, Campaign, Played, Skipped, play
from loadtests.kills.table import TITLE, line_of, result_of
from loadtests.record import machine


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--kills", type=click.IntRange(2), default=100, show_default=True, help="How many kill -9.")
@click.option("--seed", default="1", show_default=True, help="What everything that can be drawn is drawn from.")
@click.option("--quick", is_flag=True, help="A few kills and a small crowd, to see that everything runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--record", "keep", is_flag=True, help="Put the table on top of loadtests/results/kills.md.")
def main(kills: int, seed: str, quick: bool, as_json: bool, keep: bool) -> None:
    """Disturb servers and databases under load, and compare what is there with what clients were told.

    Exit code 1 when anything was lost, doubled or is not as it was told; the data directory is then kept.
    """
    campaign = replace(QUICK, seed=seed) if quick else Campaign(kills=kills, seed=seed)
    folder = Path(tempfile.mkdtemp(prefix="leasebook-kills-"))
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up, as after Ctrl-C
    played = asyncio.run(_watch(campaign, folder))
    result = result_of(campaign, played)
    command = " ".join(["python -m loadtests.kills", *sys.argv[1:]])
    had = f"{cpu()}, {machine()}; {time.monotonic() - began:.0f} s in all."
    if as_json:
        click.echo(to_json([result], command, had))
    else:
        show([result], console_for(), had)
    if keep:
        click.echo(f"recorded in {record([result], command, had, name='kills', title=TITLE)}", err=True)
    if all(promise.kept for promise in result.promises):
        shutil.rmtree(folder, ignore_errors=True)
        return
    for each in played:
        if isinstance(each, Played):
            for finding in each.act.findings:
                click.echo(f"{each.where}, {each.act.kind}: {finding.kind}: {finding.detail}", err=True)
    click.echo(f"the data directories are kept in {folder}; the same draws again: --seed {seed}", err=True)
    raise SystemExit(1)


async def _watch(campaign: Campaign, folder: Path) -> list[Played | Skipped]:
    played: list[Played | Skipped] = []
    async for each in play(campaign, folder):
        played.append(each)
        click.echo(f"{len(played):4} {line_of(each)}", err=True)
    return played


if __name__ == "__main__":
    main()
