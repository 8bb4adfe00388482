"""Contests: which settled periods buyers have contested, and what operators ruled."""

from exchange.language.events_money import ContestRuled, PeriodContested
from exchange.language.units import Seconds
from exchange.language.views import PeriodView
from exchange.language.views_money import ContestView


class Contests:
    """Every contest there has been, in order."""

    def __init__(self) -> None:
        self.contests: list[ContestView] = []
        self.places: dict[tuple[int, int], int] = {}  # lease, index of the period -> place, from 1

    def contested(self, event: PeriodContested, account_id: str, period: PeriodView, now_s: Seconds) -> None:
        """A buyer has contested a period, which is now as given."""
        place = len(self.contests) + 1
        self.places[event.lease_id, event.index] = place
        self.contests.append(
            ContestView(
                place=place,
                lease_id=event.lease_id,
                index=event.index,
                account_id=account_id,
                reason=event.reason,
                at_s=now_s,
                frozen_micros=sum(amount for _, amount in event.frozen),
                period=period,
            )
        )

    def ruled(self, event: ContestRuled, period: PeriodView, now_s: Seconds) -> None:
        """An operator has ruled; the period is now as given."""
        place = self.places[event.lease_id, event.index]
        refunded = sum(paid for contract, paid, _ in event.changes if contract == event.lease_id)
        self.contests[place - 1] = self.contests[place - 1].but(
            ruled_s=now_s, ruling=event.reason, refunded_micros=refunded, period=period
        )

    def newest(self, before: int | None, limit: int) -> list[ContestView]:
        """Up to `limit` contests before a place, newest first."""
        end = len(self.contests) if before is None else max(0, before - 1)
        return self.contests[max(0, end - limit) : end][::-1]
