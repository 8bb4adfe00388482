"""A book as a ladder: asks above, bids below, a bar for the chips at each price, and the last trades beside it.

Pure drawing: the height is given by the levels, the width by the bars and the numbers.
"""

from collections.abc import Sequence

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from exchange.language.units import CHIP_PLACES, MONEY_PLACES, format_chips, format_money, parse_decimal
from gateway import answers
from gateway.cli.tables import per_du, table
from gateway.cli.values import plain_time, short_duration

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR_CELLS = range(6, 19)
_BESIDE_CELLS = 74  # what stands beside the bars, where trades stand beside the levels
ASK, BID = "red", "green"


def ladder(
    book: answers.Book, trades: Sequence[answers.Trade], now: str, depth: int, width: int = 100
) -> RenderableType:
    """The whole picture of one tenor's book, to fit so many cells."""
    head = Text.assemble(
        (f"{book.region} · {book.chip}", "bold"),
        f"   tenor {short_duration(book.tenor)}",
        (f"   {plain_time(now)} UTC   seq {book.seq}", "dim"),
    )
    unit = "CNY per chip-hour" + (f", which is {book.du_rate} 度" if book.du_rate else "")
    return Group(
        head,
        Text(unit, style="dim"),
        Text(),
        Columns([_levels(book, depth, _cells(width)), _tape(trades)], padding=(0, 4)),
    )


def _cells(width: int) -> int:
    """How long a bar is at most."""
    return min(max(width - _BESIDE_CELLS, _BAR_CELLS[0]), _BAR_CELLS[-1])


def _levels(book: answers.Book, depth: int, cells: int) -> Table:
    asks, bids = book.asks[:depth], book.bids[:depth]
    most_milli = max((parse_decimal(chips, CHIP_PLACES) for _, chips, _ in (*asks, *bids)), default=0)
    drawn = table("price", "per 度", "chips", "orders", "depth", right=("price", "per 度", "chips", "orders"))
    for rung in reversed(asks):
        _add(drawn, rung, book.du_rate, _bar(rung[1], most_milli, cells), ASK)
    if not asks:
        drawn.add_row(Text("no asks", style="dim"))
    drawn.add_row(*_spread(asks, bids))
    for rung in bids:
        _add(drawn, rung, book.du_rate, _bar(rung[1], most_milli, cells), BID)
    if not bids:
        drawn.add_row(Text("no bids", style="dim"))
    return drawn


def _add(drawn: Table, rung: answers.Rung, du_rate: str | None, bar: str, color: str) -> None:
    price, chips, orders = rung
    drawn.add_row(Text(price, style=color), per_du(price, du_rate), chips, str(orders), Text(bar, style=color))


def _spread(asks: Sequence[answers.Rung], bids: Sequence[answers.Rung]) -> tuple[Text, ...]:
    if not asks or not bids:
        return (Text("─" * 6, style="dim"),)
    gap_micros = parse_decimal(asks[0][0], MONEY_PLACES) - parse_decimal(bids[0][0], MONEY_PLACES)
    return (Text(f"↕ {format_money(gap_micros)}", style="dim"),)


def _bar(chips: str, most_milli: int, cells: int) -> str:
    """A bar of eighths of a cell, never empty for what is not nothing."""
    chips_milli = parse_decimal(chips, CHIP_PLACES)
    if not chips_milli:
        return ""
    eighths = max(1, chips_milli * cells * 8 // most_milli)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def _tape(trades: Sequence[answers.Trade]) -> Table:
    drawn = table("last trades", "price", "chips", "from", right=("price", "chips"))
    for trade in trades:
        color = BID if trade.taker == "bid" else ASK
        quantity = format_chips(parse_decimal(trade.quantity, CHIP_PLACES))
        drawn.add_row(plain_time(trade.at)[5:16], Text(trade.price, style=color), quantity, plain_time(trade.start)[5:])
    if not trades:
        drawn.add_row(Text("none yet", style="dim"))
    return drawn
