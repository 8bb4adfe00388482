"""Leases as both parties see them, period by period, with the sealed access data of each."""

from exchange.language.events import AccessGiven, LeaseChanged, LeaseMetered, PeriodSettled, Traded
from exchange.language.units import MilliDu, Seconds
from exchange.language.views import LeaseView, PeriodView


class Leases:
    """Every lease there has been."""

    def __init__(self) -> None:
        self.leases: dict[int, LeaseView] = {}
        self.leases_of: dict[str, list[int]] = {}  # account, as buyer or provider -> numbers, ascending
        self.sealed_access: dict[int, bytes] = {}

    def scheduled(self, event: Traded, seq: int, now_s: Seconds, du_milli: MilliDu | None) -> LeaseView:
        """A trade has made a lease."""
        lease = LeaseView(
            lease_id=event.lease_id,
            bid_id=event.bid_id,
            ask_id=event.ask_id,
            provider=event.provider,
            buyer=event.buyer,
            region=event.region,
            chip=event.chip,
            site=event.site,
            quantity_milli=event.quantity_milli,
            start_s=event.start_s,
            end_s=event.end_s,
            price_micros=event.price_micros,
            du_milli=du_milli,
            cost_micros=event.cost_micros,
            buyer_fee_micros=event.buyer_fee_micros,
            buyer_fee_taken_micros=0,
            provider_fee_micros=0,
            subsidy_micros=event.subsidy_micros,
            programme=None,
            take_or_pay_bp=event.take_or_pay_bp,
            state="scheduled",
            reason="",
            escrow_micros=event.escrow_micros,
            earned_micros=0,
            refunded_micros=0,
            penalties_micros=0,
            delivered_until_s=None,
            delivered_uch=0,
            used_uch=0,
            access_given_s=None,
            periods=(),
            created_s=now_s,
            seq=seq,
        )
        self.leases[lease.lease_id] = lease
        for account_id in (lease.buyer, lease.provider):
            self.leases_of.setdefault(account_id, []).append(lease.lease_id)
        return lease

    def access_given(self, event: AccessGiven) -> LeaseView:
        """The provider has handed over access."""
        self.sealed_access[event.lease_id] = event.sealed_access
        return self._change(event.lease_id, access_given_s=event.given_s)

    def metered(self, event: LeaseMetered) -> LeaseView:
        """The provider has reported running totals."""
        return self._change(
            event.lease_id,
            delivered_until_s=event.through_s,
            delivered_uch=event.delivered_uch,
            used_uch=event.used_uch,
        )

    def settled(self, event: PeriodSettled) -> LeaseView:
        """A period has closed."""
        period = PeriodView(
            start_s=event.start_s,
            end_s=event.end_s,
            delivered_uch=event.delivered_uch,
            used_uch=event.used_uch,
            paid_micros=event.paid_micros,
            refunded_micros=event.refunded_micros,
            penalty_micros=event.penalty_micros,
            redeemed_micros=event.redeemed_micros,
            state="settled",
        )
        return self._change(event.lease_id, periods=(*self.leases[event.lease_id].periods, period))

    def changed(self, event: LeaseChanged) -> LeaseView:
        """A lease stands elsewhere."""
        return self._change(
            event.lease_id,
            state=event.state,
            reason=event.reason,
            escrow_micros=event.escrow_micros,
            earned_micros=event.earned_micros,
            refunded_micros=event.refunded_micros,
            penalties_micros=event.penalties_micros,
            buyer_fee_taken_micros=event.buyer_fee_micros,
            provider_fee_micros=event.provider_fee_micros,
        )

    def _change(self, number: int, **changes: object) -> LeaseView:
        lease = self.leases[number].but(**changes)
        self.leases[number] = lease
        return lease
