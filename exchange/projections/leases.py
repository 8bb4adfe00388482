"""Leases as their parties see them, period by period, with the sealed access data of each.

A period of a part that was resold also stands under every contract by which it is paid. Periods are gathered in lists
and put into a view with the next change, or when somebody looks. Leases that are over are put away when the command is
over that ended them; one that changes once more comes back until the end of that command.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sortedcontainers import SortedList

from exchange.language.events import (
    CANCELLED,
    DEFAULTED,
    ENDED,
    RELEASED,
    RUNNING,
    SCHEDULED,
    AccessGiven,
    ChipDefined,
    LeaseChanged,
    LeaseMetered,
    PeriodSettled,
    Traded,
)
from exchange.language.events_money import ContestRuled, LeaseCut, PartResold, PartReturned, PeriodContested
from exchange.language.limits import PERIODS_SHOWN
from exchange.language.sections import in_pieces
from exchange.language.units import MicroChipHours, Seconds, full_uch
from exchange.language.views import LeaseView, PeriodView
from exchange.projections.attic import Attic
from exchange.projections.numbers import NUMBER
from exchange.projections.records import Earlier, Record
from exchange.projections.shapes import cut_at, joined_at
from exchange.projections.shelves import NUMBERS, Shelves
from exchange.projections.usage import OVER, area_until

Market = tuple[str, str]  # region, chip

STATES = (SCHEDULED, RUNNING, ENDED, DEFAULTED, RELEASED, CANCELLED)
PERIOD_STATES = (
    SETTLED := "settled",
    CONTESTED := "contested",
    RULED := "ruled",
)


class Leases:
    """Every lease there has been."""

    def __init__(self) -> None:
        self.count = 0
        self.created_s = array(NUMBER)  # of each
        self.subsidy_micros = array(NUMBER)
        self.records: dict[int, Record] = {}  # of leases that are open, and between commands of no others
        self.over = Attic(LeaseView)  # with their last periods
        self.earlier = Attic(Earlier)
        self._done: dict[int, None] = {}  # over, and not put away yet
        self.leases_of = Shelves()  # by account, as buyer, provider or deliverer
        self._of_market: dict[Market, list[int]] = {}
        self._ended: dict[tuple[str, Market | None], SortedList[int]] = {}  # by the state that they ended in
        self.sealed_access: dict[int, bytes] = {}
        self.states = dict.fromkeys(STATES, 0)
        self.turned_at: dict[tuple[int, int], LeaseView] = {}  # lease, seq of a command that was about it

    # -- reading ----------------------------------------------------------------------------------------------------

    def get(self, number: int) -> LeaseView | None:
        """A lease with all its periods, if there is one of this number."""
        return self.whole(number) if 0 < number <= self.count else None

    def whole(self, number: int) -> LeaseView:
        """A lease with all its periods; KeyError when there is none of this number."""
        record = self.records.get(number)
        if record is None:
            lease, earlier = self.over[number], self.earlier.get(number)
            return lease if earlier is None else lease.but(periods=earlier.periods + lease.periods)
        if record.behind:
            record.change({})
        return record.view

    def brief(self, number: int) -> LeaseView:
        """A lease with its last PERIODS_SHOWN periods, or all of them."""
        return self.whole(number) if number in self.records else self.over[number]

    def face(self, number: int) -> LeaseView:
        """A lease as it stands, but for some of its periods."""
        return self.records[number].view if number in self.records else self.over[number]

    def fetched(self, number: int) -> LeaseView:
        """The face of a lease that is about to change, out of the attic."""
        return self._record(number).view

    def period(self, number: int, index: int) -> PeriodView:
        """A period of a lease's own that has just changed."""
        record = self._record(number)
        place = record.period(number, index)
        assert place is not None, (number, index)
        return record.periods[place]

    def stands(self, number: int, state: str | None, market: Market | None) -> bool:
        """Whether a lease is in a state and of a market, each of which may be any. None is taken out of the attic."""
        record = self.records.get(number)
        if record is not None:
            lease = record.view
            return state in (None, lease.state) and market in (None, (lease.region, lease.chip))
        if state is not None:
            return number in self._ended.get((state, market), ())
        if market is None:
            return True
        numbers = self._of_market.get(market, ())
        place = bisect_left(numbers, number)
        return place < len(numbers) and numbers[place] == number

    def numbers(self, state: str | None, market: Market | None) -> Sequence[int]:
        """The numbers of all leases, or of those that are over in a state, of any market or of one; ascending."""
        if state is not None:
            return self._ended.get((state, market), ())
        if market is not None:
            return self._of_market.get(market, ())
        return range(1, self.count + 1)  # without a gap, as trades are numbered

    def chain(self, number: int) -> Iterator[LeaseView]:
        """A lease, the one it was resold out of, and so on to the provider's own; their faces."""
        following: int | None = number
        while following is not None:
            face = self.face(following)
            yield face
            following = face.parent_id

    # -- writing ----------------------------------------------------------------------------------------------------

    def scheduled(self, event: Traded, seq: int, now_s: Seconds, chip: ChipDefined, pue_milli: int | None) -> None:
        """A trade has made a lease."""
        lease = LeaseView(
            lease_id=event.lease_id,
            bid_id=event.bid_id,
            ask_id=event.ask_id,
            parent_id=event.parent_id,
            provider=event.provider,
            buyer=event.buyer,
            deliverer=event.deliverer,
            region=event.region,
            chip=event.chip,
            site=event.site,
            quantity_milli=event.quantity_milli,
            start_s=event.start_s,
            end_s=event.end_s,
            price_micros=event.price_micros,
            du_milli=chip.du_milli,
            domestic=chip.domestic,
            pue_milli=pue_milli,
            cost_micros=event.cost_micros,
            buyer_fee_micros=event.buyer_fee_micros,
            buyer_fee_taken_micros=0,
            provider_fee_micros=0,
            subsidy_micros=event.subsidy_micros,
            programme=event.programme,
            subsidy_bound=event.subsidy_bound,
            redeemed_micros=0,
            returned_micros=0,
            frozen_micros=0,
            use=event.use,
            take_or_pay_bp=event.take_or_pay_bp,
            state=SCHEDULED,
            reason="",
            words="",
            escrow_micros=event.escrow_micros,
            earned_micros=0,
            refunded_micros=0,
            penalties_micros=0,
            delivered_until_s=None,
            delivered_uch=0,
            used_uch=0,
            access_given_s=None,
            until_s=event.end_s,
            shape=((event.start_s, event.end_s, event.quantity_milli),),
            parts=(),
            periods=(),
            created_s=now_s,
            seq=seq,
        )
        self.keep(lease)

    def keep(self, lease: LeaseView) -> None:
        """There is another lease; it may be over."""
        self.count += 1
        assert lease.lease_id == self.count, (lease.lease_id, self.count)
        self.records[lease.lease_id] = Record(lease)
        self.created_s.append(lease.created_s)
        self.subsidy_micros.append(lease.subsidy_micros)
        self.states[lease.state] += 1
        for account_id in parties(lease):
            self.leases_of.add(account_id, lease.lease_id, lease.state)
        self._of_market.setdefault((lease.region, lease.chip), []).append(lease.lease_id)
        self._note_end(lease, lease.state)

    def save_places(self) -> Iterator[tuple[Market, list[int]]]:
        """The numbers of each market's leases, some at a time."""
        for market, numbers in self._of_market.items():
            for some in in_pieces(numbers, NUMBERS):
                yield market, some

    def save_ended(self) -> Iterator[tuple[str, Market, list[int]]]:
        """The numbers of each market's leases that ended in a state, some at a time."""
        for (state, market), numbers in self._ended.items():
            if market is not None:
                for some in in_pieces(numbers, NUMBERS):
                    yield state, market, some

    def resume(
        self,
        leases: Iterable[LeaseView],
        places: Iterable[tuple[Market, list[int]]],
        ended: Iterable[tuple[str, Market, list[int]]],
    ) -> None:
        """Take back what was saved, where there was none: the leases that are open, and the places of all."""
        assert not self.count
        for lease in leases:
            self.records[lease.lease_id] = Record(lease)
            self.states[lease.state] += 1
        for market, numbers in places:
            self._of_market.setdefault(market, []).extend(numbers)
            self.count += len(numbers)
        of_state: dict[tuple[str, Market | None], list[int]] = {}
        for state, market, numbers in ended:
            of_state.setdefault((state, None), []).extend(numbers)
            of_state.setdefault((state, market), []).extend(numbers)
            self.states[state] += len(numbers)
        self._ended = {place: SortedList(numbers) for place, numbers in of_state.items()}

    def access_given(self, event: AccessGiven) -> None:
        """Access has been handed over."""
        self.sealed_access[event.lease_id] = event.sealed_access
        self._change(event.lease_id, access_given_s=event.given_s)

    def metered(self, event: LeaseMetered) -> None:
        """Running totals have been reported."""
        self._change(
            event.lease_id,
            delivered_until_s=event.through_s,
            delivered_uch=event.delivered_uch,
            used_uch=event.used_uch,
        )

    def settled(self, event: PeriodSettled) -> None:
        """A period has closed."""
        record = self._record(event.lease_id)
        record.behind = True
        if event.part_id == event.lease_id:
            due = area_until(record.view.shape, event.end_s) - area_until(record.view.shape, event.start_s)
            record.come_due(full_uch(due, 1), event.delivered_uch, event.used_uch)
        record.periods.append(
            PeriodView(
                index=event.index,
                start_s=event.start_s,
                end_s=event.end_s,
                delivered_uch=event.delivered_uch,
                used_uch=event.used_uch,
                paid_micros=event.paid_micros,
                refunded_micros=event.refunded_micros,
                penalty_micros=event.penalty_micros,
                redeemed_micros=event.redeemed_micros,
                returned_micros=event.returned_micros,
                part_id=event.part_id,
                state=SETTLED,
            )
        )

    def changed(self, event: LeaseChanged) -> None:
        """A lease stands elsewhere."""
        lease = self.face(event.lease_id)
        if event.state != lease.state:
            self.states[lease.state] -= 1
            self.states[event.state] += 1
            for account_id in parties(lease):
                self.leases_of.move(account_id, lease.lease_id, lease.state, event.state)
            assert lease.state not in OVER, (lease.lease_id, lease.state, event.state)
            self._note_end(lease, event.state)
        self.subsidy_micros[event.lease_id - 1] = event.subsidy_micros
        shape = lease.shape
        if event.until_s != lease.until_s:  # for a default only: what is released or cancelled has been cut before
            shape = cut_at(shape, event.until_s)
            given_up = area_until(lease.shape, lease.end_s) - area_until(shape, lease.end_s)
            self._record(event.lease_id).come_due(full_uch(given_up, 1), 0, 0)
        self._change(
            event.lease_id,
            state=event.state,
            reason=event.reason,
            escrow_micros=event.escrow_micros,
            earned_micros=event.earned_micros,
            refunded_micros=event.refunded_micros,
            penalties_micros=event.penalties_micros,
            buyer_fee_taken_micros=event.buyer_fee_micros,
            provider_fee_micros=event.provider_fee_micros,
            until_s=event.until_s,
            shape=shape,
            subsidy_micros=event.subsidy_micros,
            redeemed_micros=event.redeemed_micros,
            returned_micros=event.returned_micros,
            frozen_micros=event.frozen_micros,
        )

    def resold(self, event: PartResold, now_s: Seconds) -> None:
        """A part has another user. The event tells what is left as far as it is not settled; what was before stays."""
        face = self.face(event.lease_id)
        self._change(
            event.lease_id, shape=joined_at(face.shape, event.shape, now_s), parts=(*face.parts, event.part_id)
        )

    def returned(self, event: PartReturned, now_s: Seconds) -> None:
        """A resold part has come back, as the event tells it, too."""
        self._change(event.lease_id, shape=joined_at(self.face(event.lease_id).shape, event.shape, now_s))

    def cut(self, event: LeaseCut) -> None:
        """A lease ends earlier."""
        shape = cut_at(self.face(event.lease_id).shape, event.until_s)
        words = event.words if event.part_id is None and event.words else self.face(event.lease_id).words
        self._change(event.lease_id, until_s=event.until_s, shape=shape, words=words)

    def contested(self, event: PeriodContested) -> None:
        """A period is contested, under every contract by which it was paid."""
        for _, record, place in self._paid_under(event.lease_id, event.index):
            record.periods[place] = record.periods[place].but(state=CONTESTED)

    def ruled(self, event: ContestRuled) -> None:
        """An operator has ruled what was delivered and used; so much less was paid under each contract."""
        less = {contract: (paid, redeemed) for contract, paid, redeemed in event.changes}
        for number, record, place in self._paid_under(event.lease_id, event.index):
            period, (paid, redeemed) = record.periods[place], less.get(number, (0, 0))
            if number == event.lease_id:
                changed = event.delivered_uch - period.delivered_uch, event.used_uch - period.used_uch
                record.come_due(0, *changed)
            record.periods[place] = period.but(
                state=RULED,
                delivered_uch=event.delivered_uch,
                used_uch=event.used_uch,
                paid_micros=period.paid_micros - paid,
                refunded_micros=period.refunded_micros + paid,
                redeemed_micros=period.redeemed_micros - redeemed,
                returned_micros=period.returned_micros + redeemed,
                penalty_micros=period.penalty_micros + (event.penalty_micros if number == event.lease_id else 0),
            )

    def keep_turned(self, number: int, seq: int) -> None:
        """A command about a lease is over: this is what its caller is told, now and on a repeat."""
        self.turned_at[number, seq] = self.whole(number)

    def put_away(self) -> None:
        """A command is over: what it has ended, or changed once more, is for the attic."""
        if self._done:
            for number in self._done:
                lease = self.whole(number)
                earlier, last = lease.periods[:-PERIODS_SHOWN], lease.periods[-PERIODS_SHOWN:]
                if earlier and (kept := Earlier(earlier)) != self.earlier.get(number):
                    self.earlier.put(number, kept)
                self.over.put(number, lease.but(periods=last))
                del self.records[number]
            self._done = {}

    def _note_end(self, lease: LeaseView, state: str) -> None:
        if state in OVER:
            self._done[lease.lease_id] = None
            for market in (None, (lease.region, lease.chip)):
                self._ended.setdefault((state, market), SortedList()).add(lease.lease_id)

    def _change(self, number: int, **changes: Any) -> None:
        self._record(number).change(changes)

    def _record(self, number: int) -> Record:
        """The record of a lease that changes, out of the attic if need be."""
        record = self.records.get(number)
        if record is None:
            record = self.records[number] = Record(self.whole(number))
            self._done[number] = None
        return record

    def _paid_under(self, part_id: int, index: int) -> Iterator[tuple[int, Record, int]]:
        """Each lease under which a part's period was paid, with the period's place there; to be changed."""
        for lease in self.chain(part_id):
            record = self._record(lease.lease_id)
            place = record.period(part_id, index)
            if place is not None:
                record.behind = True
                yield lease.lease_id, record, place


def parties(lease: LeaseView) -> tuple[str, ...]:
    """Whom a lease concerns: who uses it, who is paid, and who delivers, if that is somebody else."""
    return tuple(dict.fromkeys((lease.buyer, lease.provider, lease.deliverer)))


def own_use(lease: LeaseView) -> tuple[int, MicroChipHours]:
    """What was paid for the part of a lease that its buyer used itself, in micros, and how much it used of it."""
    own = [period for period in lease.periods if period.part_id == lease.lease_id]
    others = sum(period.paid_micros for period in lease.periods if period.part_id != lease.lease_id)
    return lease.earned_micros - others, sum(period.used_uch for period in own)
