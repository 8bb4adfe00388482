"""Every transfer there has been, by number, which is the order of time; and which concern an account or a lease.

There are several of them for each command, so they are kept as rows of numbers: purses and reasons are names that are
written once. What an account held is for itself alone to see, so in a lease's transfers it is not said.
"""

from array import array
from collections.abc import Sequence
from typing import Final, TypeVar

from exchange.language.events import Transferred
from exchange.language.sections import Row
from exchange.language.units import Micros, Seconds
from exchange.language.views import Balances, TransferView
from exchange.projections.logs import Log
from exchange.projections.numbers import NUMBER

NONE: Final[Sequence[int]] = ()

K = TypeVar("K", str, int)


class TransferRow(Row, frozen=True):
    """A transfer whose number is one more than its place; `debit`, `credit` and `reason` are places of names."""

    seq: int
    at_s: Seconds
    debit: int
    credit: int
    amount_micros: Micros
    reason: int
    reference: str
    lease_id: int | None
    bid_id: int | None
    ask_id: int | None
    part_id: int | None
    programme: str | None
    after: Balances | None  # of the account that pays, or else of the one that is paid; None when neither is an account
    payee_after: Balances | None  # where both are, and not the same


class Transfers:
    """The transfers."""

    def __init__(self) -> None:
        self.rows = Log(TransferRow)
        self.of_accounts: dict[str, array[int]] = {}  # account -> numbers
        self.of_leases: dict[int, array[int]] = {}
        self.names: list[str] = []
        self._places: dict[str, int] = {}

    # -- writing ----------------------------------------------------------------------------------------------------

    def add(
        self,
        event: Transferred,
        seq: int,
        at_s: Seconds,
        concerned: tuple[str, ...] = (),
        after: Balances | None = None,
        payee_after: Balances | None = None,
    ) -> None:
        """Another transfer, which concerns these accounts, the one that pays first, with what they have then."""
        number, places = event.transfer_id, self._places
        try:
            debit, credit, reason = places[event.debit], places[event.credit], places[event.reason]
        except KeyError:
            debit, credit, reason = map(self._place, (event.debit, event.credit, event.reason))
        count = self.rows.append(TransferRow(
            seq, at_s, debit, credit, event.amount_micros, reason, event.reference,
            event.lease_id, event.bid_id, event.ask_id, event.part_id, event.programme, after, payee_after,
        ))  # fmt: skip
        assert number == count, (number, count)
        for account_id in concerned:
            _note(self.of_accounts, account_id, number)
        if event.lease_id is not None:
            _note(self.of_leases, event.lease_id, number)

    def resume(self, names: Sequence[str]) -> None:
        """Take back the names that rows refer to."""
        self.names = list(names)
        self._places = {name: place for place, name in enumerate(self.names)}

    # -- reading ----------------------------------------------------------------------------------------------------

    def of_account(self, account_id: str) -> Sequence[int]:
        """The numbers of an account's transfers, ascending."""
        return self.of_accounts.get(account_id, NONE)

    def of_lease(self, lease_id: int) -> Sequence[int]:
        """The numbers of a lease's transfers, ascending."""
        return self.of_leases.get(lease_id, NONE)

    def at_s(self, number: int) -> Seconds:
        """When a transfer was made."""
        return self.rows[number - 1].at_s

    def view(self, number: int, account_id: str | None = None) -> TransferView:
        """A transfer as an account sees it that it concerns, or as anybody may."""
        row = self.rows[number - 1]
        debit, credit, reason = self.names[row.debit], self.names[row.credit], self.names[row.reason]
        transfer = Transferred(
            transfer_id=number,
            debit=debit,
            credit=credit,
            amount_micros=row.amount_micros,
            reason=reason,
            reference=row.reference,
            lease_id=row.lease_id,
            bid_id=row.bid_id,
            ask_id=row.ask_id,
            part_id=row.part_id,
            programme=row.programme,
        )
        after: Balances | None = None
        if account_id is not None:
            paid = row.payee_after is not None and debit.rpartition("/")[0] != account_id
            after = row.payee_after if paid else row.after
        return TransferView(seq=row.seq, at_s=row.at_s, transfer=transfer, after=after)

    def _place(self, name: str) -> int:
        """The place of a name, which is new if need be."""
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = len(self.names)
            self.names.append(name)
        return place


def _note(numbers: "dict[K, array[int]]", key: K, number: int) -> None:
    try:
        numbers[key].append(number)
    except KeyError:
        numbers[key] = array(NUMBER, (number,))
