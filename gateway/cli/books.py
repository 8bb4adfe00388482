"""`book`: one tenor's book with the last trades, once by REST, or as it moves by the stream.

Live it is drawn at most ten times a second, whatever comes. Its last line is green while what is shown is the server's
book, and red from the moment a connection or a push is lost until the book has been sent anew.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Group, RenderableType
from rich.live import Live as Display
from rich.text import Text

from gateway import answers
from gateway.cli.ladder import ladder
from gateway.cli.names import CHIP, REGION
from gateway.cli.session import Session, speaks
from gateway.cli.times import DURATION
from gateway.client.errors import ClientError

if TYPE_CHECKING:
    from gateway.client.following import BookBuilder
    from gateway.client.live import Live, News

_EVERY_S = 0.1  # between two drawings
_TAPE_LINES = 14
_OTHER_LINES = 9  # of the picture, beside the levels


class Picture(msgspec.Struct, frozen=True):
    """What `leasebook book --json` prints: a book with the last trades of its market."""

    now: str
    book: answers.Book
    trades: tuple[answers.Trade, ...]


@click.command()
@click.argument("region", type=REGION)
@click.argument("chip", type=CHIP)
@click.option("--tenor", type=DURATION, default="P1D", show_default=True, help="The length of lease whose book to see.")
@click.option("--depth", type=click.IntRange(1, 100), default=10, show_default=True, help="Price levels on each side.")
@click.option("--once", is_flag=True, help="Print it once and leave; so it is where the output is no terminal.")
@speaks
async def book(session: Session, region: str, chip: str, tenor: str, depth: int, once: bool) -> None:
    """The book of REGION and CHIP, live until Ctrl-C."""
    now, found, trades = await asyncio.gather(
        session.client.time(),
        session.client.book(region, chip, tenor, depth),
        session.client.trades(region, chip, _TAPE_LINES),
    )
    picture = Picture(now.now, found, trades.items)
    if once or session.as_json or not session.console.is_terminal:
        drawn = ladder(picture.book, picture.trades, picture.now, depth, session.console.width)
        session.show(picture, drawn)
        return
    market = f"{region}/{chip}"
    async with session.client.follow(f"book:{market}/{found.tenor}", f"trades:{market}") as live:
        await _Moving(session, live, picture, depth).show()


class _Moving:
    """A book as it moves."""

    def __init__(self, session: Session, live: "Live", picture: Picture, depth: int) -> None:
        self._session = session
        self._live = live
        self._book = picture.book
        self._now = picture.now
        self._tape = deque(picture.trades, _TAPE_LINES)
        self._depth = depth
        self._builder: BookBuilder | None = None
        self._changed = True

    async def show(self) -> None:
        """Draw what has changed, again and again; raises what ends the stream for good."""
        console, was_live = self._session.console, False
        listening = asyncio.create_task(self._listen(), name="book")
        try:
            with Display(console=console, auto_refresh=False) as display:
                while not listening.done():
                    is_live = self._is_live
                    if is_live and not was_live:
                        await self._fetch_tape()
                    if self._changed or is_live is not was_live:
                        was_live, self._changed = is_live, False
                        display.update(self._drawn(), refresh=True)
                    await asyncio.wait([listening], timeout=_EVERY_S)
            await listening
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        async for news in self._live:
            self._take(news)

    def _take(self, news: "News") -> None:
        self._now, self._changed = news.pushes[-1].at, True
        if news.book is not None:
            self._builder = news.book
        for push in news.pushes:
            if news.book is None and push.channel.startswith("trades:"):
                known = {trade.trade_id for trade in self._tape}
                new = msgspec.json.decode(push.data, type=answers.NewTrades).items
                self._tape.extendleft(trade for trade in new if trade.trade_id not in known)

    async def _fetch_tape(self) -> None:
        """The last trades, with those that were made while nobody listened."""
        with suppress(ClientError):
            found = await self._session.client.trades(self._book.region, self._book.chip, _TAPE_LINES)
            self._tape = deque(found.items, _TAPE_LINES)
            self._changed = True

    @property
    def _is_live(self) -> bool:
        return self._live.connected and self._builder is not None and self._builder.whole

    def _drawn(self) -> RenderableType:
        size = self._session.console.size
        depth = min(self._depth, max(1, (size.height - _OTHER_LINES) // 2))
        if self._builder is not None:
            self._book = msgspec.structs.replace(
                self._book, seq=self._builder.seq, asks=self._builder.asks, bids=self._builder.bids
            )
        state = state_line(self._is_live, self._live.connected, self._live.why)
        return Group(ladder(self._book, tuple(self._tape)[: 2 * depth + 1], self._now, depth, size.width), state)


def state_line(live: bool, connected: bool, why: str) -> Text:
    """Whether what is shown is the server's book; if not, what is done about it."""
    if live:
        return Text("● live", style="green")
    if connected:
        return Text("● something was missed: asking for the whole book", style="red")
    return Text(f"● not live: {why}; trying again", style="red")
