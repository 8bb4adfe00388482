"""What an order would do now, without doing it: for fill-or-kill, post-only and quotes.

A plan carves real capacity and puts it back before it returns, so nobody can tell that it was made. The same holds for
the clock, which a quiet market has not moved since its last command.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from msgspec.structs import replace

from exchange.core import versions
from exchange.core.books.ladder import Key
from exchange.core.books.market import ask_key
from exchange.core.books.matching import Match, best_for_bid, next_for_ask
from exchange.core.books.order import Ask, Bid
from exchange.core.state import State
from exchange.language import events
from exchange.language.commands import CANCEL_BOTH, CANCEL_TAKER, OPEN, POST_ONLY, PlaceBid
from exchange.language.rejects import Code, Reject
from exchange.language.units import Milli, Seconds


class Plan(NamedTuple):
    """The matches that a bid would make, in order, and the bid as it would then stand.

    `stopped` says that the bid would meet its own owner group and, by its own wish, not go on.
    """

    matches: tuple[Match, ...]
    rest: Bid
    stopped: bool

    @property
    def leaves_milli(self) -> Milli:
        """What would be left."""
        return self.rest.leaves_milli

    @property
    def whole(self) -> bool:
        """Whether nothing would be left."""
        return not self.rest.leaves_milli


def draft_bid(state: State, order: PlaceBid, owner_group: str) -> Bid:
    """The bid that an order would become as the next of the market, with nothing held and nothing filled yet."""
    return Bid(
        bid_id=len(state.bid_owners) + 1,
        account_id=order.account_id,
        owner_group=owner_group,
        priority=state.seq,
        quantity_milli=order.quantity_milli,
        leaves_milli=order.quantity_milli,
        min_quantity_milli=order.min_quantity_milli,
        alternatives=order.alternatives,
        open=tuple(range(len(order.alternatives))),
        time_in_force=order.time_in_force,
        expires_s=order.expires_s,
        max_take_or_pay_bp=order.max_take_or_pay_bp,
        self_trade=order.self_trade,
        post_only=order.post_only,
        require=order.require,
        vouchers=order.vouchers,
        use=order.use,
        state=events.RESTING,
    )


def plan_bid(
    state: State,
    bid: Bid,
    market_state: str = OPEN,
    most: int | None = None,
    passed_over: dict[int, None] | None = None,
) -> Plan:
    """The matches that a bid would make now, or the first `most` of them. Asks `passed_over` are left out."""
    with planned(state, bid, market_state, most, passed_over) as plan:
        return plan


@contextmanager
def planned(
    state: State,
    bid: Bid,
    market_state: str = OPEN,
    most: int | None = None,
    passed_over: dict[int, None] | None = None,
) -> Iterator[Plan]:
    """The same, with the capacity carved out for as long as one looks at what is left."""
    now_s = state.catalog.next_step_s(state.now_s)
    passed_over = {} if passed_over is None else passed_over
    draft, matches, stopped, places = replace(bid), list[Match](), False, dict[int, Key]()
    try:
        while draft.leaves_milli and (most is None or len(matches) < most):
            if draft.leaves_milli < (bid.min_quantity_milli or 0):
                places.clear()  # content with less: what could not serve may
            match = best_for_bid(state.markets, draft, now_s, passed_over, market_state, places)
            if match is None:
                break
            if match.ask.owner_group == bid.owner_group:
                if _gives_up(state, bid.self_trade, market_state):
                    stopped = True
                    break
                passed_over[match.ask.ask_id] = None
                continue
            wish, fit = bid.alternatives[match.alternative], match.fit
            match.ask.free.carve(fit.start_s, fit.start_s + wish.duration_s, fit.chips_milli)
            matches.append(match)
            draft.leaves_milli -= draft.leaves_milli if wish.quantity_milli else fit.chips_milli
        yield Plan(tuple(matches), draft, stopped)
    finally:
        for match in reversed(matches):
            ask, start_s = match.ask, match.fit.start_s
            ask.free.restore(start_s, start_s + bid.alternatives[match.alternative].duration_s, match.fit.chips_milli)
            # A walk may meanwhile have put what was left into the ladder's sieves.
            state.markets[ask.region, ask.chip].asks.gained(ask_key(ask))


@contextmanager
def supposed_at(state: State, at_s: Seconds) -> Iterator[None]:
    """The market as if its clock had come to an instant, if it is later, before which nothing is due."""
    was_s, state.now_s = state.now_s, max(state.now_s, at_s)
    try:
        yield
    finally:
        state.now_s = was_s


def check_rests(state: State, bid: Bid) -> Reject | None:
    """Why a bid cannot come, if it is only to rest, by its own wish or its market's state, and would trade."""
    if bid.post_only and plan_bid(state, bid, OPEN, 1).matches:
        return Reject(Code.WOULD_TRADE, "post_only", "an ask can serve this bid now; lower the price or let it trade")
    if state.brakes:  # or every market is open
        for match in plan_bid(state, bid, POST_ONLY, 1).matches:
            return _braked(f"alternatives[{match.alternative}].price")
    return None


def check_offer_rests(state: State, ask: Ask) -> Reject | None:
    """Why an ask cannot come, if it is only to rest, by its own wish or its market's state, and would trade."""
    market = state.market(ask.region, ask.chip)
    if not (ask.post_only and market.state == OPEN) and market.state != POST_ONLY:
        return None
    now_s, passed_over = state.catalog.next_step_s(state.now_s), dict[int, None]()
    while (match := next_for_ask(market, ask, now_s, passed_over)) is not None:
        if match.bid.owner_group != ask.owner_group:
            if market.state == POST_ONLY:
                return _braked("price")
            detail = "a bid would take this ask now; raise the price or let it trade"
            return Reject(Code.WOULD_TRADE, "post_only", detail)
        if _gives_up(state, ask.self_trade, market.state):
            return None
        passed_over[match.bid.bid_id] = None
    return None


def _gives_up(state: State, mode: str, market_state: str) -> bool:
    """Whether a taker that meets its own owner group is given up: where nothing matches it is not, and may rest."""
    matches = market_state == OPEN or state.rules_version < versions.OWN_LOOKED_PAST
    return matches and mode in (CANCEL_TAKER, CANCEL_BOTH)


def _braked(param: str) -> Reject:
    return Reject(Code.WOULD_TRADE, param, "the market is in post_only: it takes orders that rest, and no others")
