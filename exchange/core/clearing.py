"""From a match to a lease, and from an order to the end of it: the changes, below the line of no return.

Everything here has been decided; what could be refused has been refused. Orders that change are noted in the state as
touched, and are told about once, when the command or the instant is over.
"""

from exchange.core import money, reselling
from exchange.core.agenda import Due
from exchange.core.books.market import ask_key, wish_key
from exchange.core.books.matching import Match
from exchange.core.books.order import Ask, Bid
from exchange.core.conservation import check_touched
from exchange.core.leases.contract import Lease
from exchange.core.leases.pieces import Piece
from exchange.core.ledger.chart import AVAILABLE, purse
from exchange.core.state import Parties, State
from exchange.core.vouchers import granting
from exchange.core.vouchers.conservation import tell_programmes
from exchange.language import events
from exchange.language.events_money import ContestableChanged
from exchange.language.units import Milli, Seconds, cost_micros, fee_micros


def trade(state: State, match: Match, taker: str) -> None:
    """Clear a match into a funded lease."""
    bid, ask, fit = match.bid, match.ask, match.fit
    wish = bid.alternatives[match.alternative]
    law = state.catalog.law
    assert bid.owner_group != ask.owner_group
    assert 0 < fit.chips_milli <= (wish.quantity_milli or bid.leaves_milli)
    assert fit.chips_milli % ask.lot_milli == 0
    assert ask.price_micros <= match.price_micros <= wish.price_micros
    end_s = fit.start_s + wish.duration_s
    lease = _lease_of(state, match, end_s)
    reselling.novate(state, lease, ask)
    grant = granting.choose(state, bid, ask, lease.cost_micros)
    granting.enter(lease, grant)
    state.leases[lease.lease_id] = lease
    state.lease_parties.append(Parties(lease.buyer, lease.provider, lease.deliverer))
    least_free = ask.free.carve(fit.start_s, end_s, fit.chips_milli)
    ask.busiest_milli = max(ask.busiest_milli, ask.quantity_milli - least_free)
    ask.leased_area += fit.chips_milli * wish.duration_s
    ask.open_leases += 1
    market = state.market(ask.region, ask.chip)
    market.traded(match.price_micros, law.band_trades)
    # An alternative with a quantity of its own stands for the whole of the bid.
    filled = fit.chips_milli if wish.quantity_milli is None else bid.leaves_milli
    bid.leaves_milli -= filled
    bid.filled_milli += filled
    state.emit(_traded(match, lease, grant.bound, taker))
    money.fund_lease(state, bid, lease)
    granting.commit(state, lease, grant)
    state.agenda.add(fit.start_s + law.start_grace_s, Due.START_DEADLINE, lease.lease_id)
    state.agenda.add(lease.period_end_s(0) + law.close_grace_s, Due.PERIOD_CLOSE, lease.lease_id)
    state.touched_leases[lease.lease_id] = lease
    if bid.leaves_milli == 0:
        finish_bid(state, bid, events.FILLED, events.BY_FILL)
    else:
        state.touched_bids[bid.bid_id] = bid
        note_content_with_less(state, bid)
    if ask.resting:
        market.asks.lost(ask_key(ask))
    settle_in_book(state, ask, events.FILLED, events.BY_FILL)


def _lease_of(state: State, match: Match, end_s: Seconds) -> Lease:
    """The lease that a match makes, with its money on the one piece that it begins as."""
    bid, ask, fit, law = match.bid, match.ask, match.fit, state.catalog.law
    number = len(state.lease_parties) + 1
    cost = cost_micros(match.price_micros, fit.chips_milli, end_s - fit.start_s)
    return Lease(
        lease_id=number,
        bid_id=bid.bid_id,
        ask_id=ask.ask_id,
        root_ask_id=ask.ask_id,
        chain=(number,),
        buyer=bid.account_id,
        provider=ask.account_id,
        deliverer=ask.account_id,
        region=ask.region,
        chip=ask.chip,
        site=ask.site,
        quantity_milli=fit.chips_milli,
        start_s=fit.start_s,
        end_s=end_s,
        until_s=end_s,
        settled_s=fit.start_s,
        price_micros=match.price_micros,
        take_or_pay_bp=ask.take_or_pay_bp,
        lot_milli=ask.lot_milli,
        min_duration_s=ask.min_duration_s,
        cost_micros=cost,
        buyer_fee_micros=fee_micros(cost, law.buyer_fee_bp),
        terms=law,
        readings=[],
        pieces=[Piece(shape=((fit.start_s, end_s, fit.chips_milli),), costs_micros=(cost,))],
        offers=[],
        contestable={},
    )


def rest_bid(state: State, bid: Bid) -> None:
    """Let a bid stand in the books of all its alternatives that can still start."""
    bid.resting = True
    now_s = state.catalog.next_step_s(state.now_s)
    for index in bid.open:
        wish = bid.alternatives[index]
        state.market(wish.region, wish.chip).add_wish(bid, index, now_s)


def note_content_with_less(state: State, bid: Bid) -> None:
    """What is left of a resting bid may be less than its smallest lease was: its books must know."""
    if bid.resting and bid.leaves_milli < (bid.min_quantity_milli or 0):
        for index in bid.open:
            wish = bid.alternatives[index]
            state.market(wish.region, wish.chip).bids.gained(wish_key(bid, index))


def unrest_bid(state: State, bid: Bid) -> None:
    """Take a bid off all books, without ending it."""
    for index in bid.open:
        _leave_book(state, bid, index)
    bid.resting = False


def finish_bid(state: State, bid: Bid, as_state: str, reason: str) -> None:
    """End a bid: what is left of it is canceled or has run out of time, and nothing stays held."""
    if bid.resting:
        unrest_bid(state, bid)
    bid.open = ()
    bid.canceled_milli += bid.leaves_milli
    bid.leaves_milli = 0
    bid.state, bid.reason = as_state, reason
    money.release_hold(state, bid)
    state.drop_bid(bid)
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
    """Say what an open ask can still lease, let it rest, or end it when that is nothing."""
    state.touched_asks[ask.ask_id] = ask
    widest = room_of(state, ask)
    if widest is None:
        finish_ask(state, ask, as_state, reason)
        return
    ask.leaves_milli, last_s = widest
    if not ask.resting:
        state.market(ask.region, ask.chip).add_ask(ask, state.catalog.next_step_s(state.now_s))
    # After the last start of a piece as wide as that, time alone will make it less.
    if last_s + 1 != ask.recheck_s:
        ask.recheck_s = last_s + 1
        state.agenda.add(ask.recheck_s, Due.ASK_RECHECK, ask.ask_id)


def room_of(state: State, ask: Ask) -> tuple[Milli, Seconds] | None:
    """The most chips that an ask can still lease in one piece, and the last start of such a piece; None for none."""
    shortest_s = max(ask.min_duration_s, state.catalog.law.step_s)
    return ask.free.widest(shortest_s, ask.lot_milli, state.catalog.next_step_s(state.now_s))


def finish_ask(state: State, ask: Ask, as_state: str, reason: str) -> None:
    """End an ask: it takes no more leases. Its bond returns with the end of the last lease it has."""
    if ask.resting:
        state.market(ask.region, ask.chip).remove_ask(ask)
    ask.state, ask.reason, ask.leaves_milli = as_state, reason, 0
    if ask.lease_id is not None:
        state.leases[ask.lease_id].offers.remove(ask.ask_id)
    state.touched_asks[ask.ask_id] = ask
    let_ask_go(state, ask)


def let_ask_go(state: State, ask: Ask) -> None:
    """Return the bond of a done ask without leases to come, and forget it."""
    if ask.state != events.RESTING and ask.open_leases == 0:
        money.return_bond(state, ask)
        state.drop_ask(ask)
        state.touched_asks[ask.ask_id] = ask


def tell_changes(state: State) -> None:
    """Say where every touched order and lease stands now, once it is certain that they stand well."""
    if state.touched_bids or state.touched_asks or state.touched_leases:
        check_touched(state)
        for bid in state.touched_bids.values():
            state.emit(_bid_changed(bid))
        for ask in state.touched_asks.values():
            state.emit(_ask_changed(state, ask))
        for lease in state.touched_leases.values():
            state.emit(_lease_changed(lease))
        state.touched_bids.clear()
        state.touched_asks.clear()
        state.touched_leases.clear()
    if state.touched_programmes:
        tell_programmes(state)
    if state.touched_contestable:
        _tell_contestable(state)


def _tell_contestable(state: State) -> None:
    """Say how much of what accounts have cannot be spent yet, and forget of whom nothing is."""
    for account_id in state.touched_contestable:
        account = purse(account_id, AVAILABLE)
        locked = state.contestable[account]
        state.emit(ContestableChanged(account_id=account_id, contestable_micros=locked))
        if not locked:
            del state.contestable[account]
    state.touched_contestable.clear()


def _leave_book(state: State, bid: Bid, index: int) -> None:
    if bid.resting:
        wish = bid.alternatives[index]
        state.market(wish.region, wish.chip).remove_wish(bid, index)


def _bid_changed(bid: Bid) -> events.BidChanged:
    return events.BidChanged(
        bid_id=bid.bid_id,
        state=bid.state,
        reason=bid.reason,
        leaves_milli=bid.leaves_milli,
        filled_milli=bid.filled_milli,
        canceled_milli=bid.canceled_milli,
        held_micros=bid.held_micros,
        open_alternatives=bid.open,
    )


def _lease_changed(lease: Lease) -> events.LeaseChanged:
    return events.LeaseChanged(
        lease_id=lease.lease_id,
        state=lease.state,
        reason=lease.reason,
        escrow_micros=lease.escrow_micros,
        earned_micros=lease.earned_micros,
        refunded_micros=lease.refunded_micros,
        penalties_micros=lease.penalties_micros,
        buyer_fee_micros=lease.fee_taken_micros,
        provider_fee_micros=lease.provider_fee_micros,
        until_s=lease.until_s,
        subsidy_micros=lease.subsidy_micros,
        redeemed_micros=lease.redeemed_micros,
        returned_micros=lease.returned_micros,
        frozen_micros=lease.frozen_micros,
    )


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


def _traded(match: Match, lease: Lease, bound: str, taker: str) -> events.Traded:
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
        programme=lease.programme,
        subsidy_bound=bound,
        use=match.bid.use,
        parent_id=lease.parent_id,
        deliverer=lease.deliverer,
    )
