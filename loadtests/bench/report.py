"""What benches found, as tables for the terminal, as JSON, and as markdown with its conditions."""

import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from loadtests.record import RESULTS, machine

TITLE = "# Benches of the books and the core, newest first\n"


class Promise(msgspec.Struct, frozen=True):
    """A figure that has to be reached, and whether it was."""

    what: str
    required: str
    found: str
    kept: bool


class Result(msgspec.Struct, frozen=True):
    """One bench: a table of texts, the same figures as numbers, and what was promised."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    figures: list[dict[str, Any]]
    promises: list[Promise]
    notes: tuple[str, ...]


def show(results: Sequence[Result], console: Console, had: str = "") -> None:
    """Draw every bench, then what was promised, and the conditions: `had`, or those of a bench."""
    for result in results:
        table = Table(*result.columns, title=result.title, title_justify="left", caption_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in result.rows:
            table.add_row(*row)
        console.print(table)
        for note in result.notes:
            console.print(f"  {note}", style="dim", highlight=False)
        console.print()
    promises = Table("promise", "required", "found", "", title="promises", title_justify="left")
    for promise in (promise for result in results for promise in result.promises):
        verdict = "[green]kept[/]" if promise.kept else "[red]broken[/]"
        promises.add_row(promise.what, promise.required, promise.found, verdict)
    console.print(promises)
    console.print(had or conditions(), highlight=False)


def to_json(results: Sequence[Result], command: str, had: str = "") -> str:
    """Every figure and its conditions."""
    whole = {"command": command, "conditions": had or conditions(), "results": results}
    return msgspec.json.format(msgspec.json.encode(whole)).decode()


def record(results: Sequence[Result], command: str, had: str = "", *, name: str = "bench", title: str = TITLE) -> Path:
    """Put the tables on top of `results/<name>.md`, under its title; returns the file."""
    path = RESULTS / f"{name}.md"
    earlier = path.read_text(encoding="utf-8").removeprefix(title) if path.exists() else ""
    today = date.today().isoformat()  # noqa: DTZ011 - the day on the calendar of whoever ran it
    lines = [title, f"## {today}\n", f"    {command}\n", f"{had or conditions()}\n"]
    for result in results:
        lines += [f"### {result.title}\n", *markdown(result.columns, result.rows), ""]
        lines += [f"- {note}" for note in result.notes] + [""]
    promises = [
        (promise.what, promise.required, promise.found, "kept" if promise.kept else "broken")
        for result in results
        for promise in result.promises
    ]
    lines += ["### Promises\n", *markdown(("promise", "required", "found", ""), promises), "", earlier]
    RESULTS.mkdir(exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return path


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table as lines of markdown."""
    return [f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows)]


def conditions() -> str:
    """The machine, and what was done about garbage."""
    return f"{cpu()}, {machine()}; garbage collector on, what was built before the first timed command frozen."


def cpu() -> str:
    """The processor's name, as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
