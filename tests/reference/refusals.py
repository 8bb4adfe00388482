"""Everything that is wrong with an order, all of it, of which the market names the first in its catalogue.

`faults` gathers; `first` chooses. Gathering everything is slower than stopping at the first fault, and independent of
the order in which anybody happens to look.
"""

from collections.abc import Iterator
from typing import Protocol

from exchange.language import limits
from exchange.language.commands import (
    CANCEL_ONLY,
    HALTED,
    SELF_TRADE_MODES,
    TIMES_IN_FORCE,
    Alternative,
    AmendAsk,
    AmendBid,
    DefineChip,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
    Rules,
)
from exchange.language.rejects import Code
from tests.reference.arithmetic import next_step
from tests.reference.records import Ask, Bid


class World(Protocol):
    """What a refusal may depend on, besides the order itself."""

    now: int
    rules: Rules
    regions: set[str]
    chips: dict[str, DefineChip]
    accounts: dict[str, OpenAccount]

    def mark(self, what: str) -> None: ...

    def state_of(self, region: str, chip: str) -> str: ...

    def outside_band(self, region: str, chip: str, price: int) -> bool: ...

    def is_blocked(self, account_id: str) -> bool: ...


def first(found: list[Code]) -> Code | None:
    """The one that the market gives: the catalogue's order is the order of precedence."""
    return next((code for code in Code if code in found), None)


def about_the_asker(world: World, account_id: str, role: str) -> Iterator[Code]:
    account = world.accounts.get(account_id)
    if account is None:
        yield Code.UNKNOWN_ACCOUNT
    elif role not in account.roles:
        yield Code.ROLE_MISSING
    yield from about_a_block(world, account_id)


def about_a_block(world: World, account_id: str) -> Iterator[Code]:
    if world.is_blocked(account_id):
        yield Code.ACCOUNT_BLOCKED


def about_both(world: World, order: PlaceAsk | PlaceBid) -> Iterator[Code]:
    """Faults of the fields that asks and bids share."""
    if order.post_only and order.time_in_force in {"ioc", "fok"}:
        yield Code.BAD_VALUE
    if order.time_in_force not in TIMES_IN_FORCE or order.self_trade not in SELF_TRADE_MODES:
        yield Code.BAD_VALUE
    if (order.time_in_force == "gtd") != (order.expires_s is not None):
        yield Code.BAD_VALUE
    yield from about_a_quantity(order.quantity_milli)
    if order.expires_s is not None:
        if order.expires_s <= world.now:
            yield Code.WINDOW_PAST
        if order.expires_s > world.now + limits.HORIZON_MAX_S:
            yield Code.BEYOND_HORIZON


def about_a_quantity(chips: int) -> Iterator[Code]:
    if not 0 < chips <= limits.QUANTITY_MAX_MILLI:
        yield Code.QUANTITY_OUT_OF_RANGE


def about_the_price(world: World, region: str, chip: str, price: int) -> Iterator[Code]:
    if not 0 < price <= limits.PRICE_MAX_MICROS:
        yield Code.PRICE_OUT_OF_RANGE
    if price % world.rules.tick_micros:
        yield Code.PRICE_OFF_TICK
    if world.outside_band(region, chip, price):
        yield Code.PRICE_OUTSIDE_BAND


def about_the_state(world: World, region: str, chip: str) -> Iterator[Code]:
    state = world.state_of(region, chip)
    if state in {CANCEL_ONLY, HALTED}:
        world.mark(f"order refused in a market that is {state}")
        yield Code.MARKET_NOT_OPEN


def about_the_site(pue: int | None, green: int | None) -> Iterator[Code]:
    if pue is not None and not limits.PUE_MIN_MILLI <= pue <= limits.PUE_MAX_MILLI:
        yield Code.BAD_VALUE
    if green is not None and not 0 <= green <= 10_000:
        yield Code.SHARE_OUT_OF_RANGE


def about_the_place(world: World, region: str, chip: str) -> Iterator[Code]:
    if region not in world.regions:
        yield Code.UNKNOWN_REGION
    if chip not in world.chips:
        yield Code.UNKNOWN_CHIP


def about_a_duration(world: World, duration: int) -> Iterator[Code]:
    if duration % world.rules.step_s:
        yield Code.OFF_GRID
    if not world.rules.step_s <= duration <= limits.LEASE_MAX_S:
        yield Code.DURATION_OUT_OF_RANGE


def about_instants(world: World, *instants: int | None) -> Iterator[Code]:
    for at in instants:
        if at is not None and at % world.rules.step_s:
            yield Code.OFF_GRID
        if at is not None and at > world.now + limits.HORIZON_MAX_S:
            yield Code.BEYOND_HORIZON


def faults_of_ask(world: World, ask: PlaceAsk) -> list[Code]:
    """Everything wrong with an ask, but for its id and the money for its bond."""
    start = next_step(world.now, world.rules.step_s) if ask.start_s is None else ask.start_s
    window = ask.end_s - start
    found = [
        *about_the_asker(world, ask.account_id, "provider" if ask.lease_id is None else "buyer"),
        *about_both(world, ask),
        *about_the_place(world, ask.region, ask.chip),
        *about_the_state(world, ask.region, ask.chip),
        *about_the_price(world, ask.region, ask.chip, ask.price_micros),
        *about_the_site(ask.pue_milli, ask.green_bp),
        *about_a_duration(world, ask.min_duration_s),
        *about_instants(world, ask.start_s, ask.end_s),
    ]
    if ask.lease_id is not None:
        found.append(Code.UNKNOWN_LEASE)  # no lease is resold here
    if not 0 < ask.lot_milli <= ask.quantity_milli:
        found.append(Code.LOT_OUT_OF_RANGE)
    elif ask.quantity_milli % ask.lot_milli:
        found.append(Code.QUANTITY_NOT_IN_LOTS)
    if not 0 <= ask.take_or_pay_bp <= 10_000:
        found.append(Code.SHARE_OUT_OF_RANGE)
    if start < world.now:
        found.append(Code.WINDOW_PAST)
    if window <= 0:
        found.append(Code.WINDOW_EMPTY)
    elif window < ask.min_duration_s or window > limits.ASK_WINDOW_MAX_S:
        found.append(Code.DURATION_OUT_OF_RANGE)
    return found


def faults_of_alternative(world: World, wish: Alternative) -> Iterator[Code]:
    step = world.rules.step_s
    earliest = next_step(world.now, step) if wish.earliest_start_s is None else wish.earliest_start_s
    yield from about_the_place(world, wish.region, wish.chip)
    yield from about_the_state(world, wish.region, wish.chip)
    yield from about_the_price(world, wish.region, wish.chip, wish.price_micros)
    yield from about_a_duration(world, wish.duration_s)
    yield from about_instants(world, wish.earliest_start_s, wish.latest_start_s)
    if wish.latest_start_s < next_step(world.now, step):
        yield Code.WINDOW_PAST
    if wish.latest_start_s < earliest:
        yield Code.WINDOW_EMPTY


def faults_of_bid(world: World, bid: PlaceBid) -> list[Code]:
    """Everything wrong with a bid, but for its id and the money for it."""
    found = [*about_the_asker(world, bid.account_id, "buyer"), *about_both(world, bid)]
    if bid.vouchers not in {(), ("auto",)}:
        found.append(Code.UNKNOWN_PROGRAMME)
    if not 1 <= len(bid.alternatives) <= limits.ALTERNATIVES_MAX:
        found.append(Code.BAD_VALUE)
    if bid.min_quantity_milli is not None and not 0 < bid.min_quantity_milli <= bid.quantity_milli:
        found.append(Code.MIN_QUANTITY_OUT_OF_RANGE)
    if not 0 <= bid.max_take_or_pay_bp <= 10_000:
        found.append(Code.SHARE_OUT_OF_RANGE)
    for wish in bid.alternatives:
        found += faults_of_alternative(world, wish)
        if wish.quantity_milli is not None:
            found += about_a_quantity(wish.quantity_milli)
            if bid.min_quantity_milli != bid.quantity_milli:
                found.append(Code.BAD_VALUE)
    if bid.require is not None:
        found += about_the_site(bid.require.pue_max_milli, bid.require.green_min_bp)
    return found


def faults_of_amended_bid(world: World, bid: Bid, command: AmendBid) -> list[Code]:
    """Everything wrong with other numbers for an open bid, but for the money."""
    wishes, quantity, prices = bid.command.alternatives, command.quantity_milli, command.prices_micros
    open_still = [wishes[place] for place in bid.open]
    found = [code for wish in open_still for code in about_the_state(world, wish.region, wish.chip)]
    found += about_a_block(world, bid.command.account_id)
    if quantity is None and prices is None:
        found.append(Code.BAD_VALUE)
    if quantity is not None:
        found += about_a_quantity(quantity)
        if quantity <= bid.filled:
            world.mark("bid not amended to what is filled")
            found.append(Code.QUANTITY_OUT_OF_RANGE)
    if prices is not None:
        if len(prices) != len(wishes):
            found.append(Code.BAD_VALUE)
        for place, (wish, price) in enumerate(zip(wishes, prices, strict=False)):
            wrong = about_the_price(world, wish.region, wish.chip, price)
            found += [code for code in wrong if code is not Code.PRICE_OUTSIDE_BAND or place in bid.open]
    return found


def faults_of_amended_ask(world: World, ask: Ask, command: AmendAsk) -> list[Code]:
    """Everything wrong with other numbers for an open ask, but for the bond."""
    offer, quantity = ask.command, command.quantity_milli
    found = [*about_a_block(world, offer.account_id), *about_the_state(world, offer.region, offer.chip)]
    if quantity is None and command.price_micros is None:
        found.append(Code.BAD_VALUE)
    if quantity is not None:
        found += about_a_quantity(quantity)
        if quantity % offer.lot_milli:
            found.append(Code.QUANTITY_NOT_IN_LOTS)
        if quantity < ask.leased_from(next_step(world.now, world.rules.step_s)):
            world.mark("ask not amended to less than is leased")
            found.append(Code.QUANTITY_OUT_OF_RANGE)
    if command.price_micros is not None:
        found += about_the_price(world, offer.region, offer.chip, command.price_micros)
    return found
