"""What everybody may follow, as it is told: views of what has changed, each naming the one before it."""

from exchange.language.events import MarketStateSet
from exchange.language.units import Seconds
from exchange.language.views import Level, TradeView, View


class BookNews(View, frozen=True, kw_only=True):
    """A book whole, or the levels of it that have changed, with as many chips as they now have; 0 for a level gone."""

    region: str
    chip: str
    tenor_s: Seconds
    seq: int  # the last command that this takes in
    prev_seq: int  # of the news before; 0 when this is the whole book
    at_s: Seconds
    whole: bool
    asks: tuple[Level, ...]  # in order when whole
    bids: tuple[Level, ...]
    best_asks: tuple[Level, ...]  # what the best levels are now
    best_bids: tuple[Level, ...]


class TradesNews(View, frozen=True, kw_only=True):
    """Trades of one market, oldest first."""

    region: str
    chip: str
    seq: int
    prev_seq: int  # of the news before, or where the market stood when somebody began to listen
    at_s: Seconds
    trades: tuple[TradeView, ...]


class StatusNews(View, frozen=True, kw_only=True):
    """What operators have set last for each market, region, chip type and the venue, open ones included."""

    seq: int
    prev_seq: int
    at_s: Seconds
    brakes: tuple[MarketStateSet, ...]
