"""What a replay came to, counted from the market's views alone, and what is wrong with it, if anything.

The checks look from outside at what the market promises: its own audit, every lease's money, every account's balance.
"""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from exchange.language.commands import Deposit
from exchange.language.events import BY_FILL, ENDED
from exchange.language.units import (
    CHIP_HOUR_PLACES,
    SHARE_PLACES,
    MicroChipHours,
    Micros,
    Milli,
    div_half_even,
    format_chips,
    format_decimal,
    format_money,
    full_uch,
)
from exchange.language.views import Audit, BidView, LeaseView
from loadtests.replay import Replay


class Result(Struct, frozen=True, kw_only=True):
    """The figures of one replay; `violations` is empty when all is well."""

    compress: int
    shorten: int
    orders: int
    asks: int  # accepted
    bids: int  # accepted
    bids_by_end: dict[str, int]
    leases: int
    leases_by_end: dict[str, int]
    chips: Milli
    busiest_chips: Milli
    asked_uch: MicroChipHours
    bid_uch: MicroChipHours
    leased_uch: MicroChipHours
    cost_micros: Micros
    earned_micros: Micros
    refunded_micros: Micros
    fees_micros: Micros
    refusals: dict[str, int]
    commands: int
    placing_ms: int
    elapsed_ms: int
    market_s: int
    digest: str
    violations: tuple[str, ...]

    @property
    def commands_per_second(self) -> int:
        return self.commands * 1000 // max(self.elapsed_ms, 1)

    @property
    def orders_per_second(self) -> int:
        """While orders came in, leases beginning and running meanwhile."""
        return self.orders * 1000 // max(self.placing_ms, 1)


def tally(replay: Replay, audit: Audit, before: Audit, placing_ms: int, elapsed_ms: int) -> Result:
    """The result of a replay that has run, from what the market's audit said after and before it."""
    reads, plan = replay.market.reads, replay.plan
    leases = [lease for lease_id in replay.leases if (lease := reads.lease(lease_id)) is not None]
    bids = [bid for _, outcome in replay.bids if (bid := reads.bid(outcome.subject)) is not None]
    wanted = [(bid.quantity_milli, bid.alternatives[0].duration_s) for _, bid in plan.bids]
    return Result(
        compress=plan.compress,
        shorten=plan.shorten,
        orders=len(replay.asks) + len(replay.bids),
        asks=sum(outcome.reject is None for _, outcome in replay.asks),
        bids=sum(outcome.reject is None for _, outcome in replay.bids),
        bids_by_end=_counted(_end_of(bid) for bid in bids),
        leases=len(leases),
        leases_by_end=_counted(f"{lease.state}, {lease.reason}" for lease in leases),
        chips=sum(ask.quantity_milli for ask in plan.asks),
        busiest_chips=most_at_once(leases),
        asked_uch=sum(full_uch(ask.quantity_milli, ask.end_s - (ask.start_s or 0)) for ask in plan.asks),
        bid_uch=sum(full_uch(chips_milli, lasting_s) for chips_milli, lasting_s in wanted),
        leased_uch=sum(full_uch(lease.quantity_milli, lease.end_s - lease.start_s) for lease in leases),
        cost_micros=sum(lease.cost_micros for lease in leases),
        earned_micros=sum(lease.earned_micros for lease in leases),
        refunded_micros=sum(lease.refunded_micros for lease in leases),
        fees_micros=sum(_fees(lease) for lease in leases),
        refusals={f"{command}: {reason}": count for (command, reason), count in sorted(replay.refusals.items())},
        commands=audit.seq - before.seq,
        placing_ms=placing_ms,
        elapsed_ms=elapsed_ms,
        market_s=audit.now_s - before.now_s,
        digest=audit.digest,
        violations=tuple(_violations(replay, audit, leases)),
    )


def _violations(replay: Replay, audit: Audit, leases: list[LeaseView]) -> Iterable[str]:
    """Everything that should not be, a sentence each."""
    yield from audit.violations
    if audit.open_bids or audit.open_asks or audit.open_leases:
        yield f"left open: {audit.open_bids} bids, {audit.open_asks} asks, {audit.open_leases} leases"
    if len(leases) != len(replay.leases):
        yield f"{len(replay.leases) - len(leases)} leases cannot be read"
    for lease in leases:
        if lease.state != ENDED:
            yield f"lease-{lease.lease_id} is {lease.state} ({lease.reason})"
        if lease.cost_micros != lease.earned_micros + lease.refunded_micros:
            yield f"lease-{lease.lease_id}: cost is not what was earned and refunded"
        if lease.escrow_micros:
            yield f"lease-{lease.lease_id}: {format_money(lease.escrow_micros)} left in escrow"
    yield from _wrong_balances(replay, sum(_fees(lease) for lease in leases))


def _wrong_balances(replay: Replay, fees_micros: Micros) -> Iterable[str]:
    """Nothing may be bound any more, and what was deposited must be in the accounts or have been taken as fees."""
    accounts = list(replay.market.reads.accounts())
    for account in accounts:
        if account.held_micros or account.escrow_micros or account.bond_micros:
            yield f"{account.account_id} still has money held, in escrow or in bond"
    deposited = sum(command.amount_micros for command in replay.plan.setup if isinstance(command, Deposit))
    missing = deposited - fees_micros - sum(account.available_micros for account in accounts)
    if missing:
        yield f"the sum of all accounts is not zero: {format_money(missing)} CNY are missing"


def most_at_once(leases: list[LeaseView]) -> Milli:
    """The most chips that were leased at one instant."""
    changes: Counter[int] = Counter()
    for lease in leases:
        changes[lease.start_s] += lease.quantity_milli
        changes[lease.end_s] -= lease.quantity_milli
    now = most = 0
    for _, change in sorted(changes.items()):
        now += change
        most = max(most, now)
    return most


def _end_of(bid: BidView) -> str:
    return f"{bid.state}, {bid.reason}" if bid.reason not in ("", BY_FILL) else bid.state


def _fees(lease: LeaseView) -> Micros:
    return lease.buyer_fee_taken_micros + lease.provider_fee_micros


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def percent(part: int, whole: int) -> str:
    """A share as a percentage with two places."""
    return f"{format_decimal(div_half_even(part * 10**SHARE_PLACES, max(whole, 1)), SHARE_PLACES - 2, 2)} %"


def chip_hours(hours_uch: MicroChipHours) -> str:
    """Chip-hours to one place, with separators of thousands."""
    tenths = div_half_even(hours_uch, 10 ** (CHIP_HOUR_PLACES - 1))
    return f"{tenths // 10:,}.{tenths % 10}"


def table(result: Result) -> list[tuple[str, str]]:
    """The result as rows of a name and a value, for the terminal and for the record."""
    minutes, seconds = divmod(result.elapsed_ms // 1000, 60)
    busiest, offered = result.busiest_chips, result.chips
    return [
        ("orders", f"{result.orders:,}; accepted: {result.asks:,} asks and {result.bids:,} bids"),
        ("leases", f"{result.leases:,} ({listed(result.leases_by_end)})"),
        ("bids at the end", listed(result.bids_by_end)),
        ("refusals", listed(result.refusals)),
        ("chip-hours asked", chip_hours(result.asked_uch)),
        ("chip-hours bid", chip_hours(result.bid_uch)),
        ("chip-hours leased", chip_hours(result.leased_uch)),
        ("share leased, of those bid", percent(result.leased_uch, result.bid_uch)),
        ("share leased, of those asked", percent(result.leased_uch, result.asked_uch)),
        ("chips leased at the busiest moment", f"{format_chips(busiest)} of {format_chips(offered)}"),
        ("share leased, at the busiest moment", percent(busiest, offered)),
        ("value of the leases, CNY", format_money(result.cost_micros)),
        ("earned / refunded, CNY", f"{format_money(result.earned_micros)} / {format_money(result.refunded_micros)}"),
        ("fees, CNY", format_money(result.fees_micros)),
        ("market time", f"{result.market_s // 3600:,} h"),
        ("commands", f"{result.commands:,} in {minutes} min {seconds} s"),
        ("commands per second", f"{result.commands_per_second:,} (whole engine, each batch committed)"),
        ("orders per second, while they came", f"{result.orders_per_second:,}"),
        ("violations", str(len(result.violations))),
        ("digest", result.digest),
    ]


def listed(counts: dict[str, int]) -> str:
    """Counts by name in a line."""
    return "; ".join(f"{count:,} {name}" for name, count in counts.items()) or "none"
