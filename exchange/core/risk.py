"""The guards of an order: a Reject that names the field, or nothing. Reads only.

Checks stand in the order of the catalogue of refusals, so that of several faults the first in that list is told.
"""

from collections.abc import Callable, Iterable

from exchange.core.books.order import Bid
from exchange.core.ledger.chart import AVAILABLE, purse
from exchange.core.money import worst_case_micros
from exchange.core.state import Participant, State
from exchange.language import limits
from exchange.language.commands import (
    FOK,
    GTD,
    SELF_TRADE_MODES,
    TIMES_IN_FORCE,
    Alternative,
    PlaceAsk,
    PlaceBid,
)
from exchange.language.instants import format_duration, format_instant
from exchange.language.rejects import Code, Reject
from exchange.language.units import (
    BP_PER_ONE,
    HOUR_S,
    MILLI_PER_CHIP,
    Micros,
    Seconds,
    div_half_even,
    format_chips,
    format_money,
)
from exchange.language.windows import ceil_to_step


def participant_with(state: State, account_id: str, role: str) -> Participant | Reject:
    """The account, if it may act in a role."""
    found = state.participants.get(account_id)
    if found is None:
        return Reject(Code.UNKNOWN_ACCOUNT, "account_id", f"no account is called {account_id}")
    if role not in found.roles:
        return Reject(Code.ROLE_MISSING, "account_id", f"{account_id} is no {role}; an operator can give it that role")
    return found


def check_ask(state: State, order: PlaceAsk, start_s: Seconds) -> Reject | None:
    """Why an ask cannot be taken, whatever its owner's means."""
    return (
        _check_supported_ask(order)
        or _check_named(state, order.region, order.chip, "")
        or _check_terms(order)
        or _check_ask_quantity(order)
        or _check_price(state, order.price_micros, "price")
        or _check_share(order.take_or_pay_bp, "take_or_pay")
        or _check_ask_window(state, order, start_s)
    )


def check_bid(state: State, order: PlaceBid) -> Reject | None:
    """Why a bid cannot be taken, whatever its owner's means."""
    places = [(f"alternatives[{index}].", wish) for index, wish in enumerate(order.alternatives)]
    checks: tuple[Callable[[], Reject | None], ...] = (
        lambda: _check_supported_bid(order),
        lambda: _first(_check_named(state, wish.region, wish.chip, at) for at, wish in places),
        lambda: _check_programmes(order),
        lambda: _check_count(order),
        lambda: _check_terms(order),
        lambda: _check_bid_quantity(order),
        lambda: _first(_check_price(state, wish.price_micros, f"{at}price") for at, wish in places),
        lambda: _check_share(order.max_take_or_pay_bp, "max_take_or_pay"),
        lambda: _first(_check_start(state, wish, at) for at, wish in places),
        lambda: _check_expiry(state, order.expires_s),
    )
    return _first(check() for check in checks)


def check_hold(state: State, bid: Bid) -> Reject | None:
    """Why a bid cannot be afforded."""
    needed = worst_case_micros(bid, state.catalog.law.buyer_fee_bp)
    return check_funds(state, bid.account_id, needed, "quantity", "the most it can cost with the fee")


def check_funds(state: State, account_id: str, needed_micros: Micros, param: str, what: str) -> Reject | None:
    """Why an account cannot pay an amount."""
    available = state.ledger.balance(purse(account_id, AVAILABLE))
    if needed_micros <= available:
        return None
    detail = f"{what} is {format_money(needed_micros)} CNY, {format_money(available)} is available"
    return Reject(Code.INSUFFICIENT_FUNDS, param, detail)


def bond_micros(state: State, order: PlaceAsk, start_s: Seconds) -> Micros:
    """The bond of an ask: a rate on at most a day of the whole offer at its price, rounded once."""
    law = state.catalog.law
    seconds = min(order.end_s - start_s, law.bond_window_s)
    worth = order.price_micros * order.quantity_milli * seconds * law.bond_rate_bp
    return div_half_even(worth, MILLI_PER_CHIP * HOUR_S * BP_PER_ONE)


def _first(rejects: Iterable[Reject | None]) -> Reject | None:
    return next((reject for reject in rejects if reject is not None), None)


def _check_supported_ask(order: PlaceAsk) -> Reject | None:
    if order.lease_id is not None:
        return Reject(Code.NOT_SUPPORTED, "lease_id", "resale of a lease is not offered yet")
    return _check_supported(order)


def _check_supported_bid(order: PlaceBid) -> Reject | None:
    for index, wish in enumerate(order.alternatives):
        if wish.quantity_milli is not None:
            return Reject(
                Code.NOT_SUPPORTED, f"alternatives[{index}].quantity", "alternatives share the bid's quantity for now"
            )
    return _check_supported(order)


def _check_supported(order: PlaceAsk | PlaceBid) -> Reject | None:
    if order.time_in_force == FOK:
        return Reject(Code.NOT_SUPPORTED, "time_in_force", "fok is not offered yet; use gtc, gtd or ioc")
    if order.post_only:
        return Reject(Code.NOT_SUPPORTED, "post_only", "post_only is not offered yet")
    return None


def _check_programmes(order: PlaceBid) -> Reject | None:
    for index, programme in enumerate(order.vouchers):
        if programme != "auto" or len(order.vouchers) > 1:
            return Reject(Code.UNKNOWN_PROGRAMME, f"vouchers[{index}]", f"no programme is called {programme}")
    return None


def _check_named(state: State, region: str, chip: str, at: str) -> Reject | None:
    if region not in state.catalog.regions:
        return Reject(Code.UNKNOWN_REGION, f"{at}region", f"no region is called {region}; see the catalogue")
    if chip not in state.catalog.chips:
        return Reject(Code.UNKNOWN_CHIP, f"{at}chip", f"no chip type is called {chip}; see the catalogue")
    return None


def _check_count(order: PlaceBid) -> Reject | None:
    if not 1 <= len(order.alternatives) <= limits.ALTERNATIVES_MAX:
        return Reject(Code.BAD_VALUE, "alternatives", f"give 1 to {limits.ALTERNATIVES_MAX} alternatives")
    return None


def _check_terms(order: PlaceAsk | PlaceBid) -> Reject | None:
    if order.time_in_force not in TIMES_IN_FORCE:
        return Reject(Code.BAD_VALUE, "time_in_force", f"one of {', '.join(TIMES_IN_FORCE)}")
    if order.self_trade not in SELF_TRADE_MODES:
        return Reject(Code.BAD_VALUE, "self_trade", f"one of {', '.join(SELF_TRADE_MODES)}")
    if (order.time_in_force == GTD) != (order.expires_s is not None):
        return Reject(Code.BAD_VALUE, "expires_at", "goes with time_in_force gtd, and only with it")
    return None


def _check_ask_quantity(order: PlaceAsk) -> Reject | None:
    if not 0 < order.quantity_milli <= limits.QUANTITY_MAX_MILLI:
        return _quantity_out_of_range("quantity")
    if not 0 < order.lot_milli <= order.quantity_milli:
        return Reject(Code.LOT_OUT_OF_RANGE, "lot", "more than 0, at most the quantity")
    if order.quantity_milli % order.lot_milli:
        lot = format_chips(order.lot_milli)
        return Reject(Code.QUANTITY_NOT_IN_LOTS, "quantity", f"a multiple of the lot, which is {lot}")
    return None


def _check_bid_quantity(order: PlaceBid) -> Reject | None:
    if not 0 < order.quantity_milli <= limits.QUANTITY_MAX_MILLI:
        return _quantity_out_of_range("quantity")
    least = order.min_quantity_milli
    if least is not None and not 0 < least <= order.quantity_milli:
        return Reject(Code.MIN_QUANTITY_OUT_OF_RANGE, "min_quantity", "more than 0, at most the quantity")
    return None


def _quantity_out_of_range(param: str) -> Reject:
    most = format_chips(limits.QUANTITY_MAX_MILLI)
    return Reject(Code.QUANTITY_OUT_OF_RANGE, param, f"more than 0, at most {most} chips")


def _check_price(state: State, price_micros: Micros, param: str) -> Reject | None:
    tick = state.catalog.law.tick_micros
    if not 0 < price_micros <= limits.PRICE_MAX_MICROS:
        most = format_money(limits.PRICE_MAX_MICROS)
        return Reject(Code.PRICE_OUT_OF_RANGE, param, f"more than 0, at most {most} CNY per chip-hour")
    if price_micros % tick:
        return Reject(Code.PRICE_OFF_TICK, param, f"a multiple of {format_money(tick)} CNY per chip-hour")
    return None


def _check_share(share_bp: int, param: str) -> Reject | None:
    if not 0 <= share_bp <= BP_PER_ONE:
        return Reject(Code.SHARE_OUT_OF_RANGE, param, "from 0 to 1")
    return None


def _check_grid(state: State, time_s: Seconds, param: str) -> Reject | None:
    step_s = state.catalog.law.step_s
    if time_s % step_s:
        return Reject(Code.OFF_GRID, param, f"a multiple of {format_duration(step_s)}; nothing is rounded")
    return None


def _check_expiry(state: State, expires_s: Seconds | None) -> Reject | None:
    if expires_s is None:
        return None
    if expires_s <= state.now_s:
        return Reject(Code.WINDOW_PAST, "expires_at", f"it is {format_instant(state.now_s)} now")
    return _check_horizon(state, expires_s, "expires_at")


def _check_horizon(state: State, at_s: Seconds, param: str) -> Reject | None:
    if at_s > state.now_s + limits.HORIZON_MAX_S:
        return Reject(Code.BEYOND_HORIZON, param, f"at most {format_duration(limits.HORIZON_MAX_S)} ahead")
    return None


def _check_duration(state: State, duration_s: Seconds, param: str) -> Reject | None:
    if not state.catalog.law.step_s <= duration_s <= limits.LEASE_MAX_S:
        least, most = format_duration(state.catalog.law.step_s), format_duration(limits.LEASE_MAX_S)
        return Reject(Code.DURATION_OUT_OF_RANGE, param, f"from {least} to {most}")
    return None


def _check_ask_window(state: State, order: PlaceAsk, start_s: Seconds) -> Reject | None:
    grid = _first(
        _check_grid(state, time_s, param)
        for time_s, param in ((start_s, "start"), (order.end_s, "end"), (order.min_duration_s, "min_duration"))
    )
    if grid is not None:
        return grid
    if start_s < ceil_to_step(state.now_s, state.catalog.law.step_s):
        return Reject(Code.WINDOW_PAST, "start", f'it is {format_instant(state.now_s)} now; "now" is the next step')
    if order.end_s <= start_s:
        return Reject(Code.WINDOW_EMPTY, "end", "after the start")
    if order.end_s - start_s > limits.ASK_WINDOW_MAX_S:
        return Reject(
            Code.DURATION_OUT_OF_RANGE, "end", f"a window of {format_duration(limits.ASK_WINDOW_MAX_S)} at most"
        )
    if order.min_duration_s > order.end_s - start_s:
        return Reject(Code.DURATION_OUT_OF_RANGE, "min_duration", "at most the window")
    return (
        _check_duration(state, order.min_duration_s, "min_duration")
        or _check_horizon(state, order.end_s, "end")
        or _check_expiry(state, order.expires_s)
    )


def _check_start(state: State, wish: Alternative, at: str) -> Reject | None:
    earliest_s, latest_s = wish.earliest_start_s, wish.latest_start_s
    off_grid = (
        _check_grid(state, wish.duration_s, f"{at}duration")
        or (None if earliest_s is None else _check_grid(state, earliest_s, f"{at}earliest_start"))
        or _check_grid(state, latest_s, f"{at}latest_start")
    )
    if off_grid is not None:
        return off_grid
    next_s = state.catalog.next_step_s(state.now_s)
    if latest_s < next_s:
        return Reject(Code.WINDOW_PAST, f"{at}latest_start", f"the next step is {format_instant(next_s)}")
    if earliest_s is not None and earliest_s > latest_s:
        return Reject(Code.WINDOW_EMPTY, f"{at}latest_start", "not before earliest_start")
    return _check_duration(state, wish.duration_s, f"{at}duration") or _check_horizon(
        state, latest_s, f"{at}latest_start"
    )
