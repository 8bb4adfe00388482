"""Put a timetable of orders on a server of its own: `python -m loadtests.openloop [--rate N] [--door stream] …`."""

import click

from loadtests.edge.orders import KINDS
from loadtests.edge.rows import LEASEBOOK, REST, STREAM, Row, Span, run_row
from loadtests.openloop.running import BEHIND_MAX_S


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rate", type=click.IntRange(1), default=1_000, show_default=True, help="Requests a second, offered.")
@click.option("--seconds", type=click.FloatRange(0.1), default=10.0, show_default=True, help="For how long.")
@click.option("--door", type=click.Choice((REST, STREAM)), default=STREAM, show_default=True, help="How they come.")
@click.option("--clients", type=click.IntRange(1, 512), default=64, show_default=True, help="Connections, accounts.")
@click.option("--orders", "kind", type=click.Choice(KINDS), default="turn", show_default=True, help="What is sent.")
def main(rate: int, seconds: float, door: str, clients: int, kind: str) -> None:
    """Send orders at instants fixed beforehand, and tell how long after those the answers came.

    Nothing is printed before every answered order was found at the server in the state that it was answered with, and
    the audit of the whole market found nothing wrong.
    """
    row = Row(LEASEBOOK, door, kind, clients, rate=rate)
    figures = run_row(row, Span(warm_s=1, run_s=seconds, behind_max_s=BEHIND_MAX_S))
    times = figures.ran.latencies
    if figures.ran.behind:
        click.echo(
            f"given up: an answer was out for {BEHIND_MAX_S:.0f} s at {rate:,}/s; {times.per_second:,.0f}/s came"
        )
        raise SystemExit(1)
    click.echo(
        f"{rate:,}/s offered by {door}, {times.answers:,} answered: p50 {times.p50_ms:.2f} ms, "
        f"p99 {times.p99_ms:.2f} ms, p99.9 {times.p999_ms:.2f} ms, at most {times.most_ms:.1f} ms"
    )
    click.echo(f"{figures.checked:,} orders are as they were answered; the audit finds nothing")
    if figures.refused:
        click.echo(f"{figures.refused:,} requests were refused")


if __name__ == "__main__":
    main()
