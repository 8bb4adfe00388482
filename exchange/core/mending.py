"""The cheapest single changes by which all of an order would be filled: each one proved by a plan. Reads only.

Of each field the least change is looked for, among values that asks at rest suggest. Bounded: plans may look at
LOOKS_MAX asks in all, a walk through a book counting as WALK_LOOKS more; beyond that the search ends and says so.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from exchange.core import money, risk
from exchange.core.planning import Plan, check_rests, draft_bid, plan_bid
from exchange.core.state import State
from exchange.core.surveying import Survey
from exchange.core.varying import KINDS, REQUIREMENT, Variation, least_first, variations
from exchange.language.commands import PlaceBid
from exchange.language.units import BasisPoints, Micros, Milli, Seconds, cost_micros, fee_micros
from exchange.language.views import Change

LOOKS_MAX = 100_000
WALK_LOOKS = 20
ONE_BY_ONE = 8  # values that are tried before the search takes longer strides


class Ideas(NamedTuple):
    """What might be changed about an order, by the asks around what a plan of it leaves; `cut` if there are more."""

    order: PlaceBid
    plan: Plan
    numbers: Sequence[int]  # under which its alternatives are known outside
    variations: list[Variation]
    cut: bool


def ideas_for(state: State, order: PlaceBid, plan: Plan, numbers: Sequence[int]) -> Ideas:
    """Ideas from the asks around what a plan leaves, to be had while its capacity is carved out.

    None for what only rests: changed or not, it would not trade.
    """
    if plan.whole or order.post_only:
        return Ideas(order, plan, numbers, [], cut=False)
    survey = Survey(state, order, plan.rest, numbers)
    return Ideas(order, plan, numbers, list(variations(survey, stopped=plan.stopped)), survey.cut)


def changes_for(
    state: State, ideas: Ideas, *, done_milli: Milli = 0, held_micros: Micros = 0
) -> tuple[tuple[Change, ...], bool]:
    """The changes that would fill an order, the cheapest first, and whether the search came to its end.

    `done_milli` is what has been filled of the bid that the order is the rest of, `held_micros` what that bid holds.
    """
    order, plan, cut = ideas.order, ideas.plan, ideas.cut
    found = list(ideas.variations)
    if found and plan.matches:  # with nothing planned the asks look the same as around the rest
        survey = Survey(state, order, draft_bid(state, order, plan.rest.owner_group), ideas.numbers)
        found += variations(survey, stopped=plan.stopped)
        cut = cut or survey.cut
    trials = Trials(state, order, plan)
    means = state.spendable_micros(order.account_id) + held_micros
    ranked: list[tuple[tuple[int, ...], Change]] = []
    for variation in least_first(found):
        if variation.field == "require" and any(change.kind == REQUIREMENT for _, change in ranked):
            continue  # one of them is enough
        filled = least_change(list(variation.values), partial(trials.filled, variation))
        if filled is not None:
            value, whole = filled
            change = _change(state, order, variation, value, whole, done_milli, means)
            ranked.append(((change.extra_micros, KINDS.index(change.kind), variation.size(value)), change))
    ranked.sort(key=lambda entry: entry[0])
    return tuple(change for _, change in ranked), not (cut or trials.exhausted)


class Trials:
    """Plans of an order with changes, for as long as the looks last.

    When no ask serves an order as it is, nor any less of it, one with a changed alternative can be served by that one
    only, and no other needs a look.
    """

    def __init__(self, state: State, order: PlaceBid, plan: Plan) -> None:
        self._state = state
        self._owner_group = plan.rest.owner_group
        least = order.min_quantity_milli
        self._alone = not plan.matches and not plan.stopped and least in (None, order.quantity_milli)
        self._looks_left = LOOKS_MAX
        self.exhausted = False

    def filled(self, variation: Variation, value: Any) -> Plan | None:
        """How the changed order would be filled now, if the market took it and all of it were filled."""
        order = variation.changed(value)
        if self.exhausted or risk.check_bid(self._state, order) is not None:
            return None
        bid = draft_bid(self._state, order, self._owner_group)
        if self._alone and variation.at is not None:
            bid.open = (variation.at,)
        looks = _Looks(self._looks_left)
        try:
            plan = plan_bid(self._state, bid, passed_over=looks)
        except _LooksUsedUp:
            self.exhausted = True
            return None
        self._looks_left = looks.left - (len(plan.matches) + 1) * len(bid.open) * WALK_LOOKS
        if not plan.whole or (self._state.brakes and check_rests(self._state, bid) is not None):
            return None
        return plan


class _LooksUsedUp(Exception):
    """A plan has looked at more asks than it may."""


class _Looks(dict[int, None]):
    """The asks that a plan passes over, which counts how many it is asked about."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __contains__(self, ask_id: object) -> bool:
        self.left -= 1
        if self.left < 0:
            raise _LooksUsedUp
        return super().__contains__(ask_id)


def least_change(values: Sequence[Any], filled: Callable[[Any], Plan | None]) -> tuple[Any, Plan] | None:
    """The first value by which all is filled: the first few one by one, then by strides and halving.

    The halving takes it that what follows a value that fills does so too. Whatever it finds, it has tried.
    """
    at, failed = 0, -1
    found: tuple[Any, Plan] | None = None
    while at < len(values):
        if (plan := filled(values[at])) is not None:
            found = values[at], plan
            break
        failed = at
        at = at + 1 if at < ONE_BY_ONE or at == len(values) - 1 else min(at * 2, len(values) - 1)
    while found is not None and at - failed > 1:
        half = (at + failed) // 2
        if (plan := filled(values[half])) is not None:
            at, found = half, (values[half], plan)
        else:
            failed = half
    return found


def _change(
    state: State, order: PlaceBid, variation: Variation, value: Any, plan: Plan, done_milli: Milli, means: Micros
) -> Change:
    fee_bp = state.catalog.law.buyer_fee_bp
    changed = variation.changed(value)
    bid = draft_bid(state, changed, plan.rest.owner_group)
    total = sum(
        _with_fee(match.price_micros, match.fit.chips_milli, changed.alternatives[match.alternative].duration_s, fee_bp)
        for match in plan.matches
    )
    return Change(
        kind=variation.kind,
        field=variation.field,
        value=value + done_milli if variation.field == "quantity" else value,
        detail=variation.say(value),
        extra_micros=max(0, total - _at_own_limits(order, changed, plan, fee_bp)),
        total_micros=total,
        covered=money.worst_case_micros(bid, fee_bp) <= means,
    )


def _at_own_limits(order: PlaceBid, changed: PlaceBid, plan: Plan, fee_bp: BasisPoints) -> Micros:
    """What an order would pay by its own limits for as much of what it wanted as a plan of the changed one gives."""
    paid, left = 0, order.quantity_milli
    for match in plan.matches:
        wish, new = order.alternatives[match.alternative], changed.alternatives[match.alternative]
        chips = min(match.fit.chips_milli, left if wish.quantity_milli is None else wish.quantity_milli)
        left -= min(match.fit.chips_milli, left)
        paid += _with_fee(wish.price_micros, chips, min(wish.duration_s, new.duration_s), fee_bp)
    return paid


def _with_fee(price_micros: Micros, chips_milli: Milli, duration_s: Seconds, fee_bp: BasisPoints) -> Micros:
    cost = cost_micros(price_micros, chips_milli, duration_s)
    return cost + fee_micros(cost, fee_bp)
