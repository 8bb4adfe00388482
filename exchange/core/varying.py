"""The single changes of an order that might fill it: which field, and which values, the least change first.

Values are taken from asks that rest: the price of one that is dearer, the start of a stretch that is free later. Each
is a guess; whether all of the order is filled by it is for a plan to say. Reads only.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from exchange.core import wording
from exchange.core.surveying import Place, Survey
from exchange.language.commands import SKIP, PlaceBid, Require
from exchange.language.limits import TIME_MAX_S
from exchange.language.units import BP_PER_ONE, Milli, Seconds, format_money

# The kinds of change, from that which leaves the delivery most as it was.
START, MAX_TAKE_OR_PAY, SELF_TRADE, REQUIREMENT = "start", "max_take_or_pay", "self_trade", "requirement"
MIN_QUANTITY, QUANTITY, DURATION, PRICE = "min_quantity", "quantity", "duration", "price"
KINDS = (START, MAX_TAKE_OR_PAY, SELF_TRADE, REQUIREMENT, MIN_QUANTITY, QUANTITY, DURATION, PRICE)

FEWER, EITHER, MORE = -1, 0, 1
IN_A_ROW_MAX = 16  # leases out of one stretch

_WISH_FIELDS = {
    "price": "price_micros",
    "latest_start": "latest_start_s",
    "earliest_start": "earliest_start_s",
    "duration": "duration_s",
    "quantity": "quantity_milli",
}


class Variation(NamedTuple):
    """One field of an order and the values it might take; `way` tells two variations of one field apart."""

    kind: str
    field: str  # its place on the wire
    was: int  # what it is, if it is a number
    values: Iterable[Any]
    changed: Callable[[Any], PlaceBid]
    say: Callable[[Any], str]
    way: int = EITHER
    at: int | None = None  # the one alternative of the order that it changes, if it is one

    def size(self, value: Any) -> int:
        """How far a number is from what was."""
        return abs(value - self.was) if isinstance(value, int) else 0

    def rank(self, value: Any) -> tuple[bool, int]:
        """Where a value stands among those of the variation."""
        return not isinstance(value, int), self.size(value)


def least_first(found: Iterable[Variation]) -> list[Variation]:
    """Variations of one order, those of the same field joined, and the values of each by how little they change.

    Numbers come first, by how far they are from what was.
    """
    joined: dict[tuple[str, int], Variation] = {}
    for one in found:
        known = joined.get((one.field, one.way), one)
        joined[one.field, one.way] = one._replace(values=dict.fromkeys([*known.values, *one.values]))
    return [one._replace(values=sorted(one.values, key=one.rank)) for one in joined.values()]


def variations(survey: Survey, *, stopped: bool) -> Iterator[Variation]:
    """Every variation, field by field; `stopped` when the order would meet its own owner group."""
    order = survey.order
    if stopped:
        yield _of_order(order, SELF_TRADE, "self_trade", "self_trade", [SKIP], lambda _: "look past own asks")
    for place in survey.places:
        yield _prices(survey, place)
        yield _later(survey, place)
        if place.probe.earliest_s > survey.now_s:
            yield _earlier(survey, place)
    yield _terms(survey)
    if order.require is not None:
        yield from _requirements(survey, order.require)
    yield from _quantities(survey)
    if order.min_quantity_milli is not None and all(wish.quantity_milli is None for wish in order.alternatives):
        yield _least_quantities(survey, order.min_quantity_milli)
    for place in survey.places:
        yield from _durations(survey, place)


def with_quantity(order: PlaceBid, quantity_milli: Milli) -> PlaceBid:
    """An order for another number of chips: all or none stays all or none, and no lease need be larger than all."""
    least = order.min_quantity_milli
    if least is not None:
        least = quantity_milli if least == order.quantity_milli else min(least, quantity_milli)
    return replace(order, quantity_milli=quantity_milli, min_quantity_milli=least)


def _prices(survey: Survey, place: Place) -> Variation:
    """The prices of asks above the limit, on the tick."""
    limit, tick = place.wish.price_micros, survey.tick_micros
    prices = [-(-ask.price_micros // tick) * tick for ask in survey.dearer(place)]
    return _of_wish(survey, place, PRICE, "price", prices, lambda p: f"+{format_money(p - limit)} CNY per chip-hour")


def _later(survey: Survey, place: Place) -> Variation:
    """The first starts after the range: of stretches, and of further leases one after the other."""
    latest_s, duration_s = place.wish.latest_start_s, place.wish.duration_s
    starts = [
        start_s
        for ask in survey.starting(place, latest_s + survey.step_s, TIME_MAX_S)
        for since_s, until_s in survey.stretches(ask, place)
        for start_s in range(since_s, until_s - duration_s + 1, duration_s)[:IN_A_ROW_MAX]
        if start_s > latest_s
    ]
    return _of_wish(survey, place, START, "latest_start", starts, lambda s: f"start {wording.span(s - latest_s)} later")


def _earlier(survey: Survey, place: Place) -> Variation:
    """The last starts before the range, likewise."""
    earliest_s, duration_s, now_s = place.probe.earliest_s, place.wish.duration_s, survey.now_s
    starts = [
        start_s
        for ask in survey.starting(place, now_s, earliest_s - survey.step_s)
        for since_s, until_s in survey.stretches(ask, place)
        for start_s in range(until_s - duration_s, max(since_s, now_s) - 1, -duration_s)[:IN_A_ROW_MAX]
        if start_s < earliest_s
    ]

    def say(start_s: Seconds) -> str:
        return f"start {wording.span(earliest_s - start_s)} earlier"

    return _of_wish(survey, place, START, "earliest_start", starts, say)


def _durations(survey: Survey, place: Place) -> Iterator[Variation]:
    """The lengths of stretches and of parts of them, and the shortest leases of asks that want longer ones."""
    was_s = place.wish.duration_s
    shorter, longer = list[Seconds](), list[Seconds]()
    for ask in survey.lasting(place):
        longer.append(ask.min_duration_s)
        for since_s, until_s in survey.stretches(ask, place):
            shorter += (s for s in _parts(survey, place, since_s, until_s) if ask.min_duration_s <= s)

    def of(way: int, values: list[Seconds], say: Callable[[Seconds], str]) -> Variation:
        found = [value for value in values if value * way > was_s * way]
        return _of_wish(survey, place, DURATION, "duration", found, say, way)

    yield of(FEWER, shorter, lambda s: f"{wording.span(was_s - s)} shorter")
    yield of(MORE, longer, lambda s: f"{wording.span(s - was_s)} longer")


def _parts(survey: Survey, place: Place, since_s: Seconds, until_s: Seconds) -> Iterator[Seconds]:
    """The longest leases of which one, two, three ... fit into a stretch one after the other, each in time to start."""
    first_s, latest_s = max(since_s, place.probe.earliest_s), place.probe.latest_s
    for count in range(1, IN_A_ROW_MAX + 1):
        length_s = (until_s - first_s) // count
        if count > 1:
            length_s = min(length_s, (latest_s - first_s) // (count - 1))
        if first_s <= latest_s:
            yield length_s // survey.step_s * survey.step_s


def _terms(survey: Survey) -> Variation:
    """The take-or-pay of asks that insist on more of it."""
    order, field = survey.order, "max_take_or_pay"
    most = order.max_take_or_pay_bp
    asks = survey.serving(max_take_or_pay_bp=BP_PER_ONE)
    shares = [ask.take_or_pay_bp for ask in asks if ask.take_or_pay_bp > most]
    return _of_order(order, MAX_TAKE_OR_PAY, field, "max_take_or_pay_bp", shares, wording.take_or_pay, most)


def _requirements(survey: Survey, need: Require) -> Iterator[Variation]:
    """Each requirement as far as an ask falls short of it, or without it, and in the end without any."""
    asks = list(survey.serving(require=None))

    def of(field: str, name: str, values: list[Any], say: Callable[[Any], str], was: int = 0) -> Variation:
        def changed(value: Any) -> PlaceBid:
            return replace(survey.order, require=replace(need, **{name: value}))

        return Variation(REQUIREMENT, f"require.{field}", was, values if asks else (), changed, say)

    if need.tags:
        fewer = [tuple(other for other in need.tags if other != tag) for tag in need.tags]
        yield of("tags", "tags", [*fewer, ()], partial(wording.without_tags, need.tags))
    if (pue := need.pue_max_milli) is not None:
        stated = [ask.pue_milli for ask in asks if ask.pue_milli is not None and ask.pue_milli > pue]
        yield of("pue_at_most", "pue_max_milli", [*stated, None], wording.pue, pue)
    if (green := need.green_min_bp) is not None:
        shares = [ask.green_bp for ask in asks if ask.green_bp is not None and ask.green_bp < green]
        yield of("green_share_at_least", "green_min_bp", [*shares, None], wording.green, green)
    if need.domestic:
        yield of("domestic", "domestic", [False], lambda _: "accept foreign chips")
    nothing = [None] if asks else []
    yield _of_order(survey.order, REQUIREMENT, "require", "require", nothing, lambda _: "require nothing")


def _quantities(survey: Survey) -> Iterator[Variation]:
    """As many chips fewer or more as asks have them, in their lots."""
    order, leaves = survey.order, survey.rest.leaves_milli
    filled = order.quantity_milli - leaves
    common = [filled]
    for place in survey.places:
        own = place.wish.quantity_milli
        wanted = leaves if own is None else own
        found = list[Milli]()
        for ask in survey.sized(place):
            widest, lot = survey.widest(ask, place), ask.lot_milli
            found += (min(widest, wanted // lot * lot), min(widest, -(-wanted // lot) * lot))
        if own is None:
            common += (filled + count for count in found)
            continue
        for way in (FEWER, MORE):
            counts = _towards(way, own, found)
            yield _of_wish(survey, place, QUANTITY, "quantity", counts, partial(wording.than, own), way)
    was = order.quantity_milli
    for way in (FEWER, MORE):
        counts = _towards(way, was, common)
        yield Variation(
            QUANTITY, "quantity", was, counts, partial(with_quantity, order), partial(wording.than, was), way
        )


def _towards(way: int, was: Milli, found: Iterable[Milli]) -> list[Milli]:
    return [count for count in found if count > 0 and (count - was) * way > 0]


def _least_quantities(survey: Survey, least: Milli) -> Variation:
    """The widest pieces that asks have, where they are smaller than the smallest lease worth having; or any at all."""
    leaves = survey.rest.leaves_milli
    pieces = [
        min(survey.widest(ask, place), leaves // ask.lot_milli * ask.lot_milli)
        for place in survey.places
        for ask in survey.sized(place)
    ]
    smaller = [*(piece for piece in pieces if 0 < piece < least), None]
    name = "min_quantity_milli"
    return _of_order(survey.order, MIN_QUANTITY, "min_quantity", name, smaller, wording.least, least)


def _of_order(
    order: PlaceBid, kind: str, field: str, name: str, values: list[Any], say: Callable[[Any], str], was: int = 0
) -> Variation:
    def changed(value: Any) -> PlaceBid:
        return replace(order, **{name: value})

    return Variation(kind, field, was, values, changed, say)


def _of_wish(
    survey: Survey,
    place: Place,
    kind: str,
    field: str,
    values: list[Any],
    say: Callable[[Any], str],
    way: int = EITHER,
) -> Variation:
    name = _WISH_FIELDS[field]

    def changed(value: Any) -> PlaceBid:
        wishes = list(survey.order.alternatives)
        wishes[place.at] = replace(place.wish, **{name: value})
        return replace(survey.order, alternatives=tuple(wishes))

    path = f"alternatives[{place.number}].{field}"
    return Variation(kind, path, getattr(place.wish, name), values, changed, say, way, place.at)
