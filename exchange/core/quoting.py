"""What a bid would get if it came now, without its coming: leases, money, and why the rest would not be filled.

A quote is refused as the bid would be, but for want of money, which it tells instead. Subsidies lower what is paid, not
what must be available: caps and pools may be gone before the bid trades. Reads only.
"""

from exchange.core import money, risk
from exchange.core.books.matching import Match
from exchange.core.books.order import Bid
from exchange.core.explaining import hurdles_of
from exchange.core.mending import Ideas, changes_for, ideas_for
from exchange.core.planning import Plan, check_rests, draft_bid, planned, supposed_at
from exchange.core.state import State
from exchange.core.vouchers.granting import choose
from exchange.language import events
from exchange.language.commands import BUYER, FOK, IOC, PlaceBid
from exchange.language.rejects import Code, Reject
from exchange.language.units import Micros, Milli, Seconds, cost_micros, fee_micros
from exchange.language.views import Explanation, Hurdles, Quote, QuotedLease


def quote(state: State, order: PlaceBid, at_s: Seconds = 0) -> Quote | Reject:
    """What an order would get now, or why it would be refused. As of `at_s` if the clock is behind it."""
    if not state.catalog.open:
        return Reject(Code.NOT_SUPPORTED, "", "the market has no rules yet; load the seeds first")
    with supposed_at(state, at_s):
        buyer = risk.participant_with(state, order.account_id, BUYER)
        if isinstance(buyer, Reject):
            return buyer
        if (reject := risk.check_bid(state, order)) is not None:
            return reject
        bid = draft_bid(state, order, buyer.owner_group)
        if (reject := check_rests(state, bid)) is not None:
            return reject
        with planned(state, bid) as plan:
            hurdles = () if plan.whole else hurdles_of(state, plan.rest)
            ideas = ideas_for(state, order, plan, bid.open)
        return _quoted(state, bid, plan, hurdles, ideas)


def _quoted(state: State, bid: Bid, plan: Plan, hurdles: tuple[Hurdles, ...], ideas: Ideas) -> Quote:
    law = state.catalog.law
    as_state, reason = _becomes(bid, plan)
    killed = bid.time_in_force == FOK and not plan.whole
    drawn: dict[str, Micros] = {}
    leases = () if killed else tuple(_lease(state, match, drawn) for match in plan.matches)
    missing = bid.leaves_milli if killed else plan.leaves_milli
    cost = sum(lease.cost_micros for lease in leases)
    fee = sum(lease.buyer_fee_micros for lease in leases)
    needed = money.worst_case_micros(bid, law.buyer_fee_bp)
    available = state.spendable_micros(bid.account_id)
    return Quote(
        seq=state.seq,
        at_s=state.now_s,
        state=as_state,
        reason=reason,
        quantity_milli=bid.quantity_milli,
        filled_milli=bid.quantity_milli - missing,
        missing_milli=missing,
        leases=leases,
        cost_micros=cost,
        buyer_fee_micros=fee,
        subsidies=tuple(drawn.items()),
        total_micros=cost + fee - sum(drawn.values()),
        held_micros=money.worst_case_micros(plan.rest, law.buyer_fee_bp) if as_state == events.RESTING else 0,
        needed_micros=needed,
        available_micros=available,
        covered=needed <= available,
        rest=_explained(state, missing, hurdles, ideas) if missing else None,
    )


def _becomes(bid: Bid, plan: Plan) -> tuple[str, str]:
    """The state that a bid would come to, and the reason."""
    if plan.whole:
        return events.FILLED, events.BY_FILL
    if plan.stopped and bid.time_in_force != FOK:
        return events.CANCELED, events.BY_SELF_TRADE
    if bid.time_in_force in (IOC, FOK):
        return events.CANCELED, events.BY_TIME_IN_FORCE
    return events.RESTING, ""


def _lease(state: State, match: Match, drawn: dict[str, Micros]) -> QuotedLease:
    """A lease of a plan. `drawn` is what those before it take of each programme, as the caps are there once for all."""
    wish, ask, fit = match.bid.alternatives[match.alternative], match.ask, match.fit
    cost = cost_micros(match.price_micros, fit.chips_milli, wish.duration_s)
    grant = choose(state, match.bid, ask, cost, drawn)
    if grant.programme is not None:
        drawn[grant.programme] = drawn.get(grant.programme, 0) + grant.amount_micros
    return QuotedLease(
        alternative=match.alternative,
        region=ask.region,
        chip=ask.chip,
        site=ask.site,
        quantity_milli=fit.chips_milli,
        start_s=fit.start_s,
        end_s=fit.start_s + wish.duration_s,
        price_micros=match.price_micros,
        cost_micros=cost,
        buyer_fee_micros=fee_micros(cost, state.catalog.law.buyer_fee_bp),
        take_or_pay_bp=ask.take_or_pay_bp,
        programme=grant.programme,
        subsidy_micros=grant.amount_micros,
        subsidy_bound=grant.bound,
    )


def _explained(state: State, missing: Milli, hurdles: tuple[Hurdles, ...], ideas: Ideas) -> Explanation:
    changes, searched = changes_for(state, ideas)
    return Explanation(
        seq=state.seq,
        at_s=state.now_s,
        bid_id=None,
        leaves_milli=missing,
        alternatives=hurdles,
        changes=changes,
        searched=searched,
    )
