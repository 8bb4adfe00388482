"""What is done in the generated world of money: leases handed over, metered, given back, contested, resold; pauses."""

from typing import NamedTuple

from exchange.language.commands import (
    CancelLease,
    Command,
    ContestPeriod,
    MeterLease,
    PlaceAsk,
    ReleaseLease,
    RuleContest,
    StartLease,
)
from exchange.language.commands_operator import PauseProgramme
from exchange.language.units import HOUR_S
from tests.properties.choices import Choices
from tests.reference.arithmetic import next_step
from tests.reference.books import Books
from tests.reference.holdings import Lease, Period

QUARTER_S = 900
STRANGERS = ("ann", "ben", "cem", "dot", "eve", "nobody")
KEYS = ("", "", "k1", "k2")


class Settled(NamedTuple):
    """A settled period, and whose."""

    number: int
    lease: Lease
    place: int  # of the period
    period: Period


def an_act(kind: str, choices: Choices, books: Books, number: int) -> Command | None:
    """Something that is done with a lease, mostly by who may do it; nothing when there is none."""
    match kind:
        case "start":
            return a_start(choices, books)
        case "meter":
            return a_report(choices, books)
        case "release":
            return a_release(choices, books)
        case "stop":
            return a_stop(choices, books)
        case "contest":
            return a_contest(choices, books)
        case "rule":
            return a_ruling(choices, books)
        case "resell":
            return a_resale(choices, books, number)
        case "pause":
            return a_pause(choices, books)
    raise AssertionError(f"nobody can {kind}")


def one_lease(choices: Choices, books: Books, numbers: list[int]) -> int | None:
    """One of those meant, the newest first; now and then any that ever was, or one that never was."""
    if choices.chance(15):
        return choices.one_of([*books.leases, len(books.leases) + 1])
    return choices.one_of(numbers)


def actor(choices: Choices, account: str) -> str:
    return choices.pick(STRANGERS) if choices.chance(10) else account


def a_start(choices: Choices, books: Books) -> StartLease | None:
    waiting = [number for number, lease in books.leases.items() if lease.given is None and not lease.over]
    number = one_lease(choices, books, waiting[::-1])
    if number is None:
        return None
    lease = books.leases.get(number)
    account = actor(choices, lease.terms.deliverer if lease else "ann")
    return StartLease(account_id=account, lease_id=number, sealed_access=b"sealed")


def a_report(choices: Choices, books: Books) -> MeterLease | None:
    """Mostly a fair report that is due; sometimes late, repeated, shrunken or beyond what is possible."""
    running = [number for number, lease in books.leases.items() if lease.state == "running" and lease.parts]
    behind = [number for number in running if last_report(books.leases[number])[0] + QUARTER_S < books.now]
    number = one_lease(choices, books, (behind or running)[::-1])
    if number is None or number not in books.leases:
        return None
    lease = books.leases[number]
    since, delivered, used = last_report(lease)
    through = min(books.now, lease.until) - choices.pick((0, 0, 0, 0, 0, QUARTER_S, 300, -1, 5 * QUARTER_S))
    most = lease.capacity(since, max(through, since))
    more = most * choices.pick((1000, 1000, 1000, 900, 500, 999, 0, 1001)) // 1000
    wear = more * choices.pick((1000, 500, 1000, 0, 800, 1001, 333)) // 1000
    if choices.chance(10):
        more, wear = choices.pick(((-1, 0), (0, -1), (0, 0)))
    return MeterLease(
        account_id=actor(choices, lease.terms.deliverer),
        lease_id=number,
        through_s=through,
        delivered_uch=max(delivered + more, 0),
        used_uch=max(used + wear, 0),
    )


def last_report(lease: Lease) -> tuple[int, int, int]:
    """The last report, or the hand-over."""
    return lease.reports[-1] if lease.reports else (max(lease.given or 0, lease.terms.start_s), 0, 0)


def a_release(choices: Choices, books: Books) -> ReleaseLease | None:
    alive = [number for number, lease in books.leases.items() if lease.parts and not lease.over]
    bereft = [
        number for number in alive if (above := books.leases[number].terms.parent_id) and books.leases[above].cause
    ]
    number = one_lease(choices, books, bereft if bereft and choices.chance(2) else alive)
    if number is None:
        return None
    lease = books.leases.get(number)
    account = actor(choices, lease.terms.buyer if lease else "ann")
    return ReleaseLease(account_id=account, lease_id=number, idempotency_key=choices.pick(KEYS))


def a_stop(choices: Choices, books: Books) -> CancelLease | None:
    alive = [number for number, lease in books.leases.items() if not lease.over]
    number = one_lease(choices, books, alive)
    reason = "" if choices.chance(12) else "a fault of the hall"
    if number is None:
        return None
    return CancelLease(operator_id="venue", lease_id=number, reason=reason, idempotency_key=choices.pick(KEYS))


def settled_periods(books: Books, *states: str) -> list[Settled]:
    return [
        Settled(number, lease, place, period)
        for number, lease in books.leases.items()
        for place, period in lease.periods.items()
        if period.state in states
    ]


def a_contest(choices: Choices, books: Books) -> ContestPeriod | None:
    """Mostly of a period that has just been paid, by the lease's buyer; sometimes too late, twice, or for nothing."""
    everything = settled_periods(books, "settled", "contested", "ruled")
    window = books.rules.contest_s
    fresh = [
        each
        for each in everything
        if each.period.state == "settled"
        and books.now < each.period.closed + window
        and each.period.dues[each.number].paid
    ]
    judged = [each for each in everything if each.period.state != "settled"]
    resold = [each for each in fresh if len(each.period.dues) > 1]
    if choices.chance(6):
        found = choices.one_of(choices.pick((judged, everything)))
    else:
        found = choices.one_of(resold if resold and choices.chance(2) else fresh)
    if found is None:
        return None
    return ContestPeriod(
        account_id=actor(choices, found.lease.terms.buyer),
        lease_id=found.number,
        index=found.place + choices.chance(20),
        reason="" if choices.chance(20) else "it was slow",
        idempotency_key=choices.pick(KEYS),
    )


def a_ruling(choices: Choices, books: Books) -> RuleContest | None:
    """Mostly on an open contest: so much less than was metered, or just what was."""
    contested = settled_periods(books, "contested")
    others = settled_periods(books, "settled", "ruled")
    found = choices.one_of(others if choices.chance(15) else contested)
    if found is None:
        return None
    delivered = found.period.delivered * choices.pick((1000, 500, 1000, 0, 999, 750, 1001)) // 1000
    used = min(found.period.used * choices.pick((1000, 500, 0)) // 1000, delivered) + choices.chance(20)
    return RuleContest(
        operator_id="venue",
        lease_id=found.number,
        index=found.place,
        delivered_uch=delivered,
        used_uch=used,
        reason="" if choices.chance(20) else "the logs say so",
        idempotency_key=choices.pick(KEYS),
    )


def a_resale(choices: Choices, books: Books, number: int) -> PlaceAsk | None:
    """A part of a lease offered by its buyer: all of it or fewer chips, at once or later; sometimes what it has not."""
    alive = [place for place, lease in books.leases.items() if not lease.over and lease.parts]
    deep = [place for place in alive if books.leases[place].terms.parent_id is not None]
    unused = [place for place in alive if books.leases[place].given is None and choices.chance(2)]
    place = one_lease(choices, books, unused or (deep if deep and choices.chance(3) else alive))
    if place is None or place not in books.leases:
        return None
    lease = books.leases[place]
    terms, root = lease.terms, books.asks[lease.root_ask].placed
    soon = max(terms.start_s, next_step(books.now, QUARTER_S))
    later, sooner = (0, 0) if unused else (choices.pick((0, 0, HOUR_S, QUARTER_S)), choices.pick((0, 0, 0, HOUR_S)))
    start, end = soon + later, lease.until - sooner
    lots = terms.quantity_milli // root.lot_milli
    some = max(1, lots * choices.pick((100,) if unused else (50, 100, 25, 75)) // 100)
    return PlaceAsk(
        account_id=actor(choices, terms.buyer),
        client_order_id=f"r{number}",
        region=terms.region if not choices.chance(40) else "shanghai",
        chip=terms.chip,
        site=terms.site,
        quantity_milli=some * root.lot_milli + root.lot_milli * choices.chance(12),
        start_s=start - HOUR_S * choices.chance(20),
        end_s=max(end, start + QUARTER_S),
        price_micros=terms.price_micros + choices.pick((0, 50_000, 10_000, -50_000)),
        lot_milli=root.lot_milli,
        min_duration_s=root.min_duration_s,
        take_or_pay_bp=choices.pick((terms.take_or_pay_bp, 10_000, 6000, 0)),
        lease_id=place,
    )


def a_pause(choices: Choices, books: Books) -> PauseProgramme:
    """A programme is paused; one that is, mostly goes on."""
    rest = choices.one_of(sorted(books.paused))
    goes_on = rest is not None and choices.chance(2)
    name = rest if goes_on and rest is not None else choices.pick((*books.programmes, "atlantis"))
    return PauseProgramme(
        operator_id="venue",
        programme=name,
        paused=not goes_on,
        reason="" if choices.chance(20) else "a test",
        idempotency_key=choices.pick(KEYS),
    )
