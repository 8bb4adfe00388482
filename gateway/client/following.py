"""What a client makes of pushes, without a socket: an account's commands whole and in order, a book level by level.

Feed them the pushes of their channel as they come, over as many connections as it takes. They notice what is missing
and never guess: a Gap says that the channel must be opened again, an account's from `seq`, a book's from its snapshot.
"""

from decimal import Decimal
from itertools import islice
from typing import Final

import msgspec
from sortedcontainers import SortedDict

from gateway import answers
from gateway.wire_public import CHECKSUM_LEVELS, checksum

SNAPSHOT: Final = "snapshot"
_NONE: Final = "0"


class Gap(Exception):
    """Something between what is known and this push is missing, or the book is not what the server says."""


class AccountFollower:
    """An account's channel. `seq` is the last command of which everything has come: the place to resume from."""

    def __init__(self, seq: int = 0) -> None:
        self.seq = seq
        self._begun: list[answers.Push] = []

    def restart(self) -> None:
        """The connection is gone: forget the command of which only a part has come, as it will be told again."""
        self._begun.clear()

    def take(self, push: answers.Push) -> tuple[answers.Push, ...]:
        """The next push; the whole command with the last push of one, else nothing. Raises Gap.

        What is known already is passed over.
        """
        if push.seq <= self.seq:
            return ()
        if push.prev_seq > self.seq or (self._begun and self._begun[0].seq != push.seq):
            raise Gap(f"seq {push.seq} follows {push.prev_seq}, but everything is known only to {self.seq}")
        self._begun.append(push)
        if push.more:
            return ()
        whole, self._begun = tuple(self._begun), []
        self.seq = push.seq
        return whole


class BookBuilder:
    """One book. Empty and of seq 0 until a snapshot has come."""

    def __init__(self) -> None:
        self.seq = 0
        self._asks: SortedDict[Decimal, answers.Rung] = SortedDict()
        self._bids: SortedDict[Decimal, answers.Rung] = SortedDict()
        self._begun = False

    @property
    def whole(self) -> bool:
        """Whether it is the server's, as of `seq`; not before the first snapshot, and not while a new one is due."""
        return self._begun

    @property
    def asks(self) -> tuple[answers.Rung, ...]:
        """Lowest price first."""
        return tuple(self._asks.values())

    @property
    def bids(self) -> tuple[answers.Rung, ...]:
        """Highest limit first."""
        return tuple(self._bids[price] for price in reversed(self._bids))

    def restart(self) -> None:
        """The channel will be opened again: only a snapshot is taken next."""
        self._begun = False

    def take(self, push: answers.Push) -> None:
        """The next push. Raises Gap when one is missing or the checksum is another: then open the channel again."""
        levels = msgspec.json.decode(push.data, type=answers.BookLevels)
        if push.type == SNAPSHOT:
            self._asks.clear()
            self._bids.clear()
            self._begun = True
        elif not self._begun:
            raise Gap("a book begins with a snapshot")
        elif push.prev_seq != self.seq:
            self.restart()
            raise Gap(f"seq {push.seq} follows {push.prev_seq}, but the book stands at {self.seq}")
        _put(self._asks, levels.asks)
        _put(self._bids, levels.bids)
        self.seq = push.seq
        found = self._checksum()
        if found != levels.checksum:
            self.restart()
            raise Gap(f"the book's checksum is {found}, the server's {levels.checksum}")

    def _checksum(self) -> int:
        best_asks = tuple(islice(self._asks.values(), CHECKSUM_LEVELS))
        best_bids = tuple(self._bids[price] for price in islice(reversed(self._bids), CHECKSUM_LEVELS))
        return checksum(best_asks, best_bids)


def _put(side: "SortedDict[Decimal, answers.Rung]", levels: tuple[answers.Rung, ...]) -> None:
    for level in levels:
        price, chips, _ = level
        if chips == _NONE:
            side.pop(Decimal(price), None)
        else:
            side[Decimal(price)] = level
