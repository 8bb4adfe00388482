"""What every call is given: the market and the vault, who calls, and what they sent."""

import re
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from msgspec import Struct

from exchange.language.commands import Command
from exchange.language.port import Market, Outcome
from gateway.auth import Caller
from gateway.errors import Refusal
from gateway.schema import Page
from gateway.vault import Vault

P = TypeVar("P", bound=Struct)
V = TypeVar("V")


class Desk(Struct, frozen=True, kw_only=True):
    """The two things that calls reach for."""

    market: Market
    vault: Vault

    async def carry_out(self, command: Command) -> Outcome:
        """Submit a command; the market's no becomes a Refusal."""
        outcome = await self.market.submit(command)
        if outcome.reject is not None:
            raise Refusal.by_market(outcome.reject)
        return outcome


class Call(Struct, Generic[P], frozen=True):
    """One request, decoded and authorised."""

    desk: Desk
    caller: Caller
    params: P


_CURSOR: Final = re.compile(r"[0-9a-f]{1,15}")


def stretch(
    fetch: Callable[[int | None, int], list[V]], number: Callable[[V], int], page: Page
) -> tuple[list[V], str | None]:
    """A stretch of a list, and the cursor that goes on after it, none at the end.

    `fetch` takes the number to begin after and how many; `number` gives an item's own.
    """
    before = None if page.cursor is None else _before(page.cursor)
    found = fetch(before, page.limit)
    more = len(found) == page.limit and fetch(number(found[-1]), 1)
    return found, f"{number(found[-1]):x}" if more else None


def _before(cursor: str) -> int:
    if not _CURSOR.fullmatch(cursor):
        raise Refusal("bad_format", "cursor", "cursor must be one that a list ended with.")
    return int(cursor, 16)
