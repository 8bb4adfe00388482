"""The words of a story that only ask: what a bid would get now, why one rests, and what would fill it.

    hz      ask 4 h800 mon..tue @ 14.00             rests
    sh      ask 8 h800 mon..tue @ 15.40             rests
    alice   quote bid 8 h800 1d from mon @ 15.00    gets 4 mon..tue @ 14.00 on h800 in hangzhou cost 1344.00 fee 6.72
                                                    pays cost 1344.00 fee 6.72 total 1350.72
                                                    rests 4 held 1447.20, affords needed 2894.40 available 1000000
                                                    fails price 1 duration 1
                                                    try 4 chips fewer, try +0.40 CNY per chip-hour extra 0
    alice   bid 8 h800 1d from mon @ 15.00          leases 4 mon..tue @ 14.00 from hz, rests 4
    alice   explain bid-1                           fails price 1, try +0.40 CNY per chip-hour extra 38.592
    alice   takes advice                            loses place, leases 4 mon..tue @ 15.40 from sh

A question that changes anything fails the story. `fails` counts the asks at the test that each fails first, in the
order of the tests, every test at which there are any. Of several alternatives each is told by its place: `second fails
start 1`, `second try start 3 h later`. Each `try` is a change by which all of the bid would be filled, the cheapest
first, and all have to be told; so have leases, what becomes of a rest, and means that are not enough. `takes advice`
makes the first change of the last answer: it amends the bid that was explained, or, where no amendment can, cancels it
and places what is left of it anew; after a quote it places the bid with the change.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from exchange.core.digest import digest
from exchange.core.explaining import HURDLES, explain, order_of
from exchange.core.quoting import quote
from exchange.language.commands import AmendBid, CancelBid, Command, PlaceBid
from exchange.language.events import RESTING
from exchange.language.rejects import Reject
from exchange.language.views import Change, Explanation, Hurdles, Quote, QuotedLease
from tests.core.world import changed
from tests.properties.twins import Twins
from tests.story_facts import Detail, Fact
from tests.story_words import Moment, StoryError, read_bid

QUESTION = re.compile(r"(?:quote (?P<bid>bid .+)|explain bid-(?P<number>\d+))")
ORDINALS = ("first", "second", "third", "fourth")
WISH = re.compile(r"alternatives\[(\d+)\]")
AMENDABLE = re.compile(r"quantity|alternatives\[\d+\]\.price")


class Advice(NamedTuple):
    """A change that would fill an order: one that is to come, or what is left of the bid of a number."""

    order: PlaceBid
    change: Change
    bid_id: int | None = None


class Advisor:
    """Answers a story's questions, and remembers the last answer."""

    def __init__(self, twins: Twins) -> None:
        self.twins = twins
        self.advice: Advice | None = None

    def answer(self, who: str, says: str, moment: Moment) -> list[Fact]:
        """What a question is answered with; StoryError when it leaves a trace."""
        found = QUESTION.fullmatch(says)
        if found is None:
            raise StoryError(f"no question: {says!r}")
        self.advice = None
        before = digest(self.twins.machine.state)
        if found["bid"]:
            facts = self.quoted(read_bid(who, found["bid"], moment, "quote"))
        else:
            facts = self.explained(who, int(found["number"]))
        if digest(self.twins.machine.state) != before:
            raise StoryError(f"{says!r} has changed the market")
        return facts

    def quoted(self, order: PlaceBid) -> list[Fact]:
        found = quote(self.twins.machine.state, order)
        if isinstance(found, Reject):
            return [Fact("", "refused", {"reason": found.code.wire, "param": found.param}, must=True)]
        if found.rest is not None and found.rest.changes:
            self.advice = Advice(order, found.rest.changes[0])
        return list(facts_of_quote(found, len(order.alternatives)))

    def explained(self, who: str, number: int) -> list[Fact]:
        state = self.twins.machine.state
        found = explain(state, number)
        if found is None or state.bids[number].account_id != who:
            raise StoryError(f"{who} has no bid-{number} that rests")
        if found.changes:
            self.advice = Advice(order_of(state.bids[number]), found.changes[0], number)
        return list(facts_of_explanation(found, len(state.bids[number].alternatives)))

    def take(self, who: str, name: str) -> Iterator[Command]:
        """The commands by which the change of the last answer is made; `name` is for an order that it needs."""
        if self.advice is None:
            raise StoryError("there is no advice to take")
        order, change, number = self.advice
        self.advice = None
        if number is None:
            yield replace(changed(order, change), client_order_id=name)
            return
        bid = self.twins.machine.state.bids[number]
        done_milli = bid.quantity_milli - bid.leaves_milli
        new = replace(changed(order, change, bid.open, done_milli), client_order_id=name)
        if not AMENDABLE.fullmatch(change.field):
            yield CancelBid(account_id=who, bid_id=number)
            yield new
        elif change.field == "quantity":
            yield AmendBid(account_id=who, bid_id=number, quantity_milli=new.quantity_milli + done_milli)
        else:
            prices = [wish.price_micros for wish in bid.alternatives]
            for place, wish in zip(bid.open, new.alternatives, strict=True):
                prices[place] = wish.price_micros
            yield AmendBid(account_id=who, bid_id=number, prices_micros=tuple(prices))


def facts_of_quote(found: Quote, alternatives: int) -> Iterator[Fact]:
    for lease in found.leases:
        yield fact_of_lease(lease)
    sums = {"cost": found.cost_micros, "fee": found.buyer_fee_micros, "total": found.total_micros}
    yield Fact("", "pays", {**sums})
    about = found.missing_milli or found.filled_milli
    becomes = "rests" if found.state == RESTING else found.state
    parts = {"filled": found.filled_milli, "held": found.held_micros}
    yield Fact("", becomes, {"quantity": about, "reason": found.reason, **parts}, must=found.missing_milli > 0)
    means = {"needed": found.needed_micros, "available": found.available_micros}
    yield Fact("", "affords" if found.covered else "lacks", {**means}, must=not found.covered)
    if found.rest is not None:
        yield from facts_of_explanation(found.rest, alternatives)


def fact_of_lease(lease: QuotedLease) -> Fact:
    details: dict[str, Detail] = {
        "quantity": lease.quantity_milli,
        "window": (lease.start_s, lease.end_s),
        "price": lease.price_micros,
        "chip": lease.chip,
        "region": lease.region,
        "cost": lease.cost_micros,
        "fee": lease.buyer_fee_micros,
        "subsidy": lease.subsidy_micros,
        "programme": lease.programme or "",
        "bound": lease.subsidy_bound,
    }
    return Fact("", "gets", details, must=True)


def facts_of_explanation(found: Explanation, alternatives: int) -> Iterator[Fact]:
    """The counts of each alternative, which is called by its place if there are several, and the changes."""
    assert found.searched, "the search for a change ended at its bounds"
    for hurdles in found.alternatives:
        yield fact_of_hurdles(hurdles, name_of(hurdles.alternative, alternatives))
    for change in found.changes:
        of_one = WISH.match(change.field)
        yield fact_of_change(change, name_of(int(of_one[1]), alternatives) if of_one else "")


def name_of(alternative: int, alternatives: int) -> str:
    """What one of so many alternatives is called."""
    return ORDINALS[alternative] if alternatives > 1 else ""


def fact_of_hurdles(hurdles: Hurdles, name: str) -> Fact:
    counts = {test: count for test in HURDLES if (count := getattr(hurdles, test))}
    assert hurdles.complete, "some asks were not examined"
    assert hurdles.asks == hurdles.examined == sum(counts.values()), "an ask fails one test first, and no other"
    said = " ".join(f"{test} {count}" for test, count in counts.items())
    return Fact(name, "fails", {"tests": said}, must=bool(said))


def fact_of_change(change: Change, name: str) -> Fact:
    sums = {"extra": change.extra_micros, "total": change.total_micros}
    means = "" if change.covered else "beyond means"
    return Fact(name, "try", {"change": change.detail, **sums, "means": means}, must=True)
