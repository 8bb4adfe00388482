"""From a match to a lease, and from an order to the end of it: the changes, below the line of no return.

Everything here has been decided; what could be refused has been refused. Orders that change are noted in the state as
touched, and are told about once, when the command or the instant is over.
"""

from exchange.core import money
from exchange.core.agenda import Due
from exchange.core.books.matching import Match
from exchange.core.books.order import Ask, Bid
from exchange.core.conservation import check_touched
from exchange.core.leases.contract import Lease
from exchange.core.state import Parties, State
from exchange.language import events
from exchange.language.units import cost_micros, fee_micros
from exchange.language.windows import most_chips, tenor_of


def trade(state: State, match: Match, taker: str) -> None:
    """Clear a match into a funded lease."""
    bid, ask, fit = match.bid, match.ask, match.fit
    wish = bid.alternatives[match.alternative]
    law = state.catalog.law
    assert bid.owner_group != ask.owner_group
    assert 0 < fit.chips_milli <= bid.leaves_milli
    assert fit.chips_milli % ask.lot_milli == 0
    assert ask.price_micros <= match.price_micros <= wish.price_micros
    end_s = fit.start_s + wish.duration_s
    cost = cost_micros(match.price_micros, fit.chips_milli, wish.duration_s)
    lease = Lease(
        lease_id=len(state.lease_parties) + 1,
        bid_id=bid.bid_id,
        ask_id=ask.ask_id,
        buyer=bid.account_id,
        provider=ask.account_id,
        region=ask.region,
        chip=ask.chip,
        site=ask.site,
        quantity_milli=fit.chips_milli,
        start_s=fit.start_s,
        end_s=end_s,
        price_micros=match.price_micros,
        take_or_pay_bp=ask.take_or_pay_bp,
        cost_micros=cost,
        buyer_fee_micros=fee_micros(cost, law.buyer_fee_bp),
        subsidy_micros=0,
        terms=law,
        readings=[],
    )
    state.leases[lease.lease_id] = lease
    state.lease_parties.append(Parties(lease.buyer, lease.provider))
    least_free = ask.free.carve(fit.start_s, end_s, fit.chips_milli)
    ask.busiest_milli = max(ask.busiest_milli, ask.quantity_milli - least_free)
    ask.leased_area += fit.chips_milli * wish.duration_s
    ask.open_leases += 1
    bid.leaves_milli -= fit.chips_milli
    bid.filled_milli += fit.chips_milli
    state.emit(_traded(match, lease, taker))
    money.fund_lease(state, bid, lease)
    state.agenda.add(fit.start_s + law.start_grace_s, Due.START_DEADLINE, lease.lease_id)
    state.agenda.add(lease.period_end_s(0) + law.close_grace_s, Due.PERIOD_CLOSE, lease.lease_id)
    state.touched_leases[lease.lease_id] = lease
    if bid.leaves_milli == 0:
        finish_bid(state, bid, events.FILLED, events.BY_FILL)
    else:
        money.release_hold(state, bid)
        state.touched_bids[bid.bid_id] = bid
    settle_in_book(state, ask, events.FILLED, events.BY_FILL)


def rest_bid(state: State, bid: Bid) -> None:
    """Let a bid stand in the books of all its alternatives that can still start."""
    for index in bid.open:
        wish = bid.alternatives[index]
        tenor_s = tenor_of(wish.duration_s, state.catalog.tenors_s)
        state.market(wish.region, wish.chip).add_bid(bid, index, tenor_s)
    bid.resting = True


def finish_bid(state: State, bid: Bid, as_state: str, reason: str) -> None:
    """End a bid: what is left of it is canceled or has run out of time, and nothing stays held."""
    for index in bid.open:
        _leave_book(state, bid, index)
    bid.open = ()
    bid.resting = False
    bid.canceled_milli += bid.leaves_milli
    bid.leaves_milli = 0
    bid.state, bid.reason = as_state, reason
    money.release_hold(state, bid)
    del state.bids[bid.bid_id]
    state.touched_bids[bid.bid_id] = bid


def lapse_alternative(state: State, bid: Bid, index: int) -> None:
    """One alternative of a bid cannot start any more; the bid ends with the last of them."""
    _leave_book(state, bid, index)
    bid.open = tuple(other for other in bid.open if other != index)
    if bid.open:
        money.release_hold(state, bid)
        state.touched_bids[bid.bid_id] = bid
    else:
        finish_bid(state, bid, events.EXPIRED, events.BY_TIME)


def settle_in_book(state: State, ask: Ask, as_state: str, reason: str) -> None:
    """Put an open ask into the book of the longest tenor it can host now, or end it when it can host nothing."""
    market = state.market(ask.region, ask.chip)
    law, now_s = state.catalog.law, state.catalog.next_step_s(state.now_s)
    tenors_s = state.catalog.tenors_s
    shortest_s = max(ask.min_duration_s, law.step_s)
    longest_s = ask.free.longest_s(ask.lot_milli, now_s)
    state.touched_asks[ask.ask_id] = ask
    if longest_s < shortest_s:
        finish_ask(state, ask, as_state, reason)
        return
    tenor_s = tenor_of(longest_s, tenors_s)
    if ask.tenor_s != tenor_s:
        if ask.tenor_s:
            market.remove_ask(ask)
        market.add_ask(ask, tenor_s)
    ask.leaves_milli = most_chips(ask.free.segments(now_s), shortest_s, now_s) // ask.lot_milli * ask.lot_milli
    # When time alone will next change this: the last start of a piece as long as its book's, or as wide as its leaves.
    piece_s = max(tenor_s, shortest_s) if tenor_s <= longest_s else shortest_s
    long_s = ask.free.last_start_s(piece_s, ask.lot_milli, now_s)
    wide_s = ask.free.last_start_s(shortest_s, ask.leaves_milli, now_s)
    assert long_s is not None
    assert wide_s is not None
    recheck_s = min(long_s, wide_s) + 1
    if recheck_s != ask.recheck_s:
        ask.recheck_s = recheck_s
        state.agenda.add(recheck_s, Due.ASK_RECHECK, ask.ask_id)


def finish_ask(state: State, ask: Ask, as_state: str, reason: str) -> None:
    """End an ask: it takes no more leases. Its bond returns with the end of the last lease it has."""
    if ask.tenor_s:
        state.market(ask.region, ask.chip).remove_ask(ask)
    ask.state, ask.reason, ask.leaves_milli = as_state, reason, 0
    state.touched_asks[ask.ask_id] = ask
    let_ask_go(state, ask)


def let_ask_go(state: State, ask: Ask) -> None:
    """Return the bond of a done ask without leases to come, and forget it."""
    if ask.state != events.RESTING and ask.open_leases == 0:
        money.return_bond(state, ask)
        del state.asks[ask.ask_id]
        state.touched_asks[ask.ask_id] = ask


def tell_changes(state: State) -> None:
    """Say where every touched order and lease stands now, once it is certain that they stand well."""
    check_touched(state)
    for bid in state.touched_bids.values():
        state.emit(
            events.BidChanged(
                bid_id=bid.bid_id,
                state=bid.state,
                reason=bid.reason,
                leaves_milli=bid.leaves_milli,
                filled_milli=bid.filled_milli,
                canceled_milli=bid.canceled_milli,
                held_micros=bid.held_micros,
                open_alternatives=bid.open,
            )
        )
    for ask in state.touched_asks.values():
        state.emit(_ask_changed(state, ask))
    for lease in state.touched_leases.values():
        state.emit(
            events.LeaseChanged(
                lease_id=lease.lease_id,
                state=lease.state,
                reason=lease.reason,
                escrow_micros=lease.escrow_micros,
                earned_micros=lease.earned_micros,
                refunded_micros=lease.refunded_micros,
                penalties_micros=lease.penalties_micros,
                buyer_fee_micros=lease.fee_taken_micros,
                provider_fee_micros=lease.provider_fee_micros,
            )
        )
    state.touched_bids.clear()
    state.touched_asks.clear()
    state.touched_leases.clear()


def _leave_book(state: State, bid: Bid, index: int) -> None:
    if bid.resting:
        wish = bid.alternatives[index]
        tenor_s = tenor_of(wish.duration_s, state.catalog.tenors_s)
        state.market(wish.region, wish.chip).remove_bid(bid, index, tenor_s)


def _ask_changed(state: State, ask: Ask) -> events.AskChanged:
    """An ask's leaves are the most chips it can still lease in one piece; what it never leased counts as canceled."""
    now_s = state.catalog.next_step_s(state.now_s)
    free = ask.free.segments(now_s) if ask.state == events.RESTING else ()
    leaves = ask.leaves_milli
    filled = min(ask.quantity_milli - leaves, ask.busiest_milli)
    return events.AskChanged(
        ask_id=ask.ask_id,
        state=ask.state,
        reason=ask.reason,
        leaves_milli=leaves,
        filled_milli=filled,
        canceled_milli=ask.quantity_milli - leaves - filled,
        bond_micros=ask.bond_micros,
        free=free,
    )


def _traded(match: Match, lease: Lease, taker: str) -> events.Traded:
    return events.Traded(
        lease_id=lease.lease_id,
        bid_id=lease.bid_id,
        ask_id=lease.ask_id,
        alternative=match.alternative,
        buyer=lease.buyer,
        provider=lease.provider,
        region=lease.region,
        chip=lease.chip,
        site=lease.site,
        quantity_milli=lease.quantity_milli,
        start_s=lease.start_s,
        end_s=lease.end_s,
        price_micros=lease.price_micros,
        cost_micros=lease.cost_micros,
        buyer_fee_micros=lease.buyer_fee_micros,
        subsidy_micros=lease.subsidy_micros,
        escrow_micros=lease.escrow_micros,
        take_or_pay_bp=lease.take_or_pay_bp,
        taker=taker,
    )
