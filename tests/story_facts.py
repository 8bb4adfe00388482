"""What a line of a story says that happened or stands, and what really did, in one shape."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from exchange.language.events import (
    RESTING,
    AskChanged,
    BidChanged,
    Event,
    LeaseChanged,
    PeriodSettled,
    SelfTradePrevented,
    Traded,
)
from exchange.language.events_money import ContestRuled, LeaseCut, PartResold, PartReturned, PeriodContested
from exchange.language.instants import format_duration, parse_duration
from exchange.language.port import Outcome
from exchange.language.units import CHIP_HOUR_PLACES, format_decimal, parse_decimal
from tests.properties.observed import OrderFace
from tests.properties.twins import Twins
from tests.properties.world import TENORS_S
from tests.reference.records import Ask
from tests.story_words import AT, NUM, Moment, StoryError, chips_of, money_of, say_chips, say_money, say_window

Detail = int | str | tuple[int, int]

VERBS = {
    *("leases", "rests", "filled", "canceled", "expired", "refused", "meets"),
    *("keeps", "loses"),  # place, of an amended order
    *("scheduled", "running", "ended", "defaulted", "released", "cancelled", "settles", "contested", "ruled", "cut"),
    *("resold", "regains"),  # a part, of another lease
    *("gets", "pays", "affords", "lacks", "fails", "try"),  # in answer to a question
}
OVER = {"canceled", "expired", "ended", "defaulted", "released", "cancelled"}
MONEY = (
    "available",
    "held",
    "escrow",
    "bond",
    "fees",
    "paid",
    "refunded",
    "penalty",
    "penalties",
    "earned",
    "fee",
    "commission",
    "subsidy",
    "redeemed",
    "returned",
    "pool",
    "committed",
    "funded",
    "lapsed",
    "granted",
    "frozen",
    "contestable",
)
ASKED = ("cost", "total", "needed", "extra")
CHIPS = ("leaves", "filled", "canceled")
CHIP_HOURS = ("delivered", "used")
DETAIL = re.compile(
    rf" *(?:(?P<window>{AT}\.\.{AT})|@ (?P<price>{NUM})|from (?P<provider>\w+)|to (?P<buyer>\w+)"
    rf"|on (?P<chip>\w+)|in (?P<region>\w+)|by (?P<programme>[\w-]+)|bound (?P<bound>\w+)"
    rf"|(?P<key>{'|'.join(MONEY + ASKED + CHIPS + CHIP_HOURS)}) (?P<amount>{NUM})"
    rf"|(?P<tenor>P[T\d]\w+)|(?P<quantity>{NUM})|(?P<own>(?:bid|ask)-\d+)|part (?P<part>lease-\d+)|(?P<word>[a-z_]+))"
)
CHANGE = re.compile(
    rf"(?P<change>.+?)(?: extra (?P<extra>{NUM}))?(?: total (?P<total>{NUM}))?(?P<means> beyond means)?"
)


class Fact(NamedTuple):
    """`must` is whether a story that does not tell it is wrong."""

    subject: str
    verb: str
    details: dict[str, Detail]
    must: bool = False

    def says(self, actual: "Fact", names: Sequence[str]) -> bool:
        """Whether this, as told about somebody of these names, is true of what happened."""
        told = self.details
        if actual.verb != self.verb or any(actual.details.get(key) != value for key, value in told.items()):
            return False
        if self.subject:
            return self.subject == actual.subject
        return (
            actual.subject in names or actual.details.get("provider") in names or {"provider", "buyer"} <= told.keys()
        )

    def __str__(self) -> str:
        parts = [
            self.subject,
            self.verb,
            *(say_detail(key, value) for key, value in self.details.items() if value != ""),
        ]
        return " ".join(part for part in parts if part)


def say_detail(key: str, value: Detail) -> str:
    """A detail in the words of a story."""
    if isinstance(value, tuple):
        return say_window(value)
    match key:
        case "provider":
            return f"from {value}"
        case "buyer":
            return f"to {value}"
        case "chip":
            return f"on {value}"
        case "region":
            return f"in {value}"
        case "programme":
            return f"by {value}"
        case "bound":
            return f"bound {value}"
        case "part":
            return f"part {value}"
        case "reason" | "param" | "own" | "tests" | "change" | "means":
            return str(value)
    assert isinstance(value, int)
    match key:
        case "price":
            return f"@ {say_money(value)}"
        case "tenor":
            return format_duration(value)
        case "quantity":
            return say_chips(value)
    if key in CHIP_HOURS:
        return f"{key} {format_decimal(value, CHIP_HOUR_PLACES)}"
    return f"{key} {say_chips(value) if key in CHIPS else say_money(value)}"


def read_fact(text: str, moment: Moment) -> Fact:
    """`leases 8 mon..tue @ 14.00 from hz`, `bid-1 canceled 4 self_trade`, `refused off_grid start`."""
    first, _, rest = text.partition(" ")
    subject, verb = "", first
    if first not in VERBS:
        subject = first
        verb, _, rest = rest.partition(" ")
    match verb:
        case "fails":
            return Fact(subject, verb, {"tests": rest})
        case "try":
            return Fact(subject, verb, read_advice(rest))
    if verb not in VERBS:
        raise StoryError(f"no answer: {text!r}")
    return Fact(subject, verb, read_details(rest, moment))


def read_advice(text: str) -> dict[str, Detail]:
    """`+0.40 CNY per chip-hour extra 77.184 total 2971.584`; what is not beyond somebody's means is within them."""
    found = CHANGE.fullmatch(text)
    if found is None:
        raise StoryError("no change is told")
    sums = {key: money_of(found[key]) for key in ("extra", "total") if found[key] is not None}
    return {"change": found["change"], **sums, "means": (found["means"] or "").strip()}


def read_details(text: str, moment: Moment) -> dict[str, Detail]:
    details: dict[str, Detail] = {}
    place = 0
    while place < len(text):
        found = DETAIL.match(text, place)
        if found is None:
            raise StoryError(f"do not understand {text[place:].strip()!r}")
        place = found.end()
        name = found.lastgroup
        assert name is not None
        key = found["key"] or name
        if name == "word":
            key = "param" if "reason" in details else "reason"
        details[key] = read_detail(key, found["amount"] or found[name], moment)
    return details


def read_detail(key: str, text: str, moment: Moment) -> Detail:
    match key:
        case "window":
            return moment.window(text)
        case "tenor":
            return parse_duration(text)
        case "quantity":
            return chips_of(text)
        case "provider" | "buyer" | "chip" | "region" | "programme" | "bound" | "own" | "part" | "reason" | "param":
            return text
    if key in CHIP_HOURS:
        return parse_decimal(text, CHIP_HOUR_PLACES)
    return chips_of(text) if key in CHIPS else money_of(text)


def facts_of(twins: Twins, outcome: Outcome, events: Sequence[Event], before: dict[str, str], own: str) -> list[Fact]:
    """What a command brought about; `before` is how orders and leases stood, `own` the order that it was about."""
    if outcome.reject is not None:
        return [Fact("", "refused", {"reason": outcome.reject.code.wire, "param": outcome.reject.param}, must=True)]
    found: list[Fact] = []
    if outcome.kept_priority is not None:
        found.append(Fact(own, "keeps" if outcome.kept_priority else "loses", {"reason": "place"}, must=True))
    changed: dict[str, None] = {}
    for event in events:
        found += facts_of_lease(event)
        match event:
            case Traded() as e:
                found.append(Fact(e.buyer, "leases", trade_details(e), must=True))
            case SelfTradePrevented(bid_id=bid, ask_id=ask, taker=taker):
                names = (f"bid-{bid}", f"ask-{ask}") if taker == "bid" else (f"ask-{ask}", f"bid-{bid}")
                found.append(Fact(names[0], "meets", {"own": names[1]}, must=True))
            case BidChanged(bid_id=number):
                changed[f"bid-{number}"] = None
            case AskChanged(ask_id=number):
                changed[f"ask-{number}"] = None
            case LeaseChanged(lease_id=number):
                changed[f"lease-{number}"] = None
    for name in changed:
        fact = how_it_stands(twins, name)
        news = before.get(name) != fact.verb
        found.append(fact._replace(must=news and (fact.verb in OVER or (name == own and fact.verb == "rests"))))
    return found


def facts_of_lease(event: Event) -> Iterator[Fact]:
    """What happened to the money or the parts of a lease."""
    match event:
        case PeriodSettled() as e:
            yield Fact(f"lease-{e.lease_id}", "settles", period_details(e))
        case PartResold() as e:
            cost = dict(e.links)[e.lease_id]
            yield Fact(f"lease-{e.lease_id}", "resold", {"part": f"lease-{e.part_id}", "cost": cost})
        case PartReturned() as e:
            yield Fact(f"lease-{e.lease_id}", "regains", {"part": f"lease-{e.part_id}"}, must=True)
        case PeriodContested() as e:
            frozen = sum(amount for _, amount in e.frozen)
            yield Fact(f"lease-{e.lease_id}", "contested", {"frozen": frozen}, must=True)
        case ContestRuled() as e:
            yield Fact(f"lease-{e.lease_id}", "ruled", ruling_details(e), must=True)
        case LeaseCut() as e:
            yield Fact(f"lease-{e.lease_id}", "cut", cut_details(e))


def trade_details(e: Traded) -> dict[str, Detail]:
    return {
        "quantity": e.quantity_milli,
        "window": (e.start_s, e.end_s),
        "price": e.price_micros,
        "provider": e.provider,
        "buyer": e.buyer,
        "subsidy": e.subsidy_micros,
        "programme": e.programme or "",
        "bound": e.subsidy_bound,
    }


def period_details(e: PeriodSettled) -> dict[str, Detail]:
    return {
        "window": (e.start_s, e.end_s),
        "delivered": e.delivered_uch,
        "used": e.used_uch,
        "paid": e.paid_micros,
        "refunded": e.refunded_micros,
        "penalty": e.penalty_micros,
        "redeemed": e.redeemed_micros,
        "returned": e.returned_micros,
        "part": f"lease-{e.part_id}",
    }


def ruling_details(e: ContestRuled) -> dict[str, Detail]:
    """What the lease's own buyer is told: what was found, and what comes back to it and its programme."""
    refunded, returned = next((paid, redeemed) for contract, paid, redeemed in e.changes if contract == e.lease_id)
    return {
        "delivered": e.delivered_uch,
        "used": e.used_uch,
        "refunded": refunded,
        "returned": returned,
        "penalty": e.penalty_micros,
    }


def cut_details(e: LeaseCut) -> dict[str, Detail]:
    return {
        "reason": e.reason,
        "paid": e.paid_micros,
        "refunded": e.refunded_micros,
        "redeemed": e.redeemed_micros,
        "part": f"lease-{e.part_id or e.lease_id}",
    }


def how_it_stands(twins: Twins, name: str) -> Fact:
    """An order or lease as the market last told it."""
    kind, _, digits = name.partition("-")
    number, told = int(digits), twins.told
    if kind == "bid" and number in told.bids:
        bid = told.bids[number]
        return Fact(name, verb_of(bid), {**order_details(bid), "held": bid.backing})
    if kind == "ask" and number in told.asks:
        ask = told.asks[number]
        tenor: dict[str, Detail] = {}
        if ask.state == RESTING and number in twins.naive.asks:
            tenor["tenor"] = longest_tenor(twins.naive.asks[number], twins.naive.now)
        return Fact(name, verb_of(ask), {**tenor, **order_details(ask), "bond": ask.backing})
    if kind == "lease" and number in told.leases:
        lease = told.leases[number]
        money = {
            "escrow": lease.escrow,
            "earned": lease.earned,
            "refunded": lease.refunded,
            "penalties": lease.penalties,
        }
        fees = {"fee": lease.buyer_fee, "commission": lease.provider_fee}
        last = told.last_of_leases[number]
        drawn = {
            "subsidy": last.subsidy_micros,
            "redeemed": last.redeemed_micros,
            "returned": last.returned_micros,
            "frozen": last.frozen_micros,
        }
        return Fact(name, lease.state, {"reason": lease.reason, **money, **fees, **drawn})
    raise StoryError(f"there is no {name}")


def longest_tenor(ask: Ask, now: int) -> int:
    """The longest tenor that an ask can host from now on; the shortest one for anything below it."""
    first = ask.starts(now)[0]
    hosted = [
        tenor
        for tenor in TENORS_S
        for start in range(first, ask.end - tenor + 1, ask.step)
        if ask.free_throughout(start, start + tenor) >= ask.command.lot_milli
    ]
    return max(hosted, default=TENORS_S[0])


def verb_of(order: OrderFace) -> str:
    return "rests" if order.state == RESTING else order.state


def order_details(order: OrderFace) -> dict[str, Detail]:
    """`quantity` is the part that the verb is about."""
    about = {"resting": order.leaves, "filled": order.filled}.get(order.state, order.canceled)
    parts: dict[str, Detail] = {"leaves": order.leaves, "filled": order.filled, "canceled": order.canceled}
    return {"quantity": about, "reason": order.reason, **parts}


def money_of_account(twins: Twins, who: str) -> Fact:
    """What somebody has; the venue has fees."""
    purses = twins.told.purses([who])
    if who == "venue":
        return Fact(who, "has", {"fees": purses["fees"][0]})
    has = dict(zip(("available", "held", "escrow", "bond"), purses[who], strict=True))
    return Fact(who, "has", {**has, "contestable": twins.told.contestable.get(who, 0)})
