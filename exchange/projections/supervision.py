"""Supervision: what an operator should look at, flagged as it happens and refused by nobody.

related_party   a lease between owner groups that are declared affiliated, be it after the trade
circular        a group leases back what it leases out: along a chain of resales, or while two lease of each other
double_subsidy  two programmes pay one group for overlapping windows of one market, or pay for one bid
underused       a subsidised lease is over whose use was worth less than a fifth of what it cost
split_contract  leases of one group under one programme within a day that together pass its cap for one

Relations are those that operators declare: places and addresses prove nothing. Circles are looked for along chains and
between two groups, not further. What is kept for later is of open leases only, but for a day of grants.
"""

from collections import deque
from collections.abc import Iterable
from itertools import islice
from operator import attrgetter

from exchange.language.events import LeaseChanged, Traded
from exchange.language.events_money import GroupsRelated
from exchange.language.units import BP_PER_ONE, DAY_S, Micros, Seconds, format_money
from exchange.language.views import LeaseView
from exchange.language.views_money import FlagView
from exchange.projections.leases import Leases, own_use
from exchange.projections.shelves import Files
from exchange.projections.usage import OVER

RELATED_PARTY, CIRCULAR, DOUBLE_SUBSIDY = "related_party", "circular", "double_subsidy"
UNDERUSED, SPLIT_CONTRACT = "underused", "split_contract"
KINDS = (RELATED_PARTY, CIRCULAR, DOUBLE_SUBSIDY, UNDERUSED, SPLIT_CONTRACT)

USED_LEAST_BP = 2_000  # of what was paid for a subsidised lease, in worth of use

Market = tuple[str, str]  # region, chip
Grant = tuple[Seconds, int, Micros]  # when, lease, subsidy


class Supervision:
    """All flags, and the open leases by whom they are between."""

    def __init__(self, leases: Leases) -> None:
        self._flags = Files[FlagView](attrgetter("flag_id"), _kinds)
        self._leases = leases
        self._groups: dict[str, str] = {}  # account -> owner group
        self._related: dict[tuple[str, str], None] = {}
        self._between: dict[tuple[str, str], dict[Market, dict[int, None]]] = {}  # buyer's and provider's group
        self._paid_for: dict[str, dict[str, dict[int, None]]] = {}  # group -> programme -> open leases
        self._recent: dict[tuple[str, str], deque[Grant]] = {}  # programme, group -> grants of a day
        self._told_s: dict[tuple[str, str], Seconds] = {}  # when they were last said to split contracts

    # -- writing ----------------------------------------------------------------------------------------------------

    def opened(self, account_id: str, group: str) -> None:
        """An account belongs to a group."""
        self._groups[account_id] = group

    def related(self, event: GroupsRelated, seq: int, now_s: Seconds) -> None:
        """Two groups are declared affiliated, or no longer; what they lease of each other already is flagged, too."""
        pair = _pair(event.group, event.other_group)
        if not event.related:
            self._related.pop(pair, None)
            return
        self._related[pair] = None
        both = (pair, pair[::-1])
        numbers = sorted(n for way in both for market in self._between.get(way, {}).values() for n in market)
        if numbers:
            cost = sum(self._leases.face(number).cost_micros for number in numbers)
            self._flag(
                RELATED_PARTY, seq, now_s, pair, numbers, cost, "declared affiliated while they have open leases"
            )

    def traded(self, event: Traded, cap_micros: Micros | None, seq: int, now_s: Seconds) -> None:
        """A lease was made, and the leases know of it. `cap_micros` is its programme's for one lease, if it has one."""
        lease = self._leases.face(event.lease_id)
        self._check_related(lease, seq, now_s)
        self._check_circular(lease, seq, now_s)
        buyer, provider = self._groups[lease.buyer], self._groups[lease.provider]
        markets = self._between.setdefault((buyer, provider), {})
        markets.setdefault((lease.region, lease.chip), {})[lease.lease_id] = None
        if lease.programme is not None:
            self._check_double(lease, buyer, seq, now_s)
            self._paid_for.setdefault(buyer, {}).setdefault(lease.programme, {})[lease.lease_id] = None
            if cap_micros is not None:
                self._check_split(lease, buyer, cap_micros, seq, now_s)

    def lease_changed(self, event: LeaseChanged, seq: int, now_s: Seconds) -> None:
        """A lease stands elsewhere, and the leases know of it."""
        if event.state not in OVER:
            return
        lease = self._leases.face(event.lease_id)
        buyer, provider = self._groups[lease.buyer], self._groups[lease.provider]
        still_open = self._between[buyer, provider][lease.region, lease.chip]
        if lease.lease_id not in still_open:
            return  # it was over before
        del still_open[lease.lease_id]
        if lease.programme is not None:
            del self._paid_for[buyer][lease.programme][lease.lease_id]
            if lease.redeemed_micros:
                self._check_used(lease.lease_id, buyer, seq, now_s)

    def resume(self, flags: Iterable[FlagView]) -> None:
        """Go on from flags that were kept."""
        for flag in flags:
            self._flags.add(flag)

    # -- reading ----------------------------------------------------------------------------------------------------

    @property
    def flags(self) -> list[FlagView]:
        """All of them, in the order of their numbers."""
        return self._flags.all

    def newest(self, kind: str | None, before: int | None, limit: int) -> list[FlagView]:
        """Up to `limit` flags before one, newest first."""
        return list(islice(self._flags.newest([] if kind is None else [kind], before), limit))

    def counts(self) -> dict[str, int]:
        """How many flags of each kind there are."""
        return {kind: self._flags.count(kind) for kind in KINDS}

    def open_leases(self) -> list[int]:
        """The numbers of all leases that are not over, ascending."""
        return sorted(number for markets in self._between.values() for found in markets.values() for number in found)

    # -- what is looked at ------------------------------------------------------------------------------------------

    def _check_related(self, lease: LeaseView, seq: int, now_s: Seconds) -> None:
        buyer = self._groups[lease.buyer]
        for account_id in dict.fromkeys((lease.provider, lease.deliverer)):
            pair = _pair(buyer, self._groups[account_id])
            if pair in self._related:
                what = "leases from" if account_id == lease.provider else "gets by resale what is delivered by"
                detail = f"{lease.buyer} {what} {account_id}, which is affiliated"
                self._flag(RELATED_PARTY, seq, now_s, pair, [lease.lease_id], lease.cost_micros, detail)

    def _check_circular(self, lease: LeaseView, seq: int, now_s: Seconds) -> None:
        buyer, provider = self._groups[lease.buyer], self._groups[lease.provider]
        chain = list(self._leases.chain(lease.lease_id))
        if any(self._groups[link.provider] == buyer for link in chain):
            numbers, detail = sorted(link.lease_id for link in chain), f"a resale brings {buyer} back its own chips"
        else:
            back = self._between.get((provider, buyer), {}).get((lease.region, lease.chip), {})
            numbers = [*(n for n in back if _same_hours(self._leases.face(n), lease)), lease.lease_id]
            detail = f"{buyer} and {provider} lease {lease.chip} in {lease.region} from each other"
        if len(numbers) > 1:
            cost = sum(self._leases.face(number).cost_micros for number in numbers)
            groups = [self._groups[account] for link in reversed(chain) for account in (link.provider, link.buyer)]
            self._flag(CIRCULAR, seq, now_s, groups, numbers, cost, detail)

    def _check_double(self, lease: LeaseView, group: str, seq: int, now_s: Seconds) -> None:
        others = [
            self._leases.face(number)
            for programme, numbers in self._paid_for.get(group, {}).items()
            if programme != lease.programme
            for number in numbers
        ]
        double = [other for other in others if other.bid_id == lease.bid_id or _same_hours(other, lease)]
        if double:
            double.append(lease)
            names = dict.fromkeys(str(each.programme) for each in double)
            amount = sum(each.subsidy_micros for each in double)
            detail = f"{' and '.join(names)} pay for one bid or for the same hours of {lease.chip} in {lease.region}"
            numbers = sorted(each.lease_id for each in double)
            self._flag(DOUBLE_SUBSIDY, seq, now_s, [group], numbers, amount, detail, lease.programme)

    def _check_split(self, lease: LeaseView, group: str, cap_micros: Micros, seq: int, now_s: Seconds) -> None:
        assert lease.programme is not None
        key = (lease.programme, group)
        recent = self._recent.setdefault(key, deque())
        while recent and recent[0][0] <= now_s - DAY_S:
            recent.popleft()
        recent.append((now_s, lease.lease_id, lease.subsidy_micros))
        amount = sum(subsidy for _, _, subsidy in recent)
        told_s = self._told_s.get(key)
        if amount > cap_micros and (told_s is None or told_s <= now_s - DAY_S):
            self._told_s[key] = now_s
            detail = f"together {format_money(amount)} CNY within a day, where one lease has {format_money(cap_micros)}"
            self._flag(SPLIT_CONTRACT, seq, now_s, [group], [n for _, n, _ in recent], amount, detail, lease.programme)

    def _check_used(self, number: int, group: str, seq: int, now_s: Seconds) -> None:
        lease = self._leases.whole(number)
        paid, used = own_use(lease)
        worth = lease.price_micros * used // 1_000_000
        if paid and worth * BP_PER_ONE < paid * USED_LEAST_BP:
            idle = lease.redeemed_micros - lease.redeemed_micros * worth // paid
            detail = f"{format_money(paid)} CNY was paid for use that is worth {format_money(worth)}"
            self._flag(UNDERUSED, seq, now_s, [group], [number], idle, detail, lease.programme)

    def _flag(
        self,
        kind: str,
        seq: int,
        now_s: Seconds,
        groups: Iterable[str],
        lease_ids: Iterable[int],
        amount_micros: Micros,
        detail: str,
        programme: str | None = None,
    ) -> None:
        self._flags.add(
            FlagView(
                flag_id=len(self.flags) + 1,
                kind=kind,
                seq=seq,
                at_s=now_s,
                groups=tuple(dict.fromkeys(groups)),
                lease_ids=tuple(lease_ids),
                programme=programme,
                amount_micros=amount_micros,
                detail=detail,
            )
        )


def _same_hours(one: LeaseView, other: LeaseView) -> bool:
    """Whether two leases are of one market, and their windows overlap."""
    same = (one.region, one.chip) == (other.region, other.chip)
    return same and one.start_s < other.until_s and other.start_s < one.until_s


def _kinds(flag: FlagView) -> tuple[str]:
    return (flag.kind,)


def _pair(group: str, other: str) -> tuple[str, str]:
    """Two groups in the one order in which they are kept."""
    return (group, other) if group < other else (other, group)
