"""What the market's stages say, from the inbox to the statements, and what the market itself comes to."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from prometheus_client.core import Metric

from exchange.language.commands import FLOOR, MARKET_STATES
from exchange.language.port import Market, Reads
from exchange.language.pulse import Pulse
from exchange.language.views_money import ProgrammeView
from gateway.metrics.families import Labels, by, counter, counters, gauge, gauges, histogram, seconds

MICROS: Final = 1_000_000
_HUMP: Final = re.compile(r"(?<!^)(?=[A-Z])")


def metrics_of(market: Market) -> Iterator[Metric]:
    """Everything that is asked of a market."""
    pulse = market.pulse()
    yield from _taking(pulse)
    yield from _applying(pulse)
    yield from _telling(pulse)
    yield from _watching(pulse)
    yield from _trading(market, pulse)


def _taking(pulse: Pulse) -> Iterator[Metric]:
    yield gauge("inbox_commands", "Commands that were taken and are not being carried out yet.", pulse.waiting)
    yield gauge("inbox_limit_commands", "Commands that the inbox holds at most.", pulse.waiting_max)
    yield counter("inbox_refused_commands", "Commands that found the inbox full.", pulse.turned_away)
    told = "How long the journal took to make a batch durable."
    yield histogram("journal_commit_duration_seconds", told, (), [((), pulse.commits)])
    yield counter(
        "journal_commands", "Commands written to the journal, those of the clock among them.", pulse.committed
    )
    yield gauge("journal_seq", "The last command of the journal.", pulse.seq)


def _applying(pulse: Pulse) -> Iterator[Metric]:
    named = [((_HUMP.sub("_", each.kind).lower(),), each) for each in pulse.commands]
    labels = ("command",)
    told = "Commands carried out, refused ones among them."
    yield counters("commands", told, labels, {name: each.applied for name, each in named})
    told = "Seconds that the machine took to carry them out."
    yield counters("command_apply_seconds", told, labels, {name: seconds(each.apply_ns) for name, each in named})
    yield counters("rejects", "Commands that the market refused.", ("code",), by(pulse.rejects))


def _telling(pulse: Pulse) -> Iterator[Metric]:
    yield counter(
        "fold_seconds", "Seconds that views and feed took to take in what has happened.", seconds(pulse.fold_ns)
    )
    yield gauge("feed_ring_entries", "What accounts were told of late, kept in memory.", pulse.ring)
    told = "Who listens inside the market, by kind of channel."
    yield gauges("feed_subscriptions", told, ("channel",), by(pulse.subscriptions))
    told = "Times that news were dropped inside the market as nobody took them."
    yield counters("feed_overflows", told, ("channel",), by(pulse.overflows))
    lag = pulse.seq - pulse.written_seq
    yield gauge("statements_lag_commands", "Commands whose effects are not in the statements yet.", lag)
    yield gauge("statements_waiting_rows", "Rows that have gathered for the next page.", pulse.rows_waiting)
    told = "How long a page of statements took to write."
    yield histogram("statements_page_duration_seconds", told, (), [((), pulse.pages)])


def _watching(pulse: Pulse) -> Iterator[Metric]:
    kept = pulse.snapshots
    yield gauge("snapshot_seq", "The command at which the newest snapshot stands; 0 for none.", kept.seq)
    yield gauge(
        "snapshot_lag_commands", "Commands since the newest snapshot: a start replays them.", pulse.seq - kept.seq
    )
    told = "Snapshots that were tried since the start."
    yield counters("snapshots", told, ("outcome",), {("taken",): kept.taken, ("failed",): kept.failed})
    yield gauge(
        "snapshot_duration_seconds", "What the newest snapshot took; 0 before the first.", seconds(kept.last_ns)
    )
    yield gauge("recovery_duration_seconds", "What the last start took to recover.", seconds(pulse.recovery_ns))
    yield gauge("recovery_replayed_commands", "Commands that the last start replayed.", pulse.replayed)
    yield gauge("invariant_violations", "What the last check of all books found wrong: must be 0.", pulse.violations)
    yield counter("invariant_checks", "Checks of all books.", pulse.checks)
    yield counter("invariant_check_seconds", "Seconds that those checks took.", seconds(pulse.check_ns))
    told = "Walks over everything that were due and left out, as commands would have waited for too long."
    skipped = {("check",): pulse.checks_skipped, ("digest",): pulse.marks_skipped}
    yield counters("walks_skipped", told, ("walk",), skipped)


def _trading(market: Market, pulse: Pulse) -> Iterator[Metric]:
    reads = market.reads
    yield gauge("ready", "1 while the market trades.", market.ready)
    yield gauge("market_clock_timestamp_seconds", "The market's own time.", market.clock_s)
    states = Counter(reads.market_state(*place) for place in reads.markets())
    told = "Markets that have, or have had, an order, by state."
    yield gauges("markets", told, ("state",), {(state,): states[state] for state in MARKET_STATES})
    told = "Orders that rest."
    yield gauges("open_orders", told, ("side",), {("bid",): pulse.open_bids, ("ask",): pulse.open_asks})
    yield gauges("leases", "Leases by state.", ("state",), by(reads.lease_states()))
    told = "What supervision has flagged."
    yield counters("supervision_flags", told, ("kind",), by(reads.flag_counts()))
    told = "CNY per 度 over the last day of trades."
    prices = {(index.grade,): index.price_per_du_micros for index in reads.indices()}
    yield gauges(
        "index_price_cny_per_du", told, ("grade",), {key: price / MICROS for key, price in prices.items() if price}
    )
    told = "Chip-hours up to now: leased and idle are registered; lost and used are of those due; see /v1/kpis."
    yield gauges("chip_hours", told, ("region", "of"), dict(_chip_hours(reads)))
    told = "Where the money of voucher programmes is; redeemed is all that ever was; pool only where it can run out."
    yield gauges("voucher_cny", told, ("programme", "state"), dict(_vouchers(reads)))
    told = "What a programme may grant whose pool can run out: in a calendar year, or, of a total, in all."
    yield gauges("voucher_pool_figure_cny", told, ("programme",), dict(_figures(reads)))


def _chip_hours(reads: Reads) -> Iterator[tuple[Labels, float]]:
    for kpi in reads.usage().regions:
        sums = {
            "registered": kpi.registered_uch,
            "leased": kpi.leased_uch,
            "due": kpi.due_uch,
            "lost": kpi.lost_uch,
            "used": kpi.used_uch,
        }
        yield from (((kpi.name, of), uch / MICROS) for of, uch in sums.items())


def _vouchers(reads: Reads) -> Iterator[tuple[Labels, float]]:
    for each in reads.programmes():
        states = {"committed": each.committed_micros, "redeemed": each.redeemed_micros}
        if _binds(each):
            states["pool"] = each.pool_micros
        yield from (((each.definition.programme, state), micros / MICROS) for state, micros in states.items())


def _figures(reads: Reads) -> Iterator[tuple[Labels, float]]:
    """Of the same time as what is left in the pool, which is a calendar year's unless it is a total."""
    for each in reads.programmes():
        if _binds(each):
            yield (each.definition.programme,), (each.definition.pool_micros or 0) / MICROS


def _binds(programme: ProgrammeView) -> bool:
    """Whether a pool can run out: a floor is filled up as it is used, and so is one without a figure."""
    return programme.definition.pool_is not in (FLOOR, "")
