"""Notices by account and command: all that one command had an account be told is one `Told`, linked to the one before.

The links are by seq: each `Told` names the command before it that told its account of anything, so whoever follows an
account sees at once when one is missing.
"""

from collections.abc import Iterable, Mapping

from exchange.language.statements import Told
from exchange.language.views import Notice


class Telling:
    """The last command of which each account was told."""

    def __init__(self, told_seq: Mapping[str, int] | None = None) -> None:
        self.told_seq = dict(told_seq or {})

    def gather(self, notices: Iterable[Notice]) -> list[Told]:
        """The notices of one command by account, in order of the first to each; the next command's come next."""
        by_account: dict[str, list[Notice]] = {}
        for notice in notices:
            by_account.setdefault(notice.account_id, []).append(notice)
        told = []
        for account_id, own in by_account.items():
            seq, prev_seq = own[0].seq, self.told_seq.get(account_id, 0)
            assert prev_seq < seq, (account_id, prev_seq, seq)
            self.told_seq[account_id] = seq
            told.append(Told(account_id, seq, prev_seq, tuple(own)))
        return told
