"""What everybody may see: time, catalogue, books, trades, candles, index; and whether the server is well."""

from collections.abc import Sequence

from exchange.language.instants import format_duration, format_instant
from exchange.language.port import Reads
from exchange.language.rejects import Code
from exchange.language.units import MilliDu, Seconds
from exchange.language.windows import CANDLE_INTERVALS_S
from gateway import answers, intake, schema, wire, wire_public
from gateway.desk import Call, Desk, stretch
from gateway.errors import Refusal
from gateway.params import BookParams, CandlesParams, MarketRef, TradesParams


async def alive(_: Call[schema.NoParams]) -> answers.Health:
    return answers.Health(status="ok")


async def ready(call: Call[schema.NoParams]) -> answers.Health:
    if not call.desk.market.ready:
        raise Refusal("not_ready")
    return answers.Health(status="ok")


async def time(call: Call[schema.NoParams]) -> answers.Time:
    return answers.Time(now=format_instant(call.desk.market.clock_s))


async def status(call: Call[schema.NoParams]) -> answers.Status:
    market = call.desk.market
    told = wire_public.brakes(market.reads.brakes())
    return answers.Status(
        state=told.state if market.ready else "stopped",
        brakes=told.brakes,
        sandbox=market.sandbox,
        seq=market.reads.seq,
        now=format_instant(market.clock_s),
    )


async def catalog(call: Call[schema.NoParams]) -> answers.Catalog:
    return wire_public.catalog(call.desk.market.reads.catalog())


async def listing(call: Call[schema.NoParams]) -> answers.Markets:
    """Every market that has, or has had, an order."""
    reads = call.desk.market.reads
    catalog = reads.catalog()
    rates_milli = {entry.chip: entry.du_milli for entry in catalog.chips}
    items = tuple(
        _summary(reads, region, chip, rates_milli[chip], catalog.tenors_s) for region, chip in reads.markets()
    )
    return answers.Markets(items=items, cursor=None)


async def summary(call: Call[MarketRef]) -> answers.MarketSummary:
    region, chip = call.params.region, call.params.chip
    rate_milli = known_rate(call.desk, region, chip)
    reads = call.desk.market.reads
    return _summary(reads, region, chip, rate_milli, reads.catalog().tenors_s)


async def book(call: Call[BookParams]) -> answers.Book:
    region, chip = call.params.region, call.params.chip
    rate_milli = known_rate(call.desk, region, chip)
    reads = call.desk.market.reads
    tenor_s = tenor_of(call.params.tenor, reads)
    depth = call.params.depth
    view = reads.book(region, chip, tenor_s, max(depth, wire_public.CHECKSUM_LEVELS))
    return wire_public.book(view, rate_milli, depth)


async def trades(call: Call[TradesParams]) -> answers.Trades:
    region, chip = call.params.region, call.params.chip
    rate_milli = known_rate(call.desk, region, chip)
    reads = call.desk.market.reads
    found, cursor = stretch(
        lambda before, limit: reads.trades(region, chip, before, limit), lambda trade: trade.trade_id, call.params
    )
    return answers.Trades(items=tuple(wire_public.trade(view, rate_milli) for view in found), cursor=cursor)


async def candles(call: Call[CandlesParams]) -> answers.Candles:
    region, chip = call.params.region, call.params.chip
    rate_milli = known_rate(call.desk, region, chip)
    reads = call.desk.market.reads
    tenor_s = tenor_of(call.params.tenor, reads)
    interval_s = _one_of(call.params.interval, "interval", CANDLE_INTERVALS_S)
    found = reads.candles(region, chip, tenor_s, interval_s, call.params.limit)
    return answers.Candles(
        region=region,
        chip=chip,
        tenor=format_duration(tenor_s),
        interval=format_duration(interval_s),
        du_rate=wire.du_rate(rate_milli),
        items=tuple(map(wire_public.candle, found)),
        cursor=None,
    )


async def index(call: Call[schema.NoParams]) -> answers.Index:
    return answers.Index(items=tuple(map(wire_public.grade, call.desk.market.reads.indices())), cursor=None)


def known_rate(desk: Desk, region: str, chip: str) -> MilliDu | None:
    """The 度 rate of a market's chip type; a Refusal when the catalogue has no such market."""
    view = desk.market.reads.catalog()
    if all(entry.region != region for entry in view.regions):
        raise Refusal("unknown_market", "region", f"No region is called {region}; see the catalogue.")
    for entry in view.chips:
        if entry.chip == chip:
            return entry.du_milli
    raise Refusal("unknown_market", "chip", f"No chip type is called {chip}; see the catalogue.")


def check_place(desk: Desk, region: str | None, chip: str | None) -> None:
    """Refuse the name of a region or a chip type that the catalogue has not; None stands for every one."""
    view = desk.market.reads.catalog()
    if region is not None and all(entry.region != region for entry in view.regions):
        raise Refusal(Code.UNKNOWN_REGION.wire, "region", f"no region is called {region}; see the catalogue")
    if chip is not None and all(entry.chip != chip for entry in view.chips):
        raise Refusal(Code.UNKNOWN_CHIP.wire, "chip", f"no chip type is called {chip}; see the catalogue")


def tenor_of(text: str, reads: Reads) -> Seconds:
    """A tenor of the catalogue; a Refusal that names them when it is none."""
    return _one_of(text, "tenor", reads.catalog().tenors_s)


def _summary(
    reads: Reads, region: str, chip: str, rate_milli: MilliDu | None, tenors_s: Sequence[Seconds]
) -> answers.MarketSummary:
    last = reads.trades(region, chip, None, 1)
    return answers.MarketSummary(
        region=region,
        chip=chip,
        state=reads.market_state(region, chip),
        du_rate=wire.du_rate(rate_milli),
        seq=reads.seq,
        tenors=tuple(wire_public.tenor(reads.book(region, chip, tenor_s, 1), rate_milli) for tenor_s in tenors_s),
        last_trade=wire_public.trade(last[0], rate_milli) if last else None,
    )


def _one_of(text: str, param: str, choices_s: Sequence[Seconds]) -> Seconds:
    """A duration that is one of several; a Refusal that names them when it is none."""
    length_s = intake.duration(text, param)
    if length_s not in choices_s:
        known = ", ".join(map(format_duration, choices_s))
        raise Refusal(Code.BAD_VALUE.wire, param, f"{param} must be one of {known}.")
    return length_s
