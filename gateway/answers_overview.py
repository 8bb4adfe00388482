"""The wire as types, continued: what operators are told of the whole venue, its accounts, chips and programmes."""

from msgspec import Struct

from gateway.answers import Book, Brake, Key
from gateway.schema import Decimal, Instant, MarketStateOut
from gateway.schema_money import Account, Programme


class Accounts(Struct, frozen=True, kw_only=True):
    items: tuple[Account, ...]
    cursor: str | None


class AccountDetail(Struct, frozen=True, kw_only=True):
    """An account, and its keys without their secrets."""

    account: Account
    keys: tuple[Key, ...]


class Day(Struct, frozen=True, kw_only=True):
    """Chip-hours of one day, today's from now on."""

    start: Instant
    leased: Decimal
    offered: Decimal
    idle: Decimal


class Capacity(Struct, frozen=True, kw_only=True):
    """The chips of a market, or of one site in it (`provider` and `site` are then named).

    `chips` is the most that were leased and for sale together at any time within the days, site by site; what of them
    is neither leased nor for sale is `idle`. `leased` and `offered` are chips now.
    """

    region: str
    chip: str
    provider: str
    site: str
    chips: Decimal
    leased: Decimal
    offered: Decimal
    days: tuple[Day, ...]


class Capacities(Struct, frozen=True, kw_only=True):
    items: tuple[Capacity, ...]
    cursor: str | None


class ProgrammeUse(Struct, frozen=True, kw_only=True):
    """A programme, what it granted since an instant at most a week ago, and when its pool is empty at that pace.

    `runs_out_at` is null while nothing is granted, for pools that can grow, and for a year's pool that lasts its year.
    """

    programme: Programme
    since: Instant
    granted: Decimal
    runs_out_at: Instant | None


class ProgrammeUses(Struct, frozen=True, kw_only=True):
    items: tuple[ProgrammeUse, ...]
    cursor: str | None


class PastBook(Struct, frozen=True, kw_only=True):
    """A book as it was, and what held in the venue then; `digest` is that of the whole state."""

    seq: int
    now: Instant
    digest: str
    state: MarketStateOut  # of the venue
    brakes: tuple[Brake, ...]
    book: Book
