"""What has traded where: every trade of a region and chip, in order."""

from exchange.language.events import Traded
from exchange.language.units import Seconds
from exchange.language.views import TradeView


class Tape:
    """Trades by market, oldest first."""

    def __init__(self) -> None:
        self.trades: dict[tuple[str, str], list[TradeView]] = {}

    def traded(self, event: Traded, seq: int, now_s: Seconds) -> None:
        """A trade has happened."""
        trade = TradeView(
            trade_id=event.lease_id,
            seq=seq,
            at_s=now_s,
            region=event.region,
            chip=event.chip,
            price_micros=event.price_micros,
            quantity_milli=event.quantity_milli,
            start_s=event.start_s,
            end_s=event.end_s,
            taker=event.taker,
        )
        self.trades.setdefault((event.region, event.chip), []).append(trade)
