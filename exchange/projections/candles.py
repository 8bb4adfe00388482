"""Candles: what traded when at what price, by market, tenor and interval; kept as trades come, oldest first.

An interval without trades has no candle.
"""

from exchange.language.events import Traded
from exchange.language.units import Seconds, full_uch
from exchange.language.views import CandleView
from exchange.language.windows import CANDLE_INTERVALS_S, tenor_of


class Candles:
    """All candles there are."""

    def __init__(self) -> None:
        self.tenors_s: tuple[Seconds, ...] = ()
        self.candles: dict[tuple[str, str, Seconds, Seconds], list[CandleView]] = {}

    def traded(self, event: Traded, now_s: Seconds) -> None:
        """A trade has happened."""
        length_s = event.end_s - event.start_s
        tenor_s, price = tenor_of(length_s, self.tenors_s), event.price_micros
        volume = full_uch(event.quantity_milli, length_s)
        for interval_s in CANDLE_INTERVALS_S:
            candles = self.candles.setdefault((event.region, event.chip, tenor_s, interval_s), [])
            start_s = now_s // interval_s * interval_s
            if not candles or candles[-1].start_s != start_s:
                candles.append(
                    CandleView(
                        start_s=start_s,
                        open_micros=price,
                        high_micros=price,
                        low_micros=price,
                        close_micros=price,
                        volume_uch=volume,
                        trades=1,
                    )
                )
                continue
            last = candles[-1]
            candles[-1] = last.but(
                high_micros=max(last.high_micros, price),
                low_micros=min(last.low_micros, price),
                close_micros=price,
                volume_uch=last.volume_uch + volume,
                trades=last.trades + 1,
            )
