"""Orders arriving, trading, resting and leaving: the commands that touch the books.

Each handler is a column of guards, then a line of no return; below it only changes. An order's client_order_id is
looked at first: the same order again is answered as the first time and does nothing.
"""

from exchange.core import money, reselling, risk
from exchange.core.agenda import Due
from exchange.core.books.capacity import Capacity
from exchange.core.books.ladder import Key
from exchange.core.books.market import wish_key
from exchange.core.books.matching import Match, best_for_bid, next_for_ask
from exchange.core.books.order import Ask, Bid
from exchange.core.clearing import finish_ask, finish_bid, rest_bid, settle_in_book, trade
from exchange.core.planning import check_offer_rests, check_rests, draft_bid, plan_bid
from exchange.core.state import ClientOrder, State
from exchange.language import events
from exchange.language.codec import fingerprint
from exchange.language.commands import (
    BUYER,
    CANCEL_BOTH,
    CANCEL_MAKER,
    CANCEL_TAKER,
    FOK,
    GTD,
    IOC,
    OPEN,
    PROVIDER,
    PlaceAsk,
    PlaceBid,
)
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject
from exchange.language.units import Seconds

_NOT_OPEN = Reject(Code.NOT_SUPPORTED, "", "the market has no rules yet; load the seeds first")


def place_bid(state: State, order: PlaceBid) -> Outcome | Reject:
    """A bid arrives: it takes what it can, then rests or is done."""
    if not state.catalog.open:
        return _NOT_OPEN
    buyer = risk.participant_with(state, order.account_id, BUYER)
    if isinstance(buyer, Reject):
        return buyer
    if (known := _known(state, order)) is not None:
        return known
    if (reject := risk.check_bid(state, order)) is not None:
        return reject
    bid = draft_bid(state, order, buyer.owner_group)
    needed = money.worst_case_micros(bid, state.catalog.law.buyer_fee_bp)
    if (reject := risk.check_hold(state, bid, needed) or check_rests(state, bid)) is not None:
        return reject
    # ---- no return ----
    state.bid_owners.append(bid.account_id)
    _remember(state, order, bid.bid_id)
    state.add_bid(bid)
    state.touched_bids[bid.bid_id] = bid
    state.emit(_bid_placed(order, bid, needed))
    money.hold(state, bid, needed)
    if bid.time_in_force != FOK or plan_bid(state, bid).whole:
        match_bid(state, bid)
    if bid.leaves_milli and bid.time_in_force in (IOC, FOK):
        finish_bid(state, bid, events.CANCELED, events.BY_TIME_IN_FORCE)
    elif bid.leaves_milli:
        rest_bid(state, bid)
        for index, wish in enumerate(bid.alternatives):
            state.agenda.add(wish.latest_start_s + 1, Due.ALTERNATIVE_LAPSE, bid.bid_id, index)
        if bid.time_in_force == GTD:
            assert bid.expires_s is not None
            state.agenda.add(bid.expires_s, Due.BID_EXPIRY, bid.bid_id)
    return Outcome(state.seq, subject=bid.bid_id)


def place_ask(state: State, order: PlaceAsk) -> Outcome | Reject:
    """An ask arrives: resting bids take what they can, then it rests or is done."""
    if not state.catalog.open:
        return _NOT_OPEN
    seller = risk.participant_with(state, order.account_id, PROVIDER if order.lease_id is None else BUYER)
    if isinstance(seller, Reject):
        return seller
    if (known := _known(state, order)) is not None:
        return known
    start_s = state.catalog.next_step_s(state.now_s) if order.start_s is None else order.start_s
    if (reject := risk.check_ask(state, order, start_s)) is not None:
        return reject
    ask = _draft_ask(state, reselling.completed(state, order), start_s, seller.owner_group)
    if (reject := _check_means(state, ask) or check_offer_rests(state, ask)) is not None:
        return reject
    # ---- no return ----
    state.ask_owners.append(ask.account_id)
    _remember(state, order, ask.ask_id)
    state.add_ask(ask)
    state.emit(_ask_placed(ask, order.client_order_id))
    money.post_bond(state, ask, ask.bond_micros)
    reselling.offer(state, ask)
    settle_in_book(state, ask, events.EXPIRED, events.BY_TIME)
    traded = match_ask(state, ask)
    if ask.state == events.RESTING and ask.time_in_force in (IOC, FOK):
        finish_ask(state, ask, events.CANCELED, events.BY_TIME_IN_FORCE)
    elif ask.state == events.RESTING and ask.time_in_force == GTD:
        assert ask.expires_s is not None
        state.agenda.add(ask.expires_s, Due.ASK_EXPIRY, ask.ask_id)
    match_again(state, traded)
    return Outcome(state.seq, subject=ask.ask_id)


def _draft_ask(state: State, order: PlaceAsk, start_s: Seconds, owner_group: str) -> Ask:
    """The ask that an order becomes. A resale puts up no bond: the provider's stands behind it."""
    bond = risk.bond_micros(state, order.price_micros, order.quantity_milli, order.end_s - start_s)
    if order.lease_id is not None:
        bond = 0
    return Ask(
        ask_id=len(state.ask_owners) + 1,
        account_id=order.account_id,
        owner_group=owner_group,
        priority=state.seq,
        region=order.region,
        chip=order.chip,
        site=order.site,
        quantity_milli=order.quantity_milli,
        start_s=start_s,
        end_s=order.end_s,
        price_micros=order.price_micros,
        lot_milli=order.lot_milli,
        min_duration_s=order.min_duration_s,
        take_or_pay_bp=order.take_or_pay_bp,
        time_in_force=order.time_in_force,
        expires_s=order.expires_s,
        self_trade=order.self_trade,
        post_only=order.post_only,
        free=Capacity(start_s, order.end_s, order.quantity_milli),
        offered_area=order.quantity_milli * (order.end_s - start_s),
        bond_micros=bond,
        posted_micros=bond,
        tags=order.tags,
        pue_milli=order.pue_milli,
        green_bp=order.green_bp,
        domestic=state.catalog.chips[order.chip].domestic,
        state=events.RESTING,
        lease_id=order.lease_id,
    )


def _check_means(state: State, ask: Ask) -> Reject | None:
    """Why the owner of a new ask cannot put up what it takes: a bond, or, of a resale, the subsidy that goes back."""
    if ask.lease_id is None:
        return risk.check_funds(state, ask.account_id, ask.bond_micros, "quantity", "the bond")
    forgone = reselling.forgone_micros(state, ask, ask.quantity_milli)
    return risk.check_funds(state, ask.account_id, forgone, "quantity", "the subsidy that goes back on it")


def match_bid(state: State, bid: Bid) -> None:
    """Let a bid take from resting asks, the greatest surplus first, while it has quantity left."""
    now_s, passed_over, places = state.catalog.next_step_s(state.now_s), dict[int, None](), dict[int, Key]()
    while bid.leaves_milli:
        if bid.leaves_milli < (bid.min_quantity_milli or 0):
            places.clear()  # content with less: what could not serve may
        match = best_for_bid(state.markets, bid, now_s, passed_over, places=places)
        if match is None:
            return
        ask = match.ask
        if ask.owner_group != bid.owner_group:
            trade(state, match, "bid")
            continue
        _tell_prevented(state, match, bid.self_trade, "bid")
        passed_over[ask.ask_id] = None
        if bid.self_trade in (CANCEL_MAKER, CANCEL_BOTH):
            finish_ask(state, ask, events.CANCELED, events.BY_SELF_TRADE)
        if bid.self_trade in (CANCEL_TAKER, CANCEL_BOTH):
            finish_bid(state, bid, events.CANCELED, events.BY_SELF_TRADE)


def offer_again(state: State, ask: Ask) -> None:
    """Offer a resting ask whose capacity has grown to resting bids, as if it had just come."""
    settle_in_book(state, ask, events.EXPIRED, events.BY_TIME)
    match_again(state, match_ask(state, ask))


def match_ask(state: State, ask: Ask) -> dict[int, Bid]:
    """Offer an ask to resting bids, best limit first, each taking all it can; the bids that traded.

    A bid that has traded may be content with less than before, so the pass is made again until one brings no trade.
    """
    market = state.market(ask.region, ask.chip)
    now_s = state.catalog.next_step_s(state.now_s)
    passed_over, traded = dict[int, None](), dict[int, Bid]()
    place: Key | None = None
    in_pass = False
    while ask.state == events.RESTING and market.state == OPEN:
        match = next_for_ask(market, ask, now_s, passed_over, place)
        if match is None:
            if not in_pass:
                break
            place, in_pass = None, False
            continue
        bid, place = match.bid, wish_key(match.bid, match.alternative)
        if ask.owner_group != bid.owner_group:
            trade(state, match, "ask")
            traded[bid.bid_id] = bid
            in_pass = True
            continue
        _tell_prevented(state, match, ask.self_trade, "ask")
        passed_over[bid.bid_id] = None
        if ask.self_trade in (CANCEL_MAKER, CANCEL_BOTH):
            finish_bid(state, bid, events.CANCELED, events.BY_SELF_TRADE)
        if ask.self_trade in (CANCEL_TAKER, CANCEL_BOTH):
            finish_ask(state, ask, events.CANCELED, events.BY_SELF_TRADE)
    return traded


def match_again(state: State, traded: dict[int, Bid]) -> None:
    """Bids that an ask left with less than their smallest lease look at all asks again: they are content with less."""
    for bid in sorted(traded.values(), key=lambda bid: bid.priority):
        if 0 < bid.leaves_milli < (bid.min_quantity_milli or 0):
            match_bid(state, bid)


def _known(state: State, order: PlaceAsk | PlaceBid) -> Outcome | Reject | None:
    found = state.client_orders.get(order.account_id, {}).get(order.client_order_id)
    if found is None:
        return None
    if found.fingerprint == fingerprint(order):
        return Outcome(found.seq, subject=found.order_id, repeated=True)
    return Reject(
        Code.CLIENT_ORDER_ID_REUSED, "client_order_id", "an order of other content has it; take a new id for this one"
    )


def _remember(state: State, order: PlaceAsk | PlaceBid, number: int) -> None:
    known = state.client_orders.setdefault(order.account_id, {})
    known[order.client_order_id] = ClientOrder(state.seq, number, fingerprint(order))


def _tell_prevented(state: State, match: Match, mode: str, taker: str) -> None:
    state.emit(events.SelfTradePrevented(bid_id=match.bid.bid_id, ask_id=match.ask.ask_id, mode=mode, taker=taker))


def _bid_placed(order: PlaceBid, bid: Bid, held_micros: int) -> events.BidPlaced:
    return events.BidPlaced(
        bid_id=bid.bid_id,
        account_id=order.account_id,
        client_order_id=order.client_order_id,
        quantity_milli=order.quantity_milli,
        min_quantity_milli=order.min_quantity_milli,
        alternatives=order.alternatives,
        time_in_force=order.time_in_force,
        expires_s=order.expires_s,
        post_only=order.post_only,
        max_take_or_pay_bp=order.max_take_or_pay_bp,
        vouchers=order.vouchers,
        self_trade=order.self_trade,
        require=order.require,
        use=order.use,
        held_micros=held_micros,
    )


def _ask_placed(ask: Ask, client_order_id: str) -> events.AskPlaced:
    return events.AskPlaced(
        ask_id=ask.ask_id,
        account_id=ask.account_id,
        client_order_id=client_order_id,
        region=ask.region,
        chip=ask.chip,
        site=ask.site,
        tags=ask.tags,
        pue_milli=ask.pue_milli,
        green_bp=ask.green_bp,
        quantity_milli=ask.quantity_milli,
        start_s=ask.start_s,
        end_s=ask.end_s,
        price_micros=ask.price_micros,
        lot_milli=ask.lot_milli,
        min_duration_s=ask.min_duration_s,
        take_or_pay_bp=ask.take_or_pay_bp,
        time_in_force=ask.time_in_force,
        expires_s=ask.expires_s,
        post_only=ask.post_only,
        self_trade=ask.self_trade,
        bond_micros=ask.bond_micros,
        lease_id=ask.lease_id,
    )
