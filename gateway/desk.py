"""What every call is given: the market and the vault, who calls, and what they sent."""

import re
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from msgspec import Struct, field
from prometheus_client import CollectorRegistry

from exchange.language.commands import Command
from exchange.language.port import Market, Outcome
from exchange.language.rejects import Code
from gateway.auth import Caller, check_still_good
from gateway.errors import Refusal
from gateway.logs import note_command
from gateway.metrics.counts import Counts
from gateway.nonces import Nonces
from gateway.replays import Replays
from gateway.roster import Roster
from gateway.schema import Page
from gateway.throttle import Allowance, Gate
from gateway.vault import Vault

IDEMPOTENCY_KEY: Final = "Idempotency-Key"

P = TypeVar("P", bound=Struct)
V = TypeVar("V")


class Desk(Struct, frozen=True, kw_only=True):
    """What calls reach for."""

    market: Market
    vault: Vault
    gate: Gate
    nonces: Nonces
    roster: Roster = field(default_factory=Roster)
    counts: Counts = field(default_factory=Counts)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)  # what is told at /metrics
    replays: Replays = field(default_factory=Replays)

    async def carry_out(self, command: Command) -> Outcome:
        """Submit a command; the market's no becomes a Refusal."""
        outcome = await self.market.submit(command)
        note_command(command, outcome)
        if outcome.reject is None:
            return outcome
        if outcome.reject.code is Code.IDEMPOTENCY_KEY_REUSED:
            raise Refusal(outcome.reject.code.wire, IDEMPOTENCY_KEY, outcome.reject.detail)
        raise Refusal.by_market(outcome.reject)


class Sitting(Struct):
    """The session of a request that came on a stream. Once it `may_be_armed`, its end has to be told to the market."""

    session_id: str
    may_be_armed: bool = False


class Call(Struct, Generic[P], frozen=True):
    """One request, decoded and authorised; its idempotency key is empty when it has none."""

    desk: Desk
    caller: Caller
    params: P
    idempotency_key: str = ""
    sitting: Sitting | None = None
    allowance: Allowance | None = None

    def show(self, found: V) -> V:
        """What was found, if the caller may ask so much; it has not been written yet. Refuses."""
        if self.allowance is not None:
            self.allowance.take_shown(self.params, found)
        return found

    async def carry_out(self, command: Command) -> Outcome:
        """Hand a command over, if the caller's key is good still; the market's no becomes a Refusal."""
        check_still_good(self.desk.market, self.desk.nonces, self.caller)
        return await self.desk.carry_out(command)


_CURSOR: Final = re.compile(r"[0-9a-f]{1,15}")


def stretch(
    fetch: Callable[[int | None, int], list[V]], number: Callable[[V], int], page: Page
) -> tuple[list[V], str | None]:
    """A stretch of a list, and the cursor that goes on after it, none at the end.

    `fetch` takes the number to begin after and how many; `number` gives an item's own.
    """
    found = fetch(begins_after(page), page.limit)
    more = len(found) == page.limit and fetch(number(found[-1]), 1)
    return found, cursor_after(number(found[-1])) if more else None


def begins_after(page: Page) -> int | None:
    """The number that a stretch begins after, None at the beginning."""
    if page.cursor is None:
        return None
    if not _CURSOR.fullmatch(page.cursor):
        raise Refusal("bad_format", "cursor", "cursor must be one that a list ended with.")
    return int(page.cursor, 16)


def cursor_after(number: int) -> str:
    """The cursor of the stretch that begins after a number."""
    return f"{number:x}"
