"""What a snapshot of the views is made of: the sections, and the rows of those that are kept in another shape."""

from typing import Any, Final

from exchange.language.commands import Rules
from exchange.language.events import ChipDefined, RegionDefined
from exchange.language.limits import PERIODS_SHOWN
from exchange.language.sections import Row, Section, layout
from exchange.language.units import Micros, Seconds
from exchange.language.views import (
    AccountView,
    AskView,
    Balances,
    BidView,
    CandleView,
    KeyView,
    LeaseView,
    Level,
    Receipt,
    TradeView,
)
from exchange.language.views_money import ContestView, FlagView, ProgrammeView
from exchange.language.views_operator import AuditEntry, BandView, BlockView, BrakeView, ProposalView
from exchange.projections.depth import Counted
from exchange.projections.logs import Block
from exchange.projections.records import Earlier
from exchange.projections.transfers import TransferRow

STREAM: Final = "views"
_VERSION = 3  # raised when what is kept changes in a way that its types do not show


class Head(Row, frozen=True):
    """What there is one of."""

    seq: int
    now_s: Seconds
    rules: Rules | None
    tenors_s: tuple[Seconds, ...]


class Market(Row, frozen=True):
    """A market, and what rests there by tenor and price."""

    region: str
    chip: str
    asks: tuple[tuple[Seconds, tuple[Level, ...]], ...]
    bids: tuple[tuple[Seconds, tuple[Level, ...]], ...]


class KeyRow(Row, frozen=True):
    secret_hash: str  # empty for a signed key
    key: KeyView


class Moved(Row, frozen=True):
    account_id: str
    seq: int
    answer: AccountView


class Access(Row, frozen=True):
    lease_id: int
    sealed_access: bytes


class Turned(Row, frozen=True):
    lease_id: int
    seq: int
    answer: LeaseView | None  # None for the lease as it still is


class Worded(Row, frozen=True):
    seq: int
    answer: ProgrammeView


class Granted(Row, frozen=True):
    programme: str
    group: str
    by_year: dict[int, Micros]


class YearRow(Row, frozen=True):
    """A programme's year; chips × seconds may be more than 64 bits."""

    programme: str
    year: int
    pool_micros: Micros | None
    granted_micros: Micros
    returned_micros: Micros
    redeemed_micros: Micros
    leases: int
    claimants: tuple[str, ...]
    chips_s: str
    domestic_chips_s: str


class Between(Row, frozen=True):
    buyer_group: str
    provider_group: str
    region: str
    chip: str
    lease_ids: tuple[int, ...]


class PaidFor(Row, frozen=True):
    group: str
    programme: str
    lease_ids: tuple[int, ...]


class Recent(Row, frozen=True):
    programme: str
    group: str
    grants: list[tuple[Seconds, int, Micros]]
    told_s: Seconds | None


class UsageRow(Row, frozen=True):
    """What of a region and deliverer is over, in the order of the sums; they may be more than 64 bits."""

    region: str
    deliverer: str
    sums: tuple[str, ...]


class Series(Row, frozen=True):
    """Some candles of a market, tenor and interval."""

    region: str
    chip: str
    tenor_s: Seconds
    interval_s: Seconds
    candles: list[CandleView]


class SaleRow(Row, frozen=True):
    """A sale of a grade; its sums may be more than 64 bits."""

    grade: str
    at_s: Seconds
    du: str
    worth: str


HEAD: Final = Section("head", Head)
REGIONS: Final = Section("regions", RegionDefined)
CHIPS: Final = Section("chips", ChipDefined)
MARKETS: Final = Section("markets", Market)
ACCOUNTS: Final = Section("accounts", AccountView)
BALANCES: Final = Section("balances", tuple[str, Balances])
CONTESTABLE: Final = Section("contestable", tuple[str, Micros])
KEYS: Final = Section("keys", KeyRow)
NAMES: Final = Section("names in transfers", str)
TRANSFERS: Final = Section("transfers", Block)
OF_ACCOUNTS: Final = Section("transfers of accounts", tuple[str, bytes])
OF_LEASES: Final = Section("transfers of leases", tuple[int, bytes])
MOVED: Final = Section("moved", Moved)
DEAD_MEN: Final = Section("dead men", tuple[str, Seconds])
ARMED: Final = Section("armed sessions", tuple[str, str])
BIDS: Final = Section("bids", BidView)  # that rest
BIDS_OVER: Final = Section("bids that are over", Block)
BIDS_PLACES: Final = Section("places of bids that are over", bytes)
BIDS_OF: Final = Section("bids of accounts", tuple[str, str, list[int]])
ASKS: Final = Section("asks", AskView)
ASKS_OVER: Final = Section("asks that are over", Block)
ASKS_PLACES: Final = Section("places of asks that are over", bytes)
ASKS_OF: Final = Section("asks of accounts", tuple[str, str, list[int]])
COUNTS: Final = Section("counts", tuple[int, Counted])
LEASES: Final = Section("leases", LeaseView)  # that are open
LEASES_CREATED: Final = Section("when leases were created", bytes)
LEASES_SUBSIDIES: Final = Section("subsidies of leases", bytes)
LEASES_OF_MARKETS: Final = Section("leases of markets", tuple[tuple[str, str], list[int]])
LEASES_ENDED: Final = Section("leases by how they ended", tuple[str, tuple[str, str], list[int]])
LEASES_OVER: Final = Section(f"leases that are over, and their last {PERIODS_SHOWN} periods", Block)
LEASES_PLACES: Final = Section("places of leases that are over", bytes)
LEASES_EARLIER: Final = Section("their earlier periods", Block)
LEASES_EARLIER_PLACES: Final = Section("places of their earlier periods", bytes)
LEASES_OF: Final = Section("leases of accounts", tuple[str, str, list[int]])
USAGE: Final = Section("usage that is over", UsageRow)
RECEIPTS: Final = Section("receipts", Block)
RECEIPT_OF: Final = Section("receipts of orders", tuple[str, dict[str, int]])
ACCESS: Final = Section("access", Access)
TURNED: Final = Section("turned", Turned)
CONTESTS: Final = Section("contests", ContestView)
PROGRAMMES: Final = Section("programmes", ProgrammeView)
WORDED: Final = Section("worded", Worded)
GRANTED: Final = Section("granted", Granted)
REDEEMED: Final = Section("redeemed", tuple[str, str, Micros])
GRANTS: Final = Section("grants", tuple[int, str, str, int])
DRAWN: Final = Section("drawn", tuple[int, Micros])
YEARS: Final = Section("years", YearRow)
FLAGS: Final = Section("flags", FlagView)
RELATED: Final = Section("related", tuple[str, str])
BETWEEN: Final = Section("between", Between)
PAID_FOR: Final = Section("paid for", PaidFor)
RECENT: Final = Section("recent grants", Recent)
TRADES: Final = Section("trades", TradeView)
CANDLES: Final = Section("candles", Series)
SALES: Final = Section("sales", SaleRow)
BRAKES: Final = Section("brakes", BrakeView)
BRAKED: Final = Section("braked", tuple[str, str, int, str])
BLOCKED: Final = Section("blocked", BlockView)
PAUSED: Final = Section("paused", BlockView)
BANDS: Final = Section("bands", BandView)
PROPOSALS: Final = Section("proposals", ProposalView)
AUDIT: Final = Section("audit", AuditEntry)

SECTIONS: Final[tuple[Section[Any], ...]] = (
    HEAD, REGIONS, CHIPS, MARKETS, ACCOUNTS, BALANCES, CONTESTABLE, KEYS, NAMES, TRANSFERS, OF_ACCOUNTS, OF_LEASES,
    MOVED, DEAD_MEN, ARMED, BIDS, BIDS_OVER, BIDS_PLACES, BIDS_OF, ASKS, ASKS_OVER, ASKS_PLACES, ASKS_OF, COUNTS,
    LEASES, LEASES_CREATED, LEASES_SUBSIDIES, LEASES_OF_MARKETS, LEASES_ENDED, LEASES_OVER, LEASES_PLACES,
    LEASES_EARLIER, LEASES_EARLIER_PLACES, LEASES_OF, USAGE, RECEIPTS, RECEIPT_OF, ACCESS, TURNED, CONTESTS,
    PROGRAMMES, WORDED, GRANTED, REDEEMED, GRANTS, DRAWN, YEARS,
    FLAGS, RELATED, BETWEEN, PAID_FOR, RECENT, TRADES, CANDLES, SALES, BRAKES, BRAKED,
    BLOCKED, PAUSED, BANDS, PROPOSALS, AUDIT,
)  # fmt: skip

# In blocks, which do not show them; orders and leases have sections besides.
_ROWS: Final = (Section("transfer", TransferRow), Section("receipt", Receipt), Section("earlier periods", Earlier))
LAYOUT: Final = layout(_VERSION, (*SECTIONS, *_ROWS))
