"""Channels of the stream by name, and their news as frames.

`account`, `book:{region}/{chip}/{tenor}`, `trades:{region}/{chip}` and `status`; books and trades with `/paced` behind
them, too. A tenor may be written in any way that durations may; the channel bears the one that the catalogue has.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from exchange.language.instants import format_duration, format_instant
from exchange.language.news import BookNews, StatusNews, TradesNews
from exchange.language.port import Market, Reads
from exchange.language.rejects import Code
from exchange.language.statements import Told
from exchange.language.units import MilliDu, Seconds
from exchange.language.views import Level
from gateway import answers, intake, wire, wire_public
from gateway.errors import Refusal

ACCOUNT: Final = "account"
BOOK: Final = "book"
TRADES: Final = "trades"
STATUS: Final = "status"
PACED: Final = "/paced"

SNAPSHOT, UPDATE = "snapshot", "update"

_encode: Final = msgspec.json.Encoder().encode


class Channel(NamedTuple):
    """One channel: what kind, and what of."""

    kind: str
    region: str = ""
    chip: str = ""
    tenor_s: Seconds = 0
    rate_milli: MilliDu | None = None  # of the chip type
    paced: bool = False  # what comes fast comes merged

    @property
    def name(self) -> str:
        paced = PACED if self.paced else ""
        match self.kind:
            case "book":
                return f"book:{self.region}/{self.chip}/{format_duration(self.tenor_s)}{paced}"
            case "trades":
                return f"trades:{self.region}/{self.chip}{paced}"
        return self.kind


def read_channels(names: Sequence[str], reads: Reads) -> list[Channel]:
    """The channels of these names, each once; a Refusal for one that is not there."""
    found = [_read(name, f"channels[{place}]", reads) for place, name in enumerate(names)]
    return list({channel.name: channel for channel in found}.values())


def _read(name: str, param: str, reads: Reads) -> Channel:
    if name in (ACCOUNT, STATUS):
        return Channel(name)
    kind, _, scope = name.partition(":")
    paced = scope.endswith(PACED)
    parts = scope.removesuffix(PACED).split("/")
    if (kind, len(parts)) not in ((BOOK, 3), (TRADES, 2)):
        raise _no_channel(name, param)
    region, chip = parts[:2]
    catalog = reads.catalog()
    rates = {entry.chip: entry.du_milli for entry in catalog.chips}
    if all(entry.region != region for entry in catalog.regions) or chip not in rates:
        raise Refusal("unknown_market", param, f"The catalogue has no market {region}/{chip}.")
    if kind == TRADES:
        return Channel(TRADES, region, chip, rate_milli=rates[chip], paced=paced)
    tenor_s = intake.duration(parts[2], param)
    if tenor_s not in catalog.tenors_s:
        known = ", ".join(map(format_duration, catalog.tenors_s))
        raise Refusal(Code.BAD_VALUE.wire, param, f"The tenor of {name} must be one of {known}.")
    return Channel(BOOK, region, chip, tenor_s, rates[chip], paced)


def _no_channel(name: str, param: str) -> Refusal:
    return Refusal(Code.BAD_VALUE.wire, param, f"There is no channel {name}.")


# -------------------------------------------------------------------------------------------------------------- frames


def account_frames(told: Told) -> Iterator[bytes]:
    """All that one command had an account be told; only the last frame does not say that there is more."""
    last = len(told.notices) - 1
    for place, notice in enumerate(told.notices):
        yield _encode(
            answers.Push(
                channel=ACCOUNT,
                seq=told.seq,
                prev_seq=told.prev_seq,
                type=notice.type,
                at=format_instant(notice.at_s),
                data=msgspec.Raw(_encode(wire.detail(notice.data))),
                more=place < last,
            )
        )


def book_frame(name: str, news: BookNews) -> bytes:
    levels = answers.BookLevels(
        asks=_rungs(news.asks),
        bids=_rungs(news.bids),
        checksum=wire_public.checksum(_rungs(news.best_asks), _rungs(news.best_bids)),
    )
    return _frame(name, news, SNAPSHOT if news.whole else UPDATE, levels)


def trades_frame(name: str, news: TradesNews, rate_milli: MilliDu | None) -> bytes:
    trades = answers.NewTrades(items=tuple(wire_public.trade(trade, rate_milli) for trade in news.trades))
    return _frame(name, news, UPDATE, trades)


def status_frame(name: str, news: StatusNews) -> bytes:
    return _frame(name, news, UPDATE if news.prev_seq else SNAPSHOT, wire_public.brakes(news.brakes))


def shutting_down(market: Market) -> bytes:
    """The frame that every socket gets before the server closes it."""
    seq = market.reads.seq
    return _encode(
        answers.Push(
            channel=STATUS,
            seq=seq,
            prev_seq=seq,
            type="shutting_down",
            at=format_instant(market.clock_s),
            data=msgspec.Raw(b"{}"),
        )
    )


def _frame(name: str, news: BookNews | TradesNews | StatusNews, kind: str, data: msgspec.Struct) -> bytes:
    return _encode(
        answers.Push(
            channel=name,
            seq=news.seq,
            prev_seq=news.prev_seq,
            type=kind,
            at=format_instant(news.at_s),
            data=msgspec.Raw(_encode(data)),
        )
    )


def _rungs(levels: tuple[Level, ...]) -> tuple[answers.Rung, ...]:
    return tuple(map(wire_public.rung, levels))
