"""What compute has traded at: the index by grade of chips, and the candles of a market."""

import click

from gateway.cli.names import CHIP, REGION
from gateway.cli.session import Session, speaks
from gateway.cli.tables import per_du, table
from gateway.cli.times import DURATION
from gateway.cli.values import grouped, plain_time, short_duration, short_time


@click.command()
@speaks
async def index(session: Session) -> None:
    """CNY per 度 by grade of chips, over the last day in which each one traded."""
    found = await session.client.index()
    drawn = table("grade", "度 per hour from", "CNY per 度", "度 traded", "since UTC", "until UTC",
                  right=("度 per hour from", "CNY per 度", "度 traded"), less=("since UTC",))  # fmt: skip
    for grade in found.items:
        since, until = plain_time(grade.since), plain_time(grade.until)
        drawn.add_row(grade.grade, grade.du_from, grade.price_per_du or "–", grouped(grade.volume_du), since, until)
    session.show(found, drawn)


@click.command()
@click.argument("region", type=REGION)
@click.argument("chip", type=CHIP)
@click.option("--tenor", type=DURATION, default="P1D", show_default=True, help="The length of lease to look at.")
@click.option("--interval", type=DURATION, default="PT1H", show_default=True, help="What one candle spans.")
@click.option("--limit", type=click.IntRange(1, 500), default=24, show_default=True, help="The last so many.")
@speaks
async def candles(session: Session, region: str, chip: str, tenor: str, interval: str, limit: int) -> None:
    """What leases of REGION and CHIP traded at, interval by interval, in CNY per chip-hour."""
    found = await session.client.candles(region, chip, tenor, interval, limit)
    columns = ("from UTC", "open", "high", "low", "close", "per 度", "chip-hours", "trades")
    drawn = table(*columns, right=columns[1:])
    for candle in found.items:
        drawn.add_row(
            short_time(candle.start), candle.open, candle.high, candle.low, candle.close,
            per_du(candle.close, found.du_rate), grouped(candle.volume), str(candle.trades),
        )  # fmt: skip
    head = f"{region} · {chip}   tenor {short_duration(found.tenor)}   by {short_duration(found.interval)}"
    session.show(found, f"[bold]{head}[/]", drawn if found.items else "[dim]no trades[/]")
