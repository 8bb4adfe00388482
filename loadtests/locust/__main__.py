"""Run the users against a sandbox of their own: `python -m loadtests.locust [--users N] [--seconds S]`."""

import os
import subprocess
import sys
from pathlib import Path

import click

from loadtests.edge.served import leasebook

FILE = Path(__file__).with_name("locustfile.py")
SPEED = 120  # so that leases start, are metered and end within the run
_STOP_S = 15


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--users", type=click.IntRange(1), default=50, show_default=True, help="Buyers, providers and onlookers.")
@click.option("--seconds", type=click.IntRange(1), default=30, show_default=True, help="For how long.")
def main(users: int, seconds: int) -> None:
    """Buyers over REST, providers and onlookers over the stream; then everything told is held against the server."""
    with leasebook(speed=SPEED) as served:
        command = [sys.executable, "-m", "locust", "--headless", "--only-summary", "-f", str(FILE)]
        command += ["--host", served.url, "--users", str(users), "--spawn-rate", str(users)]
        command += ["--run-time", f"{seconds}s", "--stop-timeout", f"{_STOP_S}s"]
        environment = {**os.environ, "LEASEBOOK_KEY": served.operator}
        raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
