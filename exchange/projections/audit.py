"""The audit log: every command of an operator, in order, and the row of the journal that proves it."""

from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from operator import attrgetter

from exchange.language.events_operator import OperatorActed
from exchange.language.units import Seconds
from exchange.language.views_operator import AuditEntry, RowView
from exchange.projections.shelves import Files


class AuditLog:
    """Entries in the order of their commands; never changed, but for the row that is known when it ends."""

    def __init__(self) -> None:
        self._files = Files[AuditEntry](attrgetter("seq"), _words)
        self._unsealed = 0  # entries at the end whose row is still being read

    @property
    def entries(self) -> list[AuditEntry]:
        """All of them, in order."""
        return self._files.all

    def acted(self, event: OperatorActed, seq: int, now_s: Seconds) -> None:
        """An operator has acted."""
        self._files.add(AuditEntry(seq=seq, at_s=now_s, act=event))
        self._unsealed += 1

    def resume(self, entries: Iterable[AuditEntry]) -> None:
        """Go on from entries that were kept."""
        for entry in entries:
            self._files.add(entry)
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
        words = [("action", action)] * (action is not None) + [("account", account_id)] * (account_id is not None)
        return list(islice(self._files.newest(words, before), limit))


def _words(entry: AuditEntry) -> Iterator[tuple[str, str]]:
    yield "action", entry.act.action
    yield "account", entry.act.operator_id
    if entry.act.account_id:
        yield "account", entry.act.account_id
