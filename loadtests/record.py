"""Keep a result with its conditions: a markdown file per kind of run, the newest on top."""

import os
import platform
from datetime import date
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def record(name: str, title: str, command: str, rows: list[tuple[str, str]], conditions: str) -> Path:
    """Put a table on top of `results/<name>.md`, under the file's title; returns the file."""
    path = RESULTS / f"{name}.md"
    heading = f"# {title}\n"
    earlier = path.read_text(encoding="utf-8").removeprefix(heading) if path.exists() else ""
    lines = [
        heading,
        f"## {date.today().isoformat()}\n",  # noqa: DTZ011 - the day on the calendar of whoever ran it
        f"    {command}\n",
        f"{machine()}\n",
        "| | |",
        "| --- | --- |",
        *(f"| {label} | {value} |" for label, value in rows),
        "",
        conditions,
        earlier,
    ]
    RESULTS.mkdir(exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return path


def machine() -> str:
    """What the run had: operating system, cores, Python. No names of hosts or people."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        system = platform.system()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{system}, {platform.machine()}, {os.cpu_count()} cores, {python}"
