"""Who an operator's action hits: counts of all, and the first few by name."""

from typing import Final

from msgspec import Struct

from exchange.language.units import Milli

NAMED_MAX: Final = 10  # of each group


class Group(Struct, frozen=True, gc=False):
    """So many of a kind; `chips_milli` is what they have on offer, want or lease together, if that means anything."""

    count: int = 0
    first: tuple[str, ...] = ()
    chips_milli: Milli = 0


class Hits(Struct, frozen=True, kw_only=True, gc=False):
    """Markets ("hangzhou/h800-sxm"), accounts, open orders ("bid-3") and leases that are not over ("lease-2")."""

    markets: Group = Group()
    accounts: Group = Group()
    orders: Group = Group()
    leases: Group = Group()
