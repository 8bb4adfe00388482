"""`python -m tests.simulator`: many histories, or one of them again, or with a defect that must be found."""

import gc
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulator.history import Told, tell
from tests.simulator.mutants import ALL, mutated

AT_ONCE = 10  # seeds that a process is given at a time
# Then other processes take their place: something of each history in which the database fails is never let go, and all
# that there is is looked through for what can be after each.
IN_A_POOL = 1_000


@click.command()
@click.option("--seeds", default=2_000, help="How many histories.", show_default=True)
@click.option("--first", default=0, help="The first seed.", show_default=True)
@click.option("--seed", type=int, help="One history alone.")
@click.option("--trace", is_flag=True, help="Show all that happens in it.")
@click.option("--jobs", default=2, help="Processes.", show_default=True)
@click.option("--canary", is_flag=True, help="Answer before the commit is durable: this must be found.")
@click.option("--mutant", type=click.Choice(sorted(ALL)), help="With this defect: it must be found.")
@click.option("--json", "as_json", is_flag=True, help="Say what came of it as JSON.")
def main(
    seeds: int, first: int, seed: int | None, trace: bool, jobs: int, canary: bool, mutant: str | None, as_json: bool
) -> None:
    """Run histories of the real market under faults, one seed each. Fails when one does, or when a defect is missed."""
    bug = "canary" if canary else mutant
    if seed is not None:
        told = _some([seed], bug, show=trace)
    else:
        told = _many(range(first, first + seeds), jobs, bug)
    failed = [each for each in told if each.failure is not None]
    if as_json:
        click.echo(json.dumps(_summary(told, failed)))
    else:
        _report(told, failed, bug)
    sys.exit(bool(failed) if bug is None else not failed)


def _many(wanted: range, jobs: int, bug: str | None) -> list[Told]:
    """All of them, in order; with a defect, no more than it takes to find it. Tells at once of one that fails."""
    told: list[Told] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("histories", total=len(wanted))
        for start in range(0, len(wanted), IN_A_POOL):
            for some in _pooled(wanted[start : start + IN_A_POOL], jobs, bug):
                told.extend(some)
                progress.update(bar, completed=len(told))
                if bug is not None and told[-1].failure is not None:
                    return told
                for each in some:
                    if bug is None and each.failure is not None:
                        progress.console.print(f"seed {each.seed}: {each.failure}", markup=False)
    return sorted(told, key=lambda each: each.seed)


def _pooled(wanted: range, jobs: int, bug: str | None) -> Iterator[list[Told]]:
    """A few at a time, as they are done, by processes that end with them; what nobody takes is cancelled."""
    with ProcessPoolExecutor(jobs) as pool:
        parts = [wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE)]
        running = [pool.submit(_some, part, bug) for part in parts]
        try:
            for done in as_completed(running):
                yield done.result()
        finally:
            for each in running:  # one by one: what the pool's own shutdown cancels, its end may take back
                each.cancel()


def _some(seeds: Sequence[int], bug: str | None, show: bool = False) -> list[Told]:
    """A few, one after the other; with a defect until it is found."""
    told: list[Told] = []
    with nullcontext() if bug is None else mutated(bug):
        for seed in seeds:
            told.append(tell(seed, click.echo if show else None))
            if bug is not None and told[-1].failure is not None:
                break
    gc.collect()  # the histories themselves, which each was frozen with
    return told


def _summary(told: list[Told], failed: list[Told]) -> dict[str, Any]:
    counts = sum((Counter(each.counts) for each in told), Counter[str]())
    return {
        "histories": len(told),
        "commands": sum(each.commands for each in told),
        "simulated_s": round(sum(each.span_s for each in told)),
        "traces": {str(each.seed): each.trace for each in told} if len(told) == 1 else {},
        "failed": {str(each.seed): each.failure for each in failed},
        "counts": dict(sorted(counts.items())),
    }


def _report(told: list[Told], failed: list[Told], bug: str | None) -> None:
    """In words: what was run, what failed, and the command that shows it again."""
    found = _summary(told, failed)
    hours, counts = found["simulated_s"] / 3600, found["counts"]
    click.echo(f"{len(told):,} histories, {found['commands']:,} commands, {hours:,.0f} simulated hours")
    click.echo("  ".join(f"{kind} {count:,}" for kind, count in counts.items()))
    for each in failed[:5]:
        click.echo(f"\nseed {each.seed}: {each.failure}")
        defect = "" if bug is None else " --canary" if bug == "canary" else f" --mutant {bug}"
        click.echo(f"again: .venv/bin/python -m tests.simulator --seed {each.seed} --trace{defect}")
    if bug is None:
        click.echo(f"{len(failed)} failed" if failed else "none failed")
    else:
        click.echo(f"{bug}: {'found' if failed else 'NOT FOUND'}")


if __name__ == "__main__":
    main()
