"""The audit log: every command of an operator, in order, and the row of the journal that proves it."""

from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from exchange.language.events_operator import OperatorActed
from exchange.language.units import Seconds
from exchange.language.views_operator import AuditEntry, RowView


class AuditLog:
    """Entries in the order of their commands; never changed, but for the row that is known when it ends."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []
        self._unsealed = 0  # entries at the end whose row is still being read

    def acted(self, event: OperatorActed, seq: int, now_s: Seconds) -> None:
        """An operator has acted."""
        self.entries.append(AuditEntry(seq=seq, at_s=now_s, act=event))
        self._unsealed += 1

    def resume(self, entries: Iterable[AuditEntry]) -> None:
        """Go on from entries that were kept."""
        self.entries = list(entries)
        self._unsealed = sum(1 for _ in takewhile(lambda entry: entry.row is None, reversed(self.entries)))

    def row_ended(self, first_seq: int, last_seq: int, link: bytes) -> None:
        """The row of the last commands is whole, and this is its link."""
        if self._unsealed:
            row = RowView(first_seq=first_seq, last_seq=last_seq, link=link)
            for place in range(len(self.entries) - self._unsealed, len(self.entries)):
                assert first_seq <= self.entries[place].seq <= last_seq
                self.entries[place] = self.entries[place].but(row=row)
            self._unsealed = 0

    def newest(self, action: str | None, account_id: str | None, before: int | None, limit: int) -> list[AuditEntry]:
        """Up to `limit` entries of commands before a seq, newest first: of an action, by or about an account."""
        return list(islice(self._meant(action, account_id, before), limit))

    def _meant(self, action: str | None, account_id: str | None, before: int | None) -> Iterator[AuditEntry]:
        for entry in reversed(self.entries):
            act = entry.act
            if (
                (before is None or entry.seq < before)
                and action in (None, act.action)
                and account_id in (None, act.operator_id, act.account_id)
            ):
                yield entry
