"""Everything that is wrong with an order, all of it, of which the market names the first in its catalogue.

`faults` gathers; `first` chooses. Gathering everything is slower than stopping at the first fault, and independent of
the order in which anybody happens to look.
"""

from collections.abc import Iterator
from typing import Protocol

from exchange.language import limits
from exchange.language.commands import (
    SELF_TRADE_MODES,
    TIMES_IN_FORCE,
    Alternative,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
    Rules,
)
from exchange.language.rejects import Code
from tests.reference.arithmetic import next_step


class World(Protocol):
    """What a refusal may depend on, besides the order itself."""

    now: int
    rules: Rules
    regions: set[str]
    chips: set[str]
    accounts: dict[str, OpenAccount]


def first(found: list[Code]) -> Code | None:
    """The one that the market gives: the catalogue's order is the order of precedence."""
    return next((code for code in Code if code in found), None)


def about_the_asker(world: World, account_id: str, role: str) -> Iterator[Code]:
    account = world.accounts.get(account_id)
    if account is None:
        yield Code.UNKNOWN_ACCOUNT
    elif role not in account.roles:
        yield Code.ROLE_MISSING


def about_both(world: World, order: PlaceAsk | PlaceBid) -> Iterator[Code]:
    """Faults of the fields that asks and bids share."""
    if order.post_only or order.time_in_force == "fok":
        yield Code.NOT_SUPPORTED
    if order.time_in_force not in TIMES_IN_FORCE or order.self_trade not in SELF_TRADE_MODES:
        yield Code.BAD_VALUE
    if (order.time_in_force == "gtd") != (order.expires_s is not None):
        yield Code.BAD_VALUE
    if not 0 < order.quantity_milli <= limits.QUANTITY_MAX_MILLI:
        yield Code.QUANTITY_OUT_OF_RANGE
    if order.expires_s is not None:
        if order.expires_s <= world.now:
            yield Code.WINDOW_PAST
        if order.expires_s > world.now + limits.HORIZON_MAX_S:
            yield Code.BEYOND_HORIZON


def about_the_price(world: World, price: int) -> Iterator[Code]:
    if not 0 < price <= limits.PRICE_MAX_MICROS:
        yield Code.PRICE_OUT_OF_RANGE
    if price % world.rules.tick_micros:
        yield Code.PRICE_OFF_TICK


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
        *about_the_asker(world, ask.account_id, "provider"),
        *about_both(world, ask),
        *about_the_place(world, ask.region, ask.chip),
        *about_the_price(world, ask.price_micros),
        *about_a_duration(world, ask.min_duration_s),
        *about_instants(world, ask.start_s, ask.end_s),
    ]
    if ask.lease_id is not None:
        found.append(Code.NOT_SUPPORTED)
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
    if wish.quantity_milli is not None:
        yield Code.NOT_SUPPORTED
    yield from about_the_place(world, wish.region, wish.chip)
    yield from about_the_price(world, wish.price_micros)
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
    return found
