"""Running totals: what a report may say, and what was delivered between two instants.

Reports are totals since the lease's start, so a repeat is harmless. Between two reports the totals are taken to grow
evenly with the chips that the lease's buyer has in hand, which decides what belongs to which side of a period's
boundary; before the next report comes they stand still.
"""

from collections.abc import Callable

from exchange.core.leases.contract import Lease, Reading
from exchange.core.leases.pieces import Shape, area_until
from exchange.language.commands import MeterLease
from exchange.language.rejects import Code, Reject
from exchange.language.units import MicroChipHours, Seconds, format_decimal, full_uch

Spread = Callable[[Seconds, Seconds], int]  # from, to: what part of a growth falls there, as against another part


def check_reading(lease: Lease, report: MeterLease, now_s: Seconds) -> Reject | None:
    """Why a report cannot be taken, if it cannot. An old report that claims no more than is known is taken."""
    last = lease.readings[-1]
    if report.through_s > now_s:
        return Reject(Code.METER_IN_FUTURE, "through", "report up to the present at most")
    if not lease.start_s < report.through_s <= lease.until_s:
        return Reject(Code.METER_OUTSIDE_LEASE, "through", "report an instant after the lease's start, up to its end")
    if report.through_s <= last.through_s:
        return _check_old(last, report)
    if report.delivered_uch < last.delivered_uch:
        known = format_decimal(last.delivered_uch, 6)
        return Reject(Code.METER_SHRINKS, "delivered", f"the total reported before is {known}; send totals, not parts")
    if report.used_uch < last.used_uch:
        known = format_decimal(last.used_uch, 6)
        return Reject(Code.METER_SHRINKS, "used", f"the total reported before is {known}; send totals, not parts")
    most = last.delivered_uch + _capacity_uch(lease, last.through_s, report.through_s)
    if report.delivered_uch > most:
        return Reject(
            Code.METER_EXCEEDS_CAPACITY, "delivered", f"at most {format_decimal(most, 6)} chip-hours can be by then"
        )
    if report.used_uch - last.used_uch > report.delivered_uch - last.delivered_uch:
        return Reject(Code.METER_EXCEEDS_DELIVERED, "used", "since the last report more was used than delivered")
    return None


def _check_old(last: Reading, report: MeterLease) -> Reject | None:
    """An old report may repeat what is known, and may not claim more than a later one."""
    if report.delivered_uch > last.delivered_uch or report.used_uch > last.used_uch:
        return Reject(
            Code.METER_EXCEEDS_CAPACITY, "through", "a later report has a smaller total; report a later instant"
        )
    if report.used_uch > report.delivered_uch:
        return Reject(Code.METER_EXCEEDS_DELIVERED, "used", "used cannot be more than delivered")
    return None


def take_reading(lease: Lease, reading: Reading) -> bool:
    """Keep a report that says something new. Of the reports inside one period only the first and last are kept."""
    readings = lease.readings
    if reading.through_s <= readings[-1].through_s:
        return False
    if len(readings) > 1 and _period_of(lease, readings[-2]) == _period_of(lease, reading):
        readings[-1] = reading
    else:
        readings.append(reading)
    return True


def by_time(from_s: Seconds, to_s: Seconds) -> int:
    """The spread of older rules: every second bears the same."""
    return to_s - from_s


def by_chips(lease: Lease, hand: Shape | None) -> Spread:
    """The spread by what the lease's buyer has in hand: chips × seconds.

    `hand` is what it had of what is settled, since the first of the reports that are kept; None for its whole quantity.
    """

    def between(from_s: Seconds, to_s: Seconds) -> int:
        settled_s, found = lease.settled_s, 0
        if from_s < settled_s:
            until_s = min(to_s, settled_s)
            found += (
                lease.quantity_milli * (until_s - from_s)
                if hand is None
                else area_until(hand, until_s) - area_until(hand, from_s)
            )
        if to_s > settled_s:
            from_s = max(from_s, settled_s)
            found += sum(area_until(each.shape, to_s) - area_until(each.shape, from_s) for each in lease.pieces)
        return found

    return between


def totals_at(lease: Lease, at_s: Seconds, spread: Spread) -> Reading:
    """The running totals at an instant, as far as they have been reported."""
    before = Reading(lease.start_s, 0, 0)
    for after in lease.readings:
        if after.through_s > at_s:
            part, whole = spread(before.through_s, at_s), spread(before.through_s, after.through_s) or 1
            delivered = (after.delivered_uch - before.delivered_uch) * part // whole
            used = (after.used_uch - before.used_uch) * part // whole
            return Reading(at_s, before.delivered_uch + delivered, before.used_uch + used)
        before = after
    return Reading(at_s, before.delivered_uch, before.used_uch)


def forget_readings(lease: Lease, until_s: Seconds) -> None:
    """Drop reports that no open period needs: all before the last one at or before an instant."""
    readings = lease.readings
    while len(readings) > 1 and readings[1].through_s <= until_s:
        del readings[0]


def _capacity_uch(lease: Lease, from_s: Seconds, to_s: Seconds) -> MicroChipHours:
    """The most that can have been delivered in [from, to): of what is settled, whatever was resold of it since."""
    area, settled_s = 0, lease.settled_s
    if from_s < settled_s:
        area = lease.quantity_milli * (min(settled_s, to_s) - from_s)
        from_s = settled_s
    if from_s < to_s:
        for piece in lease.pieces:
            for start_s, end_s, chips in piece.shape:
                area += chips * max(0, min(end_s, to_s) - max(start_s, from_s))
    return full_uch(area, 1)


def _period_of(lease: Lease, reading: Reading) -> int:
    """Which settlement period a report's instant lies in, its end counting as inside."""
    return (reading.through_s - lease.start_s - 1) // lease.terms.period_s
