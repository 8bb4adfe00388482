"""Tables that fit their terminal: columns are left out, then words are broken up; a number is cut only after all else.

Of a table that is too wide, first the columns that can be spared are left out, in the order that was told. If that is
not enough, its names are put on several lines, broken where a reader would break them; then other columns are left out,
as few as it takes; at last all that holds no number is broken up, too.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import measure_renderables
from rich.table import Column, Table
from rich.text import Text

_WORD_CELLS = 24  # a longer word may be broken anywhere
_LEAST_CELLS = 6  # what every column keeps, as long as there is room
_GAP = 2  # cells between two columns
# After these a line may end: between words, where one is too long within it, and at last between parts of a name.
_BREAKS = (re.compile(r"\s+"), re.compile(r"[/_,]|[:.](?!\d)"), re.compile(r"-(?=[a-z])"))


class Fitting(Table):
    """A table that makes do with the room there is; see the head of this module."""

    def __init__(self, spare: Iterable[str] = (), less: Iterable[str] = ()) -> None:
        super().__init__(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False,
                         collapse_padding=True)  # fmt: skip
        self._spare, self._less = tuple(spare), tuple(less)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        kept, room = list(self.columns), options.max_width
        whole = {id(column): _whole(column, console, options) for column in kept}
        if _sum(whole.values()) <= room:
            yield from super().__rich_console__(console, options)
            return
        least = {id(column): _least(column, console, whole[id(column)]) for column in kept}
        kept = _fewer(kept, self._spare, whole, room)
        lows = [whole[id(one)] for one in kept]
        if _sum(lows) > room:
            low = whole | {id(one): least[id(one)] for one in kept if not one.no_wrap}
            kept = _fewer(kept, self._less, low, room)
            lows = [low[id(one)] for one in kept]
        if _sum(lows) > room:
            lows = [whole[id(one)] if one.justify == "right" else least[id(one)] for one in kept]
        yield self._drawn(kept, _shared(lows, [whole[id(one)] for one in kept], room), console)

    def _drawn(self, kept: Sequence[Column], widths: Sequence[int], console: Console) -> Table:
        """A plain table of these columns, what is wider than its column on several lines."""
        drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, collapse_padding=True)
        for column, width in zip(kept, widths, strict=True):
            number = column.justify == "right"
            drawn.add_column(
                broken(_text(column.header, console), width), justify=column.justify, no_wrap=number, overflow="fold",
                min_width=width if number else None, max_width=None if number else width,
            )  # fmt: skip
        for row, cells in zip(self.rows, zip(*(column.cells for column in kept), strict=True), strict=True):
            lines = (broken(_text(cell, console), width) for cell, width in zip(cells, widths, strict=True))
            drawn.add_row(*lines, style=row.style, end_section=row.end_section)
        return drawn


def _fewer(columns: Sequence[Column], less: Iterable[str], widths: dict[int, int], room: int) -> list[Column]:
    """Columns without as many of those that may be left out, the first first, as it takes."""
    kept = list(columns)
    for header in less:
        if _sum(widths[id(one)] for one in kept) <= room:
            break
        kept = [column for column in kept if column.header != header]
    return kept


def broken(text: Text, width: int) -> Text:
    """A text on lines of at most so many cells, each as full as can be; only what fits on no line is taken apart."""
    begin, cuts = 0, list[int]()
    for last, end in _pieces(text.plain, 0, len(text.plain), width, _BREAKS):
        if last > begin and cell_len(text.plain[begin:end].rstrip()) > width:
            cuts.append(last)
            begin = last
    lines = text.divide(cuts)
    for line in lines:
        line.rstrip()
    return Text("\n").join(lines)


def _text(cell: RenderableType, console: Console) -> Text:
    assert isinstance(cell, str | Text), "cells are texts"
    return console.render_str(cell) if isinstance(cell, str) else cell


def _whole(column: Column, console: Console, options: ConsoleOptions) -> int:
    """The width at which nothing of a column is broken up."""
    return measure_renderables(console, options.update(max_width=10_000), (column.header, *column.cells)).maximum


def _least(column: Column, console: Console, whole: int) -> int:
    """The width at which no word of a column is broken up, unless it is very long."""
    texts = (_text(cell, console).plain for cell in (column.header, *column.cells))
    return min(whole, _WORD_CELLS, max((cell_len(word) for text in texts for word in _words(text)), default=0))


def _words(text: str) -> Iterable[str]:
    return (text[begin:end].rstrip() for begin, end in _pieces(text, 0, len(text), 0, _BREAKS[:2]))


def _pieces(
    text: str, begin: int, end: int, width: int, breaks: Sequence[re.Pattern[str]]
) -> Iterable[tuple[int, int]]:
    """Where the parts of a text begin and end between which a line may; what fits on one stays whole."""
    if not breaks or cell_len(text[begin:end].rstrip()) <= width:
        yield begin, end
        return
    inner = [found.end() for found in breaks[0].finditer(text, begin, end) if found.end() < end]
    for first, last in pairwise([begin, *inner, end]):
        yield from _pieces(text, first, last, width, breaks[1:])


def _shared(lows: Sequence[int], highs: Sequence[int], room: int) -> list[int]:
    """Widths between these bounds that fill the room; where not even the least fits, the widest words give way."""
    widths = list(lows)
    while _sum(widths) < room and any(width < high for width, high in zip(widths, highs, strict=True)):
        lacking = [index for index, high in enumerate(highs) if widths[index] < high]
        widths[min(lacking, key=widths.__getitem__)] += 1
    words = [index for index, (low, high) in enumerate(zip(lows, highs, strict=True)) if low < high]
    while words and _sum(widths) > room and max(widths[index] for index in words) > _LEAST_CELLS:
        widths[max(words, key=widths.__getitem__)] -= 1
    return widths


def _sum(widths: Iterable[int]) -> int:
    """How wide columns are together."""
    counted = list(widths)
    return sum(counted) + _GAP * (len(counted) - 1)
