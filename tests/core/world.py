"""A small market for tests of the core: one buyer, several providers, and a way to do it all over again.

Times are hours from T0, chips and prices whole numbers or decimals as strings.
"""

import re
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from exchange.core.conservation import audit
from exchange.core.state import State
from exchange.core.state_machine import RULES_VERSION, StateMachine
from exchange.language.commands import (
    AdvanceTime,
    Alternative,
    Command,
    DefineChip,
    DefineRegion,
    Deposit,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
    Require,
    Rules,
    SetRules,
    SetTenors,
)
from exchange.language.events import Event
from exchange.language.port import Outcome
from exchange.language.units import CHIP_PLACES, DAY_S, HOUR_S, MICROS_PER_CNY, MONEY_PLACES, parse_decimal
from exchange.language.views import Change

T0 = 1_800_000_000
RULES = Rules(
    step_s=900,
    tick_micros=10_000,
    buyer_fee_bp=50,
    provider_fee_bp=100,
    bond_rate_bp=500,
    bond_window_s=DAY_S,
    start_grace_s=900,
    period_s=HOUR_S,
    close_grace_s=900,
    allowance_bp=10,
    penalty_rate_bp=2500,
    silent_periods=2,
)
BUYER = "alice"
SETUP: tuple[Command, ...] = (
    SetRules(rules=RULES),
    SetTenors(tenors_s=(HOUR_S, 6 * HOUR_S, DAY_S, 7 * DAY_S)),
    *(DefineRegion(region=region, name_en=region, name_zh=region) for region in ("hz", "sh")),
    DefineChip(chip="h800", vendor="NVIDIA", model="H800", du_milli=2560),
    DefineChip(chip="910b", vendor="Huawei", model="Ascend 910B", domestic=True),
    AdvanceTime(to_s=T0),
    OpenAccount(account_id=BUYER, roles=("buyer", "provider"), owner_group=BUYER),
    *(OpenAccount(account_id=name, roles=("provider",), owner_group=name) for name in ("p", "q")),
    *(Deposit(account_id=name, amount_micros=10**9 * MICROS_PER_CNY) for name in (BUYER, "p", "q")),
)


def micros(price: str) -> int:
    return parse_decimal(price, MONEY_PLACES)


def milli(chips: str) -> int:
    return parse_decimal(chips, CHIP_PLACES)


def at(hours: int) -> int:
    """The instant so many hours after the beginning."""
    return T0 + hours * HOUR_S


def ask(price: str, chips: str = "8", start: int = 0, end: int = 48, by: str = "p", **terms: Any) -> PlaceAsk:
    return PlaceAsk(
        account_id=by,
        client_order_id="",
        region=terms.pop("region", "hz"),
        chip=terms.pop("chip", "h800"),
        quantity_milli=milli(chips),
        start_s=at(start),
        end_s=at(end),
        price_micros=micros(price),
        **terms,
    )


def wish(price: str = "15", hours: int = 24, earliest: int | None = 0, latest: int = 6, **terms: Any) -> Alternative:
    return Alternative(
        region=terms.pop("region", "hz"),
        chip=terms.pop("chip", "h800"),
        duration_s=hours * HOUR_S,
        earliest_start_s=None if earliest is None else at(earliest),
        latest_start_s=at(latest),
        price_micros=micros(price),
        **terms,
    )


def bid(*wishes: Alternative, chips: str = "8", least: str | None = None, **terms: Any) -> PlaceBid:
    return PlaceBid(
        account_id=BUYER,
        client_order_id="",
        quantity_milli=milli(chips),
        min_quantity_milli=None if least is None else milli(least),
        alternatives=wishes or (wish(),),
        **terms,
    )


class World:
    """A machine and the commands that made it."""

    def __init__(self, commands: Iterable[Command] = (), rules: int = RULES_VERSION) -> None:
        self.machine = StateMachine()
        self.rules = rules  # that commands are carried out by
        self.commands: list[Command] = []
        self.events: tuple[Event, ...] = ()
        for command in (*SETUP, *commands):
            self.do(command)

    @property
    def state(self) -> State:
        return self.machine.state

    def do(self, command: Command) -> Outcome:
        """Carry out a command, which must be taken; orders get a client_order_id of their own."""
        outcome = self.attempt(command)
        assert outcome.reject is None, outcome.reject
        return outcome

    def attempt(self, command: Command) -> Outcome:
        if isinstance(command, PlaceAsk | PlaceBid):
            command = replace(command, client_order_id=f"c{len(self.commands)}")
        self.commands.append(command)
        outcome, applied = self.machine.apply(len(self.commands), command, self.rules)
        self.events = applied.events
        assert audit(self.state) == []
        return outcome

    def again(self) -> "World":
        """Another world with the same history."""
        return World(self.commands[len(SETUP) :], self.rules)


_OF_WISH = re.compile(r"alternatives\[(\d+)\]\.(\w+)")
_NAMES = {
    "price": "price_micros",
    "quantity": "quantity_milli",
    "min_quantity": "min_quantity_milli",
    "duration": "duration_s",
    "earliest_start": "earliest_start_s",
    "latest_start": "latest_start_s",
    "max_take_or_pay": "max_take_or_pay_bp",
    "self_trade": "self_trade",
    "require": "require",
    "require.tags": "tags",
    "require.pue_at_most": "pue_max_milli",
    "require.green_share_at_least": "green_min_bp",
    "require.domestic": "domestic",
}


def changed(order: PlaceBid, change: Change, numbers: tuple[int, ...] | None = None, done_milli: int = 0) -> PlaceBid:
    """An order with one change applied. `numbers` are those of its alternatives in the bid that it is the rest of."""
    value: Any = change.value
    if (found := _OF_WISH.fullmatch(change.field)) is not None:
        place = int(found[1]) if numbers is None else numbers.index(int(found[1]))
        wishes = list(order.alternatives)
        wishes[place] = replace(wishes[place], **{_NAMES[found[2]]: value})
        return replace(order, alternatives=tuple(wishes))
    if change.field.startswith("require."):
        assert order.require is not None
        return replace(order, require=Require(**{**_fields(order.require), _NAMES[change.field]: value}))
    if change.field == "quantity":
        value -= done_milli
        least = order.min_quantity_milli
        if least is not None:
            least = value if least == order.quantity_milli else min(least, value)
        return replace(order, quantity_milli=value, min_quantity_milli=least)
    return replace(order, **{_NAMES[change.field]: value})


def _fields(require: Require) -> dict[str, Any]:
    return {name: getattr(require, name) for name in require.__struct_fields__}
