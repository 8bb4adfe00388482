"""Contests: a buyer says that a settled period was not delivered as metered, and an operator rules what it was.

While a period can be contested, what its payees kept of it stays available to them but cannot be spent or withdrawn,
so that all of it can be frozen. A contest freezes it, on every contract of the chain, in the payees' escrow; a ruling
settles the period anew by what was really delivered and used, gives back what was paid too much, with the fees on it,
and lets go of the rest. Without a ruling it stays frozen.
"""

from typing import NamedTuple

from exchange.core import versions
from exchange.core.agenda import Due
from exchange.core.leases.contract import Closed, Lease, Payment
from exchange.core.leases.settlement import Settlement, fees_back, missing_penalty_micros, pay_for
from exchange.core.ledger.chart import AVAILABLE, ESCROW, FEES, purse
from exchange.core.parties import check_buyer, check_reason
from exchange.core.payouts import evict_without_bond, pay_penalty
from exchange.core.state import State
from exchange.core.vouchers import granting
from exchange.language import events
from exchange.language.commands import ContestPeriod, RuleContest
from exchange.language.events_money import ContestRuled, PeriodContested
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject
from exchange.language.units import CHIP_HOUR_PLACES, MicroChipHours, Micros, format_decimal


class Change(NamedTuple):
    """What a ruling changes under one contract: so much less paid, and less redeemed; the fees that go back with it."""

    contract: Lease
    frozen_micros: Micros
    paid_micros: Micros
    redeemed_micros: Micros
    provider_fee_micros: Micros
    buyer_fee_micros: Micros


def keep_contestable(state: State, lease: Lease, index: int, result: Settlement, kept: list[Micros]) -> None:
    """Remember a period of which something was delivered for as long as its buyer may contest that.

    `kept` is what the payees have of what was paid for it, which may be nothing.
    """
    contest_s = lease.terms.contest_s
    paid = any(payment.paid_micros for payment in result.payments)
    said = paid or (result.delivered_uch and state.rules_version >= versions.UNPAID_CONTESTABLE)
    if not contest_s or not said:
        return
    lease.contestable[index] = Closed(
        delivered_uch=result.delivered_uch,
        used_uch=result.used_uch,
        full_uch=result.full_uch,
        payments=tuple(result.payments),
        kept_micros=tuple(kept),
        penalty_micros=result.penalty_micros,
    )
    for contract, amount in zip(state.chain(lease), kept, strict=True):
        contract.revocable += 1
        _lock(state, contract.provider, amount)
    state.agenda.add(state.now_s + contest_s, Due.CONTEST_LAPSE, lease.lease_id, index)


def lapse(state: State, lease: Lease, index: int) -> None:
    """The time to contest a period is over; what its payees kept of it is theirs, unless it has been contested."""
    closed = lease.contestable.get(index)
    if closed is None or closed.contested:
        return
    del lease.contestable[index]
    for contract, amount in zip(state.chain(lease), closed.kept_micros, strict=True):
        _lock(state, contract.provider, -amount)
        _let_go(state, contract)


def contest_period(state: State, command: ContestPeriod) -> Outcome | Reject:
    """The buyer contests a period: what was paid for it is frozen until an operator rules."""
    number = command.lease_id
    reject = check_buyer(state, number, command.account_id) or check_reason(command.reason)
    if reject is not None:
        return reject
    if (number, command.index) in state.rulings:
        return Reject(Code.CONTEST_RULED, "period", "an operator has ruled on it; that is final")
    lease = state.leases.get(number)
    closed = None if lease is None else lease.contestable.get(command.index)
    if lease is None or closed is None:
        detail = "only after it has been settled, as delivered at least in part, and for the time that rules give"
        return Reject(Code.NOT_CONTESTABLE, "period", detail)
    if closed.contested:
        return Reject(Code.CONTEST_OPEN, "period", "it is contested; an operator will rule")
    # ---- no return ----
    closed.contested = True
    frozen: dict[str, Micros] = {}
    for contract, amount in zip(state.chain(lease), closed.kept_micros, strict=True):
        payee = contract.provider
        _lock(state, payee, -amount)
        contract.frozen_micros += amount
        state.touched_leases[contract.lease_id] = contract
        available, escrow = purse(payee, AVAILABLE), purse(payee, ESCROW)
        _post(state, lease, contract, available, escrow, amount, events.FROZEN)
        frozen[payee] = frozen.get(payee, 0) + amount
    state.emit(
        PeriodContested(lease_id=number, index=command.index, frozen=tuple(frozen.items()), reason=command.reason)
    )
    return Outcome(state.seq, subject=number)


def check_ruling(state: State, command: RuleContest) -> Reject | None:
    """Why an operator cannot rule so on a period."""
    number, index = command.lease_id, command.index
    if (number, index) in state.rulings:
        return Reject(Code.CONTEST_RULED, "contest_id", "it has been ruled on; a ruling is final")
    lease = state.leases.get(number)
    closed = None if lease is None else lease.contestable.get(index)
    if closed is None or not closed.contested:
        return Reject(Code.UNKNOWN_CONTEST, "contest_id", f"period {index} of lease-{number} is not contested")
    return _ruling_fault(closed, command) or check_reason(command.reason)


def rule_contest(state: State, command: RuleContest) -> Outcome | Reject:
    """An operator says what was really delivered and used in a contested period, and its money moves accordingly."""
    if (reject := check_ruling(state, command)) is not None:
        return reject
    # ---- no return ----
    number, index = command.lease_id, command.index
    lease = state.leases[number]
    closed = lease.contestable[index]
    delivered, used = command.delivered_uch, command.used_uch
    chain = zip(state.chain(lease), closed.payments, closed.kept_micros, strict=True)
    changes = [_change(contract, payment, kept, closed.full_uch, command) for contract, payment, kept in chain]
    for change in changes:
        _take_back(state, lease, change)
    owed = missing_penalty_micros(lease, closed.payments[0].cost_micros, delivered, closed.full_uch)
    penalty = 0
    if (ask := state.asks.get(lease.root_ask_id)) is not None:
        penalty = pay_penalty(state, ask, lease, owed - closed.penalty_micros)
        evict_without_bond(state, lease, penalty)
    state.emit(
        ContestRuled(
            lease_id=number,
            index=index,
            delivered_uch=delivered,
            used_uch=used,
            changes=tuple((change.contract.lease_id, change.paid_micros, change.redeemed_micros) for change in changes),
            penalty_micros=penalty,
            reason=command.reason,
            operator_id=command.operator_id,
        )
    )
    del lease.contestable[index]
    state.rulings[number, index] = state.seq
    for change in changes:
        _let_go(state, change.contract)
    return Outcome(state.seq, subject=number)


def _ruling_fault(closed: Closed, command: RuleContest) -> Reject | None:
    """Why a ruling is none on what was settled: it can only find less, and no more used than delivered."""
    for field, ruled, most in (
        ("delivered", command.delivered_uch, closed.delivered_uch),
        ("used", command.used_uch, min(closed.used_uch, command.delivered_uch)),
    ):
        if not 0 <= ruled <= most:
            known = format_decimal(most, CHIP_HOUR_PLACES)
            return Reject(Code.BAD_VALUE, field, f"from 0 to {known}, as settled; used is no more than delivered")
    return None


def _change(
    contract: Lease, payment: Payment, kept_micros: Micros, full_uch: MicroChipHours, command: RuleContest
) -> Change:
    """How a payment changes when the period is settled anew by a ruling."""
    cost, subsidy = payment.cost_micros, payment.subsidy_micros
    ruled = pay_for(contract, cost, subsidy, command.delivered_uch, command.used_uch, full_uch)
    less = payment.paid_micros - ruled.paid_micros
    fees = fees_back(contract, payment.paid_micros, kept_micros, less)
    return Change(contract, kept_micros, less, payment.redeemed_micros - ruled.redeemed_micros, *fees)


def _take_back(state: State, lease: Lease, change: Change) -> None:
    """Give back, out of what is frozen, what was paid too much; the rest is the payee's again."""
    contract, less, redeemed = change.contract, change.paid_micros, change.redeemed_micros
    payee, payer = purse(contract.provider, ESCROW), purse(contract.buyer, AVAILABLE)
    part_id = None if contract is lease else lease.lease_id
    fee, buyer_fee = change.provider_fee_micros, change.buyer_fee_micros
    left = change.frozen_micros + fee - less
    assert 0 <= redeemed <= less
    assert left >= 0
    assert fee <= contract.provider_fee_micros
    _post(state, lease, contract, FEES, payee, fee, events.PROVIDER_FEE_REFUNDED)
    _post(state, lease, contract, payee, payer, less - redeemed, events.CONTEST_REFUNDED)
    granting.unredeem(state, contract, payee, redeemed, part_id)
    _post(state, lease, contract, payee, purse(contract.provider, AVAILABLE), left, events.THAWED)
    _post(state, lease, contract, FEES, payer, buyer_fee, events.FEE_REFUNDED)
    contract.earned_micros -= less
    contract.refunded_micros += less
    contract.redeemed_micros -= redeemed
    contract.returned_micros += redeemed
    contract.provider_fee_micros -= fee
    contract.fee_taken_micros -= buyer_fee
    contract.fee_returned_micros += buyer_fee
    contract.frozen_micros -= change.frozen_micros
    state.touched_leases[contract.lease_id] = contract


def _post(
    state: State, lease: Lease, contract: Lease, debit: str, credit: str, amount_micros: Micros, reason: str
) -> None:
    part_id = None if contract is lease else lease.lease_id
    state.post(debit, credit, amount_micros, reason, lease_id=contract.lease_id, part_id=part_id)


def _lock(state: State, account_id: str, amount_micros: Micros) -> None:
    """So much more, or, when negative, less of what an account has available cannot be spent."""
    if amount_micros:
        account = purse(account_id, AVAILABLE)
        locked = state.contestable.get(account, 0) + amount_micros
        assert locked >= 0
        state.contestable[account] = locked
        state.touched_contestable[account_id] = None


def _let_go(state: State, contract: Lease) -> None:
    """One payment less that a ruling could take back; a lease that is over may have waited for that."""
    contract.revocable -= 1
    if contract.over and not contract.revocable:
        del state.leases[contract.lease_id]
