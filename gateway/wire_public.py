"""Views to the wire, continued: what everybody may see."""

from collections.abc import Sequence
from zlib import crc32

from exchange.language.commands import OPEN, Rules
from exchange.language.events import MarketStateSet
from exchange.language.instants import format_duration, format_instant
from exchange.language.units import DU_PLACES, MilliDu, format_chips, format_decimal, format_money
from exchange.language.views import BookView, CandleView, CatalogView, IndexView, Level, TradeView
from gateway import answers
from gateway.wire import chip_hours, du_rate, maybe_instant, per_du, share

CHECKSUM_LEVELS = 10


def trade(view: TradeView, rate_milli: MilliDu | None) -> answers.Trade:
    return answers.Trade(
        trade_id=f"trade-{view.trade_id}",
        seq=view.seq,
        at=format_instant(view.at_s),
        region=view.region,
        chip=view.chip,
        price=format_money(view.price_micros),
        price_per_du=per_du(view.price_micros, rate_milli),
        quantity=format_chips(view.quantity_milli),
        start=format_instant(view.start_s),
        end=format_instant(view.end_s),
        taker=view.taker,
    )


def rung(level: Level) -> answers.Rung:
    return format_money(level.price_micros), format_chips(level.chips_milli), level.orders


def best_per_du(levels: tuple[Level, ...], rate_milli: MilliDu | None) -> str | None:
    return per_du(levels[0].price_micros, rate_milli) if levels else None


def book(view: BookView, rate_milli: MilliDu | None, depth: int | None = None) -> answers.Book:
    """A book, cut to so many levels of each side; the checksum is of what was there to be cut."""
    asks, bids = tuple(map(rung, view.asks)), tuple(map(rung, view.bids))
    return answers.Book(
        region=view.region,
        chip=view.chip,
        tenor=format_duration(view.tenor_s),
        seq=view.seq,
        asks=asks[:depth],
        bids=bids[:depth],
        du_rate=du_rate(rate_milli),
        best_ask_per_du=best_per_du(view.asks, rate_milli),
        best_bid_per_du=best_per_du(view.bids, rate_milli),
        checksum=checksum(asks, bids),
    )


def tenor(view: BookView, rate_milli: MilliDu | None) -> answers.TenorSummary:
    """The best of a book on both sides."""
    return answers.TenorSummary(
        tenor=format_duration(view.tenor_s),
        best_ask=rung(view.asks[0]) if view.asks else None,
        best_bid=rung(view.bids[0]) if view.bids else None,
        best_ask_per_du=best_per_du(view.asks, rate_milli),
        best_bid_per_du=best_per_du(view.bids, rate_milli),
    )


def candle(view: CandleView) -> answers.Candle:
    return answers.Candle(
        start=format_instant(view.start_s),
        open=format_money(view.open_micros),
        high=format_money(view.high_micros),
        low=format_money(view.low_micros),
        close=format_money(view.close_micros),
        volume=chip_hours(view.volume_uch),
        trades=view.trades,
    )


def grade(view: IndexView) -> answers.Grade:
    price = view.price_per_du_micros
    return answers.Grade(
        grade=view.grade,
        du_from=format_decimal(view.du_from_milli, DU_PLACES),
        price_per_du=None if price is None else format_money(price),
        volume_du=format_decimal(view.volume_du_milli, DU_PLACES),
        since=maybe_instant(view.since_s),
        until=maybe_instant(view.until_s),
    )


def checksum(asks: tuple[answers.Rung, ...], bids: tuple[answers.Rung, ...]) -> int:
    """CRC32 over the ten best levels of each side, as a client can compute it from what it holds."""
    levels = (*asks[:CHECKSUM_LEVELS], *bids[:CHECKSUM_LEVELS])
    return crc32("|".join(f"{price}:{chips}:{orders}" for price, chips, orders in levels).encode())


def brakes(latest: Sequence[MarketStateSet]) -> answers.Brakes:
    """What is not open, and the venue's own state."""
    braked = [brake for brake in latest if brake.state != OPEN]
    return answers.Brakes(
        state=next((brake.state for brake in braked if brake.region is None and brake.chip is None), OPEN),
        brakes=tuple(
            answers.Brake(region=brake.region, chip=brake.chip, state=brake.state, reason=brake.reason)
            for brake in braked
        ),
    )


def catalog(view: CatalogView) -> answers.Catalog:
    return answers.Catalog(
        regions=tuple(
            answers.Region(
                region=region.region, name_en=region.name_en, name_zh=region.name_zh, kind=region.kind, hub=region.hub
            )
            for region in view.regions
        ),
        chips=tuple(
            answers.Chip(
                chip=chip.chip,
                vendor=chip.vendor,
                model=chip.model,
                du_rate=du_rate(chip.du_milli),
                memory_gb=chip.memory_gb,
                per_node=chip.per_node,
                domestic=chip.domestic,
            )
            for chip in view.chips
        ),
        tenors=tuple(map(format_duration, view.tenors_s)),
        rules=None if view.rules is None else _rules(view.rules),
    )


def _rules(rules: Rules) -> answers.RulesOut:
    return answers.RulesOut(
        step=format_duration(rules.step_s),
        tick=format_money(rules.tick_micros),
        buyer_fee=share(rules.buyer_fee_bp),
        provider_fee=share(rules.provider_fee_bp),
        bond_rate=share(rules.bond_rate_bp),
        bond_window=format_duration(rules.bond_window_s),
        start_grace=format_duration(rules.start_grace_s),
        period=format_duration(rules.period_s),
        close_grace=format_duration(rules.close_grace_s),
        allowance=share(rules.allowance_bp),
        penalty_rate=share(rules.penalty_rate_bp),
        silent_periods=rules.silent_periods,
        band=share(rules.band_bp),
        band_trades=rules.band_trades,
        contest=format_duration(rules.contest_s),
    )
