"""What everybody may see: the time, the catalogue, books and trades; and whether the server is well."""

from exchange.language.instants import format_duration, format_instant
from exchange.language.rejects import Code
from exchange.language.units import MilliDu
from gateway import answers, intake, schema, wire
from gateway.desk import Call, Desk, stretch
from gateway.errors import Refusal
from gateway.params import BookParams, MarketRef, TradesParams


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
    return answers.Status(
        state="open" if market.ready else "stopped",
        sandbox=market.sandbox,
        seq=market.reads.seq,
        now=format_instant(market.clock_s),
    )


async def catalog(call: Call[schema.NoParams]) -> answers.Catalog:
    return wire.catalog(call.desk.market.reads.catalog())


async def listing(call: Call[schema.NoParams]) -> answers.Markets:
    found = call.desk.market.reads.markets()
    items = tuple(answers.MarketName(region=region, chip=chip) for region, chip in found)
    return answers.Markets(items=items, cursor=None)


async def summary(call: Call[MarketRef]) -> answers.MarketSummary:
    region, chip = call.params.region, call.params.chip
    rate_milli = _known(call.desk, region, chip)
    reads = call.desk.market.reads
    last = reads.trades(region, chip, None, 1)
    return answers.MarketSummary(
        region=region,
        chip=chip,
        du_rate=wire.du_rate(rate_milli),
        seq=reads.seq,
        tenors=tuple(_tenor(call.desk, region, chip, tenor_s) for tenor_s in reads.catalog().tenors_s),
        last_trade=wire.trade(last[0]) if last else None,
    )


async def book(call: Call[BookParams]) -> answers.Book:
    region, chip = call.params.region, call.params.chip
    rate_milli = _known(call.desk, region, chip)
    reads = call.desk.market.reads
    tenor_s = intake.duration(call.params.tenor, "tenor")
    tenors_s = reads.catalog().tenors_s
    if tenor_s not in tenors_s:
        known = ", ".join(map(format_duration, tenors_s))
        raise Refusal(Code.BAD_VALUE.wire, "tenor", f"tenor must be one of {known}.")
    return wire.book(reads.book(region, chip, tenor_s, call.params.depth), rate_milli)


async def trades(call: Call[TradesParams]) -> answers.Trades:
    region, chip = call.params.region, call.params.chip
    _known(call.desk, region, chip)
    reads = call.desk.market.reads
    found, cursor = stretch(
        lambda before, limit: reads.trades(region, chip, before, limit), lambda trade: trade.trade_id, call.params
    )
    return answers.Trades(items=tuple(map(wire.trade, found)), cursor=cursor)


def _known(desk: Desk, region: str, chip: str) -> MilliDu | None:
    """The 度 rate of a market's chip type; a Refusal when the catalogue has no such market."""
    view = desk.market.reads.catalog()
    if all(entry.region != region for entry in view.regions):
        raise Refusal("unknown_market", "region", f"No region is called {region}; see the catalogue.")
    for entry in view.chips:
        if entry.chip == chip:
            return entry.du_milli
    raise Refusal("unknown_market", "chip", f"No chip type is called {chip}; see the catalogue.")


def _tenor(desk: Desk, region: str, chip: str, tenor_s: int) -> answers.TenorSummary:
    top = desk.market.reads.book(region, chip, tenor_s, 1)
    return answers.TenorSummary(
        tenor=format_duration(tenor_s),
        best_ask=wire.rung(top.asks[0]) if top.asks else None,
        best_bid=wire.rung(top.bids[0]) if top.bids else None,
    )
