"""What time does, and what providers do with their leases, one instant after the other.

At one instant, in this order: orders of whom nothing has been heard are taken back, orders expire (so that nothing
trades at its own expiry), periods close, leases begin to run, deadlines for access pass; each of them by the number of
the order or lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.language import limits
from exchange.language.commands import MeterLease, StartLease
from exchange.language.rejects import Code
from tests.reference import leasing, watches
from tests.reference.arithmetic import fee, next_step
from tests.reference.matcher import match_ask
from tests.reference.records import Ask, Bid, Lease, Settlement, Verdict

if TYPE_CHECKING:
    from tests.reference.market import Market


def advance(market: Market, to: int) -> Verdict:
    """Go from one instant at which something is due to the next, until the new time is reached."""
    farthest = market.now + limits.CLOCK_STEP_MAX_S if market.now else limits.TIME_MAX_S
    if not market.now <= to <= min(farthest, limits.TIME_MAX_S):
        return Verdict(Code.TIME_NOT_FORWARD)
    while True:
        due = [at for at in all_due(market) if market.now < at <= to]
        market.now = min(due, default=to)
        an_instant(market)
        if not due:
            return Verdict()


def all_due(market: Market) -> list[int]:
    """Every instant at which time alone may change something, past ones too."""
    found = [*market.deadlines.values()]
    for bid in market.bids.values():
        if bid.state == "resting":
            found += [bid.command.alternatives[index].latest_start_s + 1 for index in bid.open]
            found += [bid.command.expires_s] if bid.command.expires_s else []
    for ask in market.asks.values():
        if ask.state == "resting":
            last = ask.last_start(market.now)
            found += [last + 1] if last is not None else []
            found += [ask.command.expires_s] if ask.command.expires_s else []
    for lease in market.leases.values():
        if not lease.over:
            found += [lease.start, lease.start + market.rules.start_grace_s, closing(market, lease)]
    return found


def closing(market: Market, lease: Lease) -> int:
    """When the lease's next period closes."""
    return leasing.bounds(lease, len(lease.periods), market.rules)[1] + market.rules.close_grace_s


def an_instant(market: Market) -> None:
    """Everything that is due now."""
    watches.fire(market)
    for bid in market.bids.values():
        if bid.state == "resting":
            let_bid_age(market, bid)
    for ask in market.asks.values():
        if ask.state == "resting":
            let_ask_age(market, ask)
    for lease in list(market.leases.values()):
        if not lease.over and lease.given is not None and market.now >= closing(market, lease):
            close_period(market, lease)
    for lease in market.leases.values():
        if lease.state == "scheduled" and lease.given is not None and market.now >= lease.start:
            lease.state = "running"
    for lease in list(market.leases.values()):
        if lease.given is None and not lease.over and market.now >= lease.start + market.rules.start_grace_s:
            default(market, lease, "not_started")


def let_bid_age(market: Market, bid: Bid) -> None:
    if bid.command.expires_s is not None and bid.command.expires_s <= market.now:
        market.close_bid(bid, "expired", "time")
        return
    today = next_step(market.now, market.rules.step_s)
    still = [index for index in bid.open if bid.command.alternatives[index].latest_start_s >= today]
    if not still:
        market.close_bid(bid, "expired", "time")
    elif still != bid.open:
        market.mark("an alternative lapsed")
        bid.open = still
        market.hold_anew(bid)


def let_ask_age(market: Market, ask: Ask) -> None:
    expires = ask.command.expires_s
    if ask.last_start(market.now) is None or (expires is not None and expires <= market.now):
        market.close_ask(ask, "expired", "time")


def close_period(market: Market, lease: Lease) -> None:
    """Settle the next period; end the lease after its last, or when its provider has been silent for too long."""
    settlement = leasing.settle(lease, len(lease.periods), market.rules)
    pay(market, lease, settlement.paid, settlement.refunded)
    settlement = settlement._replace(penalty=penalize(market, lease, settlement.penalty))
    lease.periods.append(settlement)
    note_settlement(market, lease, settlement)
    lease.silent = 0 if settlement.delivered else lease.silent + 1
    if lease.silent == market.rules.silent_periods:
        default(market, lease, "silent")
    elif leasing.bounds(lease, len(lease.periods) - 1, market.rules)[1] == lease.end:
        finish(market, lease, "ended", "completed")


def pay(market: Market, lease: Lease, paid: int, refunded: int) -> None:
    """Divide a part of the cost between provider and buyer, and the fees on what is earned."""
    lease.earned += paid
    lease.refunded += refunded
    buyer_fee = leasing.buyer_fee_taken(lease, market.rules) - lease.buyer_fee
    provider_fee = leasing.provider_fee_taken(lease, market.rules) - lease.provider_fee
    lease.buyer_fee += buyer_fee
    lease.provider_fee += provider_fee
    closed = lease.earned + lease.refunded
    still = lease.cost - closed + lease.fee - fee(closed, market.rules.buyer_fee_bp)  # not decided yet
    back = lease.escrow - still - paid - buyer_fee
    assert back >= refunded
    lease.escrow = still
    market.cash[lease.provider] += paid - provider_fee
    market.cash[lease.buyer] += back
    market.fees += buyer_fee + provider_fee


def penalize(market: Market, lease: Lease, penalty: int) -> int:
    """The bond pays the buyer, as far as it goes: how much. Once used up, it takes the rest of its ask with it."""
    ask = lease.ask
    amount = min(penalty, ask.bond)
    if amount < penalty:
        market.mark("a penalty that the bond did not cover")
    ask.bond -= amount
    lease.penalties += amount
    market.cash[lease.buyer] += amount
    if amount and ask.bond == 0 and ask.state == "resting":
        market.close_ask(ask, "canceled", "bond_exhausted")
    return amount


def default(market: Market, lease: Lease, reason: str) -> None:
    """The provider failed: what is left of the cost goes back, the bond pays, and the chips can be leased again."""
    rest = lease.cost - lease.earned - lease.refunded
    pay(market, lease, 0, rest)
    penalize(market, lease, leasing.penalty_on_rest(rest, market.rules))
    finish(market, lease, "defaulted", reason)
    again = max(lease.start, next_step(market.now, market.rules.step_s))
    if lease.ask.state == "resting" and again < lease.end:
        lease.ask.lease(again, lease.end, -lease.quantity)
        market.mark("an ask grew")
        trades = len(market.leases)
        match_ask(market, lease.ask)
        if len(market.leases) > trades:
            market.mark("a grown ask traded")


def finish(market: Market, lease: Lease, state: str, reason: str) -> None:
    """The lease is over, its money divided to the micro; if it was its ask's last, the bond goes back."""
    market.mark(f"lease {state} {reason}")
    assert lease.escrow == 0
    assert lease.cost == lease.earned + lease.refunded
    lease.state, lease.reason = state, reason
    market.return_bond(lease.ask)


def note_settlement(market: Market, lease: Lease, settlement: Settlement) -> None:
    """Remember the kind of settlement this was."""
    if settlement.refunded and settlement.paid:
        market.mark("settlement with payment and refund")
    if settlement.penalty:
        market.mark("settlement with a penalty")
    if settlement.used < settlement.delivered and settlement.paid:
        level = lease.ask.command.take_or_pay_bp
        market.mark(f"settlement of part use under take-or-pay {'1' if level == 10_000 else 'part' if level else '0'}")


def of_provider(market: Market, account_id: str, lease_id: int) -> Lease | Verdict:
    """The account's own lease to deliver, or why not."""
    lease = market.leases.get(lease_id)
    if account_id not in market.accounts:
        return Verdict(Code.UNKNOWN_ACCOUNT)
    if lease is None or account_id not in {lease.provider, lease.buyer}:
        return Verdict(Code.UNKNOWN_LEASE)
    if lease.provider != account_id:
        return Verdict(Code.ROLE_MISSING)
    return Verdict(Code.LEASE_OVER) if lease.over else lease


def start_lease(market: Market, command: StartLease) -> Verdict:
    lease = of_provider(market, command.account_id, command.lease_id)
    if isinstance(lease, Verdict):
        return lease
    if lease.given is not None:
        return Verdict(Code.LEASE_STARTED)
    lease.given = market.now
    if market.now >= lease.start:
        lease.state = "running"
        if market.now > lease.start:
            market.mark("late hand-over")
    return Verdict(subject=lease.lease_id)


def meter_lease(market: Market, command: MeterLease) -> Verdict:
    lease = of_provider(market, command.account_id, command.lease_id)
    if isinstance(lease, Verdict):
        return lease
    code = wrong_with_report(market, lease, command)
    if code is not None:
        return Verdict(code)
    report = (command.through_s, command.delivered_uch, command.used_uch)
    if command.through_s <= leasing.last_known(lease)[0]:
        market.mark("a report that says nothing new")
    else:
        lease.reports.append(report)
    return Verdict(subject=lease.lease_id)


def wrong_with_report(market: Market, lease: Lease, report: MeterLease) -> Code | None:
    """What is wrong with running totals, given those before them."""
    if lease.given is None or market.now < lease.start:
        return Code.LEASE_NOT_RUNNING
    if report.through_s > market.now:
        return Code.METER_IN_FUTURE
    if not lease.start < report.through_s <= lease.end:
        return Code.METER_OUTSIDE_LEASE
    since, delivered, used = leasing.last_known(lease)
    more_delivered, more_used = report.delivered_uch - delivered, report.used_uch - used
    if report.through_s <= since:
        if more_delivered > 0 or more_used > 0:
            return Code.METER_EXCEEDS_CAPACITY
        return Code.METER_EXCEEDS_DELIVERED if report.used_uch > report.delivered_uch else None
    if more_delivered < 0 or more_used < 0:
        return Code.METER_SHRINKS
    if more_delivered > leasing.capacity(lease, since, report.through_s):
        return Code.METER_EXCEEDS_CAPACITY
    return Code.METER_EXCEEDS_DELIVERED if more_used > more_delivered else None
