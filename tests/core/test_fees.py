"""Fees on what is earned in small steps, some of them found to be too much: no micro is lacking anywhere."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exchange.core.leases.contract import Lease
from exchange.core.leases.pieces import Piece
from exchange.core.leases.settlement import fees_after, fees_back, payment_of
from exchange.language.units import fee_micros
from tests.core.world import RULES

RATES = st.sampled_from((0, 1, 50, 100, 3333, 9999, 10_000))


class Step(NamedTuple):
    """A period's cost, what is paid of it, and what a ruling leaves of that; None: nobody contests it."""

    cost: int
    paid: int
    ruled: int | None
    late: bool  # ruled only after all has been settled


@st.composite
def steps(draw: st.DrawFn) -> Step:
    cost = draw(st.one_of(st.integers(0, 120), st.integers(0, 10**9)))
    paid = draw(st.one_of(st.just(cost), st.integers(0, cost)))
    ruled = draw(st.one_of(st.none(), st.just(0), st.just(paid), st.integers(0, paid)))
    return Step(cost, paid, ruled, draw(st.booleans()))


class Books:
    """One lease with its fees, and what the provider holds of what it was paid."""

    def __init__(self, cost: int, buyer_bp: int, provider_bp: int) -> None:
        self.lease = lease_of(cost, buyer_bp, provider_bp)
        self.venue = 0

    def settle(self, step: Step) -> int:
        """What the provider keeps of a payment."""
        lease = self.lease
        earned, refunded = lease.earned_micros + step.paid, lease.refunded_micros + step.cost - step.paid
        fees = fees_after(lease, earned, refunded)
        assert min(fees) >= 0
        assert fees.provider_micros <= step.paid
        lease.earned_micros, lease.refunded_micros = earned, refunded
        lease.fee_taken_micros += fees.taken_micros
        lease.fee_returned_micros += fees.returned_micros
        lease.provider_fee_micros += fees.provider_micros
        self.venue += fees.taken_micros + fees.provider_micros
        return step.paid - fees.provider_micros

    def rule(self, step: Step, kept: int) -> None:
        """Take back what a ruling finds to have been too much."""
        assert step.ruled is not None
        lease, less = self.lease, step.paid - step.ruled
        provider, buyer = fees_back(lease, step.paid, kept, less)
        assert min(provider, buyer) >= 0
        assert kept + provider >= less, "the provider can give it back"
        lease.earned_micros -= less
        lease.refunded_micros += less
        lease.provider_fee_micros -= provider
        lease.fee_taken_micros -= buyer
        lease.fee_returned_micros += buyer
        self.venue -= provider + buyer
        assert lease.fee_taken_micros <= fee_micros(lease.earned_micros, lease.terms.buyer_fee_bp)

    def check(self) -> None:
        lease = self.lease
        assert 0 <= lease.provider_fee_micros <= lease.earned_micros
        assert self.venue == lease.provider_fee_micros + lease.fee_taken_micros
        assert lease.escrow_micros >= lease.cost_micros - lease.earned_micros - lease.refunded_micros


@given(st.lists(steps(), min_size=1, max_size=8), RATES, RATES)
def test_fees_never_lack_a_micro(script: list[Step], buyer_bp: int, provider_bp: int) -> None:
    books = Books(sum(step.cost for step in script), buyer_bp, provider_bp)
    waiting: list[tuple[Step, int]] = []
    rulings = 0
    for step in script:
        kept = books.settle(step)
        if step.ruled is not None:
            waiting.append((step, kept))
        if step.ruled is not None and not step.late:
            books.rule(*waiting.pop())
            rulings += 1
        books.check()
    for step, kept in waiting:
        books.rule(step, kept)
        books.check()
    lease = books.lease
    assert lease.escrow_micros == 0
    exact = fee_micros(lease.earned_micros, provider_bp)
    assert abs(lease.provider_fee_micros - exact) <= rulings + len(waiting), "a ruling is off by a micro at most"


def lease_of(cost: int, buyer_bp: int, provider_bp: int) -> Lease:
    return Lease(
        lease_id=1,
        bid_id=1,
        ask_id=1,
        root_ask_id=1,
        chain=(1,),
        buyer="alice",
        provider="p",
        deliverer="p",
        region="hz",
        chip="h800",
        site="",
        quantity_milli=1000,
        start_s=0,
        end_s=3600,
        until_s=3600,
        settled_s=0,
        price_micros=0,
        take_or_pay_bp=10_000,
        lot_milli=1000,
        min_duration_s=3600,
        cost_micros=cost,
        buyer_fee_micros=fee_micros(cost, buyer_bp),
        terms=replace(RULES, buyer_fee_bp=buyer_bp, provider_fee_bp=provider_bp),
        readings=[],
        pieces=[Piece(shape=((0, 3600, 1000),), costs_micros=(cost,))],
        offers=[],
        contestable={},
    )


def test_half_a_micro_of_subsidy_goes_to_the_even_side() -> None:
    """Of 3 micros on a cost of 4, half would be 1.5, which is 2; of 5 on 6 it would be 2.5, which is 2, too."""
    lease = lease_of(6, 0, 0)
    assert [payment_of(lease, 4, 3, 2).redeemed_micros, payment_of(lease, 6, 5, 3).redeemed_micros] == [2, 2]
