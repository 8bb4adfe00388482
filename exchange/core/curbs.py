"""What operators hold back beside the states of markets: blocked accounts, price bands, programmes, open proposals."""

from msgspec import Struct

from exchange.language.commands import Large
from exchange.language.units import BasisPoints, Seconds


class Eviction(Struct):
    """An account's orders that are to be canceled; found by the first command that cancels some, then remembered."""

    account_id: str
    region: str | None
    chip: str | None
    last_bid: int  # no later ones are meant
    last_ask: int
    reason: str
    bids: list[int] | None = None  # what is left of them, the oldest last; None until they are looked for
    asks: list[int] = []


class Proposal(Struct, frozen=True, omit_defaults=True):
    """A large action that waits for another operator.

    One that is not `strict` was made under rules 3 or earlier: an operator of the same owner group may confirm it, a
    blocked one, too, and it stays open when what it is about changes.
    """

    proposal_id: int
    action: Large
    expires_s: Seconds
    strict: bool = False


class Curbs(Struct):
    """All of it. Names stand in the order in which they were set."""

    blocked: dict[str, None] = {}
    evictions: list[Eviction] = []  # the first is being worked off
    bands: dict[str, BasisPoints] = {}  # by market, such as "hangzhou/h800-sxm"
    paused: dict[str, None] = {}  # programmes
    proposals: list[Proposal] = []  # the oldest first
    proposal_count: int = 0  # that there have been


def market_name(region: str, chip: str) -> str:
    """A market in one word."""
    return f"{region}/{chip}"
