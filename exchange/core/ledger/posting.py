"""The ledger: balances, and the one way to change them.

A transfer is refused by assertion, not by answer: whoever posts has already made sure that the money is there. The sum
over all accounts is zero because each transfer takes from one what it gives to another; nothing else writes a balance.
Why money moved is one of a closed list of reasons.
"""

from exchange.core.ledger.chart import EXTERNAL
from exchange.language.events import TRANSFER_REASONS, Transferred
from exchange.language.units import Micros

_REASONS = dict.fromkeys(TRANSFER_REASONS)


class Ledger:
    """Balances by account; `touched` are those that the current command has moved, in order of first move."""

    __slots__ = ("balances", "count", "touched")

    def __init__(self) -> None:
        self.balances: dict[str, Micros] = {}
        self.count = 0
        self.touched: dict[str, Micros] = {}  # account -> what it held before

    def balance(self, account: str) -> Micros:
        """What an account holds."""
        return self.balances.get(account, 0)

    def post(
        self,
        debit: str,
        credit: str,
        amount_micros: Micros,
        reason: str,
        *,
        reference: str = "",
        lease_id: int | None = None,
        bid_id: int | None = None,
        ask_id: int | None = None,
        part_id: int | None = None,
        programme: str | None = None,
    ) -> Transferred:
        """Move an amount from the debited account to the credited one."""
        assert amount_micros > 0
        assert debit != credit
        assert reason in _REASONS, reason
        balances = self.balances
        paying, paid = balances.get(debit, 0), balances.get(credit, 0)
        left = paying - amount_micros
        assert left >= 0 or debit == EXTERNAL, (debit, left, reason)
        balances[debit], balances[credit] = left, paid + amount_micros
        self.touched.setdefault(debit, paying)
        self.touched.setdefault(credit, paid)
        self.count += 1
        return Transferred(
            transfer_id=self.count,
            debit=debit,
            credit=credit,
            amount_micros=amount_micros,
            reason=reason,
            reference=reference,
            lease_id=lease_id,
            bid_id=bid_id,
            ask_id=ask_id,
            part_id=part_id,
            programme=programme,
        )
