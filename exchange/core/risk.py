"""The guards of an order: a Reject that names the field, or nothing. Reads only.

All faults of an order are looked for, and the one that comes first in the catalogue of refusals is told.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from exchange.core import reselling, versions
from exchange.core.books.order import Ask, Bid
from exchange.core.curbs import market_name
from exchange.core.ledger.chart import AVAILABLE, purse
from exchange.core.money import worst_case_micros
from exchange.core.state import Participant, State
from exchange.language import limits
from exchange.language.commands import (
    AUTO_VOUCHERS,
    CANCEL_ONLY,
    FOK,
    GTD,
    HALTED,
    IOC,
    OPEN,
    SELF_TRADE_MODES,
    TIMES_IN_FORCE,
    Alternative,
    AmendAsk,
    AmendBid,
    PlaceAsk,
    PlaceBid,
    Rules,
)
from exchange.language.instants import format_duration, format_instant
from exchange.language.rejects import Code, Reject
from exchange.language.units import (
    BP_PER_ONE,
    HOUR_S,
    MILLI_PER_CHIP,
    PUE_PLACES,
    BasisPoints,
    Micros,
    Milli,
    Seconds,
    div_half_even,
    format_chips,
    format_decimal,
    format_money,
)

Faults = Sequence[Reject]

_PRECEDENCE = {code: place for place, code in enumerate(Code)}


def check_account(state: State, account_id: str) -> Reject | None:
    """Why an account cannot do what every account can: it is not there."""
    if account_id in state.participants:
        return None
    return Reject(Code.UNKNOWN_ACCOUNT, "account_id", f"no account is called {account_id}")


def participant_with(state: State, account_id: str, role: str) -> Participant | Reject:
    """The account, if it may act in a role."""
    found = state.participants.get(account_id)
    if found is None:
        return Reject(Code.UNKNOWN_ACCOUNT, "account_id", f"no account is called {account_id}")
    if role not in found.roles:
        words = f"{account_id} is no {role}, and an account has the roles that it was opened with"
        return Reject(Code.ROLE_MISSING, "account_id", words)
    return found


def check_ask(state: State, order: PlaceAsk, start_s: Seconds) -> Reject | None:
    """Why an ask cannot be taken, whatever its owner's means."""
    return gravest(_ask_faults(state, order, start_s))


def check_bid(state: State, order: PlaceBid) -> Reject | None:
    """Why a bid cannot be taken, whatever its owner's means."""
    return gravest(_bid_faults(state, order))


def check_hold(state: State, bid: Bid, needed_micros: Micros) -> Reject | None:
    """Why a bid cannot be afforded, if that is its worst case."""
    return check_funds(state, bid.account_id, needed_micros, "quantity", "the most it can cost with the fee")


def check_funds(state: State, account_id: str, needed_micros: Micros, param: str, what: str) -> Reject | None:
    """Why an account cannot pay an amount."""
    spendable = state.spendable_micros(account_id)
    if needed_micros <= spendable:
        return None
    detail = f"{what} is {format_money(needed_micros)} CNY, {format_money(spendable)} is available"
    if locked := state.ledger.balance(purse(account_id, AVAILABLE)) - spendable:
        detail += f", and {format_money(locked)} more that can still be contested"
    return Reject(Code.INSUFFICIENT_FUNDS, param, detail)


def check_amended_bid(state: State, bid: Bid, command: AmendBid) -> Reject | None:
    """Why a bid cannot have other numbers, whatever they would cost."""
    return gravest(_amended_bid_faults(state, bid, command))


def check_amended_ask(state: State, ask: Ask, command: AmendAsk) -> Reject | None:
    """Why an ask cannot have other numbers, whatever bond they need."""
    return gravest(_amended_ask_faults(state, ask, command))


def check_more_hold(state: State, bid: Bid, amended: Bid) -> Reject | None:
    """Why what an amended bid can cost more than before cannot be afforded."""
    more = worst_case_micros(amended, state.catalog.law.buyer_fee_bp) - bid.held_micros
    return check_funds(state, bid.account_id, more, "quantity", "what it can cost more than before")


def bond_micros(state: State, price_micros: Micros, quantity_milli: Milli, window_s: Seconds) -> Micros:
    """The bond of an ask: a rate on at most a day of the whole offer at its price, rounded once."""
    law = state.catalog.law
    worth = price_micros * quantity_milli * min(window_s, law.bond_window_s) * law.bond_rate_bp
    return div_half_even(worth, MILLI_PER_CHIP * HOUR_S * BP_PER_ONE)


def more_bond_micros(state: State, ask: Ask, price_micros: Micros, quantity_milli: Milli) -> Micros:
    """What the bond of an amended ask grows by; it shrinks only by penalties, and with the ask's end.

    A resale has none.
    """
    if ask.lease_id is not None:
        return 0
    needed = bond_micros(state, price_micros, quantity_milli, ask.end_s - ask.start_s)
    return max(0, needed - ask.posted_micros)


def gravest(faults: Faults) -> Reject | None:
    """Of several faults the first in the catalogue, and of those the first found."""
    return min(faults, key=lambda fault: _PRECEDENCE[fault.code]) if faults else None


def _ask_faults(state: State, order: PlaceAsk, start_s: Seconds) -> Faults:
    law, found = state.catalog.law, list[Reject]()
    found += _block_faults(state, order.account_id)
    if order.lease_id is not None:
        found += reselling.offer_faults(state, order, start_s)
    found += _term_faults(state, order)
    found += _name_faults(state, order.region, order.chip)
    found += _state_faults(state, order.region, order.chip, "region")
    found += _quantity_faults(order.quantity_milli, "quantity")
    if not 0 < order.lot_milli <= max(order.quantity_milli, 1):
        found.append(Reject(Code.LOT_OUT_OF_RANGE, "lot", "more than 0, at most the quantity"))
    elif order.quantity_milli % order.lot_milli:
        lot = format_chips(order.lot_milli)
        found.append(Reject(Code.QUANTITY_NOT_IN_LOTS, "quantity", f"a multiple of the lot, which is {lot}"))
    found += _price_faults(law, order.price_micros, "price")
    found += _band_faults(state, order.region, order.chip, order.price_micros, "price")
    found += _share_faults(order.take_or_pay_bp, "take_or_pay")
    found += _site_faults(order.pue_milli, order.green_bp, "pue", "green_share")
    found += _grid_faults(law, start_s, "start")
    found += _grid_faults(law, order.end_s, "end")
    found += _grid_faults(law, order.min_duration_s, "min_duration")
    if start_s < state.now_s:
        now = format_instant(state.now_s)
        found.append(Reject(Code.WINDOW_PAST, "start", f'it is {now} now; "now" is the next step'))
    if order.end_s <= start_s:
        found.append(Reject(Code.WINDOW_EMPTY, "end", "after the start"))
    if order.end_s - start_s > limits.ASK_WINDOW_MAX_S:
        most = format_duration(limits.ASK_WINDOW_MAX_S)
        found.append(Reject(Code.DURATION_OUT_OF_RANGE, "end", f"a window of {most} at most"))
    if order.min_duration_s > order.end_s - start_s:
        found.append(Reject(Code.DURATION_OUT_OF_RANGE, "min_duration", "at most the window"))
    found += _duration_faults(law, order.min_duration_s, "min_duration")
    found += _horizon_faults(state, order.end_s, "end")
    return found


def _bid_faults(state: State, order: PlaceBid) -> Faults:
    found: list[Reject] = []
    found += _block_faults(state, order.account_id)
    found += _term_faults(state, order)
    found += _voucher_faults(state, order)
    if not 1 <= len(order.alternatives) <= limits.ALTERNATIVES_MAX:
        found.append(Reject(Code.BAD_VALUE, "alternatives", f"give 1 to {limits.ALTERNATIVES_MAX} alternatives"))
    found += _quantity_faults(order.quantity_milli, "quantity")
    least = order.min_quantity_milli
    if least is not None and not 0 < least <= order.quantity_milli:
        found.append(Reject(Code.MIN_QUANTITY_OUT_OF_RANGE, "min_quantity", "more than 0, at most the quantity"))
    found += _share_faults(order.max_take_or_pay_bp, "max_take_or_pay")
    for index, wish in enumerate(order.alternatives):
        for fault in _wish_faults(state, order, wish):
            found.append(replace(fault, param=f"alternatives[{index}].{fault.param}"))
    if order.require is not None:
        need = order.require
        found += _site_faults(
            need.pue_max_milli, need.green_min_bp, "require.pue_at_most", "require.green_share_at_least"
        )
    return found


def _voucher_faults(state: State, order: PlaceBid) -> Faults:
    found: list[Reject] = []
    if len(order.vouchers) > limits.PROGRAMMES_MAX:
        found.append(Reject(Code.BAD_VALUE, "vouchers", f"at most {limits.PROGRAMMES_MAX} programmes"))
    if order.vouchers != AUTO_VOUCHERS:  # "auto" goes alone
        for index, name in enumerate(order.vouchers):
            if name not in state.programmes:
                found.append(Reject(Code.UNKNOWN_PROGRAMME, f"vouchers[{index}]", f"no programme is called {name}"))
    if len(order.use) > limits.SLUG_MAX_CHARS:
        found.append(Reject(Code.BAD_VALUE, "use", f"at most {limits.SLUG_MAX_CHARS} characters"))
    return found


def _wish_faults(state: State, order: PlaceBid, wish: Alternative) -> Faults:
    law, found = state.catalog.law, list[Reject]()
    found += _name_faults(state, wish.region, wish.chip)
    found += _state_faults(state, wish.region, wish.chip, "region")
    found += _price_faults(law, wish.price_micros, "price")
    found += _band_faults(state, wish.region, wish.chip, wish.price_micros, "price")
    found += _grid_faults(law, wish.duration_s, "duration")
    if wish.earliest_start_s is not None:
        found += _grid_faults(law, wish.earliest_start_s, "earliest_start")
    found += _grid_faults(law, wish.latest_start_s, "latest_start")
    next_s = state.catalog.next_step_s(state.now_s)
    if wish.latest_start_s < next_s:
        found.append(Reject(Code.WINDOW_PAST, "latest_start", f"the next step is {format_instant(next_s)}"))
    if wish.earliest_start_s is not None and wish.earliest_start_s > wish.latest_start_s:
        found.append(Reject(Code.WINDOW_EMPTY, "latest_start", "not before earliest_start"))
    found += _duration_faults(law, wish.duration_s, "duration")
    found += _horizon_faults(state, wish.latest_start_s, "latest_start")
    if wish.quantity_milli is not None:
        found += _quantity_faults(wish.quantity_milli, "quantity")
        if order.min_quantity_milli != order.quantity_milli:
            detail = "for bids that are all or none: set min_quantity to the quantity"
            found.append(Reject(Code.BAD_VALUE, "quantity", detail))
    return found


def _term_faults(state: State, order: PlaceAsk | PlaceBid) -> Faults:
    """What asks and bids have in common."""
    found: list[Reject] = []
    if order.post_only and order.time_in_force in (IOC, FOK):
        found.append(Reject(Code.BAD_VALUE, "post_only", f"an order that is {order.time_in_force} never rests"))
    if order.time_in_force not in TIMES_IN_FORCE:
        found.append(Reject(Code.BAD_VALUE, "time_in_force", f"one of {', '.join(TIMES_IN_FORCE)}"))
    if order.self_trade not in SELF_TRADE_MODES:
        found.append(Reject(Code.BAD_VALUE, "self_trade", f"one of {', '.join(SELF_TRADE_MODES)}"))
    if (order.time_in_force == GTD) != (order.expires_s is not None):
        found.append(Reject(Code.BAD_VALUE, "expires_at", "goes with time_in_force gtd, and only with it"))
    if order.expires_s is not None:
        if order.expires_s <= state.now_s:
            found.append(Reject(Code.WINDOW_PAST, "expires_at", f"it is {format_instant(state.now_s)} now"))
        found += _horizon_faults(state, order.expires_s, "expires_at")
    return found


def _name_faults(state: State, region: str, chip: str) -> Faults:
    found: list[Reject] = []
    if region not in state.catalog.regions:
        found.append(Reject(Code.UNKNOWN_REGION, "region", f"no region is called {region}; see the catalogue"))
    if chip not in state.catalog.chips:
        found.append(Reject(Code.UNKNOWN_CHIP, "chip", f"no chip type is called {chip}; see the catalogue"))
    return found


def _block_faults(state: State, account_id: str) -> Faults:
    if account_id in state.curbs.blocked:
        detail = f"{account_id} is blocked: it can cancel, meter, release and read, and begin nothing new"
        return (Reject(Code.ACCOUNT_BLOCKED, "account_id", detail),)
    return ()


def _state_faults(state: State, region: str, chip: str, param: str) -> Faults:
    brake = state.brake(region, chip) if state.brakes else OPEN
    if brake in (CANCEL_ONLY, HALTED):
        return (Reject(Code.MARKET_NOT_OPEN, param, f"the market {region}/{chip} is {brake}; orders can be canceled"),)
    return ()


def _amended_bid_faults(state: State, bid: Bid, command: AmendBid) -> Faults:
    law, found = state.catalog.law, list[Reject]()
    found += _block_faults(state, bid.account_id)
    lapsed_too = state.rules_version < versions.LAPSED_LOOKED_PAST
    for index, wish in enumerate(bid.alternatives):
        if lapsed_too or index in bid.open:
            found += _state_faults(state, wish.region, wish.chip, f"alternatives[{index}].region")
    if command.quantity_milli is None and command.prices_micros is None:
        found.append(Reject(Code.BAD_VALUE, "quantity", "give a quantity, a price, or both"))
    if command.quantity_milli is not None:
        found += _quantity_faults(command.quantity_milli, "quantity")
        if command.quantity_milli <= bid.filled_milli:
            filled = format_chips(bid.filled_milli)
            found.append(
                Reject(Code.QUANTITY_OUT_OF_RANGE, "quantity", f"more than the {filled} filled; cancel the rest")
            )
    if command.prices_micros is not None:
        if len(command.prices_micros) != len(bid.alternatives):
            found.append(Reject(Code.BAD_VALUE, "prices", f"one for each of the {len(bid.alternatives)} alternatives"))
        for index, (wish, price) in enumerate(zip(bid.alternatives, command.prices_micros, strict=False)):
            found += _price_faults(law, price, f"prices[{index}]")
            if lapsed_too or index in bid.open:
                found += _band_faults(state, wish.region, wish.chip, price, f"prices[{index}]")
    return found


def _amended_ask_faults(state: State, ask: Ask, command: AmendAsk) -> Faults:
    law, found = state.catalog.law, list[Reject]()
    found += _block_faults(state, ask.account_id)
    found += _state_faults(state, ask.region, ask.chip, "region")
    if command.quantity_milli is None and command.price_micros is None:
        found.append(Reject(Code.BAD_VALUE, "quantity", "give a quantity, a price, or both"))
    if command.quantity_milli is not None:
        found += _quantity_faults(command.quantity_milli, "quantity")
        if command.quantity_milli % ask.lot_milli:
            lot = format_chips(ask.lot_milli)
            found.append(Reject(Code.QUANTITY_NOT_IN_LOTS, "quantity", f"a multiple of the lot, which is {lot}"))
        free = ask.free.segments(state.catalog.next_step_s(state.now_s))
        leased = ask.quantity_milli - min((chips for _, _, chips in free), default=0)
        if command.quantity_milli < leased:
            least = format_chips(leased)
            found.append(
                Reject(Code.QUANTITY_OUT_OF_RANGE, "quantity", f"{least} are leased at one time; offer no fewer")
            )
        found += reselling.more_faults(state, ask, command.quantity_milli)
    if command.price_micros is not None:
        found += _price_faults(law, command.price_micros, "price")
        found += _band_faults(state, ask.region, ask.chip, command.price_micros, "price")
    return found


def band_of(state: State, region: str, chip: str) -> BasisPoints:
    """How far from its reference price an order may be in a market: its own band, or that of the rules; 0: anywhere."""
    law, bands = state.catalog.law, state.curbs.bands
    return bands.get(market_name(region, chip), law.band_bp) if bands else law.band_bp


def _quantity_faults(quantity_milli: Milli, param: str) -> Faults:
    if not 0 < quantity_milli <= limits.QUANTITY_MAX_MILLI:
        most = format_chips(limits.QUANTITY_MAX_MILLI)
        return (Reject(Code.QUANTITY_OUT_OF_RANGE, param, f"more than 0, at most {most} chips"),)
    return ()


def _band_faults(state: State, region: str, chip: str, price_micros: Micros, param: str) -> Faults:
    band_bp, market = band_of(state, region, chip), state.markets.get((region, chip))
    reference = market.reference_micros if market is not None and band_bp else None
    if reference is not None and abs(price_micros - reference) * BP_PER_ONE > reference * band_bp:
        away = reference * band_bp // BP_PER_ONE
        least, most = max(0, reference - away), reference + away
        span = f"from {format_money(least)} to {format_money(most)} CNY per chip-hour"
        detail = f"{span}; the reference price is {format_money(reference)}"
        return (Reject(Code.PRICE_OUTSIDE_BAND, param, detail),)
    return ()


def _site_faults(pue_milli: int | None, green_bp: BasisPoints | None, pue_param: str, green_param: str) -> Faults:
    found: list[Reject] = []
    if pue_milli is not None and not limits.PUE_MIN_MILLI <= pue_milli <= limits.PUE_MAX_MILLI:
        most = format_decimal(limits.PUE_MAX_MILLI, PUE_PLACES)
        found.append(Reject(Code.BAD_VALUE, pue_param, f"from 1 to {most}"))
    if green_bp is not None:
        found += _share_faults(green_bp, green_param)
    return found


def _price_faults(law: Rules, price_micros: Micros, param: str) -> Faults:
    found: list[Reject] = []
    if not 0 < price_micros <= limits.PRICE_MAX_MICROS:
        most = format_money(limits.PRICE_MAX_MICROS)
        found.append(Reject(Code.PRICE_OUT_OF_RANGE, param, f"more than 0, at most {most} CNY per chip-hour"))
    if price_micros % law.tick_micros:
        found.append(
            Reject(Code.PRICE_OFF_TICK, param, f"a multiple of {format_money(law.tick_micros)} CNY per chip-hour")
        )
    return found


def _share_faults(share_bp: BasisPoints, param: str) -> Faults:
    if not 0 <= share_bp <= BP_PER_ONE:
        return (Reject(Code.SHARE_OUT_OF_RANGE, param, "from 0 to 1"),)
    return ()


def _grid_faults(law: Rules, time_s: Seconds, param: str) -> Faults:
    if time_s % law.step_s:
        return (Reject(Code.OFF_GRID, param, f"a multiple of {format_duration(law.step_s)}; nothing is rounded"),)
    return ()


def _horizon_faults(state: State, at_s: Seconds, param: str) -> Faults:
    if at_s > state.now_s + limits.HORIZON_MAX_S:
        return (Reject(Code.BEYOND_HORIZON, param, f"at most {format_duration(limits.HORIZON_MAX_S)} ahead"),)
    return ()


def _duration_faults(law: Rules, duration_s: Seconds, param: str) -> Faults:
    if not law.step_s <= duration_s <= limits.LEASE_MAX_S:
        least, most = format_duration(law.step_s), format_duration(limits.LEASE_MAX_S)
        return (Reject(Code.DURATION_OUT_OF_RANGE, param, f"from {least} to {most}"),)
    return ()
