"""The views as bytes and back: all that can be read of the market after a command, in typed sections.

Loaded views read as the saved ones did and fold on as those would have, notice for notice. What follows from the rest
is made again, where that is little. Asks are counted for the depth of the books before they are saved, so that the
first look at a loaded book costs no more than any other. Logs and attics are kept as the bytes that they are in memory,
so that a market's past costs little to save and to load. Saving loaded views gives the same bytes.
"""

from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import astuple
from sys import maxsize
from typing import TypeVar

from exchange.language.sections import Opened, Reader, Writer, in_pieces, without_collector
from exchange.language.units import Seconds
from exchange.language.views import Level
from exchange.projections import snapshot_rows as kept
from exchange.projections.depth import Counted, Levels
from exchange.projections.index import Sale
from exchange.projections.kpis import Year
from exchange.projections.numbers import NUMBER, packed_in_pieces, unpacked
from exchange.projections.snapshot_rows import LAYOUT, SECTIONS, STREAM
from exchange.projections.transfers import Transfers
from exchange.projections.usage import Sums
from exchange.projections.views import Views

__all__ = ["LAYOUT", "SECTIONS", "load", "save"]

# In one value:
_PIECE = 1_000  # candles of one series
_NUMBERS = 100_000  # transfers of one account
_ORDERS = 10_000  # of one account

K = TypeVar("K")


def save(views: Views) -> Iterator[bytes]:
    """The parts of the views, a few MB each, made as they are asked for. Nothing may change meanwhile."""
    assert not (views._notices or views._placed or views._made or views._asked or views._untold)
    counts = list(views._depth.counts(views._next_step_s()))  # so that whoever loads this need not count again
    writer, catalog = Writer(STREAM, views.seq), views._catalog
    yield from writer.parts(kept.HEAD, [kept.Head(views.seq, views.now_s, catalog.rules, catalog.tenors_s)])
    yield from writer.parts(kept.REGIONS, catalog.regions.values())
    yield from writer.parts(kept.CHIPS, catalog.chips.values())
    yield from writer.parts(kept.MARKETS, _markets(views))
    yield from _save_accounts(writer, views)
    yield from _save_orders(writer, views, counts)
    yield from _save_programmes(writer, views)
    yield from _save_markets(writer, views)
    yield from _save_operators(writer, views)


def load(parts: Iterator[bytes] | Iterator[Opened]) -> Views:
    """The views that were saved as these parts; takes its own and no more. SnapshotBroken when one is not as it was."""
    with without_collector():
        views, reader = Views(), Reader(STREAM, parts)
        (head,) = reader.values(kept.HEAD)
        views.seq, views.now_s = head.seq, head.now_s
        views._catalog.tenors_s = views._depth.tenors_s = views._candles.tenors_s = head.tenors_s
        views._catalog.rules = head.rules
        views._catalog.regions = {region.region: region for region in reader.values(kept.REGIONS)}
        views._catalog.chips = {chip.chip: chip for chip in reader.values(kept.CHIPS)}
        for row in reader.values(kept.MARKETS):
            market = views._depth.market(row.region, row.chip)
            for side, by_tenor in ((market.asks, row.asks), (market.bids, row.bids)):
                for tenor_s, levels in by_tenor:
                    side[tenor_s].resume(levels)
        _load_accounts(views, reader)
        _load_orders(views, reader)
        _load_programmes(views, reader)
        _load_markets(views, reader)
        _load_operators(views, reader)
    return views


def _markets(views: Views) -> Iterator[kept.Market]:
    for place, market in views._depth.markets.items():
        yield kept.Market(*place, _levels(market.asks), _levels(market.bids))


def _levels(side: dict[Seconds, Levels]) -> tuple[tuple[Seconds, tuple[Level, ...]], ...]:
    by_tenor = ((tenor_s, levels.top(maxsize, True)) for tenor_s, levels in side.items())
    return tuple((tenor_s, levels) for tenor_s, levels in by_tenor if levels)


def _save_accounts(writer: Writer, views: Views) -> Iterator[bytes]:
    accounts = views._accounts
    yield from writer.parts(kept.ACCOUNTS, accounts.as_opened.values())
    yield from writer.parts(kept.BALANCES, ((name, accounts.balances(name)) for name in accounts.as_opened))
    yield from writer.parts(kept.CONTESTABLE, accounts.contestable.items())
    hashes = {key_id: secret_hash for secret_hash, key_id in accounts.key_ids.items()}
    yield from writer.parts(kept.KEYS, (kept.KeyRow(hashes.get(id_, ""), key) for id_, key in accounts.keys.items()))
    yield from _save_transfers(writer, accounts.transfers)
    yield from writer.parts(kept.MOVED, (kept.Moved(*place, answer) for place, answer in accounts.moved_at.items()))
    yield from writer.parts(kept.DEAD_MEN, views._watch.until_s.items())
    yield from writer.parts(kept.ARMED, views._watch.armed.items())


def _load_accounts(views: Views, reader: Reader) -> None:
    accounts = views._accounts
    accounts.as_opened = {account.account_id: account for account in reader.values(kept.ACCOUNTS)}
    for account_id, held in reader.values(kept.BALANCES):
        accounts.set_balances(account_id, held)
    accounts.contestable = dict(reader.values(kept.CONTESTABLE))
    for row in reader.values(kept.KEYS):
        accounts.keys[row.key.key_id] = row.key
        if row.secret_hash:
            accounts.key_ids[row.secret_hash] = row.key.key_id
    _load_transfers(accounts.transfers, reader)
    accounts.moved_at = {(moved.account_id, moved.seq): moved.answer for moved in reader.values(kept.MOVED)}
    views._watch.until_s = dict(reader.values(kept.DEAD_MEN))
    views._watch.armed = dict(reader.values(kept.ARMED))


def _save_transfers(writer: Writer, transfers: Transfers) -> Iterator[bytes]:
    yield from writer.parts(kept.NAMES, transfers.names)
    yield from writer.parts(kept.TRANSFERS, transfers.rows.save())
    yield from writer.parts(kept.OF_ACCOUNTS, _numbers(transfers.of_accounts))
    yield from writer.parts(kept.OF_LEASES, _numbers(transfers.of_leases))


def _load_transfers(transfers: Transfers, reader: Reader) -> None:
    transfers.resume(list(reader.values(kept.NAMES)))
    transfers.rows.resume(reader.values(kept.TRANSFERS))
    for account_id, numbers in reader.values(kept.OF_ACCOUNTS):
        transfers.of_accounts.setdefault(account_id, array(NUMBER)).extend(unpacked(NUMBER, numbers))
    for lease_id, numbers in reader.values(kept.OF_LEASES):
        transfers.of_leases.setdefault(lease_id, array(NUMBER)).extend(unpacked(NUMBER, numbers))


def _numbers(found: "dict[K, array[int]]") -> Iterator[tuple[K, bytes]]:
    """Some of the numbers under a key at a time, as there may be very many."""
    for key, numbers in found.items():
        for some in packed_in_pieces(numbers, _NUMBERS):
            yield key, some


def _save_orders(writer: Writer, views: Views, counts: list[tuple[int, Counted]]) -> Iterator[bytes]:
    orders, leases = views._orders, views._leases
    yield from writer.parts(kept.BIDS, orders.bids.values())
    yield from writer.parts(kept.BIDS_OVER, orders.bids_over.rows())
    yield from writer.parts(kept.BIDS_PLACES, orders.bids_over.places())
    yield from writer.parts(kept.BIDS_OF, orders.bids_of.save())
    yield from writer.parts(kept.ASKS, orders.asks.values())
    yield from writer.parts(kept.ASKS_OVER, orders.asks_over.rows())
    yield from writer.parts(kept.ASKS_PLACES, orders.asks_over.places())
    yield from writer.parts(kept.ASKS_OF, orders.asks_of.save())
    yield from writer.parts(kept.COUNTS, counts)
    yield from writer.parts(kept.LEASES, (leases.whole(number) for number in leases.records))
    yield from writer.parts(kept.LEASES_CREATED, packed_in_pieces(leases.created_s, _NUMBERS))
    yield from writer.parts(kept.LEASES_SUBSIDIES, packed_in_pieces(leases.subsidy_micros, _NUMBERS))
    yield from writer.parts(kept.LEASES_OF_MARKETS, leases.save_places())
    yield from writer.parts(kept.LEASES_ENDED, leases.save_ended())
    yield from writer.parts(kept.LEASES_OVER, leases.over.rows())
    yield from writer.parts(kept.LEASES_PLACES, leases.over.places())
    yield from writer.parts(kept.LEASES_EARLIER, leases.earlier.rows())
    yield from writer.parts(kept.LEASES_EARLIER_PLACES, leases.earlier.places())
    yield from writer.parts(kept.LEASES_OF, leases.leases_of.save())
    yield from writer.parts(kept.USAGE, (
        kept.UsageRow(*whose, tuple(map(str, astuple(sums)))) for whose, sums in views._usage.over.items()
    ))  # fmt: skip
    yield from writer.parts(kept.RECEIPTS, orders.receipts.save())
    yield from writer.parts(kept.RECEIPT_OF, (
        (account_id, dict(some))
        for account_id, numbers in orders.receipt_of.items()
        for some in in_pieces(numbers.items(), _ORDERS)
    ))  # fmt: skip
    yield from writer.parts(kept.ACCESS, (kept.Access(*item) for item in leases.sealed_access.items()))
    turned = leases.turned_at.items()
    yield from writer.parts(
        kept.TURNED, (kept.Turned(n, seq, None if at == leases.whole(n) else at) for (n, seq), at in turned)
    )
    yield from writer.parts(kept.CONTESTS, views._contests.contests)


def _load_orders(views: Views, reader: Reader) -> None:
    orders, leases, contests = views._orders, views._leases, views._contests
    orders.bids = {bid.bid_id: bid for bid in reader.values(kept.BIDS)}
    orders.bids_over.resume(reader.values(kept.BIDS_OVER), reader.values(kept.BIDS_PLACES))
    orders.bids_of.resume(reader.values(kept.BIDS_OF))
    orders.asks = {ask.ask_id: ask for ask in reader.values(kept.ASKS)}
    orders.asks_over.resume(reader.values(kept.ASKS_OVER), reader.values(kept.ASKS_PLACES))
    orders.asks_of.resume(reader.values(kept.ASKS_OF))
    views._depth.resume(orders.bids.values(), orders.asks.values(), reader.values(kept.COUNTS))
    open_leases = list(reader.values(kept.LEASES))
    for some in reader.values(kept.LEASES_CREATED):
        leases.created_s.extend(unpacked(NUMBER, some))
    for some in reader.values(kept.LEASES_SUBSIDIES):
        leases.subsidy_micros.extend(unpacked(NUMBER, some))
    leases.resume(open_leases, reader.values(kept.LEASES_OF_MARKETS), reader.values(kept.LEASES_ENDED))
    leases.over.resume(reader.values(kept.LEASES_OVER), reader.values(kept.LEASES_PLACES))
    leases.earlier.resume(reader.values(kept.LEASES_EARLIER), reader.values(kept.LEASES_EARLIER_PLACES))
    leases.leases_of.resume(reader.values(kept.LEASES_OF))
    views._usage.resume(orders.asks.values(), (record.view for record in leases.records.values()))
    for row in reader.values(kept.USAGE):
        views._usage.over[row.region, row.deliverer] = Sums(*map(int, row.sums))
    orders.receipts.resume(reader.values(kept.RECEIPTS))
    for account_id, numbers in reader.values(kept.RECEIPT_OF):
        orders.receipt_of.setdefault(account_id, {}).update(numbers)
    leases.sealed_access = {row.lease_id: row.sealed_access for row in reader.values(kept.ACCESS)}
    for turned in reader.values(kept.TURNED):
        leases.turned_at[turned.lease_id, turned.seq] = turned.answer or leases.whole(turned.lease_id)
    contests.contests = list(reader.values(kept.CONTESTS))
    contests.places = {(contest.lease_id, contest.index): contest.place for contest in contests.contests}


def _save_programmes(writer: Writer, views: Views) -> Iterator[bytes]:
    known, watch = views._programmes, views._supervision
    yield from writer.parts(kept.PROGRAMMES, known.programmes.values())
    yield from writer.parts(kept.WORDED, (kept.Worded(seq, answer) for (_, seq), answer in known.worded_at.items()))
    yield from writer.parts(kept.GRANTED, (kept.Granted(*key, by_year) for key, by_year in known.granted.items()))
    yield from writer.parts(kept.REDEEMED, ((*key, amount) for key, amount in known.redeemed.items()))
    yield from writer.parts(kept.GRANTS, ((number, *grant) for number, grant in known.grants.items()))
    yield from writer.parts(kept.DRAWN, known.drawn.items())
    yield from writer.parts(kept.YEARS, (_year_row(*key, year) for key, year in known.kpis.years.items()))
    yield from writer.parts(kept.FLAGS, watch.flags)
    yield from writer.parts(kept.RELATED, watch._related)
    yield from writer.parts(kept.BETWEEN, (
        kept.Between(*pair, *market, tuple(numbers))
        for pair, markets in watch._between.items()
        for market, numbers in markets.items()
    ))  # fmt: skip
    yield from writer.parts(kept.PAID_FOR, (
        kept.PaidFor(group, programme, tuple(numbers))
        for group, by_programme in watch._paid_for.items()
        for programme, numbers in by_programme.items()
    ))  # fmt: skip
    recent = watch._recent.items()
    yield from writer.parts(
        kept.RECENT, (kept.Recent(*key, list(grants), watch._told_s.get(key)) for key, grants in recent)
    )


def _load_programmes(views: Views, reader: Reader) -> None:
    known, watch = views._programmes, views._supervision
    known.programmes = {programme.definition.programme: programme for programme in reader.values(kept.PROGRAMMES)}
    known.worded_at = {(row.answer.definition.programme, row.seq): row.answer for row in reader.values(kept.WORDED)}
    known.granted = {(row.programme, row.group): row.by_year for row in reader.values(kept.GRANTED)}
    known.redeemed = {(programme, group): amount for programme, group, amount in reader.values(kept.REDEEMED)}
    known.grants = {number: (programme, group, year) for number, programme, group, year in reader.values(kept.GRANTS)}
    known.drawn = dict(reader.values(kept.DRAWN))
    known.kpis.years = {(row.programme, row.year): _year_of(row) for row in reader.values(kept.YEARS)}
    watch.resume(reader.values(kept.FLAGS))
    watch._groups = {account.account_id: account.owner_group for account in views._accounts.as_opened.values()}
    watch._related = dict.fromkeys(reader.values(kept.RELATED))
    for between in reader.values(kept.BETWEEN):
        markets = watch._between.setdefault((between.buyer_group, between.provider_group), {})
        markets[between.region, between.chip] = dict.fromkeys(between.lease_ids)
    for paid in reader.values(kept.PAID_FOR):
        watch._paid_for.setdefault(paid.group, {})[paid.programme] = dict.fromkeys(paid.lease_ids)
    for row in reader.values(kept.RECENT):
        key = row.programme, row.group
        watch._recent[key] = deque(row.grants)
        if row.told_s is not None:
            watch._told_s[key] = row.told_s


def _year_row(programme: str, year: int, sums: Year) -> kept.YearRow:
    return kept.YearRow(
        programme,
        year,
        sums.pool_micros,
        sums.granted_micros,
        sums.returned_micros,
        sums.redeemed_micros,
        sums.leases,
        tuple(sums.claimants),
        str(sums.chips_s),
        str(sums.domestic_chips_s),
    )


def _year_of(row: kept.YearRow) -> Year:
    return Year(
        pool_micros=row.pool_micros,
        granted_micros=row.granted_micros,
        returned_micros=row.returned_micros,
        redeemed_micros=row.redeemed_micros,
        leases=row.leases,
        claimants=dict.fromkeys(row.claimants),
        chips_s=int(row.chips_s),
        domestic_chips_s=int(row.domestic_chips_s),
    )


def _save_markets(writer: Writer, views: Views) -> Iterator[bytes]:
    yield from writer.parts(kept.TRADES, (trade for trades in views._tape.trades.values() for trade in trades))
    yield from writer.parts(kept.CANDLES, _series(views))
    grades = views._index.grades.items()
    yield from writer.parts(kept.SALES, (
        kept.SaleRow(name, sale.at_s, str(sale.du), str(sale.worth)) for name, grade in grades for sale in grade.sales
    ))  # fmt: skip
    yield from writer.parts(kept.BRAKES, views._brakes.latest.values())
    yield from writer.parts(kept.BRAKED, ((*place, effective) for place, effective in views._brakes.set_at.items()))


def _load_markets(views: Views, reader: Reader) -> None:
    for trade in reader.values(kept.TRADES):
        views._tape.trades.setdefault((trade.region, trade.chip), []).append(trade)
    for row in reader.values(kept.CANDLES):
        key = row.region, row.chip, row.tenor_s, row.interval_s
        views._candles.candles.setdefault(key, []).extend(row.candles)
    for sale in reader.values(kept.SALES):
        views._index.grades[sale.grade].add(Sale(sale.at_s, int(sale.du), int(sale.worth)))
    for brake in reader.values(kept.BRAKES):
        views._brakes.set(brake.made, brake.since_s)
    views._brakes.set_at = {(region, chip, seq): state for region, chip, seq, state in reader.values(kept.BRAKED)}


def _series(views: Views) -> Iterator[kept.Series]:
    """Some candles at a time, as there may be very many."""
    for key, candles in views._candles.candles.items():
        for some in in_pieces(candles, _PIECE):
            yield kept.Series(*key, some)


def _save_operators(writer: Writer, views: Views) -> Iterator[bytes]:
    curbs = views._curbs
    yield from writer.parts(kept.BLOCKED, curbs.accounts.values())
    yield from writer.parts(kept.PAUSED, curbs.programmes.values())
    yield from writer.parts(kept.BANDS, curbs.bands.values())
    yield from writer.parts(kept.PROPOSALS, curbs.proposals)
    yield from writer.parts(kept.AUDIT, views._audit.entries)


def _load_operators(views: Views, reader: Reader) -> None:
    curbs = views._curbs
    curbs.accounts = {block.name: block for block in reader.values(kept.BLOCKED)}
    curbs.programmes = {pause.name: pause for pause in reader.values(kept.PAUSED)}
    curbs.bands = {(band.region, band.chip): band for band in reader.values(kept.BANDS)}
    for proposal in reader.values(kept.PROPOSALS):
        curbs.add(proposal)
    views._audit.resume(reader.values(kept.AUDIT))
